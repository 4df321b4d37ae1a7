"""viewsync remove: one command's file, after asking, and never a session."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.running import ran, unstarted, with_dev
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home, Server

project, server = with_dev, unstarted


def file_of(project: Project) -> Path:
    return Path(project.root, ".viewsync/commands/dev.yaml")


def test_it_asks_first_and_says_what_runs_on(project: Project, server: Server) -> None:
    project.command("other", "session: {task: other}\n")
    ran(project, server, "dev")
    ran(project, server, "other")
    done = project.viewsync("remove", "dev")
    assert (done.code, done.out, "pass --yes" in done.err) == (1, "", True)
    planned = project.viewsync("remove", "dev", "--dry-run", "--json").fields()
    assert (planned["removed"], planned["sessions"]) == (False, ["myapp-main-dev"])
    assert file_of(project).exists()
    done = project.viewsync("remove", "dev", "--yes", "--json")
    assert done.fields() == {
        "name": "dev",
        "file": str(file_of(project)),
        "own": False,
        "sessions": ["myapp-main-dev"],
        "removed": True,
        "dry_run": False,
    }
    assert "its session myapp-main-dev runs on; `viewsync stop myapp-main-dev` ends it" in done.err
    assert os.listdir(file_of(project).parent) == ["other.yaml"]
    assert sorted(server.sessions()) == ["myapp-main-dev", "myapp-main-other"]
    assert project.viewsync("stop", "dev").code == 0  # its command is still known by name
    assert server.sessions() == ["myapp-main-other"]


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("\n", 1), ("\x04", 1)])
def test_at_a_terminal_it_asks(home: Home, project: Project, answer: str, code: int) -> None:
    tab = home.program(["sh", "-c", 'cd "$1" && exec "$0" remove dev', home.launcher, project.root])
    until(lambda: "dev.yaml? [y/N]" in tab.text(), "the question")
    tab.type(answer)
    assert tab.wait() == code
    assert file_of(project).exists() == bool(code)


def test_of_a_link_it_is_the_link_and_elsewhere_nothing_goes(home: Home, project: Project) -> None:
    own = Path(home.path, "config/commands")
    own.mkdir(parents=True)
    (own / "mine.yaml").symlink_to(file_of(project))
    loose = Path(project.root, "loose.yaml")
    loose.write_text("")
    done = project.viewsync("remove", "./loose.yaml", "--yes")
    assert (done.code, "not in a folder of commands" in done.err) == (1, True)
    assert loose.exists()
    assert project.viewsync("remove", "mine", "--here", "--yes").code == 1
    assert home.viewsync("remove", "mine", "--yes").code == 0
    assert (os.listdir(own), file_of(project).exists()) == ([], True)
    done = project.viewsync("remove", "dve", "--yes")
    assert (done.code, "did you mean dev?" in done.err) == (1, True)
    assert project.viewsync("remove", "dev", "--own", "--yes").code == 1
    assert file_of(project).exists()


def test_a_server_that_does_not_answer_stops_nothing(project: Project, server: Server) -> None:
    """What runs on is not known then, and it is said."""
    Path(project.home.state).mkdir(mode=0o700)
    Path(project.home.state, ".sessions.json").write_text("{")
    os.chmod(project.home.state, 0o700)
    done = project.viewsync("remove", "dev", "--yes", env={"VIEWSYNC_TMUX": "/nowhere/tmux"})
    assert (done.code, "cannot tell which sessions of it run" in done.err) == (0, True), done
    assert not file_of(project).exists()
