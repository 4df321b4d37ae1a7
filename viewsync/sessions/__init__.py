"""Registered sessions: creating, listing, finding, health, ending, renaming, expiring, reconciling."""
