"""viewsync for Python programs."""
