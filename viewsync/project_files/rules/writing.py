"""What a command file says, built up to be written: keys in the order that a person would choose, empty ones left out.

Nothing in it is a template: what came from elsewhere, and looks like one, stands between {% raw %} and {% endraw %}.
"""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Data = dict[str, Any]


def literal(text: str) -> str:
    """Text that templates leave as it is."""
    if "{{" not in text and "{%" not in text:
        return text
    parts = [f"{{% raw %}}{part}{{% endraw %}}" if part else "" for part in text.split("{% endraw %}")]
    return "{{ '{% endraw %}' }}".join(parts)


def filled(**fields: Any) -> Data:
    """Those that say something."""
    return {key: value for key, value in fields.items() if value not in ("", None, False, [], {}, ())}


def literals(values: Mapping[str, str]) -> dict[str, str]:
    return {name: literal(value) for name, value in values.items()}


def pane(commands: Sequence[str], **more: Any) -> Data | str | None:
    """As short as it can be said: nothing, its one command, or a mapping."""
    typed = [literal(command) for command in commands]
    fields = filled(**more)
    if fields:
        return {**_typed(typed), **fields}
    return (typed[0] if len(typed) == 1 else {"commands": typed}) if typed else None


def window(name: str, panes: Sequence[Data | str | None], **more: Any) -> Data:
    """One pane alone is said by the window itself."""
    found = {"name": literal(name), **filled(**more)}
    if len(panes) != 1:
        return {**found, "panes": list(panes)}
    (only,) = panes
    if isinstance(only, str):
        return {**found, "command": only}
    only = {key: value for key, value in (only or {}).items() if key != "focus"}  # of one, it says nothing
    if set(only) & set(found):
        return {**found, "panes": [only]}
    return {**found, **only}


def _typed(commands: list[str]) -> Data:
    return {"command": commands[0]} if len(commands) == 1 else {"commands": commands} if commands else {}
