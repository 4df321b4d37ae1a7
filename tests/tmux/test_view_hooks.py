"""What a server does by itself when a client goes: it ends the view, and starts viewsync only for what is left."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.faults.support import close, detached, read, script
from tests.support.wait import stays, until
from viewsync.context import Context
from viewsync.events import ORPHAN
from viewsync.store.history_database import History
from viewsync.tmux import inventory, view_hooks, views
from viewsync.tmux.rules import hooks, idle
from viewsync.tmux.rules.versions import runs_options
from viewsync.views.rules import policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server
    from tests.support.wezterm import FakeWezterm

WAYS = ["detach-client", "prefix d", "HUP", "KILL", "terminal closed"]


class Calls:
    """How often the hooks started viewsync: each time is a line in a file."""

    def __init__(self, home: Home, body: str = "") -> None:
        self.path = os.path.join(home.path, "calls")
        said = f'[ "$1" != hook ] || echo "$$ starts" >>{self.path}\n'
        home.env["VIEWSYNC_LAUNCHER"] = script(home, "counted", said + (body or f'exec {home.launcher} "$@"'))

    def count(self) -> int:
        return read(self.path).count("starts") if os.path.exists(self.path) else 0


@pytest.fixture
def calls(home: Home) -> Calls:
    """Before the server starts, which the hooks' environment comes from."""
    return Calls(home)


def settled(server: Server) -> int:
    """Wait until everybody has taken note of who opened; how many views there are."""
    until(lambda: not server.tmux("show-options", "-sqv", hooks.RUNNING), "the end of what the hooks started")
    until(
        lambda: "1" not in server.tmux("list-sessions", "-F", "#{?@viewsync_opening,1,0}"), "the note of the openings"
    )
    return len(server.views())


def told(home: Home, view: str) -> list[tuple[str, str, str]]:
    events = History(home.state).find("session = ?", (view,))
    return [(event.event, event.trigger, event.reason) for event in events]


@pytest.mark.parametrize("how", WAYS)
def test_the_server_ends_a_view_by_itself_and_the_next_pass_tells_of_it(
    calls: Calls, server: Server, home: Home, how: str
) -> None:
    before = server.pane_pids()
    tab, view = server.open("proj")
    settled(server)
    server.tmux("select-window", "-t", f"={view}:two")
    window = server.show(f"={view}:", "#{window_id}")
    started = calls.count()
    close(server, tab, view, how)
    until(lambda: server.sessions() == ["proj"], "the end of the view")
    assert server.pane_pids() == before
    assert stays(calls.count, 0.3) == started
    assert view in home.rows()
    assert home.viewsync("sweep").code == 0
    assert home.rows() == {}
    assert told(home, view)[0] == ("end", "hook", ORPHAN)
    assert History(home.state).find("session = ?", (view,))[0].window == window
    assert server.tmux("show-options", "-sqv", "@viewsync_ended") == ""
    assert home.viewsync("sweep").code == 0
    assert [event for event, *_ in told(home, view)].count("end") == 1


def test_many_that_die_at_once_start_nothing_and_cost_no_window(calls: Calls, server: Server, home: Home) -> None:
    before = server.pane_pids()
    tabs = [server.open("proj") for _ in range(12)]
    assert settled(server) == 12
    started = calls.count()
    for tab, _ in tabs:
        tab.signal(signal.SIGKILL)
    until(lambda: server.sessions() == ["proj"], "the end of all views")
    assert server.pane_pids() == before
    waits = not runs_options(server.tmux("display-message", "-p", "#{version}"))
    if waits:  # who dies meanwhile may have no hook of its own (trap L): what started us is that it is left
        settled(server)
        assert stays(calls.count, 0.3) < started + len(tabs), "never one for each"
    else:
        assert stays(calls.count, 0.3) == started
    home.viewsync("sweep")
    assert home.rows() == {}
    assert [told(home, view)[0][0] for _, view in tabs] == ["end"] * 12


def test_a_later_server_keeps_its_marks(server: Server, home: Home) -> None:
    _, view = server.open("proj")
    settled(server)
    tmux = Context(home.env).tmux
    found = inventory.inventory(tmux, server.socket)
    (session,) = [session.id for session in found.sessions if session.name == view]
    for other in (found.server._replace(pid=found.server.pid + 1), found.server._replace(start=1)):
        views.take_note(tmux, other, [], [session])
        assert server.show(f"={view}:", "#{@viewsync_ends_alone}") == session
    views.take_note(tmux, found.server, [], [session])
    assert server.show(f"={view}:", "#{@viewsync_ends_alone}") == ""


def test_a_view_that_nobody_ever_saw_was_there_all_the_same(server: Server, home: Home) -> None:
    """Its row was written, and no pass came until it had ended."""
    home.env["VIEWSYNC_LAUNCHER"] = script(home, "deaf", "exit 0")
    tab, view = server.open("proj")
    tab.hang_up()
    until(lambda: server.sessions() == ["proj"], "the end of the view")
    home.viewsync("sweep")
    assert [event for event, *_ in told(home, view)] == ["end", "open"]
    assert home.rows() == {}


@pytest.mark.parametrize("broken", ["gone", "fails", "talks", "is no program"])
def test_views_go_whatever_became_of_viewsync(server: Server, home: Home, broken: str) -> None:
    """And nothing is shown over anybody's pane."""
    body = {"fails": "exit 7", "talks": "echo broken; echo worse >&2; exit 1"}.get(broken, "exit 0")
    launcher = script(home, "broken", body)
    home.env["VIEWSYNC_LAUNCHER"] = launcher
    looking = home.program(["tmux", "-S", server.socket, "attach-session", "-t", "=proj"])
    until(lambda: looking.pid in server.clients(), "a client that looks on")
    tabs = [server.open("proj")[0] for _ in range(3)]
    if broken == "gone":
        os.unlink(launcher)
    elif broken == "is no program":
        os.chmod(launcher, 0o600)
    for tab in tabs:
        tab.hang_up()
    until(lambda: server.sessions() == ["proj"], "the end of the views")
    assert stays(lambda: server.show("=proj:", "#{pane_in_mode}"), 0.3) == "0"
    again = home.program(["tmux", "-S", server.socket, "attach-session", "-t", "=proj"])  # errors are shown then
    until(lambda: again.pid in server.clients(), "another client")
    assert stays(lambda: server.show("=proj:", "#{pane_in_mode}"), 0.3) == "0"
    assert "hook" not in looking.text() + again.text()


def keep_pinned(server: Server, view: str, _: Home) -> None:
    server.home.viewsync("pin", view)


def keep_pinned_in_tmux_alone(server: Server, view: str, _: Home) -> None:
    server.tmux("set-option", "-t", f"={view}:", "@viewsync_pin", "yes")


def keep_quarantined(server: Server, view: str, _: Home) -> None:
    server.tmux("set-option", "-t", f"={view}:", "@viewsync_quarantine", "$99")


def keep_reserved(server: Server, view: str, _: Home) -> None:
    server.tmux("set-option", "-t", f"={view}:", "@viewsync_lease", "9999999999.1")


def keep_held_by_nobody_else(server: Server, _: str, __: Home) -> None:
    server.tmux("kill-session", "-t", "=proj")


def keep_with_a_mark_of_another(server: Server, view: str, _: Home) -> None:
    server.tmux("set-option", "-t", f"={view}:", "@viewsync_view", "$77")


def keep_without_leave(server: Server, view: str, _: Home) -> None:
    server.tmux("set-option", "-u", "-t", f"={view}:", "@viewsync_ends_alone")


def keep_where_all_inherit_its_mark(server: Server, view: str, _: Home) -> None:
    server.tmux("set-option", "-g", "@viewsync_view", server.show(f"={view}:", "#{session_id}"))


def keep_under_another_name(server: Server, view: str, _: Home) -> None:
    server.tmux("rename-session", "-t", f"={view}", "mine now")


KEPT = [
    keep_pinned,
    keep_pinned_in_tmux_alone,
    keep_quarantined,
    keep_reserved,
    keep_held_by_nobody_else,
    keep_with_a_mark_of_another,
    keep_without_leave,
    keep_where_all_inherit_its_mark,
    keep_under_another_name,
]


@pytest.mark.parametrize("keep", KEPT, ids=lambda keep: keep.__name__)
def test_what_is_kept_the_server_does_not_end(
    server: Server, home: Home, keep: Callable[[Server, str, Home], None]
) -> None:
    before = server.pane_pids()
    home.env["VIEWSYNC_LAUNCHER"] = script(home, "deaf", f'[ "$1" = hook ] || exec {home.launcher} "$@"')
    tab, view = server.open("proj")
    other, _ = server.open("proj")
    session = server.show(f"={view}:", "#{session_id}")
    keep(server, view, home)
    tab.hang_up()
    until(lambda: server.show(f"{session}:", "#{session_attached}") == "0", "the detach")
    if keep is not keep_held_by_nobody_else:  # then the last two stay both, for viewsync to choose
        other.hang_up()
        until(lambda: not server.clients(), "the end of the other")
    assert stays(lambda: session in server.tmux("list-sessions", "-F", "#{session_id}").split(), 0.3)
    assert server.pane_pids() == before


def test_of_the_last_two_one_stays(server: Server, home: Home) -> None:
    """Without their parent, and with viewsync to choose: whoever is asked last."""
    before = server.pane_pids()
    tabs = [server.open("proj")[0] for _ in range(2)]
    settled(server)
    server.tmux("kill-session", "-t", "=proj")
    for tab in tabs:
        tab.signal(signal.SIGKILL)
    until(lambda: server.sessions() == ["proj"], "the promotion")
    assert server.pane_pids() == before


@pytest.mark.parametrize("how", ["suspended", "locked"])
def test_who_is_away_for_a_moment_is_on_it(server: Server, home: Home, how: str) -> None:
    home.env["VIEWSYNC_LAUNCHER"] = script(home, "deaf", "exit 0")
    server.tmux("set-option", "-g", "lock-command", "sleep 100")
    tab, view = server.open("proj")
    other, _ = server.open("proj")
    if how == "suspended":
        tab.type("\x02\x1a")
    else:
        server.tmux("lock-client", "-t", tab.tty)
    detached(server, view)
    other.hang_up()
    until(lambda: len(server.sessions()) == 2, "the end of the other view")
    assert stays(server.sessions, 0.3) == ["proj", view]


def test_what_lingers_is_left_to_viewsync(server: Server, home: Home) -> None:
    home.env["VIEWSYNC_LINGER"] = "3600"
    server.tmux("set-environment", "-g", "VIEWSYNC_LINGER", "3600")
    tab, view = server.open("proj")
    tab.hang_up()
    until(lambda: "kept for reuse" in home.rows()[view].get("verdict", ""), "viewsync's verdict")
    assert view in server.sessions()


def test_views_that_were_open_when_somebody_chose_to_let_them_linger_do_so(server: Server, home: Home) -> None:
    tab, view = server.open("proj")
    settled(server)
    home.env["VIEWSYNC_LINGER"] = "3600"
    server.tmux("set-environment", "-g", "VIEWSYNC_LINGER", "3600")
    home.viewsync("sweep")
    tab.hang_up()
    until(lambda: "kept for reuse" in home.rows()[view].get("verdict", ""), "viewsync's verdict")
    assert view in server.sessions()


def test_a_view_whose_wezterm_pane_may_stay_is_left_to_viewsync(
    server: Server, home: Home, wezterm: FakeWezterm
) -> None:
    """One that was opened from a shell in that pane: the shell is there when the client is gone."""
    gui = wezterm.start()
    tab, view = server.open_from_shell("proj", env=wezterm.env(gui))
    wezterm.show(gui, [tab.tty])
    home.viewsync("sweep")
    server.tmux("detach-client", "-s", f"={view}")
    until(lambda: home.rows()[view].get("verdict") == "its WezTerm pane is still there", "viewsync's verdict")
    assert view in server.sessions()


def test_a_tab_of_wezterm_that_closes_needs_no_viewsync(
    calls: Calls, server: Server, home: Home, wezterm: FakeWezterm
) -> None:
    gui = wezterm.start()
    tab, _ = server.open("proj", env=wezterm.env(gui))
    wezterm.show(gui, [tab.tty])
    home.viewsync("sweep")
    settled(server)
    started = calls.count()
    tab.hang_up()
    until(lambda: server.sessions() == ["proj"], "the end of the view")
    assert stays(calls.count, 0.3) == started


def test_what_a_client_left_for_another_session_is_not_the_servers_to_end(server: Server, home: Home) -> None:
    """The client lives, and its pane with it; and viewsync has not noted yet which one it was."""
    home.env["VIEWSYNC_LAUNCHER"] = script(home, "deaf", "exit 0")
    tab, view = server.open("proj")
    other, _ = server.open("proj")
    server.tmux("switch-client", "-c", tab.tty, "-t", "=proj")
    until(lambda: not server.show(f"={view}:", "#{@viewsync_ends_alone}"), "the note of that")
    other.hang_up()
    until(lambda: len(server.sessions()) == 2, "the end of the other view")
    assert stays(server.sessions, 0.3) == ["proj", view]


def test_a_view_that_a_tab_gets_again_ends_with_that_tab(calls: Calls, server: Server, home: Home) -> None:
    reserved = home.viewsync("open", "--json", "--lease", "1", "-S", server.socket, "proj").json()["view"]
    until(lambda: int(server.tmux("display-message", "-p", "#{T;l:%s}")) > lease(server, reserved), "the lease's end")
    tab, view = server.open("proj")
    assert view == reserved
    settled(server)
    started = calls.count()
    tab.hang_up()
    until(lambda: server.sessions() == ["proj"], "the end of the view")
    assert stays(calls.count, 0.3) == started


def lease(server: Server, view: str) -> float:
    return float(server.show(f"={view}:", "#{@viewsync_lease}").partition(".")[0] or 0)


def test_viewsync_never_runs_twice_at_once_for_a_server(server: Server, home: Home) -> None:
    """And what happened meanwhile is looked at before it ends."""
    log = os.path.join(home.path, "log")
    real = f'exec {home.launcher} "$@"'
    slow = f'[ "$1" = hook ] || {real}\necho in >>{log}; sleep 0.3; echo slept >>{log}; {real}'
    home.env["VIEWSYNC_LAUNCHER"] = script(home, "slow", slow)
    tabs = [server.open("proj")[0] for _ in range(4)]
    server.tmux("kill-session", "-t", "=proj")
    for tab in tabs:
        tab.signal(signal.SIGKILL)
        until(lambda tab=tab: tab.pid not in server.clients(), "its end")  # type: ignore[misc]  # of this round
    until(lambda: server.sessions() == ["proj"], "the promotion")
    until(lambda: not server.tmux("show-options", "-sqv", hooks.RUNNING), "the end of what the hooks started")
    words = read(log).split()
    assert words == ["in", "slept"] * (len(words) // 2)


def test_one_that_was_killed_holds_up_the_next_only_for_a_while(calls: Calls, server: Server, home: Home) -> None:
    tab, _ = server.open("proj")
    settled(server)
    now = int(server.tmux("display-message", "-p", "#{T;l:%s}"))
    server.tmux("set-option", "-s", hooks.RUNNING, str(now + hooks.PATIENCE))
    server.tmux("kill-session", "-t", "=proj")
    started = calls.count()
    tab.hang_up()
    until(lambda: server.tmux("show-options", "-sqv", hooks.AGAIN) == "1", "the word of it")
    assert stays(calls.count, 0.3) == started
    server.tmux("set-option", "-s", hooks.RUNNING, str(now - 1))
    client = home.program(["tmux", "-S", server.socket, "attach-session", "-t", f"={server.views()[0]}"])
    until(lambda: client.pid in server.clients(), "a client")
    client.hang_up()
    until(lambda: server.sessions() == ["proj"], "the promotion")
    assert calls.count() > started
    until(lambda: not server.tmux("show-options", "-sqv", hooks.AGAIN), "the note of that word")


@pytest.mark.parametrize("alias", ["run-shell", "run"])
def test_an_alias_for_what_runs_programs_changes_nothing(
    servers: Callable[..., Server], home: Home, alias: str
) -> None:
    server = servers(conf=f"set -s command-alias[100] {alias}='display-message -p no'\n").start()
    tab, view = server.open("proj")
    until(lambda: home.rows()[view]["state"] == "open", "the row, which viewsync completes")
    tab.hang_up()
    until(lambda: server.sessions() == ["proj"], "the end of the view")


def test_a_server_that_is_too_old_starts_viewsync_for_every_view(server: Server, home: Home) -> None:
    """As it did before: what is said to 3.1 is only what 3.1 knows."""
    calls = Calls(home, "exit 0")
    home.tab("open", "-S", server.socket, "proj", env={"VIEWSYNC_HOOKS": "0", "VIEWSYNC_LAUNCHER": home.launcher})
    until(server.clients, "a client")
    for event in hooks.EVENTS:
        text = view_hooks.text(event, hooks.caller(home.env["VIEWSYNC_LAUNCHER"]), "3.1c")
        assert "-C" not in text
        assert "set-option" not in text
        server.tmux("set-hook", "-g", hooks.slot(event), text)
    home.tabs[-1].hang_up()
    until(calls.count, "its start")


@pytest.mark.parametrize("cut", [False, True])
def test_what_a_format_says_runs_only_when_it_was_said_to_its_end(server: Server, home: Home, *, cut: bool) -> None:
    """As 3.7c and newer cut off what takes longer than 100 ms: the sign at the end is what is missing then."""
    home.env["VIEWSYNC_LAUNCHER"] = script(home, "deaf", "exit 0")
    tab, view = server.open("proj")
    version = server.tmux("display-message", "-p", "#{version}")
    text = view_hooks.text(hooks.EVENTS[0], "true", version)
    sign = "#{?pid,##~,}"
    assert sign in text
    server.tmux("set-hook", "-g", hooks.slot(hooks.EVENTS[0]), text.replace(sign, "") if cut else text)
    tab.hang_up()
    until(lambda: not server.clients(), "the end of the client")
    if cut:
        assert stays(server.sessions, 0.3) == ["proj", view]
    else:
        until(lambda: server.sessions() == ["proj"], "the end of the view")


def test_hooks_of_the_version_before_are_replaced(server: Server, home: Home) -> None:
    """As 0.9 had set them, with the same launcher."""
    old = f"if-shell -F 1 {{ run-shell -b '{hooks.caller(home.launcher)} hook >/dev/null 2>&1' }}"
    for event in hooks.EVENTS:
        server.tmux("set-hook", "-g", hooks.slot(event), old)
    server.open("proj")
    texts = [server.tmux("show-options", "-gqv", hooks.slot(event)) for event in hooks.EVENTS]
    assert all("@viewsync_ends_alone" in text for text in texts)


@pytest.mark.parametrize("event", hooks.EVENTS)
def test_the_text_changes_with_its_edition_alone(event: str) -> None:
    """Running servers get what is new by that number: raise it with the text."""
    import hashlib

    said = "".join(view_hooks.text(event, "viewsync", version) for version in ("3.2a", "3.3a", "3.7b"))
    known = {"client-detached": "276aedba", "client-session-changed": "92be0418"}
    assert (hooks.EDITION, hashlib.sha256(said.encode()).hexdigest()[:8]) == (4, known[event])


def test_each_rule_of_the_policy_has_its_condition_for_the_server() -> None:
    assert set(idle.ALONE) == {rule.__name__ for rule in (*policy.PROTECT, *policy.DELAY)}
