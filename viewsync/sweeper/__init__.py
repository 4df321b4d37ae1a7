"""The sweeper: one pass, the resident process and its control, and the run of a timer."""
