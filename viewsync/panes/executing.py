"""Run a command in a session's own shell: its exit code, and its output alone, however much that is.

The shell reads a script from a folder of the command's own (panes/rules/exec_script.py). What comes back is waited for
in that folder; tmux is asked which pane it is, and told what to type, and no more.
"""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod  # loaded already, by `io`

from viewsync.errors import LockTimeout, UsageError, ViewsyncError
from viewsync.light import contextlib
from viewsync.panes import exec_folder, fenced, shell_prompt
from viewsync.panes.rules import echo, exec_script, output_lines
from viewsync.registry import last_active, leases, targets
from viewsync.system import procfs, shells
from viewsync.tmux import cursor
from viewsync.tmux import input as tmux_input
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Protocol

    from viewsync.context import Context
    from viewsync.panes.shell_prompt import Shell
    from viewsync.registry.targets import LocatedPane, TargetArgs
    from viewsync.text.patterns import Pattern

    class Returning(Protocol):
        """What comes back of a command, as it was known at the last `look`."""

        @property
        def marked(self) -> bool: ...
        @property
        def pipe(self) -> str: ...
        def look(self) -> None: ...
        def begun(self) -> bool: ...
        def failed(self) -> bool: ...
        def drained(self) -> bool: ...
        def code(self) -> int | None: ...
        def output(self) -> bytes: ...
        def rest(self) -> bytes: ...
        def cancel(self) -> bool: ...


DONE = "done"
INTERRUPTED = "interrupted"  # C-c, or an error after which the shell goes back to its prompt
ENDED = "ended"  # the shell itself
TIMEOUT = "timeout"
NOT_TAKEN = "not-taken"  # the line was typed, and the shell did not run it
IDLE = "idle"  # nothing came for so long
INPUT = "waits-for-input"  # the same, and a program reads the terminal
STOPPED = "stopped"  # a line matched
LOST = "lost"  # the output could not be kept
COMPLETE = (DONE, INTERRUPTED, ENDED)
TAKES = 10.0  # seconds until it reads the line, on a machine that is very busy
LAST_WORDS = 1.0  # seconds for what a shell that ended has printed
_TOUCH = 30.0  # seconds between two signs that the session is in use
_QUIET = 0.1  # seconds without output of those that the shell does not wait for (`> >(sed …)`), which write behind it
_STEP = (0.002, 0.02)  # seconds between two looks, the longer one after a while without anything new


class ExecutedCommand(NamedTuple):
    session: str
    kind: str  # one of those above
    code: int | None  # the command's own, where it is known
    seconds: float
    target: str
    complete: bool  # all that the command wrote has come
    waits_for_input: bool  # when the waiting ended, a program read the terminal
    line: str  # the one that matched, or the last one that came, where the waiting ended before the command


class ExecOptions(NamedTuple):
    idle: float = 0.0  # seconds without output after which nobody waits any more
    stop: Sequence[Pattern] = ()  # nor once a line matches one of these
    subshell: bool = False  # nothing that the command changes lasts


_DEFAULTS = ExecOptions()


def execute(
    ctx: Context,
    asked: TargetArgs,
    command: str,
    timeout: float,
    take: Callable[[bytes], object],
    options: ExecOptions = _DEFAULTS,
) -> ExecutedCommand:
    """`take` gets the output as it comes. `timeout`: seconds for all of it, waiting for others that run here too.

    Whatever ends this, the command goes on: it is the shell's.
    """
    checked(command)
    begin = time.monotonic()
    deadline = begin + timeout
    located = targets.locate(ctx, asked)
    target = located.row.name if located.row else located.target
    with turn(ctx, located, target, timeout):
        shell = shell_prompt.wait(ctx, located, target, deadline)
        watch = _OwnWatch(shell, deadline, take, options, lambda: last_active.touch(ctx, located.row))
        kind, code = _run(ctx, located, shell, command, watch)
    session = located.row.name if located.row else located.pane.session_name
    return ExecutedCommand(
        session, kind, code, time.monotonic() - begin, target, kind in COMPLETE, watch.input, watch.line
    )


def checked(command: str) -> None:
    if not command.strip() or "\0" in command:
        raise UsageError("no command was given", "put it after --, as a line of shell or as words")


def _run(ctx: Context, located: LocatedPane, shell: Shell, command: str, watch: _OwnWatch) -> tuple[str, int | None]:
    folder = exec_folder.make(ctx, shell.name, command, subshell=watch.options.subshell)
    kind = LOST
    with contextlib.closing(watch):
        try:
            type_line(ctx, located, exec_script.line(folder.path, shell.name, edits=shell.edits), watch.deadline)
            kind, code = watch.wait(folder)
            if kind == NOT_TAKEN:
                clear(ctx, located, folder.path)
        finally:
            if kind in (TIMEOUT, LOST, IDLE, INPUT, STOPPED):
                folder.leave()
            else:
                folder.remove()
    return kind, code


@contextlib.contextmanager
def turn(ctx: Context, located: LocatedPane, target: str, timeout: float) -> Iterator[None]:
    """One command at a time in one shell. Not the lease of who sends: a command may be waiting for what is sent."""
    place = located.place
    with contextlib.ExitStack() as mine:
        try:
            mine.enter_context(leases.hold(ctx, place.server, leases.turn(place.pane_id), timeout))
        except LockTimeout:
            raise ViewsyncError(f"{target} is busy: another exec runs in it", "wait longer with -T") from None
        yield


def type_line(ctx: Context, located: LocatedPane, text: str, deadline: float, program: str = "") -> None:
    """`program`: as in tmux/input.py."""
    place = located.place
    what = tmux_input.Input(text=text, enter=True, program=program)
    kept = echo.kept(echo.marks(text.lstrip("\x15i\x7f")))
    with leases.hold(ctx, place.server, place.pane_id, max(0.0, deadline - time.monotonic())) as fence:
        answer = fenced.put(ctx.tmux, place._replace(fence=fence), what, kept)
    if answer.refused:
        raise ViewsyncError(f"the pane takes no input: it is {answer.refused}", "nothing was run")


def clear(ctx: Context, located: LocatedPane, folder: str) -> None:
    """What was typed and not taken, where it stands at the cursor: else the next line would be a part of it."""
    place = located.place
    shown = cursor.read(ctx.tmux, place.server, place.pane_id)
    if os.path.basename(folder) in shown.left:
        tmux_input.put(ctx.tmux, place.server, place.pane_id, tmux_input.Input(text="\x15"), "")


class Watch(ABC):
    """What comes back, and how it ends."""

    def __init__(
        self, deadline: float, take: Callable[[bytes], object], options: ExecOptions, touch: Callable[[], None]
    ) -> None:
        self.deadline = deadline
        self.options = options
        self.input = False
        self._lines = output_lines.OutputLines(options.stop)
        self._take = take
        self._touch = touch
        self._gone = 0.0  # when the shell was first seen to have ended

    @property
    def line(self) -> str:
        return self._lines.line

    def wait(self, folder: Returning) -> tuple[str, int | None]:
        """How it ended, and the code where it is known."""
        begin = changed = time.monotonic()
        touched = 0.0
        while True:
            now = time.monotonic()
            if now - touched > _TOUCH:
                self._touch()
                touched = now
            folder.look()
            drained, code = folder.drained(), folder.code()
            if data := folder.output():
                self._took(data)
                changed = now
                if self._lines.matched:
                    return STOPPED, code
                if drained or code is not None or now < self.deadline:
                    continue
            if code is not None and (drained or (folder.marked and now - changed > _QUIET)):
                self._took(folder.rest())
                return DONE, code
            if ending := self._ending(folder, now, begin, changed):
                self._took(folder.rest())
                return ending, code
            self._pause(_STEP[now - changed > 1.0])

    def _took(self, data: bytes) -> None:
        if data:
            self._lines.take(data)
            self._take(data)

    def _ending(self, folder: Returning, now: float, begin: float, changed: float) -> str:
        """Why there will be no code, or not all of the output; "" as long as there may be."""
        drained, begun = folder.drained(), folder.begun()
        if not self._gone and not self._runs():
            self._gone = now
        if self._gone:
            return ENDED if drained or now - self._gone > LAST_WORDS else ""
        if folder.failed():
            return LOST
        if begun and folder.code() is None and now - changed > _STEP[1] and self._back(folder, now - changed):
            return INTERRUPTED
        if not begun and now - begin > min(TAKES, self.deadline - begin) and folder.cancel():
            return NOT_TAKEN
        over, idle = now > self.deadline, 0 < self.options.idle < now - changed
        self.input = (over or idle) and folder.code() is None and self._asks()
        return TIMEOUT if over else (INPUT if self.input else IDLE) if idle else ""

    @abstractmethod
    def _runs(self) -> bool:
        """The shell."""

    @abstractmethod
    def _pause(self, seconds: float) -> None:
        """That long, or until something comes."""

    @abstractmethod
    def _asks(self) -> bool:
        """Whether a program reads the terminal."""

    @abstractmethod
    def _back(self, folder: Returning, still: float) -> bool:
        """Whether the shell is at its prompt again, without a code. Between the command and the code it is at work."""


class _OwnWatch(Watch):
    """Of a shell of this host, without asking anybody but the folder and the process."""

    def __init__(
        self,
        shell: Shell,
        deadline: float,
        take: Callable[[bytes], object],
        options: ExecOptions,
        touch: Callable[[], None],
    ) -> None:
        super().__init__(deadline, take, options, touch)
        self._shell = shell
        self._program = shells.Program(shell.pid)
        self._last: shells.Foreground | None = None
        self.close = self._program.close

    def _runs(self) -> bool:
        return self._program.runs()

    def _pause(self, seconds: float) -> None:
        self._program.sleep(seconds)

    def _asks(self) -> bool:
        return shells.waits_for_input(self._program.pid)

    def _back(self, folder: Returning, still: float) -> bool:
        """A program in the background may hold the pipe. Then it is over when the shell itself does not hold it any
        more, which a shell of sh's language does as long as the command runs.
        """
        if not folder.drained() and (still < LAST_WORDS or not self._let_go(folder)):
            return False
        found, last = shells.foreground(self._program.pid), self._last
        self._last = found
        if found == shells.UNKNOWN or not (found and found.work):
            return folder.drained() and still > LAST_WORDS
        return found.waiting and found == last

    def _let_go(self, folder: Returning) -> bool:
        output = procfs.output_of(self._shell.pid)
        return self._shell.name in exec_script.OF_ITS_OWN and output not in ("", folder.pipe)
