"""What can be read, and subscribed to: sessions, one of them, its output, and what happened."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from viewsync import output
from viewsync.errors import UsageError
from viewsync.mcp.tools import TOOLS
from viewsync.registry import rows as registry_rows
from viewsync.registry import targets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.context import Context
    from viewsync.events import Event
    from viewsync.mcp.rules.policy import Policy

_MOST = 1000  # lines of the history
_PATIENCE = 60.0  # seconds that a worker waits for news


def answer(ctx: Context, allowed: Policy, request: Mapping[str, Any]) -> dict[str, Any]:
    """What the server needs to know besides the tools' answers."""
    what = request["what"]
    if what == "rows":
        return _json({"sessions": _rows(ctx, allowed), "tools": _tools(allowed), "shares": bool(ctx.index)})
    if what == "changes":
        newest, forgotten = ctx.history.numbers()
        since = request["since"]
        found: list[Event] = ctx.history.find("id > ? AND id <= ?", (since, newest), _MOST) if since else []
        shown = [event._asdict() for event in found if _tells(allowed, event)]
        # What is forgotten by now, was more than that, or stood in another history, may have been about anything.
        missed = since and (max(since, 0) < forgotten or newest < since or len(found) == _MOST)
        return _json({"sessions": _rows(ctx, allowed), "events": shown, "newest": newest, "missed": bool(missed)})
    if what == "elsewhere":
        allowed.check_verb("list")
        return _json(_elsewhere(ctx, allowed, request["since"]))
    if what == "terminal":
        allowed.check_verb("capture")
        return _json({"path": _terminal(ctx, allowed, request["session"])})
    raise UsageError(f"there is no {what!r}")


def events(ctx: Context, allowed: Policy, session: str, limit: int) -> dict[str, Any]:
    """As a call's answer."""
    limit = max(1, min(limit, _MOST))
    found = ctx.history.about(session, limit) if session else ctx.history.find("1", (), limit)
    shown = [event._asdict() for event in found if allowed.sees(event.session, event.socket)]
    return {**_json(output.enveloped("list", {"events": shown})), "outcome": f"{len(shown)} lines"}


def events_everywhere(ctx: Context, allowed: Policy, session: str, limit: int) -> dict[str, Any]:
    """The same of all hosts that share an index."""
    from viewsync.index import streaming  # only where there is one

    found = streaming.recent(ctx, max(1, min(limit, _MOST)), session)[0][::-1]
    shown = [
        {"host": one.host, **one.event._asdict()} for one in found if allowed.sees(one.event.session, one.event.socket)
    ]
    return {**_json(output.enveloped("list", {"events": shown})), "outcome": f"{len(shown)} lines"}


def _elsewhere(ctx: Context, allowed: Policy, since: str) -> dict[str, Any]:
    """Where the stream of the index ends now; with `since`, what stands there once something more is there."""
    from viewsync.index import streaming  # only where there is one

    if not since:
        return {"since": streaming.recent(ctx, 1)[1], "happened": False}
    end = time.monotonic() + _PATIENCE
    happened = False
    for new in streaming.follow(ctx, since, ctx.log.info, lambda: time.monotonic() > end):
        if new:
            since, happened = new.entry, happened or _tells(allowed, new.event)
        elif happened:
            break
    return {"since": since, "happened": happened}


def _json(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"text": output.as_text(data, indent=None), "notes": [], "failed": False, "outcome": ""}


def _rows(ctx: Context, allowed: Policy) -> dict[str, str]:
    """Each session, with something that changes with its row."""
    rows = registry_rows.read(ctx.registry)
    return {row.name: repr(row) for row in rows if allowed.sees(row.name, row.socket)}


def _tools(allowed: Policy) -> list[str]:
    return [name for name in TOOLS if allowed.verbs.fits(name)]


def _tells(allowed: Policy, event: Event) -> bool:
    """Calls that only read do not, so that who reads for them hears nothing of that."""
    return allowed.sees(event.session, event.socket) and not _only_reads(event)


def _only_reads(event: Event) -> bool:
    tool = TOOLS.get(event.reason.partition(":")[0]) if event.event == "call" else None
    return bool(tool and tool.reads)


def _terminal(ctx: Context, allowed: Policy, name: str) -> str:
    from viewsync.tmux import input as tmux_input

    place = targets.locate(ctx, targets.TargetArgs(session=name)).place
    allowed.check_session(name, place.socket)
    return tmux_input.terminal(ctx.tmux, place.server, place.pane_id)
