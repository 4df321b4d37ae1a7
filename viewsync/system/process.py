"""The only door to other programs. Every call has a bound."""

from __future__ import annotations

import errno
import os
import select
import time

from viewsync.errors import ViewsyncError
from viewsync.light import contextlib, signal
from viewsync.system import signals, spawning
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from subprocess import Popen
    from typing import TypeAlias

    Child = Popen[bytes]
    Program: TypeAlias = "spawning.Spawned | _BySubprocess"

# Hears of every program that came back, or did not, when somebody wants to know: the words, what became of it, seconds.
told: Callable[[Sequence[str], str, float], None] | None = None


MOST = 64 * 1024 * 1024  # bytes that a program may answer: the files that git knows of in the largest trees are fewer
_ENDS = 3.0  # seconds in which a program ends that has closed its output
_AT_ONCE = 65536  # bytes, as many as a pipe has room for

Waiting = spawning.Waiting


class Completed(NamedTuple):
    code: int
    out: str
    err: str


NOWHERE = None  # as `output`

# What helps where it is nothing about the program.
HINTS = {
    errno.ECHILD: "call signal.signal(signal.SIGCHLD, signal.SIG_DFL) before",
    errno.EMFILE: "raise the limit of open files (`ulimit -n`)",
    errno.ENFILE: "the system has too many open files",
    errno.EAGAIN: "there are too many processes (`ulimit -u`)",
    errno.ENOMEM: "the machine is out of memory",
}


class NotStarted(ViewsyncError):
    """The program is not there, or may not be run; or no program can be run now, and then `hint` says what helps."""

    kind = "not-started"

    def __init__(self, what: str, error: OSError | ValueError) -> None:
        reason = error.strerror if isinstance(error, OSError) else error
        number = error.errno if isinstance(error, OSError) else None
        super().__init__(f"cannot run {what}: {reason}", HINTS.get(number or 0, ""))


class TimedOut(ViewsyncError):
    """The program was ended because it did not come back in time."""

    kind = "timed-out"


class TooMuch(TimedOut):
    """It was ended because it printed more than anybody can have asked for: so it would have gone on."""

    kind = "too-much"


def which(program: str, env: Mapping[str, str]) -> str:
    """Where the program is that would run, "" when there is none. shutil takes 5 ms to import for the same."""
    folders = env.get("PATH", os.defpath).split(os.pathsep)
    places = [program] if "/" in program else [os.path.join(folder, program) for folder in folders if program]
    return next((place for place in places if os.path.isfile(place) and os.access(place, os.X_OK)), "")


def run(
    argv: Sequence[str],
    *,
    timeout: float,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    longer: Callable[[], Generator[float, None, None]] | None = None,
    inherit: bool = False,
    most: int = MOST,
    meanwhile: Callable[[], None] | None = None,
    waiting: Waiting | None = None,
) -> Completed:
    """Run one program to its end, `timeout` seconds and `most` bytes at most. Bytes that are no UTF-8 survive the round
    trip.

    With `inherit` its standard input is ours, a terminal that it is to look at. `longer` is asked once those seconds
    are over, and yields for how many seconds each we go on waiting for the same process. `meanwhile` is called once it
    was started. `waiting`: it was, and gets its input now.
    """
    _needs_exit_codes(argv)
    began = time.monotonic()
    outcome = "not started"
    try:
        raw = None if inherit else stdin.encode("utf-8", "surrogateescape")
        with waiting.given(raw or b"") if waiting else _begun(argv, raw, env, cwd) as child:
            out, err = _answer(child, argv, timeout, longer, most, meanwhile)
        outcome = f"exit code {child.returncode}"
    except TimedOut:
        outcome = "ended"
        raise
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in an argument
        raise NotStarted(argv[0], error) from None
    finally:
        if told:
            told(argv, outcome, time.monotonic() - began)
    return Completed(child.returncode, _text(out), _text(err))


class Watched:
    """A program whose output is read as it comes."""

    def __init__(self, child: Program) -> None:
        self._child = child
        self._open = select.poll()
        self._reading = list(child.outputs)
        for number in self._reading:
            self._open.register(number, select.POLLIN)

    def read(self, seconds: float) -> tuple[bytes, bytes]:
        """What came as output and as errors, within those seconds."""
        came = dict.fromkeys(self._child.outputs, b"")
        for number, _ in self._open.poll(seconds * 1000) if self._reading else ():
            came[number] = os.read(number, _AT_ONCE)
            if not came[number]:
                self._open.unregister(number)
                self._reading.remove(number)
        out, err = came.values()
        return out, err

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return not self._reading

    def code(self) -> int:
        """Its exit code, once it is over."""
        with contextlib.suppress(spawning.Late):
            self._child.wait(_ENDS)
        return self._child.returncode


@contextlib.contextmanager
def watched(argv: Sequence[str], *, stdin: str, env: Mapping[str, str]) -> Iterator[Watched]:
    """It ends with the block. NotStarted."""
    _needs_exit_codes(argv)
    with spawning.whole(stdin.encode("utf-8", "surrogateescape")) as source:
        try:
            child = _started(argv, source.fileno(), env, None)
        except (OSError, ValueError) as error:
            raise NotStarted(argv[0], error) from None
    if told:
        told(argv, "started", 0)
    with child:
        try:
            yield Watched(child)
        finally:
            child.kill()


@contextlib.contextmanager
def _begun(
    argv: Sequence[str], stdin: bytes | None, env: Mapping[str, str] | None, cwd: str | None
) -> Iterator[Program]:
    with (
        spawning.whole(stdin or b"") as source,
        _started(argv, None if stdin is None else source.fileno(), env, cwd) as child,
    ):
        yield child


def _started(argv: Sequence[str], stdin: int | None, env: Mapping[str, str] | None, cwd: str | None) -> Program:
    if not cwd:
        try:
            return spawning.Spawned(argv, stdin, env)
        except ValueError:  # a variable without a name; what is wrong with any other words, `subprocess` says, too
            pass
        except OSError as error:
            if error.errno != errno.EBADF:  # of a file that we inherited, beyond the limit of open files
                raise
    return _BySubprocess(argv, stdin, env, cwd)


class _BySubprocess:
    """posix_spawn starts a program where we are, and not beside everything that we may have inherited."""

    def __init__(self, argv: Sequence[str], stdin: int | None, env: Mapping[str, str] | None, cwd: str | None) -> None:
        import subprocess

        pipe = subprocess.PIPE
        self._child = subprocess.Popen(argv, stdin=stdin, stdout=pipe, stderr=pipe, env=env, cwd=cwd)
        assert self._child.stdout
        assert self._child.stderr
        self.outputs = [self._child.stdout.fileno(), self._child.stderr.fileno()]
        self.kill = self._child.kill

    @property
    def returncode(self) -> int:
        return self._child.returncode

    def __enter__(self) -> _BySubprocess:
        return self

    def __exit__(self, *problem: Any) -> None:
        self._child.__exit__(*problem)

    def wait(self, timeout: float) -> None:
        import subprocess

        try:
            self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            raise spawning.Late from None


def _answer(
    child: Program,
    argv: Sequence[str],
    timeout: float,
    longer: Callable[[], Generator[float, None, None]] | None,
    most: int,
    meanwhile: Callable[[], None] | None,
) -> tuple[bytes, bytes]:
    """What it printed until its end. It does not outlive our waiting, whatever ends that."""
    try:
        if meanwhile:
            meanwhile()
        printed = _Printed(child, argv[0], most)
        try:
            return printed.read(timeout)
        except spawning.Late:
            with contextlib.closing(longer() if longer else _no_longer()) as more:
                for seconds in more:
                    with contextlib.suppress(spawning.Late):
                        return printed.read(seconds)
            raise TimedOut(f"{argv[0]} did not answer within {timeout:g} s") from None
    except BaseException:
        child.kill()
        raise


class _Printed:
    """What a child prints: no more of it than `most` bytes. What has come is kept for the next wait."""

    def __init__(self, child: Program, program: str, most: int) -> None:
        self._child, self._program, self._most = child, program, most
        self._left = most
        self._parts: dict[int, list[bytes]] = {number: [] for number in child.outputs}
        self._open = select.poll()
        for number in self._parts:
            self._open.register(number, select.POLLIN)
        self._reading = set(self._parts)

    def read(self, timeout: float) -> tuple[bytes, bytes]:
        """All of it, once it has ended. TooMuch, Late."""
        deadline = time.monotonic() + timeout
        while self._reading:
            left = deadline - time.monotonic()
            if left < 0:
                raise spawning.Late
            for number, _ in self._open.poll(left * 1000):
                if part := os.read(number, _AT_ONCE):
                    self._keep(number, part)
                else:
                    self._open.unregister(number)
                    self._reading.remove(number)
        self._child.wait(max(0.0, deadline - time.monotonic()))
        out, err = (b"".join(parts) for parts in self._parts.values())
        return out, err

    def _keep(self, number: int, part: bytes) -> None:
        self._left -= len(part)
        if self._left < 0:
            raise TooMuch(f"{self._program} printed more than {self._most // (1024 * 1024)} MB, and was ended")
        self._parts[number].append(part)


def _no_longer() -> Generator[float, None, None]:
    yield from ()


def _needs_exit_codes(argv: Sequence[str]) -> None:
    """Python takes every program for one that succeeded where the one that uses our API ignores its children's end."""
    if signals.ignores(signal.SIGCHLD):
        raise NotStarted(argv[0], OSError(errno.ECHILD, "SIGCHLD is ignored, so that no exit code can be had"))


def start(argv: Sequence[str], *, env: Mapping[str, str] | None = None, output: int | None = NOWHERE) -> int:
    """Start a program that outlives us, in a session of its own; returns its pid. `output` takes what it prints."""
    return start_group(argv, cwd="/", env=env, output=output).pid


def start_group(argv: Sequence[str], *, cwd: str, env: Mapping[str, str] | None, output: int | None) -> Child:
    """Start a program without a terminal, in a process group of its own, by which it can be ended with all of it."""
    import subprocess  # nothing hot starts such a program

    _needs_exit_codes(argv)
    if told:
        told(argv, "started", 0)
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if output is NOWHERE else output,
            stderr=subprocess.DEVNULL if output is NOWHERE else output,
            start_new_session=True,
            cwd=cwd,
            env=env,
        )
    except (OSError, ValueError) as error:  # ValueError: a NUL byte
        raise NotStarted(f"{argv[0]} in {cwd}", error) from None


def on_terminal(argv: Sequence[str], env: Mapping[str, str]) -> tuple[int, int]:
    """Start a program as the first process of a new terminal, as a terminal's tab does: its pid and our end."""
    import pty  # only the demo is a terminal

    pid, master = pty.fork()
    if pid == 0:
        try:
            signals.before_exec()
            os.execvpe(argv[0], list(argv), env)
        finally:
            os._exit(127)
    os.set_blocking(master, False)
    return pid, master


def on_our_terminal(argv: Sequence[str], env: Mapping[str, str]) -> Child:
    """Start a program that has our terminal for itself while it runs."""
    import subprocess

    _needs_exit_codes(argv)
    try:
        return subprocess.Popen(argv, env=env)
    except (OSError, ValueError) as error:
        raise NotStarted(argv[0], error) from None


def asking(argv: Sequence[str], stdin: str, env: Mapping[str, str]) -> Completed:
    """Run a program that asks whoever sits at our terminal, and say what it answered. Its bound is that person; but it
    does not outlive us, and the terminal is as it was, however it ended. `err` goes to the terminal, on which it draws.
    """
    import subprocess
    import termios

    _needs_exit_codes(argv)
    settings = termios.tcgetattr(0)
    try:
        with (
            signals.exiting(signal.SIGQUIT),
            spawning.whole(stdin.encode("utf-8", "surrogateescape")) as source,
            subprocess.Popen(argv, stdin=source, stdout=subprocess.PIPE, env=env) as child,
        ):
            try:
                out = child.communicate()[0]
            except BaseException:
                child.terminate()  # it gives the terminal back
                ended(child)
                raise
    except (OSError, ValueError) as error:
        raise NotStarted(argv[0], error) from None
    finally:
        with contextlib.suppress(termios.error):  # the terminal may be gone
            termios.tcsetattr(0, termios.TCSADRAIN, settings)
    return Completed(child.returncode, _text(out), "")


def ended(child: Child, patience: float = 3.0) -> None:
    """It ends by itself in a moment, or is ended."""
    import subprocess

    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
