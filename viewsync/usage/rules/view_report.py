"""What the history tells of views, in numbers: how they came and went, how long they were there, how many at once.

A view's life begins with `open`, or with the first that was heard of it, and ends with one of ENDS. What is not known
is counted as unknown: nothing is guessed from what other views did.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import count, repeat
from operator import sub

from viewsync.events import BY_ITSELF, CLIENTLESS, DETACH, END, FOUND, GONE, OPEN, REUSE, SERVER_GONE
from viewsync.tmux.rules.model import PROMOTE
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.usage.rules.report import median

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from viewsync.events import Event

    Key = tuple[str, str, str]  # socket, server and name: no other view ever has all three

ENDS = (END, PROMOTE, GONE)
EVENTS = (OPEN, REUSE, FOUND, DETACH, *ENDS)
_SECONDS = 2.0  # of an end that tmux noted: its own one, and the one before

# Which layer ended it, where that is no trigger of a clean-up.
TMUX, SOMEBODY, WITH_SERVER = "tmux", "somebody else", "the server's end"


class ViewThere(NamedTuple):
    """A view that is there now."""

    parent: str
    created: float  # 0 when it is not known
    attached: bool


class ViewEnd(NamedTuple):
    layer: str  # TMUX, SOMEBODY, WITH_SERVER, or a clean-up's trigger: hook, sweeper, wezterm-tab, person, ...
    event: str  # one of ENDS
    reason: str


class ViewLife(NamedTuple):
    parent: str
    first: float  # when something was first heard of it
    began: float  # 0 when it is not known
    opened: bool  # the history saw it made
    reused: tuple[float, ...]
    last: float  # when it ended, or something was last heard of it; now, where it is there
    end: ViewEnd | None  # None: it is there, or nobody saw its end
    there: bool
    left: float  # when its client was seen to be gone, before its end; 0 when that is not known
    visited: bool  # a client was on it

    @property
    def start(self) -> float:
        return min(self.began or self.first, self.last)


class ViewNumbers(NamedTuple):
    """Of one stretch of time. Times are seconds."""

    opened: int
    reused: int
    ends: dict[ViewEnd, int]  # the most frequent first
    lifetimes: list[float]  # of those that ended and whose beginning is known
    lifetime_unknown: int
    most: int  # that were there at the same moment
    at_once: int  # that tmux ended as it noticed that a client had gone
    delays: list[float]  # of those that were seen without a client before: from then to the end
    delay_unknown: int  # of which nobody saw when the client went
    end_unknown: int  # that are gone, and nobody saw when and why

    @property
    def ended(self) -> int:
        return sum(self.ends.values())

    @property
    def median_lifetime(self) -> float | None:
        return median(self.lifetimes)

    @property
    def median_delay(self) -> float | None:
        return median(self.delays)

    @property
    def empty(self) -> bool:
        return not (self.opened or self.reused or self.ends or self.most or self.end_unknown)


class ViewLives:
    """What events make of views' lives, one after the other in the order of their times."""

    def __init__(self) -> None:
        self.open: dict[Key, ViewLife] = {}
        self.done: dict[Key, ViewLife] = {}

    def add(self, key: Key, life: ViewLife) -> None:
        """As it is known already."""
        (self.done if life.end else self.open)[key] = life

    def take(self, event: Event) -> None:
        """Of a name whose end was seen there is nothing more to say: names do not come back."""
        key = (event.socket, event.server, event.session)
        if key in self.done:
            return
        life = self.open.get(key) or ViewLife(
            event.parent, event.at, 0.0, False, (), event.at, None, there=False, left=0.0, visited=False
        )
        life = life._replace(parent=event.parent or life.parent, last=max(life.last, event.at))
        if event.event in ENDS:
            began = event.at - event.seconds if event.seconds is not None else life.began
            end = ViewEnd(layer(event), event.event, event.reason)
            # Seen in the same look as its end, that the client is gone does not tell when it went. Nor does it where
            # tmux was about to end the view: of that end we know the second.
            about = _SECONDS if end.layer == TMUX else 0.0
            left = life.left if life.left < event.at - about else 0.0
            self.open.pop(key, None)
            self.done[key] = life._replace(began=began, left=left, end=end, last=event.at)
        else:
            self.open[key] = _after(life, event)


def _after(life: ViewLife, event: Event) -> ViewLife:
    if event.event == OPEN:
        visited = event.reason != CLIENTLESS
        return life._replace(began=life.began or event.at, opened=True, visited=life.visited or visited)
    if event.event == REUSE:
        return life._replace(reused=(*life.reused, event.at), left=0.0, visited=True)
    if event.event == DETACH:
        return life._replace(left=event.at, visited=True)
    return life


def lives(events: Iterable[Event], there: Mapping[Key, ViewThere], unread: Iterable[Key], now: float) -> list[ViewLife]:
    """`events`: oldest first. `unread`: views of servers that did not answer, of which nobody knows that they ended."""
    found = ViewLives()
    for event in events:
        found.take(event)
    return by_now(found, there, unread, now)


def by_now(found: ViewLives, there: Mapping[Key, ViewThere], unread: Iterable[Key], now: float) -> list[ViewLife]:
    for key, view in there.items():
        life = found.open.get(key) or ViewLife(
            view.parent, view.created or now, 0.0, False, (), now, None, there=True, left=0.0, visited=view.attached
        )
        found.open[key] = life._replace(parent=view.parent, began=view.created or life.began, there=True, last=now)
    for key in unread:
        if key in found.open:
            found.open[key] = found.open[key]._replace(there=True, last=now)
    return [*found.done.values(), *found.open.values()]


def layer(event: Event) -> str:
    if event.event == GONE:
        return WITH_SERVER if event.reason == SERVER_GONE else SOMEBODY
    return TMUX if event.detail == BY_ITSELF else event.trigger


def numbers(lives: Iterable[ViewLife], since: float, until: float) -> ViewNumbers:
    """Of what was in that stretch of time, its end not included."""
    tally = ViewTally(since, until)
    for life in lives:
        tally.add_life(life)
    return tally.numbers()


class Crowd:
    """How many there were at the same moment. One that begins as another one ends is not there beside it."""

    def __init__(self, starts: Iterable[float], lasts: Iterable[float]) -> None:
        self.starts = sorted(starts)
        self.lasts = sorted(lasts)
        gone = map(bisect_right, repeat(self.lasts), self.starts)
        self.counts: list[int] = list(map(sub, count(1), gone))

    def most(self, since: float, until: float) -> int:
        at_first = bisect_right(self.starts, since) - bisect_right(self.lasts, since)
        begun = self.counts[bisect_left(self.starts, since) : bisect_left(self.starts, until)]
        return max(0, at_first, *begun)


class ViewTally:
    """Numbers of one stretch of time, its end not included, as they are put together."""

    def __init__(self, since: float, until: float) -> None:
        self.since = since
        self.until = until
        self.opened = 0
        self.reused = 0
        self.ends: Counter[ViewEnd] = Counter()
        self.lifetimes: list[float] = []
        self.lifetime_unknown = 0
        self.starts: list[float] = []
        self.lasts: list[float] = []
        self.at_once = 0
        self.delays: list[float] = []
        self.delay_unknown = 0
        self.end_unknown = 0

    def add_life(self, life: ViewLife) -> None:
        self.opened += life.opened and self._inside(life.began)
        self.reused += sum(map(self._inside, life.reused))
        self.starts.append(life.start)
        self.lasts.append(life.last)
        if life.there or not self._inside(life.last):
            return
        self.add_ends(life.end, 1, unknown=not life.began, unseen=_is_cleaned(life) and not life.left)
        if life.end:
            self.add_times(life.last, life.began, life.left if _is_cleaned(life) else None)

    def add_times(self, last: float, began: float, left: float | None) -> None:
        if began:
            self.lifetimes.append(last - began)
        if left:
            self.delays.append(last - left)

    def add_ends(self, end: ViewEnd | None, number: int, *, unknown: int, unseen: int) -> None:
        """`unknown`: of how many nobody knows when they began. `unseen`: when their client went."""
        if end is None:
            self.end_unknown += number
        elif number:
            self.ends[end] += number
            self.lifetime_unknown += unknown
            if end.layer == TMUX:
                self.at_once += unseen
            else:
                self.delay_unknown += unseen

    def add(self, other: ViewTally) -> None:
        self.opened += other.opened
        self.reused += other.reused
        self.ends += other.ends
        self.lifetimes += other.lifetimes
        self.lifetime_unknown += other.lifetime_unknown
        self.starts += other.starts
        self.lasts += other.lasts
        self.at_once += other.at_once
        self.delays += other.delays
        self.delay_unknown += other.delay_unknown
        self.end_unknown += other.end_unknown

    def _inside(self, at: float) -> bool:
        return self.since <= at < self.until

    def numbers(self, crowd: Crowd | None = None) -> ViewNumbers:
        """`crowd`: all that there were, where it is known already."""
        crowd = crowd or Crowd(self.starts, self.lasts)
        return ViewNumbers(
            opened=self.opened,
            reused=self.reused,
            ends=dict(sorted(self.ends.items(), key=lambda item: (-item[1], item[0]))),
            lifetimes=self.lifetimes,
            lifetime_unknown=self.lifetime_unknown,
            most=crowd.most(self.since, self.until),
            at_once=self.at_once,
            delays=self.delays,
            delay_unknown=self.delay_unknown,
            end_unknown=self.end_unknown,
        )


def _is_cleaned(life: ViewLife) -> bool:
    """What somebody else ended, or its server took along, no client's end led to."""
    return bool(life.end and life.end.event != GONE and life.visited)
