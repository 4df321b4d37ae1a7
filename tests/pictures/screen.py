"""A terminal of a fixed size that a program runs in, and what stands on it. tmux is the terminal."""

from __future__ import annotations

import os
import shlex
import sys
import time
from typing import TYPE_CHECKING

from tests.support.server import Home, Server
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Sequence

# 3.2a makes a window as large as the client that asks for it, whatever size is named, but with this. Newer ones do not
# need it, and some of them end by it at a new window.
_SIZED = "%if '#{m:3.2*,#{version}}'\nset -g window-size manual\n%endif\n"
_CONF = f"set -g status off\nset -g default-terminal screen-256color\nset -g remain-on-exit on\n{_SIZED}"


# viewsync as it is, but for the time and the random digits that the environment names.
_CODE = """
import os, sys, time
del sys.argv[0]
if now := os.environ.pop("PICTURE_TIME", ""):
    time.time = lambda: float(now)
if digits := os.environ.pop("PICTURE_DIGITS", ""):
    from viewsync.views.rules import names
    names.digits = lambda now, random: int(digits)
from viewsync.cli import main
sys.exit(main())
"""


class PictureHome(Home):
    def __init__(self) -> None:
        super().__init__()
        west = int(time.time()) % 86400 // 60 - 12 * 60  # minutes: it is noon here, so that "today" is the same day
        self.env["TZ"] = f"NOON{'-' if west < 0 else ''}{abs(west) // 60}:{abs(west) % 60:02}"
        self.folder = os.path.join(self.path, "bin")
        self.program_in_picture = os.path.join(self.folder, "viewsync")
        os.mkdir(self.folder)
        with open(self.program_in_picture, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -I -X utf8 -c {shlex.quote(_CODE)} "$0" "$@"\n')
        os.chmod(self.program_in_picture, 0o700)


class Screens:
    """Terminals on a tmux server of their own, which no program in them can see."""

    def __init__(self) -> None:
        self.home = Home()
        self.server = Server(self.home, "screens", _CONF)
        self.made = 0

    def end(self) -> None:
        self.server.stop()
        self.home.remove()

    def open(self, home: Home, argv: Sequence[str], size: tuple[int, int], **more: str) -> Screen:
        """That program in columns and lines, with the environment of that home and what is named."""
        columns, lines = size
        self.made += 1
        name = f"screen{self.made}"
        variables = {**home.env, "TERM": "screen-256color", **more}
        words = ["env", "-i", *(f"{key}={value}" for key, value in variables.items()), *argv]
        self.server.start("-s", name, "-x", str(columns), "-y", str(lines), f"exec {shlex.join(words)}")
        return Screen(self.server, name, columns)


class Screen:
    def __init__(self, server: Server, name: str, columns: int) -> None:
        self.server, self.target, self.columns = server, f"={name}:", columns

    def text(self) -> str:
        return self.server.tmux("capture-pane", "-p", "-t", self.target)

    def lines(self) -> list[str]:
        """With their colours, down to the last that is not empty."""
        return self.server.tmux("capture-pane", "-e", "-N", "-p", "-t", self.target).splitlines()

    def press(self, *keys: str) -> None:
        self.server.tmux("send-keys", "-t", self.target, *keys)

    def pid(self) -> int:
        return int(self.server.show(self.target, "#{pane_pid}"))

    def ends(self) -> None:
        until(lambda: self.server.show(self.target, "#{pane_title}") == "ended", "the end of what runs there")

    def sees(self, text: str) -> None:
        until(lambda: text in self.text(), f"{text!r} on the screen")
