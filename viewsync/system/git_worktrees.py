"""What viewsync says to git about worktrees. Names never stand where git could take them for options."""

from __future__ import annotations

import os

from viewsync.errors import ViewsyncError
from viewsync.system import process
from viewsync.system.git import environment
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHORT = 20.0  # seconds for an answer
_LONG = 600.0  # seconds to check out, or remove, a large tree
_BRANCH = "refs/heads/"
_REMOTES = "refs/remotes/"


class GitError(ViewsyncError):
    """git is missing, refused, or did not come back in time."""

    kind = "git"


class WorktreeEntry(NamedTuple):
    """One worktree, as git lists it."""

    path: str
    head: str  # the commit, "" when there is none
    branch: str  # "" for none
    locked: bool
    main: bool  # the repository's own, or bare


class Git:
    """The repository that a folder is in."""

    def __init__(self, folder: str, env: Mapping[str, str]) -> None:
        self.folder = folder
        self.env = environment(env, GIT_TERMINAL_PROMPT="0")

    def run(
        self,
        *words: str,
        timeout: float = _SHORT,
        folder: str = "",
        stdin: str = "",
        more: Mapping[str, str] | None = None,
    ) -> process.Completed:
        """`more`: variables for this call."""
        argv = ["git", "-C", folder or self.folder, *words]
        try:
            return process.run(argv, timeout=timeout, stdin=stdin, env={**self.env, **(more or {})})
        except process.NotStarted as error:
            raise GitError(error.message, error.hint or "install git: worktrees are git's") from None
        except process.TooMuch as error:
            raise GitError(error.message) from None
        except process.TimedOut:
            raise GitError(f"git {words[0]} did not finish within {timeout:g} s") from None

    def ask(self, *words: str, timeout: float = _SHORT, folder: str = "", stdin: str = "") -> str:
        done = self.run(*words, timeout=timeout, folder=folder, stdin=stdin)
        if done.code:
            raise GitError(f"git {' '.join(words[:2])}: {said(done)}")
        return done.out

    def check(self) -> None:
        """GitError where the folder is in no repository."""
        done = self.run("rev-parse", "--git-dir")
        if done.code:
            hint = "`git init` makes one" if "not a git repository" in done.err else said(done)
            raise GitError(f"{self.folder} is not in a git repository", hint)

    def worktrees(self) -> list[WorktreeEntry]:
        """The main one first."""
        done = self.run("worktree", "list", "--porcelain", "-z")
        end = "\0"
        if done.code == 129:  # git before 2.36 has no -z
            done, end = self.run("worktree", "list", "--porcelain"), "\n"
        if done.code:
            raise GitError(f"git worktree list: {said(done)}")
        blocks = [part for part in done.out.split(end + end) if part.strip(end)]
        return [_entry(block.split(end), main=at == 0) for at, block in enumerate(blocks)]

    def is_branch_name(self, name: str) -> bool:
        """As it stands: `@{-1}` is one to git, and means another."""
        if name in ("", "@", "HEAD") or name.startswith("-") or "\n" in name or "\0" in name:
            return False
        done = self.run("check-ref-format", "--branch", name)
        return done.code == 0 and done.out.removesuffix("\n") == name

    def commit(self, name: str) -> str:
        """The commit that a branch, a tag or anything else stands for; "" for nothing."""
        if not name or name.startswith("-") or "\0" in name:
            return ""
        done = self.run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        return done.out.strip() if done.code == 0 else ""

    def branch(self, name: str) -> str:
        """The commit that a branch of exactly that name is at; "" when there is none."""
        return self.commit(_BRANCH + name)

    def remote_branch(self, name: str) -> str:
        """The one that a remote has of that name; "" for none. GitError where several have one, and none is meant."""
        remotes = self.ask("remote").split()
        found = [remote for remote in remotes if self.commit(f"{_REMOTES}{remote}/{name}")]
        if len(found) > 1:
            preferred = self.run("config", "--get", "checkout.defaultRemote").out.strip()
            if preferred not in found:
                raise GitError(
                    f"several remotes have a branch {name!r}: {', '.join(found)}",
                    "git's setting checkout.defaultRemote says which one is meant",
                )
            found = [preferred]
        return f"{_REMOTES}{found[0]}/{name}" if found else ""

    def add(self, path: str, branch: str, base: str, *, again: bool, follow: bool = False) -> None:
        """`base`: what a new branch begins at, "" for a branch that is there; `follow`: that is its upstream.

        `again`: git knows of a worktree there whose folder is gone.
        """
        track = "--track" if follow else "--no-track"
        words = ["worktree", "add", *(["--force"] if again else []), *([track, "-b", branch] if base else [])]
        self.ask(*words, "--", path, base or branch, timeout=_LONG)

    def remove(self, path: str, *, force: bool) -> None:
        """git looks once more by itself, unless it is forced; where the user has it look over untracked files, too."""
        look = ("-c", "status.showUntrackedFiles=all")
        self.ask(*look, "worktree", "remove", *(["--force"] if force else []), "--", path, timeout=_LONG)

    def drop_branch(self, name: str, commit: str) -> None:
        """If it is still at that commit, with what it follows."""
        if not self.run("update-ref", "-d", _BRANCH + name, commit).code:
            self.run("config", "--remove-section", f"branch.{name}")


def _entry(lines: list[str], *, main: bool) -> WorktreeEntry:
    values = dict(line.partition(" ")[::2] for line in lines if line)
    return WorktreeEntry(
        path=values.get("worktree", ""),
        head=values.get("HEAD", "").strip("0") and values["HEAD"],
        branch=values.get("branch", "").removeprefix(_BRANCH),
        locked="locked" in values,
        main=main,
    )


def same_place(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def said(done: process.Completed) -> str:
    """git's complaint, in one line."""
    lines = [line.strip() for line in done.err.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines[-1:]
    return "; ".join(line.partition(": ")[2] or line for line in told) or f"exit code {done.code}"
