"""The names of views."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.registry_shape import ViewRow

_LONGEST_PART = 64  # a status line shows far less, and a view's name travels in every command
_LAST = "~"  # of ASCII's letters the last, as tmux sorts


def view_name(parent: str, now: float, number: int, *, behind: bool = False) -> str:
    """`<parent>-view-<epoch>-<digits>` with nine digits, the parent's part reduced to [A-Za-z0-9_-].

    `behind`: it has to sort behind its parent (trap M). Where it would not, more of the parent's name stays.
    """
    return _named(parent, f"{int(now)}-{number:09}", behind=behind)


def following(view: str, first: str) -> str:
    """What a view is called so that it sorts behind the first of its group: its moment and digits stay. "" where that
    does not help, and where somebody gave it a name of their own.
    """
    if not looks_like_view(view):
        return ""
    new = _named(looks_like_view(first) or first, "-".join(view.rsplit("-", 2)[1:]), behind=True)
    return new if sorts_behind(new, first) and new != view else ""


def sorts_behind(name: str, other: str) -> bool:
    """As tmux sorts: by bytes."""
    return name.encode(errors="surrogateescape") > other.encode(errors="surrogateescape")


def digits(now: float, random: int) -> int:
    """Nine, from when in its second it is, and of anything random: the name of a view sorts behind those of the views
    that were made before it. tmux, which ends the sessions of a group as they came, may end itself otherwise (trap M).
    """
    return int(now % 1 * 10**5) * 10**4 + random % 10**4


def looks_like_view(name: str) -> str:
    """The parent's part of a name that looks like a view's, "" for any other. Looks prove nothing."""
    before, _, digits = name.rpartition("-")
    parent, _, epoch = before.rpartition("-")
    looks = digits.isdecimal() and len(digits) <= 10 and epoch.isdecimal() and 9 <= len(epoch) <= 11
    return parent.removesuffix("-view") if looks and parent.endswith("-view") else ""


def moment(name: str) -> str:
    """What no two views have in common, however much of their parents' names is in theirs."""
    return name.rpartition("-view-")[2]


def told_as(name: str, row: ViewRow) -> str:
    """What the history knows a view by: the name that it had first."""
    return row.get("told_as") or name


def _named(parent: str, moment: str, *, behind: bool) -> str:
    name = f"{_part(parent)}-view-{moment}"
    return f"{_part_behind(parent)}-view-{moment}" if behind and not sorts_behind(name, parent) else name


def _part(parent: str) -> str:
    """A leading dash would read as a flag, so it becomes an underscore too."""
    part = "".join(char if _is_plain(char) else "_" for char in parent[:_LONGEST_PART]) or "_"
    return "_" + part[1:] if part.startswith("-") else part


def _part_behind(parent: str) -> str:
    """Nothing in it sorts before what stands there in the parent's name: other letters than ASCII's stay, and a long
    one is cut where one of ASCII's can give way to the last.
    """
    cut = next((at for at, char in enumerate(parent) if at >= _LONGEST_PART - 1 and char < _LAST), len(parent))
    part = "".join(map(_not_before, parent[:cut])) + _LAST * (cut < len(parent) - 1)
    return "_" + part[1:] if part.startswith("-") else part


def _not_before(char: str) -> str:
    """Itself, or what sorts behind it and a terminal can show. Private ones may be pictures of the user's font."""
    if _is_plain(char) or char > "\ufffd" or "\ue000" <= char <= "\uf8ff":
        return char
    if char <= "\x9f":
        return "\u00bf" if char >= "\x7f" else _LAST if char > "_" else "_"
    return char if char.isprintable() else "\ufffd"


def _is_plain(char: str) -> bool:
    return char in "_-" or (char.isascii() and char.isalnum())
