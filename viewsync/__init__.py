"""viewsync: a tmux view of its own for every WezTerm tab."""

__version__ = "0.1.0"
