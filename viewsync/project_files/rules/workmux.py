"""workmux's files: the panes of the one window that a worktree gets, and what is done before it."""

from __future__ import annotations

from viewsync.project_files.rules import shapes, writing
from viewsync.project_files.rules.nodes import NULL, Node, Problem, problem
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.project_files.rules.writing import Data

_ROOT = ("panes", "post_create", "pre_remove", "main_branch", "base_branch")
_PANE = ("command", "focus", "split", "zoom")
_AGENT = "<agent>"
_WINDOW = "main"


def command(root: Node, _folder: str) -> tuple[Data, list[Problem]]:
    left = [
        problem(value, f"{key} has no equivalent in viewsync")
        for key, value in root.fields.items()
        if key not in _ROOT and value.kind != NULL
    ]
    root = shapes.fitting(root, left, texts=("main_branch", "base_branch"))
    start = root.get("base_branch") or root.get("main_branch")
    # Each pane's keys are all text.
    listed = [shapes.fitting(pane, left, texts=_PANE) for pane in shapes.mappings(root.get("panes"), "pane", left)]
    splits = {split.text if (split := pane.get("split")) else "" for pane in listed[1:]}
    layout = "even-horizontal" if splits == {"horizontal"} else "even-vertical" if splits == {"vertical"} else ""
    if len(splits) > 1:
        left.append(problem(listed[1], "split: panes that are split in both ways stand in no layout here"))
    session = writing.filled(
        pre_create_steps=_steps(root, "post_create", left), cleanup_steps=_steps(root, "pre_remove", left)
    )
    session["windows"] = [writing.window(_WINDOW, [_pane(pane, left) for pane in listed], layout=layout)]
    tree = writing.filled(branch="{{ branch }}", base_branch=writing.literal(start.text) if start else "")
    arguments = {"branch": {"required": True, "description": "the branch to work on"}}
    return {"arguments": arguments, "session": session, "worktree": tree}, left


def _steps(root: Node, key: str, left: list[Problem]) -> list[Data]:
    return [{"run": writing.literal(line)} for line in writing.lines(root.get(key), left)]


def _pane(node: Node, left: list[Problem]) -> Data | str | None:
    left += [
        problem(value, f"{key} has no equivalent in viewsync") for key, value in node.fields.items() if key not in _PANE
    ]
    line, focus, zoom = (node.get(key) for key in ("command", "focus", "zoom"))
    text = line.text if line else ""
    if text == _AGENT and line:
        left.append(problem(line, f"{_AGENT} is left out", "write the agent's own command in its place"))
        text = ""
    if zoom and zoom.truth:
        left.append(problem(zoom, "zoom has no equivalent in viewsync"))
    wanted = any(found is not None and found.truth for found in (focus, zoom))
    return writing.pane([writing.literal(text)] if text else [], focus=wanted)
