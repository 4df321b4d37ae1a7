"""The settings, as viewsync/config.py has them."""

from __future__ import annotations

from docgen import markdown
from viewsync.config import SETTINGS, Setting


def page(own: str) -> str:
    """`own` is what people have written about them."""
    rows = [
        (markdown.code(key), markdown.code(shown(setting.default)), _meaning(setting), _variables(key, setting))
        for key, setting in SETTINGS.items()
    ]
    return markdown.page(own, markdown.table(("setting", "default", "meaning", "environment"), rows))


def shown(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, float) else str(default or "none")


def variables(key: str, setting: Setting) -> list[str]:
    """Its names in the environment; of two that are set the first one counts."""
    return [name for name in (setting.env or f"VIEWSYNC_{key.upper()}", setting.also) if name]


def _variables(key: str, setting: Setting) -> str:
    return ", ".join(map(markdown.code, variables(key, setting)))


def _meaning(setting: Setting) -> str:
    meaning = markdown.text(setting.help)
    if setting.choices and not all(choice in setting.help for choice in setting.choices):
        meaning += f"; one of {', '.join(map(markdown.code, setting.choices))}"
    if isinstance(setting.default, float) and setting.least:
        meaning += f"; at least {setting.least:g}"
    return meaning
