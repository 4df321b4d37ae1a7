"""Read and change the registry of sessions, for scripts. lib/registry.sh is made of this."""

from __future__ import annotations

import os
import sys

from viewsync.commands import _args
from viewsync.errors import LockTimeout, StateError, UsageError, ViewsyncError
from viewsync.output import Result, as_text, printable
from viewsync.sessions import registering
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.store.registry_file import RegistryFile

_REOPEN = 3

EXIT_CODES = {
    0: "done",
    1: "there is no such row, or an argument is wrong",
    2: "the registry cannot be read",
    3: "lock: open the descriptor again and retry",
    75: "another process held the lock for too long",
}
CODES = ((LockTimeout, 75), (StateError, 2), (UsageError, 1))

_NAME = "a session's name"


def arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    what.add_parser("init", help="create the file if there is none")
    what.add_parser("validate", help="check that the file is a registry")
    add = what.add_parser("add", help="register a session, or replace its row")
    # Each may be missing: that is told in the words that scripts know.
    for field in ("name", "socket", "target", "type", "pid"):
        add.add_argument(field, nargs="?", default="shell" if field == "type" else "")
    for verb, help_text in (
        ("remove", "forget a session, without ending it"),
        ("get", "print the row of a session, the file's JSON"),
        ("exists", "succeed if there is such a row; print nothing"),
        ("socket", "print the socket of a session"),
        ("target", "print the target of a session"),
        ("touch", "record that a session was used just now"),
    ):
        name = what.add_parser(verb, help=help_text).add_argument("name", nargs="?", default="", help=_NAME)
        _args.completes("session", name)
    what.add_parser("list", help="print the whole registry, the file's JSON")
    dead = what.add_parser("cleanup-dead", help="forget sessions that are gone, and print how many")
    dead.add_argument("--dry-run", action="store_true", help="only print how many there are")
    place = what.add_parser("forget-place", help="forget what another pid namespace, as a lost container's, has left")
    place.add_argument("place", help="the place, as `list` has it in its rows")
    place.add_argument("--dry-run", action="store_true", help="only print what would be forgotten")
    what.add_parser("path", help="print the path of the registry, and create its folder")
    lock = what.add_parser("lock", help="take the lock on a descriptor that the calling shell opened")
    lock.add_argument("handle", type=int, metavar="FD")
    unlock = what.add_parser("unlock", help="release what `lock` took")
    unlock.add_argument("held", metavar="FD", help="the descriptor, or the process id in the lock directory")
    for part in what.choices.values():
        _args.json(part)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    try:
        result = _run(parsed, ctx)
    except ViewsyncError as error:
        error.speaker = "registry"  # as scripts know it
        raise
    data = {"what": parsed.what, **(result.data or {"done": not result.code})}
    return result._replace(data=data)


def _run(parsed: argparse.Namespace, ctx: Context) -> Result:
    what: str = parsed.what
    if what == "add":
        return _add(parsed, ctx)
    if what in ("remove", "get", "exists", "socket", "target", "touch"):
        if not parsed.name:
            raise UsageError("Missing session name")
        return _one(parsed, ctx)
    if what == "list":
        whole = ctx.registry.read()
        return Result({"registry": whole}, as_text(whole).split("\n"))
    if what in ("cleanup-dead", "forget-place"):
        return _forget_dead(parsed, ctx) if what == "cleanup-dead" else _forget_place(parsed, ctx)
    if what == "path":
        return _raw(parsed, {"path": ctx.registry.path}, ctx.registry.path)
    if what in ("lock", "unlock"):
        return _lock(parsed, ctx.registry)
    if what == "init":
        ctx.registry.init()
    elif not os.path.exists(ctx.registry.path):
        raise ViewsyncError(f"there is no registry yet at {ctx.registry.path}")
    ctx.registry.validate(rows=what == "validate")
    return Result()


def _add(parsed: argparse.Namespace, ctx: Context) -> Result:
    if not (parsed.name and parsed.socket and parsed.target):
        raise UsageError("Missing required arguments (name, socket, target)")
    pid = registering.process_id(parsed.pid)
    warnings = registering.add(ctx, parsed.name, parsed.socket, parsed.target, parsed.type or "shell", pid)
    return Result(warnings=warnings)


def _one(parsed: argparse.Namespace, ctx: Context) -> Result:
    """One that is not there is no error to speak of: the exit code says it."""
    what, name = parsed.what, parsed.name
    if what == "remove":
        return Result(code=0 if registering.remove(ctx.registry, name) else 1)
    if what == "touch":
        return Result(code=0 if registering.touch(ctx, name) else 1)
    row = registering.row_of(ctx.registry, name)
    data = {"name": name, "row": row}
    if row is None:
        return Result(data, code=1)
    if what == "get":
        return Result(data, as_text(row).split("\n"))
    if what == "exists":
        return Result(data)
    value = row.get(what)
    return _raw(parsed, data, value) if isinstance(value, str) else Result(data, code=1)


def _forget_dead(parsed: argparse.Namespace, ctx: Context) -> Result:
    gone, errors = registering.forget_dead(ctx, dry_run=parsed.dry_run)
    data = {"count": gone, "dry_run": parsed.dry_run, "errors": errors}
    return Result(data, [str(gone)], warnings=errors)


def _forget_place(parsed: argparse.Namespace, ctx: Context) -> Result:
    found = registering.forget_place(ctx, parsed.place, dry_run=parsed.dry_run)
    done = "would forget" if parsed.dry_run else "forgot"
    lines = [f"{done} the session {name}" for name in found.sessions]
    lines += [f"{done} the view {name}" for name in found.views]
    lines += [f"kept {name}: {reason}" for name, reason in found.kept]
    told = [printable(line) for line in lines or ["no row is of that place"]]
    kept = [name for name, _ in found.kept]
    return Result({**found._asdict(), "kept": kept, "dry_run": parsed.dry_run}, told)


def _lock(parsed: argparse.Namespace, registry: RegistryFile) -> Result:
    if parsed.what == "unlock":
        registering.unlock(registry, parsed.held)
        return Result()
    # The launcher becomes Python, so our parent is the shell itself.
    return Result(code=0 if registering.lock(registry, parsed.handle, os.getppid()) else _REOPEN)


def _raw(parsed: argparse.Namespace, data: dict[str, Any], text: str) -> Result:
    """To a program byte for byte; a terminal is not commanded by it."""
    if parsed.json or sys.stdout.isatty():
        return Result(data, [printable(text)])
    print(text)
    return Result(data)
