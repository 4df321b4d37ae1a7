"""tmuxp's workspace files."""

from __future__ import annotations

from viewsync.project_files.rules import writing
from viewsync.project_files.rules.nodes import LIST, MAPPING, NULL, Node, Problem, problem
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewsync.project_files.rules.writing import Data

_ROOT = (
    "session_name",
    "start_directory",
    "environment",
    "options",
    "shell_command_before",
    "before_script",
    "windows",
)
_WINDOW = (
    *("window_name", "start_directory", "layout", "focus", "options", "options_after", "environment", "window_shell"),
    *("shell_command_before", "panes"),
)
_PANE = ("shell_command", "shell_command_before", "start_directory", "focus", "environment", "shell")
_BLANK = ("blank", "pane", "")


def command(root: Node) -> tuple[Data, list[Problem]]:
    found = _Reading()
    found.others(root, _ROOT)
    name = root.get("session_name")
    script = root.get("before_script")
    session = writing.filled(
        name_template=writing.literal(name.text) if name else "",
        working_directory=found.folder(root),
        pre_create_steps=[{"run": writing.literal(script.text)}] if script else [],
        options=found.values(root, "options"),
    )
    before = list(found.commands(root.get("shell_command_before")))
    windows = root.get("windows")
    session["windows"] = [
        found.window(window, number, before) for number, window in enumerate(windows.items if windows else (), 1)
    ]
    return {"session": session, **writing.filled(environment=found.values(root, "environment"))}, found.left


class _Reading:
    def __init__(self) -> None:
        self.left: list[Problem] = []

    def others(self, node: Node, known: tuple[str, ...]) -> None:
        """What it says that we do not understand."""
        for key, value in node.fields.items():
            if key not in known and value.kind != NULL:
                self.left.append(problem(value, f"{key} has no equivalent in viewsync"))

    def folder(self, node: Node) -> str:
        found = node.get("start_directory")
        return folder(found, self.left) if found else ""

    def values(self, node: Node, *keys: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for key in keys:
            fields = node.get(key)
            for name, value in fields.fields.items() if fields else ():
                found[name] = writing.literal(value.text)
                if key == "environment" and "$" in value.text:
                    self.left.append(problem(value, f"{name}: `$` stays as it is, nothing is put in its place"))
        return found

    def commands(self, node: Node | None) -> Iterator[str]:
        if node is None:
            return
        for line in node.items if node.kind == LIST else [node]:
            entry = line.get("cmd") if line.kind == MAPPING else line
            enter = line.get("enter") if line.kind == MAPPING else None
            if enter and not enter.truth:
                self.left.append(problem(line, "a command without Enter has no equivalent in viewsync"))
            elif entry and entry.kind not in (NULL, LIST, MAPPING) and entry.text not in _BLANK:
                yield entry.text
            if line.kind == MAPPING:
                self.others(line, ("cmd", "enter"))

    def window(self, node: Node, number: int, before: list[str]) -> Data:
        self.others(node, _WINDOW)
        name, shell, layout = (node.get(key) for key in ("window_name", "window_shell", "layout"))
        before = [*before, *self.commands(node.get("shell_command_before"))]
        panes = node.get("panes")
        return writing.window(
            name.text if name else f"window-{number}",
            [self.pane(pane, before) for pane in (panes.items if panes else ())] or [writing.pane(before)],
            layout=layout.text if layout else "",
            focus=_truth(node, "focus"),
            working_directory=self.folder(node),
            options=self.values(node, "options", "options_after"),
            environment=self.values(node, "environment"),
            shell=writing.literal(shell.text) if shell else "",
        )

    def pane(self, node: Node, before: list[str]) -> Data | str | None:
        if node.kind != MAPPING:
            return writing.pane([*before, *self.commands(node)])
        if "cmd" in node.fields:  # a command alone
            return writing.pane([*before, *self.commands(node)])
        self.others(node, _PANE)
        shell = node.get("shell")
        own = [*self.commands(node.get("shell_command_before")), *self.commands(node.get("shell_command"))]
        return writing.pane(
            [*before, *own],
            focus=_truth(node, "focus"),
            working_directory=self.folder(node),
            environment=self.values(node, "environment"),
            shell=writing.literal(shell.text) if shell else "",
        )


def _truth(node: Node, key: str) -> bool:
    found = node.get(key)
    return found.truth if found else False


def folder(node: Node, left: list[Problem]) -> str:
    """tmuxp and tmuxinator put variables of the environment in their places; here `~` is the only one."""
    text = node.text
    for home in ("$HOME", "${HOME}"):
        if text == home or text.startswith(f"{home}/"):
            text = f"~{text[len(home) :]}"
    if "$" in text:
        left.append(problem(node, f"the folder {text!r}: `$` stays as it is, nothing is put in its place"))
    return writing.literal(text)
