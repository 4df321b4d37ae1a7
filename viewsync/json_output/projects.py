"""The fields of the verbs about project sessions."""

from typing import Annotated, Any, Literal, TypedDict

from viewsync.json_output.sessions import EndStep, FoldedView

Status = Literal["alive", "creating", "dead", "missing", "zombie", "server", "unknown"]


class _ProjectFields(TypedDict):
    name: Annotated[str, "the session's name"]
    project: Annotated[str | None, "its project's name"]
    root: Annotated[str | None, "its project's folder"]
    worktree: Annotated[str | None, "the worktree that it was made for, by name"]
    task: Annotated[str | None, "its task, from its name"]
    command: Annotated[str | None, "the command that made it"]
    socket: Annotated[str, "the socket of its tmux server"]
    session_id: Annotated[str | None, "its tmux id, such as $7; null where it is gone"]
    status: Annotated[
        Status,
        "`dead`: all its programs ended; `missing`: its server has no such session; `server`: no tmux server;"
        " `unknown`: the server did not answer",
    ]
    doubt: Annotated[str | None, "why its status is not certain"]
    panes: Annotated[int | None, "how many panes it has"]
    attached: Annotated[bool | None, "whether somebody is on it or on a view of it; null where nobody knows"]
    views: Annotated[list[FoldedView], "its views"]
    age: Annotated[int | None, "seconds since it was made"]
    idle: Annotated[int | None, "seconds since it was last used"]
    silent: Annotated[int | None, "seconds since it last printed anything"]
    registered: Annotated[bool, "whether it is in the registry"]
    quarantined: Annotated[bool, "whether every cleanup keeps it"]
    worktree_path: Annotated[str | None, "the folder of its worktree"]
    worktree_gone: Annotated[bool, "whether that folder is gone"]
    auto_cleanup: Annotated[bool, "whether it ends by itself after its timeout"]
    timeout: Annotated[float | None, "seconds without use after which it may be ended"]


class ProjectSession(_ProjectFields):
    windows: Annotated[int | None, "how many windows it has"]


class StatusOutput(TypedDict):
    sessions: Annotated[list[ProjectSession], "the project sessions, by project"]
    total: Annotated[int, "how many there are"]
    alive: Annotated[int, "how many of them are alive"]
    attached: Annotated[int, "how many somebody is on"]
    errors: Annotated[list[str], "what could not be read"]


class ListSessionsOutput(TypedDict):
    root: Annotated[str, "the project's folder"]
    sessions: Annotated[list[ProjectSession], "its sessions"]
    total: Annotated[int, "how many there are"]
    errors: Annotated[list[str], "what could not be read"]


class PaneDetail(TypedDict):
    id: Annotated[str, "its tmux id, such as %9"]
    index: Annotated[int, "its number in the window"]
    active: Annotated[bool, "whether it is the window's current one"]
    folder: Annotated[str, "the folder that it is in"]
    command: Annotated[str, "the program in its foreground"]
    dead: Annotated[bool, "whether its program ended"]
    pid: Annotated[int, "the process id of its program"]
    planned: Annotated[bool, "whether it comes from the command's file"]


class WindowDetail(TypedDict):
    id: Annotated[str, "its tmux id, such as @5"]
    index: Annotated[int, "its number in the session"]
    name: Annotated[str, "its name"]
    active: Annotated[bool, "whether it is the session's current one"]
    planned: Annotated[bool, "whether it comes from the command's file"]
    layout: Annotated[str | None, "how its panes are laid out, as tmux says it"]
    panes: Annotated[list[PaneDetail], "its panes"]


class InfoOutput(_ProjectFields):
    type: Annotated[str | None, "what it runs, as `list` has it; null where it is not in the registry"]
    target: Annotated[str | None, "its pane, as tmux takes it; null where it is not in the registry"]
    pid: Annotated[int | None, "the process id of its program, where the registry has it"]
    windows: Annotated[list[WindowDetail], "its windows"]
    folder: Annotated[str | None, "the folder that it was started in"]
    file: Annotated[str | None, "the command's file"]
    arguments: Annotated[dict[str, str], "the command's arguments"]
    attach: Annotated[list[str] | None, "the command, in words, that attaches to it; null where it is gone"]


class _AttachOutput(TypedDict):
    name: Annotated[str, "the session's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    session_id: Annotated[str, "its tmux id"]
    attach: Annotated[list[str], "the command, in words, that attaches to it"]


class AttachOutput(_AttachOutput, total=False):
    view: Annotated[str, "with --client: the view that this client shows now"]


class KillSessionOutput(TypedDict):
    name: Annotated[str, "the session's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    session_id: Annotated[str | None, "its tmux id; null where it was gone"]
    ended: Annotated[bool, "whether it is gone now"]
    deregistered: Annotated[bool, "whether the registry has forgotten it"]
    steps: Annotated[list[EndStep], "the cleanup steps that ran"]
    problems: Annotated[list[str], "what went wrong"]


class KillSessionPlan(TypedDict):
    name: Annotated[str, "the session's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    session_id: Annotated[str | None, "its tmux id; null where it is gone"]
    dry_run: Annotated[bool, "true: nothing was changed"]
    status: Annotated[Status, "its health, as `status` has it"]


class CleanedSession(TypedDict):
    name: Annotated[str, "the session's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    action: Annotated[Literal["kept", "ended", "failed"], "what was done with it"]
    reason: Annotated[str, "why it stays; empty where it does not"]


class CleanupSessionsOutput(TypedDict):
    root: Annotated[str, "the project's folder"]
    sessions: Annotated[list[CleanedSession], "its sessions"]
    dry_run: Annotated[bool, "whether nothing was changed"]
    errors: Annotated[list[str], "what could not be read or done"]


class ResetSession(TypedDict):
    name: Annotated[str, "the session's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    action: Annotated[Literal["forgotten", "completed", "registered", "kept"], "what was done with its row"]
    reason: Annotated[str, "why"]
    problem: Annotated[str | None, "what went wrong"]


class ResetSessionsOutput(TypedDict):
    root: Annotated[str, "the project's folder"]
    sessions: Annotated[list[ResetSession], "its sessions"]
    dry_run: Annotated[bool, "whether nothing was changed"]
    errors: Annotated[list[str], "what could not be read or done"]


class DifferenceRow(TypedDict):
    kind: Annotated[
        Literal["missing", "extra", "different"],
        "`missing`: only in the file; `extra`: only in the session; `different`: in both",
    ]
    what: Annotated[str, "what differs: window 'editor', option mouse"]
    wanted: Annotated[str, "what the file says"]
    found: Annotated[str, "what the session has"]
    can: Annotated[bool, "whether --apply can change it without ending anything"]
    quiet: Annotated[bool, "whether only --diff tells of it, since a client's size may have done it"]


class RunStep(TypedDict):
    name: Annotated[str, "the step's name"]
    stage: Annotated[str, "when it ran: at each start, before or after the session was made, or at a restart"]
    problem: Annotated[str, "why it failed; empty where it did not"]


class RunOutput(TypedDict):
    name: Annotated[str, "the session's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    session_id: Annotated[str, "its tmux id, such as $7"]
    action: Annotated[
        Literal["created", "completed", "reused", "appended"],
        "what was done; `completed`: something was missing, and was added; `appended`: with --append, the same",
    ]
    windows: Annotated[list[str], "the windows that were added"]
    panes: Annotated[list[str], "the panes that were added"]
    changed: Annotated[list[DifferenceRow], "what --apply changed"]
    differences: Annotated[list[DifferenceRow], "how it still differs from the file"]
    attach: Annotated[list[str], "the command, in words, that attaches to it"]
    warnings: Annotated[list[str], "what did not work, and did not stop it"]
    unmade: Annotated[
        list[str], "those of the warnings by which something of the file is not there; the exit code is 6"
    ]
    steps: Annotated[list[RunStep], "the steps that ran"]


class RunDiff(TypedDict):
    name: Annotated[str, "the session's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    exists: Annotated[bool, "whether there is such a session"]
    differences: Annotated[list[DifferenceRow], "how it differs from the file"]


class NewOutput(TypedDict):
    name: Annotated[str, "the command's name"]
    file: Annotated[str, "the file that was written"]
    own: Annotated[bool, "whether it is one of your own, which are found from any folder"]
    session: Annotated[str | None, "the session that it was written from; null for a template"]
    notes: Annotated[list[str], "what of the session the file does not hold, and why"]
    edited: Annotated[bool, "whether you changed it in your editor"]


class EditOutput(TypedDict):
    name: Annotated[str, "the command's name"]
    file: Annotated[str, "its file"]
    changed: Annotated[bool, "whether the file is another one now"]
    problem: Annotated[str | None, "why `run` would refuse it all the same"]


class CopyOutput(TypedDict):
    name: Annotated[str, "the name of the copy"]
    file: Annotated[str, "the file of the copy"]
    own: Annotated[bool, "whether it is one of your own, which are found from any folder"]
    source: Annotated[str, "the file that was copied"]
    replaced: Annotated[bool, "whether a command had that name before"]


class RemoveOutput(TypedDict):
    name: Annotated[str, "the command's name"]
    file: Annotated[str, "its file"]
    own: Annotated[bool, "whether it is one of your own, which are found from any folder"]
    sessions: Annotated[list[str], "sessions that were made by it and run on"]
    removed: Annotated[bool, "whether the file is gone"]
    dry_run: Annotated[bool, "whether nothing was changed"]


class FreezeOutput(TypedDict):
    session: Annotated[str, "the session's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    command: Annotated[dict[str, Any], "the command file, as `viewsync schema command` describes it"]
    notes: Annotated[list[str], "what the file does not hold, and why"]
    file: Annotated[str | None, "the file that was written"]


class ImportOutput(TypedDict):
    command: Annotated[dict[str, Any], "the command file, as `viewsync schema command` describes it"]
    left_out: Annotated[list[str], "what has no equivalent"]
    file: Annotated[str | None, "the file that was written"]


class TrustedCommand(TypedDict):
    command: Annotated[str, "the command's name"]
    file: Annotated[str, "its file"]
    root: Annotated[str, "its project's folder"]
    status: Annotated[
        Literal["trusted", "changed", "untrusted", "nothing to trust"],
        "`changed`: you trusted it, and something in it differs",
    ]
    steps: Annotated[list[list[str]], "what would run, each in the lines that people are shown"]


class TrustOutput(TypedDict):
    commands: Annotated[list[TrustedCommand], "the commands that were asked about"]
    errors: Annotated[list[str], "what could not be read"]


class RevokedCommand(TypedDict):
    command: Annotated[str, "the command's name"]
    status: Annotated[Literal["untrusted"], "that it is not trusted any more"]


class TrustRevoked(TypedDict):
    commands: Annotated[list[RevokedCommand], "the commands that are no longer trusted"]
    errors: Annotated[list[str], "what could not be read"]


class WorktreeSession(TypedDict):
    name: Annotated[str, "the session's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    status: Annotated[Status, "its health, as `status` has it"]
    attached: Annotated[bool, "whether somebody is on it or on a view of it"]


class WorktreeRow(TypedDict):
    path: Annotated[str, "its folder"]
    branch: Annotated[str | None, "its branch"]
    head: Annotated[str | None, "the commit that it is at"]
    main: Annotated[bool, "whether it is the repository's own folder"]
    locked: Annotated[bool, "whether git was told to keep it"]
    missing: Annotated[bool, "whether its folder is gone"]
    known_to_git: Annotated[bool, "whether git still knows it"]
    sessions: Annotated[list[WorktreeSession], "the sessions that were made for it"]


class WorktreeListOutput(TypedDict):
    worktrees: Annotated[list[WorktreeRow], "the worktrees of this repository"]
    errors: Annotated[list[str], "sessions that could not be read"]


class EndedSession(TypedDict):
    name: Annotated[str, "the session's name"]
    ended: Annotated[bool, "whether it is gone now"]


class WorktreeRemoveOutput(TypedDict):
    path: Annotated[str, "its folder"]
    branch: Annotated[str | None, "its branch, which stays"]
    removed: Annotated[bool, "whether it is gone now"]
    sessions: Annotated[list[EndedSession], "the sessions that were made for it"]
    problems: Annotated[list[str], "what went wrong"]
    lost: Annotated[list[str], "what it held that nothing else does"]
    dry_run: Annotated[bool, "whether nothing was changed"]
