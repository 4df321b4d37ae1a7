"""Lines on the screen that have been told, and what is drawn over them: progress of many things at once, or a screen
that begins anew.
"""

from __future__ import annotations

from viewsync.panes.rules import known
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.tmux.rules.screen import Screen


class Told:
    def __init__(self) -> None:
        self.drawn_over = 0
        self.since = 0.0  # when the last of them was drawn
        self.pending: dict[int, str] = {}  # lines that were drawn over what had been told, by their numbers
        self._rows: dict[int, str] = {}
        self._shifts = 0

    def look(self, screen: Screen, end: int, shifts: int, now: float) -> bool:
        """Whether there is anything pending. `end`: the number of the first row that has not been told by now.

        `shifts`: how often the numbers changed.
        """
        if screen.alternate:
            return bool(self.pending)
        first = max(screen.first, min([*self._rows, screen.history]))  # what has left the screen since, too
        rows = dict(enumerate(screen.rows[first - screen.first : end - screen.first], first))
        if shifts == self._shifts:
            for number, text in rows.items():
                if known.sum_of(text) != known.sum_of(self._rows.get(number, text)):
                    self.drawn_over += bool(self._rows[number].strip())
                    self.pending[number] = text
                    self.since = now
        self._rows = {number: text for number, text in rows.items() if number >= screen.history}
        self._shifts = shifts
        return bool(self.pending)

    def take(self, until: float | None = None) -> list[str]:
        """What is pending, in its order on the screen; with `until`, only if it has not changed since then."""
        if until is not None and self.since > until:
            return []
        lines = [text for _, text in sorted(self.pending.items()) if text.strip()]
        self.pending.clear()
        return lines
