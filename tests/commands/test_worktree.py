"""Worktrees of project sessions: made first, reused, and removed with the sessions in them and only those."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from tests.support.sessions import note_pid, rows
from tests.support.wait import until
from viewsync.store.history_database import History
from viewsync.system import processes

if TYPE_CHECKING:
    from tests.support.server import Done, Home, Server

FILE = "worktree: {branch: '{{branch}}', base_branch: main}\nsession: {windows: [{name: editor}]}\n"


@pytest.fixture
def project(home: Home) -> Project:
    found = Project(home)
    found.repository()
    found.command("dev", FILE)
    found.git("add", "-A")
    found.git("commit", "-qm", "second")
    return found


def start(project: Project, server: Server, branch: str, *words: str, **env: str) -> Done:
    done = project.viewsync("run", "dev", f"branch={branch}", "-S", server.socket, *words, env=env)
    if server.run("list-sessions").code == 0:
        note_pid(server)
    return done


def tree(project: Project, name: str) -> str:
    return os.path.join(project.home.path, "worktrees", f"myapp-{name}")


def branches(project: Project) -> list[str]:
    return project.git("for-each-ref", "--format=%(refname:short)", "refs/heads").splitlines()


def listed(project: Project) -> list[str]:
    return [
        line.partition(" ")[2]
        for line in project.git("worktree", "list", "--porcelain").splitlines()
        if line.startswith("worktree ")
    ]


def untouched(project: Project, server: Server) -> None:
    """Nothing was made, nothing half made."""
    assert branches(project) == ["main"]
    assert listed(project) == [project.root]
    assert not os.path.exists(os.path.join(project.home.path, "worktrees"))
    assert (server.sessions(), rows(project.home)) == (["proj"], {})


def test_g1_b1_the_worktree_is_made_first_and_the_session_is_in_it(server: Server, project: Project) -> None:
    assert start(project, server, "feature/auth").code == 0
    path = tree(project, "feature-auth")
    assert project.git("branch", "--show-current", cwd=path) == "feature/auth"
    assert project.git("rev-parse", "feature/auth") == project.git("rev-parse", "main")
    assert server.show("=myapp-feature-auth-dev:", "#{session_path} #{pane_current_path}") == f"{path} {path}"


def test_g1_an_existing_worktree_and_an_existing_branch_are_used(server: Server, project: Project) -> None:
    project.git("branch", "old")
    assert start(project, server, "old").code == 0
    with open(os.path.join(tree(project, "old"), "work"), "w", encoding="utf-8"):
        pass
    server.tmux("kill-session", "-t", "=myapp-old-dev")
    assert start(project, server, "old").code == 0
    assert os.path.exists(os.path.join(tree(project, "old"), "work"))


def test_g3_both_are_recorded(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, "one").code == 0
    assert rows(home)["myapp-one-dev"]["project"]["worktree_path"] == tree(project, "one")
    assert project.viewsync("worktree", "remove", "one").code == 0
    found = [(event.event, event.project) for event in History(home.state).find("event LIKE 'worktree%'", [])]
    assert found == [("worktree-removed", "myapp"), ("worktree", "myapp")]


def test_g2_b4_removing_it_ends_its_sessions_and_only_those(server: Server, home: Home, project: Project) -> None:
    """By what is recorded: `*main*` would hit `other-maintenance`."""
    for name in ("one", "one-two", "main2"):
        assert start(project, server, name).code == 0
    for name in ("other-one-maintenance", "myapp-one", "one", "myapp-one-dev2"):
        server.tmux("new-session", "-d", "-s", name, "-c", project.root)
    done = project.viewsync("worktree", "remove", "one")
    assert done.code == 0
    assert done.out.splitlines() == [
        "end session myapp-one-dev",
        f"remove the worktree {tree(project, 'one')} (branch one stays)",
    ]
    left = {
        "proj",
        "myapp-one-two-dev",
        "myapp-main2-dev",
        "other-one-maintenance",
        "myapp-one",
        "one",
        "myapp-one-dev2",
    }
    assert set(server.sessions()) == left
    assert set(rows(home)) == {"myapp-one-two-dev", "myapp-main2-dev"}
    assert not os.path.exists(tree(project, "one"))
    assert {"one", "one-two", "main2", "main"} <= set(branches(project))


def test_g2_its_views_end_with_it_and_its_cleanup_steps_run(server: Server, project: Project) -> None:
    project.command("dev", FILE.replace("}]}", "}], cleanup_steps: [{run: pwd > ../../cleaned}]}"))
    assert project.viewsync("trust", "dev", "branch=one", "--yes").code == 0
    assert start(project, server, "one").code == 0
    tab, _ = server.open("myapp-one-dev")
    tab.hang_up()
    until(lambda: len(server.clients()) == 0, "the end of the client")
    assert project.viewsync("worktree", "remove", "one").code == 0
    assert server.sessions() == ["proj"]
    with open(os.path.join(project.home.path, "cleaned"), encoding="utf-8") as file:
        assert file.read().strip() == tree(project, "one")


@pytest.mark.parametrize("kind", ["untracked", "changed", "staged", "detached"])
def test_work_that_would_be_lost_keeps_it(server: Server, project: Project, kind: str) -> None:
    assert start(project, server, "one").code == 0
    path = tree(project, "one")
    if kind == "detached":
        project.git("checkout", "-q", "--detach", cwd=path)
        project.git("commit", "-q", "--allow-empty", "-m", "nowhere else", cwd=path)
    else:
        name = "new" if kind == "untracked" else ".viewsync/commands/dev.yaml"
        with open(os.path.join(path, name), "a", encoding="utf-8") as file:
            file.write("# work\n")
    if kind == "staged":
        project.git("add", "-A", cwd=path)
    which = path if kind == "detached" else "one"
    for words in ((), ("--dry-run",)):
        done = project.viewsync("worktree", "remove", which, *words)
        assert (done.code, done.err.count("\n")) == (1, 1)
        assert ("no branch has its commits" if kind == "detached" else "1 change(s) are not committed") in done.err
    assert os.path.isdir(path)
    assert "myapp-one-dev" in server.sessions()
    done = project.viewsync("worktree", "remove", which, "--force")
    assert done.code == 0
    assert "and lose: " in done.out
    assert (os.path.exists(path), server.sessions()) == (False, ["proj"])


def test_commits_of_its_branch_stay(server: Server, project: Project) -> None:
    assert start(project, server, "one").code == 0
    project.git("commit", "-q", "--allow-empty", "-m", "work", cwd=tree(project, "one"))
    there = project.git("rev-parse", "one")
    assert project.viewsync("worktree", "remove", "one").code == 0
    assert project.git("rev-parse", "one") == there


def test_somebody_on_its_session_keeps_it(server: Server, project: Project) -> None:
    assert start(project, server, "one").code == 0
    server.open("myapp-one-dev")  # on a view of it
    done = project.viewsync("worktree", "remove", "one")
    assert (done.code, "somebody is on session 'myapp-one-dev'" in done.err) == (1, True)
    assert "myapp-one-dev" in server.sessions()
    assert project.viewsync("worktree", "remove", "one", "--force").code == 0
    assert (server.sessions(), os.path.exists(tree(project, "one"))) == (["proj"], False)


def test_while_somebody_is_on_one_of_its_sessions_none_ends(server: Server, project: Project) -> None:
    project.command("api", FILE.replace("session: {", "session: {task: api, "))
    assert start(project, server, "one").code == 0
    assert project.viewsync("run", "api", "branch=one", "-S", server.socket).code == 0
    server.open("myapp-one-dev")
    assert project.viewsync("worktree", "remove", "one").code == 1
    assert {"myapp-one-api", "myapp-one-dev"} <= set(server.sessions())


def test_while_one_of_its_sessions_is_quarantined_none_ends(server: Server, project: Project) -> None:
    """Whichever of them comes first."""
    project.command("api", FILE.replace("session: {", "session: {task: api, "))
    assert start(project, server, "one").code == 0
    assert project.viewsync("run", "api", "branch=one", "-S", server.socket).code == 0
    for kept in ("myapp-one-api", "myapp-one-dev"):
        assert project.viewsync("quarantine", "-s", kept).code == 0
        for words in (["--dry-run"], []):
            done = project.viewsync("worktree", "remove", "one", "--force", *words)
            assert (done.code, f"session '{kept}' is quarantined" in done.err) == (4, True), done
        assert {"myapp-one-api", "myapp-one-dev"} <= set(server.sessions())
        assert project.viewsync("release", "-s", kept).code == 0
    assert project.viewsync("worktree", "remove", "one", "--force").code == 0
    assert server.sessions() == ["proj"]


def test_what_a_cleanup_step_writes_keeps_it(server: Server, project: Project) -> None:
    project.command("dev", FILE.replace("}]}", "}], cleanup_steps: [{run: touch result}]}"))
    assert project.viewsync("trust", "dev", "branch=one", "--yes").code == 0
    assert start(project, server, "one").code == 0
    done = project.viewsync("worktree", "remove", "one")
    assert (done.code, "was kept: 1 change(s) are not committed: result" in done.err) == (1, True)
    assert os.path.isdir(tree(project, "one"))


def test_a_dry_run_only_tells(server: Server, project: Project) -> None:
    assert start(project, server, "one").code == 0
    done = project.viewsync("worktree", "remove", tree(project, "one"), "--dry-run", "--json")
    assert done.json()["removed"] is False
    done = project.viewsync("worktree", "remove", "one", "--dry-run")
    assert done.out.startswith("would end session myapp-one-dev\nwould remove the worktree ")
    assert os.path.isdir(tree(project, "one"))
    assert "myapp-one-dev" in server.sessions()


@pytest.mark.parametrize("how", ["rm", "git"])
def test_one_that_was_removed_by_hand_is_noticed_and_its_sessions_are_not_ended(
    server: Server, home: Home, project: Project, how: str
) -> None:
    assert start(project, server, "one").code == 0
    if how == "rm":
        shutil.rmtree(tree(project, "one"))
    else:
        project.git("worktree", "remove", tree(project, "one"))
    assert home.viewsync("sweep").code == 0
    assert "myapp-one-dev" in server.sessions()
    found = {
        worktree["path"]: worktree for worktree in project.viewsync("worktree", "list", "--json").json()["worktrees"]
    }
    mine = found[tree(project, "one")]
    assert (mine["missing"], mine["known_to_git"], mine["branch"]) == (True, how == "rm", "one")
    assert [session["name"] for session in mine["sessions"]] == ["myapp-one-dev"]
    shown = project.viewsync("worktree", "list").out
    assert ("folder is gone" if how == "rm" else "removed by hand") in shown
    assert project.viewsync("worktree", "remove", "one").code == 0
    assert (server.sessions(), listed(project)) == (["proj"], [project.root])


def test_one_that_was_removed_by_hand_is_made_again(server: Server, project: Project) -> None:
    assert start(project, server, "one").code == 0
    server.tmux("kill-session", "-t", "=myapp-one-dev")
    shutil.rmtree(tree(project, "one"))
    assert start(project, server, "one").code == 0
    assert project.git("branch", "--show-current", cwd=tree(project, "one")) == "one"


@pytest.mark.parametrize(
    "branch", ["-x", "--force", "a..b", "a b", "a*", "@{-1}", "a/", ".a", "a.lock", "HEAD^", "a~1", "@", "/a", "a\nb"]
)
def test_a_name_that_is_no_branch_makes_nothing(server: Server, project: Project, branch: str) -> None:
    done = start(project, server, branch)
    assert (done.code, done.err.count("\n")) == (1, 1)
    untouched(project, server)


@pytest.mark.parametrize("branch", ["$(touch${IFS}x)", "a;b", "a'b", 'a"b', "a#{pid}", "日本語", "a&b", "%s"])
def test_any_name_that_git_takes_is_taken(server: Server, project: Project, branch: str) -> None:
    done = start(project, server, branch)
    assert done.code == 0, done
    assert branch in branches(project)
    assert project.viewsync("worktree", "remove", branch).code == 0
    assert server.sessions() == ["proj"]
    assert not os.path.exists(os.path.join(project.root, "x"))


def test_a_branch_that_is_checked_out_in_the_project_itself(server: Server, project: Project) -> None:
    done = start(project, server, "main")
    assert (done.code, "is checked out in the project's own folder" in done.err) == (1, True)
    untouched(project, server)


def test_a_base_that_is_not_there(server: Server, project: Project) -> None:
    project.command("dev", FILE.replace("base_branch: main", "base_branch: nope"))
    done = start(project, server, "one")
    assert (done.code, "there is no branch 'nope'" in done.err) == (1, True)
    untouched(project, server)


@pytest.mark.parametrize("base", ["--help", "-x"])
def test_a_base_that_looks_like_an_option(server: Server, project: Project, base: str) -> None:
    project.command("dev", FILE.replace("base_branch: main", f"base_branch: {base}"))
    assert start(project, server, "one").code == 1
    untouched(project, server)


def test_a_folder_in_the_way_is_left_alone(server: Server, project: Project) -> None:
    os.makedirs(tree(project, "one"))
    with open(os.path.join(tree(project, "one"), "mine"), "w", encoding="utf-8"):
        pass
    done = start(project, server, "one")
    assert (done.code, "already exists" in done.err) == (1, True)
    assert os.listdir(tree(project, "one")) == ["mine"]
    assert (branches(project), rows(project.home)) == (["main"], {})


def test_two_branches_of_one_folder(server: Server, project: Project) -> None:
    assert start(project, server, "a/b").code == 0
    done = start(project, server, "a-b")
    assert (done.code, "is the worktree of 'a/b'" in done.err) == (1, True)
    assert branches(project) == ["a/b", "main"]


def test_without_git(server: Server, home: Home, project: Project) -> None:
    folder = os.path.join(home.path, "bin")
    os.mkdir(folder)
    for name in ("sh", "tmux", "env"):
        os.symlink(str(shutil.which(name)), os.path.join(folder, name))
    done = start(project, server, "one", PATH=folder)
    assert (done.code, done.err.count("\n"), "cannot run git" in done.err) == (1, 1, True)
    untouched(project, server)
    assert "cannot run git" in project.viewsync("worktree", "list", env={"PATH": folder}).err


def test_outside_of_a_repository(server: Server, home: Home) -> None:
    project = Project(home, "plain")
    project.command("dev", FILE)
    done = start(project, server, "one")
    assert (done.code, "is not in a git repository" in done.err) == (1, True)
    assert (server.sessions(), rows(home)) == (["proj"], {})


def test_a_repository_without_a_commit(server: Server, home: Home) -> None:
    project = Project(home, "fresh")
    project.git("init", "-q", "-b", "main")
    project.command("dev", FILE.replace(", base_branch: main", ""))
    done = start(project, server, "one")
    assert (done.code, "has no commit yet" in done.err) == (1, True)


def test_a_locked_one_is_kept(server: Server, project: Project) -> None:
    assert start(project, server, "one").code == 0
    project.git("worktree", "lock", tree(project, "one"))
    done = project.viewsync("worktree", "remove", "one", "--force")
    assert (done.code, "is locked" in done.err) == (1, True)
    assert "myapp-one-dev" in server.sessions()
    server.tmux("kill-session", "-t", "=myapp-one-dev")
    shutil.rmtree(tree(project, "one"))
    done = start(project, server, "one")
    assert (done.code, "is locked, and its folder is not there" in done.err) == (1, True)


def test_on_another_disk(server: Server, home: Home, project: Project) -> None:
    """Where this machine has one: the homes of tests are in memory, or not."""
    mine = os.stat(home.path).st_dev
    other = next((path for path in ("/dev/shm", "/tmp") if os.path.isdir(path) and os.stat(path).st_dev != mine), "")
    if not other:
        pytest.skip("there is no second disk")
    path = os.path.join(other, os.path.basename(home.path))
    project.command("dev", FILE.replace("base_branch", f"path: {path}, base_branch"))
    try:
        assert start(project, server, "one").code == 0
        assert server.show("=myapp-one-dev:", "#{session_path}") == path
        assert project.viewsync("worktree", "remove", "one").code == 0
        assert not os.path.exists(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


def test_where_nothing_may_be_written_nothing_is_left(server: Server, project: Project) -> None:
    project.command("dev", FILE.replace("base_branch", "path: /proc/nowhere/tree, base_branch"))
    done = start(project, server, "one")
    assert (done.code, "cannot make the worktree" in done.err) == (1, True)
    untouched(project, server)


def read(path: str) -> str:
    with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as file:
        return file.read()
    return ""


def hook(project: Project, text: str) -> None:
    path = project.write(".git/hooks/post-checkout", f"#!/bin/sh\n{text}\n", program=True)
    assert os.stat(path).st_mode & stat.S_IXUSR


def test_what_git_made_before_it_was_ended_is_taken_back(server: Server, home: Home, project: Project) -> None:
    hook(project, f"echo $$ > {home.path}/hooked; exec sleep 1000")
    words = [
        "sh",
        "-c",
        'cd "$1" && exec "$2" run dev branch=one -S "$3"',
        "sh",
        project.root,
        home.launcher,
        server.socket,
    ]
    tab = home.program(words)
    pid = int(until(lambda: read(f"{home.path}/hooked"), "the hook"))
    tab.signal(signal.SIGINT)
    assert tab.wait() == 130
    if processes.alive(pid):  # it is git's, not ours
        os.kill(pid, signal.SIGTERM)
    untouched(project, server)


def test_a_worktree_of_a_run_that_failed_is_taken_back(server: Server, project: Project) -> None:
    text = FILE.replace("}]}", "}], pre_create_steps: [{run: exit 1}]}")
    project.command("dev", text)
    assert project.viewsync("trust", "dev", "branch=one", "--yes").code == 0
    assert start(project, server, "one").code == 1
    untouched(project, server)
    project.command("dev", text.replace("exit 1", "touch result; exit 1"))
    assert project.viewsync("trust", "dev", "branch=one", "--yes").code == 0
    assert start(project, server, "one").code == 1
    assert "result" in os.listdir(tree(project, "one"))  # somebody's work may be in it
    assert branches(project) == ["main", "one"]
    assert (server.sessions(), rows(project.home)) == (["proj"], {})


def test_list(server: Server, project: Project) -> None:
    assert start(project, server, "one").code == 0
    lines = [line.split() for line in project.viewsync("worktree", "list").out.splitlines()]
    assert lines == [
        ["BRANCH", "STATE", "SESSIONS", "PATH"],
        ["main", "project", "-", project.root],
        ["one", "ok", "myapp-one-dev", tree(project, "one")],
    ]
    assert project.viewsync("worktree", "list", cwd=tree(project, "one")).out.count("\n") == 3


@pytest.mark.parametrize("which", ["nope", "main", "on", "", "/"])
def test_what_is_no_worktree_is_not_removed(server: Server, project: Project, which: str) -> None:
    assert start(project, server, "one").code == 0
    done = project.viewsync("worktree", "remove", which)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert os.path.isdir(tree(project, "one"))
    assert "myapp-one-dev" in server.sessions()


def test_a_branch_that_has_a_worktree_elsewhere_is_used_there(project: Project, server: Server) -> None:
    elsewhere = os.path.join(project.home.path, "a 'b\" $c")
    project.git("worktree", "add", "-b", "one", elsewhere)
    done = start(project, server, "one", "--json")
    assert done.code == 0, done
    assert done.json()["action"] == "created"
    assert server.tmux("display-message", "-p", "-t", "=myapp-one-dev:", "#{pane_current_path}") == elsewhere
    assert start(project, server, "one", "--json").json()["action"] == "reused"
    assert not os.path.exists(tree(project, "one"))


def test_a_file_that_names_another_path_than_the_branchs_worktree_is_told_so(project: Project, server: Server) -> None:
    project.command("dev", FILE.replace("base_branch: main", "base_branch: main, path: ../named"))
    elsewhere = os.path.join(project.home.path, "elsewhere")
    project.git("worktree", "add", "-b", "one", elsewhere)
    done = start(project, server, "one")
    assert done.code == 1
    assert f"branch 'one' has its worktree at {elsewhere}, not " in done.err
    assert "myapp-one-dev" not in server.sessions()


def test_a_session_whose_worktree_was_removed_by_hand_is_told_and_kept(project: Project, server: Server) -> None:
    assert start(project, server, "one").code == 0
    shutil.rmtree(tree(project, "one"))
    done = start(project, server, "one")
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "was removed by hand" in done.err
    assert "viewsync worktree remove one" in done.err
    assert "myapp-one-dev" in server.sessions()
    assert project.viewsync("worktree", "remove", "one").code == 0
    assert "myapp-one-dev" not in server.sessions()


def remote(project: Project, name: str, branch: str) -> str:
    """One that has that branch, with a commit of its own: which one."""
    path = os.path.join(project.home.path, name)
    project.git("clone", "-q", project.root, path)
    project.git("checkout", "-q", "-b", branch, cwd=path)
    project.git("commit", "-q", "--allow-empty", "-m", name, cwd=path)
    project.git("remote", "add", name, path)
    project.git("fetch", "-q", name)
    return project.git("rev-parse", "HEAD", cwd=path)


def test_a_branch_that_a_remote_alone_has_is_that_one(server: Server, project: Project) -> None:
    commit = remote(project, "theirs", "review/me")
    assert start(project, server, "review/me").code == 0
    path = tree(project, "review-me")
    assert project.git("rev-parse", "HEAD", cwd=path) == commit
    assert project.git("rev-parse", "--abbrev-ref", "review/me@{upstream}") == "theirs/review/me"


def test_of_two_remotes_with_it_git_has_to_know_which(server: Server, project: Project) -> None:
    remote(project, "one", "topic")
    commit = remote(project, "two", "topic")
    done = start(project, server, "topic")
    assert done.code != 0
    assert "several remotes have a branch 'topic': one, two (git's setting checkout.defaultRemote" in done.err
    untouched(project, server)
    project.git("config", "checkout.defaultRemote", "two")
    assert start(project, server, "topic").code == 0
    assert project.git("rev-parse", "HEAD", cwd=tree(project, "topic")) == commit


def test_a_project_that_is_a_folder_among_others_has_it_beside_the_repository(
    server: Server, home: Home, project: Project
) -> None:
    os.makedirs(os.path.join(project.root, "apps"))
    web = os.path.join(project.root, "apps/web")
    os.makedirs(web)
    os.rename(os.path.join(project.root, ".viewsync"), os.path.join(web, ".viewsync"))
    project.git("add", "-A")
    project.git("commit", "-qm", "moved")
    done = project.viewsync("run", "dev", "branch=one", "-S", server.socket, cwd=web)
    assert done.code == 0, done
    path = os.path.join(home.path, "worktrees/web-one")
    assert listed(project) == [project.root, path]
    assert project.git("status", "--porcelain") == ""
    assert server.show("=web-one-dev:", "#{session_path}") == os.path.join(path, "apps/web")


def test_somebody_elses_session_that_works_in_it_keeps_it(server: Server, project: Project) -> None:
    assert start(project, server, "one").code == 0
    path = tree(project, "one")
    os.makedirs(os.path.join(project.home.path, "deep"))
    server.tmux("new-session", "-d", "-s", "mine", "-c", path, "sh -c 'sleep 600; :'")
    done = project.viewsync("worktree", "remove", "one")
    assert (done.code, "another session's sh (" in done.err, "works in it" in done.err) == (1, True, True), done
    assert "myapp-one-dev" in server.sessions()
    done = project.viewsync("worktree", "remove", "one", "--force")
    assert (done.code, os.path.exists(path), sorted(server.sessions())) == (0, False, ["mine", "proj"])


def test_what_a_hook_or_a_status_line_runs_in_it_does_not_keep_it(server: Server, project: Project) -> None:
    """It begins in the session's folder, and is over in a moment. Ours does so when somebody leaves a view."""
    assert start(project, server, "one").code == 0
    told, go = (os.path.join(project.home.path, name) for name in ("told", "go"))
    line = f"cd {tree(project, 'one')} && : >{told} && while [ ! -e {go} ]; do sleep 0.02; done"
    server.tmux("run-shell", "-b", line)
    until(lambda: os.path.exists(told), "what the server runs")
    try:
        done = project.viewsync("worktree", "remove", "one")
        assert done.code == 0, done
    finally:
        with open(go, "w", encoding="utf-8"):
            pass


def test_it_goes_at_the_first_call_also_from_within_its_last_session(server: Server, project: Project) -> None:
    assert start(project, server, "one").code == 0
    path = tree(project, "one")
    line = f"{project.home.launcher} worktree remove one"
    server.tmux("send-keys", "-t", "=myapp-one-dev:", line, "Enter")
    until(lambda: not os.path.exists(path), "its end")
    until(lambda: server.sessions() == ["proj"], "the end of its session")
    assert listed(project) == [project.root]
