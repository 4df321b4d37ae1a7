"""What two readings say of who came and went: pure."""
