"""health --host all: the hosts of the setting are asked side by side, and one that is silent is never called dead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.far_host import FarHost
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Home, Server


@pytest.fixture
def other(home: Home, far: FarHost) -> Iterator[FarHost]:
    """A second host, `other`, with a session `web`; the setting names both."""
    found = FarHost(home, "other").start()
    home.env |= {"VIEWSYNC_HOSTS": f"{far.name} other"}
    web = found.server("-s", "web")
    yield found
    found.remove([web])


def test_each_session_of_each_host(home: Home, proj: Server, other: FarHost) -> None:
    done = home.viewsync("health", "--host", "all")
    assert done.code == 0, done
    hosts = done.json()["hosts"]
    assert [(host["host"], host["status"], host["unreachable_since"], host["message"]) for host in hosts] == [
        ("far", "healthy", None, None),
        ("other", "healthy", None, None),
    ]
    sessions = [(one["name"], one["socket"], one["status"]) for host in hosts for one in host["sessions"]]
    assert sessions == [("proj", "far:default", "healthy"), ("web", "other:default", "healthy")]
    none = home.viewsync("health", "--host", "all", "-L", "second").json()
    assert [host["status"] for host in none["hosts"]] == ["server_not_running"] * 2


def test_a_dead_one_is_said(home: Home, proj: Server, other: FarHost) -> None:
    proj.tmux("set-option", "-g", "remain-on-exit", "on")
    proj.tmux("respawn-pane", "-k", "-t", "=proj:", "true")
    until(lambda: proj.show("=proj:", "#{pane_dead}") == "1", "its end")
    done = home.viewsync("health", "--host", "all", "--format", "text")
    assert done.code == 1, done
    assert [line.split() for line in done.out.splitlines()] == [
        ["HOST", "SESSION", "STATUS"],
        ["far", "proj", "dead"],
        ["other", "web", "healthy"],
    ]
    other.stop()
    assert home.viewsync("health", "--host", "all").code == 1  # what is known is told


def test_one_that_is_silent_is_not_dead_and_hides_no_other(
    home: Home, proj: Server, far: FarHost, other: FarHost
) -> None:
    other.stop()
    done = home.viewsync("health", "--host", "all")
    assert done.code == 4, done
    reached, silent = done.json()["hosts"]
    assert (reached["status"], [one["name"] for one in reached["sessions"]]) == ("healthy", ["proj"])
    assert (silent["status"], silent["sessions"]) == ("unknown", [])
    assert silent["message"].startswith("other cannot be reached: Connection refused, unreachable since 20"), silent
    assert done.json()["errors"] == [silent["message"]]
    far.stop()
    text = home.viewsync("health", "--host", "all", "--format", "text")
    since = silent["unreachable_since"]
    assert (text.code, f"unreachable since {since}" in text.out, "dead" in text.out) == (4, True, False), text
    other.start()
    assert home.viewsync("health", "--host", "all").json()["hosts"][1]["status"] == "healthy"


def test_the_hosts_are_those_of_the_setting(home: Home) -> None:
    done = home.viewsync("health", "--host", "all")
    assert (done.code, "the setting `hosts`" in done.err) == (64, True), done
