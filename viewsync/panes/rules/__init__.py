"""What a screen says, and what is typed into one: pure."""
