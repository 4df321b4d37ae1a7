"""Paste buffers of viewsync's own, which a sender that was killed leaves behind."""

from __future__ import annotations

from viewsync.light import re
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.server import Tmux

_OURS = re.compile(r"(vs-[A-Za-z0-9._-]+)\t(\d+)")


class Buffer(NamedTuple):
    name: str
    created: int  # epoch seconds


def ours(tmux: Tmux, socket: str) -> list[Buffer]:
    rows = tmux.ask(socket, "list-buffers", "-F", "#{buffer_name}\t#{buffer_created}").split("\n")
    return [Buffer(match[1], int(match[2])) for match in map(_OURS.fullmatch, rows) if match]


def delete(tmux: Tmux, socket: str, names: Sequence[str]) -> None:
    """Those that are gone by now stop nobody: each line stands alone."""
    tmux.run(socket, "source-file", "-", stdin="".join(f"delete-buffer -b {name}\n" for name in names))
