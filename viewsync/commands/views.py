"""List sessions with their views: who is attached, how old they are, what the next sweep does with each, and why."""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.output import Result, age, program, table
from viewsync.tmux import sockets as tmux_sockets
from viewsync.typed import TYPE_CHECKING, Any
from viewsync.views import listing

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.tmux.window_list import Window

    Read = tuple[listing.Listing, list[listing.Parent], list[list[Window]]]

EXIT_CODES = {
    0: "done",
    1: _args.REFUSED,
    4: "a tmux server or the registry could not be read; the rest is listed",
    5: _args.STATE,
}

_HEAD = ("SESSION", "WINDOWS", "CLIENTS", "TERMINAL", "AGE", "STATE", "NEXT SWEEP")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="include sessions without views")
    parser.add_argument("--windows", action="store_true", help="name the windows of each session, too")
    _args.server(parser)
    _args.host(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    found, parents, windows = (_far if parsed.host else _own)(parsed, ctx)
    rows = [_parent(parent) for parent in parents]
    if parsed.windows:
        for row, shown in zip(rows, windows, strict=True):
            row["window_list"] = [_window(window) for window in shown]
    data = {"parents": rows, "servers": found.servers, "errors": found.errors}
    lines = _lines(parents, windows, ctx.clock()) if parents else [_nothing(all_=parsed.all)]
    return Result(data, lines, code=4 if found.errors else 0, warnings=found.errors)


def _own(parsed: argparse.Namespace, ctx: Context) -> Read:
    one = parsed.label or parsed.socket
    sockets = [tmux_sockets.socket_of(ctx.env, parsed.label, parsed.socket)] if one else None
    found = listing.read(ctx, sockets)
    parents = [parent for parent in found.parents if parent.views or parsed.all]
    return found, parents, listing.windows(ctx, found, parents) if parsed.windows else [[] for _ in parents]


def _far(parsed: argparse.Namespace, ctx: Context) -> Read:
    from viewsync.hosts import views as far_views

    return far_views.listed(ctx, parsed.host, parsed.label, parsed.socket, every=parsed.all, windows=parsed.windows)


def _parent(parent: listing.Parent) -> dict[str, Any]:
    session = parent.session
    return {
        "name": parent.name,
        "id": session.id if session else None,
        "socket": parent.socket,
        "exists": session is not None,
        "windows": session.windows if session else max((view.session.windows for view in parent.views), default=0),
        "attached": session.attached if session else 0,
        "created": session.created if session else None,
        "views": [_view(view) for view in parent.views],
    }


def _window(window: Window) -> dict[str, Any]:
    return {"id": window.id, "index": window.number, "name": window.name, "current": window.current}


def _view(view: listing.ListedView) -> dict[str, Any]:
    session, row, verdict = view
    return {
        "name": session.name,
        "id": session.id,
        "attached": session.attached,
        "tty": row.get("tty") or None,
        "pid": row.get("pid") or None,
        "window": session.window,
        "created": session.created,
        "last_attached": session.last_attached or None,
        "idle_since": row.get("idle_since") or None,
        "pinned": session.pinned,
        "state": _state(view),
        "action": verdict.action,
        "reason": verdict.reason,
    }


def _state(view: listing.ListedView) -> str:
    if view.session.attached:
        return "attached"
    return "suspended" if view.session.clients else "unattached"


def _nothing(*, all_: bool) -> str:
    if all_:
        return f"no sessions on the servers that were asked (`{program()} list` has all registered ones)"
    return f"no views (`{program()} open SESSION` opens one, --all lists the sessions)"


def _lines(parents: list[listing.Parent], windows: list[list[Window]], now: float) -> list[str]:
    rows: list[tuple[str, ...]] = []
    for parent, shown in zip(parents, windows, strict=True):
        session = parent.session
        clients = sum(view.session.attached for view in parent.views) + (session.attached if session else 0)
        count = str(session.windows) if session else "-"
        state = "" if session else "gone"
        rows.append((parent.name, count, str(clients), "", age(now, session.created) if session else "-", state, ""))
        rows += [(f"  {window.number}: {window.name} ({window.id})", "", "", "", "", "", "") for window in shown]
        rows += [_row(view, now) for view in parent.views]
    return table(_HEAD, rows)


def _row(view: listing.ListedView, now: float) -> tuple[str, ...]:
    session, row, verdict = view
    tty = str(row.get("tty") or "-").removeprefix("/dev/") if session.attached or session.clients else "-"
    told = f"{verdict.action}: {verdict.reason}"
    return (f"  {session.name}", "", str(session.attached), tty, age(now, session.created), _state(view), told)
