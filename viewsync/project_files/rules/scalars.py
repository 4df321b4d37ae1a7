"""What other tools make of YAML's words without quotes that look like numbers or truths: `222_333` is 222333 to them.

viewsync itself asks for the quotes.
"""

from __future__ import annotations

from viewsync.light import re
from viewsync.project_files.rules.nodes import problem
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewsync.project_files.rules.nodes import Node, Problem

_LONGEST = 100  # characters: what is longer is nobody's number
_TRUTHS = {"yes": "true", "on": "true", "no": "false", "off": "false", "true": "true", "false": "false"}
_ENDLESS = {"+.inf": "Infinity", "-.inf": "-Infinity", ".inf": "Infinity", ".nan": "NaN"}
_SIXTIES = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}(\.[0-9_]*)?")
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][-+][0-9]+)?")
# By its base.
_INTEGERS = {
    2: re.compile(r"([-+]?)0b([01_,]+)"),
    8: re.compile(r"([-+]?)(0[0-7_,]+)"),
    10: re.compile(r"([-+]?)(0|[1-9](?:[0-9]|,[0-9]|_[0-9])*)"),
    16: re.compile(r"([-+]?)0x([0-9a-fA-F_,]+)"),
}


def ruby(text: str) -> str:
    """As tmuxinator has it: Psych's value, as text. What tmuxinator itself refuses stays as it is."""
    if len(text) > _LONGEST:
        return text
    if said := _TRUTHS.get(text.lower()) or _ENDLESS.get(text.lower()):
        return said
    if sixties := _SIXTIES.fullmatch(text):
        whole = sixties[1] is None  # hours and minutes come before seconds, also where no seconds follow
        parts = [_leading(part) * 60 ** abs(at - 2) for at, part in enumerate(text.split(":"))]
        return str(int(sum(parts))) if whole else _shown(sum(parts))
    if _FLOAT.fullmatch(text):
        try:
            return _shown(float(re.sub(r"[,_]|\.([Ee]|$)", r"\1", text)))
        except ValueError:  # a dot alone, or before an exponent
            return text
    for base, pattern in _INTEGERS.items():
        found = pattern.fullmatch(text)
        if found and (digits := re.sub("[,_]", "", found[2])):
            return str(int(found[1] + digits, base))
    return text


def _leading(text: str) -> float:
    """The number that a text begins with."""
    found = re.match(r"[-+]?[0-9]+(?:_[0-9]+)*(?:\.[0-9]+(?:_[0-9]+)*)?", text)
    return float(found[0].replace("_", "")) if found else 0.0


def _shown(number: float) -> str:
    text = {"inf": "Infinity", "-inf": "-Infinity"}.get(str(number), str(number))
    return re.sub(r"^(-?[0-9]+)e", r"\1.0e", text)


def python(text: str) -> str:
    """As tmuxp has it: PyYAML's value of a number, as text."""
    import yaml

    try:
        return str(yaml.safe_load(text)) if len(text) <= _LONGEST else text
    except ValueError:  # 0x_
        return text


def value(node: Node, what: str, reads: Callable[[str], str], left: list[Problem]) -> str:
    """What that tool makes of a value, which is told where it is not as it is written."""
    return _read(node, node.text, what, reads, left) if node.plain else node.text


def key(text: str, node: Node, what: str, reads: Callable[[str], str], left: list[Problem]) -> str:
    """The same of the key that a value stands below."""
    return _read(node, text, what, reads, left) if node.plain_key else text


def _read(node: Node, text: str, what: str, reads: Callable[[str], str], left: list[Problem]) -> str:
    if (said := reads(text)) != text:
        left.append(problem(node, f"{what} {text} is {said}, as its own tool reads it; quotes keep it as it is"))
    return said
