"""What a line of shell runs, as far as it says so: whether it is plain, and else which words may name files.

A plain line consists of programs that run nothing and read nothing of the project's (`touch`, `echo`), whatever their
arguments are. Of every other line it is taken that it may run anything in the project: a shell has too many ways to
name a file for all of them to be found.
"""

from __future__ import annotations

import shlex

from viewsync.light import re
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
# What runs files whose names stand nowhere in the line.
_FINDERS = frozenset(("eval", "find", "fd", "xargs", "parallel", "read"))
_BUILT_IN = frozenset((":", "true", "false", "echo", "printf", "pwd", "exit", "test", "[", "cd", "umask"))
# Of these none runs or loads a file that it is given, or copies one to where something else would.
PROGRAMS = frozenset(("touch", "mkdir", "rmdir", "rm", "sleep", "date"))
# Whatever a shell does beyond words, quotes, lists, redirections to files, and variables.
_NOT_PLAIN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f`(){}\\<!#]|\$(?![A-Za-z_?$!0-9])")
_LISTS = frozenset((";", "&&", "||", "&", "|"))
_TO_FILES = frozenset((">", ">>", ">&", "&>"))
# Variables by which a shell or a loader runs a file before the command, or another one in its place.
_LOADERS = re.compile(
    r"PATH|ENV|IFS|PS4|SHELLOPTS|CDPATH|FPATH|ZDOTDIR|BASH.*|LD_.*|DYLD_.*|GCONV.*|GLIBC.*|MALLOC.*|LOC.*|NLS.*"
)
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")
_LEFT = re.compile(r"\$[A-Za-z_{(@*]|`|[<>]\(")


class Word(NamedTuple):
    text: str
    runs: bool  # it is a command, or the script of an interpreter


class Reach(NamedTuple):
    """What a line that is not plain says of files. `anything`: it runs some whose names it does not say."""

    words: tuple[str, ...]  # that may name files, or folders
    runs: frozenset[str]  # those of them that name what runs
    interprets: bool  # an interpreter is among them, and any other may be its script
    written: frozenset[str]  # files that it writes to
    anything: bool


def plain(command: str) -> bool:
    return not _NOT_PLAIN.search(command) and _is_plain(_tokens(command))


def programs(command: str) -> frozenset[str]:
    """The programs of a plain line that are found in the PATH."""
    return PROGRAMS & set(_tokens(command))


def loads(variables: Mapping[str, str]) -> bool:
    """Whether one of them may have something else run than the line says."""
    return any(_LOADERS.fullmatch(name) for name in variables)


def _is_plain(tokens: list[str]) -> bool:
    command_next, written = True, False
    for token in tokens:
        if token in _LISTS:
            command_next, written = True, False
        elif token in _TO_FILES:
            written = True
        elif set(token) <= set("();<>|&"):
            return False
        elif written:
            written = False
        elif command_next and token not in _BUILT_IN and token not in PROGRAMS:
            return False
        else:
            command_next = False
    return True


def reach(command: str, variables: Mapping[str, str]) -> Reach:
    """`variables`: those whose values are known."""
    filled = _VARIABLE.sub(lambda found: variables.get(found[1] or found[2], found[0]), command)
    found = list(words(filled))
    texts = list(dict.fromkeys(part for word in found for part in _parts(word.text)))
    names = {text.rpartition("/")[2] for text in texts}
    return Reach(
        tuple(texts),
        frozenset(word.text for word in found if word.runs),
        any(_INTERPRETER.fullmatch(name) for name in names),
        frozenset(_written(filled)),
        bool(_LEFT.search(filled) or names & _FINDERS or _reads_a_script(filled)),
    )


def _parts(text: str) -> Iterator[str]:
    """A word, the value in `--file=x`, and the words of a line within quotes."""
    yield text
    name, equals, value = text.partition("=")
    if equals and value and name:
        yield value
    if re.search(r"\s", text):
        yield from _tokens(text)


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
            name = token.rpartition("/")[2]
            command_next, script_next = name in _BEFORE, bool(_INTERPRETER.fullmatch(name))
        else:
            script = script_next and not token.startswith("-")
            script_next = script_next and not script
            yield Word(token, runs=script)


def _written(command: str) -> Iterator[str]:
    tokens = _tokens(command)
    for at, token in enumerate(tokens[1:]):
        if set(tokens[at]) <= set(">|&") and ">" in tokens[at]:
            yield token


def _reads_a_script(command: str) -> bool:
    """From its input, or by an option: whether an interpreter has no script, or one behind options."""
    tokens = _tokens(command)
    behind = [*tokens[1:], ""]
    return any(
        _INTERPRETER.fullmatch(token.rpartition("/")[2]) and (set(after) <= set("();<>|&") or after[0] in "-+")
        for token, after in zip(tokens, behind, strict=False)
    )


def _tokens(command: str) -> list[str]:
    lexer = shlex.shlex(command.replace("\n", " ; "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""  # a `#` begins none within a word, and one more word does no harm
    try:
        found = list(lexer)
    except ValueError:  # quotes that do not match: the shell will say so
        found = command.split()
    return [token for token in found if token and len(token) < _LONGEST_WORD and "\0" not in token]
