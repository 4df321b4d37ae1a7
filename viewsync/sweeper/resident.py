"""The resident sweeper: it sweeps when the registry or a socket folder changes, and on a timer.

At most once a second in a storm. One instance, by a lock that the kernel drops with the process. Without inotify
(all watches or instances in use) it goes on with its timer and says so.
"""

from __future__ import annotations

import logging
import os
import threading
import time

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from viewsync import log, output, paths
from viewsync.light import json, signal
from viewsync.store import lock, registry_file
from viewsync.sweeper import control
from viewsync.sweeper.rounds import Rounds
from viewsync.system import processes, signals
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver, ObservedWatch

    from viewsync.context import Context

_REST = 1.0  # seconds between two passes, whatever happens meanwhile
_COMINGS_AND_GOINGS = ("created", "deleted", "moved")
_LOOK = os.O_DIRECTORY | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)


class Wake(FileSystemEventHandler):
    """Sets a flag for what matters: the registry's file was replaced, or a socket came or went."""

    def __init__(self, flag: threading.Event, folder: str, only: frozenset[str] | None) -> None:
        self.flag = flag
        self.folder = folder
        self.only = only  # names in that folder that matter, None for all

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in _COMINGS_AND_GOINGS:
            return
        for path in (event.src_path, event.dest_path):
            name = os.path.basename(os.fsdecode(path))
            if path and (self.only is None or name in self.only):
                self.flag.set()


class Eyes:
    """Watches folders as they come and go. A socket folder that is not there yet is awaited in its parent."""

    def __init__(self, flag: threading.Event, state: str, sockets: list[str]) -> None:
        self.flag = flag
        self.state = state
        self.sockets = sockets
        self.problem = ""
        self._observer: BaseObserver | None = None
        # With the open folder: as long as it is open, no other folder gets its inode.
        self._watches: dict[str, tuple[int, ObservedWatch]] = {}

    def refresh(self) -> None:
        """Look at what is there now. An OSError from inotify (EMFILE, ENOSPC) leaves us with the timer."""
        self.problem = ""
        try:
            # watchdog asks for its inotify instance when it is made (7.1), or at its first watch (4 to 6).
            observer = self._observer or Observer()
            if self._observer is None:
                observer.start()
                self._observer = observer
            self._watch(observer, self._wanted())
        except OSError as error:
            self.problem = f"cannot watch for changes ({error.strerror or error}), so it sweeps by its timer only"

    def _watch(self, observer: BaseObserver, wanted: dict[str, frozenset[str] | None]) -> None:
        for folder, (handle, watch) in list(self._watches.items()):
            if folder not in wanted or not _is_at(handle, folder):
                del self._watches[folder]
                os.close(handle)
                observer.unschedule(watch)
        for folder, only in wanted.items():
            if folder not in self._watches:
                handle = os.open(folder, _LOOK)
                try:
                    watch = observer.schedule(Wake(self.flag, folder, only), folder, recursive=False)
                except OSError:
                    os.close(handle)
                    raise
                self._watches[folder] = (handle, watch)

    def watching(self) -> list[str]:
        return sorted(self._watches)

    def stop(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(timeout=5)
        for handle, _ in self._watches.values():
            os.close(handle)
        self._watches.clear()

    def _wanted(self) -> dict[str, frozenset[str] | None]:
        wanted: dict[str, frozenset[str] | None] = {}
        for folder in self.sockets:
            if os.path.isdir(folder):
                wanted[folder] = None
            elif os.path.isdir(os.path.dirname(folder)):
                wanted[os.path.dirname(folder)] = frozenset([os.path.basename(folder)])
        if os.path.isdir(self.state):
            wanted[self.state] = frozenset([registry_file.FILE])
        return wanted


def _is_at(handle: int, folder: str) -> bool:
    """Whether that open folder is the one of that name, and not one that is gone."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(folder))
    except OSError:
        return False


class Sweeper(Rounds):
    def __init__(self, ctx: Context, stop: threading.Event | None = None) -> None:
        super().__init__(ctx, time.monotonic)
        log.take_in("watchdog", ctx.log)
        self.stop = stop or threading.Event()
        self.wake = threading.Event()
        self.eyes = Eyes(self.wake, ctx.folder, paths.tmux_folders(ctx.env))

    def run(self) -> None:
        """Until `stop` is set. SweeperError when another one runs."""
        path = os.path.join(self.ctx.folder, control.LOCK)
        handle = self._lock(path)
        if handle is None:
            pid = control.status(self.ctx.folder).get("pid")
            raise control.SweeperError(
                f"a sweeper is already running (process {pid})", "`viewsync sweeper stop` ends it"
            )
        os.ftruncate(handle, 0)  # what one that was killed told of itself; its number may be anybody's by now
        since = self.ctx.clock()
        self.eyes.refresh()
        try:
            while not self.stop.is_set():
                self.wake.clear()
                problems = self.sweep()
                self.eyes.refresh()
                self.tell([*output.take_notes(), *problems, *([self.eyes.problem] if self.eyes.problem else [])])
                self.write_status(handle, since)
                self.stop.wait(_REST) or self.wake.wait(max(0.0, self.ctx.config["sweep_every"] - _REST))
        finally:
            self.eyes.stop()
            os.ftruncate(handle, 0)
            os.close(handle)

    def _lock(self, path: str) -> int | None:
        """`status` takes the lock for a moment, too: one that holds it longer is a sweeper."""
        for _ in range(10):
            if (handle := lock.try_exclusive(path)) is not None:
                return handle
            if control.status(self.ctx.folder).get("pid") or self.stop.wait(0.05):
                return None
        return None

    def end(self) -> None:
        self.stop.set()
        self.wake.set()

    def write_status(self, handle: int, since: float) -> None:
        status: dict[str, Any] = {
            "pid": os.getpid(),
            "start": processes.start_time(os.getpid()),
            "place": processes.place(),
            "since": since,
            "last_sweep": self.ctx.clock(),
            "watching": self.eyes.watching(),
            "problem": self.eyes.problem,
            "publishes": bool(self.ctx.index),
        }
        text = json.dumps(status).encode()
        os.pwrite(handle, text, 0)
        os.ftruncate(handle, len(text))


def run(ctx: Context) -> None:
    """In the foreground, until TERM or INT."""
    logging.getLogger("watchdog").addHandler(logging.NullHandler())  # or what it logs, at its end, goes to stderr
    sweeper = Sweeper(ctx)
    for number in (signal.SIGTERM, signal.SIGINT):
        if number == signal.SIGTERM or not signals.ignores(number):  # `sweeper stop` says TERM
            signal.signal(number, lambda *_: sweeper.end())
    with signals.ignoring(signal.SIGHUP):  # the terminal that it was started in may go
        sweeper.run()
