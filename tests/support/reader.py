"""A program in a pane that reads its terminal raw and keeps every byte: what really arrived."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING

from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Server

_PROGRAM = """
import os, sys, tty
tty.setraw(0)
file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
os.write(1, b"\\33[?2004h" if sys.argv[2] == "bracketed" else b"")
os.write(1, b"\\33[>4;2m" if sys.argv[2] == "extended" else b"")
os.write(1, b"ready")
while raw := os.read(0, 65536):
    os.write(file, raw)
    os.write(1, b"\\r.")  # as programs do, and the cursor stays where it is
"""


class Reader:
    """`bracketed`: it asks to be told where pasted text begins and ends, `extended`: for extended keys."""

    def __init__(self, server: Server, name: str, *, bracketed: bool = False, extended: bool = False) -> None:
        self.server = server
        self.path = os.path.join(server.home.path, f"{name}.got")
        script = os.path.join(server.home.path, "reader.py")
        with open(script, "w", encoding="utf-8") as file:
            file.write(_PROGRAM)
        mode = "bracketed" if bracketed else "extended" if extended else "plain"
        words = [sys.executable, "-I", script, self.path, mode]
        self.pane = server.tmux("new-session", "-d", "-s", name, "-P", "-F", "#{pane_id}", shlex.join(words))
        server.pid = server.pid or int(server.tmux("display-message", "-p", "#{pid}"))
        until(lambda: "ready" in server.tmux("capture-pane", "-p", "-t", self.pane), "the reader")

    def got(self) -> bytes:
        with open(self.path, "rb") as file:
            return file.read()

    def gets(self, raw: bytes, timeout: float = 60.0) -> None:
        """Fails unless exactly that arrives, and nothing else before it."""
        until(lambda: os.path.getsize(self.path) >= len(raw), f"{len(raw)} bytes", timeout)
        assert self.got() == raw
