"""A folder with the eight tools beside a real bash, as the stories' authors have it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.server import Done, alive
from tests.support.wait import until
from viewsync.shell_tools.names import TOOLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Home


class Workspace:
    def __init__(self, home: Home) -> None:
        self.home = home
        self.folder = os.path.join(home.path, "work")
        tools = os.path.join(self.folder, "tools")
        os.makedirs(tools)
        for name in TOOLS:
            os.symlink(home.launcher, os.path.join(tools, name))
        self.socket = os.path.join(home.state, "claude.sock")
        self.env = {**home.env, "CLAUDE_TMUX_SOCKET_DIR": home.state, "PATH": f"{home.path}:{home.env['PATH']}"}

    def bash(self, script: str, **env: str) -> str:
        """What a script printed, which has to succeed as a whole."""
        done = self.run(script, **env)
        assert done.code == 0, done
        return done.out

    def run(self, script: str, **env: str) -> Done:
        argv = ["bash", "-euo", "pipefail", "-c", f"SOCKET={self.socket}\n{script}"]
        done = subprocess.run(
            argv, cwd=self.folder, env={**self.env, **env}, capture_output=True, timeout=120, check=False
        )
        return Done(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

    def tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-u", "-S", self.socket, *words], env=self.env, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def end(self) -> None:
        pid = self.tmux("display-message", "-p", "#{pid}")
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
            until(lambda: not alive(int(pid)), "the end of the server")


@pytest.fixture
def work(home: Home) -> Iterator[Workspace]:
    found = Workspace(home)
    yield found
    found.end()
