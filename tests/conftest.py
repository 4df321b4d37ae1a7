"""Fixtures: a home, and real tmux servers in it. Nothing of the user's is within reach."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.peers.rates import pytest_terminal_summary  # noqa: F401  pytest calls it, where no worker does
from tests.support import forked, forms, surroundings
from tests.support.far_host import FarHost
from tests.support.projects import Project
from tests.support.server import Home, Server
from tests.support.two_users import OtherHome
from tests.support.wezterm import FakeWezterm

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

surroundings.settle()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the long forms of the stress tests")
    parser.addoption("--seed", type=int, default=0, help="the dice of the random model, as a failed run printed it")
    parser.addoption("--steps", type=int, default=0, help="how many steps the random model makes")


def pytest_configure(config: pytest.Config) -> None:
    forms.long = config.getoption("--long")
    forms.seed = config.getoption("--seed")
    forms.steps = config.getoption("--steps")
    # hypothesis' own deadline, 200 ms a case, is one for idle machines.
    settings.register_profile("short", deadline=None, derandomize=True, max_examples=50)
    settings.register_profile("long", deadline=None, max_examples=1000)
    settings.load_profile("long" if forms.long else "short")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What each process of the tests reads stays until its end: no pass of the garbage collector looks at it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, and stays with the one worker that has made its environment."""
    items.sort(key=lambda item: item.path.name not in ("test_install.py", "test_packages.py"))


@pytest.fixture
def home() -> Iterator[Home]:
    found = Home()
    yield found
    found.remove()


@pytest.fixture
def real_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each viewsync is a Python that starts, in a test where that may matter."""
    monkeypatch.setattr(forked, "wanted", False)


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each viewsync is a fork also in the long form, in a test that is long by itself."""
    monkeypatch.setattr(forked, "always", True)


@pytest.fixture
def other() -> Iterator[Home]:
    """The home of another user. Skipped where there can be none."""
    found = OtherHome()
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
def far(home: Home) -> Iterator[FarHost]:
    """Another host, which that home's ssh knows as `far`; it has no tmux server yet. Skipped where there is no sshd."""
    found = FarHost(home).start()
    yield found
    found.remove()


@pytest.fixture
def project(home: Home) -> Project:
    """One without any file yet."""
    return Project(home)


@pytest.fixture
def wezterm(home: Home) -> Iterator[FakeWezterm]:
    found = FakeWezterm(home)
    yield found
    found.end()
