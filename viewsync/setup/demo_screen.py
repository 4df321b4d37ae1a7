"""The demo in the terminal that it is started in: two panes, each a terminal with a real client on a view of its own.

A second throwaway server shows them: its panes are the tabs, its status line has the captions. We type into the tabs;
whoever watches can only leave.
"""

from __future__ import annotations

import os
import signal
import textwrap
import time

from viewsync.errors import ViewsyncError
from viewsync.light import contextlib
from viewsync.setup.demo import DemoTab, Stage, end_server, play
from viewsync.system import process, processes
from viewsync.text import cells
from viewsync.tmux import captions, sessions
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context

LEAST = (72, 16)  # columns and lines
_STEP = 2  # lines of a step
_LEAVE = "q leaves the demo"
_EDITOR = (
    "from shop import cart, prices\\n\\n\\ndef total(items):\\n"
    "    # what the customer pays\\n    return sum(prices[item] for item in items)\\n"
)
_COUNTS = 'n=0; while :; do n=$((n + 1)); echo "request $n: 200 OK"; sleep 1; done'
# A tab: a prompt, somebody who types, and then it is the client itself.
_TAB = 'printf "$ "; read -r line; exec "$0" open -S "$1" demo'
_OPTIONS = {
    "assume-paste-time": "0",  # a key is a key, however fast it comes
    "default-terminal": "screen",
    "remain-on-exit": "on",  # a tab that is closed stays to be seen
    "pane-border-status": "top",
    "pane-border-format": " #{?#{==:#{pane_index},0},first,second} tab ",
    "status-style": "default",
    "prefix": "None",
}


class Left(Exception):
    """Whoever watched has left."""


class NotShown(Exception):
    """tmux cannot show anything in this terminal."""


class PaneTab(DemoTab):
    """A pane whose process becomes the client."""

    def __init__(self, stage: ShownStage, pane: str, pid: int) -> None:
        self.stage, self.pane, self.pid, self.output = stage, pane, pid, b""

    def drain(self) -> None:
        """The server that shows it does."""

    def choose(self, window: str) -> None:
        self.stage.press(self.pane, "C-b", window)

    def end(self, number: int = signal.SIGKILL) -> None:
        """The pane's terminal is closed with its process."""
        start = processes.start_time(self.pid)
        processes.tell(self.pid, signal.Signals(number), lambda: bool(start) and self.is_there())

    def is_there(self) -> bool:
        return f"{self.pane} {self.pid} 0" in self.stage.panes_shown()


class ShownStage(Stage):
    EDITOR = ("sh", "-c", f"printf '{_EDITOR}'; exec sleep 600")
    SERVER = ("sh", "-c", _COUNTS)

    def __init__(self, ctx: Context, folder: str, size: tuple[int, int], pause: float) -> None:
        super().__init__(ctx, folder, lambda _: None)
        self.size, self.pause = size, pause
        self.frame = os.path.join(folder, "frame.sock")
        self.own_terminal = {**self.tmux.env, "TERM": ctx.env["TERM"]}
        self.frame_server, self.frame_start = 0, 0.0
        self.watcher: process.Child | None = None
        self.seen = False

    def show(self, *words: str) -> str:
        """Asks the server that shows the tabs."""
        return self.tmux.ask(self.frame, *words).rstrip("\n")

    def press(self, pane: str, *keys: str) -> None:
        """As nobody else can: its input is off but for us. (With a read-only client, 3.8 refuses send-keys.)"""
        self.show(
            "select-pane", "-e", "-t", pane, ";", "send-keys", "-t", pane, *keys, ";", "select-pane", "-d", "-t", pane
        )

    def panes_shown(self) -> list[str]:
        return self.show("list-panes", "-t", "=demo:", "-F", "#{pane_id} #{pane_pid} #{pane_dead}").splitlines()

    def start(self) -> None:
        super().start()
        self.ask("set-option", "-g", "window-size", "largest")  # the panes differ by a column, and no edge is drawn
        self.ask("set-option", "-g", "status-right", "")
        self.ask("set-option", "-g", "status-left-length", "40")
        self.ask("set-option", "-g", "status-left", "[#{?@viewsync_parent,a view of #{@viewsync_parent},demo}] ")
        tab = ("/bin/sh", "-c", _TAB, self.launcher, self.socket)
        made = sessions.make(self.tmux, self.frame, sessions.NewSession("demo", argv=tab, size=self.size))
        self.frame_server = int(made.server.partition(".")[0])
        self.frame_start = processes.start_time(self.frame_server)
        for name, value in _OPTIONS.items():
            self.show("set-option", "-g", name, value)
        captions.show(self.tmux, self.frame, [*[""] * (_STEP + 1), _LEAVE], _STEP)
        for key in ("q", "C-c"):
            self.show("bind-key", "-n", key, "detach-client")
        self.show("split-window", "-d", "-h", "-t", "=demo:", *tab)
        for shown in self.panes_shown():
            self.show("select-pane", "-d", "-t", shown.split()[0])
        self.watcher = process.on_our_terminal(self.tmux.to_attach(self.frame, "demo"), self.own_terminal)
        self.until(lambda: self.show("list-clients"), "the terminal")
        self.seen = True

    def new_tab(self) -> DemoTab:
        pane, pid, _ = self.panes_shown()[len(self.tabs)].split()
        self.press(pane, "-l", "viewsync open demo")
        self.press(pane, "Enter")
        return PaneTab(self, pane, int(pid))

    def tell(self, step: str) -> None:
        width = int(self.show("display-message", "-p", "-t", "=demo:", "#{window_width}")) - 2
        lines = textwrap.wrap(step.rstrip(":"), width)[:_STEP]
        there = cells.cut("tmux list-sessions: " + " ".join(self.sessions()), width)
        captions.show(self.tmux, self.frame, [*lines, *[""] * (_STEP - len(lines)), there, _LEAVE], _STEP)
        deadline = time.monotonic() + self.pause
        while time.monotonic() < deadline:
            self.look()
            time.sleep(0.05)

    def look(self) -> None:
        """Whether somebody watches still."""
        if self.watcher and self.watcher.poll() is not None:
            raise Left if self.seen else NotShown

    def end(self) -> None:
        if self.watcher and self.watcher.poll() is None:
            with contextlib.suppress(ViewsyncError):  # it gives the terminal back as it was
                self.show("detach-client", "-s", "=demo")
        if self.frame_server:
            end_server(self.frame_server, self.frame_start)
        if self.watcher:
            process.ended(self.watcher)
        self.tabs = []  # they ended with the server that showed them
        super().end()


def run(ctx: Context, size: tuple[int, int], pause: float) -> bool:
    """Whether it was played to its end. NotShown where the terminal is not one for tmux, and nothing was seen."""
    try:
        play(lambda folder: ShownStage(ctx, folder, size, pause))
    except Left:
        return False
    return True
