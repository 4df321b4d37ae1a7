"""The shell tools by their names: each test runs with links to the launcher, and with copies of it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from viewsync.shell_tools.names import TOOLS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.server import Done, Home


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

    def run(self, argv: list[str], env: Mapping[str, str] | None = None, cwd: str = "") -> Done:
        return self.home.call(argv, {**self.home.env, **(env or {})}, cwd=cwd)


@pytest.fixture(params=["link", "copy"])
def tools(home: Home, request: pytest.FixtureRequest) -> Tools:
    return Tools(home, request.param)
