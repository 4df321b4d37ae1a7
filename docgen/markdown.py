"""Text from the code as Markdown. Each character that Markdown or HTML could read becomes an entity."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SAFE = re.compile(r"[^\w ,;'\"/?%@$]")  # all others become an entity


def text(words: str) -> str:
    """On one line; what stands between backticks is code."""
    parts = re.split(r"`([^`]*)`", " ".join(words.split()))
    return "".join(code(part) if at % 2 else _quoted(part) for at, part in enumerate(parts))


def code(words: str) -> str:
    return f"<code>{_quoted(words)}</code>" if words else ""


def _quoted(words: str) -> str:
    return _SAFE.sub(lambda found: f"&#{ord(found[0])};", words).replace("_", "&#95;").replace("  ", " &#32;")


def paragraphs(docstring: str) -> str:
    return "\n\n".join(text(part) for part in docstring.strip().split("\n\n"))


def block(lines: str, language: str = "text") -> str:
    """A fenced block, with a fence that nothing in it can end."""
    longest = max((len(run) for run in re.findall(r"`+", lines)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{lines.rstrip()}\n{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Its cells are Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def page(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
