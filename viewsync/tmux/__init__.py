"""Everything that is said to tmux, and what it answers."""
