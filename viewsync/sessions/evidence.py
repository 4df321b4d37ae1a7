"""Save what is left of a session: what its panes show, what runs in them, and what is known of it."""

from __future__ import annotations

import os
import time

from viewsync.errors import StateError, TmuxError
from viewsync.light import json, re
from viewsync.store import own_files
from viewsync.system import process_tree, processes, whole_file
from viewsync.tmux import scrollback
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.registry_shape import SessionRow, ViewRow
    from viewsync.sessions.listing import Listed
    from viewsync.store.registry_file import RegistryFile
    from viewsync.tmux.rules.model import Pane
    from viewsync.tmux.server import Tmux

FOLDER = "evidence"
_METADATA = "metadata.json"


class Saved(NamedTuple):
    folder: str
    problems: list[str]  # why something of it is missing


def save(ctx: Context, listed: Listed, why: str) -> Saved:
    """Into a new folder. Where the server or a pane is gone, what is known of it alone. StateError."""
    folder = _new_folder(ctx, listed.row.name)
    problems = [listed.doubt] if listed.doubt else []
    panes = [_pane(ctx, listed, pane, folder, problems) for pane in _panes(listed)]
    metadata = {
        "name": listed.row.name,
        "saved_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ctx.clock())),
        "why": why,
        "row": _raw(ctx.registry, listed.row.name),
        "health": listed.health._asdict(),
        "server": listed.reading.server._asdict() if listed.reading else None,
        "panes": panes,
        "problems": problems,
    }
    _write(os.path.join(folder, _METADATA), json.dumps(metadata, indent=2) + "\n")
    return Saved(folder, problems)


def _raw(registry: RegistryFile, name: str) -> SessionRow | ViewRow | None:
    data = registry.read()
    return data["sessions"].get(name) or data["views"].get(name)


def _new_folder(ctx: Context, name: str) -> str:
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(ctx.clock()))
    stem = os.path.join(ctx.folder, FOLDER, f"{re.sub(r'[^A-Za-z0-9_-]', '_', name)[:64]}-{stamp}")
    number, path = 1, stem
    try:
        own_files.make_folder(os.path.dirname(stem))
        while True:
            try:
                os.mkdir(path, 0o700)
                return path
            except FileExistsError:
                number += 1
                path = f"{stem}-{number}"
    except OSError as error:
        raise StateError(f"cannot create {path}: {error.strerror}", "see `viewsync doctor`") from None


def _panes(listed: Listed) -> list[Pane]:
    if listed.reading is None or not listed.found.session:
        return []
    return listed.found.panes(listed.reading)


def _pane(ctx: Context, listed: Listed, pane: Pane, folder: str, problems: list[str]) -> dict[str, Any]:
    now = ctx.clock()
    captured = _captured(ctx.tmux, listed, pane, problems)
    file = f"pane-{pane.id.removeprefix('%')}.txt" if captured else None
    if captured and file:
        _write(os.path.join(folder, file), captured.text)
    return {
        **pane._asdict(),
        "file": file,
        "exit_status": _status(listed, pane, captured),
        "processes": _processes(pane, now),
    }


def _processes(pane: Pane, now: float) -> list[dict[str, Any]] | None:
    """None where nobody knows them."""
    found = [] if pane.dead else process_tree.below(pane.pid, now)
    return None if found is None else [process._asdict() for process in found]


def _status(listed: Listed, pane: Pane, captured: scrollback.PaneScrollback | None) -> int | None:
    """tmux 3.3a now and then misses that a program ended, and the system knows better."""
    known = captured.exit_status if captured else None
    if known is not None or not pane.dead or not listed.reading:
        return known
    return processes.exit_status(pane.pid, listed.reading.server.pid)


def _captured(tmux: Tmux, listed: Listed, pane: Pane, problems: list[str]) -> scrollback.PaneScrollback | None:
    try:
        found = scrollback.read(tmux, listed.row.socket, pane.id)
    except TmuxError as error:
        problems.append(error.message)
        return None
    if found is None:
        problems.append(f"pane {pane.id} is gone")
    return found


def _write(path: str, text: str) -> None:
    try:
        whole_file.create(path, text)
    except OSError as error:
        raise StateError(f"cannot write {path}: {error.strerror}", "the disk may be full") from None
