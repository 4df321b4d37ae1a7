"""The line of lua/viewsync.lua that says which program to run, written and read."""

from __future__ import annotations

from viewsync.light import re

MARK = "-- @viewsync-path@"
_LINE = re.compile(rf"^local INSTALLED_VIEWSYNC = (?P<value>.*) {MARK}$", re.MULTILINE)


def with_launcher(text: str, launcher: str) -> str:
    """The module as it is installed. Raises ValueError when the text has no such line, or more than one."""
    if len(_LINE.findall(text)) != 1:
        raise ValueError(f"not one line with {MARK}")
    return _LINE.sub(lambda _: f"local INSTALLED_VIEWSYNC = {quoted(launcher)} {MARK}", text)


def launcher_of(text: str) -> str:
    """The launcher that the module names, "" when it names none."""
    match = _LINE.search(text)
    return _unquoted(match["value"]) if match else ""


def quoted(value: str) -> str:
    """A Lua string. Decimal escapes for all that is no plain character, bytes that are no UTF-8 included."""
    raw = value.encode("utf-8", "surrogateescape")
    return '"' + re.sub(rb'[^ -~]|["\\]', lambda match: b"\\%03d" % match[0][0], raw).decode("ascii") + '"'


def _unquoted(value: str) -> str:
    match = re.fullmatch(r'"(.*)"', value)
    if not match:
        return ""  # nil
    raw = re.sub(rb"\\(\d{3})", lambda found: bytes([int(found[1]) % 256]), match[1].encode("utf-8", "surrogateescape"))
    return raw.decode("utf-8", "surrogateescape")
