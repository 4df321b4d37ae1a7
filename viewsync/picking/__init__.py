"""One picker of all that can be opened: sessions, projects, worktrees, and the folders that zoxide knows."""
