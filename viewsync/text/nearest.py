"""Names that somebody may have meant by one that does not exist."""

from __future__ import annotations

from viewsync.light import re
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN = re.compile(r"[\w@%+=:,./-]+")
_LIKE_ENOUGH = 0.6  # of difflib's ratio: `oepn` and `open` have 0.75
_BEGINS = 0.2  # more for a name that begins with what was typed: `stat` is rather `status` than `start`


def nearest(name: str, names: Iterable[str], most: int = 3) -> list[str]:
    """Up to `most` of `names`, best first: those that are spelled much like it, or begin with it."""
    import difflib  # only where somebody mistyped: nobody else pays for it

    wanted = name.casefold()
    folded = {known.casefold(): known for known in names}
    alike: dict[str, float] = {}
    for known in folded:
        ratio = difflib.SequenceMatcher(None, wanted, known).ratio()
        begins = bool(wanted) and known.startswith(wanted)
        if begins or ratio >= _LIKE_ENOUGH:
            alike[known] = ratio + _BEGINS * begins
    return [folded[known] for known in sorted(alike, key=lambda each: (-alike[each], each))[:most]]


def did_you_mean(name: str, names: Iterable[str], otherwise: str = "", most: int = 1) -> str:
    """`did you mean open?`, or `otherwise` when no name is near."""
    found = [near if _PLAIN.fullmatch(near) else repr(near) for near in nearest(name, names, most)]
    return f"did you mean {' or '.join(found)}?" if found else otherwise
