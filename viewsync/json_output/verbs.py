"""Which fields each verb prints. A verb that prints several forms has them in the order of its help."""

from typing import Any, NamedTuple

from viewsync.json_output import events, panes, plans, projects, sessions, setup, usage, views


class Form(NamedTuple):
    shape: Any  # a TypedDict
    when: str = ""  # the words or options that bring it; "" for any


class Output(NamedTuple):
    forms: tuple[Form, ...]
    stream: bool = False  # an object a line
    always: bool = False  # also without --json


def _one(shape: Any) -> Output:
    return Output((Form(shape),))


def _forms(*forms: tuple[Any, str]) -> Output:
    return Output(tuple(Form(shape, when) for shape, when in forms))


OUTPUTS = {
    "open": _one(views.OpenOutput),
    "pick": _forms(
        (views.PickOutput, "without --open and --preview"),
        (views.PickOpened, "--open"),
        (views.PickPreview, "--preview"),
    ),
    "views": _one(views.ViewsOutput),
    "cleanup": _forms((sessions.CleanupOutput, "without --views"), (views.CleanedViews, "--views")),
    "sweep": _one(views.SweepOutput),
    "sweeper": _forms(
        (views.SweeperOutput, "run, start, status"), (views.SweeperStopped, "stop"), (views.SweeperOnce, "once")
    ),
    "pin": _one(views.PinOutput),
    "adopt": _one(views.AdoptOutput),
    "restore": _one(views.RestoreOutput),
    "create": _one(sessions.CreateOutput)._replace(always=True),
    "list": _forms((sessions.ListOutput, "without --everywhere"), (sessions.EverywhereOutput, "--everywhere")),
    "info": _one(projects.InfoOutput),
    "find": _forms((sessions.FindOutput, "without --everywhere"), (sessions.FindEverywhereOutput, "--everywhere")),
    "events": _one(events.EventLine)._replace(stream=True),
    "health": _forms((sessions.HealthOutput, "of one session"), (sessions.HealthOfAll, "--host all"))._replace(
        always=True
    ),
    "send": _one(panes.SendOutput),
    "wait": _one(panes.WaitOutput),
    "exec": _one(panes.ExecOutput),
    "follow": _forms(
        (panes.FollowLine, "a line of output"),
        (panes.FollowLost, "where lines are missing"),
        (panes.FollowEnd, "at the end"),
    )._replace(stream=True),
    "capture": _one(panes.CaptureOutput),
    "kill": _one(sessions.KillOutput),
    "rename": _one(sessions.RenameOutput),
    "heartbeat": _one(sessions.HeartbeatOutput),
    "quarantine": _one(sessions.QuarantineOutput),
    "release": _one(sessions.ReleaseOutput),
    "reconcile": _forms((sessions.ReconcileOutput, "--report, --repair"), (sessions.ReconcileRegistered, "--register")),
    "backup": _one(sessions.BackupOutput),
    "restore-registry": _one(sessions.RestoreRegistryOutput),
    "registry": _forms(
        (sessions.RegistryContents, "list"),
        (sessions.RegistryRow, "get, exists, socket, target"),
        (sessions.RegistryPath, "path"),
        (sessions.RegistryDead, "cleanup-dead"),
        (sessions.RegistryOfPlace, "forget-place"),
        (sessions.RegistryAnswer, "init, validate, add, remove, touch, lock, unlock"),
    ),
    "run": _forms((projects.RunOutput, "without --diff"), (projects.RunDiff, "--diff")),
    "attach": _one(projects.AttachOutput),
    "status": _one(projects.StatusOutput),
    "list-sessions": _one(projects.ListSessionsOutput),
    "session-info": _one(projects.InfoOutput),
    "kill-session": _forms((projects.KillSessionOutput, "without --dry-run"), (projects.KillSessionPlan, "--dry-run")),
    "stop": _forms((projects.KillSessionOutput, "without --dry-run"), (projects.KillSessionPlan, "--dry-run")),
    "new": _one(projects.NewOutput),
    "edit": _one(projects.EditOutput),
    "copy": _one(projects.CopyOutput),
    "remove": _one(projects.RemoveOutput),
    "cleanup-sessions": _one(projects.CleanupSessionsOutput),
    "reset-sessions": _one(projects.ResetSessionsOutput),
    "print": _forms((plans.PrintCommands, "without NAME"), (plans.PrintPlan, "NAME")),
    "freeze": _one(projects.FreezeOutput),
    "import": _one(projects.ImportOutput),
    "trust": _forms((projects.TrustOutput, "without --revoke"), (projects.TrustRevoked, "--revoke")),
    "worktree": _forms((projects.WorktreeListOutput, "list"), (projects.WorktreeRemoveOutput, "remove")),
    "stats": _forms((usage.StatsSessionsOutput, "sessions"), (usage.StatsViewsOutput, "views")),
    "analyze": _forms((usage.SessionUsageOutput, "session-usage"), (usage.ViewUsageOutput, "view-usage")),
    "monitor": _one(usage.MonitorSessionsOutput)._replace(stream=True),
    "install": _one(setup.InstallOutput),
    "uninstall": _one(setup.InstallOutput),
    "doctor": _one(setup.DoctorOutput),
}

# A document of another kind, in which a schema of fields would say nothing; and what nobody calls for an answer.
WITHOUT = {
    "schema": "prints a JSON schema itself",
    "demo": "shows something to people",
    "completion": "prints a shell's script",
    "hook": "tmux calls it",
    "mcp": "speaks a protocol of its own",
}
