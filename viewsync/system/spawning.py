"""A program started by posix_spawn, as `subprocess` would start it, without the cost of importing that."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import time

from viewsync.light import contextlib, signal
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import IO

_DEFAULT = [number for name in ("SIGPIPE", "SIGXFSZ") if (number := getattr(signal, name, None))]  # Python ignores them


_LEFT = 0.2  # seconds in which a program ends that gets no input


class Late(Exception):
    """It did not end in time."""


class Spawned:
    """A child of ours, whose output and errors are read. It is waited for at the end of a `with`."""

    def __init__(self, argv: Sequence[str], stdin: int | None, env: Mapping[str, str] | None) -> None:
        """`stdin` None: ours."""
        self.returncode = -1  # once it has ended
        self._over = False
        ours: list[int] = []
        theirs: list[int] = []
        try:
            for _ in ("output", "errors"):
                read, write = os.pipe()
                ours.append(read)
                theirs.append(write)
            if stdin is not None:
                theirs.append(os.dup(stdin))
            for place, number in enumerate(theirs):
                theirs[place] = _above_standard(number)
            self.pid = _started(argv, theirs, env)
        except BaseException:
            _close(ours)
            raise
        finally:
            _close(theirs)
        self.outputs = ours

    def __enter__(self) -> Spawned:
        return self

    def __exit__(self, *_: object) -> None:
        _close(self.outputs)
        self._ended(0)

    def kill(self) -> None:
        if not self._ended(os.WNOHANG):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float) -> None:
        """Late where it goes on for longer."""
        deadline = time.monotonic() + timeout
        pause = 0.0005
        while not self._ended(os.WNOHANG):
            left = deadline - time.monotonic()
            if left <= 0:
                raise Late
            _wait(self.pid, left, min(pause, left, 0.05))
            pause *= 2

    def _ended(self, options: int) -> bool:
        if not self._over:
            try:
                pid, status = os.waitpid(self.pid, options)
            except ChildProcessError:  # somebody else took its exit code: `subprocess`, too, has 0 then
                pid, status = self.pid, 0
            if pid:
                self.returncode, self._over = os.waitstatus_to_exitcode(status), True
        return self._over


def whole(raw: bytes) -> IO[bytes]:
    """An open file with all of it. Of a pipe a program would get only a part, and take it for the whole, if we were
    killed while it reads.
    """
    if hasattr(os, "memfd_create"):
        file: IO[bytes] = os.fdopen(os.memfd_create("viewsync"), "w+b")
    else:
        import tempfile

        file = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    try:
        file.write(raw)
        file.seek(0)
    except BaseException:
        with contextlib.suppress(OSError):  # what could not be written is tried again here
            file.close()
        raise
    return file


class Waiting:
    """A program that waits for its input, and gets all of that or nothing, whenever we may be killed."""

    MOST = select.PIPE_BUF  # bytes, which one write(2) puts into a pipe together

    def __init__(self, argv: Sequence[str], env: Mapping[str, str] | None) -> None:
        """OSError or ValueError where it cannot be started."""
        self.argv = argv
        self.unread = False  # it has ended, and nothing of its input was read
        self._read, self._write = os.pipe()
        try:
            self._child = Spawned(argv, self._read, env)
        except BaseException:
            _close([self._read, self._write])
            raise

    @contextlib.contextmanager
    def given(self, raw: bytes) -> Iterator[Spawned]:
        assert len(raw) <= self.MOST
        try:
            with self._child:
                try:
                    os.write(self._write, raw)
                finally:
                    os.close(self._write)
                yield self._child
            left = select.poll()
            left.register(self._read, select.POLLIN)
            self.unread = any(event & select.POLLIN for _, event in left.poll(0))
        finally:
            os.close(self._read)

    def leave(self) -> None:
        """It gets nothing."""
        _close([self._read, self._write])
        with self._child:
            try:
                self._child.wait(_LEFT)
            except Late:
                self._child.kill()


def _wait(pid: int, most: float, pause: float) -> None:
    """For the end of a child, as long as `most` seconds; where a kernel cannot tell of it, for a pause."""
    try:
        child = os.pidfd_open(pid)
    except (AttributeError, OSError):
        time.sleep(pause)
        return
    try:
        poll = select.poll()
        poll.register(child, select.POLLIN)
        poll.poll(most * 1000)
    finally:
        os.close(child)


def _started(argv: Sequence[str], theirs: Sequence[int], env: Mapping[str, str] | None) -> int:
    """Its pid. `theirs`: output, errors and, if it is not to have ours, input."""
    actions: list[tuple[int, ...]] = [
        (os.POSIX_SPAWN_DUP2, number, place) for number, place in zip(theirs, (1, 2, 0), strict=False)
    ]
    actions += [(os.POSIX_SPAWN_CLOSE, number) for number in _inherited()]
    environment = os.environ if env is None else env
    problem = OSError(errno.ENOENT, os.strerror(errno.ENOENT))
    refused = False
    for path in _places(argv[0], environment):
        try:
            os.stat(path)
            return os.posix_spawn(path, list(argv), environment, file_actions=actions, setsigdef=_DEFAULT)
        except OSError as error:
            lacks = error.errno in (errno.ENOENT, errno.ENOTDIR)
            if not (lacks and refused):  # of a file that may not be run is told, of those that are not there is not
                problem, refused = error, not lacks
    raise problem


def _places(program: str, env: Mapping[str, str]) -> list[str]:
    """Where the program may be that is to be run in that environment, as execvp(3) looks for it."""
    if "\0" in program:
        raise ValueError("embedded null byte")
    return (
        [program]
        if "/" in program
        else [os.path.join(folder, program) for folder in env.get("PATH", os.defpath).split(":")]
    )


def _inherited() -> list[int]:
    """Files that whoever started us left open for all that we start: they are not for our programs."""
    try:
        numbers = [int(name) for name in os.listdir("/dev/fd")]
    except (FileNotFoundError, PermissionError):
        numbers = list(range(3, 1024))
    most = os.sysconf("SC_OPEN_MAX")
    found = []
    for number in numbers:
        if number > 2 and _inheritable(number):
            if 0 < most <= number:  # opened before the limit was lowered: posix_spawn refuses its number
                os.set_inheritable(number, False)
            else:
                found.append(number)
    return found


def _inheritable(number: int) -> bool:
    try:
        return os.get_inheritable(number)
    except OSError:  # the folder's own, which is closed by now
        return False


def _above_standard(number: int) -> int:
    """Where one of the standard files is closed, another has its number, and would be in the way."""
    if number > 2:
        return number
    above = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 3)
    os.close(number)
    return above


def _close(numbers: Sequence[int]) -> None:
    for number in numbers:
        os.close(number)
