"""viewsync stop: the session of this folder's project, or the one that is named by itself or its command."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.support.projects import Project
from tests.support.running import ONE, ran, unstarted, with_dev
from tests.support.sessions import create, rows

if TYPE_CHECKING:
    from tests.support.server import Home, Server

project, server = with_dev, unstarted


def test_without_a_name_it_is_the_one_of_this_folder(home: Home, project: Project, server: Server) -> None:
    other = Project(home, "other")
    other.command("dev", ONE)
    os.mkdir(os.path.join(project.root, "sub"))
    ran(project, server, "dev")
    ran(other, server, "dev")
    create(server, "web")
    planned = project.viewsync("stop", "--dry-run", "--json", cwd=f"{project.root}/sub").fields()
    assert (planned["name"], planned["status"]) == ("myapp-main-dev", "alive")
    done = project.viewsync("stop", cwd=f"{project.root}/sub")
    assert (done.code, done.out) == (0, "ended myapp-main-dev\n")
    assert sorted(server.sessions()) == ["other-main-dev", "web"]
    assert sorted(rows(home)) == ["other-main-dev", "web"]
    done = project.viewsync("stop")
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert "has no session" in done.err
    done = home.call([home.launcher, "stop"], home.env, cwd="/")
    assert (done.code, "not in a project" in done.err) == (1, True)
    for folder in (project.root, "/"):  # the command that `run` would take there is another one, or none
        done = home.call([home.launcher, "stop", "dev"], home.env, cwd=folder)
        assert (done.code, "has other-main-dev elsewhere" in done.err) == (3, True)
    assert sorted(server.sessions()) == ["other-main-dev", "web"]


def test_one_of_ones_own_goes_by_its_name_but_where_the_projects_comes_first(project: Project, server: Server) -> None:
    for name in ("dev", "notes"):
        assert project.viewsync("copy", "dev", name, "--to-own").code == 0
    ran(project, server, "notes", "name=x")
    done = project.home.call([project.home.launcher, "run", "dev", "name=y", "--json"], project.home.env, cwd="/")
    assert done.code == 0, done
    assert sorted(server.sessions()) == ["dev-y", "notes-x"]
    assert project.viewsync("stop", "dev").code == 3
    assert project.viewsync("stop", "notes").code == 0
    assert server.sessions() == ["dev-y"]
    assert project.home.call([project.home.launcher, "stop", "dev"], project.home.env, cwd="/").code == 0
    assert server.sessions() == []


def test_of_several_none_ends_and_all_are_named(project: Project, server: Server) -> None:
    project.command("other", "session: {task: other}\n")
    for words in (["dev"], ["dev", "name=two"], ["other"]):
        ran(project, server, *words)
    done = project.viewsync("stop")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "3 sessions: myapp-main-dev, myapp-main-other, myapp-main-two" in done.err
    done = project.viewsync("stop", "dev")
    assert (done.code, "2 sessions: myapp-main-dev, myapp-main-two" in done.err) == (1, True)
    assert len(server.sessions()) == 3
    assert project.viewsync("stop", "other").code == 0
    assert project.viewsync("stop", "myapp-main-dev").code == 0
    assert project.viewsync("stop", "dev").code == 0
    assert server.sessions() == []


def test_one_that_is_gone_does_not_make_it_several(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    ran(project, server, "dev", "name=two")
    server.tmux("kill-session", "-t", "=myapp-main-two")
    assert project.viewsync("stop", "--json").fields()["name"] == "myapp-main-dev"
    done = project.viewsync("stop")
    assert (done.code, done.out) == (0, "forgot myapp-main-two, which was no longer running\n")
    assert rows(project.home) == {}


def test_a_worktrees_folder_means_its_own(project: Project, server: Server) -> None:
    project.repository()
    project.command("side", "worktree: {branch: '{{branch}}'}\nsession: {}\n")
    project.git("add", "-A")
    project.git("commit", "-q", "-m", "commands")
    ran(project, server, "dev")
    ran(project, server, "side", "branch=b")
    tree = next(line for line in project.git("worktree", "list").splitlines() if "[b]" in line).split()[0]
    assert project.viewsync("stop", "--dry-run", "--json", cwd=tree).fields()["name"] == "myapp-b-dev"
    assert project.viewsync("stop", "--dry-run", "--json").fields()["name"] == "myapp-main-dev"


def test_what_is_not_there_names_what_is_near(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    done = project.viewsync("stop", "myapp-main-dve")
    assert (done.code, "did you mean myapp-main-dev?" in done.err) == (3, True)
    create(server, "web")
    done = project.viewsync("stop", "web")
    assert (done.code, "`viewsync kill web`" in done.err) == (3, True)
    assert sorted(server.sessions()) == ["myapp-main-dev", "web"]


def test_a_name_that_two_can_mean_ends_neither(home: Home, project: Project, server: Server) -> None:
    """A session of that very name, here one of the user's own, and the command that `run` would take."""
    assert project.viewsync("copy", "dev", "--to-own", "dev").code == 0
    home.call([home.launcher, "run", "dev"], home.env, cwd="/")
    ran(project, server, "dev")
    assert sorted(server.sessions()) == ["dev", "myapp-main-dev"]
    for words in (["stop", "dev"], ["stop", "dev", "--dry-run"]):
        done = project.viewsync(*words)
        assert (done.code, "'dev' can mean 2 sessions: dev, myapp-main-dev" in done.err) == (1, True), done
    assert sorted(server.sessions()) == ["dev", "myapp-main-dev"]
    assert home.call([home.launcher, "stop", "dev"], home.env, cwd="/").code == 0
    assert server.sessions() == ["myapp-main-dev"]
    assert project.viewsync("stop", "dev").code == 0
    assert server.sessions() == []


def test_in_a_worktree_the_session_of_another_one_is_not_meant(project: Project, server: Server) -> None:
    project.repository()
    project.git("add", "-A")
    project.git("commit", "-q", "-m", "commands")
    tree = os.path.join(project.home.path, "tree")
    server.start()
    project.git("worktree", "add", "-q", "-b", "side", tree)
    ran(project, server, "dev")
    done = project.viewsync("stop", cwd=tree)
    assert (done.code, "this worktree has no session" in done.err, "myapp-main-dev" in done.err) == (3, True, True), (
        done
    )
    made = project.viewsync("run", "dev", "--json", cwd=tree).fields()
    assert made["name"] == "myapp-side-dev"
    assert project.viewsync("stop", "--dry-run", "--json").fields()["name"] == "myapp-main-dev"
    assert project.viewsync("stop", cwd=tree).out == "ended myapp-side-dev\n"
    project.git("checkout", "-q", "-b", "later")
    assert project.viewsync("stop").out == "ended myapp-main-dev\n"
    project.viewsync("run", "dev", cwd=tree)
    done = project.viewsync("stop")
    assert (done.code, "this worktree has no session" in done.err) == (3, True), done


def test_what_keeps_it_is_also_said_beforehand(project: Project, server: Server) -> None:
    project.command("dev", ONE + "  cleanup_steps: [{run: touch ended}]\n")
    assert project.viewsync("trust", "dev", "--yes").code == 0
    ran(project, server, "dev")
    assert project.viewsync("open", "myapp-main-dev", "--json").code == 0
    view = next(name for name in server.sessions() if "-view-" in name)
    for keep, let_go, said in (
        (["pin", view], ["pin", "--off", view], f"the view '{view}' of it is pinned"),
        (["quarantine", "-s", "myapp-main-dev"], ["release", "-s", "myapp-main-dev"], "is quarantined"),
    ):
        assert project.viewsync(*keep).code == 0
        for words in (["stop", "--dry-run"], ["stop"], ["kill-session", "myapp-main-dev", "--dry-run"]):
            done = project.viewsync(*words)
            assert (done.code != 0, said in done.err, done.out) == (True, True, ""), done
        assert project.viewsync(*let_go).code == 0
    assert not os.path.exists(os.path.join(project.root, "ended"))
    assert sorted(server.sessions()) == ["myapp-main-dev", view]
