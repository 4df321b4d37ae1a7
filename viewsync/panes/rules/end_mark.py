"""The mark behind all that a command itself has written, in what comes in pieces."""

from __future__ import annotations


class EndMark:
    def __init__(self, mark: bytes) -> None:
        self.seen = False
        self._mark = mark
        self._held = b""  # what may be the beginning of the mark

    def without(self, data: bytes) -> bytes:
        data = self._held + data
        self._held = b""
        if self.seen:
            return data
        before, mark, after = data.partition(self._mark)
        self.seen = bool(mark)
        if self.seen:
            return before + after
        for size in range(min(len(self._mark) - 1, len(data)), 0, -1):
            if data.endswith(self._mark[:size]):
                self._held = data[-size:]
                return data[:-size]
        return data

    def rest(self) -> bytes:
        """For after the last output: what is no mark, since it ends."""
        held, self._held = self._held, b""
        return held
