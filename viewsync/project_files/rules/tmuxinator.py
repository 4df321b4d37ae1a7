"""tmuxinator's project files, without the Ruby in them."""

from __future__ import annotations

from viewsync.project_files.rules import writing
from viewsync.project_files.rules.nodes import LIST, MAPPING, NULL, NUMBER, Node, Problem, problem
from viewsync.project_files.rules.tmuxp import folder
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewsync.project_files.rules.writing import Data

_ROOT = (
    *("name", "project_name", "root", "project_root", "windows", "tabs", "pre_window", "pre_tab", "rbenv", "rvm"),
    *("on_project_start", "on_project_first_start", "on_project_stop", "pre", "attach", "startup_window"),
)
_WINDOW = ("layout", "root", "panes", "pre", "synchronize")
_MANAGERS = (("rbenv", "rbenv shell"), ("rvm", "rvm use"))


def command(root: Node) -> tuple[Data, list[Problem]]:
    left = [
        problem(node, f"{key} has no equivalent in viewsync") for key, node in root.fields.items() if key not in _ROOT
    ]
    name, top, windows, attach = (
        _first(root, *names)
        for names in (("name", "project_name"), ("root", "project_root"), ("windows", "tabs"), ("attach",))
    )
    before = [f"{how} {found.text}" for key, how in _MANAGERS if (found := root.get(key))]
    before += _commands(_first(root, "pre_window", "pre_tab"))
    listed = windows.items if windows else ()
    session = writing.filled(
        name_template=writing.literal(name.text) if name else "",
        working_directory=folder(top, left) if top else "",
        auto_attach=attach.truth if attach else False,
        focus=_focus(root, left),
        pre_create_steps=_steps(root, "pre", "on_project_start", "on_project_first_start"),
        cleanup_steps=_steps(root, "on_project_stop"),
    )
    session["windows"] = [
        found for number, item in enumerate(listed, 1) for found in _windows(item, number, before, left)
    ]
    return {"session": session}, left


def _first(node: Node, *keys: str) -> Node | None:
    return next((found for key in keys if (found := node.get(key))), None)


def _commands(node: Node | None) -> list[str]:
    if node is None or node.kind in (NULL, MAPPING):
        return []
    found = node.items if node.kind == LIST else [node]
    return [line.text for line in found if line.text]


def _steps(root: Node, *keys: str) -> list[Data]:
    return [{"run": writing.literal(line)} for key in keys for line in _commands(root.get(key))]


def _focus(root: Node, left: list[Problem]) -> str:
    found = root.get("startup_window")
    if found and found.kind == NUMBER:
        left.append(
            problem(found, "startup_window by its number has no equivalent in viewsync", "`focus: NAME` below session:")
        )
        return ""
    return writing.literal(found.text) if found else ""


def _windows(node: Node, number: int, before: list[str], left: list[Problem]) -> Iterator[Data]:
    """A list has one mapping for each: its name, and what is in it."""
    if node.kind != MAPPING:
        yield writing.window(node.text or f"window-{number}", [writing.pane(before)])
    for name, value in node.fields.items():
        name = f"window-{number}" if name in ("", "~", "null") else name
        if value.kind == MAPPING:
            yield _window(name, value, before, left)
        else:
            yield writing.window(name, [writing.pane([*before, *_commands(value)])])


def _window(name: str, node: Node, before: list[str], left: list[Problem]) -> Data:
    left += [
        problem(field, f"{key} has no equivalent in viewsync")
        for key, field in node.fields.items()
        if key not in _WINDOW
    ]
    layout, top, panes, synchronize = (node.get(key) for key in ("layout", "root", "panes", "synchronize"))
    before = [*before, *_commands(node.get("pre"))]
    together = synchronize is not None and synchronize.text.lower() not in ("false", "no", "off")
    return writing.window(
        name,
        [_pane(pane, before) for pane in (panes.items if panes else ())] or [writing.pane(before)],
        layout=layout.text if layout else "",
        working_directory=folder(top, left) if top else "",
        options={"synchronize-panes": "on"} if together else {},
    )


def _pane(node: Node, before: list[str]) -> Data | str | None:
    """Under a title, or without one."""
    if node.kind == MAPPING:
        node = next(iter(node.fields.values()), node)
    return writing.pane([*before, *_commands(node)])
