"""git with hostile names, in a real repository."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project, in_git
from viewsync.system.git_worktrees import Git, GitError

if TYPE_CHECKING:
    from tests.support.server import Home


project = in_git


@pytest.fixture
def git(project: Project) -> Git:
    return Git(project.root, project.home.env)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "-x",
        "--force",
        "a..b",
        "a b",
        "a*",
        "a?",
        "a[",
        "@{-1}",
        "a/",
        ".a",
        "a.lock",
        "a^",
        "a~1",
        "@",
        "HEAD",
        "a\nb",
    ],
)
def test_what_is_no_name_for_a_branch(project: Project, git: Git, name: str) -> None:
    project.git("checkout", "-q", "-b", "other")
    assert not git.is_branch_name(name)


@pytest.mark.parametrize("name", ["a", "feature/auth", "日本語", "a'b", "$x", "a;b", "%s", "a#{x}"])
def test_what_is_one(git: Git, name: str) -> None:
    assert git.is_branch_name(name)


@pytest.mark.parametrize("name", ["", "--help", "-x", "nope", "HEAD:", "a\0b"])
def test_what_stands_for_no_commit(git: Git, name: str) -> None:
    assert git.commit(name) == ""


def test_a_branch_is_not_a_tag(project: Project, git: Git) -> None:
    project.git("tag", "one")
    assert git.commit("one")
    assert git.branch("one") == ""


def test_another_repository_in_the_environment_is_not_meant(home: Home, project: Project) -> None:
    """As when viewsync is called from a hook of git's."""
    other = Project(home, "other")
    other.repository("elsewhere")
    git = Git(project.root, {**home.env, "GIT_DIR": f"{other.root}/.git", "GIT_WORK_TREE": other.root})
    assert [worktree.branch for worktree in git.worktrees()] == ["main"]


@pytest.mark.parametrize("name", ["with space", "it's", "new\nline", "é"])
def test_worktrees_at_any_path(project: Project, git: Git, name: str) -> None:
    path = os.path.join(project.home.path, name)
    git.add(path, "one", git.commit("HEAD"), again=False)
    main, one = git.worktrees()
    assert (main.main, main.path, one.main, one.path, one.branch) == (True, project.root, False, path, "one")
    assert one.head == project.git("rev-parse", "HEAD")
    git.remove(path, force=False)
    assert not os.path.exists(path)


def test_a_branch_that_has_moved_on_is_not_dropped(project: Project, git: Git) -> None:
    before = git.commit("HEAD")
    project.git("branch", "one")
    project.git("commit", "-q", "--allow-empty", "-m", "more")
    project.git("branch", "-f", "one")
    git.drop_branch("one", before)
    assert git.branch("one")
    git.drop_branch("one", git.commit("HEAD"))
    assert git.branch("one") == ""


def test_what_git_says_is_one_line(git: Git) -> None:
    with pytest.raises(GitError) as caught:
        git.add("/proc/x/y", "one", "HEAD", again=False)
    assert "\n" not in caught.value.message
