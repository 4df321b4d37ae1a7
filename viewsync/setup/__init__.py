"""Setting up: install, doctor, demo."""
