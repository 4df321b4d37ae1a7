"""Where new output begins: the cursor's place at the time of sending, counted from the first line of the history."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OPTION = "@viewsync_anchor"  # of a pane; what was sent last leaves it there, so that a later `wait` finds it
# tmux expands it in the step before the text goes in, so that nothing can come in between.
FORMAT = "#{history_size},#{cursor_y},#{cursor_x},#{alternate_on},#{pane_width}"

ABOVE = 8  # lines of history that are looked at, too, where it is looked at what stands there


class Anchor(NamedTuple):
    history: int  # lines in the history then
    row: int  # of the cursor on the screen, from 0
    column: int  # of the cursor, in cells; what stands before it is old
    alternate: bool  # the alternate screen was shown
    width: int  # columns; another width later means that lines were wrapped anew
    above: tuple[int, ...] | None = None  # checksums of the lines above; None where they were not looked at
    head: int = -1  # the checksum of what stands before the cursor, -1 likewise
    right: int = -1  # that of what stands right of it, as a prompt's right part
    echo: tuple[int, ...] = ()  # the checksums of the lines that show what was sent; none where that was not seen
    was: int = -1  # that of the whole line before it showed that; -1 where nobody waited to see it there

    @property
    def line(self) -> int:
        """The cursor's line, counted from the first one of the history."""
        return self.history + self.row


_HEX = frozenset("0123456789abcdef ")


def begin(text: str) -> Anchor | None:
    """Where the text that was sent began: what `FORMAT` became, with more behind or not; else None."""
    parts = text.removesuffix("\n").partition("!")[0].partition(" ")[0].split(",")
    return _anchor(parts) if _is_place(parts) else None


def _is_place(parts: Sequence[str]) -> bool:
    return len(parts) == 5 and parts[3] in ("0", "1") and all(part.isdecimal() for part in parts)


def parse(text: str) -> Anchor | None:
    """Where the answer begins: what `written` wrote, or else the same as `begin`."""
    first, _, answer = text.partition("!")
    where, *sums = answer.split("|")
    place = where.split(",")
    if len(sums) not in (2, 3) or not _is_place(first.partition(" ")[0].split(",")) or not _is_place(place):
        return begin(text)
    head, _, others = sums[0].partition(" ")
    right, _, above = others.partition(" ")
    if not head or not right or not _HEX.issuperset(answer[len(where) :].replace("|", "")):
        return begin(text)
    was = int(sums[2], 16) if sums[2:] and sums[2] else -1
    anchor = _anchor(place)._replace(head=int(head, 16), right=int(right, 16), above=_read(above))
    return anchor._replace(echo=_read(sums[1]), was=was)


def _anchor(parts: Sequence[str]) -> Anchor:
    history, row, column, alternate, width = map(int, parts)
    return Anchor(history, row, column, bool(alternate), width)


def written(begin: Anchor, sent: str, anchor: Anchor) -> str:
    """For `parse`. `begin`: where the text began. `sent`: by what the echo of the lines sent can be told."""
    text = f"{place(begin)} {sent}" if sent else place(begin)
    if anchor.above is None:
        return text
    was = f"|{anchor.was:x}" if anchor.was >= 0 else ""
    return f"{text}!{place(anchor)}|{_sums((anchor.head, anchor.right, *anchor.above))}|{_sums(anchor.echo)}{was}"


def place(anchor: Anchor) -> str:
    """What FORMAT is there."""
    return f"{anchor.history},{anchor.row},{anchor.column},{int(anchor.alternate)},{anchor.width}"


def _sums(sums: Iterable[int]) -> str:
    return " ".join(f"{checksum:x}" for checksum in sums)


def _read(text: str) -> tuple[int, ...]:
    return tuple(int(part, 16) for part in text.split())
