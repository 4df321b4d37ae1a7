"""Health, expiry and drift of sessions: pure."""
