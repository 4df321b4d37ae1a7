"""What a session is called that is made for a folder."""

from __future__ import annotations

from viewsync.light import re
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST = 20  # sessions of one name, each in another folder
_LONGEST = 100  # characters


def candidates(name: str, folder: str) -> Iterator[str]:
    """The nearest name that tmux keeps as it is; then the same with the folder above, and with numbers."""
    own = legal(name) or "folder"
    yield own
    above = legal(folder.rstrip("/").rpartition("/")[0].rpartition("/")[2])
    if above:
        yield f"{above}-{own}"
    yield from (f"{own}-{number}" for number in range(2, _MOST))


def legal(name: str) -> str:
    """As tmux keeps it, and people can type it: "" where nothing is left."""
    plain = "".join(char if char.isprintable() else "_" for char in name)
    plain = re.sub(r"[:.\\#]", "_", plain)
    plain = re.sub(r"[\s/]+", "-", plain)
    plain = re.sub(r"\$(?=[A-Za-z_{])", "_", plain)
    return plain.lstrip("$@%={-").rstrip("-")[:_LONGEST]
