"""What becomes of a view: pure. policy.py decides."""
