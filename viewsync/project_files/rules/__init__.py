"""What project files mean: pure."""
