"""What git says of a folder: its worktree, and the branch in it."""

from __future__ import annotations

import os

from viewsync.system import process
from viewsync.text.variables import OF_A_REPOSITORY
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 5.0  # seconds for one answer


class Worktree(NamedTuple):
    top: str
    main: str  # the folder of the repository's main worktree, or of the bare repository
    branch: str  # "" when none is checked out

    @property
    def linked(self) -> bool:
        return self.top != self.main


def worktree(folder: str, env: Mapping[str, str]) -> Worktree | None:
    """The worktree that the folder is in; None where there is none, or no git. TimedOut where git hangs."""
    if not _may_be_in_one(folder):
        return None
    try:
        told = _git(folder, env, "rev-parse", "--show-toplevel", "--git-dir", "--git-common-dir")
        branch = _git(folder, env, "symbolic-ref", "--quiet", "--short", "HEAD")
    except process.NotStarted as error:
        if error.hint:  # there may be a git, and it may know of one
            raise
        return None
    lines = told.out.splitlines()
    if told.code != 0 or len(lines) != 3:
        return None
    top, own, common = (os.path.realpath(os.path.join(folder, line)) for line in lines)
    main = top if own == common else _main(common)
    return Worktree(top, main, branch.out.strip() if branch.code == 0 else "")


def _may_be_in_one(folder: str) -> bool:
    """False where no folder above has what git looks for: a `.git`, or the HEAD of a bare repository."""
    above = os.path.realpath(folder)
    while not any(os.path.lexists(os.path.join(above, name)) for name in (".git", "HEAD")):
        if above == (above := os.path.dirname(above)):
            return False
    return True


def tracking(path: str, env: Mapping[str, str]) -> str:
    """The top folder of the repository that has that file, "" where none has, or nobody knows."""
    folder, name = os.path.split(path)
    try:
        if not os.path.isdir(folder) or _git(folder, env, "ls-files", "--error-unmatch", "--", name).code:
            return ""
        return _git(folder, env, "rev-parse", "--show-toplevel").out.rstrip("\n")
    except (process.NotStarted, process.TimedOut):
        return ""


def _main(common: str) -> str:
    """Where a repository's main worktree is, by the folder that all of its worktrees share."""
    return os.path.dirname(common) if os.path.basename(common).startswith(".") else common


def _git(folder: str, env: Mapping[str, str], *words: str) -> process.Completed:
    return process.run(["git", "-C", folder, *words], timeout=_LONGEST, env=environment(env, GIT_OPTIONAL_LOCKS="0"))


def environment(env: Mapping[str, str], **more: str) -> dict[str, str]:
    """What git is to see: our folder's repository, in words that we can read."""
    return {**{name: value for name, value in env.items() if name not in OF_A_REPOSITORY}, "LC_ALL": "C", **more}
