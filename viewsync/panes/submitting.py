"""Enter, once the program has taken the text, and a look whether it was taken for one.

A program that reads text and Enter at once may take both for a paste, and keep them as a draft. So Enter comes when the
text has been read: the terminal holds nothing of it any more, and something has come back.
"""

from __future__ import annotations

import os
import time

from viewsync.errors import MissingSession
from viewsync.system import foreground, line_discipline, procfs
from viewsync.tmux import input as tmux_input
from viewsync.tmux.input import Later
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.panes.rules.draft import Shown
    from viewsync.registry.targets import PaneAddress
    from viewsync.tmux.input import Answer, Kept
    from viewsync.tmux.server import Tmux

_STEP = 0.002  # seconds between two looks at the counts
_SHOWS = 0.3  # seconds in which a program shows what it has read; one that shows nothing gets Enter then
_BLIND = 0.1  # the same where nobody tells whether anything came
_STILL = 0.25  # seconds in which it comes to rest then
_PER_BYTE = 1e-6  # seconds that a long text takes
_MARGIN = 0.5  # seconds after that, in which the server presses Enter by itself
_LOOK = 0.03  # seconds between two looks at the screen
_SETTLES = 1.0  # seconds in which a program that has read Enter shows what became of it
_UNREAD = 2.0  # seconds for a program that has not read it
PRESSES = 3


class Submitted(NamedTuple):
    presses: int  # of Enter
    seen: bool
    why: str  # what was seen instead


class Counters:
    """What a server has read and written since, where that is told. Its clients do not count there, its panes do."""

    def __init__(self, pid: int) -> None:
        self._handle = procfs.open_counters(pid)
        self._before = self._counts() or (0, 0)

    def close(self) -> None:
        if self.told:
            os.close(self._handle)
            self._handle = -1

    @property
    def told(self) -> bool:
        return self._handle >= 0

    def now(self) -> tuple[int, int] | None:
        """Bytes; None where it is gone, or tells nothing."""
        if found := self._counts():
            return found[0] - self._before[0], found[1] - self._before[1]
        return None

    def has_written(self, size: int) -> bool:
        """As far as that is told. What ended the server was written."""
        now = self.now()
        return now is None or now[1] >= size

    def wait_until_written(self, size: int) -> None:
        """As long as a program may take to read it."""
        deadline = time.monotonic() + line_discipline.READS
        while not self.has_written(size) and time.monotonic() < deadline:
            time.sleep(_STEP)

    def _counts(self) -> tuple[int, int] | None:
        try:
            fields = os.pread(self._handle, 64, 0).split() if self.told else []
            return int(fields[1]), int(fields[3])
        except (OSError, IndexError, ValueError):
            return None


class Line:
    """What goes into a terminal that hands over whole lines, and needs no Enter of its own. Made before it goes in."""

    def __init__(self, place: PaneAddress, terminal: str, size: int) -> None:
        """`size`: bytes of the text, behind which its Enter comes: without that nothing of it can be read."""
        self._terminal, self._size = terminal, size + 1
        self._counters = Counters(place.server.pid_here)

    def close(self) -> None:
        self._counters.close()

    def submitted(self) -> Submitted:
        """Whether somebody has read the line, once tmux has written it: that answers before."""
        begin = time.monotonic()
        while (waited := time.monotonic() - begin) < _UNREAD:
            if self._is_written(waited) and line_discipline.unread(self._terminal) <= 0:
                return Submitted(1, True, "")
            time.sleep(_LOOK)
        return Submitted(1, False, "its program has not read it")

    def _is_written(self, waited: float) -> bool:
        return self._counters.has_written(self._size) and (self._counters.told or waited > _BLIND)


class Submission:
    """Of one text. Made before it goes in: what is counted and shown then is what it is compared with."""

    def __init__(self, tmux: Tmux, place: PaneAddress, program: int, terminal: str, size: int, *, verify: bool) -> None:
        """`program`: the pane's pid. `terminal`: its path, "" where that is not known. `size`: bytes of the text."""
        self._tmux = tmux
        self._place = place
        self._program = program
        self._terminal = terminal
        self._size = size
        line_discipline.wait_until_read(terminal)  # the last Enter: together with this text it would be a paste
        self._counters = Counters(place.server.pid_here)
        self._shown = self._look() if verify else None
        self.pressed: Answer | None = None  # what tmux said to Enter
        self.later = Later(os.urandom(8).hex(), self._bound + _MARGIN)

    @property
    def _bound(self) -> float:
        return line_discipline.READS + self._size * _PER_BYTE

    def close(self) -> None:
        self._counters.close()

    def wait_until_taken(self) -> bool:
        """Whether it shows what it has read, all of it, as far as that can be told."""
        begin = time.monotonic()
        while (waited := time.monotonic() - begin) < self._bound:
            unread = line_discipline.unread(self._terminal)
            if unread <= 0 and self._shows():
                return self._is_still()
            shown_by = _SHOWS if self._counters.told else _BLIND
            if unread <= 0 and waited > shown_by and self._counters.has_written(self._size):
                break
            time.sleep(_STEP)
        return False

    def _is_still(self) -> bool:
        """Whether nothing comes any more, and the program waits for more."""
        deadline = time.monotonic() + _STILL
        counts: tuple[int, int] | None = None
        while time.monotonic() < deadline:
            last, counts = counts, self._counters.now()
            if counts == last and line_discipline.unread(self._terminal) == 0 and foreground.sleeps(self._program):
                return True
            time.sleep(_STEP)
        return False

    def _shows(self) -> bool:
        """Whether tmux has written all of it, and something has come back since."""
        read, written = self._counters.now() or (0, 0)
        return read > 0 and written >= self._size

    def press(self, known: Kept | None = None) -> str:
        """Why Enter was refused, "" where it was not. A program may end at the text already, and the server with it.

        `known`: what is kept if the text shows so.
        """
        place = self._place
        try:
            self.pressed = tmux_input.press(self._tmux, place.server, place.pane_id, self.later.token, known)
        except ServerGone:
            return tmux_input.GONE
        return self.pressed.refused

    def enter(self, text: str, presses: int = PRESSES) -> Submitted:
        """The same, and again where the draft is still seen to stand there afterwards: so often at most."""
        from viewsync.panes.rules import draft as drafts

        before = self._look()
        deadline = time.monotonic() + _SETTLES
        while not (draft := drafts.find(self._shown or before, before, text)) and time.monotonic() < deadline:
            time.sleep(_LOOK)
            before = self._look()
        refused = self.press()
        for pressed in range(1, presses + 1):
            if refused:
                return Submitted(pressed - 1, False, refused)
            if self._gone(draft, before, text):
                return Submitted(pressed, True, "")
            if not draft:
                return Submitted(pressed, False, "nothing of it shows on the screen, and nothing changed")
            if line_discipline.unread(self._terminal) > 0:
                return Submitted(pressed, False, "its program has not read it")
            if pressed < presses:
                refused = tmux_input.press(self._tmux, self._place.server, self._place.pane_id).refused
        return Submitted(presses, False, "it still stands there")

    def _gone(self, draft: str, before: Shown, text: str) -> bool:
        """Twice, since a program may draw its screen in parts."""
        from viewsync.panes.rules import draft as drafts

        begin = time.monotonic()
        seen = 0
        while True:
            if self._terminal and line_discipline.reads_lines(self._terminal):
                return True  # it has left its prompt
            try:
                after = self._look()
            except (MissingSession, ServerGone):
                return True  # it ended, and its pane with it
            seen = seen + 1 if drafts.is_gone(draft, before, after, text) else 0
            if seen == 2:
                return True
            waited = time.monotonic() - begin
            if not seen and waited > (_UNREAD if line_discipline.unread(self._terminal) > 0 else _SETTLES):
                return False
            time.sleep(_LOOK)

    def _look(self) -> Shown:
        from viewsync.panes.rules import draft as drafts
        from viewsync.tmux import screen as tmux_screen

        screen = tmux_screen.read(self._tmux, self._place.socket, self._place.pane_id, 0)
        rows = screen.over if screen.alternate else screen.rows
        return drafts.Shown(tuple(row.rstrip() for row in rows), screen.row, screen.column)
