"""Where a setting of a session comes from, and what was given as arguments.

The command file wins over the project file, and that over the user's settings. In the project file `sessions:` wins
over `tmux:` and `defaults:`.
"""

from __future__ import annotations

from viewsync.light import re
from viewsync.project_files.rules.checking import close
from viewsync.project_files.rules.nodes import MAPPING, NULL, Node, Problem, problem
from viewsync.project_files.rules.schema import VARIABLE
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

# Arguments that every command has, beside those that its file declares.
COMMON = ("branch", "env", "project", "task", "task_id", "worktree")
_OURS = ("project_path", "session_name", "worktree_path")  # what they are is found out, not given


class Sources(NamedTuple):
    name: str  # of the command
    command: Node
    project: Node | None
    user: Mapping[str, Node]  # settings of config.toml
    own: bool = False  # the command is the user's own, and no project's

    def setting(self, key: str) -> Node | None:
        found = self.command.get("session", key)
        for section in ("sessions", "tmux", "defaults"):
            found = found or (self.project and self.project.get(section, key))
        return found or self.user.get(key)

    @property
    def server(self) -> tuple[Node | None, Node | None]:
        """`socket_name` and `socket_path`, of the nearest file that says any of them."""
        for found in (self.command.get("session"), self.project and self.project.get("sessions")):
            name, path = (found and found.get(key) for key in ("socket_name", "socket_path"))
            if name or path:
                return name or None, path or None
        return None, None

    @property
    def prefix(self) -> Node | None:
        found = self.project and self.project.get("defaults", "tmux_session_prefix")
        return found or self.user.get("session_prefix")

    @property
    def secrets(self) -> list[str]:
        """What the files list as such."""
        listed = [part.get("secrets") for part in (self.command, self.project) if part]
        return [item.text for names in listed if names for item in names.items]


def arguments(command: Node, given: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Those that were given and the defaults of the others, and what is wrong with them."""
    declared = command.get("arguments")
    fields = declared.fields if declared else {}
    found = [each for name in given if (each := _wrong(command, name, declared))]
    values = {name: text for name, node in fields.items() if (text := _default(node)) is not None}
    values.update(given)
    for name, node in fields.items():
        required = node.get("required")
        if required and required.truth and name not in values:
            about = node.get("description")
            found.append(problem(node, f"the argument {name!r} is missing", f"give {name}={_told(about)}"))
    return values, found


def offered(command: Node) -> dict[str, str | None]:
    """The arguments that a command's file declares: each with its default, None where it must be given."""
    declared = command.get("arguments")
    found: dict[str, str | None] = {}
    for name, node in declared.fields.items() if declared else ():
        required = node.get("required")
        default = _default(node)
        found[name] = None if default is None and required and required.truth else default or ""
    return found


def _told(about: Node | None) -> str:
    return f"VALUE: {about.text}" if about else "VALUE"


def _default(node: Node) -> str | None:
    if node.kind == MAPPING:
        default = node.get("default")
        return default.text if default else None
    return None if node.kind == NULL else node.text


def _wrong(command: Node, name: str, declared: Node | None) -> Problem | None:
    if not re.search(VARIABLE, name):
        return Problem(command.file, 0, f"{name!r} is not the name of an argument", "letters, digits and _")
    if name in _OURS:
        return Problem(command.file, 0, f"{name} cannot be given", "it is made from the others")
    if declared and name not in (*declared.fields, *COMMON):
        return problem(declared, f"there is no argument {name!r}", close(name, list(declared.fields)))
    return None
