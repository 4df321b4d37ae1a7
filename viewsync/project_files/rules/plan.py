"""What is to be there: a project session as its file describes it, every template filled in and every path absolute.

The commands build it, `print` shows it, and a session that runs is compared with it.
"""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.tmux.rules.marks import Identity


class Pace(NamedTuple):
    """How one command is typed."""

    enter: bool = True  # whether Enter follows
    before: float = 0.0  # seconds of rest
    after: float = 0.0


class PlannedPane(NamedTuple):
    commands: tuple[str, ...]  # typed into its shell, one after the other
    cwd: str
    environment: tuple[tuple[str, str], ...]  # beyond the session's
    focus: bool
    shell: str  # what runs instead of the session's shell, "" for that
    title: str = ""  # "" for what its program says
    paces: tuple[Pace, ...] = ()  # of each of the commands, where any is not as usual


class PlannedWindow(NamedTuple):
    name: str  # "" for what tmux calls it
    cwd: str
    layout: str  # a tmux layout, "" for none
    focus: bool
    options: tuple[tuple[str, str], ...]
    panes: tuple[PlannedPane, ...]  # one at least
    position: int = -1  # its index, -1 for the next one
    stacked: bool = False  # each pane is half of the one before; else, without a layout, all have the same room
    options_after: tuple[tuple[str, str], ...] = ()  # that it gets once all commands were typed
    manual: bool = False  # it is made only where it is asked for by name
    skipped: bool = False  # it was not asked for: it is not made, and stays as it is where it is there

    @property
    def all_options(self) -> tuple[tuple[str, str], ...]:
        return (*self.options, *self.options_after)


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
    global_options: tuple[tuple[str, str], ...] = ()  # of all sessions on its server
    auto_attach: bool = False
    auto_cleanup: bool = False
    timeout: float = 0.0  # seconds unused until it may be ended, 0 for never
    start: tuple[Step, ...] = ()  # at each run
    pre_create: tuple[Step, ...] = ()
    post_create: tuple[Step, ...] = ()
    restart: tuple[Step, ...] = ()  # at a run that finds the session
    attach: tuple[Step, ...] = ()  # when the first client comes to it
    detach: tuple[Step, ...] = ()  # when the last one leaves it
    cleanup: tuple[Step, ...] = ()
    worktree: PlannedWorktree | None = None
    arguments: tuple[tuple[str, str], ...] = ()  # as they were given
    branch: str = ""  # that is checked out where it works
    tree: str = ""  # the project's folder in the worktree where it works
    # The session's variables as the files have them, templates unfilled, with all that the files put into those.
    written: tuple[tuple[str, str], ...] = ()
    own: bool = False  # the command is the user's own, and no project's
    exact: bool = False  # the session is called so, or not made
    startup: bool = True  # the steps of `at_run` run
    appended: bool = False  # its windows go into a session that is not its own
    called: str = ""  # the session's name where nobody else has it, "" for its identity's base
    socket: str = ""  # of the server that its files name, "" where they name none

    @property
    def at_run(self) -> tuple[Step, ...]:
        """What `run` itself runs, now or the next time."""
        return (*self.start, *self.pre_create, *self.post_create, *self.restart)

    @property
    def steps(self) -> tuple[Step, ...]:
        return (*self.at_run, *self.attach, *self.detach, *self.cleanup)

    @property
    def used(self) -> Plan:
        """What of it is run or set: of one that is appended, nothing of what is for a session of its own."""
        if not self.appended:
            return self
        return self._replace(
            restart=(), attach=(), detach=(), cleanup=(), tmux_config="", options=(), global_options=()
        )

    @property
    def name(self) -> str:
        return self.called or self.identity.base

    @property
    def all_options(self) -> tuple[tuple[str, str], ...]:
        """Its own, those of its server and those of its windows."""
        of_windows = (option for window in self.windows for option in window.all_options)
        return (*self.options, *self.global_options, *of_windows)
