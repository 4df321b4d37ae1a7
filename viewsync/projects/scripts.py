"""Which files a line of shell runs, as far as it names them: what is trusted with a step is what these say, too.

A file that a step only reads or writes is none of it, or its own log would have to be trusted anew each time. What a
script runs in turn, what a build tool finds by itself, and names that the shell puts together are not seen.
"""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONGEST_WORD = 4096
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_INTERPRETER = re.compile(
    r"(?:ba|da|z|k|mk|fi|a|tc|c)?sh|python[0-9.]*|pypy[0-9.]*|node|deno|bun|ruby|perl|php|lua|tclsh|Rscript|source|\.|run"
)
# What stands before a command.
_BEFORE = frozenset(
    (
        *("exec", "env", "sudo", "doas", "nohup", "time", "nice", "command", "builtin", "xargs", "setsid"),
        *("if", "then", "else", "elif", "while", "until", "do", "!", "{"),
    )
)


class Word(NamedTuple):
    text: str
    runs: bool  # it is a command, or the script of an interpreter


def files(command: str, folder: str, bases: Sequence[str]) -> Iterator[str]:
    """Relative ones are looked for in `folder`; of others only those below `bases` count."""
    seen = set()
    for word in words(command):
        path = os.path.normpath(os.path.join(folder, word.text))
        mine = not os.path.isabs(word.text) or any(inside(path, base) for base in bases)
        if mine and path not in seen and os.path.isfile(path) and (word.runs or _is_program(path)):
            seen.add(path)
            yield path


def words(command: str) -> Iterator[Word]:
    """All but those that a redirection writes to."""
    command_next, script_next, written = True, False, False
    for token in _tokens(command):
        if set(token) <= set("();<>|&"):
            written = ">" in token
            command_next = command_next if written or "<" in token else True
        elif written:
            written = False
        elif command_next and _ASSIGNMENT.match(token):
            continue
        elif command_next:
            yield Word(token, runs=True)
            name = os.path.basename(token)
            command_next, script_next = name in _BEFORE, bool(_INTERPRETER.fullmatch(name))
        else:
            script = script_next and not token.startswith("-")
            script_next = script_next and not script
            yield Word(token, runs=script)


def _tokens(command: str) -> list[str]:
    lexer = shlex.shlex(command.replace("\n", " ; "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""  # a `#` begins none within a word, and one more word does no harm
    try:
        found = list(lexer)
    except ValueError:  # quotes that do not match: the shell will say so
        found = command.split()
    return [each for each in found if each and len(each) < _LONGEST_WORD and "\0" not in each]


def inside(path: str, base: str) -> bool:
    return path == base or path.startswith(base.rstrip("/") + "/")


def _is_program(path: str) -> bool:
    if os.access(path, os.X_OK):
        return True
    try:
        with open(path, "rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return False
