"""The cleanup steps that wait: each begins once, whoever takes them."""

from __future__ import annotations

import os
import stat

import pytest

from viewsync.store import pending_steps

KEY = pending_steps.key("12.34", "$7")
RECORD = {"name": "x", "socket": "/s", "server": "12.34", "session_id": "$7", "steps": []}


def waiting(folder: str) -> pending_steps.PendingEntry:
    pending_steps.write(folder, KEY, RECORD)
    (found,) = pending_steps.entries(folder)
    return found


def test_what_was_written_is_found_and_private(tmp_path: os.PathLike[str]) -> None:
    folder = os.fspath(tmp_path)
    assert not pending_steps.any_waiting(folder)
    entry = waiting(folder)
    assert (entry.key, entry.record, entry.owner, entry.begun) == ("12.34-7", RECORD, 0, 0)
    assert stat.S_IMODE(os.stat(entry.path).st_mode) == 0o600
    assert pending_steps.any_waiting(folder)


def test_only_one_of_two_has_it(tmp_path: os.PathLike[str]) -> None:
    entry = waiting(os.fspath(tmp_path))
    claimed = pending_steps.claim(entry, 1.5)
    assert claimed is not None
    assert pending_steps.claim(entry, 1.5) is None
    assert pending_steps.entries(os.fspath(tmp_path)) == [claimed]


def test_how_far_it_is_survives(tmp_path: os.PathLike[str]) -> None:
    folder = os.fspath(tmp_path)
    claimed = pending_steps.claim(waiting(folder), 1.5)
    assert claimed is not None
    begun = pending_steps.begin(claimed, 2)
    assert begun is not None
    assert pending_steps.begin(claimed, 3) is None  # somebody has moved it
    (found,) = pending_steps.entries(folder)
    assert (found.owner, found.owner_start, found.begun) == (os.getpid(), 1.5, 2)
    again = pending_steps.claim(found, 2.5)
    assert again is not None
    assert again.begun == 2
    pending_steps.remove(again)
    assert pending_steps.entries(folder) == []


def test_what_is_no_entry_is_left_alone(tmp_path: os.PathLike[str]) -> None:
    folder = os.path.join(os.fspath(tmp_path), pending_steps.FOLDER)
    os.mkdir(folder)
    for name, text in (("12.34-7.json", "{"), ("note", "{}"), ("12.34-8.json", "[]"), ("12.34-9.json.tmp-1", "{}")):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    assert pending_steps.entries(os.fspath(tmp_path)) == []
    assert len(os.listdir(folder)) == 4


NO_TEXT: list[object] = [7, [], "a\0", None]
BAD: list[tuple[str, object]] = [
    *((key, value) for key in ("socket", "server", "session_id", "name", "root") for value in NO_TEXT),
    ("socket", "relative"),
    ("steps", {}),
    ("steps", [7]),
    ("steps", [{"command": []}]),
    ("steps", [{"command": "x", "timeout": "long", "environment": {"A": 1}}]),
    ("bases", "/"),
    ("bases", [7]),
    ("trusted", {"a": 1}),
    ("variables", {"A": []}),
    ("path", "\ud800"),
]


@pytest.mark.parametrize(("key", "value"), BAD)
def test_one_that_cannot_be_used_is_named_and_stops_no_other(
    tmp_path: os.PathLike[str], key: str, value: object
) -> None:
    folder = os.fspath(tmp_path)
    pending_steps.write(folder, KEY, {**RECORD, "odd": {"newer": [1]}, "bases": [], "windows": ["@1"]})
    bad = pending_steps.key("12.34", "$8")
    pending_steps.write(folder, bad, {**RECORD, key: value})
    assert [entry.key for entry in pending_steps.entries(folder)] == [KEY]
    (path,) = pending_steps.unusable(folder)
    assert pending_steps.problem(folder, bad)
    assert not pending_steps.problem(folder, KEY)
    with open(path, "rb") as file:
        before = file.read()
    with open(pending_steps.set_aside(path, 1.0), "rb") as file:
        assert file.read() == before
    assert pending_steps.unusable(folder) == {}
