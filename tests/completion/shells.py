"""A real interactive shell on a terminal, with our completions as they are installed, in which Tab is pressed."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from tests.support.programs import skip_without
from tests.support.wait import until
from viewsync.completion import scripts

if TYPE_CHECKING:
    from tests.support.client import Tab
    from tests.support.server import Home

SHELLS = ("bash", "bash-completion", "zsh", "fish")
BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"

# In the place of viewsync: what it was called with, a NUL behind each word, and one line that says so.
_RECORD = r"""#!/bin/sh
printf '%s\0' "$@" > "$0.words"
mv "$0.words" "$0.called"
"""
_READY = "ready>"


class Shell:
    """`kind` of SHELLS. Its folder `work` is the current one, and whatever ran of a name would leave a file there."""

    def __init__(self, home: Home, kind: str) -> None:
        self.name = kind.partition("-")[0]
        skip_without(self.name)
        self.home, self.kind = home, kind
        self.work = os.path.join(home.path, "work")
        self.programs = os.path.join(home.path, "programs")
        for folder in (self.work, self.programs):
            os.makedirs(folder, exist_ok=True)
        self._install()
        path = f"{self.programs}:{home.env['PATH']}"
        argv = {
            "bash": ["bash", "--rcfile", os.path.join(home.path, ".bashrc"), "-i"],
            "zsh": ["zsh", "-i"],
            "fish": ["fish", "-i"],
        }[self.name]
        self.tab: Tab = home.program(
            ["env", "-C", self.work, *argv],
            {"PATH": path, "HISTFILE": "", "TERM": "xterm"},
        )
        until(lambda: _READY in self.tab.text() or self.tab.ended(), "the prompt")

    def _install(self) -> None:
        for name in ("viewsync", "prj", "safe-send.sh"):
            self._write(os.path.join(self.programs, name), _RECORD, 0o755)
        done = self.home.viewsync("install")
        assert done.code == 0, done
        place = os.path.join(self.home.path, ".local", "share", *scripts.PLACES[self.name])
        prompt = f"PS1='{_READY} '\n"
        rc = {
            "bash": f"{prompt}bind 'set bell-style none'\n. {place}\n",
            "bash-completion": f"{prompt}bind 'set bell-style none'\n. {BASH_COMPLETION}\n",
            "zsh": f"{prompt}unsetopt prompt_sp beep\nfpath=({os.path.dirname(place)} $fpath)\n"
            "autoload -Uz compinit && compinit -u -D\n",
            "fish": f"function fish_prompt; echo '{_READY} '; end\nfunction fish_greeting; end\n"
            "set -g fish_autosuggestion_enabled 0\n",
        }[self.kind]
        where = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}[self.name]
        self._write(os.path.join(self.home.path, where), rc)

    def _write(self, path: str, text: str, mode: int = 0o644) -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)

    def completed(self, line: str, then: str = "", program: str = "viewsync") -> list[str]:
        """The words that `program` gets when Tab is pressed behind that line, then more is typed, and Enter."""
        called = os.path.join(self.programs, f"{program}.called")
        self.tab.type(f"{line}\t{then}\r")
        until(lambda: os.path.exists(called) or self.tab.ended(), f"a call after {line!r}: {self.tab.text()[-2000:]}")
        with open(called, "rb") as file:
            words = file.read().decode("utf-8", "surrogateescape").split("\0")[:-1]
        os.remove(called)
        return words

    def offered(self, line: str, *expected: str) -> str:
        """What is on the terminal after Tab was pressed twice, once all that is expected is there."""
        seen = len(self.tab.text())
        self.tab.type(f"{line}\t\t")
        until(lambda: all(text in self.tab.text()[seen:] for text in expected), f"{expected} in {self.tab.text()}")
        shown = self.tab.text()[seen:]
        self.tab.type("\x03")
        return shown

    def ran(self) -> list[str]:
        return os.listdir(self.work)


def register(home: Home, names: list[str], **fields: object) -> None:
    """Rows as others may have written them: with any name."""
    os.makedirs(home.state, mode=0o700, exist_ok=True)
    row = {"socket": "/nowhere/socket", "target": "x:0.0", "type": "shell", **fields}
    data = {"version": "1.0", "sessions": dict.fromkeys(names, row), "views": {}}
    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        json.dump(data, file)
