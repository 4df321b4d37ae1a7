"""Which files a command is made of."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from viewsync.errors import UsageError
from viewsync.project_files import locating

if TYPE_CHECKING:
    from tests.support.server import Home


def test_the_first_folder_above_that_has_one_is_the_project(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    outer, inner = Project(home), Project(home, "myapp/sub")
    outer.command("dev", "")
    file = inner.command("dev", "")
    deep = os.path.join(inner.root, "a", "b")
    os.makedirs(deep)
    monkeypatch.chdir(deep)
    assert locating.locate("dev", home.env) == locating.Located("dev", inner.root, file, "")
    monkeypatch.chdir(outer.root)
    assert locating.locate("dev", home.env).root == outer.root == locating.project_root()


def test_both_layouts_and_both_endings(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(home, folder=".prj")
    prj = project.command("dev", "")
    settings = project.settings("")
    monkeypatch.chdir(project.root)
    assert locating.locate("dev", home.env) == locating.Located("dev", project.root, prj, settings)
    ours = project.write(".viewsync/commands/dev.yml", "")
    own = project.write(".viewsync/project.yml", "")
    assert locating.locate("dev", home.env) == locating.Located("dev", project.root, ours, own)
    assert locating.names(project.root) == ["dev"]


def test_a_path_is_a_path(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(home, "a 'b\" c")
    file = project.command("dev", "")
    loose = project.write("loose/x.yaml", "")
    monkeypatch.chdir(home.path)
    assert locating.locate(file, home.env) == locating.Located("dev", project.root, file, "")
    monkeypatch.chdir(os.path.dirname(loose))
    assert locating.locate("x.yaml", home.env) == locating.Located("x", project.root, loose, "")
    with pytest.raises(UsageError, match="there is no file"):
        locating.locate("./y.yaml", home.env)


def test_a_command_that_is_not_there(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.path)
    with pytest.raises(UsageError, match=r"no \.viewsync or \.prj in"):
        locating.locate("dev", home.env)
    project = Project(home)
    project.command("dev-session", "")
    project.command("other", "")
    monkeypatch.chdir(project.root)
    with pytest.raises(UsageError) as caught:
        locating.locate("dev-sesion", home.env)
    assert caught.value.message == f"there is no command 'dev-sesion' in {project.root}/.viewsync/commands"
    assert caught.value.hint == "did you mean dev-session? there are: dev-session, other"


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a\0b"])
def test_what_is_no_name_names_no_file(home: Home, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    project = Project(home)
    project.write(".viewsync/commands/.hidden.yaml", "")
    monkeypatch.chdir(project.root)
    with pytest.raises(UsageError, match=r"there is no command|needs a name"):
        locating.locate(name, home.env)


def test_a_folder_that_is_gone(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = os.path.join(home.path, "gone")
    os.mkdir(gone)
    monkeypatch.chdir(gone)
    os.rmdir(gone)
    with pytest.raises(UsageError, match="the current folder cannot be used"):
        locating.locate("dev", home.env)


def test_a_step_is_a_program_of_the_project(home: Home) -> None:
    project = Project(home)
    path = project.write(".prj/steps/build", "#!/bin/sh\n", program=True)
    project.write(".viewsync/steps/plain", "")
    assert locating.step(project.root, "build") == path
    assert locating.step(project.root, "plain") == ""
    assert locating.step(project.root, "../steps/build") == ""
