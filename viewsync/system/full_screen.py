"""The whole terminal as one picture, drawn by rich, and given back as it was. rich takes 40 ms to import."""

from __future__ import annotations

from rich.console import Console
from rich.live import Live
from rich.text import Text

from viewsync.system.rules.picture import BAD, DIM, DOUBT, GOOD, HEAD, PLAIN, TextCell
from viewsync.text import cells
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from viewsync.system.rules.picture import Picture

_STYLES = {GOOD: "green", BAD: "red", DOUBT: "yellow", HEAD: "bold", DIM: "dim", PLAIN: ""}
_CHOSEN = "reverse"


class FullScreen:
    def __init__(self, env: Mapping[str, str]) -> None:
        # COLUMNS and LINES are of the moment in which the shell set them.
        now = {name: value for name, value in env.items() if name not in ("COLUMNS", "LINES")}
        self._console = Console(highlight=False, _environ=now)
        self._live = Live(
            console=self._console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        self._shown: tuple[object, ...] = ()

    def __enter__(self) -> FullScreen:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._live.stop()

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        found = self._console.size
        return found.width, found.height

    def draw(self, picture: Picture, *, anew: bool = False) -> None:
        """Nothing is written where the same picture stands already, unless it is wanted `anew`."""
        if (picture, self.size) == self._shown and not anew:
            return
        self._shown = (picture, self.size)
        self._live.update(_text(picture, *self.size), refresh=True)


def _text(picture: Picture, width: int, height: int) -> Text:
    text = Text(no_wrap=True, overflow="crop", end="")
    table = picture.table
    lines = [
        [TextCell(picture.title, HEAD)],
        _line([TextCell(title, DIM) for title in table.head], table.widths, width),
    ]
    lines += [_line(row, table.widths, width) for row in table.rows]
    below = [[note] for note in picture.below][: max(0, height - len(lines) - 1)]
    lines += [[TextCell("")]] * max(0, height - len(lines) - len(below) - 1)
    lines = [*[*lines, *below][: max(0, height - 1)], [picture.foot]]
    for at, line in enumerate(lines):
        chosen = at == table.chosen + 2 and table.chosen >= 0
        left = width
        for cell in line:
            shown = cell.text if cells.width(cell.text) <= left else cells.fit(cell.text, left)
            text.append(shown, _CHOSEN if chosen else _STYLES[cell.style])
            left -= cells.width(shown)
        if chosen:
            text.append(" " * left, _CHOSEN)
        text.append("\n" if at + 1 < len(lines) else "")
    return text


def _line(row: Sequence[TextCell], widths: Sequence[int], width: int) -> list[TextCell]:
    """In columns, two apart."""
    found = []
    for cell, wide in zip(row, widths, strict=False):
        found.append(cell._replace(text=cells.fit(cell.text, wide) + "  "))
        width -= wide + 2
    return [*found, *row[len(widths) :]]
