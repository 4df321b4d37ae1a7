"""The folder of one command that runs in a session's shell: what the shell reads from it, and what comes back."""

from __future__ import annotations

import os
import time

from viewsync.errors import StateError, UsageError
from viewsync.light import contextlib, signal
from viewsync.panes.rules import end_mark, exec_script
from viewsync.store import own_files
from viewsync.system import processes
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context

FOLDER = "exec"
_CHUNK = 1 << 20  # bytes
_TRIES, _PAUSE = 20, 0.01  # times, and seconds between two
_BEGINS = 0.25  # seconds from the script's first line to the relay


def make(ctx: Context, shell: str, command: str, *, subshell: bool = False) -> ExecFolder:
    if subshell and shell == "fish":
        raise UsageError("fish has no subshell", "leave --subshell out, or run fish -c")
    root = os.path.join(ctx.folder, FOLDER)
    path = os.path.join(root, os.urandom(8).hex())
    if not path.isprintable():
        raise StateError(
            f"a shell cannot take the path of the folder {path!r}", "set VIEWSYNC_STATE_DIR to another folder"
        )
    pid = os.getpid()
    mark = exec_script.mark(os.urandom(8))
    programs = f"/usr/bin:/bin:{ctx.env.get('PATH') or os.defpath}"
    scripts = exec_script.scripts(path, shell, command, pid, programs, mark, subshell=subshell)
    texts = {
        exec_script.MAKER: f"{pid} {processes.start_time(pid)} {processes.place()}\n",
        exec_script.COMMAND: scripts.command,
        exec_script.RELAY: scripts.relay,
        exec_script.END: scripts.end,
        exec_script.RUN: scripts.run,
        exec_script.OUT: "",  # ours, whoever the shell runs as
    }
    try:
        own_files.make_folder(root)
        os.mkdir(path, 0o700)
        for name, text in texts.items():
            _write(os.path.join(path, name), text)
        os.mkfifo(os.path.join(path, exec_script.PIPE), 0o600)
    except OSError as error:
        _remove(path)
        raise StateError(f"cannot write into {path}: {error.strerror}") from None
    return ExecFolder(path, mark)


class ExecFolder:
    """What there is of its files is known as it was at the last `look`."""

    def __init__(self, path: str, mark: bytes) -> None:
        self.path = path
        self._mark = end_mark.EndMark(mark)
        self._out = -1
        self._names: frozenset[str] = frozenset()

    def _in(self, name: str) -> str:
        return os.path.join(self.path, name)

    @property
    def pipe(self) -> str:
        return os.path.realpath(self._in(exec_script.PIPE))

    @property
    def marked(self) -> bool:
        """Whether all that the command itself wrote has come."""
        return self._mark.seen

    def look(self) -> None:
        try:
            self._names = frozenset(os.listdir(self.path))
        except OSError:
            self._names = frozenset()

    def begun(self) -> bool:
        """Whether the shell reads the script."""
        return exec_script.BEGUN in self._names or self.failed()

    def failed(self) -> bool:
        """Whether the output could not be kept."""
        return exec_script.LOST in self._names

    def drained(self) -> bool:
        return exec_script.DRAINED in self._names

    def code(self) -> int | None:
        return exec_script.exit_code(self._names)

    def output(self) -> bytes:
        """What came since the last call, not all of it at once."""
        if self._out < 0:
            try:
                self._out = os.open(self._in(exec_script.OUT), os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return b""
        data = os.read(self._out, _CHUNK)
        return self._mark.without(data) if data else b""

    def rest(self) -> bytes:
        """For after the last output: what is no mark, since it ends."""
        return self._mark.rest()

    def cancel(self) -> bool:
        """Keep the shell from beginning it. False when it has begun: then it holds the script open, or has read it."""
        with contextlib.suppress(OSError):
            os.unlink(self._in(exec_script.RUN))
        deadline = time.monotonic() + _BEGINS
        self.look()
        while not self.begun() and time.monotonic() < deadline:
            time.sleep(0.005)
            self.look()
        return not self.begun()

    def leave(self) -> None:
        """Nobody will fetch the rest. What has begun goes on, and the last one out removes the folder."""
        if self.cancel():
            self.remove()
            return
        with contextlib.suppress(OSError):
            _write(self._in(exec_script.LEFT), "")
        self._end_keeper()
        self.close()
        self.look()
        if self.failed() or exec_script.OVER in self._names:
            self.remove()

    def remove(self) -> None:
        self._end_keeper()
        self.close()
        _remove(self.path)

    def close(self) -> None:
        if self._out >= 0:
            os.close(self._out)
            self._out = -1

    def _end_keeper(self) -> None:
        """Where it still runs, which is where something holds the pipe: from then on the output is shown, and no file
        grows that nobody will read.
        """
        if not self.drained():
            pid = _pid(self._in(exec_script.KEEPER))
            out = f"of={self._in(exec_script.OUT)}"
            processes.tell(pid, signal.SIGTERM, lambda: out in processes.command_line(pid))


def relay_runs(folder: str) -> bool:
    """Whether what shows the output of that command runs."""
    pid = _pid(os.path.join(folder, exec_script.BEGUN))
    return processes.alive(pid) and os.path.join(folder, exec_script.RELAY) in processes.command_line(pid)


def _pid(path: str) -> int:
    """That stands in the file, 0 without one."""
    try:
        with open(path, encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return 0


def _write(path: str, text: str) -> None:
    """Without fsync: it is read now, or never."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)


def _remove(path: str) -> None:
    """The files in it, and itself: again, where its relay made one more meanwhile. Not by shutil, which takes 5 ms to
    import.
    """
    for _ in range(_TRIES):
        with contextlib.suppress(OSError):
            for name in os.listdir(path):
                with contextlib.suppress(OSError):
                    os.unlink(os.path.join(path, name))
            os.rmdir(path)
        if not os.path.lexists(path):
            return
        time.sleep(_PAUSE)
