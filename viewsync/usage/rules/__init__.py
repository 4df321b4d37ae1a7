"""What the history adds up to, and the monitor's keys: pure."""
