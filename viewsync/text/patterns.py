"""Patterns as the shell tools take them (grep -E, or grep -F), for one line at a time."""

from __future__ import annotations

from viewsync.light import re
from viewsync.typed import NamedTuple

# grep's classes, which Python's expressions lack.
_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}

_MEANINGFUL = frozenset(r"\.^$*+?{}[]|()")  # without one of these, a pattern means itself


class Pattern(NamedTuple):
    text: str
    regex: re.Pattern[str] | None = None  # None: the text itself

    def found(self, line: str) -> bool:
        return self.text in line if self.regex is None else self.regex.search(line) is not None


def pattern(text: str, *, fixed: bool = False) -> Pattern:
    """ValueError, saying why, for what is no regular expression."""
    if fixed or _MEANINGFUL.isdisjoint(text):
        return Pattern(text)
    import re  # at once, and not when it is used

    try:
        return Pattern(text, re.compile(_translated(text)))
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from None


_PART = re.compile(r"\\.|\[\^?\]?(?:\[:\w+:\]|\\.|[^\]\\])*\]|.", re.DOTALL)
_IN_SET = re.compile(r"\[:(\w+):\]|(\\.)|([\[&~|])|.", re.DOTALL)


def _translated(text: str) -> str:
    """As Python has it: grep's classes, its word boundaries, and a `[` in a set that is only a bracket."""
    return "".join(_part(match[0]) for match in _PART.finditer(text))


def _part(part: str) -> str:
    if part in (r"\<", r"\>"):
        return r"\b"
    if len(part) < 2 or not part.startswith("["):
        return part
    head = re.match(r"\[\^?\]?", part)
    opening = head[0] if head else "["
    inside = part[len(opening) : -1]
    return opening.replace("]", r"\]") + "".join(_in_set(match) for match in _IN_SET.finditer(inside)) + "]"


def _in_set(match: re.Match[str]) -> str:
    if match[1]:
        return _CLASSES.get(match[1], match[0])
    return f"\\{match[3]}" if match[3] else match[0]
