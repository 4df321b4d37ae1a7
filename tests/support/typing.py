"""Text typed into a pane as `viewsync send` does it, with the anchor, but by nothing of viewsync's sending."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.wait import until
from viewsync.context import Context
from viewsync.panes.rules import echo, known
from viewsync.registry.targets import PaneAddress
from viewsync.tmux import pane_list
from viewsync.tmux import screen as tmux_screen
from viewsync.tmux.rules import anchor

if TYPE_CHECKING:
    from tests.support.server import Server


def type_in(server: Server, pane: str, text: str) -> None:
    ctx, where = place(server, pane)
    at = known.anchor(tmux_screen.read(ctx.tmux, where.socket, pane, anchor.ABOVE))
    option = anchor.written(at, echo.written(echo.marks(text)), at)
    server.tmux("set-option", "-p", "-t", pane, anchor.OPTION, option, ";", "send-keys", "-t", pane, "-l", text)
    server.tmux("send-keys", "-t", pane, "Enter")


def place(server: Server, pane: str) -> tuple[Context, PaneAddress]:
    ctx = Context(env=server.home.env)
    reading = pane_list.read(ctx.tmux, server.socket)
    return ctx, PaneAddress(server.socket, reading.server, pane)


def shell(server: Server, name: str = "sh", *words: str, size: tuple[int, int] = (80, 24)) -> str:
    """A session with a plain shell whose prompt is `$ `; the pane's id, once the prompt is there."""
    argv = words or ("env", "PS1=$ ", "sh")
    width, height = map(str, size)
    pane = server.tmux("new-session", "-d", "-s", name, "-x", width, "-y", height, "-P", "-F", "#{pane_id}", *argv)
    if not words:
        until(lambda: screen(server, pane).startswith("$"), "a prompt")
    return pane


def screen(server: Server, pane: str) -> str:
    return server.tmux("capture-pane", "-p", "-t", pane)
