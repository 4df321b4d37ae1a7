"""`viewsync exec` in the session `sh`, and what it leaves."""

from __future__ import annotations

import contextlib
import os
import select
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from tests.support.server import Done, Home, Server

SHELLS = ["bash --norc", "dash", "zsh -f", "busybox ash", "mksh", "ksh93"]


def execute(home: Home, *words: str, env: dict[str, str] | None = None) -> Done:
    return home.viewsync("exec", "-s", "sh", "-T", "20", *words, env=env)


def screen(server: Server, name: str = "sh") -> str:
    """Without the blanks at the ends of lines: 3.2a has more of them than anybody wrote."""
    lines = server.tmux("capture-pane", "-p", "-J", "-t", f"={name}:").split("\n")
    return "\n".join(line.rstrip(" ") for line in lines)


def in_foreground(server: Server, program: str, name: str = "sh") -> list[int]:
    """The processes of that program that a C-c in the pane would reach."""
    terminal = _stat(server.show(f"={name}:", "#{pane_pid}"))[4]
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            command, _, group, _, terminal_of, foreground = _stat(pid)
            if (command, terminal_of) == (program, terminal) and group == foreground:
                found.append(int(pid))
    return found


def _stat(pid: str) -> list[str]:
    """Of that process: its command, parent, group, session, terminal, and the group in that one's foreground."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        command, _, rest = file.read().partition("(")[2].rpartition(") ")
    return [command, *rest.split()[1:6]]


def folders(home: Home) -> list[str]:
    """Of commands that somebody still wants to know of."""
    root = os.path.join(home.state, "exec")
    there = os.listdir(root) if os.path.isdir(root) else []
    return [name for name in there if os.path.isdir(os.path.join(root, name))]


def relays(home: Home, program: str = "") -> list[psutil.Process]:
    """What shows and keeps the output of commands that run; with `program`, those of that name."""
    found: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(word.startswith(os.path.join(home.state, "exec")) for word in process.cmdline()):
                found |= {child.pid: child for child in (process, *process.children(recursive=True))}
    return [process for process in found.values() if program in ("", _name(process))]


def _name(process: psutil.Process) -> str:
    """It may end while it is looked at."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.name()
    return "(ended)"


def takes_output(server: Server, name: str = "sh") -> bool:
    """Whether the pane's terminal does: not after a C-s. While somebody writes to it, it takes none for a moment."""
    handle = os.open(server.show(f"={name}:", "#{pane_tty}"), os.O_WRONLY | os.O_NOCTTY)
    try:
        poll = select.poll()
        poll.register(handle, select.POLLOUT)
        return bool(poll.poll(100))
    finally:
        os.close(handle)
