"""Wait for what comes out of a pane: a pattern, silence, or the end of its program. Nothing of it can be seen in tmux.

Only what came since the anchor counts, and not the echo of what was sent.
"""

from __future__ import annotations

import os
import time

from viewsync.errors import MissingSession, UsageError
from viewsync.light import contextlib
from viewsync.panes.rules import echo, known
from viewsync.panes.rules.tail import Tail
from viewsync.registry import targets
from viewsync.system import activity, line_discipline, processes, shells, signals
from viewsync.text import patterns, shell_names
from viewsync.tmux import screen as tmux_screen
from viewsync.tmux.rules import anchor as anchors
from viewsync.tmux.rules.anchor import Anchor
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from viewsync.context import Context
    from viewsync.panes.rules.echo import SentLine
    from viewsync.registry.targets import PaneAddress, TargetArgs
    from viewsync.system.shells import Foreground
    from viewsync.text.patterns import Pattern
    from viewsync.tmux.rules.screen import Screen

FOUND = "found"
STOPPED = "stopped"
IDLE = "idle"
EXITED = "exited"
TIMEOUT = "timeout"
UNSURE = "unsure"  # time is over, and all that matched may be the echo of what was sent, or have been there before
_LONGEST_END = 1.0  # seconds that tmux may take to notice that a program ended
_LOOK = 0.03  # seconds between two looks at a shell that may be at its prompt
_LOOKS = 2  # after which all is seen that a shell had written at the first of them
_MARGIN = 100  # lines of history read beyond those that are wanted: some may come in the meantime


class WaitCondition(NamedTuple):
    """What ends the wait. Of several, what is seen first."""

    patterns: Sequence[Pattern] = ()
    stop: Sequence[Pattern] = ()
    idle: float = 0.0  # seconds without output, 0 when that is not asked for
    exit: bool = False
    timeout: float = 15.0  # seconds
    shell: bool = False  # also a shell that stands at its prompt, however that looks
    taken: Callable[[Screen], bool] | None = None  # also this, of what is shown


class Outcome(NamedTuple):
    kind: str  # FOUND, STOPPED, IDLE, EXITED, TIMEOUT or UNSURE
    pattern: str  # which one was found
    line: str  # and where
    output: list[str]  # what came since the anchor, up to where it was found; without the prompt that it was found in
    status: int | None  # the exit status of a program that ended, where tmux keeps it
    full_screen: bool = False  # whether a program had the alternate screen when the wait ended: an editor, a pager
    missing: bool = False  # whether lines of the output went out of a full history before they could be read


def pattern(text: str, *, fixed: bool = False) -> Pattern:
    try:
        return patterns.pattern(text, fixed=fixed)
    except ValueError as error:
        raise UsageError(f"not a pattern: {text!r}: {error}", "-F takes it as plain text") from None


def wait(
    ctx: Context, place: PaneAddress, wish: WaitCondition, anchor: Anchor | None, sent: Sequence[SentLine] = ()
) -> Outcome:
    """`anchor` None: all that the pane holds counts. MissingSession when the pane goes away, TmuxError as tmux says."""
    watch = Watch(ctx, place, Tail(anchor, sent), anchor.history if anchor else 0)
    return _until(watch, wish, time.monotonic())


SENT = "sent"
NOW = "now"
ALL = "all"


def wait_since(
    ctx: Context, place: PaneAddress, wish: WaitCondition, since: str, lines: int, first: Screen | None = None
) -> Outcome:
    """The same, where new output begins SENT: with the last sending into this pane, or, where nothing was sent, as
    ALL, since a prompt that waits is an answer; NOW: with this moment; ALL: with all that is shown, and `lines` lines
    of history above. `first`: a reading with so many lines, where there is one.
    """
    watch = Watch(ctx, place)
    try:
        watch.begin(since, lines, first)
    except (MissingSession, ServerGone):
        if wish.exit:  # since it was found, just now
            return Outcome(EXITED, "", "", [], None)
        raise
    return _until(watch, wish, time.monotonic())


class Waited(NamedTuple):
    session: str
    target: str
    outcome: Outcome


def wait_in(ctx: Context, asked: TargetArgs, wish: WaitCondition, since: str, lines: int) -> Waited:
    """In the pane that is meant. A registered session that is gone has EXITED, if that is what is waited for."""
    wanted = targets.resolve(ctx, asked)
    name = wanted.row.name if wanted.row else wanted.target
    token = os.urandom(8).hex()
    try:
        located = targets.locate(ctx, asked, lambda target: tmux_screen.reading(target, token, lines))
        first = tmux_screen.of_pane(located.said, token, located.place.pane_id)
        return Waited(name, wanted.target, wait_since(ctx, located.place, wish, since, lines, first))
    except (MissingSession, ServerGone):
        if wish.exit and wanted.row:
            return Waited(name, wanted.target, Outcome(EXITED, "", "", [], None))
        raise


class Watch:
    """Readings of one pane, each put into its tail, no more of them than needed."""

    def __init__(self, ctx: Context, place: PaneAddress, tail: Tail | None = None, history: int = 0) -> None:
        """`history`: lines in it, as far as is known. Without a tail, `begin` comes first."""
        self.tail = tail or Tail(None)
        self._ctx = ctx
        self._place = place
        self._history = history
        self._first: Screen | None = None  # a reading that nobody has looked at yet
        self._pid = 0
        self._waited = 0  # looks in a row at which the shell waited and its line was as it was before the sending
        self._foreground: Foreground | None = None  # at the last look, where it is looked at
        self._activity = activity.Activity(place.server.pid_here)

    def begin(self, since: str, lines: int, first: Screen | None = None) -> None:
        if first is None:  # else nobody counted before it, and it is soon read again
            self._activity.mark()
        screen = self._first = first or self._read(lines)
        kept = anchors.parse(screen.anchor)
        if since == SENT and kept:
            self.tail = Tail(kept, echo.sent(screen.anchor))
        elif since == NOW:
            self.tail = Tail(known.anchor(screen))
        else:
            self.tail = Tail(Anchor(screen.first, 0, 0, alternate=False, width=screen.width))

    def look(self) -> Screen:
        screen, self._first = self._first, None
        if screen is None:
            self._activity.mark()
            screen = self._read(max(0, self._history - self.tail.wanted()) + _MARGIN)
        if not self.tail.take(screen):
            screen = self._read(None)
            self.tail.take(screen)
        self._history = screen.history
        self._pid = screen.pid
        self._activity.follow(screen.pid)
        return screen

    def _read(self, back: int | None) -> Screen:
        place = self._place
        screen = tmux_screen.read(self._ctx.tmux, place.socket, place.pane_id, back)
        if screen.server != place.server.identity:
            raise MissingSession(
                f"the tmux server on {place.socket} has been replaced by another server", "its sessions are gone"
            )
        return screen

    def nap(self, until: float, *, new: bool) -> None:
        """Until there may be something new; `new`: whether there was, in the last look."""
        self._activity.wait(until, new=new)

    def status(self, screen: Screen) -> int | None:
        """The exit status of its program, where that ended and it can be known."""
        if screen.status is not None:
            return screen.status
        return processes.exit_status(screen.pid, self._place.server.pid_here)

    def program_runs(self) -> bool:
        return self._activity.program_runs()

    def shell_waits(self, screen: Screen) -> bool:
        """Whether its own program is a shell at its prompt: twice the same, and its terminal hands over keys."""
        last, self._foreground = self._foreground, shells.foreground(screen.pid)
        found = self._foreground
        if not (found and found == last and found.waiting and found.work and screen.column):
            return False
        return found.program.removeprefix("-") in shell_names.EDITING and not line_discipline.reads_lines(
            line_discipline.path(screen.pid)
        )

    def has_drawn(self) -> bool:
        """Whether a line that reads as it did before the sending is what the shell has made of that, as by `clear`: it
        has taken all of it and waits, and tmux has taken what it wrote by then. So it has to be seen more than once.
        """
        if not self.tail.undrawn:
            self._waited = 0
            return False
        self._waited = self._waited + 1 if self._line_waits() else 0
        return self._waited > _LOOKS

    def _line_waits(self) -> bool:
        from viewsync.panes import line_editor  # seldom

        return line_editor.waits(self._pid, line_discipline.path(self._pid))

    def close(self) -> None:
        self._activity.close()


def _until(watch: Watch, wish: WaitCondition, begin: float) -> Outcome:
    deadline = begin + wish.timeout
    progress = _Progress(begin)
    try:
        while True:
            try:
                screen = watch.look()
            except (MissingSession, ServerGone):  # a server ends with its last session
                if wish.exit:
                    return _outcome(EXITED, watch.tail)
                raise
            with _bounded(deadline):
                ending = _found(watch.tail, wish, progress, sure=watch.has_drawn())
            new = progress.see(screen)
            ending = ending or _ended(watch, screen, wish, progress)
            if not ending and time.monotonic() >= deadline:
                ending = progress.doubtful or _outcome(TIMEOUT, watch.tail)
            if ending:
                return ending._replace(full_screen=screen.alternate, missing=watch.tail.missing)
            watch.nap(_next_look(wish, progress, deadline, undrawn=watch.tail.undrawn), new=new)
    finally:
        watch.close()


class _Progress:
    """What was seen so far."""

    def __init__(self, begin: float) -> None:
        self.settled = 0  # lines that have been looked at, and cannot change
        self.changed = begin  # when anything was new, monotonic
        self.gone = 0.0  # when the program was first seen to have ended
        self.doubtful: Outcome | None = None  # what matched in the last look, and may be no answer
        self.lasting: Outcome | None = None  # of that, what stands in a line that cannot change
        self._last: object = None

    def see(self, screen: Screen) -> bool:
        shown = (screen.history, screen.row, screen.column, screen.rows[-screen.height :], screen.over)
        new = shown != self._last
        if new and self._last is not None:
            self.changed = time.monotonic()
        self._last = shown
        return new


def _next_look(wish: WaitCondition, progress: _Progress, deadline: float, *, undrawn: bool) -> float:
    moments = [deadline]
    if wish.idle:
        moments.append(progress.changed + wish.idle)
    if progress.gone:
        moments.append(time.monotonic() + 0.01)
    if wish.shell or wish.taken or undrawn:
        moments.append(time.monotonic() + _LOOK)
    return min(moments)


def _found(tail: Tail, wish: WaitCondition, progress: _Progress, *, sure: bool) -> Outcome | None:
    """The first line that has one of the patterns. Lines that cannot change are looked at once. `sure`: what reads as
    it did before the sending is new.
    """
    settled = list(tail.settled)
    fresh = settled[max(0, len(settled) - (tail.count - progress.settled)) :]
    progress.settled = tail.count
    progress.doubtful = progress.lasting
    for lines, before in ((fresh, settled[: len(settled) - len(fresh)]), (tail.open, settled), (tail.above, [])):
        for number, line in enumerate(lines):
            at_cursor = lines is tail.open and number == tail.cursor_line.at
            shown = _shown(line, tail.cursor_line.before) if at_cursor else (line,)
            for searched, kind in (*((one, FOUND) for one in wish.patterns), *((one, STOPPED) for one in wish.stop)):
                text = next(filter(searched.found, shown), None)
                if text is not None:
                    output = [*before, *lines[: number if at_cursor else number + 1]]
                    doubtful = isinstance(line, echo.Doubtful) and not (sure and lines is tail.open and not number)
                    if lines is not tail.above and not doubtful:
                        return Outcome(kind, searched.text, text, output, None)
                    progress.doubtful = progress.doubtful or Outcome(UNSURE, searched.text, text, output, None)
                    if lines is fresh:
                        progress.lasting = progress.doubtful
    return None


def _shown(line: str, before: str) -> tuple[str, ...]:
    """What the cursor's line may be taken for: what stands right of the cursor may be a prompt's right part, and blanks
    before it may be written, moved over, or not there in somebody's pattern.
    """
    return (line, before, before.rstrip()) if before.strip() else (line,)


def _ended(watch: Watch, screen: Screen, wish: WaitCondition, progress: _Progress) -> Outcome | None:
    """What else ends the wait: silence, or that nothing can come any more."""
    status = watch.status(screen)
    if screen.dead and status is not None:
        return _outcome(EXITED, watch.tail, status)
    if screen.dead or not watch.program_runs():
        # tmux closes the pane, says that it is dead, and learns the status, one after the other.
        progress.gone = progress.gone or time.monotonic()
        if time.monotonic() - progress.gone > _LONGEST_END:
            return _outcome(EXITED, watch.tail, status)
    if wish.idle and time.monotonic() - progress.changed >= wish.idle:
        return _outcome(IDLE, watch.tail)
    if (wish.shell and watch.shell_waits(screen)) or (wish.taken and wish.taken(screen)):
        return _outcome(FOUND, watch.tail)
    return None


FULL_SCREEN = "a full-screen program has the pane: what it shows was looked at, too"
MISSING = "lines of the output are missing: more came at once than the pane's history holds (tmux's history-limit)"


def remark(outcome: Outcome) -> str:
    """Why a wait was in vain, as far as that can be seen."""
    if outcome.kind == UNSURE:
        return f"all that matched {outcome.pattern!r} may be the echo, or have been there before: {outcome.line}"
    return FULL_SCREEN if outcome.full_screen and outcome.kind == TIMEOUT else ""


def _outcome(kind: str, tail: Tail, status: int | None = None) -> Outcome:
    return Outcome(kind, "", "", [*tail.settled, *tail.open], status)


class _TooSlow(Exception):
    """A pattern takes for ever on this text."""


@contextlib.contextmanager
def _bounded(deadline: float) -> Iterator[None]:
    """End a pattern that backtracks without end: that is work, and a caller's own alarm is left alone."""
    try:
        with signals.alarm(max(0.5, deadline - time.monotonic()), _TooSlow, of_work=True):
            yield
    except _TooSlow:
        problem = "the pattern takes too long on what the pane shows"
        raise UsageError(problem, "write it without nested repetitions") from None
