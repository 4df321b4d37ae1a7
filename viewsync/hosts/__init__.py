"""Sessions of other hosts, reached by the user's own ssh. Nothing but tmux has to be there."""
