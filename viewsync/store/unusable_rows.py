"""What of the registry cannot be used: each row, and each value in one, by itself, so that it stops nothing else.

Others write this file, by hand, and with newer versions. A value that is none of its kind counts as not there, and a
row of which that is said by whose it is, or by what protects it, is no row. Nobody who writes another row loses it:
what cannot be used is written as it was found, until `reconcile --repair` takes it out, into a file beside.
"""

from __future__ import annotations

import os
import time

from viewsync import output
from viewsync.errors import StateError
from viewsync.light import json
from viewsync.store import sound_values
from viewsync.system import whole_file
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from viewsync.registry_shape import RegistryData

    Kinds = Mapping[str, Mapping[str, tuple[type, ...]]]

_SHOWN = 60  # characters of a name
_PIDS = 2**31  # more than any
_PROCESSES = frozenset({"pid", "maker", "leader", "opener", "gui"})
# Without these a row is of nobody, or would lose what protects it.
_NEEDED = {
    "sessions": frozenset(
        {"socket", "target", "server", "session_id", "pane_id", "quarantined", "place", "maker_place"}
    ),
    "views": frozenset({"socket", "server", "session_id", "parent", "parent_id", "pinned", "quarantined", "place"}),
    "guis": frozenset({"start", "socket", "ttys", "place"}),
}
_INSIDE: dict[str, type | tuple[type, ...]] = {"ttys": str, "changed": (int, float), "layout": dict}


class Unusable(NamedTuple):
    """A row, or, where it is not `whole`, values of one; or, with None for its name, all rows of that kind."""

    where: str  # "sessions", "views" or "guis"
    name: str | None
    whole: bool
    value: Any  # as it was found
    problem: str
    made: Any = None  # when the row was, by which it is known again

    @property
    def told(self) -> str:
        if self.name is None:
            return f".{self.where}"
        short = self.name if len(self.name) <= _SHOWN else f"{self.name[:_SHOWN]}..."
        return f".{self.where}[{short!r}]"


def of(data: Any) -> Sequence[Unusable]:
    """What of a registry as it was read cannot be used."""
    return getattr(data, "unusable", ())


def take_from(registry: Any, kinds_of: Kinds, longest_name: int) -> None:
    """Out of what was read: its rows are then as registry_shape.py says."""
    found: list[Unusable] = []
    for where, kinds in kinds_of.items():
        rows = registry[where]
        if not isinstance(rows, dict):
            found.append(Unusable(where, None, True, rows, f"it is {sound_values.kind_of(rows)}, not an object"))
            registry[where] = {}
            continue
        for name, row in list(rows.items()):
            if problem := _wrong_row(where, name, row, longest_name):
                found.append(Unusable(where, name, True, rows.pop(name), problem))
                continue
            there = [(key, kind) for key, kind in kinds.items() if key in row]
            wrong = {key: problem for key, kind in there if (problem := _wrong(key, row[key], kind))}
            if needed := next((key for key in wrong if key in _NEEDED[where] and row[key] is not None), ""):
                found.append(Unusable(where, name, True, rows.pop(name), f"its {needed} {wrong[needed]}"))
                continue
            values = {key: value for key in wrong if (value := row.pop(key)) is not None}
            if values:
                said = ", ".join(f"its {key} {wrong[key]}" for key in values)
                found.append(Unusable(where, name, False, values, f"{said}, and counts as none", _made(row)))
    registry.unusable = tuple(found)


def _wrong_row(where: str, name: str, row: Any, longest_name: int) -> str:
    if not isinstance(row, dict):
        return f"it is {sound_values.kind_of(row)}, not an object"
    if problem := sound_values.wrong_text(name):
        return f"its name {problem}"
    if len(name) > longest_name:
        return f"its name has {len(name)} characters"
    if where == "guis" and not (name.isascii() and name.isdigit() and len(name) < 10):
        return "its name is not a process id"
    return ""


def _wrong(key: str, value: Any, kinds: tuple[type, ...]) -> str:
    """What is wrong with a value, "" where nothing is."""
    if type(value) not in kinds:
        return f"is {sound_values.kind_of(value)}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _wrong_number(key, value)
    if inside := _INSIDE.get(key):
        parts = list(value.values() if isinstance(value, dict) else value)
        if any(not isinstance(part, inside) or isinstance(part, bool) for part in parts):
            return "holds what does not belong there"
    return sound_values.wrong(value)


def _wrong_number(key: str, value: float) -> str:
    if key in _PROCESSES and not 0 <= value < _PIDS:
        return "is not a process id"
    return "" if abs(value) < sound_values.LARGEST else "is too large a number"


def _made(row: Mapping[str, Any]) -> Any:
    return row.get("created_at"), row.get("created"), row.get("start")


def put_back(data: Mapping[str, Any]) -> dict[str, Any]:
    """All of a registry as it is written: with what of it cannot be used."""
    whole = dict(data)
    for entry in of(data):
        if entry.name is None:
            whole[entry.where] = whole[entry.where] or entry.value
            continue
        rows = whole[entry.where] = dict(whole[entry.where])
        row = rows.get(entry.name)
        if entry.whole:
            rows.setdefault(entry.name, entry.value)
        elif row is not None and _made(row) == entry.made:
            rows[entry.name] = {**entry.value, **row}
    return whole


def make_room(path: str, data: Any) -> None:
    """What stands where another row is to stand goes into a file beside. StateError, and then nothing was changed."""
    taken = [
        entry
        for entry in of(data)
        if entry.whole and (data[entry.where] if entry.name is None else entry.name in data[entry.where])
    ]
    if taken:
        _keep(path, taken, data)
        data.unusable = tuple(entry for entry in of(data) if entry not in taken)


def take_out(path: str, data: RegistryData, wanted: Collection[Unusable]) -> None:
    """For inside of `change`: these go out of the registry, and into a file beside."""
    whole: Any = data
    mine = [entry for entry in of(data) if entry in wanted]
    if mine:
        _keep(path, mine, data)
        whole.unusable = tuple(entry for entry in of(data) if entry not in mine)


def carry(copy: RegistryData, data: RegistryData, *, merge: bool) -> None:
    """A copy is put back over the registry `data`: with what of the copy cannot be used."""
    whole: Any = data
    mine = of(data) if merge else [entry for entry in of(data) if entry.where != "sessions"]
    known = {(entry.where, entry.name) for entry in mine}
    theirs = [entry for entry in of(copy) if (entry.where, entry.name) not in known]
    whole.unusable = (*mine, *theirs)


def _keep(path: str, entries: Sequence[Unusable], data: Mapping[str, Any]) -> None:
    """As a registry of its own, from which a person can copy it back."""
    whole: dict[str, Any] = {"version": data["version"]}
    for entry in entries:
        if entry.name is None:
            whole[entry.where] = entry.value
        else:
            whole.setdefault(entry.where, {})[entry.name] = entry.value
    beside = new = f"{path}.set-aside-{int(time.time())}-{os.getpid()}"
    number = 1
    while os.path.lexists(new):
        number += 1
        new = f"{beside}-{number}"
    try:
        whole_file.create(new, json.dumps(whole, indent=2) + "\n")
    except OSError as error:
        raise StateError(f"cannot write {new}: {error.strerror}", "the registry is as it was before") from None
    said = "; ".join(f"{entry.told}: {entry.problem}" for entry in entries[:3])
    more = f"; and {len(entries) - 3} more" if len(entries) > 3 else ""
    output.notes.append(f"what cannot be used of the registry was set aside in {new}: {said}{more}")
