"""pick and the Tab key offer the sessions of the hosts in the setting, and wait for none of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until
from viewsync.completion import names
from viewsync.context import Context
from viewsync.picking import choice_keys, choices, preview

if TYPE_CHECKING:
    from tests.support.far_host import FarHost
    from tests.support.server import Home, Server

HOSTS = {"VIEWSYNC_HOSTS": "far no-such-host.invalid"}


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is not told in time."""
    monkeypatch.setattr(choices, "SOON", 60.0)
    monkeypatch.setattr(names, "_BOUND", 60.0)


@pytest.mark.usefixtures("patient")
def test_a_session_of_another_host_is_picked_and_opened(home: Home, proj: Server) -> None:
    ctx = Context({**home.env, **HOSTS})
    offer = choices.read(ctx, home.path, f"{home.path}/none", alone=False)
    [choice] = [one for one in offer.choices if one.kind == "session"]
    assert (choice.name, choice.socket) == ("far:proj", "far:default")
    assert [problem.startswith("no-such-host.invalid ") for problem in offer.problems] == [True], offer
    proj.tmux("send-keys", "-t", "=proj:", "echo see''n", "Enter")
    until(lambda: "seen" in preview.lines(ctx, choice, 50, colours=False), "the preview")
    key = choice_keys.key(choice)
    assert choice_keys.read_key(key).host == "far"
    attach = home.viewsync("pick", "--json", "--open", key)
    assert (attach.code, attach.json()["socket"], attach.json()["attach"][0]) == (0, "far:default", "ssh"), attach
    refused = home.viewsync("pick", "--open", key, "--client", "/dev/pts/0")
    assert (refused.code, "no tmux client of this host can go to 'far:proj'" in refused.err) == (1, True), refused
    tab = home.tab("pick", "--open", key)
    until(lambda: tab.ended() or proj.clients(), "a client on the far server")
    assert not tab.ended(), tab.text()


@pytest.mark.usefixtures("patient")
def test_tab_offers_them_once_the_hosts_name_is_begun(home: Home, proj: Server) -> None:
    ctx = Context({**home.env, **HOSTS})

    def offered(kind: str, typed: str, **given: str) -> list[str]:
        return [candidate.text for candidate in names.of(kind, names.Asked(ctx, given, typed))]

    assert offered("session", "fa") == ["far:proj"]
    assert offered("parent", "far:p") == ["far:proj"]
    assert offered("session", "", host="far") == ["proj"]
    assert offered("session", "") == []


def test_a_host_that_says_nothing_keeps_no_picker_waiting(home: Home, far: FarHost) -> None:
    far.freeze()
    try:
        done = home.viewsync("pick", "--json", env={"VIEWSYNC_HOSTS": "far", "VIEWSYNC_HOST_TIMEOUT": "1000"})
        assert (done.code, [text.startswith("far cannot be reached") for text in done.json()["errors"]]) == (0, [True])
    finally:
        far.thaw()


def test_a_login_that_hangs_keeps_nobody_waiting_beyond_the_bound(home: Home, far: FarHost) -> None:
    """Also where any host gets no longer than that: the time for the login is not added then."""
    over = os.path.join(far.home.path, "over")
    far.login("sh", before=f"until [ -e {over} ]; do sleep 0.1; done")
    try:
        done = home.viewsync("pick", "--json", env={"VIEWSYNC_HOSTS": "far", "VIEWSYNC_HOST_TIMEOUT": "1"})
        [problem] = done.json()["errors"]
        assert (done.code, problem.startswith("far cannot be reached"), "6 s" in problem) == (0, True, False), done
    finally:
        with open(over, "w", encoding="utf-8"):
            pass
