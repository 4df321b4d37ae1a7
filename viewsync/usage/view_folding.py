"""Fold the history's events of views into its table of their lives, each once. See folding.py."""

from __future__ import annotations

from viewsync.store import life_tables, view_tables
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.usage.rules.view_report import EVENTS, ViewEnd, ViewLife, ViewLives

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from typing import Any

    from viewsync.events import Event
    from viewsync.store.life_tables import Place, Placed
    from viewsync.usage.rules.view_report import Key


def fold(database: sqlite3.Connection, events: Iterable[Placed], place: Place) -> None:
    """`events`: in the order of their times, all of them up to `place`."""
    by_view: dict[Key, list[Placed]] = {}
    for placed in events:
        by_view.setdefault(_key(placed[1]), []).append(placed)
    view_tables.write(database, [_folded(database, key, mine, place) for key, mine in by_view.items()])


def _folded(database: sqlite3.Connection, key: Key, events: list[Placed], place: Place) -> tuple[Any, ...]:
    lives = ViewLives()
    if known := view_tables.one(database, key):
        row, last = known
        if events[0][0] > last:
            lives.add(key, _life(row))
        else:  # it is told late
            events = life_tables.of_view(database, EVENTS, key, place)
    for _, event in events:
        lives.take(event)
    life = lives.done.get(key) or lives.open[key]
    end = life.end or ViewEnd("", "", "")
    reused = " ".join(map(repr, life.reused))
    told = (life.parent, life.first, life.began, life.opened, reused, life.last)
    return (*key, *told, life.end and end.layer, end.event, end.reason, life.left, life.visited, *events[-1][0])


class Known(NamedTuple):
    lives: ViewLives  # of which no end was seen before
    aside: list[Key]  # those of them that the table has


def read(database: sqlite3.Connection, keys: Iterable[Key], events: Iterable[Event]) -> Known:
    """Of these, with `events` that the history does not have yet. What had ended by then stays as it is."""
    lives = ViewLives()
    aside: list[Key] = []
    events = list(events)
    ended: set[Key] = set()
    for key in dict.fromkeys([*keys, *map(_key, events)]):
        if known := view_tables.one(database, key):
            life = _life(known[0])
            if life.end:
                ended.add(key)
            else:
                aside.append(key)
                lives.add(key, life)
    for event in events:
        if _key(event) not in ended:
            lives.take(event)
    return Known(lives, aside)


def _key(event: Event) -> Key:
    return (event.socket, event.server, event.session)


def _life(row: tuple[Any, ...]) -> ViewLife:
    parent, first, began, opened, reused, last, layer, event, reason, left, visited = row
    end = None if layer is None else ViewEnd(layer, event, reason)
    times = tuple(map(float, reused.split()))
    return ViewLife(parent, first, began, bool(opened), times, last, end, there=False, left=left, visited=bool(visited))
