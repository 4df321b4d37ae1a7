"""What a long history costs: whole processes of verbs that read it, by how many events there are."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from bench.measure import Subject, medians, process, table
from tests.support.server import Home
from viewsync.context import Context
from viewsync.events import Event
from viewsync.usage import folding

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES = (10_000, 1_000_000)
_ALL = ("--timeframe", "300d")
VERBS = (
    ("stats",),
    ("analyze",),
    ("analyze", *_ALL),
    ("stats", "views"),
    ("analyze", "view-usage", *_ALL),
    ("restore", "--plan"),
)
BUDGET = 3.0
_SPAN = 300 * 86400.0
_AT_ONCE = 20_000
_LIFE = ("create", "attach", "step", "detach", "attach", "detach", "step", "error", "kill")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the events, and fewer rounds")
    quick = parser.parse_args().quick
    sizes, rounds = ([size // 10 for size in SIZES], 3) if quick else (list(SIZES), 7)
    homes = {size: Home() for size in sizes}
    try:
        folded = {size: _fill(home, size) for size, home in homes.items()}
        found = {
            verb: medians([_subject(str(size), home, verb) for size, home in homes.items()], rounds) for verb in VERBS
        }
    finally:
        for home in homes.values():
            home.remove()
    few, many = (f"{size:,}" for size in sizes)
    rows = [(" ".join(verb), *_cells(*times.values())) for verb, times in found.items()]
    print(f"### A history of {few} and of {many} events\n")
    print(table(("verb", f"{few}: ms", f"{many}: ms", "ratio"), rows), "\n")
    print(f"budget: {BUDGET:g} times. Folded in once: {', '.join(f'{took:.1f} s' for took in folded.values())}\n")


def _cells(few: float, many: float) -> tuple[str, str, str]:
    return f"{few * 1000:.1f}", f"{many * 1000:.1f}", f"{many / few:.2f}"


def _subject(name: str, home: Home, verb: tuple[str, ...]) -> Subject:
    return Subject(name, lambda: process([home.launcher, *verb], home.env))


def _fill(home: Home, size: int) -> float:
    """Seconds that it takes until all is folded in."""
    history = Context(home.env).history
    history.timeout = 60.0
    events: list[Event] = []
    for event in _events(size):
        events.append(event)
        if len(events) == _AT_ONCE:
            history.add(events)
            events = []
    history.add(events)
    begin = time.perf_counter()
    folding.fold(history)
    return time.perf_counter() - begin


def _events(size: int) -> Iterator[Event]:
    """Sessions of twenty projects come and go, and every tenth event is of a view."""
    begin = time.time() - _SPAN
    for number in range(size):
        life, step = divmod(number, len(_LIFE) + 1)
        at = begin + _SPAN * number / size
        if step == len(_LIFE):
            view = Event(at, "open", "person", "/s", "1.1", f"v-{number}", "web", "@1", 4_000_000, "/dev/pts/1")
            yield view._replace(what="view", gui_start=5.0)
        else:
            seconds = 5.0 if _LIFE[step] in ("detach", "step") else None
            name, project = f"s{life % 500}", f"p{life % 20}"
            yield Event(at, _LIFE[step], "person", "/s", "1.1", name, project=project, seconds=seconds)


if __name__ == "__main__":
    main()
