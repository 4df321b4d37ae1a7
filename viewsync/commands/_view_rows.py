"""How `stats views`, `analyze view-usage` and `monitor` show what the history tells of views."""

from __future__ import annotations

from viewsync.output import table
from viewsync.text import durations
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.usage.rules.view_report import ViewEnd, ViewNumbers
    from viewsync.usage.view_reporting import ViewLine

HEAD = ("OPENED", "REUSED", "ENDED", "MEDIAN", "TOGETHER", "DELAY")


def cells(numbers: ViewNumbers) -> tuple[str, ...]:
    """Under HEAD."""
    return (
        str(numbers.opened),
        str(numbers.reused),
        str(numbers.ended),
        _shown(numbers.median_lifetime),
        str(numbers.most),
        _shown(numbers.median_delay),
    )


def data(numbers: ViewNumbers) -> dict[str, Any]:
    """Times in seconds."""
    return {
        "opened": numbers.opened,
        "reused": numbers.reused,
        "ended": numbers.ended,
        "ends": [{**end._asdict(), "count": count} for end, count in numbers.ends.items()],
        "median_lifetime_seconds": _rounded(numbers.median_lifetime),
        "longest_lifetime_seconds": _rounded(max(numbers.lifetimes, default=None)),
        "lifetime_unknown": numbers.lifetime_unknown,
        "most_at_once": numbers.most,
        "ended_at_once": numbers.at_once,
        "delayed": len(numbers.delays),
        "median_delay_seconds": _rounded(numbers.median_delay),
        "longest_delay_seconds": _rounded(max(numbers.delays, default=None)),
        "delay_unknown": numbers.delay_unknown,
        "end_unknown": numbers.end_unknown,
    }


def now(line: ViewLine) -> dict[str, int]:
    return {"there_now": line.there, "attached_now": line.attached}


def totals(line: ViewLine) -> list[tuple[str, str]]:
    numbers = line.numbers
    lived = f"{durations.shown(numbers.median_lifetime)} in the median" if numbers.median_lifetime is not None else ""
    longest = f"{durations.shown(max(numbers.lifetimes))} at most" if numbers.lifetimes else ""
    delay = f"{durations.shown(numbers.median_delay)} in the median" if numbers.median_delay is not None else ""
    latest = f"{durations.shown(max(numbers.delays))} at most, of {len(numbers.delays)}" if numbers.delays else ""
    return [
        ("opened", f"{numbers.opened}, reused {numbers.reused} times"),
        ("ended", _listed(str(numbers.ended), _counted(numbers.end_unknown, "gone, nobody saw how"))),
        ("there now", f"{line.there}, {line.attached} attached"),
        ("at the same time", f"{numbers.most} at most"),
        ("lived", _listed(lived, longest, _counted(numbers.lifetime_unknown, "unknown"))),
        (
            "client to end",
            _listed(
                _counted(numbers.at_once, "in the same second"),
                delay,
                latest,
                _counted(numbers.delay_unknown, "unknown"),
            ),
        ),
    ]


def ends(found: Mapping[ViewEnd, int]) -> list[str]:
    rows = [(end.layer, end.event, end.reason, str(count)) for end, count in found.items()]
    return table(("ENDED BY", "HOW", "WHY", "VIEWS"), rows) if rows else []


def briefly(numbers: ViewNumbers) -> str:
    """In one line."""
    layers: dict[str, int] = {}
    for end, count in numbers.ends.items():
        layers[end.layer] = layers.get(end.layer, 0) + count
    who = f" ({', '.join(f'{count} by {layer}' for layer, count in layers.items())})" if layers else ""
    lived = f"{durations.shown(numbers.median_lifetime)} in the median" if numbers.median_lifetime is not None else ""
    counts = f"{numbers.opened} opened", f"{numbers.reused} reused", f"{numbers.ended} ended{who}", lived
    return ", ".join(filter(None, (*counts, f"{numbers.most} at the same time")))


def _listed(*parts: str) -> str:
    return "; ".join(filter(None, parts)) or "-"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count else ""


def _shown(seconds: float | None) -> str:
    return "-" if seconds is None else durations.shown(seconds)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
