"""One bounded call of tmux, for one server. The files beside this one know what to say; this one knows how."""

from __future__ import annotations

import os
import time

from viewsync.errors import TmuxError, TmuxMissing, TmuxTimeout
from viewsync.light import contextlib
from viewsync.system import process
from viewsync.tmux import messages, sockets
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

SOON = 2.0  # seconds after which a call is late: whether its server hangs is asked, and people hear of it
_STILL = 300.0  # seconds for which a server that hung has to answer as soon as that: many calls would wait for it
_ENDING = 0.5  # seconds that a server takes at most to end, once it has hung up
_SCRIPT = ("source-file", "-")
_MORE = 3_500  # bytes that a script mostly has beside its text, at most


LARGEST_CAPTURE = 2**30  # bytes: of a history of a million lines, with their colours
BUSY = "stopped or very busy"
_LOADING = "loading its configuration; the setting tmux_start_timeout gives it more time"


class ServerGone(TmuxError):
    """Nothing listens on the socket."""

    kind = "no-server"


class Tmux:
    far = False  # its servers are another host's: our variables and folders are nothing there
    host = ""  # the other one, where it is far

    def __init__(
        self, program: str, timeout: float, env: Mapping[str, str], say: Callable[[str], None] | None = None
    ) -> None:
        """`say` hears, once for a server, for what we wait where that takes long."""
        self.program = program
        self.timeout = timeout  # seconds without any answer; one that is slow is waited for
        self.start_timeout = 60.0  # seconds for a server that has its configuration to load
        self.env = clean(env)
        self._say = say
        self._said: set[str] = set()
        self._hung: dict[str, float] = {}  # when, by socket
        self.hurry = False  # other servers wait: one that answers nothing soon is asked again later
        self.given_up = False  # nobody wants the answers any more (side_by_side.py)
        self.calls_back = True  # servers whose sockets were removed (lost_sockets.py)
        self._expects_script = False
        self._waiting: list[tuple[str, process.Waiting]] = []  # what takes the script, by its server's socket

    def argv(self, socket: str, *words: str, starts: bool = False) -> list[str]:
        """What asks that server, which is ours. Nothing that asks one is made elsewhere. ServerGone, or Foreign.

        Where there is no socket only what `starts` a server is run: anybody might put one there by then.
        """
        there = sockets.must_be_ours(socket) or starts
        # Without any program it fails by that, and says so.
        if not there and process.which(self.program, self.env) and (gone := self._gone(socket)):
            raise gone
        return self._words(socket, *words)

    def _gone(self, socket: str) -> TmuxError | None:
        """ServerGone, but where one runs whose socket was removed: that is not gone. None: it can be reached again."""
        from viewsync.tmux import lost_sockets  # only for those

        pid = lost_sockets.server_on(socket)
        if not pid:
            return ServerGone(f"no tmux server on {socket}", "start one with `tmux`, or name it with -L or -S")
        if not self.calls_back or not lost_sockets.called_back(socket, pid, min(SOON, self.timeout)):
            return lost_sockets.lost(socket, pid)
        if self._say:
            self._say(f"the socket {socket} had been removed; its tmux server (process {pid}) made it again")
        return None

    def _words(self, socket: str, *words: str) -> list[str]:
        """-u: without it tmux replaces tabs and non-ASCII in its output when the locale is C (section 5)."""
        return [self.program, "-u", "-S", socket, *words]

    def to_attach(self, socket: str, name: str) -> list[str]:
        """How a person attaches. Where there is no server, it starts one: only the demo runs it, on one of its own."""
        return self._words(socket, "attach-session", "-t", f"={name}")

    def with_path(self, path: str) -> Tmux:
        """The same for panes that are to have that PATH, "" for any: they get that of the client that asks for them,
        whatever -e says (spawn.c of every version), unless it is attached.
        """
        if not path:
            return self
        import copy

        other = copy.copy(self)
        other.program = process.which(self.program, self.env) or self.program
        other.env = {**self.env, "PATH": path}
        other._waiting = []  # a client of ours would have our path
        return other

    def run(self, socket: str, *words: str, stdin: str = "", starts: bool = False) -> process.Completed:
        """One call, whatever its exit code. Raises TmuxTimeout, ServerGone, or TmuxError when it cannot run."""
        argv = self.argv(socket, *words, starts=starts)
        bound = self._bound(socket) if self._hung or self.hurry else self.timeout
        cwd, why, env = None, BUSY, self.env
        if starts and self._nobody_listens(socket):
            from viewsync.text import variables  # only for these
            from viewsync.tmux import configuration_variables

            # What one caller has is not to be everybody's; his session gets it (sessions.py).
            env = {**configuration_variables.of(self.env), **variables.of_a_server(self.env)}
            # The folder of who starts it is the server's own as long as that runs, and may be removed meanwhile.
            cwd, bound, why = self._home(), self.start_timeout, _LOADING
            if found := process.which(argv[0], self.env):
                argv[0] = os.path.abspath(found)
        soon = min(SOON, bound / 2)
        waiting = self._taken(socket, stdin) if words == _SCRIPT else None
        try:
            done = process.run(
                argv,
                timeout=soon,
                stdin=stdin,
                env=env,
                cwd=cwd,
                longer=lambda: self._wait(socket, soon, bound, why),
                most=LARGEST_CAPTURE if "capture-pane" in words else process.MOST,
                meanwhile=lambda: self._await_script(socket),
                waiting=waiting,
            )
        except process.TimedOut as error:
            raise no_answer(socket, words, error, why) from None
        except process.NotStarted as error:
            if error.hint:  # there may be one, and no program can be run now
                raise TmuxError(error.message, error.hint) from None
            raise TmuxMissing(error.message, "install tmux, or set its path as `tmux` in config.toml") from None
        if self._hung:
            self._hung.pop(socket, None)
        if waiting and waiting.unread:  # its server ended before that
            return self.run(socket, *words, stdin=stdin)
        if done.code and self._called_back(socket, done.err):
            return self.run(socket, *words, stdin=stdin, starts=starts)
        return self._undollared(socket, done) if "\\$" in done.out and "capture-pane" not in words else done

    @contextlib.contextmanager
    def script_to_come(self, text: str) -> Iterator[None]:
        """Behind the first question comes a script for the same server, with that text in it. Where it is short, the
        client that takes it starts while that is answered. It changes nothing before it has the script.
        """
        self._expects_script = len(text) + _MORE <= process.Waiting.MOST
        try:
            yield
        finally:
            self._taken("", "")

    def _await_script(self, socket: str) -> None:
        if not self._expects_script:
            return
        self._expects_script = False
        with contextlib.suppress(OSError, ValueError, TmuxError):  # then it starts when it is needed, or says why not
            self._waiting.append((socket, process.Waiting(self.argv(socket, *_SCRIPT), self.env)))

    def _taken(self, socket: str, script: str) -> process.Waiting | None:
        """What waits for that script; whatever waits in vain ends. By `pop`, so that of two threads one has it."""
        self._expects_script = False
        while self._waiting:
            with contextlib.suppress(IndexError):
                there, waiting = self._waiting.pop()
                if there == socket and len(script.encode("utf-8", "surrogateescape")) <= waiting.MOST:
                    return waiting
                waiting.leave()
                if process.told:
                    process.told(waiting.argv, "not needed", 0)
        return None

    def _nobody_listens(self, socket: str) -> bool:
        """LostSocket where a server runs there that cannot be called back: a second one would hide it for good."""
        gone = None if sockets.listens(socket) else self._gone(socket)
        if gone and not isinstance(gone, ServerGone):
            raise gone
        return gone is not None

    def _called_back(self, socket: str, error: str) -> bool:
        """Whether there was no way to the server, and is one now. ServerGone, LostSocket where there is none."""
        hung_up = messages.hung_up(error)
        if hung_up and _goes_on(socket):
            raise TmuxError(
                f"the tmux server on {socket} runs, and does not understand this tmux",
                "up to 3.5a it cannot talk to a newer server: set the path of a newer one as `tmux` in config.toml",
            )
        if not hung_up and not messages.no_server(error, socket):
            return False
        if gone := self._gone(socket):
            raise gone
        if hung_up:  # it may have been done
            raise TmuxError(f"the tmux server on {socket} lost its socket meanwhile, and has it again", "try again")
        return True

    def _undollared(self, socket: str, done: process.Completed) -> process.Completed:
        from viewsync.tmux.rules.language import undollared  # only for these few
        from viewsync.tmux.rules.versions import escapes_dollars

        version = self.run(socket, "display-message", "-p", "#{version}").out
        return done._replace(out=undollared(done.out)) if escapes_dollars(version) else done

    def _bound(self, socket: str) -> float:
        """Less for one that hung a moment ago, and has done nothing since. Now and then it gets all its time again."""
        if self.hurry or time.monotonic() - self._hung.get(socket, -_STILL) < _STILL:
            return min(SOON, self.timeout)
        self._hung.pop(socket, None)
        return self.timeout

    def _home(self) -> str:
        home = self.env.get("HOME", "")
        return home if os.path.isdir(home) and os.access(home, os.X_OK) else "/"

    def _wait(self, socket: str, waited: float, bound: float, why: str) -> Generator[float, None, None]:
        from viewsync.tmux import slow_server  # only for those

        def say(seconds: float) -> None:
            if self.given_up:
                raise process.TimedOut("was not waited for")
            if self._say and seconds >= SOON and socket not in self._said:
                self._said.add(socket)
                self._say(f"waiting for the tmux server on {socket}: no answer for {SOON:g} s, it may be {why}")

        try:
            yield from slow_server.wait(
                lambda: self.argv(socket, "display-message", "-p", "ok"), self.env, waited, bound, say
            )
        except slow_server.Hung:
            if not self.hurry:
                self._hung.setdefault(socket, time.monotonic())
            raise

    def read(self, socket: str, commands: Sequence[Sequence[str]]) -> process.Completed:
        """All that the commands list, the last of which asks for the server itself. One that has no session, as with
        `exit-empty off` or before its configuration has made one, refuses to list, and tells of itself alone.
        """
        done = self.run(socket, *chain(*commands))
        if done.code and messages.no_sessions(done.err):
            done = self.run(socket, *chain(["list-sessions", "-F", "=session"], commands[-1]))
            if done.out.startswith("=session\n"):  # it was made in between
                return self.run(socket, *chain(*commands))
        return done

    def refuses_terminal(self, socket: str, *, lacking: bool) -> str:
        """Why a client on our terminal would end at once, "" where it may not: each looks at its terminal first,
        whatever it is to ask. `lacking`: the terminal cannot do what a server needs, unless it is told how.
        """
        asked = self.argv(socket, "show-options", "-s", "terminal-overrides")
        done = process.run(asked, timeout=self.timeout, env=self.env, inherit=True)
        if done.code:
            return done.err.strip()
        told = all(f":{name}=" in done.out for name in ("clear", "cup"))
        return "its screen cannot be cleared, or its cursor cannot be placed" if lacking and not told else ""

    def version(self) -> str:
        """Of the client program, as `tmux -V` says it."""
        done = process.run([self.program, "-V"], timeout=self.timeout, env=self.env)
        return done.out.strip().removeprefix("tmux ")

    def ask(self, socket: str, *words: str, stdin: str = "") -> str:
        """The output of a call that must succeed."""
        return _said(socket, self.run(socket, *words, stdin=stdin))

    def ask_all(self, socket: str, commands: Sequence[Sequence[str]]) -> str:
        """The output of `read`, which must succeed."""
        return _said(socket, self.read(socket, commands))


def _said(socket: str, done: process.Completed) -> str:
    if done.code:
        raise TmuxError(f"tmux on {socket}: {done.err.strip() or f'exit code {done.code}'}")
    return done.out


def no_answer(socket: str, words: Sequence[str], error: process.TimedOut, why: str) -> TmuxError:
    if isinstance(error, process.TooMuch):
        return TmuxError(f"{error.message}, when it was asked on {socket}", "see that the setting `tmux` names a tmux")
    return TmuxTimeout(f"the tmux server on {socket} {error.message}", f"it may be {why}{left_open(words)}")


_READS = ("list-", "show-", "display-", "has-", "capture-")


def left_open(words: Sequence[str]) -> str:
    """What is to be said beside that there was no answer: a stopped server does what it was asked once it goes on."""
    commands = [words[at:] for at in range(len(words)) if at == 0 or words[at - 1] == ";"]
    harmless = (
        command[0].startswith(_READS) or (command[3:4] and command[3].startswith("list-")) for command in commands
    )
    return "" if all(harmless) else "; what it was asked may still be done"


def _goes_on(socket: str) -> bool:
    """Whether a server that hung up is there all the same, because it does not understand this tmux."""
    until = time.monotonic() + _ENDING
    while sockets.listens(os.path.realpath(socket)):
        if time.monotonic() > until:
            return True
        time.sleep(0.02)
    return False


# TMUX would choose another server, and refuses to attach inside tmux; what the launcher sets is for this process,
# and a server that we start would hand it to every pane.
_OURS_ALONE = ("TMUX", "TMUX_PANE", "VIEWSYNC_DIRS", "VIEWSYNC_LAUNCHER")


def clean(env: Mapping[str, str]) -> dict[str, str]:
    """The environment that tmux is to see."""
    return {name: value for name, value in env.items() if name not in _OURS_ALONE}


def chain(*commands: Sequence[str]) -> list[str]:
    """Several commands as the words of one call."""
    words: list[str] = []
    for command in commands:
        words += [";", *command] if words else command
    return words
