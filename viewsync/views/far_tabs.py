"""The tabs on other hosts that a WezTerm has, for `restore`. No server of this host tells that one was closed: while
its ssh runs, each has a file, whose time is when it was last seen. Whoever comes by writes down what became of it.

What cannot be written is not restored, and no verb fails for it.
"""

from __future__ import annotations

import os

from viewsync.errors import StateError
from viewsync.events import GONE, Event
from viewsync.history import recording
from viewsync.light import contextlib, json
from viewsync.store import own_files
from viewsync.system import processes, whole_file
from viewsync.tmux.rules.model import KEEP
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewsync.context import Context
    from viewsync.views.opening import Opener

FOLDER = "far-tabs"
BEGUN = ".far-tab.tmp"  # in the state folder, with the writer's number behind it


class _Tab(NamedTuple):
    """The process that became ssh, and what its end is to say."""

    pid: int
    start: float
    place: str
    event: Event


def opened(ctx: Context, event: Event, opener: Opener) -> None:
    """Before that process becomes ssh, which keeps its number and start."""
    note_closed(ctx, event.trigger)
    recording.record(ctx, [event])
    row = event._replace(detail="", window="")._asdict()
    text = json.dumps({"pid": opener.pid, "start": opener.start, "place": processes.place(), "event": row})
    with contextlib.suppress(OSError, StateError):
        folder = os.path.join(ctx.folder, FOLDER)
        own_files.make_folder(folder)
        path = os.path.join(folder, f"{opener.pid}-{event.at:.6f}")
        # Whole at once, from outside: whoever comes by meanwhile takes what is only begun for what says nothing.
        whole_file.replace(path, text, temporary=os.path.join(ctx.folder, f"{BEGUN}-{os.getpid()}"))


def note_closed(ctx: Context, trigger: str) -> None:
    for path, event in _ended(ctx, trigger):
        with contextlib.suppress(OSError):
            os.unlink(path)  # who does writes it down
            if event:
                recording.record(ctx, [event])
    for path in _paths(ctx):
        with contextlib.suppress(OSError):
            os.utime(path, (ctx.clock(),) * 2, follow_symlinks=False)


def not_noted(ctx: Context) -> list[Event]:
    """What that would write down."""
    return [event for _, event in _ended(ctx, "restore") if event]


def _ended(ctx: Context, trigger: str) -> Iterator[tuple[str, Event | None]]:
    """Of one that ended while its WezTerm lives, that it was closed; of one that ended with it, when it was seen."""
    for path in _paths(ctx):
        tab = _read(path)
        if not tab:
            yield path, None
        elif not processes.alive(tab.pid, tab.start, tab.place):
            closed = processes.alive(tab.event.gui, tab.event.gui_start, tab.place)
            kind, reason = (GONE, "its tab was closed") if closed else (KEEP, "it was there when its WezTerm went")
            at = ctx.clock() if closed else _seen(path, tab.event.at)
            yield path, tab.event._replace(event=kind, reason=reason, at=at, trigger=trigger)


def _paths(ctx: Context) -> list[str]:
    folder = os.path.join(ctx.folder, FOLDER)
    return [os.path.join(folder, name) for name in own_files.names(folder)]


def _seen(path: str, opened: float) -> float:
    try:
        return max(os.lstat(path).st_mtime, opened)
    except OSError:
        return opened


def _read(path: str) -> _Tab | None:
    """None for what is no such file, as of one that was killed while it wrote."""
    try:
        row = json.loads(own_files.read(path) or "")
        event = Event(**row["event"])
        event = event._replace(at=float(event.at), gui=int(event.gui), gui_start=float(event.gui_start))
        return _Tab(int(row["pid"]), float(row["start"]), str(row["place"]), event)
    except (OSError, StateError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
