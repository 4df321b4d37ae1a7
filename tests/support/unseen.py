"""Where no process can be seen: a viewsync in a mount namespace of its own, with an empty folder over /proc.

So it is on macOS and FreeBSD for what reads /proc, and worse: here psutil and ps read it, too.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.server import Home

_AS_ROOT, _AS_USER = ["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]
_EMPTY = ["sh", "-c", 'mount -t tmpfs none /proc && exec "$0" "$@"']
_REAL = ["sh", "-c", 'mount -t proc none /proc && exec "$0" "$@"']


def unseeing() -> list[str]:
    """The words in front of a command that is to see no process. Skips the test where that cannot be had."""
    for way in (_AS_ROOT, _AS_USER):
        if _works([*way, *_EMPTY, "test", "!", "-e", "/proc/self"]):
            return [*way, *_EMPTY]
    pytest.skip("no mount namespace can be made here, so /proc cannot be hidden")


def blind(home: Home) -> None:
    """From now on that home's viewsync sees no process, nor does the one that its hooks call."""
    _script(home.launcher, [*unseeing(), _moved(home.launcher)])


def with_ps(home: Home) -> None:
    """Of a home that is blind: ps alone sees what there is, as on macOS."""
    ps = [*_AS_ROOT, *_REAL, shutil.which("ps") or "ps"]
    if not _works([*unseeing(), *ps, "-p", str(os.getpid())]):
        pytest.skip("/proc cannot be shown to one program alone here")
    folder = os.path.join(home.path, "bin")
    os.mkdir(folder)
    _script(os.path.join(folder, "ps"), ps)
    home.env["PATH"] = f"{folder}:{home.env['PATH']}"


def _works(words: list[str]) -> bool:
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def _moved(path: str) -> str:
    os.rename(path, f"{path}-seeing")
    return f"{path}-seeing"


def _script(path: str, words: list[str]) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    os.chmod(path, 0o700)
