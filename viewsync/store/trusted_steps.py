"""Which steps the user has said yes to: `trust.json`, per project and command.

Shape: {"version": 1, "trusted": {ROOT: {COMMAND: {"at": EPOCH, "items": [TEXT, ...]}}}}. An item says everything that
one step consists of, so that what is new can be told from what was trusted.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from viewsync.errors import StateError
from viewsync.store import lock, own_files
from viewsync.system import whole_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Trusted = dict[str, dict[str, dict[str, Any]]]

FILE = "trust.json"
_LOCK = ".trust.lock"
_VERSION = 1


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
        isinstance(commands, dict) and all(isinstance(each, dict) and _items(each) for each in commands.values())
        for commands in trusted.values()
    )


def _items(entry: dict[str, Any]) -> bool:
    items = entry.get("items")
    return isinstance(items, list) and all(isinstance(each, str) for each in items)


def items(trusted: Trusted, root: str, command: str) -> list[str] | None:
    """What was said yes to; None where nothing ever was."""
    entry = trusted.get(root, {}).get(command)
    return None if entry is None else list(entry["items"])


def add(folder: str, root: str, command: str, found: Sequence[str], now: float, timeout: float) -> None:
    def put(trusted: Trusted) -> None:
        trusted.setdefault(root, {})[command] = {"at": now, "items": list(found)}

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
