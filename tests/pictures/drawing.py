"""A terminal's screen as SVG: what stood on it, in its colours, in a frame that is readable on light and dark pages.

rich draws the text. The rest is ours, since rich's own frame fetches a font from the network.
"""

from __future__ import annotations

import html
import io
import re
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Frame(NamedTuple):
    """One terminal window. `lines` may have the escape sequences of colours; of the `tabs` one is `chosen`."""

    lines: Sequence[str | Text]
    columns: int
    tabs: Sequence[str]
    chosen: int = 0


_BACKGROUND, _BAR, _EDGE, _PALE = "#1d2026", "#2b2f38", "#6b7280", "#9aa3b2"
_FONT = "ui-monospace, monospace"  # generic ones alone: nothing is fetched
_CELL, _LINE = 12.2, 24.4  # columns and lines of text, as rich draws it
_PAD, _TABS, _GAP = 14, 40, 24
_TAB, _TAB_LETTER = 150, 10
_WORDS = re.compile(r"[^\s\xa0]+(?:\xa0[^\s\xa0]+)*")
_COLOURS = ("1d2026", "f07178", "9ccc7a", "ebcb6b", "72a8f0", "c792ea", "6fc8d4", "d8dee9")


def _colour(text: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(text)
    return red, green, blue


_THEME = TerminalTheme(
    _colour(_COLOURS[0]),
    _colour(_COLOURS[-1]),
    list(map(_colour, _COLOURS)),
    list(map(_colour, ("8b93a3", *_COLOURS[1:7], "ffffff"))),
)
_TEXT = "<style>{styles}</style>{backgrounds}<g>{matrix}</g>"


def svg(frames: Sequence[Frame], title: str) -> str:
    """The frames side by side; `title` is what a screen reader reads."""
    widths = [round(frame.columns * _CELL) + 2 * _PAD for frame in frames]
    height = round(max(len(frame.lines) for frame in frames) * _LINE) + 2 * _PAD + _TABS
    width = sum(widths) + _GAP * (len(frames) - 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width + 2} {height + 2}" role="img" '
        f'font-family="{_FONT}" font-size="20">',
        f"<title>{html.escape(title)}</title>",
    ]
    left = 1
    for at, (frame, wide) in enumerate(zip(frames, widths, strict=True)):
        parts += [f'<g transform="translate({left} 1)">', *_frame(frame, wide, height, f"f{at}"), "</g>"]
        left += wide + _GAP
    return "\n".join([*parts, "</svg>", ""])


def said(drawn: str) -> list[str]:
    """What a picture says: its title, its tabs and its lines, without where they stand and how they look."""
    lines: dict[tuple[int, float], str] = {}
    for number, group in enumerate(drawn.split("<g transform=")):
        for attributes, text in re.findall(r"<(?:text|title)([^>]*)>([^<]*)</", group):
            row, column = (float(found[1]) if (found := re.search(rf'\b{axis}="([\d.]+)"', attributes)) else 0.0
                           for axis in "yx")  # fmt: skip
            before = lines.get((number, row), "")
            place = round(column / _CELL)
            lines[number, row] = before.ljust(place) + html.unescape(text).replace("\N{NO-BREAK SPACE}", " ")
    return [line.strip() for _, line in sorted(lines.items())]


def _frame(frame: Frame, width: int, height: int, name: str) -> Iterator[str]:
    yield f'<rect width="{width}" height="{height}" rx="8" fill="{_BACKGROUND}" stroke="{_EDGE}"/>'
    yield f'<path d="M0.5 {_TABS}V8a8 8 0 0 1 8-7.5H{width - 8.5}a8 8 0 0 1 8 7.5V{_TABS}z" fill="{_BAR}"/>'
    left = 8
    for at, tab in enumerate(frame.tabs):
        wide = max(_TAB, _TAB_LETTER * len(tab) + 40)
        chosen = at == frame.chosen
        if chosen:
            shape = f"M{left} {_TABS}V14a6 6 0 0 1 6-6h{wide - 12}a6 6 0 0 1 6 6V{_TABS}z"
            yield f'<path d="{shape}" fill="{_BACKGROUND}"/>'
        colour = f"#{_COLOURS[-1]}" if chosen else _PALE
        yield (
            f'<text x="{left + wide / 2:g}" y="29" fill="{colour}" font-size="16" text-anchor="middle">'
            f"{html.escape(tab)}</text>"
        )
        left += wide + 6
    yield f'<g transform="translate({_PAD} {_TABS + _PAD})">{_text(frame, name)}</g>'


def _text(frame: Frame, name: str) -> str:
    console = Console(
        record=True, file=io.StringIO(), width=frame.columns, color_system="truecolor", force_terminal=True, _environ={}
    )
    for line in frame.lines:
        text = Text.from_ansi(line) if isinstance(line, str) else line.copy()
        text.truncate(frame.columns)
        console.print(text, soft_wrap=True)
    drawn = console.export_svg(title="", theme=_THEME, code_format=_TEXT, unique_id=name)
    drawn = re.sub(r' clip-path="url\(#[^"]*\)"', "", drawn)  # each line is as long as it says
    drawn = re.sub(r"<text [^>]*>\n</text>", "", drawn)
    drawn = re.sub(r'<text class="([^"]*)" x="([^"]*)" y="([^"]*)" textLength="[^"]*">([^<]*)<', _placed, drawn)
    return drawn.replace("><", ">\n<")


def _placed(match: re.Match[str]) -> str:
    """What stands apart gets a place of its own: fonts are not as wide as they should be, and some drop spaces."""
    style, x, y, escaped = match.groups()
    text = escaped.replace("&#160;", "\N{NO-BREAK SPACE}")
    pieces = []
    for found in _WORDS.finditer(html.unescape(text)):
        left, long = float(x) + _CELL * found.start(), _CELL * len(found[0])
        place = f'x="{left:g}" y="{y}" textLength="{long:g}"'
        pieces.append(f'<text class="{style}" {place}>{html.escape(found[0], quote=False)}<')
    return "/text>\n".join(pieces) or f'<text x="{x}" y="{y}"><'
