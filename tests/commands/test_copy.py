"""viewsync copy: the same bytes under another name, in the place of another only where that was said."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.running import ONE, with_dev
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home

project = with_dev


def at(project: Project, name: str) -> Path:
    return Path(project.root, ".viewsync/commands", f"{name}.yaml")


def test_it_stands_where_the_original_does(home: Home, project: Project) -> None:
    done = project.viewsync("copy", "dev", "dev2", "--json")
    assert done.fields() == {
        "name": "dev2",
        "file": str(at(project, "dev2")),
        "own": False,
        "source": str(at(project, "dev")),
        "replaced": False,
    }
    assert at(project, "dev2").read_text() == ONE
    own = Path(home.path, "config/commands")
    assert project.viewsync("copy", "dev2", "mine", "--to-own").code == 0
    assert home.viewsync("copy", "mine", "mine2").code == 0
    assert sorted(os.listdir(own)) == ["mine.yaml", "mine2.yaml"]
    assert project.viewsync("copy", "mine2", "back", "--to-here").code == 0
    assert at(project, "back").read_text() == ONE
    loose = Path(project.root, "loose.yaml")
    loose.write_text(ONE)
    assert project.viewsync("copy", "./loose.yaml", "fourth").code == 0
    assert at(project, "fourth").exists()


def test_a_taken_name_is_refused_and_replaced_by_yes(project: Project) -> None:
    project.command("other", "description: other\n")
    done = project.viewsync("copy", "dev", "other")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert f"already exists: {at(project, 'other')} (give another name, or pass --yes to replace it)" in done.err
    assert at(project, "other").read_text() == "description: other\n"
    assert project.viewsync("copy", "dev", "other", "--yes", "--json").fields()["replaced"]
    assert at(project, "other").read_text() == ONE


def test_an_ending_hides_no_other(project: Project) -> None:
    """NAME.yml is the command NAME, too."""
    project.write(".viewsync/commands/other.yml", "description: other\n")
    done = project.viewsync("copy", "dev", "other")
    assert (done.code, "other.yml" in done.err) == (1, True)
    assert not at(project, "other").exists()


@pytest.mark.parametrize(("answer", "code", "then"), [("y", 0, ONE), ("", 1, "description: other\n")])
def test_at_a_terminal_it_asks(home: Home, project: Project, answer: str, code: int, then: str) -> None:
    project.command("other", "description: other\n")
    tab = home.program(["sh", "-c", 'cd "$1" && exec "$0" copy dev other', home.launcher, project.root])
    until(lambda: "Replace it? [y/N]" in tab.text(), "the question")
    tab.type(f"{answer}\n")
    assert tab.wait() == code
    assert at(project, "other").read_text() == then


def test_what_cannot_be_copied(project: Project) -> None:
    project.write("loose.yaml", "naem: shop\n")
    for words, said in (
        (["dve", "x"], "did you mean dev?"),
        (["dev", "dev", "--yes"], "is what is to be copied"),
        (["dev", "a/b"], "not the name of a command"),
        (["dev", "x", "--own"], "no command 'dev' of your own"),
        (["./loose.yaml", "x"], "loose.yaml:1: there is no key 'naem'"),
    ):
        done = project.viewsync("copy", *words)
        assert (done.code, done.err.count("\n"), said in done.err) == (1, 1, True), done
    assert os.listdir(at(project, "x").parent) == ["dev.yaml"]
    assert at(project, "dev").read_text() == ONE


def test_where_a_link_leads_nothing_is_replaced(home: Home, project: Project) -> None:
    """What is the user's own by a link may be a project's file."""
    own = Path(home.path, "config/commands")
    own.mkdir(parents=True)
    for name, target in (("dev", at(project, "dev")), ("gone", "nowhere"), ("loop", "loop.yaml")):
        (own / f"{name}.yaml").symlink_to(target)
    project.command("other", "description: other\n")
    for name in ("dev", "gone", "loop"):
        done = project.viewsync("copy", "other", name, "--to-own", "--yes")
        assert (done.code, f"{name}.yaml is a link to" in done.err, done.err.count("\n")) == (1, True, 1), done
    assert at(project, "dev").read_text() == ONE
    done = project.viewsync("new", "gone", "--own")
    assert (done.code, "a link that leads nowhere" in done.err) == (1, True)
