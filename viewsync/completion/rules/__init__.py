"""Which argument the cursor is in, how bash reads and writes words, and what a manual page says: pure."""
