"""The mark behind all that a command itself has written, in what comes in pieces. It may come twice."""

from __future__ import annotations


class EndMark:
    def __init__(self, mark: bytes) -> None:
        self.seen = False
        self._mark = mark
        self._held = b""  # what may be the beginning of the mark

    def without(self, data: bytes) -> bytes:
        data = self._held + data
        self._held = b""
        before, mark, after = data.rpartition(self._mark)
        self.seen = self.seen or bool(mark)
        for size in range(min(len(self._mark) - 1, len(after)), 0, -1):
            if after.endswith(self._mark[:size]):
                self._held, after = after[-size:], after[:-size]
                break
        return before.replace(self._mark, b"") + after

    def rest(self) -> bytes:
        """For after the last output: what is no mark, since it ends."""
        held, self._held = self._held, b""
        return held
