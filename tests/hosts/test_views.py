"""Views of another host, listed and ended from here: only what its own server would end by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hosts.test_opening import opened
from tests.support.wait import until
from viewsync.context import Context
from viewsync.hosts import reaching
from viewsync.tmux import inventory
from viewsync.tmux import views as tmux_views
from viewsync.tmux.rules.model import END, Verdict

if TYPE_CHECKING:
    from tests.support.far_host import FarHost
    from tests.support.server import Home, Server


OWN = "its host's own viewsync may keep it"


def left(home: Home, proj: Server) -> str:
    """A view whose tab is gone, and that no hook has ended."""
    before = set(proj.clients())
    tab = home.tab("open", "far:proj", "--new", env={"VIEWSYNC_HOOKS": "false"})
    [pid] = until(lambda: set(proj.clients()) - before, "a client on the far server")
    name = proj.clients()[pid]
    tab.hang_up()
    until(lambda: name not in proj.clients().values(), "the end of its client")
    return name


def test_views_of_a_host(home: Home, proj: Server) -> None:
    _, mine = opened(home, proj, "far:proj")
    proj.tmux("new-session", "-d", "-s", "other")
    shown = home.viewsync("views", "--host", "far", "--json")
    assert shown.code == 0, shown
    [parent] = shown.json()["parents"]
    views = [one["name"] for one in parent["views"]]
    assert (parent["name"], parent["socket"], views) == (
        "proj",
        "far:default",
        [mine],
    )
    assert (parent["views"][0]["state"], parent["views"][0]["action"]) == ("attached", "keep")
    every = home.viewsync("views", "--host", "all", "--all", "--windows", env={"VIEWSYNC_HOSTS": "far"})
    assert (every.code, "other" in every.out, "0: one" in every.out) == (0, True, True), every


def test_what_is_one_session_of_a_host(home: Home, proj: Server) -> None:
    _, mine = opened(home, proj, "far:proj")
    done = home.viewsync("info", "far:proj", "--json")
    assert done.code == 0, done
    fields = done.json()
    assert [fields[name] for name in ("name", "socket", "status", "attached")] == ["proj", "far:default", "alive", True]
    assert [one["name"] for one in fields["windows"]] == ["one", "two"]
    assert [one["name"] for one in fields["views"]] == [mine]
    assert {pane["pid"] for window in fields["windows"] for pane in window["panes"]} == {0}
    assert "server      far:default" in home.viewsync("info", "--host", "far", "proj").out
    missing = home.viewsync("info", "far:pro")
    assert (missing.code, "did you mean proj?" in missing.err) == (3, True), missing
    attach = home.viewsync("attach", "far:proj", "--json")
    assert (attach.code, attach.json()["attach"][0], attach.json()["attach"][-2]) == (0, "ssh", "far"), attach


def test_only_what_its_server_would_end_ends(home: Home, proj: Server) -> None:
    kept = {reason: left(home, proj) for reason in (OWN, "pinned", "attached")}
    idle = left(home, proj)
    proj.tmux("set-option", "-u", "-t", f"={kept[OWN]}:", "@viewsync_ends_alone")
    proj.tmux("set-option", "-t", f"={kept['pinned']}:", "@viewsync_pin", "1")
    home.program(["tmux", "-S", proj.socket, "attach-session", "-t", f"={kept['attached']}"])
    until(lambda: kept["attached"] in proj.clients().values(), "a client")
    proj.tmux("new-session", "-d", "-t", "proj", "-s", "mine-view-1-2")
    before = proj.sessions()
    dry = home.viewsync("cleanup", "--views", "--host", "far", "--dry-run", "--json")
    assert (dry.code, proj.sessions()) == (0, before), dry
    done = home.viewsync("cleanup", "--views", "--host", "far", "--json")
    assert done.code == 0, done
    for found in (dry.json(), done.json()):
        verdicts = {one["session"]: (one["action"], one["reason"]) for one in found["verdicts"]}
        assert verdicts[idle][0] == "end"
        assert {name for name, (action, _) in verdicts.items() if action == "keep"} == set(kept.values())
        assert all(verdicts[name][1].startswith(reason) for reason, name in kept.items())
    assert set(before) - set(proj.sessions()) == {idle}


def test_the_mark_is_asked_for_in_the_step_that_ends_a_view(home: Home, proj: Server) -> None:
    name = left(home, proj)
    far = reaching.context(Context(home.env), "far", timed=True)
    found = inventory.inventory(far.tmux, reaching.socket("far", "", ""))
    [session] = [one for one in found.sessions if one.name == name]
    verdict = Verdict(found.server.socket, session.id, name, END, "test", "proj")
    proj.tmux("set-option", "-u", "-t", f"={name}:", "@viewsync_ends_alone")
    assert tmux_views.act(far.tmux, found.server, [verdict], far.clock(), 0.0, alone=True) == [False]
    assert name in proj.sessions()
    proj.tmux("set-option", "-t", f"={name}:", "@viewsync_ends_alone", session.id)
    assert tmux_views.act(far.tmux, found.server, [verdict], far.clock(), 0.0, alone=True) == [True]
    assert name not in proj.sessions()


def test_nothing_of_a_host_that_is_not_reached_ends(home: Home, proj: Server, far: FarHost) -> None:
    left(home, proj)
    before = proj.sessions()
    far.stop()
    done = home.viewsync("cleanup", "--views", "--host", "far", "--json")
    assert (done.code, done.json()["error"]["kind"], proj.sessions()) == (4, "unreachable", before), done
    assert home.viewsync("cleanup", "--host", "far").code == 1
    for words in (("--from-gui",), ("--live-tty", "/dev/pts/1")):
        refused = home.viewsync("cleanup", "--views", "--host", "far", *words)
        assert (refused.code, "is for views of this host" in refused.err) == (1, True)
