"""What the pictures show: a server with a session, two tabs on views of it, sessions of agents and of projects.

It is made once for all pictures. Each verb looks at it from three hours later, so that everything has an age.
"""

from __future__ import annotations

import os
import time
from functools import cached_property
from typing import TYPE_CHECKING

from tests.pictures.screen import PictureHome, Screens
from tests.support.projects import Project
from tests.support.server import Server
from tests.support.wait import until
from viewsync.store.history_database import History

if TYPE_CHECKING:
    from types import TracebackType

    from tests.pictures.screen import Screen

_FILES = {
    "editor": "\033[34mfrom\033[0m shop \033[34mimport\033[0m cart, prices\n\n\n"
    "\033[34mdef\033[0m \033[33mtotal\033[0m(items):\n    \033[90m# what the customer pays\033[0m\n"
    "    \033[34mreturn\033[0m sum(prices[item] \033[34mfor\033[0m item \033[34min\033[0m items)\n",
    "server": "shop listens on http://localhost:8000\n\n\033[32m200\033[0m GET  /\n\033[32m200\033[0m GET  /cart\n"
    "\033[32m201\033[0m POST /cart\n\033[33m404\033[0m GET  /favicon.ico\n",
}
_DIGITS = ("413726589", "902151748")  # of the tabs' views
_PINNED, _UNUSED = "934641093", "971398217"  # behind them, also where all are of one second
_LATER = 3 * 3600 + 30
_SAYS = {"claude-python": "In [7]: ", "build": "142 tests passed", "old-repl": ">>> "}
_PROMPT = "$ "
_DEV = """\
session:
  windows:
    - name: editor
    - name: server
"""


class Workshop:
    def __init__(self) -> None:
        self.home = PictureHome()
        self.screens = Screens()
        self.server = Server(self.home)
        self.now = time.time()

    def __enter__(self) -> Workshop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.screens.end()
        self.server.stop()
        self.home.remove()

    def says(self, line: str, columns: int, lines: int = 24, *, sees: str = "", at: float = 0.0, **env: str) -> Screen:
        """What stands on a terminal once somebody has typed that line; or once it `sees` that, where it goes on."""
        command = f"printf '\\033[90m$\\033[0m %s\\n' '{line}'; {line}; printf '\\033]2;ended\\a'; exec sleep 1000"
        later = {"PICTURE_TIME": str(at or self.now + _LATER), "PATH": f"{self.home.folder}:{self.home.env['PATH']}"}
        screen = self.screens.open(self.home, ["sh", "-c", command], (columns, lines), **later, **env)
        if sees:
            screen.sees(sees)
        else:
            screen.ends()
        return screen

    @cached_property
    def tabs(self) -> list[Screen]:
        """Two, each with a real client on a view of `shop` that `viewsync open` made."""
        for name, text in _FILES.items():
            with open(os.path.join(self.home.path, name), "w", encoding="utf-8") as file:
                file.write(text)
        windows = [(name, f"cat {self.home.path}/{name}; exec sleep 1000") for name in _FILES]
        self.server.start("-s", "shop", "-n", windows[0][0], windows[0][1])
        self.server.tmux("set", "-g", "status-right", "", ";", "set", "-g", "status-left-length", "40")
        for name, command in windows[1:]:
            self.server.tmux("new-window", "-d", "-t", "=shop:", "-n", name, command)
        return [self._tab(digits) for digits in _DIGITS]

    def _tab(self, digits: str) -> Screen:
        words = [self.home.program_in_picture, "open", "shop"]
        tab = self.screens.open(self.home, words, (52, 10), PICTURE_DIGITS=digits)
        until(lambda: digits in self.server.clients().get(tab.pid(), ""), "its view")
        tab.sees("0:editor*")
        told = ("event = 'keep' AND session LIKE ?", (f"%{digits}",))
        until(lambda: History(self.home.state).find(*told), "what its hook tells the history")
        return tab

    @cached_property
    def filled(self) -> Workshop:
        """With a view that is pinned and one that nobody needs, with agents' sessions and with projects'."""
        assert self.tabs
        for digits in (_PINNED, _UNUSED):
            self._run("open", "--new", "--lease", "1", "--json", "shop", PICTURE_DIGITS=digits)
        pinned = next(view for view in self.server.views() if view.endswith(_PINNED))
        self._run("pin", pinned)
        for hours, (name, text) in enumerate(_SAYS.items()):
            made = {"PICTURE_TIME": str(self.now - hours * 5 * 3600)}
            program = ("--", "sh", "-c", f"printf '{text}'; exec sleep 1000")
            self._run("create", "-S", self.server.socket, "-n", name, *program, **made)
        self._run("quarantine", "-s", "build", "--reason", "one test failed")
        self.server.tmux("kill-session", "-t", "=old-repl")
        with open(os.path.join(self.home.path, ".profile"), "a", encoding="utf-8") as file:
            file.write(f"PS1='{_PROMPT}'\n")
        for name in ("web", "api"):
            self._project(name)
        return self

    def _project(self, name: str) -> None:
        project = Project(self.home, name)
        project.repository()
        project.command("dev", _DEV)
        done = project.viewsync("run", "dev")
        assert done.code == 0, done
        pane = f"={name}-main-dev:0.0"
        until(lambda: self.server.tmux("capture-pane", "-p", "-t", pane) == _PROMPT.strip(), "a prompt")

    def _run(self, *words: str, **env: str) -> None:
        """With the digits and the time that are named; else by a fork, which has neither."""
        done = self.home.run([self.home.program_in_picture if env else self.home.launcher, *words], env)
        assert done.code == 0, done
