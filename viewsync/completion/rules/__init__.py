"""Which argument the cursor is in, and how bash reads and writes words: pure."""
