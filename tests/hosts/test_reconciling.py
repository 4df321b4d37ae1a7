"""reconcile --host: what is amiss on another host's tmux server. It mends what it is asked to, and ends nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.hosts.test_opening import opened
from tests.hosts.test_views import left
from viewsync.context import Context
from viewsync.hosts import reconciling
from viewsync.tmux.rules import hooks

if TYPE_CHECKING:
    from tests.support.far_host import FarHost
    from tests.support.server import Home, Server


def test_where_nothing_is_amiss(home: Home, proj: Server, far: FarHost) -> None:
    opened(home, proj, "far:proj")
    proj.tmux("set-buffer", "-b", "mine", "text", ";", "set-buffer", "-b", "vs-0011", "of a sender at work")
    done = home.viewsync("reconcile", "--host", "far")
    assert (done.code, done.out) == (0, "nothing differs\n"), done
    assert home.viewsync("reconcile", "--host", "far", "-L", "none").code == 0  # no server, and so nothing


def test_hooks_that_are_gone_are_set_again(home: Home, proj: Server) -> None:
    _, view = opened(home, proj, "far:proj")
    proj.remove_hooks()
    done = home.viewsync("reconcile", "--host", "far", "--json")
    assert done.code == 1, done
    [found] = done.json()["findings"]
    assert [found[field] for field in ("kind", "socket", "repair", "repaired")] == [
        *("hooks", "far:default", "set them"),
        False,
    ]
    mended = home.viewsync("reconcile", "--host", "far", "--repair", "--json")
    assert (mended.code, mended.json()["repaired"], mended.json()["remaining"]) == (0, 1, 0), mended
    assert all("viewsync" in proj.tmux("show-options", "-gv", hooks.slot(event)) for event in hooks.EVENTS)
    assert proj.sessions() == ["proj", view]
    assert home.viewsync("reconcile", "--host", "far", env={"VIEWSYNC_HOOKS": "false"}).code == 0


def test_hooks_that_a_viewsync_there_has_set_meanwhile_stay(home: Home, proj: Server) -> None:
    opened(home, proj, "far:proj")
    proj.remove_hooks()
    ctx = Context(home.env)
    found = reconciling.findings(ctx, "far", "", "")
    assert [finding.kind for finding in found["far"]] == ["hooks"]
    for event in hooks.EVENTS:
        proj.tmux("set-hook", "-g", hooks.slot(event), "run-shell -b '/its/own/viewsync hook'")
    before = proj.tmux("show-hooks", "-g")
    assert reconciling.repair(ctx, found) == {}
    assert proj.tmux("show-hooks", "-g") == before


def test_what_a_sender_left_is_deleted_once_it_is_old(home: Home, proj: Server) -> None:
    for name in ("vs-0011", "mine"):
        proj.tmux("set-buffer", "-b", name, "text")
    ctx = Context(home.env)
    assert reconciling.findings(ctx, "far", "", "") == {"far": []}
    ctx.clock = lambda: time.time() + 100
    found = reconciling.findings(ctx, "far", "", "")
    assert [(finding.kind, finding.name) for finding in found["far"]] == [("buffer", "vs-0011")]
    assert proj.tmux("list-buffers", "-F", "#{buffer_name}").split() == ["mine", "vs-0011"]
    assert reconciling.repair(ctx, found) == {}
    assert proj.tmux("list-buffers", "-F", "#{buffer_name}") == "mine"


def test_a_view_that_nobody_uses_is_told_and_stays(home: Home, proj: Server) -> None:
    view = left(home, proj)
    for words in ((), ("--repair",)):
        done = home.viewsync("reconcile", "--host", "far", *words, "--json", env={"VIEWSYNC_HOOKS": "false"})
        assert done.code == 0, done
        [found] = done.json()["findings"]
        assert (found["kind"], found["name"], found["note"]) == ("unused-view", view, True)
        assert "cleanup --views --host far" in found["text"]
        assert proj.sessions() == ["proj", view]


def test_a_host_that_is_silent_hides_no_other(home: Home, proj: Server, far: FarHost) -> None:
    env = {"VIEWSYNC_HOSTS": "far nowhere.invalid"}
    done = home.viewsync("reconcile", "--host", "all", "--json", env=env)
    assert done.code == 1, done
    [found] = done.json()["findings"]
    assert (found["kind"], found["name"], found["repair"]) == ("no-answer", "nowhere.invalid", None)
    far.stop()
    alone = home.viewsync("reconcile", "--host", "far", "--repair", "--json")
    assert (alone.code, alone.json()["error"]["kind"], proj.sessions()) == (4, "unreachable", ["proj"]), alone


def test_what_is_about_the_registry_is_for_this_host(home: Home) -> None:
    for words in (("--register", "x"), ("--project", "x"), ("--here",)):
        done = home.viewsync("reconcile", "--host", "far", *words)
        assert (done.code, "for sessions of this host" in done.err) == (1, True), done
