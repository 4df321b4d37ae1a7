"""What happened, and who was there."""
