"""Another pid namespace that has the same HOME, state and sockets, as a container may."""

from __future__ import annotations

import subprocess

import pytest

_WAYS = (["unshare"], ["unshare", "--map-root-user"])


def another() -> list[str]:
    """The words in front of a command that is to run in one of its own. Skips the test where none can be had."""
    for way in _WAYS:
        words = [*way, "--pid", "--fork", "--kill-child", "--mount-proc"]
        if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:
            return words
    pytest.skip("no pid namespace can be made here")
