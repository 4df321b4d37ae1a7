"""pick and the Tab key offer the sessions of the hosts in the setting, and wait for none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.far_host import FarHost
    from tests.support.server import Home, Server

HOSTS = {"VIEWSYNC_HOSTS": "far no-such-host.invalid"}


@pytest.fixture
def proj(far: FarHost) -> Iterator[Server]:
    found = far.server()
    yield found
    found.stop()


def test_a_session_of_another_host_is_picked_and_opened(home: Home, proj: Server) -> None:
    home.viewsync("list", "--host", "far")  # the connection is there

    def offered() -> list[dict[str, str]]:
        """A busy machine may not be told in time."""
        done = home.viewsync("pick", "--json", env=HOSTS)
        assert done.code == 0, done
        assert [text for text in done.json()["errors"] if text.startswith("no-such-host.invalid ")], done
        return [one for one in done.json()["choices"] if one["kind"] == "session"]

    [choice] = until(offered, "the sessions of the host")
    assert (choice["name"], choice["socket"]) == ("far:proj", "far:default")
    attach = home.viewsync("pick", "--json", "--open", choice["key"], env=HOSTS)
    assert (attach.code, attach.json()["socket"], attach.json()["attach"][0]) == (0, "far:default", "ssh"), attach
    proj.tmux("send-keys", "-t", "=proj:", "echo see''n", "Enter")
    until(lambda: "seen" in home.viewsync("pick", "--preview", choice["key"]).out, "the preview")
    tab = home.tab("pick", "--open", choice["key"])
    until(lambda: tab.ended() or proj.clients(), "a client on the far server")
    assert not tab.ended(), tab.text()
    refused = home.viewsync("pick", "--open", choice["key"], "--client", "/dev/pts/0")
    assert (refused.code, "no tmux client of this host can go to 'far:proj'" in refused.err) == (1, True), refused


def test_tab_offers_them_once_the_hosts_name_is_begun(home: Home, proj: Server) -> None:
    home.viewsync("list", "--host", "far")

    def offered(*words: str) -> list[str]:
        done = home.viewsync("complete", "zsh", "viewsync", *words, env=HOSTS)
        assert done.code == 0, done
        return [record.rsplit("\t", 1)[0] for record in done.out.split("\0")[1:-1]]

    def until_offered(name: str, *words: str) -> None:
        """A busy machine may not be told in time."""
        until(lambda: name in offered(*words), name)

    until_offered("far:proj", "send", "-s", "fa")
    until_offered("far:proj", "open", "far:p")
    until_offered("proj", "send", "--host", "far", "-s", "")
    assert "far:proj" not in offered("send", "-s", "")
