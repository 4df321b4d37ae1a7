"""Another user than us, with a home, a viewsync and tmux servers of their own. Only root can be two users."""

from __future__ import annotations

import functools
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from typing import Any

import pytest

from tests.support.server import ROOT, Home

_FIRST = 40001  # numbers from which on one is nobody's
_LIBRARIES = ("yaml", "jinja2", "markupsafe", "psutil", "platformdirs")
_CODE = "import sys; sys.path[:0] = [{packages!r}]; from viewsync.cli import main; sys.exit(main())"


def unused_uid(number: int = 0) -> int:
    """The first number, or a later one, that no user of this machine has."""
    taken = {user.pw_uid for user in pwd.getpwall()} | {user.pw_gid for user in pwd.getpwall()}
    free = (uid for uid in range(_FIRST, _FIRST + 1000) if uid not in taken)
    return [next(free) for _ in range(number + 1)][-1]


def needs_root() -> None:
    if os.geteuid():
        pytest.skip("only root can run something as two users, and these tests do: run them as root, in a container")


class OtherHome(Home):
    """That of a user whose number nobody has. Programs run there as that user."""

    def __init__(self, number: int = 0) -> None:
        needs_root()
        self.uid = unused_uid(number)
        super().__init__()
        for folder, _, names in os.walk(self.path):
            for path in (folder, *(os.path.join(folder, name) for name in names)):
                os.chown(path, self.uid, self.uid)

    def as_user(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.uid, "extra_groups": [], "cwd": "/"}

    def _write_launcher(self) -> str:
        path = os.path.join(self.path, "viewsync")
        code = _CODE.format(packages=_packages())
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\nexec {python()} -I -B -X utf8 -c '{code.replace(chr(39), chr(34))}' \"$@\"\n")
        os.chmod(path, 0o755)  # noqa: S103  the other user runs it
        return path


@functools.cache
def _packages() -> str:
    """A copy of viewsync that everybody can read: the checkout may stand in a folder of root's alone."""
    folder = tempfile.mkdtemp(prefix="vs-packages-", dir="/tmp")
    import atexit

    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(os.path.join(ROOT, "viewsync"), os.path.join(folder, "viewsync"))
    for name in _LIBRARIES:
        found = importlib.util.find_spec(name)
        assert found
        assert found.origin
        shutil.copytree(os.path.dirname(found.origin), os.path.join(folder, name))
    subprocess.run(["chmod", "-R", "a+rX,go-w", folder], check=True)
    return folder


@functools.cache
def python() -> str:
    """One that another user can run: ours may stand in root's home."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base = getattr(sys, "_base_executable", sys.executable)
    named = [base, sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}", "/usr/bin/python3"]
    code = "import sys; sys.exit(sys.version_info < (3, 10))"
    for path in filter(os.path.exists, named):
        try:
            subprocess.run([path, "-I", "-c", code], check=True, user=unused_uid(), group=unused_uid(), cwd="/")
        except (OSError, subprocess.CalledProcessError):
            continue
        return str(path)
    pytest.skip(f"there is no Python that another user could run: tried {', '.join(named)}")
