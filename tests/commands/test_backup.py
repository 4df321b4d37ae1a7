"""viewsync backup and restore-registry: a copy is whole or not there, and nothing is lost by putting one back."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import add_row, by_jq, rows
from viewsync.context import Context
from viewsync.registry import backups

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def test_there_and_back(server: Server, home: Home) -> None:
    for name in ("a", "b"):
        add_row(home, name, server, note={"by": name})
    by_jq(home, ".extra = 1")
    before = home.registry()
    made = home.viewsync("backup", "--json").json()
    assert made["sessions"] == 2
    assert os.path.dirname(made["file"]) == os.path.join(home.state, "backups")
    assert stat.S_IMODE(os.stat(made["file"]).st_mode) == 0o600
    by_jq(home, "del(.sessions.a) | .sessions.b.note = 1 | .sessions.c = .sessions.b")
    after = home.registry()
    assert home.viewsync("restore-registry", made["file"], "--dry-run").out.splitlines() == [
        "would add a",
        "would replace b",
        "would remove c",
    ]
    assert home.registry() == after
    done = home.viewsync("restore-registry", made["file"])
    *changes, last = done.out.splitlines()
    assert changes == ["add a", "replace b", "remove c"]
    assert {key: home.registry()[key] for key in before} == before
    with open(last.rpartition(" as ")[2], encoding="utf-8") as file:
        assert json.load(file)["sessions"] == after["sessions"]


def test_merge_adds_only_names_that_are_not_there(server: Server, home: Home) -> None:
    add_row(home, "a", server)
    add_row(home, "b", server)
    path = os.path.join(home.path, "copy.json")
    assert home.viewsync("backup", path).code == 0
    by_jq(home, "del(.sessions.a) | .sessions.b.note = 1 | .sessions.c = .sessions.b")
    done = home.viewsync("restore-registry", path, "--merge", "--json").json()
    assert (done["added"], done["replaced"], done["removed"]) == (["a"], [], [])
    assert set(rows(home)) == {"a", "b", "c"}
    assert rows(home)["b"]["note"] == 1


def test_what_is_known_of_views_that_live_stays(server: Server, home: Home) -> None:
    path = os.path.join(home.path, "copy.json")
    home.viewsync("backup", path)
    _, view = server.open("proj")
    home.viewsync("sweep")
    before = home.rows()[view]
    assert home.viewsync("restore-registry", path).code == 0
    assert home.rows()[view] == before


def test_a_file_that_is_there_is_not_written_over(home: Home) -> None:
    path = os.path.join(home.path, "copy.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write("precious")
    done = home.viewsync("backup", path)
    assert (done.code, done.err.count("\n")) == (1, 1)
    with open(path, encoding="utf-8") as file:
        assert file.read() == "precious"
    assert not [name for name in os.listdir(home.path) if ".tmp-" in name]


def test_a_place_that_cannot_be_written(home: Home) -> None:
    done = home.viewsync("backup", "/proc/nope/copy.json")
    assert (done.code, done.err.count("\n")) == (5, 1)


def test_two_of_one_second_are_two(home: Home) -> None:
    ctx = Context(home.env, clock=lambda: 1_795_000_000.0)
    assert len({backups.backup(ctx, "")[0] for _ in range(3)}) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{not json",
        "[]",
        "{}",
        '{"version": "1.0"}',
        '{"sessions": {}}',
        '{"version": "9.9", "sessions": {}}',
        '{"version": "1.0", "sessions": []}',
        '{"version": "1.0", "sessions": {"a": 1}}',
        '{"version": "1.0", "sessions": {"a": {}}}',
        '{"version": "1.0", "sessions": {"a": {"socket": "/s", "target": ""}}}',
        '{"version": "1.0", "sessions": {}, "views": 1}',
        "\x00\x01",
    ],
)
@pytest.mark.parametrize("words", [(), ("--merge",), ("--dry-run",)])
def test_a_bad_file_changes_nothing(server: Server, home: Home, text: str, words: tuple[str, ...]) -> None:
    add_row(home, "a", server)
    before = home.registry()
    path = os.path.join(home.path, "copy.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    done = home.viewsync("restore-registry", path, *words)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1), done
    assert home.registry() == before
    assert not os.path.exists(os.path.join(home.state, "backups"))


def test_no_such_file(home: Home) -> None:
    done = home.viewsync("restore-registry", os.path.join(home.path, "nope"))
    assert (done.code, done.err.count("\n")) == (1, 1)


def test_over_a_corrupt_registry_the_corrupt_one_is_kept(server: Server, home: Home) -> None:
    add_row(home, "a", server)
    path = os.path.join(home.path, "copy.json")
    home.viewsync("backup", path)
    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        file.write("{not json")
    assert home.viewsync("backup").code == 5
    assert home.viewsync("restore-registry", path).code == 0
    assert list(rows(home)) == ["a"]
    assert [name for name in os.listdir(home.state) if ".corrupt-" in name]
