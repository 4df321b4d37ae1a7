"""A file of tmux commands, and those that it has tmux read: what is trusted of one is what they say, too."""

from __future__ import annotations

import glob
import os
import shlex

from viewsync.errors import UsageError
from viewsync.light import re
from viewsync.system import files
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCE = re.compile(r"so(u(r(c(e(-(f(i(le?)?)?)?)?)?)?)?)?")  # tmux takes the beginning of a command for the command
_SET = re.compile(r"set|set-o[a-z]*|setw|set-w[a-z-]*")
_OPTION = re.compile(r"@?[A-Za-z][\w-]*")
_MOST_FILES = 100
_MOST_BYTES = 1024 * 1024


def read(path: str, folder: str) -> Iterator[tuple[str, str]]:
    """Each file and its text, which is "" where there is none to be read. `folder`: where relative ones are.

    UsageError for more files than can be looked at each time.
    """
    wanted, seen = [path], set[str]()
    while wanted:
        file = wanted.pop(0)
        if file in seen:
            continue
        if len(seen) == _MOST_FILES:
            raise UsageError(f"{path}: it sources more than {_MOST_FILES} files", "source fewer")
        seen.add(file)
        text = _text(file)
        yield file, text
        wanted += _named(text, folder)


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", opener=files.regular) as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return ""


def _named(text: str, folder: str) -> Iterator[str]:
    behind = False
    for token in _tokens(text):
        if _SOURCE.fullmatch(token):
            behind = True
        elif set(token) <= set(";{}\n"):
            behind = False
        elif behind and not token.startswith("-"):
            path = os.path.normpath(os.path.join(folder, os.path.expanduser(token)))
            yield from glob.glob(path) if glob.has_magic(path) else [path]


def _tokens(text: str) -> Iterator[str]:
    """Words, those within quotes as well: what is between them may be commands of tmux's."""
    for line in text.split("\n"):
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";")
        lexer.whitespace_split = True
        lexer.commenters = ""
        try:
            found = list(lexer)
        except ValueError:
            found = line.split()
        for token in found:
            yield token
            if re.search(r"\s", token):
                yield from token.replace(";", " ; ").split()
        yield "\n"


def options(text: str) -> Iterator[tuple[str, str]]:
    """What it sets, as far as that can be read: names, and values."""
    words = iter([*_tokens(text), "\n"])
    for token in words:
        if not _SET.fullmatch(token):
            continue
        found: list[str] = []
        for word in words:
            if set(word) <= set(";{}\n"):
                break
            found.append(word)
        at = next((at for at, word in enumerate(found) if not word.startswith("-") and _OPTION.match(word)), len(found))
        for name, value in zip(found[at:], [*found[at + 1 :], ""], strict=False):
            if _OPTION.fullmatch(name):
                yield name, value
