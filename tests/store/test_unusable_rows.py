"""Rows of the registry that cannot be used: each is set aside by itself, and is written as it was found."""

from __future__ import annotations

import json
import os
import types
import typing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.wait import until
from viewsync import registry_shape
from viewsync.store import registry_file, unusable_rows
from viewsync.store.registry_file import KINDS, RegistryFile

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Home, Server

SHAPES = {"sessions": registry_shape.SessionRow, "views": registry_shape.ViewRow, "guis": registry_shape.GuiRow}
BAD_TEXTS = [
    "",
    "\0",
    "/a\0b",
    "\ud800",
    "²",
    "9" * 30,
    "1." + "9" * 400,
    "²." + "9" * 30,
    "9" * 5000 + ".1",
    "\n",
    "x" * 5000,
]
BAD_NUMBERS = [0, -5, 7, 1.5, 2**31, 10**30, 1e308]
BAD: list[Any] = [None, True, *BAD_NUMBERS, *BAD_TEXTS, [], [[]], ["x"], [7], {}, {"a": 1}, {"a": "\0"}]


def written(registry: dict[str, Any]) -> dict[str, Any]:
    """As it stands in the file when somebody has written something else."""
    data: Any = registry_file.parse(json.dumps(registry), "here")
    found: dict[str, Any] = json.loads(registry_file.shown(data))
    return found


def as_declared(kind: Any) -> set[type]:
    """The types that JSON has for it; none for what may be anything."""
    if kind is float:
        return {int, float}
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return {found for part in typing.get_args(kind) if part is not type(None) for found in as_declared(part)}
    found = typing.get_origin(kind) or kind
    return set() if found in (Any, object) else {found}


@pytest.mark.parametrize("where", SHAPES)
def test_what_is_looked_at_is_what_the_shape_says(where: str) -> None:
    hints = typing.get_type_hints(SHAPES[where])
    assert KINDS[where].keys() == hints.keys()
    for key, kinds in KINDS[where].items():
        assert as_declared(hints[key]) in (set(kinds), set()), key


NUMBERS = st.one_of(
    st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([-1, 2**31, 10**30])
)
TEXTS = st.one_of(st.text(max_size=8), st.sampled_from([*BAD_TEXTS, "/tmp/s", "$0", "7.8", "main:0.0"]))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(TEXTS, inside, max_size=2),
    max_leaves=4,
)
NAMES = {
    "sessions": TEXTS,
    "views": TEXTS,
    "guis": st.one_of(TEXTS, st.sampled_from(["7", "-1", "0x7", "12345678901"])),
}


def rows_of(where: str) -> st.SearchStrategy[Any]:
    row = st.dictionaries(st.sampled_from([*KINDS[where], "odd"]), VALUES, max_size=4)
    return st.one_of(VALUES, st.dictionaries(NAMES[where], st.one_of(row, VALUES), max_size=3))


@given(st.fixed_dictionaries({where: rows_of(where) for where in SHAPES}))
def test_whatever_stands_there_is_read_as_its_shape_says_and_kept(registry: dict[str, Any]) -> None:
    if not isinstance(registry["sessions"], dict):  # no file of ours
        with pytest.raises(registry_file.Corrupt):
            registry_file.parse(json.dumps(registry), "here")
        return
    data: Any = registry_file.parse(json.dumps(registry), "here")
    for where in SHAPES:
        for name, row in data[where].items():
            name.encode("utf-8", "surrogateescape")
            for key in row.keys() & KINDS[where].keys():
                assert type(row[key]) in KINDS[where][key]
                if isinstance(row[key], str):
                    assert "\0" not in row[key]
                    row[key].encode("utf-8", "surrogateescape")
                if key in ("pid", "maker", "leader", "opener", "gui"):
                    assert 0 <= row[key] < 2**31
                elif isinstance(row[key], (int, float)):
                    assert abs(row[key]) < 2**53
            if where == "guis":
                assert 0 <= int(name) < 2**31
                assert all(isinstance(tty, str) for tty in row.get("ttys", ()))
    after = written(registry)
    for where, rows in registry.items():
        assert without_nulls(after[where]) == without_nulls(rows), where


def without_nulls(rows: Any) -> Any:
    """A null is no value, of a field that we know."""
    if not isinstance(rows, dict):
        return rows
    known = {key for kinds in KINDS.values() for key in kinds}
    return {
        name: {key: value for key, value in row.items() if value is not None or key not in known}
        if isinstance(row, dict)
        else row
        for name, row in rows.items()
    }


@pytest.mark.parametrize("row", [[], 7, "x", None, {"socket": 7}, {"socket": "/s\0"}, {"socket": "/s", "target": {}}])
def test_a_row_is_set_aside_by_itself_and_the_one_that_takes_its_name_keeps_it_in_a_file(
    tmp_path: Path, row: Any
) -> None:
    registry = RegistryFile(str(tmp_path))
    good = {"socket": "/s", "target": "good:0.0"}
    (tmp_path / ".sessions.json").write_text(json.dumps({"version": "1.0", "sessions": {"bad": row, "good": good}}))
    found: Any = registry.read()
    assert found["sessions"] == {"good": good}
    assert [(entry.where, entry.name) for entry in unusable_rows.of(found)] == [("sessions", "bad")]
    with registry.change() as data:
        data["sessions"]["new"] = {"socket": "/s"}
    assert json.loads((tmp_path / ".sessions.json").read_text())["sessions"]["bad"] == row
    assert not list(tmp_path.glob("*set-aside-*"))
    with registry.change() as data:
        data["sessions"]["bad"] = {"socket": "/t"}
    assert json.loads((tmp_path / ".sessions.json").read_text())["sessions"]["bad"] == {"socket": "/t"}
    (aside,) = tmp_path.glob(".sessions.json.set-aside-*")
    assert json.loads(aside.read_text())["sessions"] == {"bad": row}


def test_a_value_that_counts_as_none_stays_until_the_row_is_another_ones(tmp_path: Path) -> None:
    registry = RegistryFile(str(tmp_path))
    row = {"socket": "/s", "created_at": "then", "pid": 10**30, "type": ["x"]}
    (tmp_path / ".sessions.json").write_text(json.dumps({"version": "1.0", "sessions": {"a": row}}))
    with registry.change() as data:
        assert "pid" not in data["sessions"]["a"]
        data["sessions"]["a"]["last_active"] = "now"
    assert json.loads((tmp_path / ".sessions.json").read_text())["sessions"]["a"] == {**row, "last_active": "now"}
    with registry.change() as data:
        data["sessions"]["a"] = {"socket": "/s", "created_at": "later"}
    after = json.loads((tmp_path / ".sessions.json").read_text())["sessions"]["a"]
    assert after == {"socket": "/s", "created_at": "later"}


ALONE = [
    ("pid", 2**31),
    ("pid", -1),
    ("pid", 1.5),
    ("socket", "\ud800"),
    ("reason", "\0"),
    ("pid", True),
    ("pid", 1e20),
]


@pytest.mark.parametrize(("key", "value"), ALONE)
@pytest.mark.parametrize("where", ["sessions", "views"])
def test_each_is_seen_where_nothing_else_is_wrong(where: str, key: str, value: object) -> None:
    good = {"socket": "/s", "pid": 7, "reason": "x"}
    text = registry_file.shown({"version": "1.0", where: {"good": good, "bad": {**good, key: value}}})
    for written_as in (text, text.replace(": ", ":"), json.dumps(json.loads(text), indent=3)):
        found = registry_file.parse(written_as, "here")
        assert [entry.name for entry in unusable_rows.of(found)] == ["bad"]


VERBS = [
    ["views"],
    ["list", "--json"],
    ["cleanup", "--views", "--dry-run"],
    ["status"],
    ["doctor"],
    ["reconcile"],
    ["stats"],
    ["restore", "--plan"],
    ["find", "--all"],
    ["info", "good"],
    ["worktree", "list"],
    ["complete", "info", ""],
    ["registry", "list"],
    ["cleanup", "--dry-run"],
    ["heartbeat", "-s", "good"],
    ["backup"],
    ["sweep"],
]


def test_no_verb_is_stopped_by_bad_rows_and_repair_takes_them_out(server: Server, home: Home) -> None:
    """Each kind of value at each key of each row, in one file: all of that stops nothing that is good."""
    assert home.viewsync("create", "-n", "good", "-S", server.socket).code == 0
    tab, view = server.open("proj", env={"VIEWSYNC_HOOKS": "0"})
    until(lambda: home.viewsync("sweep").code == 0 and home.rows()[view]["state"] == "open", "the view's row")
    data = home.registry()
    gui = {"start": 1.0, "told": 2.0, "ttys": [home.rows()[view]["tty"]], "changed": {}, "layout": []}
    bases = {"sessions": data["sessions"]["good"], "views": data["views"][view], "guis": gui}
    for where, base in bases.items():
        for number, bad in enumerate(BAD):
            data[where][f"bad-{number}"] = bad
            for key in KINDS[where]:
                data[where][f"{key}-{number}"] = {**base, key: bad}
        data[where] |= {name: base for name in BAD_TEXTS if name}
    path = os.path.join(home.state, ".sessions.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(data, file)
    for words in VERBS:
        done = home.viewsync(*words, timeout=300)
        assert done.code != 70, (words, done)
        assert words[0] in ("doctor", "reconcile") or done.code == 0, (words, done)
        assert words[0] != "list" or "good" in {session["name"] for session in done.json()["sessions"]}
    said = home.viewsync("doctor", "--json", timeout=300).json()["checks"]
    assert "reconcile --repair" in next(check for check in said if check["name"] == "registry")["hint"]
    before = home.registry()
    done = home.viewsync("reconcile", "--repair", timeout=300)
    assert done.code != 70, done
    assert "set-aside" in done.err
    (aside,) = (name for name in os.listdir(home.state) if ".sessions.json.set-aside-" in name)
    with open(os.path.join(home.state, aside), encoding="utf-8") as file:
        kept = json.load(file)
    assert not unusable_rows.of(RegistryFile(home.state).read())
    for where in SHAPES:
        for name in (f"bad-{number}" for number, bad in enumerate(BAD) if not isinstance(bad, dict)):
            assert kept[where][name] == before[where][name] == data[where][name]
    assert home.viewsync("registry", "validate").code == 0
    assert "good" in home.registry()["sessions"]
    assert view in home.rows()
    tab.hang_up()
