"""Fold the history's events of sessions into its tables of lives, each once, so that reports need not read them again.

An event that is added late, by the times, is mostly the last one of its session all the same. Where it is not, that
session is told anew, with those that had or were given its name.
"""

from __future__ import annotations

import os
import time

from viewsync.events import RENAMES
from viewsync.store import life_tables
from viewsync.store.history_database import History
from viewsync.typed import TYPE_CHECKING
from viewsync.usage import view_folding
from viewsync.usage.rules import view_report
from viewsync.usage.rules.report import EVENTS, Lives, OpenLife

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from viewsync.events import Event
    from viewsync.store.life_tables import Key, Place, Placed

_AT_ONCE = 1000  # events; others wait to write meanwhile, and a hook does not wait for long
_PATIENCE = 10.0  # seconds
_KINDS = tuple(dict.fromkeys((*EVENTS, *view_report.EVENTS)))
_REST = 0.005  # seconds in which they do


def fold(history: History) -> None:
    """All that there is. Raises StateError when the history cannot be written."""
    patient = History(os.path.dirname(history.path), _PATIENCE)  # another one may be folding

    def work(database: sqlite3.Connection) -> bool:
        """With one connection: the last one that closes writes SQLite's log back, which cost as much as half a step."""
        while _stepped(database):
            time.sleep(_REST)
        return False

    patient.outside(work)


def _stepped(database: sqlite3.Connection) -> bool:
    """One step, all of it or nothing."""
    with database:
        database.execute("BEGIN IMMEDIATE")
        return step(database)


def step(database: sqlite3.Connection, at_once: int = _AT_ONCE) -> bool:
    """The next events; False where those were all."""
    mark = life_tables.Mark(database)
    newest = life_tables.newest(database)
    if newest == mark.seen and life_tables.last_place(database) <= mark.place:
        return False
    late = life_tables.late(database, _KINDS, mark)
    following = life_tables.following(database, _KINDS, mark.place, at_once)
    more = len(following) == at_once
    mark.place = following[-1][0] if more else max(mark.place, life_tables.last_place(database))
    mark.seen = newest
    new = [*late, *following]
    _Folding(database, mark.place).fold([one for one in new if one[1].what == "session" and one[1].event in EVENTS])
    views = [one for one in new if one[1].what == "view" and one[1].event in view_report.EVENTS]
    view_folding.fold(database, views, mark.place)
    mark.write(database)
    return more


def keys_of(event: Event) -> set[Key]:
    key = (event.socket, event.session)
    return {key, (event.socket, event.detail)} if event.event in RENAMES and event.detail else {key}


def related(database: sqlite3.Connection, keys: Iterable[Key]) -> set[Key]:
    """These, and all that renames lead to."""
    found, left = set(keys), list(keys)
    while left:
        new = life_tables.renamed(database, left.pop()) - found
        found |= new
        left += new
    return found


class _Folding:
    def __init__(self, database: sqlite3.Connection, place: Place) -> None:
        self.database = database
        self.place = place
        self.lives = Lives()
        self.last: dict[Key, Place] = {}

    def fold(self, events: list[Placed]) -> None:
        """`events`: in the order of their times."""
        touched = {key for _, event in events for key in keys_of(event)}
        for key in touched:
            self.load(key)
        anew = related(self.database, self.disordered(events))
        if anew:
            events = [(place, event) for place, event in events if not keys_of(event) & anew]
            events += self.again(anew)
        for place, event in events:
            self.lives.take(event)
            for key in keys_of(event):
                self.last[key] = place
        self.write(touched | anew)

    def load(self, key: Key) -> None:
        if known := life_tables.heard(self.database, key):
            at, self.last[key], closed = known
            if at:
                self.lives.heard[key] = at
            if closed:
                self.lives.closed.add(key)
        if row := life_tables.open_life(self.database, key):
            self.lives.open[key] = OpenLife(
                row.began, row.project, made=bool(row.made), number=row.number, since=row.since
            )

    def disordered(self, events: Iterable[Placed]) -> set[Key]:
        """Those of which a later event is folded in already."""
        found: set[Key] = set()
        for place, event in events:
            keys = keys_of(event)
            if any(place <= self.last[key] for key in keys if key in self.last):
                found |= keys
        return found

    def again(self, keys: set[Key]) -> list[Placed]:
        """All their events that are folded in by now, where nothing is known of them any more."""
        life_tables.forget(self.database, keys)
        for key in keys:
            self.lives.open.pop(key, None)
            self.lives.closed.discard(key)
            self.lives.heard.pop(key, None)
            self.last.pop(key, None)
        found = (life_tables.of_session(self.database, EVENTS, key, self.place) for key in keys)
        return sorted((placed for events in found for placed in events), key=lambda placed: placed[0])

    def write(self, keys: Iterable[Key]) -> None:
        lives = self.lives
        for lost in lives.lost:
            life_tables.drop_life(self.database, lost.number)
        for ended in lives.done:
            life = ended.life
            row = (*ended.key, life.project, life.began, life.made, 0.0, ended.at, ended.by)
            life_tables.write_life(self.database, life.number, row, life.attached)
        for key, life in lives.open.items():
            heard = lives.heard.get(key, life.began)
            row = (*key, life.project, life.began, life.made, life.since, heard, "")
            life_tables.write_life(self.database, life.number, row, life.attached)
        life_tables.write_heard(
            self.database,
            [
                (*key, lives.heard.get(key, 0.0), *self.last.get(key, (0.0, 0)), key in lives.closed)
                for key in keys
                if key in self.last
            ],
        )
