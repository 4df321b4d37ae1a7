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
    done = home.viewsync("pick", "--json", env=HOSTS)
    assert done.code == 0, done
    [choice] = [one for one in done.json()["choices"] if one["kind"] == "session"]
    assert (choice["name"], choice["socket"]) == ("far:proj", "far:default")
    assert [text.startswith("no-such-host.invalid ") for text in done.json()["errors"]] == [True], done
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
        assert (done.code, done.err) == (0, ""), done
        return [record.rsplit("\t", 1)[0] for record in done.out.split("\0")[1:-1]]

    assert "far:proj" in offered("send", "-s", "fa")
    assert "far:proj" in offered("open", "far:p")
    assert "far:proj" not in offered("send", "-s", "")
    assert "proj" in offered("send", "--host", "far", "-s", "")
