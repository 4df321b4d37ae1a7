"""tmuxinator's project files, without the Ruby in them, and with what tmuxinator does where they say nothing."""

from __future__ import annotations

from viewsync.project_files.rules import scalars, shapes, tmux_words, writing
from viewsync.project_files.rules.nodes import LIST, MAPPING, NULL, NUMBER, Node, Problem, problem
from viewsync.project_files.rules.tmuxp import directory
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.project_files.rules.writing import Data

_ROOT = (
    *("name", "project_name", "root", "project_root", "windows", "tabs", "pre_window", "pre_tab", "rbenv", "rvm"),
    *("on_project_start", "on_project_first_start", "on_project_restart", "on_project_exit", "on_project_stop"),
    *("pre", "post", "attach", "startup_window", "startup_pane", "enable_pane_titles", "pane_title_position"),
    *("pane_title_format", "socket_name", "socket_path", "cli_args", "tmux_options"),
)
_WINDOW = ("layout", "root", "panes", "pre", "synchronize")
_TEXTS = (
    *("name", "project_name", "root", "project_root", "attach", "startup_window", "startup_pane"),
    *("enable_pane_titles", "pane_title_position", "pane_title_format"),
    *("socket_name", "socket_path", "cli_args", "tmux_options"),
)
_TITLES = "#{pane_index}: #{pane_title}"


def command(root: Node, _folder: str) -> tuple[Data, list[Problem]]:
    left = [
        problem(node, f"{key} has no equivalent in viewsync")
        for key, node in root.fields.items()
        if key not in _ROOT and node.kind != NULL
    ]
    root = shapes.fitting(root, left, texts=_TEXTS)
    name, top, windows = _first(root, "project_name", "name"), _first(root, "project_root", "root"), _windows(root)
    attach = root.get("attach")
    session = writing.filled(
        name_template=_said("the name", name, left),
        working_directory=directory(top.text) if top else "",
        auto_attach=attach.truth if attach else True,
        **_server(root, left),
        start_steps=_steps(root, left, "on_project_start"),
        pre_create_steps=_steps(root, left, "pre", "on_project_first_start"),
        restart_steps=_steps(root, left, "on_project_restart"),
        detach_steps=_steps(root, left, "post", "on_project_exit"),
        cleanup_steps=_steps(root, left, "on_project_stop"),
    )
    for key in ("post", "on_project_exit"):
        if (hook := root.get(key)) is not None:
            left.append(problem(hook, f"{key} runs when the last client leaves the session, and not without one"))
    before = _before(root, left)
    found = [_window(window, before, root, left) for window in windows]
    _focus(root, found, left)
    session["windows"] = found
    return {"session": session}, left


def _server(root: Node, left: list[Problem]) -> Data:
    """What tmux is called with. Of the two keys the older one comes first."""
    key = "cli_args" if root.get("cli_args") else "tmux_options"
    node = root.get(key)
    found = tmux_words.options(key, node, left) if node else {}
    if name := root.get("socket_name"):
        name = name._replace(text=scalars.value(name, "socket_name", scalars.ruby, left))
    return tmux_words.server(found, name, root.get("socket_path"))


def _windows(root: Node) -> Sequence[Node]:
    found = _first(root, "tabs", "windows")
    return found.items if found else ()


def _first(node: Node, *keys: str) -> Node | None:
    return next((found for key in keys if (found := node.get(key))), None)


def _lines(node: Node | None, left: list[Problem]) -> list[str]:
    return [writing.literal(line) for line in writing.lines(node, left)]


def _said(what: str, node: Node | None, left: list[Problem]) -> str:
    return writing.literal(scalars.value(node, what, scalars.ruby, left)) if node else ""


def _before(root: Node, left: list[Problem]) -> list[str]:
    """What is typed into each pane first: one line, of what comes first of these."""
    for key, how in (("rbenv", "rbenv shell "), ("rvm", "rvm use "), ("pre_tab", ""), ("pre_window", "")):
        node = root.get(key)
        if node and key in ("rbenv", "rvm"):  # a version
            node = node._replace(text=scalars.value(node, key, scalars.ruby, left))
        if lines := _lines(node, left):
            return [how + "; ".join(lines)]
    return []


def _steps(root: Node, left: list[Problem], *keys: str) -> list[Data]:
    """One shell runs all lines of a hook, and what fails there stops nothing."""
    found = ((key, "; ".join(_lines(root.get(key), left))) for key in keys)
    return [{"name": key, "run": line, "on_failure": "continue"} for key, line in found if line]


def _window(item: Node, before: list[str], root: Node, left: list[Problem]) -> Data:
    """Of an item the first key is the window's name, and the others are none of tmuxinator's business."""
    if item.kind != MAPPING:
        left.append(problem(item, f"{item.text!r} is no window", "a name, a colon, and what is in it"))
        return writing.window(writing.literal(item.text), [writing.pane(before)])
    name, node = next(iter(item.fields.items()), ("", item))
    for key in list(item.fields)[1:]:
        left.append(problem(item.fields[key], f"{key} stands beside the window {name!r}, where it means nothing"))
    name = "" if name in ("", "~", "null") else scalars.key(name, node, "the window", scalars.ruby, left)
    name = writing.literal(name)
    if node.kind != MAPPING:
        return writing.window(name, [writing.pane([*before, *_lines(node, left)])])
    left += [
        problem(field, f"{key} has no equivalent in viewsync")
        for key, field in node.fields.items()
        if key not in _WINDOW
    ]
    mapping = "panes" if (panes := node.get("panes")) and panes.kind == MAPPING else ""
    node = shapes.fitting(node, left, texts=("layout", "root", "synchronize", mapping))
    layout, top, panes, synchronize = (node.get(key) for key in ("layout", "root", "panes", "synchronize"))
    listed = (panes.items if panes.kind == LIST else [panes]) if panes else ()
    own = " && ".join(_lines(node.get("pre"), left))
    if own and not listed:
        left.append(problem(node.fields["pre"], "pre is typed into windows with panes alone"))
    first = [*before, own] if own else before
    how = synchronize.text.lower() if synchronize else ""
    return writing.window(
        name,
        [_pane(pane, first, left) for pane in listed] or [writing.pane(before)],
        layout=layout.text if layout else "",
        working_directory=directory(top.text) if top else "",
        synchronize="after" if how == "after" else "before" if how in ("true", "yes", "on", "before") else "",
        options=_titles(root),
    )


def _titles(root: Node) -> dict[str, str]:
    """The options that show the titles of panes, where the file asks for them."""
    wanted = root.get("enable_pane_titles")
    position, text = root.get("pane_title_position"), root.get("pane_title_format")
    if wanted is None or not wanted.truth:
        return {}
    shown = writing.literal(text.text if text else _TITLES)
    return {"pane-border-status": position.text if position else "top", "pane-border-format": shown}


def _pane(node: Node, before: list[str], left: list[Problem]) -> Data | str | None:
    """A pane that has a name has it for its title."""
    title = ""
    if node.kind == MAPPING:
        left += [
            problem(field, f"{key} is left out: the pane has a title") for key, field in list(node.fields.items())[1:]
        ]
        title, node = next(iter(node.fields.items()), ("", node))
        title = scalars.key(title, node, "the pane", scalars.ruby, left)
    return writing.pane([*before, *_lines(node, left)], title=writing.literal(title))


def _focus(root: Node, windows: list[Data], left: list[Problem]) -> None:
    """On the window that it names, by its name or its number, and there on the pane with that number."""
    wanted, pane = root.get("startup_window"), root.get("startup_pane")
    at: int | None = 0
    if wanted is not None:
        names = [window.get("name") for window in windows]
        text = scalars.value(wanted, "startup_window", scalars.ruby, left)
        name = writing.literal(text)
        at = names.index(name) if name in names else int(text) if text.isdecimal() else None
    if at is None or at >= len(windows):
        if wanted is not None:
            left.append(problem(wanted, f"there is no window {wanted.text!r} for startup_window"))
        return
    if wanted is not None and wanted.kind == NUMBER and at:
        left.append(problem(wanted, f"startup_window {at} counts windows from 0, as tmux does without base-index"))
    if wanted is not None:
        windows[at]["focus"] = True
    panes = windows[at].get("panes", [])
    if pane is not None and pane.text.isdecimal() and int(pane.text) < len(panes):
        number = int(pane.text)
        there = panes[number]
        panes[number] = {**(there if isinstance(there, dict) else {"command": there} if there else {}), "focus": True}
    elif pane is not None and pane.text != "0":
        left.append(problem(pane, f"there is no pane {pane.text!r} for startup_pane"))
