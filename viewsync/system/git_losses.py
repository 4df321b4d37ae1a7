"""What a worktree holds that nothing else does, and that goes with it. Asked so that no setting of the user's, no flag
in the index and no cache of git's hides any of it.
"""

from __future__ import annotations

import os
import tempfile

from viewsync.light import re
from viewsync.system import procfs
from viewsync.system.git_worktrees import GitError, said, same_place
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from viewsync.system.git_worktrees import Git

_SHOWN = 3  # names of each kind
_LONG = 600.0  # seconds to read a large tree
# What would have git trust a cache, a program of the user's, or a flag, instead of the files.
_PLAINLY = (
    *("-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false", "-c", "core.splitIndex=false"),
    *("-c", "core.ignoreStat=false", "-c", "index.sparse=false", "-c", "status.renames=false"),
)
_STATUS = ("status", "--porcelain=v2", "-z", "--untracked-files=all", "--ignored=matching", "--ignore-submodules=none")
_FIELDS = {"1": 8, "u": 10, "?": 1, "!": 1}  # of a line of status, in front of the path
_SUBMODULE = "160000"
# What git writes into a worktree's own folder while something is under way there.
_UNDER_WAY = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "sequencer": "a series of cherry-picks or reverts",
    "BISECT_LOG": "a bisect",
}
_REFS_OF_ITS_OWN = ("refs/bisect", "refs/worktree", "refs/rewritten")
# What the log of HEAD says of a commit that was made there.
_MADE = re.compile(r"(commit|cherry-pick|revert|merge|am)\b")
_HELD = ("--not", "--branches", "--tags", "--remotes")


class _Contents(NamedTuple):
    """Paths from the top of the worktree."""

    repositories: list[str]
    mounts: list[str]
    unreadable: list[str]


def find(git: Git, path: str) -> list[str]:
    """Each kind as people read it. GitError where git cannot tell."""
    own = _own_folder(git, path)
    contents = _walk(path)
    entries = git.ask("ls-files", "-z", "--stage", folder=path, timeout=_LONG)
    submodules = [part.partition("\t")[2] for part in entries.split("\0") if part.startswith(_SUBMODULE)]
    repositories = sorted({*contents.repositories, *submodules})
    changes, ignored = _changes(git, path, entries)
    changes = [change for change in changes if change.rstrip("/") not in repositories]
    found = [
        _named("change(s) are not committed", changes),
        _named("repositories or submodules are in it", repositories),
        _named("ignored file(s) or folder(s) are in it", ignored),
        _named("file system(s) are mounted in it", contents.mounts),
        _named("folder(s) cannot be looked into", contents.unreadable),
    ]
    found.append(_unheld(_commits(git, path)))
    under_way = {what: None for name, what in _UNDER_WAY.items() if os.path.lexists(os.path.join(own, name))}
    found += [f"{what} is under way" for what in under_way]
    return [loss for loss in found if loss]


def find_without_folder(git: Git, head: str) -> list[str]:
    """The same where its folder is gone, or on a disk that is not there now: its commits are with git still."""
    return [loss for loss in [_unheld(_held_by_none(git, git.folder, [head] if head else []))] if loss]


def mounts(path: str) -> list[str]:
    """The file systems that are mounted below it: removing it would empty them."""
    return _walk(path).mounts


def _named(what: str, names: Sequence[str]) -> str:
    return f"{len(names)} {what}: {_shown(names)}" if names else ""


def _unheld(commits: Sequence[str]) -> str:
    return f"no branch has its commits ({_shown([commit[:12] for commit in commits])})" if commits else ""


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")


def _own_folder(git: Git, path: str) -> str:
    """Where git keeps what is that worktree's alone. Of a folder that lost its `.git`, git tells of another one."""
    told = git.ask("rev-parse", "--absolute-git-dir", "--show-toplevel", folder=path).split("\n")
    if len(told) != 3 or not same_place(told[1], path):
        raise GitError(
            f"{path} is no whole worktree: git takes it for a part of {told[1] or told[0]}",
            "`git worktree repair` may mend it",
        )
    return told[0]


def _changes(git: Git, path: str, entries: str) -> tuple[list[str], list[str]]:
    """What is not committed, and what is ignored.

    By an index of our own, with the same contents and nothing else: git then compares each file, also one whose size
    and time are those of before, and one that it was told to assume unchanged, or to skip.
    """
    with tempfile.TemporaryDirectory(prefix="viewsync-") as folder:
        index = {"GIT_INDEX_FILE": os.path.join(folder, "index"), "GIT_OPTIONAL_LOCKS": "0"}
        done = git.run(
            *_PLAINLY, "update-index", "-z", "--index-info", folder=path, timeout=_LONG, stdin=entries, more=index
        )
        if not done.code:
            done = git.run(*_PLAINLY, *_STATUS, folder=path, timeout=_LONG, more=index)
    if done.code:
        raise GitError(f"git cannot tell what is changed in {path}: {said(done)}")
    lines = [part for part in done.out.split("\0") if part[:1] in _FIELDS]
    skipped = _skipped(git, path) if any(line[:4] == "1 .D" for line in lines) else set()
    changed = [line for line in lines if line[0] != "!" and not (line[:4] == "1 .D" and _path(line) in skipped)]
    return [_path(line) for line in changed], [_path(line) for line in lines if line[0] == "!"]


def _path(line: str) -> str:
    return line.split(" ", _FIELDS[line[0]])[-1]


def _skipped(git: Git, path: str) -> set[str]:
    """What is not there because nobody wanted it there, as outside of a sparse checkout."""
    told = git.ask("ls-files", "-z", "-t", folder=path, timeout=_LONG).split("\0")
    return {line[2:] for line in told if line[:1] in ("S", "s")}


def _commits(git: Git, path: str) -> list[str]:
    """Those that no branch, tag or remote holds: of HEAD, of refs that are this worktree's alone (a bisect's), and
    those that were made here and left behind, unless the log of a branch has them.
    """
    told = git.ask("for-each-ref", "--format=%(objectname)", *_REFS_OF_ITS_OWN, folder=path).split()
    head = git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", folder=path).out.split()
    found = _held_by_none(git, path, [*head, *told])
    made = [commit for commit, what in _log(git, path) if _MADE.match(what)]
    left = set(_held_by_none(git, path, made)) & set(made) - set(found)
    if left:
        left -= set(git.run("log", "-g", "--branches", "--format=%H", folder=path, timeout=_LONG).out.split())
    return [*found, *(commit for commit in dict.fromkeys(made) if commit in left)]


def _held_by_none(git: Git, path: str, commits: Sequence[str]) -> list[str]:
    if not commits:
        return []
    words = ("rev-list", "--topo-order", "--ignore-missing", "--stdin", *_HELD)
    return git.ask(*words, folder=path, timeout=_LONG, stdin="\n".join(commits) + "\n").split()


def _log(git: Git, path: str) -> Iterator[tuple[str, str]]:
    """The commits that HEAD was at here, and what put it there. A repository may keep no such log."""
    done = git.run("log", "-g", "--format=%H %gs", "HEAD", folder=path, timeout=_LONG)
    for line in done.out.splitlines():
        commit, _, what = line.partition(" ")
        yield commit, what


def _walk(top: str) -> _Contents:
    """What git looks over: repositories that have no commit yet or are ignored, and what is no part of the disk."""
    found = _Contents([], _mounted(top), [])
    disk = os.stat(top).st_dev

    def unreadable(error: OSError) -> None:
        found.unreadable.append(os.path.relpath(str(error.filename), top))

    for folder, names, files in os.walk(top, onerror=unreadable):
        place = os.path.relpath(folder, top)
        if place == ".":
            names[:] = [name for name in names if name != ".git"]
        elif ".git" in names or ".git" in files:
            found.repositories.append(place)
            names.clear()
        elif os.lstat(folder).st_dev != disk:
            found.mounts.extend([] if place in found.mounts else [place])
            names.clear()
    return found


def _mounted(top: str) -> list[str]:
    """As Linux lists it; elsewhere another device tells."""
    real = os.path.join(os.path.realpath(top), "")
    points = [line.split(" ")[4] for line in procfs.mounts().splitlines()]
    plain = [re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), point) for point in points]
    return [path[len(real) :] for path in plain if path.startswith(real)]
