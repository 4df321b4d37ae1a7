"""The only doors to other programs."""
