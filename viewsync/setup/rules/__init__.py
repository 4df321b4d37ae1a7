"""The texts that install writes: pure."""
