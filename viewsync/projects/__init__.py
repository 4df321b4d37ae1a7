"""Project sessions: running, building, steps, trust, worktrees, ending, freezing."""
