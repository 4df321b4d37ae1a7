"""The line of lib/registry.sh that says which program to run."""

from __future__ import annotations

from shlex import quote

from viewsync.light import re

MARK = "# @viewsync-registry@"
_LINE = re.compile(r"^_registry_installed=.*$", re.MULTILINE)


def with_program(text: str, program: str) -> str:
    """The script as it is installed. Raises ValueError when the text has no such line, or more than one."""
    if MARK not in text or len(_LINE.findall(text)) != 1:
        raise ValueError("not one line _registry_installed=")
    return _LINE.sub(lambda _: f"_registry_installed={quote(program)}", text)
