"""tmux's two languages: quoting for them, and putting conditions together in them.

Formats (`#{...}`) and the command language (`if-shell -F '...' { ... }`) each have their own quoting. Whatever
viewsync did not write itself goes through `literal` or `quoted`, for exactly the language it goes into.
"""

from __future__ import annotations

from viewsync.light import re
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.tmux.rules.model import Server

_HASHES = re.compile(r"#+(?![#\[])")


# A format that is nothing. With it in front, tmux 3.2a quotes a word as it should (`unharmed`).
_SHIELD = "#{l:}"
_QUOTED_FOR = " #';${}"  # what 3.2a puts a word into double quotes for


def literal(text: str) -> str:
    """Text that a format expands to itself, inside `#{==:...}` and friends too."""
    return _doubled(text).replace(",", "#,").replace("}", "#}")


def name(stored: str) -> str:
    """The argument that gives a session a name which tmux shows as `stored`.

    tmux stores backslashes, control characters and a `$` before a letter as escapes, so a name that it shows has
    to be unescaped to come out the same.
    """
    return unexpanded(_ESCAPE.sub(_unescaped, stored) if "\\" in stored else stored)


def unexpanded(text: str) -> str:
    """An argument that tmux expands as a format (`-s`, `-c`, rename-session), meant as it stands.

    Before a `[` tmux leaves every `#` as it is, however many (a style, format.c).
    """
    return _doubled(text) if unharmed(text) else _SHIELD + _doubled(text)


def _doubled(text: str) -> str:
    return _HASHES.sub(r"\g<0>\g<0>", text) if "#" in text else text


def unharmed(text: str) -> bool:
    """Whether it stays the same word between the braces of a command in every tmux.

    3.2a writes what stands there as a string, to read it again, and quotes by what is in it: `%H` not at all, and
    then it expects `%if` or the like; and a `"` beside nothing else that asks for quotes so that backslashes and
    control characters stay escaped (arguments.c, args_escape). 3.3 keeps what it has read.
    """
    return not (text.startswith("%") or '"' in text) or any(char in text for char in _QUOTED_FOR)


def assigned(command: str, name: str, value: str) -> str:
    """set-option or set-environment, with its flags and target: that name gets that value, as it stands."""
    if unharmed(value):
        return f"{command} -- {quoted(name)} {quoted(value)}"
    return f"{command} -F -- {quoted(name)} {quoted(unexpanded(value))}"


def quoted(text: str) -> str:
    """One word of the command language. Single quotes hold everything but themselves, and the end of a line:
    behind that tmux skips spaces and comments even there (cmd-parse.y, yylex_token). And the byte 0xff it takes for
    the end of everything, up to 3.8 (seen).
    """
    held = text.replace("'", "'\\''").replace("\n", "'\"\\n\"'").replace("\udcff", "'\"\\377\"'")
    return f"'{held}'"


def source_file(path: str, flags: str = "--") -> str:
    """The command that runs the commands of a file. It takes a glob(7) pattern."""
    pattern = re.sub(r"([*?\[\]\\])", r"\\\1", path)
    return f"source-file {flags} {quoted(pattern)}"


def both(*conditions: str) -> str:
    """All of them. tmux up to 3.5a ignores a third argument of `&&`, so it nests."""
    result = conditions[-1]
    for condition in reversed(conditions[:-1]):
        result = f"#{{&&:{condition},{result}}}"
    return result


def either(one: str, other: str) -> str:
    return f"#{{||:{one},{other}}}"


def equal(name: str, value: str) -> str:
    return f"#{{==:#{{{name}}},{literal(value)}}}"


def same_server(server: Server) -> str:
    """Whether whoever answers on the socket is still the server that was read."""
    return f"#{{==:#{{pid}}.#{{start_time}},{server.identity}}}"


def if_session(session: str, condition: str, then: str, otherwise: str) -> str:
    """`then` where the session with id `session` meets `condition`, `otherwise` where it does not or is gone.

    if-shell falls back to some other session when its target is missing, so the id is part of the condition.
    Only for conditions without a time variable: see `if_existing`.
    """
    pinned = both(equal("session_id", session), condition)
    return f"if-shell -F -t '{session}:' {quoted(pinned)} {{ {then} }} {{ {otherwise} }}"


def if_existing(session: str, condition: str, then: str, otherwise: str) -> str:
    """The same for conditions with a time variable (`session_created`, ...).

    tmux 3.2 and 3.2a crash on a time variable of a missing session, and `&&` evaluates both sides, so that the
    session is there is asked first, in a step of its own (docs/explanation/tmux-traps.md, trap F).
    """
    inner = f"if-shell -F -t '{session}:' {quoted(condition)} {{ {then} }} {{ {otherwise} }}"
    exists = quoted(equal("session_id", session))
    return f"if-shell -F -t '{session}:' {exists} {{ {inner} }} {{ {otherwise} }}"


_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "e": "\033",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "s": " ",
    "t": "\t",
    "v": "\v",
}
_ESCAPE = re.compile(r"\\(?:([0-7]{3})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_WORD = re.compile(r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?P<bare>(?:[^ "'\\]|\\.)+)""", re.DOTALL)


def words(line: str) -> list[str]:
    """The words of a line that tmux printed for its own parser (`show-options`)."""
    found: list[str] = []
    position = 0
    next_part = _escaped_part if "\\" in line else _plain_part
    while position < len(line):
        if line[position] == " ":  # and no other space: a value may begin with one of Unicode's
            position += 1
            continue
        word = ""
        while part := next_part(line, position):
            position = part[1]
            word += part[0]
        found.append(_joined(word))
        if position < len(line) and line[position] != " ":
            raise ValueError(f"not a line of tmux's command language: {line!r}")
    return found


def unescaped(text: str) -> str:
    """Text that tmux printed with its escapes, as it was. 3.4 and 3.5 print control characters so everywhere."""
    return _joined(_ESCAPE.sub(_unescaped, text) if "\\" in text else text)


def undollared(text: str) -> str:
    """What tmux 3.4 printed, without the backslashes that it put before each `$` of a variable (utf8_strvis)."""
    return re.sub(r"\\(\$[A-Za-z_{])", r"\1", text)


def free(variable: str) -> str:
    """The format for anybody's text, of which `unescaped` makes the text again.

    3.4 to 3.5a print control characters as escapes, and leave backslashes alone: an escape and the same letters, if
    somebody wrote them, look alike. `q:` puts a backslash before each backslash.
    """
    return f"#{{q:{variable}}}"


def _plain_part(line: str, position: int) -> tuple[str, int] | None:
    """What `_escaped_part` reads in a line without a backslash."""
    mark = line[position : position + 1]
    if mark in ("'", '"'):
        end = line.find(mark, position + 1)
        return (line[position + 1 : end], end + 1) if end >= 0 else None
    end = position
    while end < len(line) and line[end] not in " \"'":
        end += 1
    return (line[position:end], end) if end > position else None


def _escaped_part(line: str, position: int) -> tuple[str, int] | None:
    """A quoted or a bare piece of a word, and where the next one begins.

    tmux escapes what it prints even between single quotes (arguments.c, args_escape).
    """
    match = _WORD.match(line, position)
    if not match:
        return None
    quoted = match["single"] if match["single"] is not None else match["double"]
    return _ESCAPE.sub(_unescaped, match["bare"] if quoted is None else quoted), match.end()


def _joined(text: str) -> str:
    """Characters that tmux spelled byte by byte (`\\302\\200`) as the characters that they are."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def _unescaped(match: re.Match[str]) -> str:
    octal, short, long, char = match.groups()
    if octal:
        return bytes([int(octal, 8) & 0xFF]).decode("utf-8", "surrogateescape")
    if short or long:
        return chr(int(short or long, 16))
    return _ESCAPES.get(char, char)
