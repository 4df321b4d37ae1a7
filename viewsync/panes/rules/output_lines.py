"""The lines of a command's output as it comes in pieces: whether one matches, and which was the last."""

from __future__ import annotations

from viewsync.text import sanitize
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.text.patterns import Pattern

_LONGEST = 65_536  # bytes of a line that are looked at


class OutputLines:
    """`matched`: one of the patterns, "" before that. `line`: the one that matched, else the last one."""

    def __init__(self, stop: Sequence[Pattern]) -> None:
        self.matched = ""
        self._stop = stop
        self._last = self._begun = b""

    @property
    def line(self) -> str:
        return _text(self._begun if self._begun.strip() or self.matched else self._last)

    def take(self, data: bytes) -> None:
        if self.matched:
            return
        *lines, begun = (self._begun + data).split(b"\n")
        for line in (*lines, begun) if self._stop else ():
            text = _text(line)
            for pattern in self._stop:
                if pattern.found(text):
                    self.matched, self._begun = pattern.text, line
                    return
        self._last = next((line for line in reversed(lines) if line.strip()), self._last)[-_LONGEST:]
        self._begun = begun[-_LONGEST:]


def _text(line: bytes) -> str:
    return sanitize.harmless(line.decode("utf-8", "replace"), colours=False).strip("\r")
