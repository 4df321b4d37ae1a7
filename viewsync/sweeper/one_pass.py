"""A whole sweep: ask WezTerm which panes live, clean up each server, end project sessions that expired, tidy up."""

from __future__ import annotations

import os

from viewsync.errors import TmuxTimeout, ViewsyncError
from viewsync.events import GONE, SERVER_GONE
from viewsync.history import recording
from viewsync.light import contextlib, json
from viewsync.registry.safe_reading import read_registry
from viewsync.store import pending_steps
from viewsync.system import processes
from viewsync.tmux import lost_sockets, sockets
from viewsync.tmux.rules.model import Server
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views import cleanup, far_tabs, servers, wezterm_panes
from viewsync.views.cleanup import Scope, Swept, client_lives, guarded, replace
from viewsync.views.rules import layouts, tracking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from viewsync.context import Context
    from viewsync.events import Event
    from viewsync.registry_shape import RegistryData, SessionRow, ViewRow


_READ = 60.0  # seconds that tmux takes at most to read a file, on a machine that is very busy
_DAY = 86400.0  # seconds
_CALLED = 2.0  # seconds that a server takes at most to make its socket again


class GuiPanes(NamedTuple):
    """A WezTerm that tells of itself: all terminals of its panes, and where these stand. `only`: act on views opened
    from it alone.
    """

    pid: int
    ttys: Sequence[str]
    only: bool
    layout: str = ""  # JSON, as views/rules/layouts.py has it


def everything(
    ctx: Context,
    trigger: str,
    *,
    dry_run: bool = False,
    sockets: Sequence[str] | None = None,
    gui: GuiPanes | None = None,
    projects: bool = True,
) -> Swept:
    """`sockets`: only those servers; without it all of the user's, and with `projects` their project sessions, too."""
    muxes, errors = ([], []) if dry_run else _prepare(ctx, gui)
    done = Swept([], [], errors)
    scope = Scope(trigger, dry_run)
    if gui and gui.only:
        scope = Scope(trigger, dry_run, [(gui.pid, processes.start_time(gui.pid)), *muxes])
    data, doubt = read_registry(ctx)
    _views(ctx, data["views"], scope, sockets, done)
    if doubt and doubt not in done.errors:
        done.errors.append(doubt)
    if sockets is None:
        if projects and not scope.guis and not doubt:
            done.errors.extend(guarded(lambda: _projects(ctx, data["sessions"], scope, done)))
        if not dry_run:
            done.errors.extend(guarded(lambda: far_tabs.note_closed(ctx, trigger)))
            done.errors.extend(guarded(lambda: done.errors.extend(_forget_dead_servers(ctx, data, trigger))))
    return done._replace(errors=list(dict.fromkeys(done.errors)))


def _prepare(ctx: Context, gui: GuiPanes | None) -> tuple[list[tuple[int, float]], list[str]]:
    """The mux domains' servers that answered: their tabs close in any GUI. And what went wrong."""
    muxes: list[tuple[int, float]] = []
    try:
        if gui:
            layout = layouts.kept(layouts.read(_told(gui.layout)))
            wezterm_panes.remember(ctx.registry, gui.pid, gui.ttys, ctx.clock(), lambda _: layout, told=True)
            muxes = wezterm_panes.ask_muxes(ctx)
        else:
            wezterm_panes.ask(ctx)
        _tidy(ctx)
    except ViewsyncError as error:
        return muxes, [error.message]
    return muxes, []


def _told(layout: str) -> Any:
    """None where the JSON of WezTerm's module cannot be read, which is no reason not to clean up."""
    try:
        return json.loads(layout)
    except (ValueError, RecursionError):
        return None


def tabs(ctx: Context, ttys: Sequence[str]) -> dict[str, str]:
    """The session that is shown on each of these terminals, by the name that it has now."""
    rows = [row for row in read_registry(ctx)[0]["views"].values() if row.get("attached")]
    return {row["tty"]: row["parent"] for row in rows if row.get("tty") in ttys and row.get("parent")}


def _views(ctx: Context, views: Mapping[str, ViewRow], scope: Scope, named: Sequence[str] | None, done: Swept) -> None:
    """A server that fails does not stop the others; one that is slow comes again behind them, with all its time."""
    first = servers.live(ctx.env, views) if named is None else named
    late: list[str] = []
    for hurry, found in ((len(first) > 1, first), (False, late)):
        ctx.tmux.hurry = hurry
        for socket in found:
            try:
                done.add(cleanup.clean(ctx, socket, scope))
            except TmuxTimeout as error:
                late.append(socket) if hurry else done.errors.append(error.message)
            except ViewsyncError as error:
                if named is not None or sockets.listens(socket):  # else it ended since it was listed, as servers do
                    done.errors.append(error.message)


def _projects(ctx: Context, rows: Mapping[str, SessionRow], scope: Scope, done: Swept) -> None:
    if any(row.get("type") == "project" for row in rows.values()) or pending_steps.any_waiting(ctx.folder):
        from viewsync.projects import expiring  # only where there are any

        done.add(expiring.sweep(ctx, dry_run=scope.dry_run))


def _forget_dead_servers(ctx: Context, known: RegistryData, trigger: str) -> list[str]:
    """Drop the rows of views whose servers are certainly gone: nobody listens, and the process has ended. Those
    that cannot be reached any more are called back; where that did not do, what would help.
    """
    views = known["views"]
    named = {_socket(row) for row in views.values()} | {str(row.get("socket")) for row in known["sessions"].values()}
    silent = {socket for socket in named if os.path.isabs(socket) and sockets.state(socket) in sockets.SILENT}
    lost = {socket: pid for socket in silent if (pid := lost_sockets.server_on(socket))}
    dead = {name: row for name, row in views.items() if _socket(row) in silent - lost.keys() and _has_ended(row)}
    errors = [
        lost_sockets.lost(socket, pid).message
        for socket, pid in lost.items()
        if not lost_sockets.called_back(socket, pid, min(_CALLED, ctx.tmux.timeout))
    ]
    if not dead:
        return errors
    with ctx.registry.change() as data:
        for name, row in dead.items():
            replace(data["views"], name, row, None)
    recording.record(ctx, [_gone(name, row, ctx.clock(), trigger) for name, row in dead.items()])
    return errors


def _socket(row: ViewRow) -> str:
    return str(row.get("socket") or "")


def _has_ended(row: ViewRow) -> bool:
    """The server's process; of a row that knows none yet, the one that was to become its client."""
    server, place = str(row.get("server") or ""), row.get("place", "")
    return not (processes.is_server(server, place) if server else client_lives(row))


def _pid(identity: Any) -> int:
    first = str(identity or "").partition(".")[0]
    return int(first) if first.isdecimal() else 0


def _gone(name: str, row: ViewRow, now: float, trigger: str) -> Event:
    pid = _pid(row.get("server"))
    server = Server(str(row["socket"]), pid, 0, "")
    return tracking.event(server, name, row, GONE, SERVER_GONE, now, trigger)


def _tidy(ctx: Context) -> None:
    """Remove what writers that were killed left in the state folder: temporary files of processes that are gone."""
    for name in os.listdir(ctx.folder):
        stem, _, pid = name.rpartition("-")
        if stem in (".sessions.json.tmp", ".index.json.tmp", far_tabs.BEGUN, "open.conf") and pid.isdecimal():
            path = os.path.join(ctx.folder, name)
            with contextlib.suppress(OSError):  # another sweep was faster, or the folder cannot be written just now
                # A pid comes back, after a reboot at the latest; nobody needs a day. That of an open is the tab's, long
                # after tmux has read what the file says.
                longest = _READ if stem == "open.conf" else _DAY
                if not processes.alive(int(pid)) or ctx.clock() - os.lstat(path).st_mtime > longest:
                    os.unlink(path)
