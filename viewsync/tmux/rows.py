"""An answer of tmux in rows: a letter that says of what each is, its fields, and the server's own row at the end."""

from __future__ import annotations

from viewsync.errors import TmuxError
from viewsync.light import contextlib
from viewsync.tmux.rules.model import Server
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# It comes last, so that having it means that nothing before it failed.
SERVER = "V\t#{pid}\t#{start_time}\t#{version}"


@contextlib.contextmanager
def understood(socket: str) -> Iterator[None]:
    """Around what takes an answer apart: TmuxError where the answer lacks something, or has another thing there."""
    try:
        yield
    except (IndexError, KeyError, ValueError):
        raise _incomplete(socket) from None


def _incomplete(socket: str) -> TmuxError:
    return TmuxError(f"the tmux server on {socket} gave an incomplete answer", "try again")


def read(socket: str, output: str, takers: Mapping[str, Callable[[list[str]], None]]) -> tuple[Server, bool]:
    """Each row given to the taker of its letter, and whether all were understood; a taker raises ValueError for one
    that it does not. TmuxError without the server's own row.
    """
    server: Server | None = None
    complete = True
    for line in output.split("\n"):  # not splitlines: a name may hold U+2028 and the like
        kind, *row = line.split("\t")
        try:
            if kind in takers:
                takers[kind](row)
            elif kind == "V":
                pid, start, version = row
                server = Server(socket, int(pid), int(start), version)
            elif line:
                complete = False
        except ValueError:
            complete = False
    if server is None:
        raise _incomplete(socket)
    return server, complete
