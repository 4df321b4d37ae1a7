"""What names mean that may be another host's."""
