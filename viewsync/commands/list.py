"""List the registered sessions with their health, age and activity."""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.commands._session_rows import SessionRow, as_listed
from viewsync.errors import UsageError, ViewsyncError
from viewsync.output import Result, age, table
from viewsync.registry.rows import stamp
from viewsync.sessions import listing
from viewsync.sessions.rules.health import ALIVE, DEAD, MISSING, SERVER, UNKNOWN, ZOMBIE
from viewsync.text.nearest import did_you_mean
from viewsync.text.timestamps import epoch
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from viewsync.context import Context
    from viewsync.projects.listing import Known

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong, or the registry cannot be read",
}
CODES = ((ViewsyncError, 1),)

_HEAD = ("NAME", "SOCKET", "TARGET", "STATUS", "PID", "CREATED", "ACTIVE", "TYPE")
_FIELDS = (
    "name",
    "socket",
    "socket_basename",
    "target",
    "type",
    "project",
    "status",
    "pid",
    "created_at",
    "last_active",
    "age",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sort", choices=_FIELDS, default="name", metavar="FIELD", help="sort by this field of --json (name)"
    )
    parser.add_argument(
        "--filter",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="only sessions with this value; repeat to narrow (with --everywhere also host=NAME)",
    )
    parser.add_argument("--older-than", default="", metavar="DURATION", help="only sessions made longer ago than this")
    parser.add_argument("--newer-than", default="", metavar="DURATION", help="only sessions made since then")
    _args.host(parser)
    _args.everywhere(parser)
    _args.scope(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if parsed.everywhere:
        return _everywhere(parsed, ctx)
    fits = _wanted(parsed, _FIELDS)
    now = ctx.clock()
    errors: list[str] = []
    if parsed.host:
        entries, errors = _far(parsed, ctx, now)
        scope = f" on {parsed.host}"
    else:
        listed, errors = listing.read(ctx)
        entries, scope = [_data(session, now) for session in listed], ""
    if (parsed.project or parsed.here) and not parsed.host:
        entries, errors, scope = _narrowed(parsed, ctx, entries, errors)
    found = [entry for entry in entries if fits(entry)]
    found.sort(key=lambda each: _order(each[parsed.sort]))
    data = {"sessions": found, "total": len(found), **_counts(found), "errors": errors}
    return Result(data, () if parsed.json else _lines(found, data, now, scope), warnings=errors)


def _everywhere(parsed: argparse.Namespace, ctx: Context) -> Result:
    from viewsync.commands import _everywhere

    if parsed.host or parsed.project or parsed.here:
        raise UsageError("--everywhere excludes --host, --project and --here", "narrow it with --filter host=NAME")
    fits = _wanted(parsed, (*_FIELDS, "host"))
    entries, hosts, errors = _everywhere.listed(ctx)
    found = [entry for entry in entries if fits(entry)]
    found.sort(key=lambda each: (_order(each[parsed.sort]), each["host"]))
    data = {"sessions": found, "total": len(found), **_counts(found), "hosts": hosts, "errors": errors}
    now = ctx.clock()
    rows = [(entry["host"], *_row(entry, now)) for entry in found] if not parsed.json else []
    lines = [*table(("HOST", *_HEAD), _everywhere.last_seen(rows, found, hosts, now)), "", _total(data)] if rows else []
    lines = lines or ["No sessions on any host."]
    return Result(data, [*lines, *_everywhere.silent(hosts, now)], warnings=errors)


def _counts(found: list[dict[str, Any]]) -> dict[str, int]:
    """What is not known is not dead, and where no server runs there is nothing that could be."""
    statuses = [entry["status"] for entry in found]
    return {
        "alive": statuses.count(ALIVE),
        "dead": sum(map(statuses.count, (DEAD, MISSING, ZOMBIE))),
        "no_server": statuses.count(SERVER),
        "unknown": statuses.count(UNKNOWN),
    }


def _narrowed(
    parsed: argparse.Namespace, ctx: Context, entries: list[dict[str, Any]], errors: list[str]
) -> tuple[list[dict[str, Any]], list[str], str]:
    """Those of one project, with what is to be said of it: sessions that only their marks tell of, too."""
    from viewsync.projects import current_project  # no other list pays for it
    from viewsync.projects import listing as projects

    scope = _args.scope_of(parsed, ctx)
    project = current_project.within(ctx, scope)
    names = projects.within(ctx.registry.read(), scope)
    strangers = [session for session in project.sessions if session.row is None]
    now = ctx.clock()
    entries = [entry for entry in entries if entry["name"] in names]
    entries += [_of_marks(session, now) for session in strangers]
    return entries, list(dict.fromkeys([*errors, *project.problems])), str(scope)


def _of_marks(known: Known, now: float) -> dict[str, Any]:
    """A project's session that has no row."""
    live = known.live
    assert live is not None
    active = max(live.activity, live.last_attached)
    row = SessionRow(
        known.name,
        known.socket,
        f"{known.name}:",
        "project",
        known.status,
        stamp(live.created),
        stamp(active) if active else "",
        known.identity.project if known.identity else "",
        quarantined=known.quarantined,
        views=[view for view in known.views if view.view],
    )
    return as_listed(row, now)


def _far(parsed: argparse.Namespace, ctx: Context, now: float) -> tuple[list[dict[str, Any]], list[str]]:
    """Those of another host, or of several, and which of these have not answered."""
    from viewsync.hosts import listing as far_listing

    if parsed.project or parsed.here:
        raise UsageError("--project and --here narrow what is known on this host", "leave them out with --host")
    listed, errors = far_listing.everywhere(ctx, parsed.host)
    rows = (
        SessionRow(
            session.name,
            session.socket,
            session.target,
            "tmux",
            session.status,
            stamp(session.created),
            quarantined=session.quarantined,
            views=session.views,
        )
        for session in listed
    )
    return [as_listed(row, now) for row in rows], errors


def _wanted(parsed: argparse.Namespace, fields: tuple[str, ...]) -> Callable[[dict[str, Any]], bool]:
    """Which sessions are asked for. One whose age is not known is neither older nor newer."""
    filters = [_filter(pair, fields) for pair in parsed.filter]
    older = _args.duration(parsed.older_than, "--older-than") if parsed.older_than else -1.0
    newer = _args.duration(parsed.newer_than, "--newer-than") if parsed.newer_than else float("inf")
    aged = bool(parsed.older_than or parsed.newer_than)

    def fits(session: dict[str, Any]) -> bool:
        age = session["age"]
        by_age = not aged or (age is not None and older < age < newer)
        return by_age and all(_fits(session, *one) for one in filters)

    return fits


def _filter(text: str, fields: tuple[str, ...]) -> tuple[str, str]:
    field, equals, value = text.partition("=")
    if not equals or field not in fields:
        known = f"use FIELD=VALUE, with one of the fields {', '.join(fields)}"
        raise UsageError(f"not a filter: {text!r}", did_you_mean(field, fields if equals else (), known))
    return field, value


def _fits(session: dict[str, Any], field: str, value: str) -> bool:
    found = session[field]
    return value == ("" if found is None else str(found))


def _order(value: Any) -> tuple[bool, Any]:
    """What is not known comes last."""
    return (value is None, "" if value is None else value)


def _data(listed: listing.Listed, now: float) -> dict[str, Any]:
    row, health = listed.row, listed.health
    shown = SessionRow(
        row.name,
        row.socket,
        listed.target,
        row.type,
        health.status,
        row.created_at,
        row.last_active,
        row.project,
        health.pid or 0,
        listed.moved_to,
        listed.quarantined,
        listed.views,
    )
    return as_listed(shown, now)


def _lines(found: list[dict[str, Any]], data: dict[str, Any], now: float, scope: str) -> list[str]:
    if not found:
        return [f"No sessions{scope}." if scope else "No sessions registered."]
    rows = [row for entry in found for row in (_row(entry, now), *map(_view, entry["views"]))]
    return [*table(_HEAD, rows), "", _total(data)]


def _total(data: dict[str, Any]) -> str:
    more = {"No server": data["no_server"], "Unknown": data["unknown"]}
    return " | ".join(
        [
            f"Total: {data['total']} | Alive: {data['alive']} | Dead: {data['dead']}",
            *(f"{what}: {count}" for what, count in more.items() if count),
        ]
    )


def _view(view: dict[str, Any]) -> tuple[str, ...]:
    """Folded under its session."""
    return (f"└ {view['name']}", "", view["id"], "attached" if view["attached"] else "idle", "", "", "", "view")


def _row(session: dict[str, Any], now: float) -> tuple[str, ...]:
    return (
        session["name"],
        session["socket_basename"],
        session["target"],
        f"{session['status']} (quarantined)" if session["quarantined"] else session["status"],
        str(session["pid"] or "-"),
        _ago(session["created_at"], now),
        _ago(session["last_active"], now),
        session["type"],
    )


def _ago(text: str | None, now: float) -> str:
    then = epoch(text or "")
    return f"{age(now, then)} ago" if then else "unknown"
