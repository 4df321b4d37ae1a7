"""How things read: durations, timestamps, bars, patterns, plain text."""
