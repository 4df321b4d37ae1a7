"""What a project file said is taken from what was kept only where its text, its path and our edition are the same."""

from __future__ import annotations

import json
import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewsync.project_files import yaml_files
from viewsync.project_files.rules.nodes import Node, Unfit
from viewsync.store import parsed_files

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
name: web
windows:
  - name: one # two
    panes: [{commands: [ls, 'a: b']}, ~, 1.10, yes]
  - &a |
    x
    y
  - *a
"""


def files(state: Path) -> list[str]:
    folder = state / parsed_files.FOLDER
    return sorted(os.listdir(folder)) if folder.exists() else []


@pytest.fixture
def written(tmp_path: Path) -> str:
    path = tmp_path / "web.yaml"
    path.write_text(TEXT)
    return str(path)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    return folder


def kept(state: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> Node:
    """As it is read where PyYAML cannot be had."""
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "yaml", None)
        return yaml_files.load(path, str(state))


def test_the_second_reading_says_the_same_without_the_parser(
    state: Path, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = yaml_files.load(written, str(state))
    assert first == yaml_files.load(written)
    assert kept(state, written, monkeypatch) == first
    assert list(first.fields) == ["name", "windows"]
    place = state / parsed_files.FOLDER / files(state)[0]
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | _TEXT,
        lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner),
    )
)
def test_whatever_it_says_is_kept_as_it_is(said: object) -> None:
    node = yaml_files.parse(yaml_files.dump(said), "f")
    assert yaml_files._kept_node(json.loads(json.dumps(yaml_files._as_kept(node))), "f") == node


def test_another_text_is_read_anew(state: Path, written: str) -> None:
    yaml_files.load(written, str(state))
    for text in (TEXT.replace("web", "wob"), TEXT + "\n"):
        with open(written, "w") as file:
            file.write(text)
        assert yaml_files.load(written, str(state)) == yaml_files.parse(text, written)
    assert len(files(state)) == 1


def test_a_file_that_is_wrong_is_wrong_each_time_and_nothing_is_kept_of_it(state: Path, written: str) -> None:
    with open(written, "w") as file:
        file.write("a: [")
    for _ in range(2):
        with pytest.raises(Unfit):
            yaml_files.load(written, str(state))
    assert files(state) == []


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "[1, 2, 3, 4]", "EDITION", "PATH", "SHAPE", "DEEP", "\0"])
def test_what_was_kept_and_is_not_understood_does_no_harm(state: Path, written: str, content: str) -> None:
    before = yaml_files.load(written, str(state))
    place = state / parsed_files.FOLDER / files(state)[0]
    found = json.loads(place.read_text())
    if content == "EDITION":
        found[0], found[3] = "another", ["string", 1, "wrong", 1, [], {}]
    elif content == "PATH":
        found[1], found[3] = "/another", ["string", 1, "wrong", 1, [], {}]
    elif content == "SHAPE":
        found[3] = ["object", 1, "", 1, [], [1]]
    place.write_text("[" * 100_000 if content == "DEEP" else json.dumps(found) if content.isupper() else content)
    assert yaml_files.load(written, str(state)) == before


def test_where_nothing_can_be_kept_it_is_read_all_the_same(state: Path, written: str) -> None:
    (state / parsed_files.FOLDER).write_text("a file of somebody's")
    before = yaml_files.parse(TEXT, written)
    assert yaml_files.load(written, str(state)) == before
    assert yaml_files.load(written, str(state / "missing")) == before
    assert [name for name in os.listdir(state) if name != parsed_files.FOLDER]  # set aside, as it was


def test_what_was_parsed_longest_ago_goes(state: Path, tmp_path: Path) -> None:
    for number in range(70):
        path = tmp_path / f"{number}.yaml"
        path.write_text(f"a: {number}\n")
        yaml_files.load(str(path), str(state))
    assert len(files(state)) == 64
    parser = json.loads((state / parsed_files.FOLDER / files(state)[0]).read_text())[0]
    assert parsed_files.find(str(state), str(tmp_path / "69.yaml"), "a: 69\n", parser)
    assert parsed_files.find(str(state), str(tmp_path / "0.yaml"), "a: 0\n", parser) is None


@pytest.mark.parametrize(
    "text",
    [
        "secrets: [PLAIN]\nenvironment: {PLAIN: hunter2}\n",
        "environment: {API_TOKEN: hunter2}\n",
        "session: {windows: [{panes: ['export DB_PASSWORD=hunter2']}]}\n",
        "steps:\n  - run: |\n      make\n      curl --api-key=hunter2 x\n",
        "url: https://me:hunter2@example.org/\n",
        "environment: {API_TOKEN: 5550123}\n",
        "arguments: {db_password: {default: hunter2}}\n",
        "windows: [{command: mysql --password hunter2}]\n",
        "windows: [{command: \"export DB_PASSWORD='hunter2'\"}]\n",
        "windows: [{command: 'curl -H \"Authorization: Bearer hunter2\" x'}]\n",
        'windows: [{command: \'echo {"token":"hunter2"}\'}]\n',
    ],
)
def test_what_may_be_a_secret_is_not_kept_nor_is_what_was_kept_before(state: Path, written: str, text: str) -> None:
    yaml_files.load(written, str(state))
    assert len(files(state)) == 1
    with open(written, "w") as file:
        file.write(text)
    for _ in range(2):
        assert yaml_files.load(written, str(state)) == yaml_files.parse(text, written)
        assert files(state) == []


def test_nothing_is_kept_of_a_file_whose_project_has_secrets(state: Path, written: str) -> None:
    yaml_files.load(written, str(state))
    assert yaml_files.load(written, str(state), keep=False) == yaml_files.parse(TEXT, written)
    assert files(state) == []


def test_remarks_are_written_nowhere(state: Path, written: str) -> None:
    with open(written, "w") as file:
        file.write(TEXT + "# hunter2\n")
    yaml_files.load(written, str(state))
    assert "hunter2" not in (state / parsed_files.FOLDER / files(state)[0]).read_text()
