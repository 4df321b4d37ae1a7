"""What processes that were killed left behind: files in the state folder, and buffers in tmux servers.

Only what is certainly nobody's any more: its maker is gone, or it is older than any maker needs.
"""

from __future__ import annotations

import os
import stat

from viewsync import output
from viewsync.errors import StateError, TmuxError, ViewsyncError
from viewsync.light import contextlib, re
from viewsync.panes import exec_folder, sending
from viewsync.panes.rules import exec_script
from viewsync.registry import leases
from viewsync.sessions.rules.drift import Finding
from viewsync.store import backup_files, own_files, pending_steps
from viewsync.system import processes
from viewsync.tmux import buffers
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from viewsync.context import Context
    from viewsync.sessions.rules.drift import Key
    from viewsync.tmux.rules.model import Panes

_STEPS = "unusable-steps"
_YOUNG = 60.0  # seconds in which what has no maker's name on it may still be at work
_DAY = 86400.0
_OURS = re.compile(r".+\.json\.tmp-(\d+)")  # of the registry, and of its copies
_THEIRS = re.compile(r"\.sessions\.[A-Za-z0-9]{6}")  # mktemp(1) of the shell tools
_LEASE = re.compile(r"(\d+\.\d+)-\d+")
_EXEC = re.compile(r"[0-9a-f]{16}")
_BLOCK = re.compile(r"[0-9a-f]{16}\.py")
_CORRUPT = re.compile(r"(\.sessions\.json|history\.db)\.corrupt-\d+-\d+(-wal|-shm)?")


def find(ctx: Context, readings: Sequence[Panes]) -> list[Finding]:
    live = {reading.server.identity for reading in readings}
    return [
        *_files(ctx),
        *_leases(ctx, live),
        *_steps(ctx),
        *_exec_folders(ctx),
        *_blocks(ctx),
        *(finding for reading in readings for finding in buffers_of(ctx, reading.server.socket)),
    ]


def _names(folder: str) -> list[str]:
    return own_files.names(folder)


def _old(clock: Callable[[], float], path: str, seconds: float = _YOUNG) -> bool:
    try:
        return clock() - os.lstat(path).st_mtime > seconds
    except OSError:
        return False


def _files(ctx: Context) -> Iterator[Finding]:
    own = os.path.join(ctx.folder, backup_files.FOLDER)
    for path in [os.path.join(folder, name) for folder in (ctx.folder, own) for name in _names(folder)]:
        name = os.path.basename(path)
        if ours := _OURS.fullmatch(name):
            if not processes.alive(int(ours[1])) or _old(ctx.clock, path, _DAY):  # a pid comes back
                yield Finding("temporary-file", path, "the viewsync that wrote it was killed", "remove it")
        elif _THEIRS.fullmatch(name):
            if _old(ctx.clock, path) and stat.S_ISREG(os.lstat(path).st_mode):
                yield Finding("temporary-file", path, "a shell tool was killed while writing it", "remove it")
        elif _CORRUPT.fullmatch(name):
            yield Finding("corrupt-copy", path, "set aside so that you can look at it", note=True)


def _leases(ctx: Context, live: set[str]) -> Iterator[Finding]:
    folder = os.path.join(ctx.folder, leases.FOLDER)
    for name in _names(folder):
        match, path = _LEASE.fullmatch(name), os.path.join(folder, name)
        if match and match[1] not in live and not processes.is_server(match[1]) and not leases.is_held(path):
            yield Finding("lease", path, "its tmux server is gone", "remove it", note=True)  # as after every server


def _steps(ctx: Context) -> Iterator[Finding]:
    for path, problem in pending_steps.unusable(ctx.folder).items():
        yield Finding(_STEPS, path, f"a session's steps that cannot be used: {problem}", "set it aside, and keep it")


def _exec_folders(ctx: Context) -> Iterator[Finding]:
    folder = os.path.join(ctx.folder, exec_folder.FOLDER)
    for name in _names(folder):
        path = os.path.join(folder, name)
        if _EXEC.fullmatch(name) and os.path.isdir(path) and not os.path.islink(path) and _is_orphan(ctx.clock, path):
            yield Finding("exec-folder", path, "the viewsync that made it is gone", "remove it")


def _blocks(ctx: Context) -> Iterator[Finding]:
    """A Python prompt removes the block that it has read. One that was busy for a day does not want it any more."""
    folder = os.path.join(ctx.folder, sending.BLOCKS)
    for name in _names(folder):
        path = os.path.join(folder, name)
        if _BLOCK.fullmatch(name) and _old(ctx.clock, path, _DAY):
            yield Finding("block", path, "the program it was sent to never read it", "remove it")


def _is_orphan(clock: Callable[[], float], path: str) -> bool:
    try:
        with open(os.path.join(path, exec_script.MAKER), encoding="utf-8", opener=own_files.opened) as file:
            pid, start, *place = file.read().split()
        # A command that goes on after who ran it was gone removes its folder itself.
        return not processes.alive(int(pid), float(start), *place[:1]) and not exec_folder.relay_runs(path)
    except (OSError, StateError, ValueError):
        return _old(clock, path)  # until then its maker may be about to write its name


def buffers_of(ctx: Context, socket: str) -> Iterator[Finding]:
    try:
        found = buffers.ours(ctx.tmux, socket)
    except TmuxError as error:
        yield Finding("no-answer", socket, error.message, socket=socket)
        return
    for buffer in found:
        if ctx.clock() - buffer.created > _YOUNG:
            yield Finding("buffer", buffer.name, "its sender was killed", "delete it", socket=socket)


def remove(ctx: Context, wanted: list[Finding]) -> dict[Key, str]:
    """The files under the registry's lock, so that no writer is at work; what could not be removed, and why."""
    failed: dict[Key, str] = {}
    files = [leftover for leftover in wanted if leftover.kind != "buffer"]
    if files:
        with ctx.registry.locked():
            for file in files:
                try:
                    if file.kind == _STEPS:
                        new = pending_steps.set_aside(file.name, ctx.clock())
                        output.notes.append(f"{file.name}: it was set aside as {new}")
                        continue
                    _remove(file.name)
                except OSError as error:
                    failed[file.key] = error.strerror or "it cannot be removed"
    for socket in {leftover.socket for leftover in wanted if leftover.kind == "buffer"}:
        mine = [leftover for leftover in wanted if leftover.kind == "buffer" and leftover.socket == socket]
        try:
            buffers.delete(ctx.tmux, socket, [leftover.name for leftover in mine])
        except ViewsyncError as error:
            failed |= {leftover.key: error.message for leftover in mine}
    return failed


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        import shutil  # only for a folder, which is rare

        shutil.rmtree(path)
        return
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
