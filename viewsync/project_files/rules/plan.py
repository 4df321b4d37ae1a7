"""What is to be there: a project session as its file describes it, every template filled in and every path absolute.

The commands build it, `print` shows it, and a session that runs is compared with it.
"""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.tmux.rules.marks import Identity


class PlannedPane(NamedTuple):
    commands: tuple[str, ...]  # typed into its shell, one after the other
    cwd: str
    environment: tuple[tuple[str, str], ...]  # beyond the session's
    focus: bool
    shell: str  # what runs instead of the session's shell, "" for that


class PlannedWindow(NamedTuple):
    name: str
    cwd: str
    layout: str  # a tmux layout, "" for none
    focus: bool
    options: tuple[tuple[str, str], ...]
    panes: tuple[PlannedPane, ...]  # one at least


class Step(NamedTuple):
    name: str
    command: str  # a line of shell
    cwd: str
    environment: tuple[tuple[str, str], ...]
    timeout: float  # seconds
    on_failure: str  # ABORT or CONTINUE
    source: str  # "FILE:LINE"


ABORT = "abort"
CONTINUE = "continue"


class PlannedWorktree(NamedTuple):
    branch: str
    base_branch: str  # what a new branch begins at, "" for the current one
    path: str


class Plan(NamedTuple):
    command: str  # the file's name without its ending
    file: str
    identity: Identity
    cwd: str
    environment: tuple[tuple[str, str], ...]  # for every pane, also those that are opened later
    secrets: frozenset[str]  # names of variables whose values are never shown or recorded
    windows: tuple[PlannedWindow, ...]  # one at least
    shell: str = ""  # "" for tmux's own default
    tmux_config: str = ""  # a file of tmux commands for this session, "" for none
    options: tuple[tuple[str, str], ...] = ()  # of the session
    auto_attach: bool = False
    auto_cleanup: bool = False
    timeout: float = 0.0  # seconds unused until it may be ended, 0 for never
    pre_create: tuple[Step, ...] = ()
    post_create: tuple[Step, ...] = ()
    cleanup: tuple[Step, ...] = ()
    worktree: PlannedWorktree | None = None
    arguments: tuple[tuple[str, str], ...] = ()  # as they were given
    branch: str = ""  # that is checked out where it works
    tree: str = ""  # the project's folder in the worktree where it works
    # The session's variables as the files have them, templates unfilled, with all that the files put into those.
    written: tuple[tuple[str, str], ...] = ()
