"""What we say of ourselves where we are called by another name: `prj`, a link to viewsync.

Only text of our own comes here, though others' words may stand in it: so a message is changed where it shows a command
of ours in quotes, or says what viewsync does, and nowhere else.
"""

from __future__ import annotations

from viewsync.light import re

_COMMAND = re.compile(r"([`'(]|: )viewsync(?= -?[a-z])")  # `viewsync list`, (viewsync run), attach with: viewsync
_DOES = "cannot|could|did|does|do|has|keeps|knows|leaves|makes|mcp|needs|puts|refused|saves|sends|starts|that|writes"
_WE = re.compile(rf"(?<![\w./'`~@-])viewsync(?= (?:{_DOES})\b)")
_WORD = re.compile(r"(?<![\w./~@-])viewsync(?![\w/-]|\.\w)")
_FOLDER = re.compile(r"\.viewsync(?=/commands/)")
_FOLDERS = ".viewsync or .prj", ".prj or .viewsync"  # the usual one first


def in_message(text: str, name: str) -> str:
    text = _WE.sub(name, _COMMAND.sub(rf"\g<1>{name}", text))
    return _FOLDER.sub(f".{name}", text.replace(*_FOLDERS)) if "make .viewsync" in text or _FOLDERS[0] in text else text


def in_help(text: str, name: str) -> str:
    """Of which all is ours. Names of files and of variables stay what they are."""
    return _WORD.sub(name, text.replace(*_FOLDERS))
