"""viewsync new: a command file where it is asked for, from a template or from what runs, and never over another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.running import ran, unstarted
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Done, Home, Server

server = unstarted

TEMPLATE = "description: mine\nsession:\n  windows: [{name: one}]\n"


def own(home: Home, name: str) -> Path:
    return Path(home.path, "config/commands", f"{name}.yaml")


def new(home: Home, *words: str, cwd: str = "", **env: str) -> Done:
    return home.call([home.launcher, "new", *words], {**home.env, **env}, cwd=cwd or home.path)


def test_a_template_becomes_a_command_that_runs(project: Project, server: Server) -> None:
    os.mkdir(os.path.join(project.root, "sub"))
    done = project.viewsync("new", "dev", "--json", cwd=f"{project.root}/sub")
    file = os.path.join(project.root, ".viewsync/commands/dev.yaml")
    assert done.code == 0, done
    assert (done.fields()["file"], done.fields()["own"], done.fields()["edited"]) == (file, False, False)
    assert ran(project, server, "dev")["windows"] == ["window 'editor'", "window 'shell'"]
    before = Path(file).read_text()
    again = project.viewsync("new", "dev", "--yes")
    assert (again.code, again.out, again.err.count("\n")) == (1, "", 1)
    assert f"already exists: {file} (`viewsync edit dev` changes it)" in again.err
    assert Path(file).read_text() == before


def test_the_users_templates_come_first_and_are_looked_at(home: Home, project: Project) -> None:
    folder = Path(home.path, "config/templates")
    folder.mkdir(parents=True)
    (folder / "command.yaml").write_text(TEMPLATE)
    (folder / "bad.yaml").write_text("session:\n  widnows: []\n")
    assert project.viewsync("new", "dev").code == 0
    assert Path(project.root, ".viewsync/commands/dev.yaml").read_text() == TEMPLATE
    done = project.viewsync("new", "other", "--template", "bad")
    assert (done.code, "other.yaml:2: there is no key 'widnows'" in done.err) == (1, True)
    done = project.viewsync("new", "other", "--template", "comand")
    assert (done.code, "did you mean command?" in done.err) == (1, True)
    assert os.listdir(os.path.join(project.root, ".viewsync/commands")) == ["dev.yaml"]


def test_outside_of_a_project_it_asks_whose_it_is(home: Home) -> None:
    done = new(home, "dev")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "--own" in done.err
    assert "--here" in done.err
    assert not own(home, "dev").exists()
    assert new(home, "dev", "--yes").code == 0
    assert own(home, "dev").exists()
    assert new(home, "dev", "--own").code == 1
    place = Path(home.path, "place")
    place.mkdir()
    assert new(home, "dev", "--here", cwd=str(place)).code == 0
    assert (place / ".viewsync/commands/dev.yaml").exists()


def test_at_a_terminal_it_asks_and_opens_an_editor(home: Home) -> None:
    words = ["sh", "-c", 'cd / && exec "$0" new dev', home.launcher]
    refused = home.program(words)
    until(lambda: "[Y/n]" in refused.text(), "the question")
    refused.type("n\n")
    assert refused.wait() == 1
    assert not own(home, "dev").exists()
    tab = home.program(words, {"EDITOR": "sed -i s/editor/edited/"})
    until(lambda: "[Y/n]" in tab.text(), "the question")
    tab.type("\n")
    assert tab.wait() == 0, tab.text()
    assert "name: edited" in own(home, "dev").read_text()
    tab = home.program(["sh", "-c", 'cd / && exec "$0" new other --own', home.launcher], {"EDITOR": "false"})
    assert tab.wait() == 1
    assert f"wrote {own(home, 'other')}" in tab.text()
    assert "`false` ended with 1" in tab.text()


@pytest.mark.parametrize("name", ["", "a/b", "../x", ".hidden", "dev.yaml", "dev.yml", "a b", "x\n"])
def test_what_is_no_name_makes_nothing(home: Home, name: str) -> None:
    done = new(home, "--own", "--", name)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "not the name of a command" in done.err
    assert not own(home, "x").parent.exists()


def test_on_a_disk_that_is_full_nothing_is_left(home: Home) -> None:
    folder = Path(home.path, "place")
    folder.mkdir()
    argv = ["sh", "-c", 'ulimit -f 0; exec "$0" new dev --here', home.launcher]
    done = home.call(argv, home.env, cwd=str(folder))
    assert (done.code, "cannot create" in done.err, done.err.count("\n")) == (1, True, 1), done
    assert os.listdir(folder) == []


def test_what_runs_becomes_a_command(home: Home, project: Project, server: Server) -> None:
    sub = os.path.join(project.root, "sub")
    os.mkdir(sub)
    server.start("-s", "hand", "-n", "edit", "-c", sub)
    server.tmux("new-window", "-t", "=hand:", "-n", "logs", "-c", "/")
    done = project.viewsync("new", "again", "--from", "hand", "--json")
    assert done.code == 0, done
    assert done.fields()["session"] == "hand"
    text = Path(done.fields()["file"]).read_text()
    assert "working_directory: sub\n" in text
    done = project.viewsync("new", "mine", "--own", "--from", "hand", "--json")
    assert done.code == 0, done
    assert "working_directory: myapp/sub\n" in own(home, "mine").read_text()
    done = project.viewsync("new", "third", "--from", "hnad")
    assert (done.code, "did you mean hand?" in done.err) == (3, True)
    done = project.viewsync("new", "third", "--from", ".")
    assert (done.code, "in no tmux session" in done.err) == (1, True)
    made = Path(project.root, ".viewsync/commands/fourth.yaml")
    server.tmux("respawn-pane", "-k", "-t", "=hand:logs", "-c", project.root, project.home.launcher, "new", "fourth",
                "--from", ".", "--no-edit")  # fmt: skip
    until(made.exists, "its file")
    assert "frozen" in made.read_text()
