"""list-sessions.sh: the registered sessions and their health, as a table or as JSON."""

from __future__ import annotations

from viewsync.output import age, printable
from viewsync.shell_tools.tool import Call, Tool
from viewsync.text import cells
from viewsync.text.timestamps import epoch
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viewsync.output import Result

_USAGE = """[--json]

Lists the registered sessions with their health.

  --json                   as JSON"""

_HEAD = ("NAME", "SOCKET", "TARGET", "STATUS", "PID", "CREATED")
_WIDTHS = (20, 20, 20, 10, 8, 15)


def run(call: Call) -> Result:
    result = call.run_verb("list", [], call.ctx)
    result.data["dead"] = result.data["total"] - result.data["alive"]  # the tool knows nothing between the two
    if "--json" in call.given:
        for session in result.data["sessions"]:
            del session["project"], session["moved_to"]  # of which the tool knows nothing, as of errors
        told = {name: result.data[name] for name in ("sessions", "total", "alive", "dead")}
        return result._replace(data=told, always_json=True)
    return result._replace(lines=_lines(result.data, call.ctx.clock()))


def _lines(data: dict[str, Any], now: float) -> list[str]:
    if not data["sessions"]:
        return ["No sessions registered."]
    rows = [_HEAD, *(_row(session, now) for session in data["sessions"])]
    shown = [[printable(cell) for cell in row] for row in rows]
    # As wide as the tool's columns, and wider for a name that would not fit: cut, two of them can look the same.
    widths = [max(least, *(cells.width(row[column]) for row in shown)) for column, least in enumerate(_WIDTHS)]
    head, *body = [" ".join(map(cells.pad, row, widths)) for row in shown]
    total = f"Total: {data['total']} | Alive: {data['alive']} | Dead: {data['dead']}"
    return [head, "-" * len(head), *body, "", total]


def _row(session: dict[str, Any], now: float) -> tuple[str, ...]:
    then = epoch(session["created_at"] or "")
    return (
        session["name"],
        session["socket_basename"],
        session["target"],
        session["status"],
        str(session["pid"] or "-"),
        f"{age(now, then)} ago" if then else "unknown",
    )


TOOL = Tool(usage=_USAGE, options={"--json": "--json"}, run=run)
