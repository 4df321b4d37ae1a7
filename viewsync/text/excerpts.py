"""The two ends of a text that is too long, and between them a line that says how much is left out."""

from __future__ import annotations

import collections

from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    _Line = TypeVar("_Line", str, bytes)


def shares(at_most: int) -> tuple[int, int]:
    """How many lines are of the beginning and of the end, where that many are shown: the beginning has the odd one."""
    return at_most - at_most // 2, at_most // 2


def ends(lines: Sequence[_Line], at_most: int) -> tuple[Sequence[_Line], int, Sequence[_Line]]:
    """The beginning, how many lines are left out behind it, and the end. All of them, 0 and none where they fit."""
    if len(lines) <= at_most:
        return lines, 0, []
    first, last = shares(at_most)
    return lines[:first], len(lines) - at_most, lines[len(lines) - last :]


def gap(left_out: int) -> str:
    """The line in their place. It is not counted among those that are shown."""
    return f"[... {left_out} line{'s' * (left_out != 1)} left out ...]"


def shortened(lines: Sequence[str], at_most: int) -> list[str]:
    """As they are shown."""
    head, left_out, tail = ends(lines, at_most)
    return [*head, *([gap(left_out)] if left_out else []), *tail]


class Ends:
    """The same for a text that comes in pieces: the beginning is shown as it comes, the end at the end.

    `left_out`: how many lines were not shown.
    """

    def __init__(self, at_most: int, show: Callable[[bytes], object]) -> None:
        self.left_out = 0
        self._first, last = shares(at_most)
        self._show = show
        self._begun = b""  # a line whose end has not come
        self._last: collections.deque[bytes] = collections.deque(maxlen=last)

    def take(self, data: bytes) -> None:
        *lines, self._begun = (self._begun + data).split(b"\n")
        head = lines[: self._first]
        self._first -= len(head)
        if head:
            self._show(b"".join(line + b"\n" for line in head))
        for line in lines[len(head) :]:
            self._keep(line + b"\n")

    def end(self) -> None:
        if self._begun:
            if self._first:
                self._show(self._begun)
            else:
                self._keep(self._begun)
        if self.left_out:
            self._show(f"{gap(self.left_out)}\n".encode())
        if self._last:
            self._show(b"".join(self._last))

    def _keep(self, line: bytes) -> None:
        self.left_out += len(self._last) == self._last.maxlen
        self._last.append(line)
