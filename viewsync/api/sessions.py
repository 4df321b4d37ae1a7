"""viewsync for Python programs: a registry, and the sessions in it.

    from viewsync import Registry

    with Registry().create("calc", kind="python", wait=True) as calc:
        print(calc.send("print(6 * 7)", wait="^>>> $").output)

Everything that the command line does in a session, by the same rules: names match whole, a pane is known by its id,
nothing waits without a bound, and what cannot be done raises an error of `viewsync.errors`, with `message` and `hint`.
Importing this costs what the command line costs; psutil, libtmux and watchdog stay unloaded.
"""

from __future__ import annotations

import os
import shlex

from viewsync.context import Context
from viewsync.errors import MissingSession, TmuxError, UsageError
from viewsync.panes import capturing, executing, following, sending, waiting
from viewsync.registry import rows as registry_rows
from viewsync.registry import targets
from viewsync.sessions import creating, health, killing, listing, startup
from viewsync.text import excerpts
from viewsync.text.nearest import did_you_mean
from viewsync.tmux.rules import keys as key_names
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

    from viewsync.panes.capturing import Captured
    from viewsync.panes.following import News
    from viewsync.panes.waiting import Outcome
    from viewsync.sessions.health import HealthReport
    from viewsync.sessions.listing import Listed
    from viewsync.text.patterns import Pattern

    Patterns = str | Sequence[str]

_KINDS = {"shell": "shell", "python": "python-repl", "gdb": "debugger"}


class Executed(NamedTuple):
    """What became of a command. `code` is None when its end was not seen: `kind` is not "done" then.

    `output`: with U+FFFD for what is not UTF-8; `output_bytes`: as it was written. `complete`: whether that is all.
    """

    code: int | None
    output: str
    kind: str
    seconds: float
    output_bytes: bytes = b""
    complete: bool = True
    waits_for_input: bool = False
    left_out: int = 0


class Registry:
    """The registered sessions, as `viewsync list` shows them."""

    def __init__(self, folder: str = "", *, env: Mapping[str, str] | None = None) -> None:
        """`folder`: the state folder; "" for the one that the command line uses. `env`: instead of os.environ."""
        environment = dict(os.environ if env is None else env)
        if folder:
            environment["VIEWSYNC_STATE_DIR"] = os.path.abspath(folder)
        self._ctx = Context(environment)
        if self._ctx.index:
            from viewsync.index import leases  # only where hosts share one

            self._ctx.shared_lease = leases.hold

    @property
    def folder(self) -> str:
        return self._ctx.folder

    def create(
        self,
        name: str,
        *,
        kind: str = "shell",
        command: Sequence[str] = (),
        cwd: str = "",
        environment: Mapping[str, str] | None = None,
        size: str | tuple[int, int] | None = None,
        history_limit: int | None = None,
        window: str = "shell",
        socket: str = "",
        label: str = "",
        register: bool = True,
        wait: bool | str = False,
        timeout: float = 15.0,
    ) -> Session:
        """A new session. `kind`: "shell", "python" or "gdb"; `command`: the words of any other program instead.

        `size`: "100x30" or (100, 30), while nobody is attached; else 200x50. `history_limit`: lines that panes keep.
        `wait`: until its prompt is there, or until a line matches a pattern, `timeout` seconds at most: else TmuxError,
        and the session is kept. SessionExists when the name is taken.
        """
        request = creating.CreateRequest(
            name=name,
            label=label,
            socket=socket,
            window=window,
            type=_type(kind, command),
            command=command,
            cwd=cwd,
            environment=[f"{key}={value}" for key, value in (environment or {}).items()],
            size=size if isinstance(size, str) else "x".join(map(str, size or ())),
            history_limit=history_limit,
            register=register,
        )
        prompt = _prompt(request.type, wait)
        made = creating.create(self._ctx, request)
        asked = (
            targets.TargetArgs(session=name)
            if made.registered
            else targets.TargetArgs("", made.socket, made.made.pane_id, "")
        )
        session = Session(self._ctx, name, asked)
        if prompt and session.wait_for(prompt, timeout, shell=wait is True).kind != waiting.FOUND:
            raise TmuxError(
                f"the prompt of {name} did not come within {timeout:g} s", "the session is kept: look at it"
            )
        return session

    def session(self, name: str) -> Session:
        """A registered one. MissingSession when there is none of exactly that name."""
        if name not in self:
            raise targets.not_found(name, (registry.name for registry in self), "`list()` tells which there are")
        return Session(self._ctx, name, targets.TargetArgs(session=name))

    def pane(self, target: str, *, socket: str = "", label: str = "") -> Session:
        """Any pane of any server, registered or not; `target` as the command line's -t."""
        return Session(self._ctx, target, targets.TargetArgs(label, socket, target, ""))

    def list(self) -> list[Listed]:
        """Each with its health. TmuxError when a server does not answer: that is not the same as no session."""
        listed, errors = listing.read(self._ctx)
        if errors:
            raise TmuxError("; ".join(errors))
        return listed

    def __contains__(self, name: object) -> bool:
        return any(row.name == name for row in registry_rows.read(self._ctx.registry))

    def __iter__(self) -> Iterator[Session]:
        rows = registry_rows.read(self._ctx.registry)
        return iter([Session(self._ctx, row.name, targets.TargetArgs(session=row.name)) for row in rows])

    def __len__(self) -> int:
        return len(registry_rows.read(self._ctx.registry))


def _type(kind: str, command: Sequence[str]) -> str:
    if kind not in _KINDS:
        kinds = f"there are: {', '.join(_KINDS)}; or a command"
        raise UsageError(f"no kind of session is called {kind!r}", did_you_mean(kind, _KINDS, kinds))
    return creating.PROGRAM if command else _KINDS[kind]


def _prompt(kind: str, wait: bool | str) -> Pattern | None:
    if not wait:
        return None
    text = wait if isinstance(wait, str) else startup.PROMPTS.get(kind, "")
    if not text:
        raise UsageError(
            "viewsync does not know that program's prompt", "name the line that shows it is ready: wait=PATTERN"
        )
    return waiting.pattern(text)


class Session:
    """One session, or one pane of it. As a context manager it is killed at the end of the block."""

    def __init__(self, ctx: Context, name: str, asked: targets.TargetArgs) -> None:
        self.name = name
        self._ctx = ctx
        self._asked = asked

    def __repr__(self) -> str:
        return f"Session({self.name!r})"

    def send(
        self,
        text: str,
        *,
        enter: bool = True,
        block: bool = False,
        wait: Patterns = (),
        stop: Patterns = (),
        fixed: bool = False,
        timeout: float = 30.0,
        lease_timeout: float = 5.0,
        verify: bool = False,
        draft: str = sending.REFUSE,
    ) -> Outcome:
        """Put text into it, and press Enter. `block`: lines that belong together.

        `verify`: see that it was submitted, and press Enter again if not; `kind` is "not-submitted" when nothing helps.
        `draft`: what to do at a line that somebody has half typed: "refuse", "clear" it or "keep" it.
        With `wait`, until a line that comes after it matches, and `output` is what came. Without, `kind` is "sent".
        sending.NotReady when the pane cannot take it, LockTimeout when somebody else is sending.
        """
        wish = self._wish(wait, stop, fixed, timeout) if wait else None
        message = sending.Message(text, enter=enter, block=block, verify=verify, draft=draft)
        sent = sending.send(self._ctx, self._asked, message, sending.Patience(lease=lease_timeout), wish)
        lost = sent.submitted is not None and not sent.submitted.seen
        return sent.outcome or waiting.Outcome("not-submitted" if lost else "sent", "", "", [], None)

    def keys(self, *names: str) -> None:
        """Press keys, by tmux's names for them: "C-c", "Up", "Enter"."""
        for name in names:
            if not key_names.is_key(name):
                raise UsageError(f"no key is called {name!r}", "Enter, Up, F1, C-c, M-x, S-Enter; text goes by send()")
        sending.send(self._ctx, self._asked, sending.Message(enter=False, keys=names), sending.Patience())

    def wait(
        self,
        patterns: Patterns = (),
        *,
        stop: Patterns = (),
        idle: float = 0.0,
        exit: bool = False,  # noqa: A002  as the command line has it
        fixed: bool = False,
        since: str = waiting.SENT,
        timeout: float = 15.0,
    ) -> Outcome:
        """Until a line matches one of the patterns, nothing came for `idle` seconds, or the program ended.

        `since`: "sent", what came after the last sending; "now"; or "all". `kind` of the result tells what it was:
        "found", "stopped", "idle", "exited", "timeout", or "unsure" where time is over and all that matched may be the
        echo, or have been there before. MissingSession when the pane goes away.
        """
        wish = self._wish(patterns, stop, fixed, timeout)._replace(idle=idle, exit=exit)
        return waiting.wait_in(self._ctx, self._asked, wish, since, 1000).outcome

    def wait_for(self, pattern: Pattern, timeout: float, *, shell: bool = False) -> Outcome:
        """The same for a pattern that is ready, in all that there is. `shell`: or until a shell is at its prompt."""
        located = targets.locate(self._ctx, self._asked)
        wish = waiting.WaitCondition([pattern], timeout=timeout, shell=shell)
        return waiting.wait(self._ctx, located.place, wish, None)

    def follow(self, lines: int = 0, *, timeout: float = 0.0) -> Iterator[News]:
        """What comes out of it, as it comes, until its program ends or `timeout` seconds are over (0: never).

        `lines`: that many that are there already come first. Each of the results has `lines`, those that are finished,
        and `unfinished`, one behind which the program waits; the last one has `end`: "gone", "exited" or "timeout".
        """
        return following.follow(self._ctx, targets.locate(self._ctx, self._asked).place, lines, timeout)

    def exec(
        self,
        command: str | Sequence[str],
        *,
        timeout: float = 300.0,
        idle: float = 0.0,
        stop: Patterns = (),
        subshell: bool = False,
        max_lines: int = 0,
    ) -> Executed:
        """Run a line of shell, or the words of a command, in the session's own shell.

        It ends earlier after `idle` seconds without output, "idle" or "waits-for-input", and once a line matches
        `stop`, "stopped"; the command keeps running. `subshell`: nothing that it changes lasts. `max_lines`: of more
        lines only the first and the last ones, so many in all; `left_out` says of how many that is not so.
        """
        line = command if isinstance(command, str) else shlex.join(command)
        output = bytearray()
        ends = excerpts.Ends(max_lines, output.extend) if max_lines else None
        texts = [stop] if isinstance(stop, str) else stop
        options = executing.ExecOptions(idle, [waiting.pattern(text, fixed=False) for text in texts], subshell)
        take = ends.take if ends else output.extend
        ran = executing.execute(self._ctx, self._asked, line, timeout, take, options)
        if ends:
            ends.end()
        return Executed(
            ran.code,
            output.decode("utf-8", "replace"),
            ran.kind,
            ran.seconds,
            bytes(output),
            ran.complete,
            ran.waits_for_input,
            ends.left_out if ends else 0,
        )

    def capture(self, lines: int = 0, *, join: bool = False, max_lines: int = 0) -> Captured:
        """What it shows; with `lines`, that many from the end, out of the history too.

        With `max_lines`, only the first and the last ones of more than that, so many in all, and between them a line
        that says how many are left out.
        """
        wish = capturing.CaptureOptions(at_most=lines, join=join, max_lines=max_lines)
        return capturing.capture(self._ctx, self._asked, wish)

    def health(self) -> HealthReport:
        return health.check(self._ctx, self._asked, with_usage=True)

    def kill(self, *, keep_processes: bool = False) -> bool:
        """End it, and forget it. False when it was gone already; TmuxError when it could not be ended.

        What ignores the end of its terminal is ended after it, within seconds, unless `keep_processes`.
        """
        try:
            done = killing.kill(self._ctx, self._asked, killing.Wish(keep_processes=keep_processes))
        except MissingSession:
            return False
        if done.found and not done.killed and done.problem:
            raise TmuxError(f"cannot end {self.name}: {done.problem}")
        return done.killed

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.kill()
        except TmuxError:
            if error is None:  # else that is what counts
                raise

    @staticmethod
    def _wish(patterns: Patterns, stop: Patterns, fixed: bool, timeout: float) -> waiting.WaitCondition:
        def several(some: Patterns) -> list[Pattern]:
            return [waiting.pattern(text, fixed=fixed) for text in ([some] if isinstance(some, str) else some)]

        return waiting.WaitCondition(several(patterns), several(stop), timeout=timeout)
