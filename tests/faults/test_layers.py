"""Each clean-up layer at work with the others off, our hooks beside the user's, and what users do meanwhile."""

from __future__ import annotations

import os
import shlex
import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.support import NO_HOOKS, close, detached, every_layer, hook, read, script, touch
from tests.support.server import ROOT, alive
from tests.support.wait import stays, until
from viewsync.context import Context
from viewsync.store.history_database import History
from viewsync.tmux import inventory as tmux_inventory
from viewsync.tmux.rules import versions
from viewsync.tmux.views import MARKS
from viewsync.views import cleanup
from viewsync.views.rules.restoring import lost_tabs

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server
    from viewsync.tmux.rules.model import Inventory

SLOTS = ("client-detached[4242]", "client-session-changed[4242]")
WAYS = ["detach-client", "prefix d", "HUP", "KILL", "terminal closed"]


# --- each layer alone ------------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(servers: Callable[..., Server], home: Home) -> Server:
    """A server that was started where other folders were named than where views are opened now."""
    named = {"VIEWSYNC_STATE_DIR": f"{home.path}/b", "XDG_STATE_HOME": f"{home.path}/b"}
    named |= {"CLAUDE_TMUX_SOCKET_DIR": f"{home.path}/b", "VIEWSYNC_CONFIG": f"{home.path}/b.toml"}
    before = dict(home.env)
    home.env |= named
    server = servers().start()
    home.env.clear()
    home.env |= before
    return server


def test_the_hook_finds_the_registry_that_the_view_is_in(elsewhere: Server, home: Home) -> None:
    tab, view = elsewhere.open("proj")
    until(lambda: home.rows()[view]["state"] == "open", "the note of the hook that the opening set off")
    tab.hang_up()
    until(lambda: view not in elsewhere.sessions(), "the end of the view")
    home.viewsync("sweep")
    assert home.rows() == {}
    assert not os.path.exists(f"{home.path}/b")


def test_the_hook_obeys_the_configuration_of_who_opened_the_view(elsewhere: Server, home: Home) -> None:
    os.mkdir(os.path.join(home.path, "config"))
    with open(os.path.join(home.path, "config", "config.toml"), "w", encoding="utf-8") as file:
        file.write("linger = 3600\n")
    with open(f"{home.path}/b.toml", "w", encoding="utf-8") as file:
        file.write("linger = 0\n")
    tab, view = elsewhere.open("proj")
    tab.hang_up()
    until(lambda: home.rows()[view].get("verdict"), "the hook's verdict")
    assert view in elsewhere.sessions()


@pytest.mark.parametrize("how", WAYS)
def test_the_hook_alone_cleans_up(server: Server, home: Home, how: str) -> None:
    before = server.pane_pids()
    tab, view = server.open("proj")
    close(server, tab, view, how)
    until(lambda: server.sessions() == ["proj"], "the end of the view")
    assert server.pane_pids() == before
    home.viewsync("sweep")
    assert not home.rows()


def test_the_hook_alone_promotes(server: Server, home: Home) -> None:
    before = server.pane_pids()
    tabs = [server.open("proj")[0] for _ in range(3)]
    server.tmux("kill-session", "-t", "=proj")
    for tab in tabs:
        tab.signal(signal.SIGKILL)
    until(lambda: server.sessions() == ["proj"], "the promotion")
    assert server.pane_pids() == before


@pytest.mark.parametrize("how", WAYS)
def test_the_sweep_alone_cleans_up(server: Server, home: Home, how: str) -> None:
    tab, view = server.open("proj", env=NO_HOOKS)
    close(server, tab, view, how)
    detached(server, view)
    assert stays(server.sessions, 0.2) == ["proj", view]
    home.viewsync("sweep", env=NO_HOOKS)
    assert server.sessions() == ["proj"]
    assert not home.rows()


def test_the_sweep_alone_gives_a_view_to_who_went_to_another_session(server: Server, home: Home) -> None:
    """And ends both when the client is gone."""
    server.tmux("new-session", "-d", "-s", "other")
    tab, view = server.open("proj", env=NO_HOOKS)
    server.tmux("switch-client", "-c", tab.tty, "-t", "=other")
    home.viewsync("sweep", env=NO_HOOKS)
    other = server.clients()[tab.pid]
    assert other.startswith("other-view-")
    home.viewsync("sweep", env=NO_HOOKS)
    assert server.sessions() == ["proj", "other", view, other]
    tab.hang_up()
    detached(server, other)
    home.viewsync("sweep", env=NO_HOOKS)
    assert server.sessions() == ["proj", "other"]
    assert not home.rows()


def test_the_sweep_cleans_what_a_hook_of_a_session_shadows(server: Server, home: Home) -> None:
    """tmux looks a hook up in some session's options first, and then never comes to ours."""
    tab, view = server.open("proj")
    until(lambda: home.rows()[view]["state"] == "open", "the end of what the opening's own hook started")
    for session in ("=proj:", f"={view}:"):
        for event in ("client-detached", "client-session-changed"):
            server.tmux("set-hook", "-t", session, event, "set-option -g @shadowed 1")
    tab.hang_up()
    until(lambda: server.tmux("show-options", "-gqv", "@shadowed") == "1", "the user's hook")
    assert stays(server.sessions, 0.2) == ["proj", view]
    home.viewsync("sweep")
    assert server.sessions() == ["proj"]


# --- two clean-ups at once --------------------------------------------------------------------------------------------


def test_a_view_that_opens_during_a_reading_keeps_its_row(server: Server, home: Home) -> None:
    """The sweep's picture of the server is older than the row; what it does not show is not gone."""
    read_it, go = os.path.join(home.path, "read"), os.path.join(home.path, "go")
    slow = script(
        home,
        "slow-tmux",
        f'case " $* " in *" list-sessions "*) tmux "$@" >{home.path}/answer; touch {read_it}\n'
        f'while [ ! -e {go} ]; do :; done; cat {home.path}/answer ;; *) exec tmux "$@" ;; esac',
    )
    sweeping = home.program([home.launcher, "sweep"], env={"VIEWSYNC_TMUX": slow, "VIEWSYNC_TMUX_TIMEOUT": "20"})
    until(lambda: os.path.exists(read_it), "the reading")
    tab, view = server.open("proj")
    row = until(lambda: home.rows()[view]["state"] == "open" and home.rows()[view], "its row")
    touch(go)
    assert sweeping.wait() == 0, sweeping.text()
    assert home.rows() == {view: row}
    assert server.clients() == {tab.pid: view}


def test_the_row_of_an_ended_view_goes_whatever_was_written_meanwhile(server: Server, home: Home) -> None:
    tab, view = server.open("proj", env=NO_HOOKS)
    tab.hang_up()
    detached(server, view)
    registry = os.path.join(home.state, ".sessions.json")
    meddling = script(
        home,
        "meddling-tmux",
        f'case " $* " in *" source-file - "*) jq ".views[].note = 1" {registry} >{registry}.mine\n'
        f'mv {registry}.mine {registry} ;; esac\nexec tmux "$@"',
    )
    done = home.viewsync("sweep", "--json", env={"VIEWSYNC_TMUX": meddling, **NO_HOOKS}).json()
    assert done["ended"] == 1
    assert home.rows() == {}


def test_a_view_that_two_clean_ups_end_at_once_is_known_to_have_ended_where_it_was(server: Server, home: Home) -> None:
    """Between the act of one and its record another one finds the view gone; the window is the one's to tell."""
    tab, view = server.open("proj", env=NO_HOOKS)
    home.viewsync("sweep", env=NO_HOOKS)
    server.tmux("select-window", "-t", f"={view}:0")
    tab.hang_up()
    detached(server, view)
    window = server.show(f"={view}:", "#{window_id}")
    other = script(
        home,
        "other-tmux",
        f'case " $* " in *" source-file - "*) tmux "$@"; {home.launcher} --tmux tmux sweep >/dev/null ;;\n'
        '*) exec tmux "$@" ;; esac',
    )
    home.viewsync("sweep", env={"VIEWSYNC_TMUX": other, "VIEWSYNC_TMUX_TIMEOUT": "60", **NO_HOOKS})
    events = [event._replace(gui=7) for event in History(home.state).find("session = ?", (view,))]
    assert {"open", "end", "gone"} <= {event.event for event in events}
    assert [lost.window for lost in lost_tabs(events, lambda _: False)[1]] == [window]


# --- our hooks beside the user's -------------------------------------------------------------------------------------


def test_the_users_own_hooks_keep_working(servers: Callable[..., Server]) -> None:
    conf = "set-hook -g client-detached 'set-option -g @mine first'\nset-hook -ga client-detached 'no-such-command'\n"
    server = servers(conf=conf).start()
    tab, _ = server.open("proj")
    tab.hang_up()
    until(lambda: server.sessions() == ["proj"], "the end of the view")
    assert server.tmux("show-options", "-gv", "@mine") == "first"
    server.tmux("set-hook", "-ga", "client-detached", "set-option -g @mine third")
    tab, _ = server.open("proj")
    tab.hang_up()
    until(lambda: server.tmux("show-options", "-gv", "@mine") == "third", "the user's other hook")
    until(lambda: server.sessions() == ["proj"], "the end of the view")


def test_the_hooks_are_loaded_twice_and_removed_exactly(server: Server, home: Home) -> None:
    server.tmux("set-hook", "-g", "client-detached", "set-option -g @mine 1")
    before = server.tmux("show-hooks", "-g")
    path = os.path.join(ROOT, "hooks", "viewsync.conf")
    server.tmux("source-file", path)
    once = server.tmux("show-hooks", "-g")
    assert once.count("viewsync hook") == 2
    server.tmux("source-file", path)
    assert server.tmux("show-hooks", "-g") == once
    for slot in (*SLOTS, *SLOTS):
        assert f"set-hook -gu '{slot}'" in read(path)
        server.tmux("set-hook", "-gu", slot)
    assert server.tmux("show-hooks", "-g") == before


@pytest.mark.parametrize("verb", ["open", "sweep"])
def test_hooks_that_a_reload_wiped_are_set_again(server: Server, home: Home, verb: str) -> None:
    tab, view = server.open("proj")
    server.tmux("set-hook", "-g", "client-detached", "set-option -g @mine 1")
    server.tmux("set-hook", "-g", "client-session-changed", "set-option -g @mine 2")
    assert "4242" not in server.tmux("show-hooks", "-g")
    if verb == "open":
        server.open("proj")
    else:
        home.viewsync("sweep")
    assert server.tmux("show-hooks", "-g").count("[4242]") == 2
    assert "@mine 1" in server.tmux("show-hooks", "-g")
    tab.hang_up()
    until(lambda: view not in server.sessions(), "the end of the view")


def test_a_sweep_sets_no_hooks_in_a_server_without_views(server: Server, home: Home) -> None:
    home.viewsync("sweep")
    assert "4242" not in server.tmux("show-hooks", "-g")


def test_the_hook_starts_no_process_in_a_server_without_views(server: Server, home: Home) -> None:
    canary = os.path.join(home.path, "started")
    launcher = script(home, "canary", f'touch {canary}; exec {shlex.quote(home.launcher)} "$@"')
    server.tmux("set-environment", "-g", "VIEWSYNC_LAUNCHER", launcher)  # or the hook would set the usual one
    tab, _ = server.open("proj", env={"VIEWSYNC_LAUNCHER": launcher})
    tab.hang_up()
    until(lambda: server.sessions() == ["proj"] and os.path.exists(canary), "the hook's process")
    os.unlink(canary)
    server.tmux("new-session", "-d", "-s", "proj-view-of-mine")
    client = home.program(["tmux", "-S", server.socket, "attach-session", "-t", "=proj"])
    until(lambda: client.pid in server.clients(), "a client")
    server.tmux("switch-client", "-c", client.tty, "-t", "=proj-view-of-mine")
    client.hang_up()
    until(lambda: not server.clients(), "its end")
    assert not stays(lambda: os.path.exists(canary))


def test_the_hook_says_nothing_to_tmux_whatever_happens(server: Server, home: Home) -> None:
    os.makedirs(home.state, mode=0o700)
    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        file.write("{")
    done = hook(server)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert "is not JSON" in read(os.path.join(home.state, "log", "viewsync.log"))


# --- what users do meanwhile -----------------------------------------------------------------------------------------


def test_a_view_that_lost_its_mark_to_a_users_hook_is_still_known(servers: Callable[..., Server], home: Home) -> None:
    """The client dies while the user's hook stands between new-session and our marks: the rest is dropped. From 3.3 on
    no hook stands there, and the marks are taken away by hand.
    """
    release = os.path.join(home.path, "release")
    conf = f"set-hook -g after-new-session \"run-shell 'until [ -e {release} ]; do sleep 0.02; done'\"\n"
    server = servers(conf=conf)
    touch(release)
    server.start()
    os.unlink(release)
    tab = home.tab("open", "-S", server.socket, "proj", env=NO_HOOKS)
    view = str(until(lambda: next(iter(server.views()), ""), "the new view"))
    if versions.runs_options(server.tmux("display-message", "-p", "#{version}")):
        until(lambda: server.clients(), "its client")
        for mark in MARKS:
            server.tmux("set-option", "-u", "-t", f"={view}:", mark)
    assert server.run("show-options", "-qv", "-t", f"={view}:", "@viewsync_view").out == ""
    tab.signal(signal.SIGKILL)
    tab.wait()
    until(lambda: server.show(f"={view}:", "#{session_attached_list}") == "", "the end of its client")
    assert home.rows()[view]["state"] == "creating"
    hook(server)
    touch(release)
    assert server.sessions() == ["proj"]
    assert not home.rows()


def test_a_view_without_its_mark_gets_it_again(server: Server, home: Home) -> None:
    _, view = server.open("proj")
    until(lambda: home.rows()[view]["state"] == "open", "its row")
    server.tmux("set-option", "-u", "-t", f"={view}:", "@viewsync_view")
    server.tmux("set-option", "-u", "-t", f"={view}:", "@viewsync_parent")
    home.viewsync("sweep")
    assert server.show(f"={view}:", "#{==:#{@viewsync_view},#{session_id}}#{@viewsync_parent}") == "1proj"


def test_a_parent_left_on_its_detour_gets_its_name_back(servers: Callable[..., Server], home: Home) -> None:
    """Trap B's way round it calls the parent otherwise for a moment; a client that dies just then leaves it so. From
    3.3 on nothing waits just then, and the name is given by hand.
    """
    server = servers().start()
    server.open("proj", env=NO_HOOKS)
    server.tmux("rename-session", "-t", "=proj:", "renamed")
    server.tmux("new-session", "-d", "-s", "proj", "-n", "mine")
    release = os.path.join(home.path, "release")
    server.tmux("set-hook", "-g", "after-rename-session", f"run-shell 'until [ -e {release} ]; do sleep 0.02; done'")
    tab = home.tab("open", "-S", server.socket, "proj", env=NO_HOOKS)
    if versions.runs_options(server.tmux("display-message", "-p", "#{version}")):
        until(lambda: tab.pid in server.clients(), "its client")
        row = next(row for row in home.rows().values() if row["pid"] == tab.pid)
        server.tmux("set-hook", "-gu", "after-rename-session")
        server.tmux("rename-session", "-t", f"{row['parent_id']}:", row["detour"])
    until(lambda: any(name.startswith("viewsync-detour-") for name in server.sessions()), "the detour")
    tab.signal(signal.SIGKILL)
    tab.wait()
    server.tmux("set-hook", "-gu", "after-rename-session")
    touch(release)
    until(lambda: home.viewsync("sweep", env=NO_HOOKS) and "proj" in server.sessions(), "its name")
    assert not [name for name in server.sessions() if name.startswith("viewsync-detour-")]


def test_a_renamed_parent_is_still_the_parent(server: Server, home: Home) -> None:
    tab, view = server.open("proj", env=NO_HOOKS)
    server.tmux("rename-session", "-t", "=proj", "work")
    home.viewsync("sweep", env=NO_HOOKS)
    assert home.rows()[view]["parent"] == "work"
    if versions.ends_groups_by_name(server.tmux("display-message", "-p", "#{version}")):  # behind its parent
        view = view.replace("proj", "work")
    server.tmux("kill-session", "-t", "=work")
    tab.hang_up()
    detached(server, view)
    home.viewsync("sweep", env=NO_HOOKS)
    assert server.sessions() == ["work"]


def test_a_view_that_the_user_renamed_is_cleaned_up_all_the_same(server: Server, home: Home) -> None:
    tab, view = server.open("proj")
    server.tmux("rename-session", "-t", f"={view}", "mine now")
    home.viewsync("sweep")
    assert set(home.rows()) == {"mine now"}
    tab.hang_up()
    until(lambda: server.sessions() == ["proj"], "the end of the view")


def test_a_renamed_view_has_one_row_whoever_wrote_it_meanwhile(
    server: Server, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two passes, one saw it under the name that it had."""
    tab, view = server.open("proj", env=NO_HOOKS)
    inventory = tmux_inventory.inventory

    def late(*asked: Any) -> Inventory:
        home.viewsync("sweep", env=NO_HOOKS)
        server.tmux("rename-session", "-t", f"={view}", "mine now")
        return inventory(*asked)

    monkeypatch.setattr(tmux_inventory, "inventory", late)
    assert cleanup.clean(Context(home.env), server.socket, cleanup.Scope("sweep")).errors == []
    assert set(home.rows()) == {"mine now"}
    assert home.rows()["mine now"]["pid"] == tab.pid


def test_killing_the_parent_throws_nobody_out(server: Server) -> None:
    before = server.pane_pids()
    tab, view = server.open("proj")
    server.tmux("kill-session", "-t", "=proj")
    every_layer(server)
    assert server.clients() == {tab.pid: view}
    assert server.pane_pids() == before


def test_a_new_parent_of_the_old_name_has_its_own_views(server: Server, home: Home) -> None:
    """The parent is killed and made anew under a living view: the old work and the new stay apart (trap B)."""
    old, first = server.open("proj")
    server.tmux("kill-session", "-t", "=proj")
    server.tmux("new-session", "-d", "-s", "proj", "-n", "fresh")
    before = server.pane_pids()
    new, second = server.open("proj")
    assert server.show(f"={second}:", "#{window_name}") == "fresh"
    new.hang_up()
    until(lambda: second not in server.sessions(), "the end of the new parent's view")
    old.hang_up()
    detached(server, first)
    every_layer(server)
    assert server.sessions() == [first, "proj"]
    assert server.pane_pids() == before
    assert alive(server.pid)
