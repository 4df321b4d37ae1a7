"""Files of tmuxp and tmuxinator as command files of ours. What has no equivalent is left out, and its line said."""

from __future__ import annotations

import re

from viewsync.project_files.rules import tmuxinator, tmuxp
from viewsync.project_files.rules.nodes import MAPPING, Problem, Unfit, problem
from viewsync.tmux.rules import layouts, project_options
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewsync.project_files.rules.nodes import Node
    from viewsync.project_files.rules.writing import Data

_ANY_TMUX = (99, 0)


def refuse_programs(text: str, file: str) -> None:
    """Unfit for tmuxinator's ERB: it is Ruby, which only tmuxinator runs."""
    lines = [number for number, line in enumerate(text.split("\n"), 1) if re.search("<%(?!%)", line)]
    if lines:
        hint = "write its result in its place; values that change are arguments here: {{name}}"
        raise Unfit([Problem(file, number, "ERB cannot be imported", hint) for number in lines])


def command(root: Node, layout: Callable[[str], str]) -> tuple[Data, list[Problem]]:
    """What to write, and what was left out. Unfit for a file that is neither's.

    `layout`: how every tmux takes one.
    """
    if root.kind != MAPPING or not (root.get("windows") or root.get("tabs")):
        raise Unfit([problem(root, "is neither a file of tmuxp nor one of tmuxinator", "both have windows")])
    reader = tmuxp if root.get("session_name") else tmuxinator
    data, left = reader.command(root)
    left += _refused(data["session"], "the session", root.file)
    for window in data["session"]["windows"]:
        left += _refused(window, f"window {window['name']!r}", root.file)
        panes = len(window.get("panes", [0]))
        if not (text := window.get("layout")):
            continue
        window["layout"] = layout(text)
        if why := layouts.problem(window["layout"], panes, _ANY_TMUX):
            left.append(Problem(root.file, 0, f"window {window['name']!r} has no layout here: {why}"))
            del window["layout"]
    return data, sorted(left, key=lambda each: each.line)


def _refused(part: Data, what: str, file: str) -> list[Problem]:
    """The options of it that are none for a project's file to set, which are taken out."""
    found = []
    for name, value in list(part.get("options", {}).items()):
        if why := project_options.refusal(name, value)[0]:
            found.append(Problem(file, 0, f"option {name} of {what} is left out: {why}"))
            del part["options"][name]
    if not part.get("options", True):
        del part["options"]
    return found
