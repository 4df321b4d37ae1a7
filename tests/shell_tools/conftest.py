"""The shell tools by their names: each test runs with links to the launcher, and with copies of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.server import Done, Home
from viewsync.shell_tools.names import TOOLS

if TYPE_CHECKING:
    from collections.abc import Mapping


class Tools:
    def __init__(self, home: Home, kind: str) -> None:
        self.home = home
        self.folder = os.path.join(home.path, "my tools")
        os.mkdir(self.folder)
        for name in TOOLS:
            path = os.path.join(self.folder, name)
            if kind == "link":
                os.symlink(home.launcher, path)
            else:
                shutil.copy(home.launcher, path)

    def __call__(self, name: str, *words: str, env: Mapping[str, str] | None = None) -> Done:
        return self.run([os.path.join(self.folder, name), *words], env=env)

    def run(self, argv: list[str], env: Mapping[str, str] | None = None, cwd: str | None = None) -> Done:
        done = subprocess.run(
            argv, env={**self.home.env, **(env or {})}, cwd=cwd, capture_output=True, timeout=60, check=False
        )
        return Done(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


@pytest.fixture(params=["link", "copy"])
def tools(home: Home, request: pytest.FixtureRequest) -> Tools:
    return Tools(home, request.param)
