"""Which files a project's lines of shell may run: those of the project's tree, and beyond it those that they name.

What is covered of a tree: in git every tracked file, elsewhere and of untracked ones what looks as if it could be run.
Files of viewsync's own, which are trusted as filled in, and files that the lines write are left out.
"""

from __future__ import annotations

import glob
import itertools
import os

from viewsync.light import re
from viewsync.projects.rules import shell_lines
from viewsync.system import file_trees, files
from viewsync.system.git_worktrees import Git
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from viewsync.project_files.rules.plan import PlannedWorktree
    from viewsync.projects.rules.shell_lines import Reach
    from viewsync.system.file_trees import Tree

_CODE = re.compile(
    r"\.([bzk]|da|fi|c)?sh|\.(py|pyw|pth|pl|pm|rb|js|mjs|cjs|jsx|ts|tsx|lua|php|tcl|awk|sed|r|jl|ex|exs|groovy|gradle|kts?|java|c|cc"
    r"|cpp|h|hpp|rs|go|mod|mk|mak|cmake|ninja|bat|ps1|sql|so|dylib|jar|conf|cfg|ini|toml|ya?ml|json|env|nix|service)$"
    r"|(^|/)(\w*makefile|justfile|rakefile|gemfile|procfile|dockerfile|vagrantfile|jenkinsfile|configure|build|gradlew)$"
    r"|(^|/)\.(env|\w*rc|\w*profile|gitconfig|gitmodules|gitattributes)[^/]*$",
    re.IGNORECASE,
)
_DATA = re.compile(r"\.(log|pid|lock|sock|tmp|sw[po]|db|sqlite3?)(-\w+)?$|~$", re.IGNORECASE)
_OURS = re.compile(r"(^|/)\.(viewsync|prj)/((commands|configs)/)?[^/]+\.ya?ml$")
_GLOB = re.compile(r"[*?[]")
_MOST_NAMED = 1000  # files that one line names by a pattern


class Line(NamedTuple):
    """Of shell, and where it runs."""

    text: str
    folder: str
    variables: tuple[tuple[str, str], ...] = ()  # of its own


class Home(NamedTuple):
    """Where a project's lines are at home."""

    bases: tuple[str, ...]  # the worktree, the folder that the files were found in, the project: those that there are
    variables: tuple[tuple[str, str], ...]  # that every line has
    coming: PlannedWorktree | None = None  # that is still to be made, at the first of the bases
    bent: bool = False  # nothing is plain


class Reached(NamedTuple):
    trees: tuple[Tree, ...]  # the first one is that of the worktree
    named: tuple[str, ...]  # files that they run, and no tree has
    anything: bool


def find(lines: Sequence[Line], home: Home, env: Mapping[str, str]) -> Reached:
    """Nothing where every line is plain. TooLarge for trees that cannot be read each time; GitError."""
    bent = home.bent or shell_lines.loads(dict(home.variables))
    known = {"HOME": env.get("HOME", ""), **dict(home.variables), **_places(home)}
    open_ones = [line for line in lines if bent or not _is_plain(line, home, env)]
    if not open_ones:
        return Reached((), (), anything=False)
    reaches = [
        (one, shell_lines.reach(one.text, {**known, "PWD": one.folder, **dict(one.variables)})) for one in open_ones
    ]
    anything = any(reach.anything for _, reach in reaches)
    written = {os.path.normpath(os.path.join(line.folder, name)) for line, reach in reaches for name in reach.written}
    written |= {os.path.normpath(os.path.join(line.folder, name)) for line in lines for name in _created(line)}

    def counts(path: str) -> bool:
        if path in written or _DATA.search(path):
            return False
        return anything or _could_run(path)

    places = dict.fromkeys(path for line, reach in reaches for path in _named(line, reach, home))
    found = [path for path in places if path not in written]
    trees = list(_trees(found, home, env, counts))
    named = [path for path in found if os.path.isfile(path) and not any(_covers(tree, path) for tree in trees)]
    return Reached(tuple(trees), tuple(named), anything)


def _is_ours(path: str) -> bool:
    return bool(_OURS.search(path))


def _is_plain(line: Line, home: Home, env: Mapping[str, str]) -> bool:
    if not shell_lines.plain(line.text) or shell_lines.loads(dict(line.variables)):
        return False
    if not shell_lines.programs(line.text):
        return True
    folders = env.get("PATH", os.defpath).split(os.pathsep)
    return all(os.path.isabs(folder) and not any(inside(folder, base) for base in home.bases) for folder in folders)


def _created(line: Line) -> Iterator[str]:
    """Files that a plain line makes."""
    if shell_lines.plain(line.text):
        found = shell_lines.reach(line.text, {})
        yield from found.written
        if "touch" in found.words:
            yield from found.words


def _places(home: Home) -> dict[str, str]:
    """What every step is told of where it is; the others of these name no file."""
    names = ("PROJECT", "COMMAND", "TASK", "BRANCH", "SESSION", "SOCKET")
    return {
        **{f"VIEWSYNC_{name}": "" for name in names},
        "VIEWSYNC_PROJECT_PATH": home.bases[-1],
        "VIEWSYNC_WORKTREE_PATH": home.bases[0],
    }


def _trees(found: Sequence[str], home: Home, env: Mapping[str, str], counts: file_trees.Counts) -> Iterator[Tree]:
    """That of the worktree, and those of other checkouts in which a line names something."""
    first = _first(home, env, counts)
    yield first
    trees = [first]
    for path in found:
        folder = path if os.path.isdir(path) else os.path.dirname(path)
        if not os.path.isdir(folder) or any(_is_home(folder, tree.top) for tree in trees):
            continue
        top = file_trees.top(folder, env) or next((base for base in home.bases if inside(folder, base)), "")
        mine = any(inside(top, base) or inside(base, top) for base in home.bases)
        if top and mine and not any(top == tree.top or _covers(tree, top) for tree in trees):
            trees.append(file_trees.of_folder(top, env, counts, _is_ours))
            yield trees[-1]


def _is_home(folder: str, top: str) -> bool:
    """Whether no other checkout lies between the two."""
    while inside(folder, top):
        if folder == top:
            return True
        if os.path.lexists(os.path.join(folder, ".git")):
            return False
        folder = os.path.dirname(folder)
    return False


def _first(home: Home, env: Mapping[str, str], counts: file_trees.Counts) -> Tree:
    if home.coming and not os.path.isdir(home.bases[0]):
        git = Git(home.bases[-1], env)
        commit = git.branch(home.coming.branch) or git.commit(home.coming.base_branch or "HEAD")
        if commit:
            return file_trees.of_commit(home.bases[-1], commit, env, _is_ours)._replace(top=home.bases[0])
    there = next((base for base in home.bases if os.path.isdir(base)), home.bases[-1])
    return file_trees.of_folder(there, env, counts, _is_ours)


def _named(line: Line, reach: Reach, home: Home) -> Iterator[str]:
    """Files and folders in the project, and beside it, that its words name: of files, those that may run."""
    folders = [line.folder, *(path for word in reach.words if os.path.isdir(path := os.path.join(line.folder, word)))]
    for word in reach.words:
        for folder in dict.fromkeys(os.path.normpath(base) for base in folders):
            pattern = os.path.normpath(os.path.join(folder, word))
            paths = list(itertools.islice(glob.iglob(pattern), _MOST_NAMED)) if _GLOB.search(word) else [pattern]
            for path in paths:
                if os.path.isabs(word) and not any(inside(path, base) for base in home.bases):
                    continue
                if os.path.isdir(path) or (_runs(path, word, reach) and not _leads_out(path, home)):
                    yield path


def _runs(path: str, word: str, reach: Reach) -> bool:
    if not os.path.isfile(path):
        return False
    return word in reach.runs or reach.anything or _could_run(path) or (reach.interprets and not _DATA.search(path))


def _leads_out(path: str, home: Home) -> bool:
    """A link to a program of the system."""
    if not os.path.islink(path):
        return False
    real = os.path.realpath(path)
    return not any(inside(real, os.path.realpath(base)) for base in home.bases)


def _covers(tree: Tree, path: str) -> bool:
    """Itself, or the repository within the tree that has it."""
    while inside(path, tree.top) and path != tree.top:
        if os.path.relpath(path, tree.top) in tree.paths:
            return True
        path = os.path.dirname(path)
    return False


def inside(path: str, base: str) -> bool:
    return path == base or path.startswith(base.rstrip("/") + "/")


def _could_run(path: str) -> bool:
    if os.access(path, os.X_OK) or _CODE.search(path):
        return True
    try:
        with open(path, "rb", opener=files.regular) as file:
            return file.read(2) == b"#!"
    except OSError:
        return False
