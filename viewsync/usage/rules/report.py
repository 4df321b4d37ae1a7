"""What the history tells of sessions, in numbers: for any stretch of time, and of it any day, project or session.

A session's life begins with `create` and ends with the first of ENDS. Of one that the history did not see begin, or
end, as much is told as is known: what somebody else made or ended is only seen by a sweep.
"""

from __future__ import annotations

from viewsync.events import ATTACH, CREATE, DETACH, END, ERROR, FORGET, GONE, KILL, RENAMES, STEP, STEP_FAILED, STEPS
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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


class Used(NamedTuple):
    """What a session used since the sample before: processor seconds; and resident bytes at that moment."""

    at: float
    project: str
    session: str
    cpu: float
    memory: int


class UsageFacts(NamedTuple):
    lives: Sequence[Life]
    used: Sequence[Used]


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


class OpenLife:
    """`number`: its place in the history's table of lives, 0 for none. `attached`: what that does not know yet."""

    def __init__(self, began: float, project: str, *, made: bool, number: int = 0, since: float = 0.0) -> None:
        self.number = number
        self.began = began
        self.project = project
        self.made = made
        self.since = since  # when somebody came, 0 while nobody is there
        self.attached: list[tuple[float, float]] = []

    def leave(self, at: float) -> None:
        if self.since:
            self.attached.append((self.since, at))
        self.since = 0.0

    def life(self, key: Key, ended: float | None, by: str) -> Life:
        return Life(*key, self.project, self.began, self.made, ended, by, tuple(self.attached))


class EndedLife(NamedTuple):
    key: Key
    life: OpenLife
    at: float
    by: str


class Lives:
    """What events make of lives, one after the other in the order of their times."""

    def __init__(self) -> None:
        self.open: dict[Key, OpenLife] = {}
        self.closed: set[Key] = set()  # whose end was seen: a second one tells nothing new
        self.heard: dict[Key, float] = {}
        self.done: list[EndedLife] = []
        self.lost: list[OpenLife] = []  # another session was given their name

    def take(self, event: Event) -> None:
        key = (event.socket, event.session)
        self._take(key, event)
        self.heard[key] = max(self.heard.get(key, 0.0), event.at)

    def _take(self, key: Key, event: Event) -> None:
        if event.event == CREATE:
            self.close(key, event.at, ENDS[GONE])
            self.open[key] = OpenLife(event.at, project_of(event), made=True)
            self.closed.discard(key)
        elif event.event in RENAMES:
            self._rename(key, (event.socket, event.detail), event.at)
        elif event.event in ENDS:
            self._end(key, event)
        elif event.event == ATTACH:
            life = self._known(key, event)
            life.since = life.since or event.at
        elif event.event == DETACH:
            life = self._known(key, event)
            life.since = life.since or event.at - (event.seconds or 0.0)
            life.leave(event.at)

    def _rename(self, key: Key, new: Key, at: float) -> None:
        """It is heard of under the new name, too: what was heard before under that is another session's."""
        if new[1] and key in self.open:
            life = self.open.pop(key)
            if new in self.open:
                self.lost.append(self.open[new])
            self.open[new] = life
            self.heard[new] = max(self.heard.get(new, 0.0), at)

    def _known(self, key: Key, event: Event) -> OpenLife:
        self.closed.discard(key)
        life = self.open.setdefault(key, OpenLife(0.0, project_of(event), made=False))
        life.project = life.project or project_of(event)
        return life

    def _end(self, key: Key, event: Event) -> None:
        if key not in self.open and (key in self.closed or event.event == FORGET):
            return
        life = self._known(key, event)
        if not life.began and event.seconds:
            life.began = event.at - event.seconds
        self.close(key, event.at, by(event))

    def close(self, key: Key, at: float, by: str) -> None:
        if life := self.open.pop(key, None):
            life.leave(at)
            self.done.append(EndedLife(key, life, at, by))
            self.closed.add(key)


def lives(events: Iterable[Event], live: Sequence[RegisteredSession], seen: Seen, now: float) -> list[Life]:
    """`events`: oldest first. A life whose end nobody saw ended when something was last heard of it."""
    found = Lives()
    found.heard = dict(seen)
    for event in events:
        found.take(event)
    there = {(session.socket, session.name): session for session in live if session.there}
    for key in [open_life for open_life in found.open if open_life not in there]:
        found.close(key, found.heard.get(key, found.open[key].began), ENDS[GONE])
    done = [ended.life.life(ended.key, ended.at, ended.by) for ended in found.done]
    return done + [still_there(session, found.open.get(key), now) for key, session in there.items()]


def still_there(session: RegisteredSession, life: OpenLife | None, now: float) -> Life:
    """`life`: what events say of it, None where they say nothing."""
    life = life or OpenLife(session.created, session.project, made=False)
    life.began = life.began or session.created
    life.project = life.project or session.project
    life.leave(now)
    return life.life((session.socket, session.name), None, "")


def by(event: Event) -> str:
    """Who ended it, of an event of ENDS: what ends a project's session says so by its trigger."""
    return _TRIGGERS.get(event.trigger, ENDS[event.event]) if event.event == END else ENDS[event.event]


def project_of(event: Event) -> str:
    return event.project or event.parent


def beginnings(lives: Iterable[Life]) -> dict[Key, float]:
    """Of sessions that the history saw begin; of one that came several times, the last."""
    return {(life.socket, life.session): life.began for life in lives if life.made}


def used(samples: Iterable[Sample], began: Mapping[Key, float]) -> list[Used]:
    """Between each sample and the one before it. `samples`: oldest first. `began`: see `beginnings`.

    The first one of a session counts only where it was made just before: what it used until then is of that time.
    Processes that end take their share with them, and time that went backwards is none.
    """
    before: dict[tuple[str, str, str], float] = {}
    found = []
    for sample in samples:
        key = (sample.socket, sample.server, sample.session)
        if (since := before.get(key)) is None:
            fresh = sample.at - began.get((sample.socket, sample.session), 0.0) < _FRESH
            since = 0.0 if fresh else sample.cpu
        before[key] = sample.cpu
        found.append(Used(sample.at, sample.project, sample.session, max(0.0, sample.cpu - since), sample.memory))
    return found


def numbers(facts: UsageFacts, since: float, until: float) -> Numbers:
    """Of what was in that stretch of time, its end not included."""
    tally = Tally(since, until)
    for life in facts.lives:
        tally.add_life(life)
    for sample in facts.used:
        tally.add_used(sample)
    return tally.numbers()


class Others(NamedTuple):
    """Lifetimes of which only the middle ones are known: `middle` are those from `first` on, in their order, with as
    many more on each side as there are others to be counted with them.
    """

    number: int
    first: int
    middle: Sequence[float]
    total: float  # of all, put together

    def median(self, more: Sequence[float]) -> float | None:
        if not self.number:
            return median(more)
        ordered = sorted([*self.middle, *more])  # behind `first` others, which are all shorter than the middle
        count = self.number + len(more)
        at = count // 2 - self.first
        return ordered[at] if count % 2 else (ordered[at - 1] + ordered[at]) / 2


class Tally:
    """Numbers of one stretch of time, its end not included, as they are put together."""

    def __init__(self, since: float, until: float) -> None:
        self.since = since
        self.until = until
        self.sessions = 0
        self.made = 0
        self.ended: dict[str, int] = {}
        self.lasted: list[float] = []
        self.others = Others(0, 0, (), 0.0)  # that lasted as well
        self.alive = 0.0
        self.attached = 0.0
        self.cpu = 0.0
        self.memory = 0
        self.marks: dict[str, int] = {}

    def inside(self, at: float) -> bool:
        return self.since <= at < self.until

    def add_life(self, life: Life) -> None:
        self.sessions += life.began < self.until and (life.ended is None or life.ended >= self.since)
        self.made += life.made and self.inside(life.began)
        if life.ended is not None and self.inside(life.ended):
            self.add_ends(life.by, 1)
            if life.began:
                self.lasted.append(life.ended - life.began)
        end = self.until if life.ended is None else life.ended
        self.alive += self._overlap(life.began or end, end)  # nothing where nobody knows since when
        for begin, end in life.attached:
            self.attached += self._overlap(begin, end)

    def add_ends(self, by: str, count: int) -> None:
        if count:
            self.ended[by] = self.ended.get(by, 0) + count

    def add_marks(self, event: str, count: int) -> None:
        self.marks[event] = self.marks.get(event, 0) + count

    def add_used(self, sample: Used) -> None:
        if self.inside(sample.at):
            self.cpu += sample.cpu
            self.memory = max(self.memory, sample.memory)

    def _overlap(self, begin: float, end: float) -> float:
        return max(0.0, min(end, self.until) - max(begin, self.since))

    def numbers(self) -> Numbers:
        failed = self.marks.get(STEP_FAILED, 0)
        return Numbers(
            sessions=self.sessions,
            made=self.made,
            ended=dict(sorted(self.ended.items())),
            lifetime=sum(self.lasted) + self.others.total,
            median=self.others.median(self.lasted),
            alive=self.alive,
            attached=self.attached,
            cpu=self.cpu,
            memory=self.memory,
            steps=self.marks.get(STEP, 0) + failed,
            failed=failed,
            errors=self.marks.get(ERROR, 0),
        )


def median(values: Sequence[float]) -> float | None:
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
