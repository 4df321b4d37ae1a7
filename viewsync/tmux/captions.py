"""Text in the lines of a server's status, as it stands."""

from __future__ import annotations

from viewsync.tmux.rules.language import literal
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.server import Tmux


def show(tmux: Tmux, socket: str, lines: Sequence[str], bold: int) -> None:
    """In place of all that the status says, two to five lines, the first of them bold."""
    tmux.ask(socket, "set-option", "-g", "status", str(len(lines)))
    for number, line in enumerate(lines):
        style = "#[bold]" if number < bold else "#[dim]"
        tmux.ask(socket, "set-option", "-g", f"status-format[{number}]", f"{style} {literal(line)}")
