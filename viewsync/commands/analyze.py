"""Show how sessions or views were used over the last days: numbers by day, project or session, and bars.

Days are calendar days in your time zone. A session counts on every day on which it existed, with the time it spent in
that day.

view-usage: of views, by day or by the session that they show, as `viewsync stats views` counts them.
"""

from __future__ import annotations

from viewsync.commands import _args, _usage_rows, _view_rows
from viewsync.errors import UsageError
from viewsync.output import Result, as_shown, coloured, columns, printable, table
from viewsync.registry import rows as registry_rows
from viewsync.text import bars, durations, styles
from viewsync.typed import TYPE_CHECKING, Any
from viewsync.usage import reporting, view_reporting

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from viewsync.context import Context
    from viewsync.usage.reporting import ReportLine, UsageReport
    from viewsync.usage.view_reporting import ViewReport

EXIT_CODES = {
    0: "done",
    1: _args.REFUSED,
    5: "the history or the registry cannot be read",
}

_MOST_BARS = 31
_PYTHONS = (("LC_CTYPE", "C.UTF-8"), ("LC_CTYPE", "C.utf8"))  # PEP 538


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=("session-usage", "view-usage"), default="session-usage")
    parser.add_argument(
        "--timeframe",
        default="7d",
        metavar="DURATION",
        help="how far back: 7d (the default) is today and the six days before; also 36h, 90m",
    )
    parser.add_argument(
        "--by", choices=("day", "project", "session"), default="day", help="print a row for each of these (day)"
    )
    parser.add_argument("--project", default="", metavar="NAME", help="of sessions: count only this project")
    parser.add_argument("--parent", default="", metavar="NAME", help="of views: count only those of this session")
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if parsed.what == "view-usage":
        return _views(parsed, ctx)
    if parsed.parent:
        raise UsageError("--parent is of views", "`viewsync analyze view-usage --parent NAME`")
    since, by_session = reporting.begin(parsed.timeframe, ctx.clock()), parsed.json or parsed.by == "session"
    found = reporting.report(ctx, since, parsed.project, by_session=by_session)
    if parsed.json:
        return Result(_data(found, parsed.timeframe), warnings=found.warnings)
    if found.total.empty:
        return Result(lines=[f"No session existed in the last {parsed.timeframe}."], warnings=found.warnings)
    lines = {"day": found.days, "project": found.projects, "session": found.sessions}[parsed.by]
    head = {"day": "DAY", "project": "PROJECT", "session": "SESSION"}[parsed.by]
    rows = [(part.label, str(part.numbers.sessions), *_usage_rows.cells(part.numbers)) for part in lines]
    total = ("total", str(found.total.sessions), *_usage_rows.cells(found.total))
    for line in table((head, "SESSIONS", *_usage_rows.HEAD), [*rows, total]):
        print(as_shown(line))
    _picture({"time by day": _bars(found.days), "time by project": _bars(found.projects)}, ctx)
    return Result(warnings=found.warnings, printed=True)


def _data(found: UsageReport, timeframe: str) -> dict[str, Any]:
    def rows(name: str, lines: Sequence[ReportLine]) -> list[dict[str, Any]]:
        return [
            {name: line.label, "sessions": line.numbers.sessions, **_usage_rows.data(line.numbers)} for line in lines
        ]

    return {
        "timeframe": timeframe,
        "since": registry_rows.stamp(found.since),
        "until": registry_rows.stamp(found.until),
        "total": {"sessions": found.total.sessions, **_usage_rows.data(found.total)},
        "days": rows("day", found.days),
        "projects": rows("project", found.projects),
        "sessions": rows("session", found.sessions),
        "errors": found.warnings,
    }


def _views(parsed: argparse.Namespace, ctx: Context) -> Result:
    if parsed.project or parsed.by == "project":
        raise UsageError("projects have no views of their own", "--by session and --parent NAME are by what views show")
    found = view_reporting.report(ctx, reporting.begin(parsed.timeframe, ctx.clock()), parsed.parent)
    if parsed.json:
        return Result(_view_data(found, parsed.timeframe), warnings=found.warnings)
    if found.total.numbers.empty:
        return Result(lines=[f"No view existed in the last {parsed.timeframe}."], warnings=found.warnings)
    lines = found.days if parsed.by == "day" else found.parents
    rows = [(line.label, *_view_rows.cells(line.numbers)) for line in [*lines, found.total._replace(label="total")]]
    for text in table((parsed.by.upper(), *_view_rows.HEAD), rows):
        print(as_shown(text))
    for text in ["", *_view_rows.ends(found.total.numbers.ends)]:
        print(text)
    opened = [bars.Bar(line.label, line.numbers.opened, str(line.numbers.opened)) for line in found.days[-_MOST_BARS:]]
    most = [bars.Bar(line.label, line.numbers.most, str(line.numbers.most)) for line in found.days[-_MOST_BARS:]]
    _picture({"opened by day": opened, "at the same time by day": most}, ctx)
    return Result(warnings=found.warnings, printed=True)


def _view_data(found: ViewReport, timeframe: str) -> dict[str, Any]:
    return {
        "timeframe": timeframe,
        "since": registry_rows.stamp(found.since),
        "until": registry_rows.stamp(found.until),
        "total": _view_rows.data(found.total.numbers),
        "days": [{"day": line.label, **_view_rows.data(line.numbers)} for line in found.days],
        "parents": [{"parent": line.label, **_view_rows.data(line.numbers)} for line in found.parents],
        "errors": found.warnings,
    }


def _bars(lines: Sequence[ReportLine]) -> list[bars.Bar]:
    return [
        bars.Bar(printable(line.label), line.numbers.alive, durations.shown(line.numbers.alive))
        for line in lines[-_MOST_BARS:]
    ]


def _picture(pictures: Mapping[str, Sequence[bars.Bar]], ctx: Context) -> None:
    width, unicode = columns() or 80, _unicode(ctx)
    for title, own in pictures.items():
        print(f"\n{title}")
        for drawn in bars.draw(own, width, unicode=unicode):
            bar = styles.painted(drawn.bar, styles.MEASURE) if coloured() else drawn.bar
            print(f"{drawn.label}  {bar}  {drawn.shown}".rstrip())


def _unicode(ctx: Context) -> bool:
    """What the locale says: the first of its variables that is set. In one without Unicode, Python sets LC_CTYPE."""
    env = {name: value for name, value in ctx.env.items() if (name, value) not in _PYTHONS}
    named = next((env[variable] for variable in ("LC_ALL", "LC_CTYPE", "LANG") if env.get(variable)), "")
    return "utf-8" in named.lower().replace("utf8", "utf-8")
