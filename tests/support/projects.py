"""Projects in a temporary folder, and their files."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import tempfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.server import Done, Home


class Project:
    def __init__(self, home: Home, name: str = "myapp", folder: str = ".viewsync") -> None:
        self.home = home
        self.root = os.path.join(home.path, name)
        self.folder = folder
        os.makedirs(os.path.join(self.root, folder))

    def write(self, path: str, text: str, *, program: bool = False) -> str:
        """A file below the project's folder."""
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(full, 0o755 if program else 0o644)
        return full

    def command(self, name: str, text: str) -> str:
        return self.write(f"{self.folder}/commands/{name}.yaml", text)

    def settings(self, text: str) -> str:
        name = "project.yaml" if self.folder == ".viewsync" else "configs/project.yaml"
        return self.write(f"{self.folder}/{name}", text)

    def git(self, *words: str, cwd: str = "") -> str:
        env = {
            **self.home.env,
            **{f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }
        argv = ["git", "-C", cwd or self.root, *words]
        return subprocess.run(argv, env=env, check=True, capture_output=True, text=True).stdout.strip()

    def repository(self, branch: str = "main") -> None:
        """With one commit, which is empty."""
        made = os.path.join(_made(), branch)
        if not os.path.exists(made):
            self.git("init", "-q", "-b", branch, made)
            self.git("commit", "-q", "--allow-empty", "-m", "first", cwd=made)
        shutil.copytree(os.path.join(made, ".git"), os.path.join(self.root, ".git"))

    def viewsync(self, *words: str, cwd: str = "", env: Mapping[str, str] | None = None) -> Done:
        """As from a shell in that folder."""
        argv = [self.home.launcher, *words]
        return self.home.call(argv, {**self.home.env, **(env or {})}, cwd=cwd or self.root)


@functools.cache
def _made() -> str:
    """Repositories by their branch, made once for each process of the tests: a copy costs a quarter."""
    folder = tempfile.mkdtemp(prefix="vs-git-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@pytest.fixture
def in_git(project: Project) -> Project:
    """A module has it for its `project` by `project = in_git`."""
    project.repository()
    return project
