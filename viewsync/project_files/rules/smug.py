"""smug's project files, with what smug does where they say nothing."""

from __future__ import annotations

from viewsync.project_files.rules import shapes, tmux_words, writing
from viewsync.project_files.rules.nodes import NULL, Node, Problem, problem
from viewsync.project_files.rules.tmuxp import directory
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.project_files.rules.writing import Data

_ROOT = (
    *("session", "root", "env", "before_start", "stop", "attach_hook", "detach_hook", "attach", "windows"),
    "tmux_options",
)
_TMUX = ("socket_name", "socket_path", "config_file")
_WINDOW = ("name", "root", "layout", "commands", "panes", "manual", "selected")
_PANE = ("root", "type", "commands")
_LAYOUT = "even-horizontal"


def command(root: Node, _folder: str) -> tuple[Data, list[Problem]]:
    left: list[Problem] = []
    _others(root, _ROOT, left)
    root = shapes.fitting(root, left, texts=("session", "root", "attach"), mappings=("env", "tmux_options"))
    name, top, attach, env = (root.get(key) for key in ("session", "root", "attach", "env"))
    session = writing.filled(
        name_template=writing.expanded(name.text) if name else "",
        working_directory=directory(top.text) if top else "",
        auto_attach=attach.truth if attach else False,
        pre_create_steps=_steps(root, "before_start", left),
        **_server(root.get("tmux_options"), left),
        attach_steps=_steps(root, "attach_hook", left),
        detach_steps=_steps(root, "detach_hook", left),
        # What fails lets none of the others run.
        cleanup_steps=[{**step, "on_failure": "abort"} for step in _steps(root, "stop", left)],
    )
    env = shapes.fitting(env, left, texts=env.fields) if env else None
    variables = {key: writing.expanded(value.text) for key, value in env.fields.items()} if env else {}
    session["windows"] = [_window(window, left) for window in shapes.mappings(root.get("windows"), "window", left)]
    return {**writing.filled(environment=variables), "session": session}, left


def _server(node: Node | None, left: list[Problem]) -> Data:
    if node is None:
        return {}
    _others(node, _TMUX, left)
    node = shapes.fitting(node, left, texts=_TMUX)
    name, path, config = (node.get(key) for key in _TMUX)
    found = tmux_words.config("config_file", config, config.text, left) if config else {}
    return tmux_words.server(found, name, path)


def _others(node: Node, known: tuple[str, ...], left: list[Problem]) -> None:
    left += [
        problem(value, f"{key} has no equivalent in viewsync")
        for key, value in node.fields.items()
        if key not in known and value.kind != NULL
    ]


def _lines(node: Node | None, left: list[Problem]) -> list[str]:
    return [writing.expanded(line) for line in writing.lines(node, left)]


def _steps(root: Node, key: str, left: list[Problem]) -> list[Data]:
    return [{"run": line} for line in _lines(root.get(key), left)]


def _window(node: Node, left: list[Problem]) -> Data:
    """The window's own commands go into its first pane; `panes` are those beside it, and the last one is current."""
    _others(node, _WINDOW, left)
    node = shapes.fitting(node, left, texts=("name", "root", "layout", "manual", "selected"), lists=["panes"])
    name, top, layout, panes, selected = (node.get(key) for key in ("name", "root", "layout", "panes", "selected"))
    manual = node.get("manual")
    listed = shapes.mappings(panes, "pane", left)
    said = [writing.pane(_lines(node.get("commands"), left)), *(_pane(pane, left) for pane in listed[:-1])]
    said += [_pane(pane, left, focus=True) for pane in listed[-1:]]
    return writing.window(
        writing.expanded(name.text) if name else "",
        said,
        layout=layout.text if layout else _LAYOUT if listed else "",
        working_directory=directory(top.text) if top else "",
        focus=selected.truth if selected else False,
        manual=manual.truth if manual else False,
    )


def _pane(node: Node, left: list[Problem], *, focus: bool = False) -> Data | str | None:
    _others(node, _PANE, left)
    node = shapes.fitting(node, left, texts=("root", "type"))
    top = node.get("root")
    folder = directory(top.text) if top else ""
    return writing.pane(_lines(node.get("commands"), left), working_directory=folder, focus=focus)
