"""What git says of a folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.support.projects import Project
from viewsync.system import git

if TYPE_CHECKING:
    from tests.support.server import Home


def test_no_repository_and_no_git_are_none(home: Home) -> None:
    project = Project(home)
    assert git.worktree(project.root, home.env) is None
    project.repository()
    assert git.worktree(project.root, {**home.env, "PATH": "/nonexistent"}) is None


def test_the_main_worktree_with_and_without_a_commit(home: Home) -> None:
    project = Project(home, "a 'b\"")
    project.git("init", "-q", "-b", "trunk")
    assert git.worktree(project.root, home.env) == git.Worktree(project.root, project.root, "trunk")
    project.git("commit", "-q", "--allow-empty", "-m", "first")
    project.git("checkout", "-q", "--detach")
    assert git.worktree(project.root, home.env) == git.Worktree(project.root, project.root, "")


def test_a_linked_worktree_knows_the_main_one(home: Home) -> None:
    project = Project(home)
    project.repository()
    other = os.path.join(home.path, "other")
    project.git("worktree", "add", "-q", "-b", "feature/x", other)
    found = git.worktree(other, home.env)
    assert found == git.Worktree(other, project.root, "feature/x")
    assert found is not None
    assert found.linked


def test_variables_of_a_hook_do_not_lead_astray(home: Home) -> None:
    project, other = Project(home), Project(home, "other")
    project.repository()
    other.repository("elsewhere")
    env = {**home.env, "GIT_DIR": os.path.join(other.root, ".git"), "GIT_WORK_TREE": other.root}
    assert git.worktree(project.root, env) == git.Worktree(project.root, project.root, "main")


def test_where_no_repository_can_be_git_is_not_asked(home: Home) -> None:
    project = Project(home)
    inner, link = project.write("a/b/file", ""), os.path.join(home.path, "link")
    bin_ = os.path.dirname(project.write("bin/git", f"#!/bin/sh\necho asked >>{home.path}/asked\n", program=True))
    env = {**home.env, "PATH": f"{bin_}:{home.env['PATH']}"}
    for folder in (project.root, os.path.dirname(inner), os.path.join(project.root, "gone")):
        assert git.worktree(folder, env) is None
    assert not os.path.exists(f"{home.path}/asked")
    project.repository()
    os.symlink(os.path.dirname(inner), link)
    for folder in (project.root, os.path.dirname(inner), link):
        assert git.worktree(folder, home.env) == git.Worktree(project.root, project.root, "main")
    git.worktree(link, env)
    assert os.path.exists(f"{home.path}/asked")


def test_a_bare_repository_has_no_worktree_but_those_that_it_lists(home: Home) -> None:
    project = Project(home)
    project.repository()
    bare, tree = os.path.join(home.path, "bare"), os.path.join(home.path, "tree")
    project.git("clone", "-q", "--bare", project.root, bare)
    project.git("worktree", "add", "-q", tree, cwd=bare)
    assert git.worktree(bare, home.env) is None
    found = git.worktree(tree, home.env)
    assert found == git.Worktree(tree, bare, "tree")
