"""`worktree remove` without --force takes nothing that is only there, and ends no session where it takes nothing."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.commands.test_worktree import FILE, branches, listed, project, start, tree
from tests.store.support import in_namespace

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.projects import Project
    from tests.support.server import Home, Server

__all__ = ["project"]


def write(path: str, text: str = "work") -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def untracked_unseen(project: Project, path: str) -> str:
    project.git("config", "status.showUntrackedFiles", "no")
    write(os.path.join(path, "new"))
    return "1 change(s) are not committed: new"


def assumed(project: Project, path: str) -> str:
    project.git("update-index", "--assume-unchanged", ".viewsync/commands/dev.yaml", cwd=path)
    write(os.path.join(path, ".viewsync/commands/dev.yaml"))
    return "1 change(s) are not committed: .viewsync/commands/dev.yaml"


def ignored(project: Project, path: str) -> str:
    write(os.path.join(project.root, ".git/info/exclude"), ".env\nnode_modules\n")
    write(os.path.join(path, ".env"))
    write(os.path.join(path, "node_modules/x/y.js"))
    return "2 ignored file(s) or folder(s) are in it: .env, node_modules/"


def nested(project: Project, path: str) -> str:
    project.git("init", "-q", os.path.join(path, "fresh"))
    return "1 repositories or submodules are in it: fresh"


def submodule_of_nothing(project: Project, path: str) -> str:
    """git removes none that has a submodule, be it empty, unless it is forced."""
    head = project.git("rev-parse", "HEAD")
    project.git("update-index", "--add", "--cacheinfo", f"160000,{head},sub", cwd=path)
    project.git("commit", "-qm", "with it", cwd=path)
    os.makedirs(os.path.join(path, "sub"), exist_ok=True)
    return "1 repositories or submodules are in it: sub"


def bisected(project: Project, path: str) -> str:
    project.git("checkout", "-q", "--detach", cwd=path)
    for number in range(4):
        project.git("commit", "-q", "--allow-empty", "-m", str(number), cwd=path)
    last = project.git("rev-parse", "HEAD", cwd=path)
    project.git("bisect", "start", "HEAD", "main", cwd=path)
    return f"no branch has its commits ({last[:12]}"


def broken(project: Project, path: str) -> str:
    write(os.path.join(project.root, ".git/worktrees", os.path.basename(path), "index"), "no index")
    return "nobody knows what is in it"


@pytest.mark.parametrize(
    "case",
    [untracked_unseen, assumed, ignored, nested, submodule_of_nothing, bisected, broken],
    ids=lambda case: case.__name__,
)
def test_it_is_kept_with_its_session_until_it_is_forced(
    server: Server, project: Project, case: Callable[[Project, str], str]
) -> None:
    assert start(project, server, "one").code == 0
    path = tree(project, "one")
    expected = case(project, path)
    there = sorted(os.listdir(path))
    for words in ((), ("--dry-run",)):
        done = project.viewsync("worktree", "remove", path, *words)
        assert (done.code, done.err.count("\n")) == (1, 1), done
        assert expected in done.err
        assert "pass --force to remove it anyway" in done.err
    assert sorted(os.listdir(path)) == there
    assert "myapp-one-dev" in server.sessions()
    done = project.viewsync("worktree", "remove", path, "--force")
    assert done.code == 0, done
    assert f"and lose: {expected}" in done.out
    assert (os.path.exists(path), server.sessions()) == (False, ["proj"])


def test_json_tells_what_is_lost(server: Server, project: Project) -> None:
    assert start(project, server, "one").code == 0
    expected = ignored(project, tree(project, "one"))
    error = project.viewsync("worktree", "remove", "one", "--json").json()["error"]
    assert expected in error["message"]
    assert project.viewsync("worktree", "remove", "one", "--force", "--json").json()["lost"] == [expected]


@pytest.mark.parametrize("force", [True, False])
def test_a_link_keeps_what_it_leads_to(server: Server, project: Project, force: bool) -> None:
    assert start(project, server, "one").code == 0
    path, moved = tree(project, "one"), os.path.join(project.home.path, "moved")
    shutil.move(path, moved)
    os.symlink(moved, path)
    there = sorted(os.listdir(moved))
    done = project.viewsync("worktree", "remove", "one", *(["--force"] if force else []))
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert f"is a link to {moved}" in done.err
    assert (sorted(os.listdir(moved)), os.path.islink(path)) == (there, True)
    assert "myapp-one-dev" in server.sessions()
    project.git("worktree", "repair", moved)  # as the hint says
    assert project.viewsync("worktree", "remove", "one").code == 0
    assert not os.path.exists(moved)
    assert listed(project) == [project.root]


def test_what_is_mounted_in_it_is_not_emptied(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, "one").code == 0
    path = tree(project, "one")
    os.mkdir(os.path.join(home.path, "mine"))
    write(os.path.join(home.path, "mine/work"))
    mount = f'mkdir "{path}/m"; mount --bind "{home.path}/mine" "{path}/m"; cd "{project.root}"'
    for words in ("", "--force"):
        done = in_namespace(f"{mount}; {home.launcher} worktree remove one {words}", home.env)
        assert (done.code, f"something is mounted at {path}/m" in done.err) == (1, True), done
        os.rmdir(os.path.join(path, "m"))
    assert os.listdir(os.path.join(home.path, "mine")) == ["work"]
    assert "myapp-one-dev" in server.sessions()


def test_what_a_step_of_a_run_that_failed_has_made_is_kept(server: Server, project: Project) -> None:
    write(os.path.join(project.root, ".git/info/exclude"), "result\n")
    project.command("dev", FILE.replace("}]}", "}], pre_create_steps: [{run: echo > result; exit 1}]}"))
    assert project.viewsync("trust", "dev", "branch=one", "--yes").code == 0
    assert start(project, server, "one").code != 0
    assert os.path.exists(os.path.join(tree(project, "one"), "result"))
    assert "one" in branches(project)
    with open(os.path.join(project.home.state, "log", "viewsync.log"), encoding="utf-8") as file:
        assert "was kept: 1 ignored file(s) or folder(s) are in it: result" in file.read()


def test_what_a_cleanup_step_leaves_ignored_is_kept(server: Server, project: Project) -> None:
    write(os.path.join(project.root, ".git/info/exclude"), "result\n")
    project.command("dev", FILE.replace("}]}", "}], cleanup_steps: [{run: echo > result}]}"))
    assert project.viewsync("trust", "dev", "branch=one", "--yes").code == 0
    assert start(project, server, "one").code == 0
    done = project.viewsync("worktree", "remove", "one")
    assert (done.code, "was kept: 1 ignored file(s)" in done.err) == (1, True)
    assert os.path.exists(os.path.join(tree(project, "one"), "result"))


def test_commits_stay_of_one_whose_folder_is_gone(server: Server, project: Project) -> None:
    """As on a disk that is not there now."""
    assert start(project, server, "one").code == 0
    path = tree(project, "one")
    project.git("checkout", "-q", "--detach", cwd=path)
    project.git("commit", "-q", "--allow-empty", "-m", "mine", cwd=path)
    mine = project.git("rev-parse", "HEAD", cwd=path)
    shutil.move(path, f"{path}-away")
    done = project.viewsync("worktree", "remove", path)
    assert (done.code, f"no branch has its commits ({mine[:12]})" in done.err) == (1, True), done
    assert listed(project) == [project.root, path]
    shutil.move(f"{path}-away", path)
    project.git("branch", "held", mine)
    shutil.rmtree(path)
    assert project.viewsync("worktree", "remove", path).code == 0
    assert listed(project) == [project.root]
