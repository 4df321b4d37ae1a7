"""Two hosts: one session that both use, as story 4 of the reference has it, and servers of two tmux versions."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.far_host import FarHost
from tests.support.redis_server import RedisServer
from tests.support.server import ROOT, Home, Server
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.server import Done


class Agent(NamedTuple):
    """One on a host of its own, with a registry of its own. The hosts share an index, so that one types at a time."""

    home: Home
    session: str  # what it calls the one that both use

    def ok(self, verb: str, *words: str) -> Done:
        done = self.home.viewsync(verb, *words)
        assert done.code == 0, done
        return done

    def lines(self) -> list[str]:
        return self.ok("capture", "-s", self.session, "-S", "-").out.splitlines()


@pytest.fixture
def other(home: Home, far: FarHost) -> Iterator[FarHost]:
    found = FarHost(home, "other").start()
    home.env["VIEWSYNC_HOSTS"] = "far other"
    yield found
    found.remove()


@pytest.fixture
def agents(far: FarHost, other: FarHost, proj: Server) -> Iterator[tuple[Agent, Agent]]:
    """One on the host that has the session, and one that reaches that host by its own ssh."""
    far.let_in(other.home)
    index = RedisServer()
    try:
        index.start()
        for host in (far, other):
            host.home.env |= {
                "VIEWSYNC_INDEX": index.url,
                "VIEWSYNC_INDEX_HOST": host.name,
                "VIEWSYNC_INDEX_TIMEOUT": "20",
            }
        yield Agent(far.home, "shared"), Agent(other.home, "far:shared")
    finally:
        index.remove()


def test_story_4_one_session_from_two_hosts(agents: tuple[Agent, Agent], home: Home, proj: Server) -> None:
    there, elsewhere = agents
    made = there.ok("create", "-n", "shared", "-L", "default", "--python", "--wait", "--wait-timeout", "60").json()
    assert (made["registered"], made["ready"]) == (True, True)
    # The other one discovers it, and goes on with what is there.
    found = elsewhere.ok("list", "--everywhere", "--json").json()["sessions"]
    assert [(one["name"], one["host"], one["status"]) for one in found] == [("shared", "far", "alive")]
    there.ok("send", "-s", "shared", "-c", "x = 40", "-w", ">>>")
    assert elsewhere.ok("send", "-s", "far:shared", "-c", "print(x + 2)", "-w", "^42$", "--json").json()["line"] == "42"
    # Commands run whole, and those of each in their order.
    loop = 'for i in 1 2 3 4 5; do "$0" send -s "$1" -c "print(\'$2\', $i)" -w "^$2 $i\\$" -T 60; done'
    running = [
        subprocess.Popen(["bash", "-euc", loop, agent.home.launcher, agent.session, who], env=agent.home.env)
        for agent, who in ((there, "A"), (elsewhere, "B"))
    ]
    assert [loop.wait(120) for loop in running] == [0, 0]
    for agent in agents:
        assert agent.ok("health", "-s", agent.session).json()["status"] == "healthy"
        for who in "AB":
            said = [line for line in agent.lines() if line.startswith(f"{who} ")]
            assert said == [f"{who} {number}" for number in range(1, 6)]
    # All see the same, and who only looks on as well.
    assert (
        there.lines() == elsewhere.lines() == home.viewsync("capture", "-s", "far:shared", "-S", "-").out.splitlines()
    )
    assert (list(there.home.registry()["sessions"]), elsewhere.home.registry()["sessions"]) == (["shared"], {})
    listed = home.viewsync("list", "--host", "all", "--json").json()["sessions"]
    assert [(one["name"], one["socket"]) for one in listed] == [("proj", "far:default"), ("shared", "far:default")]
    # What the one ends is gone for both.
    elsewhere.ok("kill", "far:shared")
    assert proj.sessions() == ["proj"]
    assert there.home.viewsync("health", "-s", "shared").code == 2
    assert elsewhere.home.viewsync("health", "-s", "far:shared").code == 2


def versions() -> dict[str, str]:
    """Each tmux that is here, by its version."""
    unpacked = [os.path.join(ROOT, ".venv-tmux", suite, "bin", "tmux") for suite in ("sid", "trixie")]
    found: dict[str, str] = {}
    for path in (shutil.which("tmux"), "/usr/bin/tmux", *unpacked):
        if path and os.access(path, os.X_OK):
            said = subprocess.run([path, "-V"], capture_output=True, text=True, check=False, timeout=60)
            found.setdefault(said.stdout.strip(), path)
    found.pop("", None)
    return found


def test_two_hosts_with_different_versions(home: Home, far: FarHost, other: FarHost, tmp_path: Path) -> None:
    two = list(versions().items())[:2]
    if len(two) < 2:
        pytest.skip("there is one tmux alone: `tests/debian-tmux sid .venv-tmux` unpacks another")
    servers = []
    try:
        for host, (version, path) in zip((far, other), two, strict=True):
            folder = tmp_path / host.name
            folder.mkdir()
            (folder / "tmux").symlink_to(path)
            host.home.env["PATH"] = f"{folder}:{host.home.env['PATH']}"
            host.login("sh")
            servers.append(host.server("-s", "a$b", "-n", "one", "env", "PS1=$ ", "sh"))
            assert servers[-1].tmux("display-message", "-p", "tmux #{version}") == version
        look_alike(home, (far, other), servers)
    finally:
        for server in servers:
            server.stop()


def look_alike(home: Home, hosts: tuple[FarHost, FarHost], servers: list[Server]) -> None:
    """What is done on the one is done on the other, and comes back the same."""
    for host, server in zip(hosts, servers, strict=True):
        name = f"{host.name}:{server.sessions()[0]}"
        text = "printf '%s\\n' \"a\\$b \\\\e[1m {x}\" 'tab\tq'"
        sent = home.viewsync("send", "-s", name, "-c", text, "-w", "^a\\$b ", "--json")
        assert (sent.code, sent.json()["line"]) == (0, "a$b \\e[1m {x}"), sent
        done = home.viewsync("exec", "-s", name, "--", "printf 'é\\n$HOME\\n'; exit 7")
        assert (done.code, done.out) == (7, "é\n$HOME\n"), done
        tab = home.tab("open", name)
        until(lambda server=server, tab=tab: tab.ended() or server.clients(), "a client")  # type: ignore[misc]  # bound
        assert not tab.ended(), tab.text()
        tab.hang_up()
        until(lambda server=server: not server.views(), "the end of its view")  # type: ignore[misc]  # bound now
        reserved = home.viewsync("open", "--json", "--lease", "1", name)
        assert reserved.code == 0, reserved
        until(lambda server=server: not server.views(), "the end of the one that nobody took")  # type: ignore[misc]
    listed = home.viewsync("list", "--host", "all", "--json").json()
    assert sorted((one["socket"], one["status"]) for one in listed["sessions"]) == [
        ("far:default", "alive"),
        ("other:default", "alive"),
    ]
    assert home.viewsync("health", "--host", "all").code == 0
