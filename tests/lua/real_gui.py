"""The fake WezTerm with real programs in its panes, real child processes, and the real clock."""

from __future__ import annotations

import base64
import os
import re
import signal
import subprocess
import termios
import time
from typing import TYPE_CHECKING, Any, TypeVar

from tests.lua.fake import Gui
from tests.lua.shared_data import LuaError, strings, to_python
from tests.support.client import Tab as Terminal
from tests.support.wait import stays, until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.lua.fake_mux import Pane, Tab

T = TypeVar("T")

USER_VAR = re.compile(rb"\x1b\]1337;SetUserVar=([^=]+)=([A-Za-z0-9+/=]*)\x07")


class RealGui(Gui):
    """This process is the wezterm-gui; `env` is what its panes and its child processes inherit."""

    def __init__(self, env: Mapping[str, str]) -> None:
        super().__init__(env["HOME"])
        self.env = dict(env)
        self.ahead = 0.0  # seconds by which our clock runs ahead of the real one
        self.clock = time.time()
        self.terminals: dict[int, Terminal] = {}
        self._read: dict[int, int] = {}
        self._running: list[tuple[subprocess.Popen[str], Any]] = []

    # Panes

    def start_pane(self, pane: Pane) -> None:
        place = {"WEZTERM_PANE": str(pane.id), "WEZTERM_UNIX_SOCKET": f"{self.env['HOME']}/gui-sock-{os.getpid()}"}
        terminal = Terminal(pane.argv, {**self.env, **place, **pane.env})
        self.terminals[pane.id] = terminal
        pane.tty = terminal.tty
        pane.close = lambda: close_as_wezterm(terminal)

    def terminal(self, tab: Tab) -> Terminal:
        return self.terminals[tab.panes[0].id]

    def _read_user_vars(self) -> None:
        """What the programs wrote since the last time, as events."""
        for _, tab in list(self.mux.tabs()):
            for pane in tab.panes:
                if pane.id in self.terminals:
                    self._read_pane(tab, pane)

    def _read_pane(self, tab: Tab, pane: Pane) -> None:
        output = bytes(self.terminals[pane.id].output)
        for match in USER_VAR.finditer(output, self._read.get(pane.id, 0)):
            self._read[pane.id] = match.end()
            self.set_user_var(tab, match[1].decode(), base64.b64decode(match[2]).decode(), pane)

    # Child processes

    def _do_run_child_process(self, task: Any, argv: Any) -> None:
        words = strings(to_python(argv))
        self.ran.append(words)
        try:
            child = subprocess.Popen(words, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        except OSError as error:
            raise LuaError(str(error)) from None
        self._running.append((child, task))

    def _end_children(self) -> None:
        for child, task in list(self._running):
            if child.poll() is not None:
                self._running.remove((child, task))
                out, err = child.communicate()
                self.answer(task, child.returncode == 0, out, err)

    # The main loop

    def turn(self) -> None:
        """Once through everything that may have happened."""
        self._read_user_vars()
        self._end_children()
        self.advance(max(0.0, time.time() + self.ahead - self.clock))

    def until(self, reading: Callable[[], T], what: str) -> T:
        """The first truthy reading, with the GUI alive meanwhile."""
        return until(self._alive(reading), what)

    def stays(self, reading: Callable[[], T], seconds: float = 0.6) -> T:
        """The reading, which may not change for that long, with the GUI alive meanwhile."""
        return stays(self._alive(reading), seconds)

    def _alive(self, reading: Callable[[], T]) -> Callable[[], T]:
        def next_reading() -> T:
            self.turn()
            return reading()

        return next_reading

    def finish(self) -> None:
        """End what still runs, each by its own process id."""
        for child, _ in self._running:
            child.kill()
            child.communicate()
        for terminal in self.terminals.values():
            terminal.end()


def close_as_wezterm(terminal: Terminal, *, quits: bool = False) -> None:
    """SIGHUP to the first process, unless WezTerm quits; then the dropped writer types Enter and ^D (#7898)."""
    if terminal.master < 0:
        return
    if not quits and not terminal.ended():
        terminal.signal(signal.SIGHUP)
    end_of_file = termios.tcgetattr(terminal.master)[6][termios.VEOF]
    if end_of_file != b"\0":
        terminal.type("\n" + end_of_file.decode())
    terminal.close()
