"""Whether somebody is sending to a pane. A sender holds the pane's lease, a lock in a file of its own, as long as
it is at work; the kernel lets go of it when the sender ends, however that ends. The file goes with the last sender.
"""

from __future__ import annotations

import os

from viewsync.errors import LockTimeout, StateError
from viewsync.light import contextlib
from viewsync.store import lock, own_files
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewsync.context import Context, Fence
    from viewsync.tmux.rules.model import Server

FOLDER = "leases"


@contextlib.contextmanager
def hold(ctx: Context, server: Server, pane: str, timeout: float) -> Iterator[Fence | None]:
    """Be the only sender to that pane, or raise LockTimeout after `timeout` seconds. `pane`: its id, "%9". Where hosts
    share an index, the only one of all of them: then what is typed gets a number, and `None` is for who has no need.
    """
    path = _path(ctx.folder, server, pane)
    try:
        own_files.make_folder(os.path.dirname(path))
    except OSError as error:
        raise StateError(f"cannot make the folder {os.path.dirname(path)}: {error.strerror}") from None
    with contextlib.ExitStack() as held_now:
        try:
            held_now.enter_context(lock.for_a_while(path, timeout))
        except LockTimeout:
            raise LockTimeout(
                f"another sender has been at work on pane {pane} for {timeout:g}s",
                "try again, or wait longer with --lease-timeout; keys (--keys, -c C-c) do not wait",
            ) from None
        share = ctx.shared_lease
        yield held_now.enter_context(share(ctx, server.identity, pane, timeout)) if share else None


def turn(pane: str) -> str:
    """The id under which who runs commands in a pane's shell holds it: others may send to such a command."""
    return f"%0{pane.removeprefix('%')}"


def held(folder: str, server: Server, pane: str) -> bool:
    """By a sender, or by who runs a command there. A lease whose file is not there is not made."""
    return any(is_held(_path(folder, server, lease)) for lease in (pane, turn(pane)))


def _path(folder: str, server: Server, pane: str) -> str:
    return os.path.join(folder, FOLDER, f"{server.identity}-{pane.removeprefix('%')}")


def is_held(path: str) -> bool:
    if not os.path.exists(path):
        return False
    handle = lock.try_exclusive(path)
    if handle is None:
        return True
    os.close(handle)
    return False
