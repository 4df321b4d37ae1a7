"""Which session a call means, whether policy lets it, and what a call may never do."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from viewsync.errors import UsageError, ViewsyncError
from viewsync.registry import rows as registry_rows
from viewsync.registry import targets
from viewsync.registry.rules.row import Registered, registered
from viewsync.tmux import pane_list, sockets
from viewsync.tmux.server import ServerGone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.context import Context
    from viewsync.mcp.caller import Caller
    from viewsync.mcp.rules.policy import Forbidden, Policy

_OF_ROWS = ("info", "send", "exec", "wait", "capture", "kill", "open_view")  # they mean a session that is there
_PANES = ("send", "exec", "wait", "capture")


class OwnSession(ViewsyncError):
    """Whoever calls runs in it."""

    kind = "own-session"


def within(ctx: Context, allowed: Policy, tool: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The call as it is to be done, and the socket of the server that it is about, "" for none and for several."""
    if tool not in _OF_ROWS:
        return dict(given), _elsewhere(ctx, allowed, tool, given) if tool in ("create", "reconcile") else ""
    if given.get("socket") or given.get("server"):
        return _on_server(ctx, allowed, tool, given)
    if not given.get("session"):
        raise UsageError(f"{tool} needs session", "`list` shows which sessions there are")
    row = _row(ctx, given["session"])
    if row is not None:
        return _of_row(allowed, tool, given, row)
    if not allowed.outside or tool in _PANES:
        raise targets.not_found(given["session"], _visible(ctx, allowed), "`list` shows which sessions there are")
    allowed.check_session(given["session"], "")
    return dict(given), ""


def _of_row(allowed: Policy, tool: str, given: Mapping[str, Any], row: Registered) -> tuple[dict[str, Any], str]:
    allowed.check_session(row.name, row.socket)
    meant = {name: value for name, value in given.items() if name not in ("socket", "server")}
    return {**meant, "socket": row.socket} if tool in ("info", "open_view") else meant, row.socket


def _on_server(ctx: Context, allowed: Policy, tool: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """A server that is named may have sessions that the registry does not hold."""
    socket = sockets.socket_of(ctx.env, given.get("server", ""), given.get("socket", ""))
    if tool in _PANES:
        name = _in_target(allowed, tool, given)
    else:
        name = given["session"]
        row = _row(ctx, name)
        if row and os.path.abspath(row.socket) == socket:
            return _of_row(allowed, tool, given, row)
    allowed.check_server(socket)
    allowed.check_session(name, socket)
    return dict(given), socket


def _in_target(allowed: Policy, tool: str, given: Mapping[str, Any]) -> str:
    """The session's name, where the target tells it: an id tells none, and then no name may be out of reach."""
    if given.get("session") or not given.get("target"):
        raise UsageError(f"{tool} takes session, or else target with server or socket", "`list` shows the sessions")
    name = str(given["target"]).partition(":")[0].removeprefix("=")
    if not allowed.names.open and name[:1] in ("%", "@", "$", ""):
        raise allowed.forbids("a target without a session's name, since it says which names may be used")
    return name


def _elsewhere(ctx: Context, allowed: Policy, tool: str, given: Mapping[str, Any]) -> str:
    name = given.get("session") or given.get("register", "")
    if given.get("socket") or given.get("server"):
        socket = sockets.socket_of(ctx.env, given.get("server", ""), given.get("socket", ""))
        allowed.check_server(socket)
        allowed.check_session(name, socket)
        return socket
    if tool == "create" and not allowed.names.fits(name):
        raise allowed.forbids(f"the session {name!r}")
    if given.get("register") and not allowed.outside:
        raise allowed.forbids(f"what the registry does not hold: the session {name!r}")
    return ""


def _rows(ctx: Context) -> list[Registered]:
    return registry_rows.read(ctx.registry)


def _row(ctx: Context, name: str) -> Registered | None:
    rows = ctx.registry.read()["sessions"]
    return registered(name, rows[name]) if name in rows else None


def _visible(ctx: Context, allowed: Policy) -> list[str]:
    return [row.name for row in _rows(ctx) if allowed.sees(row.name, row.socket)]


def seen(allowed: Policy, tool: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Without what policy hides."""
    if tool == "list":
        found = [session for session in data["sessions"] if allowed.sees(session["name"], session["socket"])]
        alive = sum(session["status"] == "alive" for session in found)
        return {**data, "sessions": found, "total": len(found), "alive": alive, "dead": len(found) - alive}
    if tool == "cleanup" and "sessions" in data:
        return {**data, "sessions": [one for one in data["sessions"] if allowed.sees(one["name"], one["socket"])]}
    if tool == "reconcile" and "findings" in data:
        found = [
            finding
            for finding in data["findings"]
            if (allowed.outside or finding["kind"] != "unregistered")
            and allowed.sees(finding["name"], finding["socket"] or "")
        ]
        return {**data, "findings": found}
    return dict(data)


def check_own(ctx: Context, caller: Caller, meant: Mapping[str, Any]) -> None:
    """OwnSession where the call would end its caller with it."""
    label, socket = meant.get("server", ""), meant.get("socket", "")
    asked = (
        targets.TargetArgs(label, socket, meant["session"], "")
        if label or socket
        else targets.TargetArgs(session=meant["session"])
    )
    wanted = targets.resolve(ctx, asked)
    try:
        reading = pane_list.read(ctx.tmux, wanted.socket)
    except ServerGone:
        return
    found = targets.find(reading, wanted)
    if found.session and found.session in caller.sessions(reading):
        raise _own(meant["session"])


def check_cleanup(ctx: Context, caller: Caller, allowed: Policy, plan: Mapping[str, Any], *, views: bool) -> None:
    """What it would end or forget is neither the caller's own nor out of reach."""
    if views:
        if allowed.narrows:
            raise allowed.forbids("a cleanup of views, since it says which sessions may be touched")
        return
    for session in plan["sessions"]:
        if session["action"] == "keep":
            continue
        if not allowed.sees(session["name"], session["socket"]):
            raise _spoils(allowed, session["name"])
        if session["action"] == "end":
            check_own(ctx, caller, {"session": session["name"]})


def _own(name: str) -> OwnSession:
    return OwnSession(f"session '{name}' is the one that you run in, and you would end with it", "let a person end it")


def _spoils(allowed: Policy, name: str) -> Forbidden:
    return allowed.forbids(f"this cleanup: it would end or forget {name!r}")
