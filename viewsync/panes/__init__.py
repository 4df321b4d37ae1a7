"""What is done with a pane: sending, waiting, executing, capturing, following."""
