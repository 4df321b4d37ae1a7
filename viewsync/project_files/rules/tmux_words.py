"""Options of tmux's command line in the files of other tools: which of them a file of ours has a key for."""

from __future__ import annotations

import shlex

from viewsync.project_files.rules import writing
from viewsync.project_files.rules.nodes import Problem, problem
from viewsync.project_files.rules.tmuxp import directory
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewsync.project_files.rules.nodes import Node
    from viewsync.project_files.rules.writing import Data

_WITH_VALUE = "cfLST"
_ALWAYS = "u"  # what viewsync says anyway
_INSTEAD = {
    "2": "write `set -as terminal-features ',*:256'` in your tmux configuration",
    "T": "write `set -as terminal-features` in your tmux configuration",
    "c": "write shell: for what runs in the panes",
    "C": "use tmux itself for control mode",
    "N": "leave it out",
    "v": "set VIEWSYNC_LOG_LEVEL",
}
_MADE = "becomes tmux_config, which is read each time the session is made"


def options(key: str, node: Node, left: list[Problem]) -> Data:
    """The keys that say what those words did. `key`: under which they stand."""
    try:
        words = shlex.split(node.text)
    except ValueError:
        left.append(problem(node, f"{key} is left out: its quotes do not match"))
        return {}
    found: Data = {}
    for sign, value in _read(words):
        if sign == "L":
            found["socket_name"] = writing.expanded(value)
        elif sign == "S":
            found["socket_path"] = directory(value)
        elif sign == "f":
            found |= config(f"{key} -f", node, value, left)
        elif sign not in _ALWAYS:
            told = _INSTEAD.get(sign, "options: and tmux_config: set what a session is like")
            left.append(
                problem(node, f"{key} -{sign} is left out; {told}" if len(sign) == 1 else f"{key} {sign}: {told}")
            )
    return found


def config(key: str, node: Node, path: str, left: list[Problem]) -> Data:
    left.append(problem(node, f"{key} {_MADE}"))
    return {"tmux_config": directory(path)}


def _read(words: list[str]) -> Iterator[tuple[str, str]]:
    """As getopt does; a word that is no option, and all behind it, stands for itself."""
    rest = iter(words)
    for word in rest:
        if not word.startswith("-") or word in ("-", "--"):
            yield word, ""
            continue
        for at, sign in enumerate(word[1:], 1):
            if sign in _WITH_VALUE:
                yield sign, word[at + 1 :] or next(rest, "")
                break
            yield sign, ""


def server(found: Data, name: Node | None, path: Node | None) -> Data:
    """One of the two keys. As with tmux a path comes before a name, and what has a key of its own before an option."""
    said = {**found}
    if name:
        said["socket_name"] = writing.expanded(name.text)
    if path:
        said["socket_path"] = directory(path.text)
    if said.get("socket_path"):
        said.pop("socket_name", None)
    return said
