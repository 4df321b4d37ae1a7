"""Fixtures: a home, and real tmux servers in it. Nothing of the user's is within reach."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from tests.support.server import Home, Server
from tests.support.wezterm import FakeWezterm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A test that forgets to name a folder finds none, instead of the developer's own.
for _name in ("TMUX", "TMUX_PANE", "CLAUDE_TMUX_SOCKET_DIR", "VIEWSYNC_DIRS", "WEZTERM_UNIX_SOCKET", "WEZTERM_PANE"):
    os.environ.pop(_name, None)
# What pip installed for the tests stands beside their Python, whoever starts them.
os.environ["PATH"] = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}"
# A shell without job control starts what runs in the background deaf to Ctrl-C, and programs hand that on.
signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ["HOME"] = os.environ["VIEWSYNC_STATE_DIR"] = "/nonexistent/tests-name-their-own-home"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the long forms of the stress tests")


@pytest.fixture
def home() -> Iterator[Home]:
    found = Home()
    yield found
    found.remove()


@pytest.fixture
def servers(home: Home) -> Iterator[Callable[..., Server]]:
    """Makes servers in that home: `servers(label, conf)`. Each is ended by its process id."""
    made: list[Server] = []

    def make(label: str = "default", conf: str = "") -> Server:
        made.append(Server(home, label, conf))
        return made[-1]

    yield make
    for tab in home.tabs:
        tab.end()
    for server in made:
        server.stop()


@pytest.fixture
def server(servers: Callable[..., Server]) -> Server:
    """A server with the session `proj`, which has the windows `one` and `two`."""
    return servers().start()


@pytest.fixture
def project(home: Home) -> Project:
    """One without any file yet."""
    return Project(home)


@pytest.fixture
def wezterm(home: Home) -> Iterator[FakeWezterm]:
    found = FakeWezterm(home)
    yield found
    found.end()
