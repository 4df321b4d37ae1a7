"""The shell tools that a link, or a copy, of our launcher may stand for, and the module here that each is."""

from __future__ import annotations

TOOLS = {
    "create-session.sh": "create_session",
    "list-sessions.sh": "list_sessions",
    "cleanup-sessions.sh": "cleanup_sessions",
    "find-sessions.sh": "find_sessions",
    "kill-session.sh": "kill_session",
    "pane-health.sh": "pane_health",
    "safe-send.sh": "safe_send",
    "wait-for-text.sh": "wait_for_text",
    # These the tools' own architecture proposes, and viewsync has them.
    "rename-session.sh": "rename_session",
    "monitor-pane.sh": "monitor_pane",
    "capture-clean.sh": "capture_clean",
    "reconcile-registry.sh": "reconcile_registry",
    "backup-registry.sh": "backup_registry",
    "restore-registry.sh": "restore_registry",
}

# What a person of the shell tools calls our verbs.
OF_VERB = {
    "create": "create-session.sh",
    "list": "list-sessions.sh",
    "cleanup": "cleanup-sessions.sh",
    "find": "find-sessions.sh",
    "kill": "kill-session.sh",
    "health": "pane-health.sh",
    "send": "safe-send.sh",
    "wait": "wait-for-text.sh",
    "rename": "rename-session.sh",
    "follow": "monitor-pane.sh",
    "capture": "capture-clean.sh",
    "reconcile": "reconcile-registry.sh",
    "backup": "backup-registry.sh",
    "restore-registry": "restore-registry.sh",
}
