"""Project sessions: from the files that describe them to tmux, and what is done with them there."""
