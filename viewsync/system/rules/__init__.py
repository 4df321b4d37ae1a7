"""What is decided about this machine's parts: pure."""
