"""What a command file says, built up to be written: keys in the order that a person would choose, empty ones left out.

Nothing in it is a template: what came from elsewhere, and looks like one, stands between {% raw %} and {% endraw %}.
"""

from __future__ import annotations

from viewsync.light import re
from viewsync.project_files.rules.nodes import LIST, MAPPING, NULL, problem
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.project_files.rules.nodes import Node, Problem

Data = dict[str, Any]
_ENVIRONMENT = re.compile(r"^~(/|$)|\$[A-Za-z_{]")


def literal(text: str) -> str:
    """Text that templates leave as it is."""
    if "{{" not in text and "{%" not in text:
        return text
    parts = [f"{{% raw %}}{part}{{% endraw %}}" if part else "" for part in text.split("{% endraw %}")]
    return "{{ '{% endraw %}' }}".join(parts)


def expanded(text: str) -> str:
    """Text in which a variable of the environment, or a `~` in front, is put in its place when the file is used."""
    if not _ENVIRONMENT.search(text):
        return literal(text)
    held = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{{{{ "{held}" | expandvars }}}}'


def filled(**fields: Any) -> Data:
    """Those that say something."""
    return {key: value for key, value in fields.items() if value is not False and value not in ("", None, [], {}, ())}


def lines(node: Node | None, left: list[Problem]) -> list[str]:
    """The commands that it lists, or is, as they stand: those with something in them. What is no text is left out."""
    found = () if node is None else node.items if node.kind == LIST else (node,)
    left += [
        problem(line, "a command that is no text is left out", "text with a colon in it goes in quotes")
        for line in found
        if line.kind in (LIST, MAPPING)
    ]
    return [line.text for line in found if line.text and line.kind != NULL]


def literals(values: Mapping[str, str]) -> dict[str, str]:
    return {name: literal(value) for name, value in values.items()}


def typed(command: str, *, enter: bool = True, sleep_before: float = 0.0, sleep_after: float = 0.0) -> str | Data:
    """A command, and where that is not as usual, how it is typed."""
    more = filled(sleep_before=sleep_before or None, sleep_after=sleep_after or None) | (
        {} if enter else {"enter": False}
    )
    return {"type": command, **more} if more else command


def pane(commands: Sequence[str | Data], **more: Any) -> Data | str | None:
    """As short as it can be said: nothing, its one command, or a mapping. `commands`: templates."""
    lines = list(commands)
    fields = filled(**more)
    if fields:
        return {**_typed(lines), **fields}
    if len(lines) == 1 and isinstance(lines[0], str):
        return lines[0]
    return _typed(lines) or None


def window(name: str, panes: Sequence[Data | str | None], **more: Any) -> Data:
    """One pane alone is said by the window itself. `name`: a template."""
    found = filled(name=name, **more)
    if len(panes) != 1:
        return {**found, "panes": list(panes)}
    (only,) = panes
    if isinstance(only, str):
        return {**found, "command": only}
    only = {key: value for key, value in (only or {}).items() if key != "focus"}  # of one, it says nothing
    if set(only) & set(found) or "title" in only:
        return {**found, "panes": [only]}
    return {**found, **only}


def _typed(commands: list[str | Data]) -> Data:
    alone = len(commands) == 1 and isinstance(commands[0], str)
    return {"command": commands[0]} if alone else {"commands": commands} if commands else {}
