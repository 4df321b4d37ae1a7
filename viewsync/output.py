"""What a verb returns, and how it is shown: lines for people, one JSON value for programs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.errors import ViewsyncError


class Result(NamedTuple):
    data: Any = None  # what --json prints
    lines: Sequence[str] = ()  # what a person sees
    code: int = 0
    warnings: Sequence[str] = ()  # on stderr, one line each
    always_json: bool = False  # `data` is what people see, too
    printed: bool = False  # the verb has printed it itself, as it came


def show(result: Result, as_json: bool) -> None:
    for warning in result.warnings:
        print(f"viewsync: {printable(warning)}", file=sys.stderr)
    if result.printed:
        return
    if as_json or result.always_json:
        print(as_text(result.data))
    else:
        for line in result.lines:
            print(printable(line))


def show_error(error: ViewsyncError, as_json: bool) -> None:
    hint = f" ({error.hint})" if error.hint else ""
    for line in (error.message + hint, *error.more):
        print(f"{error.speaker}: {printable(line)}", file=sys.stderr)
    if as_json:
        body = {
            "code": error.code,
            "kind": error.kind,
            "message": error.message,
            "hint": error.hint,
            **({"more": list(error.more)} if error.more else {}),
        }
        print(as_text({"error": body}))


def as_text(data: Any) -> str:
    """JSON that strict readers take: bytes of a name that are no UTF-8 become U+FFFD, not lone surrogates."""
    return json.dumps(data, indent=2, ensure_ascii=False).encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def printable(text: str) -> str:
    """Text that cannot command the terminal: control characters are shown as escapes."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their widest cell, the last one open."""
    from viewsync.text import cells  # with unicodedata: only for who shows a table

    shown = [[printable(cell) for cell in row] for row in (head, *rows)]
    widths = [max(cells.width(row[column]) for row in shown) for column in range(len(head))]
    return ["  ".join(map(cells.pad, row, widths)).rstrip() for row in shown]


def age(now: float, then: float) -> str:
    """How long ago, in its largest unit: 42s, 7m, 3h, 2d."""
    seconds = max(0, int(now - then))
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def size(count: float) -> str:
    """Bytes in their largest unit: 512 B, 4.2 MB, 1.3 GB."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.0f} {unit}" if count >= 100 or unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    raise AssertionError("the last unit takes everything")
