"""How a project's session differs from its file, and when it has expired: pure."""
