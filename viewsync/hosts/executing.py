"""Run a command in the shell of a pane of another host: its exit code and its output alone, as on this one.

That host's sh makes the command's folder in its /tmp, tells what comes back, and takes the folder away, also where the
connection has broken: then the command goes on. The line is typed once, whatever becomes of the connection.
"""

from __future__ import annotations

import itertools
import os
import time

from viewsync.errors import TmuxTimeout, ViewsyncError
from viewsync.hosts import reaching
from viewsync.hosts.rules import far_commands, far_shells
from viewsync.panes import executing
from viewsync.panes.executing import NOT_TAKEN, ExecutedCommand
from viewsync.panes.rules import end_mark, exec_script, prompt_lines
from viewsync.registry import targets
from viewsync.system.ssh import ConnectionLost
from viewsync.tmux import cursor
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewsync.context import Context
    from viewsync.hosts.rules.far_shells import Look
    from viewsync.panes.executing import ExecOptions, Returning
    from viewsync.registry.targets import LocatedPane, TargetArgs
    from viewsync.system.process import Watched
    from viewsync.tmux.far_server import FarTmux

_PROMPT = 10.0  # seconds that a shell may take to its prompt, which may run programs of its own
_LOOKS = 4  # after which one is known that moves all the time
_DRAWN = 0.5  # seconds until the screen shows what the shell wrote
_PAUSE = 0.02  # seconds between two looks
_VERDICT = 3.0  # seconds for that host to say that the shell has not read the line
_REMOVES = 2.0  # seconds for it to take the folder away


def execute(
    ctx: Context,
    asked: TargetArgs,
    command: str,
    timeout: float,
    take: Callable[[bytes], object],
    options: ExecOptions,
) -> ExecutedCommand:
    """As panes/executing.py has it. `ctx` reaches that host."""
    executing.checked(command)
    begin = time.monotonic()
    deadline = begin + timeout
    located = targets.locate(ctx, asked)
    target = f"{reaching.tmux_of(ctx).host}:{located.target.removesuffix(':')}"
    with executing.turn(ctx, located, target, timeout):
        shell = _shell(ctx, located, target, min(begin + _PROMPT, deadline))
        watch = _FarWatch(deadline, take, options, lambda: None)
        kind, code = _run(ctx, located, shell, command, watch, target)
    seconds = time.monotonic() - begin
    complete = kind in executing.COMPLETE
    return ExecutedCommand(located.pane.session_name, kind, code, seconds, target, complete, watch.input, watch.line)


def _shell(ctx: Context, located: LocatedPane, target: str, deadline: float) -> Look:
    """Once it waits for a command and for nothing else. Raises a ViewsyncError that says what is in the way."""
    tmux, place = reaching.tmux_of(ctx), located.place
    last: Look | None = None
    for number in itertools.count():
        look = far_shells.parse(tmux.look(place.socket, far_shells.looks(place.pane_id)))
        problem = far_shells.problem(look, target)
        still, last = last is not None and look.state == last.state, look
        if still and not problem:
            if problem := _asks(ctx, located, look, target):
                raise problem
            return look
        if problem and (time.monotonic() > deadline or (still and far_shells.is_hopeless(look))):
            raise problem
        if number > _LOOKS and time.monotonic() > deadline:
            hint = "wait for its end, or use another session"
            raise ViewsyncError(f"{target} is busy: {look.program} does not come to rest", hint)
        time.sleep(_PAUSE)
    raise AssertionError("it counts on")


def _asks(ctx: Context, located: LocatedPane, look: Look, target: str) -> ViewsyncError | None:
    """What the line of the cursor says against it: it may be for the rest of a command, or for an answer."""
    deadline = time.monotonic() + _DRAWN
    while True:
        shown = cursor.read(ctx.tmux, located.place.server, located.place.pane_id)
        rest = "" if shown.top else prompt_lines.continued(shown.left, shown.above, look.variables)
        if rest:
            return ViewsyncError(
                f"{target} is busy: {look.program} waits for the rest of a command (its prompt is {rest!r})",
                "send that, or press C-c there: viewsync send --keys C-c",
            )
        if far_shells.is_sure(look) or prompt_lines.is_prompt(shown.left, look.variables):
            return None
        if time.monotonic() > deadline:
            return ViewsyncError(
                f"{target} is busy: {look.program} shows no prompt of a shell, but {shown.left.strip()!r}",
                "answer it with `viewsync send`, or press C-c there",
            )
        time.sleep(_PAUSE)


def _run(
    ctx: Context, located: LocatedPane, shell: Look, command: str, watch: _FarWatch, target: str
) -> tuple[str, int | None]:
    tmux = reaching.tmux_of(ctx)
    path = f"/tmp/viewsync-exec-{os.urandom(12).hex()}"  # noqa: S108  made there, and only where nothing has that name
    mark = exec_script.mark(os.urandom(8))
    maker = f'"$(cat {path}/{exec_script.MAKER})"'
    name = shell.program
    scripts = exec_script.scripts(path, name, command, maker, far_commands.PATH, mark, subshell=watch.options.subshell)
    assert shell.leader
    size = len(scripts.command.encode("utf-8", "surrogateescape"))
    takes = max(0.0, min(executing.TAKES, watch.deadline - time.monotonic()))
    text = far_commands.text(far_commands.Command(path, shell.leader.pid, size, takes), scripts)
    with tmux.watched(text, scripts.command) as (child, token):
        folder = _FarFolder(tmux, child, token, mark, target)
        folder.wait_until_ready(watch.deadline)
        watch.folder = folder
        edits = shell.keys is True
        try:
            line = exec_script.line(path, name, edits=edits)
            # By now it is a while since it was looked at, and somebody may have started something.
            executing.type_line(ctx, located, line, watch.deadline, shell.command)
        except TmuxTimeout:
            folder.look()  # it may have been typed: the shell's host knows
        kind, code = watch.wait(folder)
        if kind == NOT_TAKEN:
            executing.clear(ctx, located, path)
        elif kind in executing.COMPLETE:
            folder.wait_until_removed()
    return kind, code


class _FarFolder:
    """What that host's sh tells of the command's folder."""

    pipe = ""

    def __init__(self, tmux: FarTmux, child: Watched, token: str, mark: bytes, target: str) -> None:
        self._tmux = tmux
        self._child = child
        self._token = token
        self._told = far_commands.Told(token)
        self._mark = end_mark.EndMark(mark)
        self._target = target
        self._output = b""
        self._errors = b""
        self._heard = time.monotonic()

    def wait_until_ready(self, deadline: float) -> None:
        """A ViewsyncError where the folder cannot be made."""
        while not self.has(far_commands.READY):
            self.pause(_PAUSE)
            if self._child.over and not self.has(far_commands.READY):
                raise self._tmux.not_watched(self._child.code(), self._token, self._errors)
            if time.monotonic() > deadline:
                raise ViewsyncError(f"time ran out before {self._tmux.host} was ready for it", "nothing was typed")
            if time.monotonic() > self._heard + self._tmux.timeout:
                raise ConnectionLost(f"{self._tmux.host} did not answer in time", "nothing was typed; try again")

    def wait_until_removed(self) -> None:
        deadline = time.monotonic() + _REMOVES
        while self.drained() and not self._child.over and time.monotonic() < deadline:
            self.pause(_PAUSE)

    def has(self, word: str) -> bool:
        return word in self._told.lines

    @property
    def marked(self) -> bool:
        return self._mark.seen

    def pause(self, seconds: float) -> None:
        """That long, or until something comes."""
        out, err = self._child.read(seconds)
        if out:
            self._heard = time.monotonic()
        self._output += self._told.take(out)
        self._errors = (self._errors + err)[-4096:]

    def look(self) -> None:
        self.pause(0)
        over = self._child.over and not (self.drained() and self.code() is not None) and not self.cancel()
        if not self._output and (over or time.monotonic() - self._heard > self._tmux.timeout):
            raise self._broken()

    def _broken(self) -> ConnectionLost:
        host = self._tmux.host
        if self.has(far_commands.BEGUN):
            goes_on = f"the command goes on in {self._target}, and its exit code is not known"
            return ConnectionLost(
                f"the connection to {host} broke: {goes_on}",
                "what it writes from now on is on its screen (`viewsync capture`)",
            )
        return ConnectionLost(
            f"the connection to {host} broke before the shell in {self._target} said whether it runs the command",
            "look there with `viewsync capture` before you run it again",
        )

    def begun(self) -> bool:
        return self.has(far_commands.BEGUN) or self.failed()

    def failed(self) -> bool:
        return self.has(far_commands.LOST)

    def drained(self) -> bool:
        return self.has(far_commands.DRAINED)

    def code(self) -> int | None:
        return exec_script.exit_code(self._told.names)

    def output(self) -> bytes:
        data, self._output = self._output, b""
        return self._mark.without(data) if data else b""

    def rest(self) -> bytes:
        return self._mark.rest()

    def cancel(self) -> bool:
        """That host has done it by itself, once it took too long."""
        return self.has(far_commands.NOT_TAKEN)


class _FarWatch(executing.Watch):
    folder: _FarFolder

    def _ending(self, folder: Returning, now: float, begin: float, changed: float) -> str:
        if not folder.begun() and not folder.cancel() and self.deadline < now < self.deadline + _VERDICT:
            return ""
        if folder.cancel():
            return NOT_TAKEN
        return super()._ending(folder, now, begin, changed)

    def _runs(self) -> bool:
        return not self.folder.has(far_commands.GONE)

    def _pause(self, seconds: float) -> None:
        self.folder.pause(seconds)

    def _asks(self) -> bool:
        return False  # nobody tells from here

    def _back(self, folder: Returning, still: float) -> bool:
        del folder, still
        return self.folder.has(far_commands.BACK)
