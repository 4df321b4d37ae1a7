"""Views: opening, listing, cleaning up, adopting, restoring. rules/policy.py is the one policy."""
