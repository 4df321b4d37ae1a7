"""What a row says, and which session is meant: pure."""
