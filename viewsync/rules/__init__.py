"""What viewsync decides: pure functions, no clock, file or process."""
