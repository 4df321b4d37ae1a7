"""The cleanup steps that are still to run: one file, 0600, for each project session that has any.

The file's name says how far they are, and a rename changes it, so that each step runs once whoever sees the end of
the session, and however often: `KEY.json` waits; `KEY.claim-PID-START-BEGUN` is the work of that process, which has
begun that many of the steps. Of a process that is gone another takes over the rest, not what had begun. Where
PID is a process stands behind an `@`.
"""

from __future__ import annotations

import os

from viewsync.errors import StateError
from viewsync.light import contextlib, json, re
from viewsync.store import own_files, sound_values
from viewsync.system import whole_file
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLDER = "pending"
_NEEDED = ("socket", "server", "session_id", "steps")
STEPS = ("steps", "attach", "detach")  # of its end, and of clients that come and leave
_KINDS = {
    **dict.fromkeys(("name", "socket", "server", "session_id", "root", "command", "file", "path", "place"), str),
    **{key: [str] for key in ("bases", "trusted", "trusted_visits", "secrets", "left_out", "windows", "groups")},
    **{key: {"": str} for key in ("arguments", "variables")},
    **{key: [dict] for key in STEPS},
}
_OF_A_STEP = {
    **dict.fromkeys(("name", "command", "cwd", "on_failure", "source"), str),
    "environment": {"": str},
    "timeout": (int, float),
}
_NAME = re.compile(r"(\d+\.\d+-\d+)(?:\.json|\.claim-(\d+)-([\d.]+)-(\d+)(?:@((?!.*\.set-aside-).+))?)")


class PendingEntry(NamedTuple):
    key: str
    path: str
    record: dict[str, Any]
    owner: int = 0  # the process that is at it, 0 for none
    owner_start: float = 0.0
    begun: int = 0  # how many of its steps
    owner_place: str = ""


def key(server: str, session: str) -> str:
    """Of a session of the server "pid.start"."""
    return f"{server}-{session.removeprefix('$')}"


def kinds(records: Sequence[Mapping[str, Any]]) -> str:
    """Which steps these have: "attach and cleanup", "" for none."""
    named = {"attach": "attach", "detach": "detach", "steps": "cleanup"}
    return " and ".join(kind for key, kind in named.items() if any(record.get(key) for record in records))


def write(folder: str, name: str, record: dict[str, Any]) -> None:
    path = os.path.join(folder, FOLDER, f"{name}.json")
    try:
        own_files.make_folder(os.path.dirname(path))
        whole_file.replace(path, json.dumps(record) + "\n")
    except OSError as error:
        raise StateError(f"cannot write {path}: {error.strerror}", "its steps would not run") from None


def any_waiting(folder: str) -> bool:
    return any(_NAME.fullmatch(name) for name in own_files.names(os.path.join(folder, FOLDER)))


def entries(folder: str) -> list[PendingEntry]:
    """All of them; a file that cannot be used is left alone, and is none."""
    return [entry for entry in map(_entry, _paths(folder)) if isinstance(entry, PendingEntry)]


def unusable(folder: str) -> dict[str, str]:
    """The files that cannot be used, by path, each with what is wrong with it."""
    found = ((path, _entry(path)) for path in _paths(folder))
    return {path: entry for path, entry in found if isinstance(entry, str) and entry}


def _paths(folder: str) -> list[str]:
    where = os.path.join(folder, FOLDER)
    return [os.path.join(where, name) for name in own_files.names(where) if _NAME.fullmatch(name)]


def problem(folder: str, name: str) -> str:
    """Why the steps of that key, which are noted, cannot be used; "" where they can, or there are none."""
    begins = f"{name}."
    return next((said for path, said in unusable(folder).items() if os.path.basename(path).startswith(begins)), "")


def set_aside(path: str, now: float) -> str:
    """Of one that cannot be used: out of everybody's way, where a person finds it. OSError."""
    new = f"{path}.set-aside-{int(now)}-{os.getpid()}"
    os.rename(path, new)
    return new


def find(folder: str, name: str) -> PendingEntry | None:
    return next((entry for entry in entries(folder) if entry.key == name), None)


def _entry(path: str) -> PendingEntry | str:
    """Or what is wrong with it, "" where it is gone."""
    match = _NAME.fullmatch(os.path.basename(path))
    if not match:
        return ""
    try:
        text = own_files.read(path)
        if text is None:
            return ""
        record = json.loads(text)
    except (OSError, StateError, ValueError, RecursionError) as error:
        return f"it cannot be read: {error}"
    if found := _wrong(record):
        return found
    number, start, begun, place = match.group(2, 3, 4, 5)
    return PendingEntry(match[1], path, record, int(number or 0), float(start or 0), int(begun or 0), place or "")


def _wrong(record: Any) -> str:
    """As projects/ending.py writes it. Other versions may know more fields, or fewer."""
    if not isinstance(record, dict):
        return f"it is {sound_values.kind_of(record)}, not an object"
    if lacking := [key for key in _NEEDED if key not in record]:
        return f"it has no {lacking[0]}"
    if found := sound_values.wrong_field(record, _KINDS):
        return found
    found = next(
        filter(None, (sound_values.wrong_field(step, _OF_A_STEP) for key in STEPS for step in record.get(key, ()))), ""
    )
    return found or ("" if os.path.isabs(record["socket"]) else "its socket is not a path")


def claim(entry: PendingEntry, start: float, place: str = "") -> PendingEntry | None:
    """Make it the work of this process, which started then; None when another one was faster."""
    return _renamed(entry._replace(owner=os.getpid(), owner_start=start, owner_place=place), entry.path)


def begin(entry: PendingEntry, count: int) -> PendingEntry | None:
    """Say, before it, that the step of that number (from 1) begins; None when it is not ours any more."""
    return _renamed(entry._replace(begun=count), entry.path)


def restore(entry: PendingEntry, record: Mapping[str, Any] | None = None) -> None:
    """Of ours: none of its steps has begun, and it is nobody's work. `record`: what it says from now on."""
    try:
        if record is not None:
            whole_file.replace(entry.path, json.dumps(record) + "\n")
        os.rename(entry.path, _path(entry, f"{entry.key}.json"))
    except FileNotFoundError:
        return
    except OSError as error:
        raise StateError(f"cannot rename {entry.path}: {error.strerror}", "its steps would not run") from None


def remove(entry: PendingEntry) -> None:
    with contextlib.suppress(OSError):
        os.unlink(entry.path)


def _renamed(entry: PendingEntry, before: str) -> PendingEntry | None:
    name = f"{entry.key}.claim-{entry.owner}-{entry.owner_start:.2f}-{entry.begun}"
    name += f"@{entry.owner_place}" if entry.owner_place else ""
    entry = entry._replace(path=_path(entry, name))
    try:
        os.rename(before, entry.path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(f"cannot rename {before}: {error.strerror}", "no step was begun") from None
    return entry


def _path(entry: PendingEntry, name: str) -> str:
    """Of a file of that name beside it."""
    return os.path.join(os.path.dirname(entry.path), name)
