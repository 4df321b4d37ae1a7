"""As sessions were counted before the history had tables of lives: all events and samples, for each question anew.

What the history tells of sessions, in numbers: for any stretch of time, and of it any day, project or session.

A session's life begins with `create` and ends with the first of ENDS. Of one that the history did not see begin, or
end, as much is told as is known: what somebody else made or ended is only seen by a sweep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from viewsync.events import ATTACH, CREATE, DETACH, END, ERROR, FORGET, GONE, KILL, RENAMES, STEP, STEP_FAILED, STEPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from viewsync.events import Event, Sample

    Key = tuple[str, str]  # a session's socket and name
    Seen = Mapping[Key, float]  # when something was last heard of it

ENDS = {KILL: "killed", END: "cleaned up", GONE: "by itself", FORGET: "by itself"}
_TRIGGERS = {"outside": ENDS[GONE], **dict.fromkeys(("kill", "person", "worktree"), ENDS[KILL])}
EVENTS = (CREATE, *RENAMES, ATTACH, DETACH, ERROR, *STEPS, *ENDS)

_FRESH = 3600.0  # seconds in which the first sample of a session that was made says all that it used


class RegisteredSession(NamedTuple):
    """A session that the registry names. `there`: it is not known to be gone."""

    socket: str
    name: str
    project: str
    created: float  # 0 when it is not known
    there: bool
    alive: bool
    attached: bool


class Life(NamedTuple):
    socket: str
    session: str
    project: str
    began: float  # 0 when it is not known
    made: bool  # the history saw it begin
    ended: float | None  # None: it is there
    by: str  # one of ENDS' values, "" while it is there
    attached: tuple[tuple[float, float], ...]


class Counted(NamedTuple):
    """One of what is only counted: a step or an error."""

    at: float
    event: str
    project: str
    session: str


class Used(NamedTuple):
    """What a session used since the sample before: processor seconds; and resident bytes at that moment."""

    at: float
    project: str
    session: str
    cpu: float
    memory: int


class UsageFacts(NamedTuple):
    lives: Sequence[Life]
    marks: Sequence[Counted]
    used: Sequence[Used]

    def where(self, fits: Callable[[Life | Counted | Used], bool]) -> UsageFacts:
        return UsageFacts(list(filter(fits, self.lives)), list(filter(fits, self.marks)), list(filter(fits, self.used)))

    def of_project(self, name: str) -> UsageFacts:
        return self.where(lambda each: each.project == name)

    def of_session(self, name: str) -> UsageFacts:
        return self.where(lambda each: each.session == name)

    def all(self) -> list[Life | Counted | Used]:
        return [*self.lives, *self.marks, *self.used]

    def projects(self) -> list[str]:
        return sorted({sample.project for sample in self.all()})

    def sessions(self) -> list[str]:
        return sorted({sample.session for sample in self.all()} - {""})


class Numbers(NamedTuple):
    """Of one stretch of time. Times are seconds."""

    sessions: int  # that were there in it
    made: int
    ended: dict[str, int]  # by whom
    lifetime: float  # of those that ended in it and whose beginning is known, all together
    median: float | None  # of the same, None when there is none
    alive: float  # that sessions were there in it, all together
    attached: float  # that somebody was on one in it
    cpu: float
    memory: int  # the most that one session had, in bytes
    steps: int  # all of them, with those that failed
    failed: int
    errors: int

    @property
    def empty(self) -> bool:
        return not (self.sessions or self.made or self.ended or self.steps or self.errors)


class _Open:
    def __init__(self, began: float, project: str, *, made: bool) -> None:
        self.began = began
        self.project = project
        self.made = made
        self.since = 0.0  # when somebody came, 0 while nobody is there
        self.attached: list[tuple[float, float]] = []

    def leave(self, at: float) -> None:
        if self.since:
            self.attached.append((self.since, at))
        self.since = 0.0

    def life(self, key: Key, ended: float | None, by: str) -> Life:
        return Life(*key, self.project, self.began, self.made, ended, by, tuple(self.attached))


class _Lives:
    def __init__(self) -> None:
        self.open: dict[Key, _Open] = {}
        self.closed: set[Key] = set()  # whose end was seen: a second one tells nothing new
        self.done: list[Life] = []

    def take(self, event: Event) -> None:
        key = (event.socket, event.session)
        if event.event == CREATE:
            self.close(key, event.at, ENDS[GONE])
            self.open[key] = _Open(event.at, project_of(event), made=True)
            self.closed.discard(key)
        elif event.event in RENAMES:
            if event.detail and key in self.open:
                self.open[(event.socket, event.detail)] = self.open.pop(key)
        elif event.event in ENDS:
            self.end(key, event)
        elif event.event == ATTACH:
            life = self.known(key, event)
            life.since = life.since or event.at
        elif event.event == DETACH:
            life = self.known(key, event)
            life.since = life.since or event.at - (event.seconds or 0.0)
            life.leave(event.at)

    def known(self, key: Key, event: Event) -> _Open:
        self.closed.discard(key)
        life = self.open.setdefault(key, _Open(0.0, project_of(event), made=False))
        life.project = life.project or project_of(event)
        return life

    def end(self, key: Key, event: Event) -> None:
        if key not in self.open and (key in self.closed or event.event == FORGET):
            return
        life = self.known(key, event)
        if not life.began and event.seconds:
            life.began = event.at - event.seconds
        self.close(key, event.at, by(event))

    def close(self, key: Key, at: float, by: str) -> None:
        if life := self.open.pop(key, None):
            life.leave(at)
            self.done.append(life.life(key, at, by))
            self.closed.add(key)


def lives(events: Iterable[Event], live: Sequence[RegisteredSession], seen: Seen, now: float) -> list[Life]:
    """`events`: oldest first. A life whose end nobody saw ended when something was last heard of it."""
    found = _Lives()
    heard = dict(seen)
    for event in events:
        key = (event.socket, event.session)
        if event.event in RENAMES and event.detail and key in found.open:  # it is heard of under the new name, too
            new = (event.socket, event.detail)
            heard[new] = max(heard.get(new, 0.0), event.at)
        found.take(event)
        heard[key] = max(heard.get(key, 0.0), event.at)
    there = {(session.socket, session.name): session for session in live if session.there}
    for key in [open_life for open_life in found.open if open_life not in there]:
        found.close(key, heard.get(key, found.open[key].began), ENDS[GONE])
    for key, session in there.items():
        life = found.open.setdefault(key, _Open(session.created, session.project, made=False))
        life.began = life.began or session.created
        life.project = life.project or session.project
        life.leave(now)
        found.done.append(life.life(key, None, ""))
    return found.done


def by(event: Event) -> str:
    """Who ended it, of an event of ENDS: what ends a project's session says so by its trigger."""
    return _TRIGGERS.get(event.trigger, ENDS[event.event]) if event.event == END else ENDS[event.event]


def project_of(event: Event) -> str:
    return event.project or event.parent


def marks(events: Iterable[Event]) -> list[Counted]:
    counted = (*STEPS, ERROR)
    return [
        Counted(event.at, event.event, project_of(event), event.session) for event in events if event.event in counted
    ]


def used(samples: Iterable[Sample], lives: Iterable[Life]) -> list[Used]:
    """Between each sample and the one before it. `samples`: oldest first.

    The first one of a session counts only where it was made just before: what it used until then is of that time.
    Processes that end take their share with them, and time that went backwards is none.
    """
    began = {(live.socket, live.session): live.began for live in lives if live.made}
    before: dict[tuple[str, str, str], float] = {}
    found = []
    for sample in samples:
        key = (sample.socket, sample.server, sample.session)
        fresh = sample.at - began.get((sample.socket, sample.session), 0.0) < _FRESH
        since = before.get(key, 0.0 if fresh else sample.cpu)
        before[key] = sample.cpu
        found.append(Used(sample.at, sample.project, sample.session, max(0.0, sample.cpu - since), sample.memory))
    return found


def numbers(facts: UsageFacts, since: float, until: float) -> Numbers:
    """Of what was in that stretch of time, its end not included."""

    def inside(at: float | None) -> bool:
        return at is not None and since <= at < until

    ended = [live for live in facts.lives if inside(live.ended)]
    lasted = [life.ended - life.began for life in ended if life.began and life.ended is not None]
    by: dict[str, int] = {}
    for life in ended:
        by[life.by] = by.get(life.by, 0) + 1
    events = [mark.event for mark in facts.marks if inside(mark.at)]
    failed = events.count(STEP_FAILED)
    own = [sample for sample in facts.used if inside(sample.at)]
    return Numbers(
        sessions=sum(_there(live, since, until) for live in facts.lives),
        made=sum(live.made and inside(live.began) for live in facts.lives),
        ended=dict(sorted(by.items())),
        lifetime=sum(lasted),
        median=median(lasted),
        alive=sum(_overlap(_stretch(live, until), since, until) for live in facts.lives),
        attached=sum(_overlap(stretch, since, until) for live in facts.lives for stretch in live.attached),
        cpu=sum(sample.cpu for sample in own),
        memory=max((sample.memory for sample in own), default=0),
        steps=events.count(STEP) + failed,
        failed=failed,
        errors=events.count(ERROR),
    )


def _there(life: Life, since: float, until: float) -> bool:
    return life.began < until and (life.ended is None or life.ended >= since)


def _stretch(life: Life, until: float) -> tuple[float, float]:
    """When it was there; nothing where nobody knows since when."""
    end = until if life.ended is None else life.ended
    return life.began or end, end


def _overlap(stretch: tuple[float, float], since: float, until: float) -> float:
    return max(0.0, min(stretch[1], until) - max(stretch[0], since))


def median(values: Sequence[float]) -> float | None:
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
