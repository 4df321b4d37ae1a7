"""What each picture shows. Whatever is different each time (ids, paths, ages) is written as if it were not."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from tests.pictures.drawing import Frame
from tests.pictures.screen import PictureHome
from tests.support.server import Server
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pictures.screen import Screen, Screens

_FILES = {
    "editor.txt": "\033[34mfrom\033[0m shop \033[34mimport\033[0m cart, prices\n\n\n"
    "\033[34mdef\033[0m \033[33mtotal\033[0m(items):\n    \033[90m# what the customer pays\033[0m\n"
    "    \033[34mreturn\033[0m sum(prices[item] \033[34mfor\033[0m item \033[34min\033[0m items)\n",
    "server.txt": "shop listens on http://localhost:8000\n\n\033[32m200\033[0m GET  /\n\033[32m200\033[0m GET  /cart\n"
    "\033[32m201\033[0m POST /cart\n\033[33m404\033[0m GET  /favicon.ico\n",
}


class Scene(NamedTuple):
    title: str
    draw: Callable[[Screens], list[Frame]]


_DIGITS = ("413726589", "902151748")  # of the views' names
_VIEW = re.compile(r"-view-\d{10}-(\d{9})")


def two_tabs(screens: Screens) -> list[Frame]:
    """Each tab is a real client, in a terminal of its own, on a view that `viewsync open` made."""
    home = PictureHome()
    server = Server(home)
    try:
        _start_shop(home, server)
        tabs = [_tab(screens, home, server, digits) for digits in _DIGITS]
        tabs[1].press("C-b", "1")
        tabs[1].sees("shop listens on")
        tabs[1].sees("1:server*")
        tabs[0].sees("def total")
        assert len(set(server.clients().values())) == len(tabs)
        return [
            Frame(list(map(_same, tab.lines())), tab.columns, ("1 shop", "2 shop"), chosen)
            for chosen, tab in enumerate(tabs)
        ]
    finally:
        server.stop()
        home.remove()


def _tab(screens: Screens, home: PictureHome, server: Server, digits: str) -> Screen:
    """A tab on a view of its own."""
    tab = screens.open(home, [home.program_in_picture, "open", "shop"], (52, 10), PICTURE_DIGITS=digits)
    until(lambda: digits in server.clients().get(tab.pid(), ""), "its view")
    tab.sees("0:editor*")
    return tab


def _start_shop(home: PictureHome, server: Server) -> None:
    """A session with two windows, each with something to see."""
    for name, text in _FILES.items():
        with open(os.path.join(home.path, name), "w", encoding="utf-8") as file:
            file.write(text)
    windows = [(name, f"cat {home.path}/{name}.txt; exec sleep 1000") for name in ("editor", "server")]
    server.start("-s", "shop", "-n", windows[0][0], windows[0][1])
    server.tmux("set", "-g", "status-right", "", ";", "set", "-g", "status-left-length", "40")
    for name, command in windows[1:]:
        server.tmux("new-window", "-d", "-t", "=shop:", "-n", name, command)


def _same(line: str) -> str:
    """What is different each time, as if it were not."""
    return _VIEW.sub(r"-view-1795230381-\1", line)


SCENES = {
    "two-tabs": Scene("Two tabs of one tmux session, each on a window of its own", two_tabs),
}
