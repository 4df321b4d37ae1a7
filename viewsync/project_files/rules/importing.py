"""Files of other tools as command files of ours. What has no equivalent is left out, and its line said."""

from __future__ import annotations

from viewsync.light import re
from viewsync.project_files.rules import smug, tmuxinator, tmuxp, workmux
from viewsync.project_files.rules.nodes import LIST, MAPPING, Problem, Unfit, problem
from viewsync.project_files.rules.planning import HIGHEST, STACKED
from viewsync.project_files.rules.schema import VARIABLE
from viewsync.tmux.rules import layouts, project_options
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewsync.project_files.rules.nodes import Node
    from viewsync.project_files.rules.writing import Data

_ANY_TMUX = (99, 0)
_WRITE = "start it once, and write what runs by `viewsync freeze`"


def without_remarks(text: str) -> str:
    """Without ERB's, which are in none of what tmuxinator reads. Lines keep their numbers."""
    return re.sub(r"<%#(?s:.*?)%>", lambda remark: "\n" * remark[0].count("\n"), text) if "<%#" in text else text


def refuse_programs(text: str, file: str) -> None:
    """Unfit for tmuxinator's ERB: it is Ruby, which only tmuxinator runs."""
    lines = [number for number, line in enumerate(text.split("\n"), 1) if re.search("<%(?!%)", line)]
    if lines:
        hint = "write its result in its place; values that change are arguments here: {{name}}"
        raise Unfit([Problem(file, number, "ERB cannot be imported", hint) for number in lines])


def command(
    root: Node, folder: str, layout: Callable[[str], str], is_file: Callable[[str], bool]
) -> tuple[Data, list[Problem]]:
    """What to write, and what was left out. Unfit for a file that is none of theirs.

    `folder`: the file's. `layout`: how every tmux takes one. `is_file`: of one that a `~` may begin.
    """
    data, left = _reader(root)(root, folder)
    left += [*_unusable(data, root.file), *_missing(data["session"], root.file, folder, is_file)]
    left += _refused(data["session"], "the session", root.file)
    left += _refused(data["session"], "all sessions", root.file, "global_options")
    for window in data["session"]["windows"]:
        what = f"window {window.get('name', '')!r}"
        left += [*_refused(window, what, root.file), *_refused(window, what, root.file, "options_after")]
        panes = len(window.get("panes", [0]))
        if (text := window.get("layout", STACKED)) == STACKED:
            continue
        window["layout"] = layout(text)
        if why := layouts.problem(window["layout"], panes, _ANY_TMUX):
            left.append(Problem(root.file, 0, f"{what} has no layout here: {why}"))
            del window["layout"]
    return data, sorted(dict.fromkeys(left), key=lambda each: each.line)  # some stand for several panes


def _reader(root: Node) -> Callable[[Node, str], tuple[Data, list[Problem]]]:
    """By the marks of each tool's own files."""
    windows = root.get("windows") or root.get("tabs")
    if windows and windows.kind != LIST:
        raise Unfit([problem(windows, "is no list of windows", "each begins with a hyphen, in a line of its own")])
    items = [item for item in (windows.items if windows else ()) if item.kind == MAPPING]
    named = [item for item in items if item.get("name") and len(item.fields) > 1]
    session = root.get("session")
    if windows and (root.get("session_name") or any(item.get("window_name") for item in items)):
        return tmuxp.command
    if (session and session.kind == MAPPING) or (windows and named and not session):
        raise Unfit([problem(root, "is a file of teamocil, which cannot be imported", _WRITE)])
    if session and windows:
        return smug.command
    if windows:
        return tmuxinator.command
    if (panes := root.get("panes")) and panes.kind == LIST:
        return workmux.command
    raise Unfit(
        [problem(root, "is no file of tmuxp, tmuxinator, smug or workmux", "all of these have windows or panes")]
    )


def _unusable(data: Data, file: str) -> list[Problem]:
    """What no file of ours may say, and is taken out: so whatever is written here can be run."""
    windows = data["session"]["windows"]
    panes = [pane for window in windows for pane in window.get("panes", ()) if isinstance(pane, dict)]
    found = []
    for part in (data, *windows, *panes):
        for name in [name for name in part.get("environment", ()) if not re.fullmatch(VARIABLE[1:-1], name)]:
            found.append(Problem(file, 0, f"the variable {name!r} is left out: no shell could have it"))
            del part["environment"][name]
        for key in ("name", "title"):
            if not str(part.get(key, "")).isprintable():
                found.append(Problem(file, 0, f"the {key} {part[key]!r} is left out: it cannot be printed"))
                del part[key]
        if part.get("index", 0) > HIGHEST:
            found.append(Problem(file, 0, f"the index {part['index']} is left out: tmux has none so high"))
            del part["index"]
        if not part.get("environment", True):
            del part["environment"]
    return found


def _missing(session: Data, file: str, folder: str, is_file: Callable[[str], bool]) -> list[Problem]:
    """What its server could not be started with, and is taken out. A template's value nobody knows yet."""
    found = []
    path = session.get("tmux_config", "")
    if path and not path.startswith(("/", "~", "{{")):
        path = session["tmux_config"] = f"{folder}/{path.removeprefix('./')}"
    if path and "{{" not in path and not is_file(path):
        found.append(Problem(file, 0, f"there is no file {path}, so that tmux_config is left out"))
        del session["tmux_config"]
    name = session.get("socket_name", "")
    if "{{" not in name and ("/" in name or name in (".", "..")):
        found.append(Problem(file, 0, f"socket_name {name!r} is left out: it takes a name, socket_path a path"))
        del session["socket_name"]
    return found


def _refused(part: Data, what: str, file: str, key: str = "options") -> list[Problem]:
    """The options of it that are none for a project's file to set, which are taken out."""
    found = []
    for name, value in list(part.get(key, {}).items()):
        if why := project_options.refusal(name, value)[0]:
            found.append(Problem(file, 0, f"option {name} of {what} is left out: {why}"))
            del part[key][name]
    if not part.get(key, True):
        del part[key]
    return found
