"""Find the shell of a pane, once it waits for a command and for nothing else. Until then nothing is typed."""

from __future__ import annotations

import time

from viewsync.errors import ViewsyncError
from viewsync.panes.rules import exec_script, prompt_lines
from viewsync.system import line_discipline, processes, procfs, shells
from viewsync.text import shell_names
from viewsync.tmux import cursor
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.registry.targets import LocatedPane
    from viewsync.system.shells import Foreground

_PROMPT = 10.0  # seconds that a shell may take to its prompt, which may run programs of its own
_NO_PROMPT = 5.0  # seconds that a program has run after which it is none of them
_DRAWN = 0.5  # seconds until the screen shows what the shell wrote
_LOOK = 0.004  # seconds between two looks
_EDITING = frozenset(["bash", "zsh", "fish", "tcsh", "csh"])  # these read key by key, if nobody tells them not to
_NOT_EDITING = frozenset(["--noediting", "dumb"])


class Shell(NamedTuple):
    pid: int
    name: str
    edits: bool  # it reads key by key


def wait(ctx: Context, located: LocatedPane, target: str, deadline: float) -> Shell:
    """Raises a ViewsyncError that says what is in the way."""
    begin = time.monotonic()
    deadline = min(begin + _PROMPT, deadline)
    last: Foreground | None = None
    while True:
        leader = located.pane.pid if located.pane.dead else shells.leader(located.pane.pid)
        found = None if located.pane.dead else shells.foreground(leader)
        if found is None and leader == located.pane.pid:
            raise ViewsyncError(f"the program in {target} has ended", "make another session with `viewsync create`")
        if found == shells.UNKNOWN:
            raise ViewsyncError(
                f"cannot tell what runs in {target}: the system does not show its processes",
                "nothing was typed; `viewsync send` types without looking",
            )
        # Twice the same: between two programs of a loop, too, the shell is alone for a moment.
        still, last = found is not None and found == last, found
        if found is not None:
            problem = _problem(found, leader, leader == located.pane.pid, target)
            if still and not problem:
                name, keys = found.program.removeprefix("-"), _reads_keys(leader)
                if problem := _asks(ctx, located, leader, name, keys, target):
                    raise problem
                return Shell(leader, name, keys is True)
            over = time.monotonic() > deadline
            if problem and (over or (still and _hopeless(found, leader, leader == located.pane.pid))):
                raise problem
        time.sleep(_LOOK)


def _problem(found: Foreground, leader: int, own: bool, target: str) -> ViewsyncError | None:
    """What is in the way of a command, as far as the processes and the terminal tell."""
    name = found.program.removeprefix("-")
    shell = name in exec_script.SHELLS and exec_script.is_interactive(found.words)
    if own and found.waiting and not shell:
        known = " ".join(sorted(exec_script.SHELLS))
        foreign = name in shell_names.ALL - exec_script.SHELLS
        why = "a shell whose language exec does not speak" if foreign else "which is not a shell that reads commands"
        return ViewsyncError(
            f"{target} runs {name}, {why}", f"exec knows: {known}; `viewsync send -w` asks any program"
        )
    if not found.waiting or not shell:
        return ViewsyncError(f"{target} is busy: {name} runs in it", "wait for its end, or use another session")
    keys = _reads_keys(leader)
    edits = name in _EDITING and not _NOT_EDITING.intersection(found.words)
    if keys is None or (keys is False and not edits and not shells.reads_keys(leader)):
        return None
    if keys is True:
        return None
    return ViewsyncError(
        f"{target} is busy: {name} waits for something else than a command, as `read` does",
        "answer it with `viewsync send`, or press C-c there",
    )


def _hopeless(found: Foreground, leader: int, own: bool) -> bool:
    """Whether it is nothing that a shell runs for its prompt."""
    if own:
        return found.waiting and not (
            found.program.removeprefix("-") in exec_script.SHELLS and exec_script.is_interactive(found.words)
        )
    stat = procfs.stat(leader)
    return stat is not None and stat.age > _NO_PROMPT


def _reads_keys(pid: int) -> bool | None:
    """Whether the shell edits its line. Where the terminal shows what is typed, it is `read -n`, which is False."""
    path = procfs.terminal_of(pid) or line_discipline.path(pid)  # csh closes the first three
    modes = line_discipline.modes(path) if path else None
    return None if modes is None else not modes.lines and not modes.echo


def _asks(
    ctx: Context, located: LocatedPane, pid: int, name: str, keys: bool | None, target: str
) -> ViewsyncError | None:
    """What the line of the cursor says against it: it may be for the rest of a command, or for an answer."""
    environment = processes.environment(pid)
    deadline = time.monotonic() + _DRAWN
    # ksh93 edits what its `read` gets, too.
    sure = (keys is True and not name.startswith("ksh")) or (name in ("dash", "ash", "sh") and procfs.reads(pid) > 1)
    while True:
        shown = cursor.read(ctx.tmux, located.place.server, located.place.pane_id)
        rest = "" if shown.top else prompt_lines.continued(shown.left, shown.above, environment)
        if rest:
            return ViewsyncError(
                f"{target} is busy: {name} waits for the rest of a command (its prompt is {rest!r})",
                "send that, or press C-c there: viewsync send --keys C-c",
            )
        if sure or prompt_lines.is_prompt(shown.left, environment):
            return None
        if time.monotonic() > deadline:
            return ViewsyncError(
                f"{target} is busy: {name} shows no prompt of a shell, but {shown.left.strip()!r}",
                "answer it with `viewsync send`, or press C-c there",
            )
        time.sleep(_LOOK)
