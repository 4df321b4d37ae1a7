"""What changed, for who subscribed: told by the kernel when the registry or the history was written, or a pane's
terminal was written to. Nothing is asked again and again.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from viewsync.store import history_database, registry_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchdog.observers.api import BaseObserver, ObservedWatch

_FILES = (registry_file.FILE, history_database.FILE, f"{history_database.FILE}-wal")
_LOOKS = ("opened", "closed_no_write")


class _Handler(FileSystemEventHandler):
    def __init__(self, changed: Callable[[], None], names: tuple[str, ...]) -> None:
        self._changed = changed
        self._names = names  # () for the file itself

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _LOOKS:
            return
        named = {os.path.basename(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path}
        if not self._names or named.intersection(self._names):
            self._changed()


class Watching:
    """Begins with the first subscription. `problem` is why nothing can be seen, "" where it can."""

    def __init__(self, loop: asyncio.AbstractEventLoop, folder: str) -> None:
        self.state = asyncio.Event()  # the registry or the history changed
        self.terminals: set[str] = set()  # of which something was printed since somebody looked
        self.problem = ""
        self._loop = loop
        self._folder = folder
        self._observer: BaseObserver | None = None
        self._watches: dict[str, ObservedWatch] = {}

    def begin(self) -> None:
        """OSError says why nothing can be watched."""
        if self._observer is None:
            observer = Observer()
            observer.start()
            self._observer = observer
            self._schedule(self._folder, _FILES, lambda: None)

    def terminal(self, path: str) -> None:
        self.begin()
        if path not in self._watches:
            self._schedule(path, (), lambda: self.terminals.add(path))

    def leave_terminals(self, kept: set[str]) -> None:
        for path in set(self._watches) - kept - {self._folder}:
            if self._observer is not None:
                self._observer.unschedule(self._watches.pop(path))

    def stop(self) -> None:
        if self._observer is not None:
            self._observer.stop()

    def _schedule(self, path: str, names: tuple[str, ...], mark: Callable[[], object]) -> None:
        assert self._observer is not None

        def changed() -> None:
            self._loop.call_soon_threadsafe(told)

        def told() -> None:
            mark()
            self.state.set()

        self._watches[path] = self._observer.schedule(_Handler(changed, names), path, recursive=False)
