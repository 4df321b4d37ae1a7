"""The only door to viewsync's own files."""
