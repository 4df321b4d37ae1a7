"""The folder of one command that runs in a session's shell: what the shell reads from it, and what comes back."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import struct
import termios
import time
from typing import TYPE_CHECKING

from viewsync.errors import StateError
from viewsync.panes.rules import exec_script
from viewsync.store import own_files
from viewsync.system import processes

if TYPE_CHECKING:
    from viewsync.context import Context

FOLDER = "exec"
_CHUNK = 1 << 20  # bytes
_BEGINS = 0.25  # seconds from the script's first line to tee
_LATER = 5.0  # seconds between what the clock says of one moment, and the file's time
_QUIET = 0.1  # seconds without output after which nothing is on its way any more


def make(ctx: Context, shell: str, command: str) -> ExecFolder:
    root = os.path.join(ctx.folder, FOLDER)
    path = os.path.join(root, os.urandom(8).hex())
    if not path.isprintable():
        raise StateError(
            f"a shell cannot take the path of the folder {path!r}", "set VIEWSYNC_STATE_DIR to another folder"
        )
    pid = os.getpid()
    texts = {
        exec_script.MAKER: f"{pid} {processes.start_time(pid)}\n",
        exec_script.COMMAND: f"{command}\n",
        exec_script.RUN: exec_script.text(path, shell, pid),
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
    return ExecFolder(path)


class ExecFolder:
    def __init__(self, path: str) -> None:
        self.path = path
        self._out = -1
        self._pipe = -1
        self._quiet_since = 0.0

    def _in(self, name: str) -> str:
        return os.path.join(self.path, name)

    def started(self) -> bool:
        return os.path.exists(self._in(exec_script.TEE)) or self.failed()

    def failed(self) -> bool:
        """Whether the output could not be kept."""
        return os.path.exists(self._in(exec_script.LOST))

    def drained(self) -> bool:
        return os.path.exists(self._in(exec_script.DRAINED))

    def code(self) -> int | None:
        try:
            with open(self._in(exec_script.CODE), encoding="ascii") as file:
                text = file.read()
        except OSError:
            return None
        return int(text) if text.endswith("\n") else None

    def output(self) -> bytes:
        """What came since the last call, not all of it at once."""
        if self._out < 0:
            try:
                self._out = os.open(self._in(exec_script.OUT), os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return b""
        data = os.read(self._out, _CHUNK)
        if data:
            self._quiet_since = time.monotonic()
        return data

    def quiet(self) -> bool:
        """Whether a program holds the pipe and says nothing; for after the code is there and all was read.

        To open the pipe earlier would keep tee from seeing its end. A tee that has ended may have taken the rest along.
        Of a pipe whose last writer had closed it before we came, Linux tells no end, unless another one comes and goes.
        """
        if not tee_runs(self.path):
            return False
        if self._pipe < 0:
            try:
                self._pipe = os.open(self._in(exec_script.PIPE), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
                os.close(os.open(self._in(exec_script.PIPE), os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC))
            except FileNotFoundError:
                return False
            self._quiet_since = time.monotonic()
        poll = select.poll()
        poll.register(self._pipe, 0)
        held = not any(event & select.POLLHUP for _, event in poll.poll(0))
        (waiting,) = struct.unpack("i", fcntl.ioctl(self._pipe, termios.FIONREAD, b"\0" * 4))
        return held and not waiting and time.monotonic() - self._quiet_since > _QUIET

    def cancel(self) -> bool:
        """Keep the shell from beginning it. False when it has begun: then it holds the script open, or has read it."""
        with contextlib.suppress(OSError):
            os.unlink(self._in(exec_script.RUN))
        deadline = time.monotonic() + _BEGINS
        while not self.started() and time.monotonic() < deadline:
            time.sleep(0.005)
        return not self.started()

    def leave(self) -> None:
        """Nobody will fetch the rest. What has begun goes on, and the last one out removes the folder."""
        if self.cancel():
            self.remove()
            return
        over = self.failed()  # else tee is ended below, which looks alike
        with contextlib.suppress(OSError):
            _write(self._in(exec_script.LEFT), "")
        self._end_tee()
        self.close()
        if over or self.drained():
            self.remove()

    def remove(self) -> None:
        self._end_tee()
        self.close()
        _remove(self.path)

    def close(self) -> None:
        for handle in (self._out, self._pipe):
            if handle >= 0:
                os.close(handle)
        self._out = self._pipe = -1

    def _end_tee(self) -> None:
        """Where it still runs, which is where something holds the pipe; or let go of who waits to open that."""
        if self.drained():
            return
        pid = _tee(self.path)
        if not pid:
            with contextlib.suppress(OSError):
                os.close(os.open(self._in(exec_script.PIPE), os.O_WRONLY | os.O_NONBLOCK))
            return
        # One that cannot be looked at ends with the program that holds the pipe.
        processes.tell(pid, signal.SIGTERM, lambda: self._in(exec_script.OUT) in processes.command_line(pid))


def tee_runs(folder: str) -> bool:
    """Whether the tee of that command runs. Its pid comes back: nobody else writes what it writes (as far as its words
    are told), and who began after its pid was written down is another one.
    """
    pid = _tee(folder)
    if not processes.alive(pid):
        return False
    if os.path.join(folder, exec_script.OUT) in processes.command_line(pid):
        return True
    with contextlib.suppress(OSError):
        return processes.began(pid) < os.stat(os.path.join(folder, exec_script.TEE)).st_mtime + _LATER
    return False


def _tee(folder: str) -> int:
    """Its process, 0 where it has not begun, or has failed."""
    try:
        with open(os.path.join(folder, exec_script.TEE), encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return 0


def _write(path: str, text: str) -> None:
    """Without fsync: it is read now, or never."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)


def _remove(path: str) -> None:
    """The files in it, and itself. Not by shutil, which takes 5 ms to import."""
    with contextlib.suppress(OSError):
        for name in os.listdir(path):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(path, name))
        os.rmdir(path)
