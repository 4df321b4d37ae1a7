"""Which steps the user has said yes to: `trust.json`, per project and command.

Shape: {"version": 1, "trusted": {ROOT: {COMMAND: {"at": EPOCH, "items": [TEXT, ...], "before": [[TEXT, ...], ...]}}}}.
An item says everything that one step consists of, so that what is new can be told from what was trusted. What was
trusted before still is: of two branches, each with scripts of its own, every change would ask anew.
"""

from __future__ import annotations

import os

from viewsync.errors import StateError
from viewsync.light import json
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
    """Raises StateError for a file that is not understood: then nothing is trusted. An entry that is not is none."""
    return _sound(_all(folder))


def unusable(folder: str) -> list[str]:
    """Of which projects and commands the entry is not understood. StateError."""
    everything = _all(folder)
    sound = _sound(everything)
    found = []
    for root, commands in everything.items():
        names = commands if isinstance(commands, dict) else ()
        found += [f"{name} in {root}" for name in names if name not in sound.get(root, {})]
        found += [] if isinstance(commands, dict) else [root]
    return found


def _all(folder: str) -> dict[str, Any]:
    path = os.path.join(folder, FILE)
    try:
        text = own_files.read(path)
        if text is None:
            return {}
        data = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise StateError(f"cannot read {path}: {error}", "move it away, and say again what you trust") from None
    if not isinstance(data, dict) or data.get("version") != _VERSION or not isinstance(data.get("trusted"), dict):
        raise StateError(f"{path} is not as this viewsync writes it", "move it away, and say again what you trust")
    found: dict[str, Any] = data["trusted"]
    return found


def _sound(everything: dict[str, Any]) -> Trusted:
    return {
        root: {name: entry for name, entry in commands.items() if isinstance(entry, dict) and _items(entry)}
        for root, commands in everything.items()
        if isinstance(commands, dict)
    }


def _with_unusable(trusted: Trusted, everything: dict[str, Any]) -> dict[str, Any]:
    """What is not understood stays as it was found, but for what was said anew of the same."""
    whole: dict[str, Any] = dict(trusted)
    before = _sound(everything)
    for root, commands in everything.items():
        if not isinstance(commands, dict):
            whole.setdefault(root, commands)
        elif kept := {name: entry for name, entry in commands.items() if name not in before[root]}:
            whole[root] = {**kept, **whole.get(root, {})}
    return whole


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
        everything = _all(folder)
        trusted = _sound(everything)
        change(trusted)
        trusted = _with_unusable(trusted, everything)
        try:
            whole_file.replace(path, json.dumps({"version": _VERSION, "trusted": trusted}, indent=2) + "\n")
        except OSError as error:
            raise StateError(f"cannot write {path}: {error.strerror}", "what was trusted before still is") from None
