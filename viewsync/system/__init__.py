"""The doors to this machine: processes, shells, terminals, files, services, git, WezTerm."""
