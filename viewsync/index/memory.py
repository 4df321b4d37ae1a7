"""What this state folder has published, and which problem people were told of, so that both happen once."""

from __future__ import annotations

import os

from viewsync.index.rules import address
from viewsync.light import contextlib, json
from viewsync.store import own_files, registry_file
from viewsync.system import whole_file
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.context import Context

FILE = ".index.json"
_REST = 10.0  # seconds after a failure in which no verb tries again


class Memory(NamedTuple):
    """Times are epoch seconds of our clock, 0 for never."""

    address: str = ""  # of which index, as people may see it
    epoch: int = 0
    digest: str = ""  # of the rows that were published last
    registry: str = ""  # what its file was then
    sent: float = 0.0
    event: int = 0  # the number of the last line of the history that was published
    problem: str = ""  # that people were told of; "" once it is over
    failed: float = 0.0


def read(folder: str) -> Memory:
    try:
        told = json.loads(own_files.read(os.path.join(folder, FILE)) or "{}")
    except (OSError, ValueError, RecursionError):
        return Memory()
    if not isinstance(told, dict):
        return Memory()
    fit = {name: told[name] for name, default in Memory()._asdict().items() if _fits(told.get(name), default)}
    return Memory(**fit)


def of(ctx: Context) -> Memory:
    """What concerns the index that is set now."""
    found, shown = read(ctx.folder), address.masked(ctx.index)
    return found if found.address == shown else Memory(address=shown)


def is_quiet(ctx: Context) -> bool:
    """Whether a verb has nothing to say in the index: nothing changed, or it was not there a moment ago."""
    before = of(ctx)
    return before.registry == stamp(ctx) or abs(ctx.clock() - before.failed) < _REST


def _fits(value: object, default: object) -> bool:
    if isinstance(default, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 2**53
    if isinstance(default, int):
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
    return isinstance(value, str)


def write(folder: str, memory: Memory) -> None:
    """What cannot be written is published, or told, once more."""
    with contextlib.suppress(OSError):
        whole_file.replace(os.path.join(folder, FILE), json.dumps(memory._asdict()))


def failed(ctx: Context, problem: str) -> bool:
    """Whether it is news: of an index that is not there people hear once, until it has been there again."""
    before = of(ctx)
    write(ctx.folder, before._replace(problem=before.problem or problem, failed=ctx.clock()))
    return not before.problem


def works(ctx: Context) -> None:
    before = of(ctx)
    if before.problem:
        write(ctx.folder, before._replace(problem="", failed=0.0))


def stamp(ctx: Context) -> str:
    """Something that changes with the registry's file."""
    try:
        found = os.stat(os.path.join(ctx.folder, registry_file.FILE))
    except OSError:
        return ""
    return f"{found.st_ino}.{found.st_mtime_ns}.{found.st_size}"
