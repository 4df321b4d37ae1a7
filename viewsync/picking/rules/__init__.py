"""What is decided about picking."""
