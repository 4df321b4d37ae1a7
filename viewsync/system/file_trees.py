"""What the files below a folder hold, as one digest. The same contents have the same one, committed or not, and in
every worktree.

Of a git checkout: every tracked file, and of the others those that git does not ignore and `counts` names. Elsewhere
all that `counts` names. git tells of its tracked files from its index, and whatever is not as that says is read.
"""

from __future__ import annotations

import hashlib
import os
import stat

from viewsync.errors import ViewsyncError
from viewsync.system import files, git
from viewsync.system.git_worktrees import Git
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Counts = Callable[[str], bool]  # of a file's path
    Left = Callable[[str], bool]  # of a path below the top, whether it is left out in any case

_MOST_FILES = 20_000  # that have to be read
_MOST_BYTES = 256 * 1024 * 1024
_LONG = 60.0  # seconds for one list of a large repository
_LINK, _NESTED = "120000", "160000"  # modes, as git writes them
# git's own switches that could have it leave out what has changed, or run something.
_PLAIN = ("-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false", "-c", "core.quotePath=false")
# What git would be told to ignore: what others' tools keep, and install.
_NO_SOURCES = frozenset(
    (
        ".git",
        ".hg",
        ".svn",
        "__pycache__",
        "node_modules",
        ".venv",
        "venv",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".ruff_cache",
    )
)


class Tree(NamedTuple):
    top: str
    digest: str
    paths: frozenset[str]  # below the top, of what it covers
    git: bool


class TooLarge(ViewsyncError):
    """More than can be read each time."""

    kind = "too-large"


class _Entry(NamedTuple):
    path: str
    mode: str
    id: str


def top(folder: str, env: Mapping[str, str]) -> str:
    """The checkout that it lies in; "" for none."""
    found = git.worktree(folder, env)
    return found.top if found else ""


def of_folder(folder: str, env: Mapping[str, str], counts: Counts, left: Left) -> Tree:
    """Of the whole checkout that it lies in; of itself where that is none. TooLarge; GitError."""
    above = top(folder, env)
    reader = _Reader()
    if above:
        entries = _checked_out(above, env, counts, left, reader)
    else:
        wanted = [path for path in _walk(folder) if not left(path) and counts(os.path.join(folder, path))]
        entries = [entry for entry in (reader.entry(folder, path) for path in wanted) if entry]
    return _tree(above or folder, entries, git=bool(above))


def of_commit(folder: str, commit: str, env: Mapping[str, str], left: Left) -> Tree:
    """Of a checkout of that commit, before anything else is in it."""
    out = Git(folder, env).ask("ls-tree", "-r", "-z", "--full-tree", commit, timeout=_LONG)
    entries = []
    for line in filter(None, out.split("\0")):
        about, _, path = line.partition("\t")
        mode, _, id_ = about.split(" ")
        entries.append(_Entry(path, mode, id_))
    return _tree(folder, [entry for entry in entries if not left(entry.path)], git=True)


def _tree(top_: str, entries: list[_Entry], *, git: bool) -> Tree:
    found = hashlib.sha256()
    for entry in sorted(entries):
        found.update("\0".join((*entry, "")).encode("utf-8", "surrogateescape"))
    return Tree(top_, found.hexdigest(), frozenset(entry.path for entry in entries), git)


def _checked_out(top_: str, env: Mapping[str, str], counts: Counts, left: Left, reader: _Reader) -> list[_Entry]:
    repository = Git(top_, env)

    def listed(*words: str) -> list[str]:
        return [part for part in repository.ask(*_PLAIN, *words, timeout=_LONG).split("\0") if part]

    changed = set(listed("diff-files", "-z", "--name-only", "--ignore-submodules=all"))
    found: list[_Entry | None] = []
    for line in listed("ls-files", "-z", "-v", "-s"):
        about, _, path = line.partition("\t")
        tag, mode, id_, place = about.split(" ")
        reader.algorithm = "sha1" if len(id_) == 40 else "sha256"
        if left(path):
            continue
        if mode == _NESTED:
            found.append(_nested(top_, _Entry(path, mode, id_), env, counts))
        # A small letter, or S: git was told not to look whether it is as it was.
        elif path in changed or place != "0" or tag != "H":
            found.append(reader.entry(top_, path))
        else:
            found.append(_Entry(path, mode, id_))
    for path in listed("ls-files", "-z", "--others", "--exclude-standard"):
        full = os.path.join(top_, path)
        if path.endswith("/"):  # a repository of its own
            found.append(_nested(top_, _Entry(path.rstrip("/"), "", ""), env, counts))
        elif not left(path) and counts(full):
            found.append(reader.entry(top_, path))
    return list(dict.fromkeys(filter(None, found)))


def _nested(top_: str, entry: _Entry, env: Mapping[str, str], counts: Counts) -> _Entry:
    """A repository in it. A submodule that is as its commit has the commit's name, whether it is checked out or not."""
    folder = os.path.join(top_, entry.path)
    if not os.path.lexists(os.path.join(folder, ".git")):
        return entry
    there = of_folder(folder, env, counts, _nothing)
    if entry.id and Git(folder, env).commit(entry.id) and there.digest == _of(folder, entry.id, env):
        return entry
    return entry._replace(mode="tree", id=there.digest)


def _of(folder: str, commit: str, env: Mapping[str, str]) -> str:
    return of_commit(folder, commit, env, _nothing).digest


def digest(path: str) -> str:
    """Of one file; "" for what cannot be read."""
    found = hashlib.sha256()
    try:
        with open(path, "rb", opener=files.regular) as file:
            while part := file.read(1 << 20):
                found.update(part)
    except OSError:
        return ""
    return found.hexdigest()


def _nothing(_: str) -> bool:
    return False


def _walk(folder: str) -> Iterator[str]:
    """Its files, relative; links are not followed. TooLarge for more than can be read."""
    seen = 0
    for above, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - _NO_SOURCES)
        seen += len(names) + len(folders)
        if seen > _MOST_FILES:
            raise TooLarge(f"{folder} has more than {_MOST_FILES} files", "in git, only those that it tracks are read")
        links = [name for name in folders if os.path.islink(os.path.join(above, name))]
        yield from (os.path.relpath(os.path.join(above, name), folder) for name in (*names, *links))


class _Reader:
    """Reads files as git would name them, and no more than it may."""

    def __init__(self) -> None:
        self.algorithm = "sha1"
        self.files = 0
        self.bytes = 0

    def entry(self, top_: str, path: str) -> _Entry | None:
        """None for one that is not there, or is neither a file nor a link."""
        full = os.path.join(top_, path)
        try:
            about = os.lstat(full)
            if stat.S_ISLNK(about.st_mode):
                return _Entry(path, _LINK, self._named(os.fsencode(os.readlink(full))))
            if not stat.S_ISREG(about.st_mode):
                return None
            mode = "100755" if about.st_mode & 0o100 else "100644"
            return _Entry(path, mode, self._of_file(full, about.st_size))
        except FileNotFoundError:
            return None
        except OSError:
            return _Entry(path, "unreadable", "")

    def _of_file(self, path: str, size: int) -> str:
        self.files += 1
        self.bytes += size
        if self.files > _MOST_FILES or self.bytes > _MOST_BYTES:
            raise TooLarge(
                f"there are more than {_MOST_FILES} files, or {_MOST_BYTES >> 20} MB, that git does not track"
            )
        with open(path, "rb", opener=files.regular) as file:
            return self._named(file.read())

    def _named(self, content: bytes) -> str:
        return hashlib.new(self.algorithm, b"blob %d\0" % len(content) + content).hexdigest()
