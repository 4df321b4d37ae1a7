"""tmux's language, versions, hooks, layouts, and the model of what was read: pure."""
