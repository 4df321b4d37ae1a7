"""What a project's files say: finding them, reading, checking, filling, importing, and the plan that comes of it."""
