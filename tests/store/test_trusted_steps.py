"""The store of what is trusted: whole or not at all, and no yes is lost."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest

from viewsync.errors import StateError
from viewsync.store import trusted_steps

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_said_yes_to_is_found_for_that_project_and_command_alone(tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert trusted_steps.read(folder) == {}
    trusted_steps.add(folder, "/p", "dev", ["one", "two"], 5.0, 1.0)
    found = trusted_steps.read(folder)
    assert trusted_steps.sets(found, "/p", "dev") == [["one", "two"]]
    assert trusted_steps.sets(found, "/p", "other") == []
    assert trusted_steps.sets(found, "/q", "dev") == []


def test_what_was_said_yes_to_before_is_kept_the_last_first_and_each_once(tmp_path: Path) -> None:
    folder = str(tmp_path)
    for items in (["one"], ["two"], ["one"], *([str(number)] for number in range(30))):
        trusted_steps.add(folder, "/p", "dev", items, 5.0, 1.0)
    found = trusted_steps.sets(trusted_steps.read(folder), "/p", "dev")
    assert found[:2] == [["29"], ["28"]]
    assert len(found) == 21
    trusted_steps.add(folder, "/q", "dev", ["one"], 5.0, 1.0)
    trusted_steps.add(folder, "/q", "dev", ["two"], 5.0, 1.0)
    trusted_steps.add(folder, "/q", "dev", ["one"], 5.0, 1.0)
    assert trusted_steps.sets(trusted_steps.read(folder), "/q", "dev") == [["one"], ["two"]]


def test_a_revoked_one_is_gone(tmp_path: Path) -> None:
    folder = str(tmp_path)
    trusted_steps.add(folder, "/p", "dev", ["one"], 5.0, 1.0)
    assert trusted_steps.revoke(folder, "/p", "dev", 1.0)
    assert not trusted_steps.revoke(folder, "/p", "dev", 1.0)
    assert trusted_steps.read(folder) == {}


def test_many_at_once_lose_none(tmp_path: Path) -> None:
    folder = str(tmp_path)
    threads = [
        threading.Thread(target=trusted_steps.add, args=(folder, "/p", f"c{number}", ["x"], 1.0, 60.0))
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(trusted_steps.read(folder)["/p"]) == 20


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"version": 2, "trusted": {}}', '{"version": 1, "trusted": []}'],
)
def test_what_is_not_understood_trusts_nothing_and_is_not_overwritten(tmp_path: Path, text: str) -> None:
    (tmp_path / trusted_steps.FILE).write_text(text)
    with pytest.raises(StateError):
        trusted_steps.read(str(tmp_path))
    with pytest.raises(StateError):
        trusted_steps.add(str(tmp_path), "/p", "dev", ["x"], 1.0, 1.0)
    assert (tmp_path / trusted_steps.FILE).read_text() == text


BAD_ENTRIES: tuple[object, ...] = (
    {"items": [1]},
    {"items": ["x"], "before": 7},
    [],
    None,
    {"items": "x"},
    {"items": ["x"], "before": [[1]]},
)


def test_an_entry_that_is_not_understood_trusts_nothing_and_stops_no_other(tmp_path: Path) -> None:
    folder = str(tmp_path)
    bad = {f"bad-{number}": entry for number, entry in enumerate(BAD_ENTRIES)}
    everything = {"/p": {"dev": {"at": 1.0, "items": ["yes"]}, **bad}, "/q": 7}
    (tmp_path / trusted_steps.FILE).write_text(json.dumps({"version": 1, "trusted": everything}))
    found = trusted_steps.read(folder)
    assert list(found) == ["/p"]
    assert trusted_steps.sets(found, "/p", "dev") == [["yes"]]
    assert not any(trusted_steps.sets(found, "/p", name) for name in bad)
    assert trusted_steps.unusable(folder) == [*(f"{name} in /p" for name in bad), "/q"]
    trusted_steps.add(folder, "/r", "dev", ["x"], 2.0, 10.0)
    assert trusted_steps.revoke(folder, "/p", "dev", 10.0)
    after = json.loads((tmp_path / trusted_steps.FILE).read_text())["trusted"]
    assert after == {"/p": bad, "/q": 7, "/r": {"dev": {"at": 2.0, "items": ["x"], "before": []}}}
