"""Templates of a file filled in, value by value; what is wrong with any of them is gathered, with its line."""

from __future__ import annotations

from viewsync.light import quote, re
from viewsync.project_files.rules.environment import hidden
from viewsync.project_files.rules.nodes import MAPPING, Node, Problem, Unfit, problem
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from viewsync.project_files.rules.settings import Sources


# Variables that are found, or made of what is: whoever names a branch or a folder must not get a word in our shells.
_FOUND = ("branch", "project", "project_path", "task", "task_type", "user", "worktree", "worktree_path")
# What shells act on; a space is left to the quotes of whoever wrote the file.
_ACTIVE = frozenset("`$\\\"';&|<>()!\x7f").union(map(chr, range(32)))
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_QUOTED = re.compile(r"\|\s*quote\s*-?\}\}$")


class World(NamedTuple):
    """What the files do not say. The functions look, and change nothing."""

    root: str  # the project's folder, in the main worktree
    top: str  # the repository's folder, in the main worktree; the project's where there is none
    here: str  # the same as root in the worktree that we are in
    inside: str  # where it lies in its worktree: "." mostly
    worktree: str  # the worktree's name
    branch: str
    user: str
    timestamp: str
    render: Callable[[str, Mapping[str, str]], str]
    path: Callable[[str, str], str]  # what a text means, absolute, and a relative one from that folder
    is_folder: Callable[[str], bool]
    is_file: Callable[[str], bool]
    worktree_of: Callable[[str], str]  # the folder of a branch's worktree, "" where it has none of its own
    step: Callable[[str], str]  # the file of a step that is a program, "" when there is none
    layout: Callable[[str], str]  # a window's layout, as every tmux takes it
    socket: Callable[[str, str], str]  # of the server with that name, or path; Unfit where there can be none


class Filler:
    def __init__(self, sources: Sources, world: World, variables: Mapping[str, str], coming: str = "") -> None:
        """`coming`: a folder that is not there yet, and will be."""
        self.sources = sources
        self.world = world
        self.variables = dict(variables)
        self.coming = coming
        self.problems: list[Problem] = []

    def text(self, node: Node | None, default: str = "") -> str:
        if node is None:
            return default
        try:
            return self.world.render(node.text, self.variables)
        except Unfit as error:
            for reason in error.problems:
                self.problems.append(Problem(node.file, node.text_line + reason.line - 1, reason.what, reason.hint))
            return ""

    def shell(self, node: Node | None) -> str:
        """Text that a shell reads. A name with a sign in it that shells act on has to be quoted there."""
        if node is None:
            return ""
        names = [name for name in _FOUND if name in node.text and not _ACTIVE.isdisjoint(self.variables.get(name, ""))]
        if not names:
            return self.text(node)
        bare = " ".join(match[0] for match in _TEMPLATE.finditer(node.text) if not _is_quoted(node.text, match))
        bare = _STRING.sub("", bare)
        for name in names:
            if re.search(rf"\b{name}\b", bare):
                hint = f"write {{{{ {name} | quote }}}} outside of quotes, or give it in a variable"
                self.wrong(node, f"a shell would act on what is in {name}: {self.variables[name]!r}", hint)
        return self.text(node)

    def texts(self, node: Node | None) -> dict[str, str]:
        """Of a mapping with keys of the user's own."""
        return {name: self.text(field) for name, field in node.fields.items()} if node else {}

    def folder(self, node: Node | None, base: str) -> str:
        """Below `working_directory` or `cwd` of that mapping, else `base`, from which a relative one is meant."""
        found = self.either(node, "working_directory", "cwd")
        if found is None:
            return base
        path = self.world.path(self.text(found) or ".", base)
        if not self.is_coming(path) and not self.world.is_folder(path):
            # Other tools begin in another one then, and type the commands there, whatever these do.
            # In other words than its own a secret in it would not be found, and hidden.
            made = f"`mkdir -p {quote(path)}` makes it" if path in quote(path) else "make it"
            self.wrong(found, f"there is no folder {path}", f"{made}, or name another one")
        return path

    def is_coming(self, path: str) -> bool:
        return bool(self.coming) and f"{path}/".startswith(f"{self.coming}/")

    def either(self, node: Node | None, *names: str) -> Node | None:
        """The value of the one of these keys that is there."""
        if node is None or node.kind != MAPPING:
            return None
        there = [name for name in names if node.get(name)]
        if len(there) > 1:
            self.wrong(node.fields[there[1]], f"{' and '.join(there)} say the same", "leave one out")
        return node.get(there[0]) if there else None

    def wrong(self, node: Node, what: str, hint: str = "") -> None:
        self.problems.append(problem(node, what, hint))

    def finish(self, secrets: Sequence[str] = ()) -> None:
        """Unfit for what is wrong, told without these values."""
        if self.problems:
            told = [
                reason._replace(what=hidden(reason.what, secrets), hint=hidden(reason.hint, secrets))
                for reason in self.problems
            ]
            raise Unfit(told)


def _is_quoted(text: str, template: re.Match[str]) -> bool:
    """By the filter, where a shell takes its quotes for such: in others, and in a here-document, they are letters."""
    before = _TEMPLATE.sub("", text[: template.start()])
    return bool(_QUOTED.search(template[0])) and "<<" not in before and not _ends_in_quotes(before)


def _ends_in_quotes(text: str) -> bool:
    opened = ""
    escaped = False
    for char in text:
        if escaped:
            escaped = False
        elif char == "\\" and opened != "'":
            escaped = True
        elif opened:
            opened = "" if char == opened else opened
        elif char in "'\"":
            opened = char
    return bool(opened)
