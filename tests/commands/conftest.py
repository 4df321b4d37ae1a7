"""Fixtures: sessions with a shell in them, and `viewsync exec` beside the test."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.executing import SHELLS
from tests.support.sessions import create
from tests.support.typing import screen
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.server import Home, Server


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, server: Server) -> str:
    """The name of a session with that shell in it."""
    words = str(request.param).split()
    programs.skip_without(words[0])
    create(server, "sh", "--", *words)
    return words[0]


@pytest.fixture
def bash(server: Server) -> dict[str, str]:
    return create(server, "sh", "--", "bash", "--norc")


@pytest.fixture
def pane(server: Server) -> str:
    """The one of the registered session `sh`, a plain shell at its prompt."""
    made = create(server, "sh", "-e", "PS1=$ ", "--", "sh")
    until(lambda: screen(server, made["pane_id"]).startswith("$"), "a prompt")
    return str(made["pane_id"])


@pytest.fixture
def started(home: Home) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts `viewsync exec` beside the test."""
    made: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> subprocess.Popen[bytes]:
        argv = [home.launcher, "exec", "-T", "20", *words]
        made.append(subprocess.Popen(argv, env=home.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        return made[-1]

    yield start
    for process in made:
        process.kill()
        process.communicate()
