"""A program in a pane that reads text as Ink and prompt_toolkit do: raw, by what one read brings.

It asks to be told where a paste begins and ends. What comes in one read with more than Enter is a paste, with Enter as
one line more of its draft; Enter on its own submits the draft. Each read goes into a file.
"""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING

from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Server

_PROGRAM = r"""
import json, os, sys, time, tty
path, options = sys.argv[1], sys.argv[2:]
tty.setraw(0)
for word in options:
    if word.startswith("called:"):
        with open("/proc/self/comm", "w", encoding="ascii") as comm:
            comm.write(word[7:])
file = open(path, "a", encoding="utf-8")
swallows = next((int(word[8:]) for word in options if word.startswith("swallows")), 0)
slow = 0.2 if "slow" in options else 0
def show(text):
    os.write(1, text.replace("\n", "\r\n").encode())
def draw(draft):
    shown = "[Pasted text]" if "folds" in options and draft else draft.replace("\n", "\n  ")
    if "boxed" in options:
        lines = ("> " + shown).split("\n")
        body = "\n".join("│ " + line.ljust(30) + " │" for line in lines)
        rule = "─" * 32
        above = "\x1b[2J\x1b[H" + "".join(log) + "╭" + rule + "╮\n"
        show(above + body + "\n╰" + rule + "╯\n  ? for help\x1b[?25l")
    else:
        show("\r\x1b[J> " + shown)
if "alternate" in options:
    show("\x1b[?1049h")
show("\x1b[?2004h" if "plain" not in options else "")
draft, log, begin = "", [], b""
show("ready\n")
draw("")
while "waits" in options and not os.path.exists(path + ".go"):
    time.sleep(0.01)
while raw := os.read(0, 65536):
    file.write(json.dumps(raw.decode("utf-8", "surrogateescape")) + "\n")
    file.flush()
    raw = begin + raw
    if raw.startswith(b"\x1b[200~") and not raw.endswith(b"\x1b[201~"):
        begin = raw if b"\x1b[201~" not in raw else b""
        if begin:
            continue
    begin = b""
    time.sleep(slow)
    text = raw.decode("utf-8", "surrogateescape")
    if text == "\r":
        if swallows > 0:
            swallows -= 1
            if "grows" in options:
                draft += "\n"
                show("\n  ")
            continue
        log.append("got: " + draft.replace("\n", "\\n") + "\n")
        if "boxed" not in options:
            show("\n" + log[-1])
        draft = ""
    else:
        draft += text.replace("\x1b[200~", "").replace("\x1b[201~", "").replace("\r", "\n")
    draw(draft)
"""


class Prompt:
    """Options: `plain` asks for no marks; `swallows2` does not hear the first two Enters, and with `grows` makes lines
    of them; `folds` shows a draft as "[Pasted text]"; `boxed` draws a box around it; `slow` thinks; `alternate` is its
    screen; `called:NAME` is its process; `behind-sh` that one stands; `waits` reads nothing before
    `hear`.
    """

    def __init__(self, server: Server, name: str, *options: str) -> None:
        self.server = server
        self.path = os.path.join(server.home.path, f"{name}.reads")
        script = os.path.join(server.home.path, "prompts.py")
        with open(script, "w", encoding="utf-8") as file:
            file.write(_PROGRAM)
        words = [sys.executable, "-I", script, self.path, *options]
        command = shlex.join(words) + ("; true" if "behind-sh" in options else "")
        size = ("-x", "80", "-y", "24")
        self.pane = server.tmux("new-session", "-d", "-s", name, *size, "-P", "-F", "#{pane_id}", command)
        server.pid = server.pid or int(server.tmux("display-message", "-p", "#{pid}"))
        until(lambda: ">" in self.shown(), "the prompt")

    def shown(self) -> str:
        return self.server.tmux("capture-pane", "-p", "-t", self.pane)

    def hear(self) -> None:
        with open(f"{self.path}.go", "w", encoding="utf-8"):
            pass

    def reads(self) -> list[str]:
        import json

        with open(self.path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]
