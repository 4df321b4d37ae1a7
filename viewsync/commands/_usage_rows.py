"""How `stats` and `analyze` show numbers."""

from __future__ import annotations

from viewsync.output import size
from viewsync.text import durations
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viewsync.usage.rules.report import Numbers

HEAD = ("MADE", "ENDED", "MEDIAN", "TIME", "IN USE", "CPU", "MEMORY", "STEPS", "FAILED", "ERRORS")


def cells(numbers: Numbers) -> tuple[str, ...]:
    """Under HEAD."""
    return (
        str(numbers.made),
        str(sum(numbers.ended.values())),
        "-" if numbers.median is None else durations.shown(numbers.median),
        durations.shown(numbers.alive),
        durations.shown(numbers.attached),
        durations.shown(numbers.cpu),
        size(numbers.memory),
        str(numbers.steps),
        str(numbers.failed),
        str(numbers.errors),
    )


def data(numbers: Numbers) -> dict[str, Any]:
    """Times in seconds, memory in bytes."""
    return {
        "made": numbers.made,
        "ended": sum(numbers.ended.values()),
        "ended_by": {name.replace(" ", "_"): count for name, count in numbers.ended.items()},
        "lifetime_seconds": round(numbers.lifetime, 1),
        "median_lifetime_seconds": None if numbers.median is None else round(numbers.median, 1),
        "alive_seconds": round(numbers.alive, 1),
        "attached_seconds": round(numbers.attached, 1),
        "cpu_seconds": round(numbers.cpu, 2),
        "peak_memory_bytes": numbers.memory,
        "steps": numbers.steps,
        "steps_failed": numbers.failed,
        "errors": numbers.errors,
    }
