"""Numbers of any stretch of time, of days, projects and sessions in it: what SQLite sums up of the history's tables of
lives, with what is known of the sessions that are there now.
"""

from __future__ import annotations

from bisect import bisect_right

from viewsync.errors import UsageError
from viewsync.events import GONE
from viewsync.store import life_sums, life_tables
from viewsync.store.life_sums import ALL, PROJECT, SESSION, Sums
from viewsync.text.nearest import did_you_mean
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.usage.rules import report as rule
from viewsync.usage.rules.report import Life, OpenLife, Others, Tally

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence

    from viewsync.events import Sample
    from viewsync.usage.rules.report import Key, RegisteredSession, Used

_BY_ITSELF = rule.ENDS[GONE]


class Stretch(NamedTuple):
    """A stretch of time, its end not included, and the days in it: each as its date, its beginning and its end."""

    since: float
    until: float
    days: list[tuple[str, float, float]]


class Summed(NamedTuple):
    total: Tally
    days: list[tuple[str, Tally]]
    projects: dict[str, Tally]
    sessions: dict[str, Tally]


class Summing:
    def __init__(
        self,
        database: sqlite3.Connection,
        stretch: Stretch,
        live: Sequence[RegisteredSession],
        samples: Sequence[Sample],
        now: float,
    ) -> None:
        """`live`: those that the registry names. `samples`: oldest first."""
        self.database = database
        self.stretch = stretch
        self.registered = live
        self.now = now
        self.lives = self._set_aside(live, samples)
        self.used = rule.used(samples, self._beginnings(samples))

    def report(self, project: str, *, by_session: bool) -> Summed:
        """`project`: of that one alone. UsageError where nothing is known of it."""
        if project:
            self._check(project)
            self.lives = [life for life in self.lives if life.project == project]
            self.used = [sample for sample in self.used if sample.project == project]
        sums = Sums(self.database, self.stretch.since, self.stretch.until, project)
        projects, days = self._labelled(sums, PROJECT), self._days(sums)
        if self.stretch.since:
            beginnings = [day.since for _, day in days]
            for name, ended, lasted in sums.ends():
                projects[name].lasted.append(lasted)
                days[bisect_right(beginnings, ended) - 1][1].lasted.append(lasted)
        sessions = self._labelled(sums, SESSION) if by_session else {}
        total = projects.pop(ALL, None) or self._tally()
        return Summed(_together(projects, total), days, projects, sessions)

    def _check(self, project: str) -> None:
        here = {session.project for session in self.registered} | {sample.project for sample in self.used}
        if project not in here and not life_sums.has_project(self.database, project):
            known = life_sums.projects(self.database)
            if project not in known:
                there = sorted(name for name in here | known if name)
                names = f"it knows: {', '.join(there) or 'none yet'}"
                raise UsageError(f"the history has no project {project!r}", did_you_mean(project, there, names))

    def _set_aside(self, live: Sequence[RegisteredSession], samples: Sequence[Sample]) -> list[Life]:
        """Those that are there, or used something after the last that the history has heard of them."""
        seen = {(sample.socket, sample.session): sample.at for sample in samples}
        there = {(session.socket, session.name): session for session in live if session.there}
        found: list[Life] = []
        aside: list[tuple[int, str]] = []
        for key in seen.keys() | there.keys():
            row = life_tables.open_life(self.database, key)
            if row is None:
                continue
            life = OpenLife(row.began, row.project, made=row.made, since=row.since)
            if key in there:
                found.append(rule.still_there(there.pop(key), life, self.now))
            else:
                end = max(row.heard, seen[key])
                life.leave(end)
                found.append(life.life(key, end, _BY_ITSELF))
            aside.append((row.number, found[-1].project))
        found += [rule.still_there(session, None, self.now) for session in there.values()]
        life_sums.set_aside(self.database, aside)
        return found

    def _beginnings(self, samples: Sequence[Sample]) -> dict[Key, float]:
        keys = {(sample.socket, sample.session) for sample in samples}
        found = {key: began for key in keys if (began := life_sums.began(self.database, key)) is not None}
        return found | rule.beginnings(self.lives)

    def _tally(self) -> Tally:
        return Tally(self.stretch.since, self.stretch.until)

    def _labelled(self, sums: Sums, label: str) -> dict[str, Tally]:
        found: dict[str, Tally] = {}

        def tally(name: str) -> Tally:
            return found.setdefault(name, self._tally())

        for ended_alike in sums.of_lives(label):
            one = tally(ended_alike.label)
            one.sessions += ended_alike.there
            one.made += ended_alike.made
            one.alive += ended_alike.alive
            one.add_ends(ended_alike.ender or _BY_ITSELF, ended_alike.ended)
        if label == SESSION:
            for name, lasted in sums.lifetimes():
                found[name].lasted.append(lasted)
        elif not self.stretch.since:
            for name, middle in sums.middles(len(self.lives)):
                tally(name).others = Others(*middle)
        self._add_more(sums, label, tally)
        return found

    def _add_more(self, sums: Sums, label: str, tally: Callable[[str], Tally]) -> None:
        for name, attached in sums.of_stays(label):
            tally(name).attached += attached
        for name, event, count in sums.of_marks(label):
            tally(name).add_marks(event, count)
        for life in self.lives:
            tally(getattr(life, label)).add_life(life)
        for sample in self.used:
            tally(getattr(sample, label)).add_used(sample)

    def _days(self, sums: Sums) -> list[tuple[str, Tally]]:
        since, until = self.stretch.since, self.stretch.until
        days = [(label, Tally(max(begin, since), min(end, until))) for label, begin, end in self.stretch.days]
        for (_, day), known in zip(days, sums.of_days([(day.since, day.until) for _, day in days]), strict=True):
            day.sessions, day.made, day.marks = known.there, known.made, known.marks
            day.alive, day.attached = known.alive, known.attached
            for ender, count in known.ended.items():
                day.add_ends(ender or _BY_ITSELF, count)
        if days:
            _add_used(days, [day.since for _, day in days], self.used)
        for _, day in days:
            for life in self.lives:
                day.add_life(life)
        return days


def _add_used(days: list[tuple[str, Tally]], beginnings: list[float], used: Iterable[Used]) -> None:
    for sample in used:
        if sample.at >= beginnings[0]:
            days[bisect_right(beginnings, sample.at) - 1][1].add_used(sample)


def _together(tallies: dict[str, Tally], total: Tally) -> Tally:
    """Of all projects, each session being of one, with what is in the total already."""
    for tally in tallies.values():
        total.sessions += tally.sessions
        total.made += tally.made
        total.lasted += tally.lasted
        total.alive += tally.alive
        total.attached += tally.attached
        total.cpu += tally.cpu
        total.memory = max(total.memory, tally.memory)
        for by, count in tally.ended.items():
            total.add_ends(by, count)
        for event, count in tally.marks.items():
            total.add_marks(event, count)
    return total
