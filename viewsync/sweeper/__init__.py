"""The sweeper: one pass, the resident process, and its control."""
