"""The shared registry, `.sessions.json`: sessions and views as plain JSON objects, unknown keys kept.

Shape (DESIGN section 7): {"version": "1.0", "sessions": {NAME: row}, "views": {NAME: row}, "guis": {PID: row}}.
A write is all or nothing: lock, temp file in the same folder, fsync, read back, rename.
"""

from __future__ import annotations

import os
import time

from viewsync.errors import StateError
from viewsync.light import contextlib, json
from viewsync.store import lock, own_files
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from viewsync.registry_shape import RegistryData
    from viewsync.store.unusable_rows import Unusable

    Row = dict[str, Any]

FILE = ".sessions.json"
LOCK = ".sessions.lock"
VERSION = "1.0"
NEEDED = frozenset({"sessions", "version"})  # what every registry says, whoever wrote it
_MAPS = ("sessions", "views", "guis")
# What tells numbers that have to be looked at, and writing does not matter to it. Not by a pattern: to compile one
# takes half a million instructions.
_ALIKE = {**str.maketrans("123456789E", "000000000e"), **dict.fromkeys(map(ord, " \t\r\n"))}
_LONGEST_NAME = 4096  # characters
_LONGEST_NUMBER = 16  # digits: with less it is smaller than what a double tells apart
_PIDS = 2**31  # more than any pid
_PROCESSES = ("pid", "maker", "leader", "opener", "gui")
_TEXT, _WHOLE, _NUMBER, _FLAG = (str,), (int,), (int, float), (bool,)
# What registry_shape.py says, as far as the types go: tests/store/test_unusable_rows.py holds the two together.
KINDS: dict[str, dict[str, tuple[type, ...]]] = {
    "sessions": {
        **dict.fromkeys(("socket", "target", "type", "created_at", "last_active", "server", "session_id"), _TEXT),
        **dict.fromkeys(("pane_id", "state", "quarantined_at", "reason", "evidence", "place", "maker_place"), _TEXT),
        **dict.fromkeys(("pid", "maker", "revision"), _WHOLE),
        **dict.fromkeys(("pid_start", "maker_start", "attached_since", "ended_at"), _NUMBER),
        "project": (dict, str),
        "quarantined": _FLAG,
    },
    "views": {
        **dict.fromkeys(("socket", "server", "session_id", "parent", "parent_id", "state", "tty", "moved_from"), _TEXT),
        **dict.fromkeys(("title", "window", "detour", "verdict", "quarantined_at", "reason", "evidence"), _TEXT),
        **dict.fromkeys(("place", "told_as"), _TEXT),
        **dict.fromkeys(("pid", "leader", "opener", "gui", "pane"), _WHOLE),
        **dict.fromkeys(("created", "pid_start", "leader_start", "gui_start", "put_on"), _NUMBER),
        **dict.fromkeys(("idle_since", "idle_awake"), _NUMBER),
        **dict.fromkeys(("attached", "adopted", "pinned", "quarantined"), _FLAG),
    },
    "guis": {
        **dict.fromkeys(("start", "told", "placed"), _NUMBER),
        **dict.fromkeys(("socket", "place"), _TEXT),
        "ttys": (list,),
        "changed": (dict,),
        "layout": (list,),
    },
}


class Corrupt(StateError):
    """The file is no registry. It is set aside by the next write, never deleted."""

    kind = "registry-corrupt"


class Strange(Corrupt):
    """No file of ours stands there. The same becomes of it."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"the registry {path} is {what}, so it was not used")
        self.what = what


class Registry(dict[str, Any]):
    """What `parse` gives: rows that can be used. `unusable`: what cannot, which is written as it was found."""

    unusable: Sequence[Unusable] = ()


class RegistryFile:
    def __init__(self, folder: str, lock_timeout: float = 5.0, held: str = "") -> None:
        """`held`: how the shell that called us holds the lock already (store/shell_lock.py), "" when it does not."""
        self.path = os.path.join(folder, FILE)
        self.lock_path = os.path.join(folder, LOCK)
        self.lock_timeout = lock_timeout
        self.held = held

    def read(self) -> RegistryData:
        """The registry as it is now, without the lock: a rename swaps it whole. Raises Corrupt or StateError."""
        return self._parsed(self._text())

    def validate(self, *, rows: bool = False) -> None:
        """StateError, too, where the file says less than a registry does: `read` goes on with that. With `rows` also
        where one cannot be used.
        """
        text = self._text()
        wrong = _unusable(self._parsed(text))
        if first := next((entry for entry in wrong if rows or entry.name is None), None):
            what = f"{first.told} is not an object" if first.name is None else f"{first.told}: {first.problem}"
            raise StateError(f"Invalid registry structure - {what}: the registry {self.path}")
        if text is not None and (lacking := NEEDED - json.loads(text).keys()):
            names = " and no ".join(f".{name}" for name in sorted(lacking))
            raise StateError(f"Invalid registry structure - there is no {names}: the registry {self.path}")

    def _text(self) -> str | None:
        try:
            with open(self.path, encoding="utf-8", errors="surrogateescape", opener=own_files.opened) as file:
                return file.read()
        except FileNotFoundError:
            return None
        except own_files.NotOurs as error:
            raise Strange(self.path, error.what) from None
        except OSError as error:
            raise StateError(f"cannot read the registry {self.path}: {error.strerror}") from None

    def _parsed(self, text: str | None) -> RegistryData:
        return empty() if text is None else parse(text, self.path)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """No other writer is at work inside the block. A shell that holds the lock already keeps it after us."""
        if self.held:
            from viewsync.store import shell_lock

            if shell_lock.holds(self.lock_path, self.held):
                yield
                return
        with lock.exclusive(self.lock_path, self.lock_timeout):
            yield

    @contextlib.contextmanager
    def change(self) -> Iterator[RegistryData]:
        """The registry under its lock; what the block leaves in it is written, if it differs.

        Never call tmux, or sleep, inside the block. A corrupt file is set aside first: the block then sees an
        empty registry, and the next sweep fills in what the live servers know.
        """
        with self.locked():
            try:
                text = self._text()
                data = self._parsed(text)
            except Strange as error:
                from viewsync.store import aside

                aside.move(self.path, error.what)
                text, data = None, empty()
            except Corrupt as error:
                self._set_aside(error.message)
                text, data = None, empty()
            before, unusable = _outline(data), _unusable(data)
            yield data
            # Parsing once more finds what the outline cannot see, a change inside of a row's list; it is slower.
            if _outline(data) != before or _unusable(data) != unusable or data != self._parsed(text):
                self._write(data)

    def init(self) -> None:
        """Make the file where there is none; a corrupt one is set aside."""
        with self.change() as data:
            if self._text() is None:
                self._write(data)

    def _set_aside(self, why: str) -> None:
        aside = f"{self.path}.corrupt-{int(time.time())}-{os.getpid()}"
        try:
            os.rename(self.path, aside)
        except OSError as error:
            raise StateError(f"cannot set the corrupt registry {self.path} aside: {error.strerror}") from None
        from viewsync import output  # not for who finds it well

        output.notes.append(f"{why}: it was set aside as {aside}")

    def _write(self, data: RegistryData) -> None:
        from viewsync.system import whole_file  # not for who only reads

        if _unusable(data):
            from viewsync.store import unusable_rows

            unusable_rows.make_room(self.path, data)
        try:
            whole_file.replace(self.path, shown(data))
        except OSError as error:
            raise StateError(
                f"cannot write the registry {self.path}: {error.strerror}",
                "the registry is as it was before",
            ) from None


def shown(data: Mapping[str, Any]) -> str:
    """As people and jq read it, one line a row: json's own indentation is ten times slower."""
    if _unusable(data):
        from viewsync.store import unusable_rows

        data = unusable_rows.put_back(data)
    whole = [(key, key in _MAPS and isinstance(value, dict), value) for key, value in data.items()]
    parts = [f"{_json(key)}: {_rows(value) if rows else _json(value)}" for key, rows, value in whole]
    return "{\n  " + ",\n  ".join(parts) + "\n}\n"


def _unusable(data: Any) -> Sequence[Unusable]:
    return data.unusable if isinstance(data, Registry) else ()


def _rows(rows: dict[str, Row]) -> str:
    if not rows:
        return "{}"
    return "{\n    " + ",\n    ".join(f"{_json(name)}: {_json(row)}" for name, row in rows.items()) + "\n  }"


def _json(value: Any) -> str:
    """Bytes of a path that are no UTF-8 stay as they are, which jq takes; a lone surrogate, which somebody wrote
    as an escape, has to stay one.
    """
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return json.dumps(value)
    return text


def parse(text: str, path: str) -> RegistryData:
    """What a registry's file says; `path` is for the words of an error. Corrupt or StateError."""
    if not text.strip():
        raise Corrupt(f"the registry {path} is empty")
    try:
        alike = text.translate(_ALIKE)
        # Only where one may be: asked of each number, that would take as long as all the rest.
        large = "0e0" in alike or "0e+0" in alike or "0" * _LONGEST_NUMBER in alike
        data = _loads(text, large=large)
    except (ValueError, RecursionError) as error:
        raise Corrupt(f"the registry {path} is not JSON: {error}") from None
    if not isinstance(data, dict):
        raise Corrupt(f"the registry {path} holds no JSON object")
    version = str(data.setdefault("version", VERSION))
    if version.partition(".")[0] != VERSION.partition(".")[0]:
        raise StateError(
            f"Version mismatch - expected {VERSION}, got {version}: {path} is newer than this viewsync knows",
            "upgrade viewsync; nothing was changed",
        )
    registry = Registry(data)
    for name in _MAPS:
        registry.setdefault(name, {})
    if not isinstance(registry["sessions"], dict):  # of somebody else: no row of ours is in it
        raise Corrupt(f"Invalid registry structure - .sessions is not an object: the registry {path}")
    if large or not (_is_plain(text, alike) and all(_are_sound(registry[name], KINDS[name]) for name in _MAPS)):
        from viewsync.store import unusable_rows  # hardly ever

        unusable_rows.take_from(registry, KINDS, _LONGEST_NAME)
    return registry  # type: ignore[return-value]  # it was looked at above


def _loads(text: str, *, large: bool) -> Any:
    """What is no number that a double can hold (`NaN`, `1e999`) is none: JSON has no word for it to be written back."""
    hooks: dict[str, Any] = {"parse_float": _number, "parse_int": _number} if large else {}
    return json.loads(text, parse_constant=_none, **hooks)


def _none(_name: str) -> None:
    return None


def _number(text: str) -> float | None:
    value = float(text)
    if abs(value) == float("inf"):
        return None
    return value if set(text) & set(".eE") else int(text)


def _is_plain(text: str, alike: str) -> bool:
    """Whether no text and no small number in it can be one that nobody can use: a NUL and a lone surrogate have to be
    written as escapes. Of a tab that no WezTerm has, the pane is -1.
    """
    if negative := alike.count(":-"):
        negative -= alike.count('"pane":-0,') + alike.count('"pane":-0}')
    return not negative and "\\u" not in text


def _are_sound(rows: Any, kinds: dict[str, tuple[type, ...]]) -> bool:
    """As far as the types tell."""
    if type(rows) is not dict:
        return False
    sound: set[Any] = set()  # rows look alike: each look is judged once
    for name, row in rows.items():
        if type(row) is not dict or len(name) > _LONGEST_NAME:
            return False
        look = (tuple(row), tuple(map(type, row.values())))
        if look not in sound:
            if any(key in kinds and kind not in kinds[key] for key, kind in zip(*look, strict=True)):
                return False
            sound.add(look)
        if any(key in row and row[key] >= _PIDS for key in _PROCESSES):
            return False
    return kinds is not KINDS["guis"] or all(map(_is_gui, rows, rows.values()))


def _is_gui(pid: str, row: Row) -> bool:
    """Of which there are few."""
    numbered = pid.isascii() and pid.isdigit() and len(pid) < 10
    texts, starts = row.get("ttys", ()), row.get("changed", {}).values()
    return (
        numbered
        and all(isinstance(text, str) for text in texts)
        and all(isinstance(start, _NUMBER) for start in starts)
        and all(isinstance(pane, dict) for pane in row.get("layout", ()))
    )


def _outline(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """A copy down to the rows, to see by comparing whether any was changed."""
    copied = {key: value for key, value in data.items() if key not in _MAPS}
    for name in _MAPS:
        copied[name] = {key: dict(row) for key, row in data[name].items()}
    return copied


def empty() -> RegistryData:
    new: Any = Registry(version=VERSION, sessions={}, views={}, guis={})
    made: RegistryData = new
    return made
