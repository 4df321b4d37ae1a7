"""A tab that tmux sends to another session gets a view of that one, and finds the view that it left again."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.faults.support import NO_HOOKS, script
from tests.support.client import Tab
from tests.support.wait import stays, until
from viewsync.context import Context
from viewsync.store.history_database import History
from viewsync.tmux.rules import hooks
from viewsync.tmux.rules.model import ENDED
from viewsync.tmux.rules.versions import runs_options
from viewsync.views import cleanup

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def on(server: Server, tab: Tab) -> str:
    return server.clients().get(tab.pid, "")


def shows(server: Server, tab: Tab, session: str) -> None:
    until(lambda: on(server, tab) == session, f"the tab on {session}")


def shows_view(server: Server, tab: Tab, parent: str) -> str:
    """The view of that session on which the tab is, once it is on one."""
    until(lambda: on(server, tab).startswith(f"{parent}-view-"), f"a view of {parent}")
    return on(server, tab)


def settled(server: Server) -> None:
    until(lambda: not server.tmux("show-options", "-sqv", hooks.RUNNING), "the end of what the hooks started")


def go(server: Server, tab: Tab, session: str) -> None:
    server.tmux("switch-client", "-c", tab.tty, "-t", f"={session}")


@pytest.fixture
def other(server: Server) -> Server:
    """With a second session, which is on the second of its windows."""
    server.tmux("new-session", "-d", "-s", "other", "-n", "first")
    server.tmux("new-window", "-t", "=other:", "-n", "second")
    return server


def test_two_tabs_that_go_to_a_session_are_independent_and_find_back(other: Server, home: Home) -> None:
    before = other.pane_pids()
    tabs = [other.open("proj") for _ in range(2)]
    for tab, _ in tabs:
        go(other, tab, "other")
    one, two = (shows_view(other, tab, "other") for tab, _ in tabs)
    assert one != two
    other.tmux("select-window", "-t", f"={one}:first")
    assert (other.show(f"={one}:", "#{window_name}"), other.show(f"={two}:", "#{window_name}")) == ("first", "second")
    for views in ([view for _, view in tabs], [one, two]):
        settled(other)
        for (tab, _), view in zip(tabs, views, strict=True):
            tab.type("\x02L")
            shows(other, tab, view)
    settled(other)
    assert len(other.views()) == 4
    for tab, _ in tabs:
        tab.hang_up()
    until(lambda: other.sessions() == ["proj", "other"], "the end of all four views")
    assert other.pane_pids() == before
    home.viewsync("sweep")
    assert home.rows() == {}


def test_many_that_switch_at_once_get_a_view_each_and_they_go_with_them(other: Server) -> None:
    """Of whichever process of viewsync's: the hook's, and none; with 3.2, whose server may lose hooks (trap L), the
    hook's again.
    """
    tabs = [other.open("proj")[0] for _ in range(5)]
    lines = [f"switch-client -c {tab.tty} -t =other" for tab in tabs]
    other.tmux(*" ; ".join(lines).split(" "))
    views = {shows_view(other, tab, "other") for tab in tabs}
    assert len(views) == len(tabs)
    settled(other)
    home = other.home
    started = os.path.join(home.path, "started")
    alone = runs_options(other.tmux("display-message", "-p", "#{version}"))
    if alone:
        script(home, "viewsync", f"touch {started}")  # what the hooks would start from now on
    for tab in tabs:
        tab.signal(signal.SIGKILL)
    until(lambda: other.sessions() == ["proj", "other"], "the end of all ten views")
    assert not stays(lambda: os.path.exists(started), 0.3)


def test_a_client_that_no_tab_of_ours_has_is_left_alone(other: Server, home: Home) -> None:
    """Also one that somebody attached to a view by hand."""
    tab, view = other.open("proj")
    plain = [home.program(["tmux", "-S", other.socket, "attach-session", "-t", f"={at}"]) for at in ("proj", view)]
    for client in plain:
        until(lambda client=client: client.pid in other.clients(), "a client")  # type: ignore[misc]  # of this round
        go(other, client, "other")
    tab.hang_up()
    home.viewsync("sweep")
    settled(other)
    home.viewsync("sweep")
    assert sorted(other.clients().values()) == ["other", "other"]
    assert other.views() == []


def test_who_goes_to_the_parent_gets_its_view_back_and_who_insists_the_parent(server: Server) -> None:
    tab, view = server.open("proj")
    server.tmux("select-window", "-t", f"={view}:one")
    server.tmux("select-window", "-t", "=proj:two")
    settled(server)
    go(server, tab, "proj")
    shows(server, tab, view)
    assert server.show(f"={view}:", "#{window_name}") == "two", "what it saw there"
    settled(server)
    go(server, tab, "proj")
    settled(server)
    assert stays(lambda: on(server, tab), 0.3) == "proj", "as who goes on by `prefix (`"
    assert server.views() == [view]
    tab.hang_up()
    until(lambda: server.sessions() == ["proj"], "the end of the view")


def test_a_view_that_was_left_is_given_to_nobody_else(other: Server) -> None:
    tab, view = other.open("proj")
    go(other, tab, "other")
    shows_view(other, tab, "other")
    settled(other)
    assert other.open("proj")[1] != view
    tab.type("\x02L")
    shows(other, tab, view)


def test_who_is_sent_to_the_view_of_another_tab_gets_one_of_its_own(other: Server) -> None:
    one, theirs = other.open("proj")
    two, left = other.open("other")
    settled(other)
    go(other, two, theirs)
    until(lambda: on(other, two) not in (left, theirs), "another view")
    mine = shows_view(other, two, "proj")
    assert other.clients() == {one.pid: theirs, two.pid: mine}
    two.type("\x02L")
    shows(other, two, left)


def meddling(home: Home, *commands: str) -> str:
    """A tmux that does this just before viewsync acts. A client that was detached is there for a moment yet."""
    done = "".join(f'tmux -S "$3" {command}; ' for command in commands)
    for tty in (command.partition("detach-client -t ")[2] for command in commands):
        done += f"""while [ {tty or "''"} ] && tmux -S "$3" list-clients | grep -q "^{tty}: "; do sleep 0.01; done; """
    return script(
        home,
        "meddling-tmux",
        f'case " $* " in *" source-file - "*) cat >{home.path}/said\n'
        f"! grep -q switch-client {home.path}/said || {{ {done} }}\n"
        f'exec tmux "$@" <{home.path}/said ;; *) exec tmux "$@" ;; esac',
    )


@pytest.mark.parametrize(
    ("does", "shown"),
    [
        ("switch-client -c TTY -t =third", "third"),
        ("select-window -t =other:first", "other"),
        ("rename-session -t =other mine", "mine"),
        ("set-option -t =other: destroy-unattached on", "other"),
        ("switch-client -c TTY -t =VIEW", "VIEW"),
        ("detach-client -t TTY", ""),
    ],
)
def test_who_did_something_else_meanwhile_stays_there(other: Server, home: Home, does: str, shown: str) -> None:
    other.tmux("new-session", "-d", "-s", "third")
    tab, view = other.open("proj", env=NO_HOOKS)
    go(other, tab, "other")
    command = does.replace("TTY", tab.tty).replace("VIEW", view)
    done = home.viewsync("sweep", env={"VIEWSYNC_TMUX": meddling(home, command), **NO_HOOKS})
    assert (done.code, on(other, tab)) == (0, shown.replace("VIEW", view))
    assert [name for name in other.views() if name != view] == []
    assert set(home.rows()) <= {view}
    home.viewsync("sweep", env=NO_HOOKS)
    if shown == "mine":
        shows_view(other, tab, "mine")


def test_who_is_in_the_midst_of_a_key_sequence_ends_it_first(other: Server, home: Home) -> None:
    tab, _ = other.open("proj", env=NO_HOOKS)
    go(other, tab, "other")
    tab.type("\x02")
    until(lambda: other.tmux("list-clients", "-F", "#{client_key_table}") == "prefix", "the prefix")
    home.viewsync("sweep", env=NO_HOOKS)
    assert on(other, tab) == "other"
    tab.type("c")
    until(lambda: other.show("=other:", "#{session_windows}") == "3", "the new window")
    home.viewsync("sweep", env=NO_HOOKS)
    shows_view(other, tab, "other")


def test_what_was_typed_of_a_key_sequence_meanwhile_is_not_lost(other: Server, home: Home) -> None:
    tab, _ = other.open("proj", env=NO_HOOKS)
    go(other, tab, "other")
    pressed = meddling(home, f"switch-client -c {tab.tty} -T prefix")
    home.viewsync("sweep", env={"VIEWSYNC_TMUX": pressed, **NO_HOOKS})
    view = shows_view(other, tab, "other")
    tab.type("c")
    until(lambda: other.show(f"={view}:", "#{session_windows}") == "3", "the new window")


@pytest.mark.parametrize("how", ["locked", "read-only"])
def test_who_is_away_for_a_moment_keeps_its_view_and_gets_one_when_it_is_back(
    other: Server, home: Home, how: str
) -> None:
    other.tmux("set-option", "-g", "lock-command", f"until [ -e {home.path}/back ]; do sleep 0.02; done")
    tab, view = other.open("proj", env=NO_HOOKS)
    if how == "locked":
        other.tmux("lock-client", "-t", tab.tty)
        until(lambda: other.show(f"={view}:", "#{session_attached}") == "0", "the lock")
    else:
        other.tmux("switch-client", "-r", "-c", tab.tty)
    go(other, tab, "other")
    home.viewsync("sweep", env=NO_HOOKS)
    assert view in other.sessions()
    with open(f"{home.path}/back", "w", encoding="utf-8"):
        until(
            lambda: other.clients().get(tab.pid) and other.show("=proj:", "#{?#{m:*suspended*,#{client_flags}},,x}"),
            "it",
        )
    home.viewsync("sweep", env=NO_HOOKS)
    shows_view(other, tab, "other")
    if how == "read-only":
        assert other.tmux("list-clients", "-F", "#{client_readonly}") == "1"


def test_the_windows_that_others_look_at_keep_their_size(other: Server, home: Home) -> None:
    """On its way to the view the tab is on the session that it came from, and may be smaller."""
    tab, view = other.open("proj", env=NO_HOOKS)
    for _ in range(2):
        larger = Tab([home.launcher, "open", "-S", other.socket, "proj"], {**home.env, **NO_HOOKS}, size=(120, 40))
        home.tabs.append(larger)
        until(lambda larger=larger: larger.pid in other.clients(), "a client")  # type: ignore[misc]  # of this round
    for name in other.views():
        other.tmux("select-window", "-t", f"={name}:two")
    larger.type("x")  # whoever types last says how large the window is
    until(lambda: other.show("=proj:two", "#{window_width}") == "120", "its size")
    go(other, tab, "other")
    home.viewsync("sweep", env=NO_HOOKS)
    shows_view(other, tab, "other")
    assert stays(lambda: other.show("=proj:two", "#{window_width}"), 0.3) == "120"
    assert "ignore-size" not in other.tmux("list-clients", "-F", "#{client_flags}")
    tab.type("\x02L")
    shows(other, tab, view)


def test_the_users_hook_hears_where_it_went_and_then_of_the_view(other: Server, home: Home) -> None:
    """Not of the session by which it goes there, and of that one again when somebody comes to it."""
    tab, view = other.open("proj", env=NO_HOOKS)
    other.tmux("set-hook", "-g", "client-session-changed", "set-option -gaF @heard '#{session_name} '")
    go(other, tab, "other")
    home.viewsync("sweep", env=NO_HOOKS)
    there = shows_view(other, tab, "other")
    go(other, tab, view)
    heard = "other OTHER VIEW " if runs_options(other.tmux("display-message", "-p", "#{version}")) else ""
    told = heard or "other VIEW OTHER VIEW "  # 3.2a has no way without their hooks
    said = told.replace("OTHER", there).replace("VIEW", view)
    until(lambda: other.tmux("show-options", "-gqv", "@heard") == said.rstrip(" ") + " ", "what the hook heard")


def test_the_parent_of_a_view_that_was_left_is_promoted_as_any(other: Server, home: Home) -> None:
    before = other.pane_pids()
    tab, view = other.open("proj")
    go(other, tab, "other")
    shows_view(other, tab, "other")
    settled(other)
    other.tmux("kill-session", "-t", "=proj")
    home.viewsync("sweep")
    assert "proj" in other.sessions()
    assert view not in other.sessions()
    tab.type("\x02L")
    shows_view(other, tab, "proj")
    tab.hang_up()
    until(lambda: sorted(other.sessions()) == ["other", "proj"], "the end of its views")
    assert other.pane_pids() == before


@pytest.mark.parametrize("value", ["on", "off"])
def test_who_is_on_what_ends_goes_where_tmux_sends_it(other: Server, home: Home, value: str) -> None:
    other.tmux("set-option", "-g", "detach-on-destroy", value)
    tabs = [other.open("proj")[0] for _ in range(2)]
    for tab in tabs:
        go(other, tab, "other")
        shows_view(other, tab, "other")
    settled(other)
    other.tmux("kill-session", "-t", "=other")  # the views hold its windows
    assert stays(lambda: {name.partition("-")[0] for name in other.clients().values()}, 0.3) == {"other"}
    for pane in set(other.tmux("list-panes", "-s", "-t", f"={on(other, tabs[0])}:", "-F", "#{pane_id}").split()):
        other.tmux("kill-pane", "-t", pane)
    if value == "on":
        until(lambda: not other.clients(), "the end of the clients")
    else:
        until(lambda: set(other.clients()) == {tab.pid for tab in tabs}, "the clients elsewhere")
        settled(other)
        home.viewsync("sweep")
        assert len(set(other.clients().values())) == len(tabs), "each has a view of its own"
    for tab in tabs:
        tab.hang_up()
    until(lambda: home.viewsync("sweep") and other.sessions() == ["proj"], "the end of all views")


@pytest.mark.parametrize("saw", ["nobody on it", "its client"])
def test_a_tab_is_known_though_its_new_view_was_looked_after_meanwhile(other: Server, home: Home, saw: str) -> None:
    """It came to a view that somebody else left: that one's row is to name it. Just then another pass changes that,
    which read the rows before the tab's own was there.
    """
    left, view = other.open("proj", env=NO_HOOKS)
    left.hang_up()
    until(lambda: not other.clients(), "the end of its client")
    tab, shown = other.open("proj", env=NO_HOOKS)
    assert shown == view

    def looked_after() -> float:
        with registry.change() as data:
            row = data["views"][view]
            row["verdict"] = "just now"
            if saw == "its client":
                row.update({"pid": tab.pid, "pid_start": 0, "attached": True, "opener": 0})
        return time.time()

    registry = Context({**home.env, **NO_HOOKS}).registry
    cleanup.clean(Context({**home.env, **NO_HOOKS}, looked_after), other.socket, cleanup.Scope("sweep"))
    home.viewsync("sweep", env=NO_HOOKS)
    assert home.rows()[view]["opener"] == tab.pid
    go(other, tab, "other")
    home.viewsync("sweep", env=NO_HOOKS)
    shows_view(other, tab, "other")


@pytest.mark.parametrize("by", ["its server", "somebody"])
def test_a_tab_whose_view_ended_when_it_left_is_known_until_it_has_another(other: Server, home: Home, by: str) -> None:
    """The first pass after that could do nothing for it: it was in the midst of a key sequence."""
    tab, view = other.open("proj", env=NO_HOOKS)
    home.viewsync("sweep", env=NO_HOOKS)
    go(other, tab, "other")
    other.tmux("switch-client", "-c", tab.tty, "-T", "prefix")
    if by == "its server":
        session = other.show(f"={view}:", "#{session_id}=#{session_name}=#{window_id}")
        other.tmux("set-option", "-sa", ENDED, f"{session}={int(time.time())} ")
    other.tmux("kill-session", "-t", f"={view}")
    for _ in range(2):
        assert home.viewsync("sweep", env=NO_HOOKS).code == 0
        assert on(other, tab) == "other"
    other.tmux("switch-client", "-c", tab.tty, "-T", "root")
    home.viewsync("sweep", env=NO_HOOKS)
    shown = shows_view(other, tab, "other")
    home.viewsync("sweep", env=NO_HOOKS)
    assert list(home.rows()) == [shown]
    told = [event.event for event in History(home.state).find("session = ?", (view,))]
    assert told[0] == ("end" if by == "its server" else "gone")
    assert told.count(told[0]) == 1
