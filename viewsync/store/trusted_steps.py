"""Which steps the user has said yes to: `trust.json`, per project and command.

Shape: {"version": 1, "trusted": {ROOT: {COMMAND: {"at": EPOCH, "items": [TEXT, ...], "before": [[TEXT, ...], ...]}}}}.
An item says everything that one step consists of, so that what is new can be told from what was trusted. What was
trusted before still is: of two branches, each with scripts of its own, every change would ask anew.
"""

from __future__ import annotations

import json
import os

from viewsync.errors import StateError
from viewsync.store import lock, own_files
from viewsync.system import whole_file
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Trusted = dict[str, dict[str, dict[str, Any]]]

FILE = "trust.json"
_LOCK = ".trust.lock"
_VERSION = 1
_MOST_BEFORE = 20


def read(folder: str) -> Trusted:
    """Raises StateError for a file that is not understood: then nothing is trusted."""
    path = os.path.join(folder, FILE)
    try:
        text = own_files.read(path)
        if text is None:
            return {}
        data = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise StateError(f"cannot read {path}: {error}", "move it away, and say again what you trust") from None
    if not isinstance(data, dict) or data.get("version") != _VERSION or not _is_sound(data.get("trusted")):
        raise StateError(f"{path} is not as this viewsync writes it", "move it away, and say again what you trust")
    found: Trusted = data["trusted"]
    return found


def _is_sound(trusted: Any) -> bool:
    return isinstance(trusted, dict) and all(
        isinstance(commands, dict)
        and all(isinstance(command, dict) and _items(command) for command in commands.values())
        for commands in trusted.values()
    )


def _items(entry: dict[str, Any]) -> bool:
    found = [entry.get("items"), *(before if isinstance(before := entry.get("before", []), list) else [None])]
    return all(isinstance(items, list) and all(isinstance(item, str) for item in items) for items in found)


def sets(trusted: Trusted, root: str, command: str) -> list[list[str]]:
    """All that was said yes to, the last one first; none where nothing ever was."""
    entry = trusted.get(root, {}).get(command)
    return [] if entry is None else [list(entry["items"]), *entry.get("before", [])]


def add(folder: str, root: str, command: str, found: Sequence[str], now: float, timeout: float) -> None:
    def put(trusted: Trusted) -> None:
        before = [texts for texts in sets(trusted, root, command) if texts != list(found)]
        entry = {"at": now, "items": list(found), "before": before[:_MOST_BEFORE]}
        trusted.setdefault(root, {})[command] = entry

    _change(folder, timeout, put)


def revoke(folder: str, root: str, command: str, timeout: float) -> bool:
    """False where it was not trusted."""
    gone: list[Any] = []

    def drop(trusted: Trusted) -> None:
        gone.append(trusted.get(root, {}).pop(command, None))
        if not trusted.get(root, True):
            del trusted[root]

    _change(folder, timeout, drop)
    return gone[0] is not None


def _change(folder: str, timeout: float, change: Callable[[Trusted], None]) -> None:
    path = os.path.join(folder, FILE)
    with lock.exclusive(os.path.join(folder, _LOCK), timeout):
        trusted = read(folder)
        change(trusted)
        try:
            whole_file.replace(path, json.dumps({"version": _VERSION, "trusted": trusted}, indent=2) + "\n")
        except OSError as error:
            raise StateError(f"cannot write {path}: {error.strerror}", "what was trusted before still is") from None
