"""What goes with a worktree: whatever git was told to overlook is found, and what is held elsewhere is not named."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from viewsync.system import git_losses
from viewsync.system.git_worktrees import Git, GitError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
ENV = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", **NAMES}


class Tree:
    """A worktree of the branch `one`, with the files a, b and d/c, beside its repository."""

    def __init__(self, folder: Path) -> None:
        self.main = str(folder / "main")
        self.path = str(folder / "tree")
        os.makedirs(os.path.join(self.main, "d"))
        self.git("init", "-q", "-b", "main", cwd=self.main)
        for name in ("a", "b", "d/c"):
            self.write(name, "text\n", folder=self.main)
        self.write(".gitignore", "*.log\nbuild/\n", folder=self.main)
        self.git("add", "-A", cwd=self.main)
        self.commit("first", cwd=self.main)
        self.git("worktree", "add", "-q", "-b", "one", self.path, cwd=self.main)

    def git(self, *words: str, cwd: str = "") -> str:
        argv = ["git", "-C", cwd or self.path, "-c", "protocol.file.allow=always", *words]
        return subprocess.run(argv, env={**ENV, "HOME": "/nowhere"}, check=True, capture_output=True, text=True).stdout

    def commit(self, message: str, cwd: str = "") -> str:
        self.git("commit", "-q", "--allow-empty", "-m", message, cwd=cwd)
        return self.git("rev-parse", "HEAD", cwd=cwd).strip()

    def write(self, name: str, text: str, folder: str = "") -> str:
        path = os.path.join(folder or self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def losses(self) -> list[str]:
        return git_losses.find(Git(self.main, ENV), self.path)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def untracked_unseen(tree: Tree) -> str:
    tree.git("config", "status.showUntrackedFiles", "no")
    tree.write("new/deep", "work")
    return "1 change(s) are not committed: new/deep"


def assume_unchanged(tree: Tree) -> str:
    tree.git("update-index", "--assume-unchanged", "a")
    tree.write("a", "work")
    return "1 change(s) are not committed: a"


def skip_worktree(tree: Tree) -> str:
    tree.git("update-index", "--skip-worktree", "b")
    tree.write("b", "work")
    return "1 change(s) are not committed: b"


def sparse(tree: Tree) -> str:
    tree.git("sparse-checkout", "set", "--cone", "e")
    assert not os.path.exists(os.path.join(tree.path, "d"))
    tree.git("config", "--worktree", "sparse.expectFilesOutsideOfPatterns", "true")
    tree.write("d/c", "work")
    return "1 change(s) are not committed: d/c"


def same_size_and_time(tree: Tree) -> str:
    path = os.path.join(tree.path, "a")
    os.utime(path, (1e9, 1e9))
    tree.git("config", "core.trustctime", "false")
    tree.git("config", "core.checkStat", "minimal")
    tree.git("update-index", "--refresh")
    tree.write("a", "TEXT\n")
    os.utime(path, (1e9, 1e9))
    assert not tree.git("status", "--porcelain")
    return "1 change(s) are not committed: a"


def fsmonitor_that_lies(tree: Tree) -> str:
    hook = tree.write("lies", "#!/bin/sh\nprintf 'token\\0'\n", folder=os.path.dirname(tree.path))
    os.chmod(hook, 0o700)
    tree.git("config", "core.fsmonitor", hook)
    tree.git("update-index", "--fsmonitor")
    tree.git("status")
    tree.write("a", "TEXT\n")
    return "1 change(s) are not committed: a"


def intent_to_add(tree: Tree) -> str:
    tree.write("planned", "work")
    tree.git("add", "-N", "planned")
    return "1 change(s) are not committed: planned"


def staged_and_undone(tree: Tree) -> str:
    tree.write("a", "work")
    tree.git("add", "a")
    tree.write("a", "text\n")
    return "1 change(s) are not committed: a"


def ignored_file(tree: Tree) -> str:
    tree.write("d/x.log", "work")
    return "1 ignored file(s) or folder(s) are in it: d/x.log"


def ignored_folder(tree: Tree) -> str:
    for number in range(5):
        tree.write(f"build/{number}", "work")
    return "1 ignored file(s) or folder(s) are in it: build/"


def ignored_by_exclude(tree: Tree) -> str:
    tree.write(".git/info/exclude", ".env\n", folder=tree.main)
    tree.write(".env", "work")
    return "1 ignored file(s) or folder(s) are in it: .env"


def submodule_that_ignores(tree: Tree) -> str:
    tree.git("submodule", "--quiet", "add", tree.main, "sub")
    tree.git("config", "submodule.sub.ignore", "all")
    tree.git("commit", "-qm", "with it")
    tree.write("sub/a", "work")
    return "1 repositories or submodules are in it: sub"


def nested_repository(tree: Tree) -> str:
    tree.git("init", "-q", "nested/deep")
    tree.commit("mine", cwd=os.path.join(tree.path, "nested/deep"))
    return "1 repositories or submodules are in it: nested/deep"


def nested_repository_without_a_commit(tree: Tree) -> str:
    tree.git("init", "-q", "fresh")
    return "1 repositories or submodules are in it: fresh"


def another_worktree_within(tree: Tree) -> str:
    tree.write(".git/info/exclude", "inner\n", folder=tree.main)
    tree.git("worktree", "add", "-q", "-b", "two", "inner")
    return "1 repositories or submodules are in it: inner"


def detached(tree: Tree) -> str:
    tree.git("checkout", "-q", "--detach")
    return f"no branch has its commits ({tree.commit('mine')[:12]})"


def bisected(tree: Tree) -> str:
    tree.git("checkout", "-q", "--detach")
    tree.commit("one")
    last = [tree.commit(str(number)) for number in range(4)][-1]
    tree.git("bisect", "start", "HEAD", "main")
    assert tree.git("rev-parse", "HEAD").strip() != last
    return last[:12]


def left_behind(tree: Tree) -> str:
    tree.git("checkout", "-q", "--detach")
    left = tree.commit("mine")
    tree.git("checkout", "-q", "one")
    return f"no branch has its commits ({left[:12]})"


def of_a_branch_that_was_deleted(tree: Tree) -> str:
    tree.git("checkout", "-q", "-b", "gone")
    left = tree.commit("mine")
    tree.git("checkout", "-q", "one")
    tree.git("branch", "-q", "-D", "gone")
    return f"no branch has its commits ({left[:12]})"


def ref_of_its_own(tree: Tree) -> str:
    tree.git("checkout", "-q", "--detach")
    mine = tree.commit("mine")
    tree.git("update-ref", "refs/worktree/mine", mine)
    tree.git("checkout", "-q", "one")
    return f"no branch has its commits ({mine[:12]})"


def stashed_alone(tree: Tree) -> str:
    """The stash is everybody's, and is no branch: it may be dropped."""
    tree.git("checkout", "-q", "--detach")
    mine = tree.commit("mine")
    tree.write("a", "work")
    tree.git("stash", "-q")
    return f"no branch has its commits ({mine[:12]})"


def conflict(tree: Tree, *words: str) -> None:
    tree.write("a", "one\n")
    tree.git("commit", "-qam", "one")
    tree.write("a", "main\n", folder=tree.main)
    tree.git("commit", "-qam", "main", cwd=tree.main)
    with pytest.raises(subprocess.CalledProcessError):
        tree.git(*words)


def merging(tree: Tree) -> str:
    conflict(tree, "merge", "main")
    return "a merge is under way"


def rebasing(tree: Tree) -> str:
    conflict(tree, "rebase", "main")
    return "a rebase is under way"


def picking(tree: Tree) -> str:
    conflict(tree, "cherry-pick", "main")
    return "a cherry-pick is under way"


def merged_without_a_commit(tree: Tree) -> str:
    tree.commit("main", cwd=tree.main)
    tree.commit("one")
    tree.git("merge", "-q", "--no-commit", "main")
    return "a merge is under way"


CASES = [
    untracked_unseen,
    assume_unchanged,
    skip_worktree,
    sparse,
    same_size_and_time,
    fsmonitor_that_lies,
    intent_to_add,
    staged_and_undone,
    ignored_file,
    ignored_folder,
    ignored_by_exclude,
    submodule_that_ignores,
    nested_repository,
    nested_repository_without_a_commit,
    another_worktree_within,
    detached,
    bisected,
    left_behind,
    of_a_branch_that_was_deleted,
    ref_of_its_own,
    stashed_alone,
    merging,
    rebasing,
    picking,
    merged_without_a_commit,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_it_is_found(tree: Tree, case: Callable[[Tree], str]) -> None:
    expected = case(tree)
    before = tree.git("ls-files", "-v", "--stage")
    found = tree.losses()
    assert any(expected in loss for loss in found), found
    assert tree.git("ls-files", "-v", "--stage") == before


def nothing(_tree: Tree) -> None:
    pass


def commits_on_its_branch(tree: Tree) -> None:
    tree.commit("mine")
    tree.git("commit", "-q", "--amend", "--allow-empty", "-m", "mended")


def detached_at_a_branch(tree: Tree) -> None:
    tree.git("checkout", "-q", "--detach")


def detached_with_a_tag(tree: Tree) -> None:
    tree.git("checkout", "-q", "--detach")
    tree.commit("mine")
    tree.git("tag", "mine")


def detached_with_a_remote(tree: Tree) -> None:
    tree.git("checkout", "-q", "--detach")
    tree.git("update-ref", "refs/remotes/origin/mine", tree.commit("mine"))


def rebased(tree: Tree) -> None:
    """The commits of before are in the branch's own log, which stays."""
    tree.commit("main", cwd=tree.main)
    for number in range(3):
        tree.write(f"n{number}", "text")
        tree.git("add", "-A")
        tree.commit(str(number))
    tree.git("-c", "sequence.editor=sed -i 2s/pick/squash/", "-c", "core.editor=true", "rebase", "-q", "-i", "main")


def sparse_and_untouched(tree: Tree) -> None:
    tree.git("sparse-checkout", "set", "--cone", "e")
    assert not os.path.exists(os.path.join(tree.path, "d"))


def touched(tree: Tree) -> None:
    os.utime(os.path.join(tree.path, "a"))


def stashed(tree: Tree) -> None:
    tree.write("a", "work")
    tree.git("stash", "-q")


def empty_folders(tree: Tree) -> None:
    os.makedirs(os.path.join(tree.path, "x/y/z"))


def converted(tree: Tree) -> None:
    """Line ends and a filter that give other bytes than are stored."""
    tree.git("config", "core.autocrlf", "true")
    tree.git("config", "filter.up.smudge", "tr a-z A-Z")
    tree.git("config", "filter.up.clean", "tr A-Z a-z")
    tree.write(".gitattributes", "d/* filter=up\n")
    tree.git("add", "-A")
    tree.commit("with a filter")
    for name in ("a", "d/c"):
        os.unlink(os.path.join(tree.path, name))
    tree.git("checkout", "-q", "--", ".")
    with open(os.path.join(tree.path, "d/c"), "rb") as file:
        assert file.read() == b"TEXT\r\n"


HONEST = [
    nothing,
    commits_on_its_branch,
    detached_at_a_branch,
    detached_with_a_tag,
    detached_with_a_remote,
    rebased,
    sparse_and_untouched,
    touched,
    stashed,
    empty_folders,
    converted,
]


@pytest.mark.parametrize("case", HONEST, ids=lambda case: case.__name__)
def test_what_is_held_elsewhere_is_no_loss(tree: Tree, case: Callable[[Tree], None]) -> None:
    case(tree)
    assert tree.losses() == []


def test_many_names_are_shortened(tree: Tree) -> None:
    for number in range(20):
        tree.write(f"new/{number:02}", "work")
    assert tree.losses() == ["20 change(s) are not committed: new/00, new/01, new/02, ..."]


def test_a_name_is_taken_as_it_is(tree: Tree) -> None:
    tree.write("1 .M a\nb\t'", "work")
    assert tree.losses() == ["1 change(s) are not committed: 1 .M a\nb\t'"]


@pytest.mark.parametrize("what", ["nothing", "a repository"])
def test_a_folder_that_lost_its_git_is_nothing_that_git_knows(tree: Tree, what: str) -> None:
    os.unlink(os.path.join(tree.path, ".git"))
    if what == "a repository":
        tree.git("init", "-q")
        tree.git("config", "core.worktree", os.path.dirname(tree.path))
    with pytest.raises(GitError):
        tree.losses()


def test_what_a_hook_of_git_has_in_its_environment_names_no_other_repository(tree: Tree) -> None:
    tree.write("a", "work")
    index = os.path.join(tree.main, ".git/index")
    env = {**ENV, "GIT_DIR": os.path.join(tree.main, ".git"), "GIT_INDEX_FILE": index, "GIT_NAMESPACE": "x"}
    assert git_losses.find(Git(tree.main, env), tree.path) == ["1 change(s) are not committed: a"]
