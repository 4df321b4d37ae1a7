"""A view whose WezTerm pane is still there is kept for a while; one whose pane is gone is not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.numbers import terminal_again
from tests.support.sessions import by_jq
from tests.support.wait import until
from viewsync.system import processes

if TYPE_CHECKING:
    from tests.support.client import Tab
    from tests.support.server import Home, Server
    from tests.support.wezterm import FakeWezterm


def detached_in_its_tab(server: Server, home: Home, wezterm: FakeWezterm, gui: int) -> str:
    """A view whose client ended while its tab, with a shell in it, lives on."""
    home.env["VIEWSYNC_HOOKS"] = "0"
    tab, view = server.open_from_shell("proj", env=wezterm.env(gui))
    home.viewsync("sweep")
    server.tmux("detach-client", "-s", f"={view}")
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    assert not tab.ended()
    return view


def test_a_view_is_kept_while_its_pane_lives_and_goes_with_it(server: Server, home: Home, wezterm: FakeWezterm) -> None:
    gui = wezterm.start()
    view = detached_in_its_tab(server, home, wezterm, gui)
    wezterm.show(gui, [home.tabs[-1].tty])
    (verdict,) = home.viewsync("sweep", "--json").json()["verdicts"]
    assert (verdict["action"], verdict["reason"]) == ("keep", "its WezTerm pane is still there")
    wezterm.show(gui, [])
    assert home.viewsync("sweep", "--json").json()["ended"] == 1
    assert view not in server.sessions()


def test_a_tracked_view_goes_when_it_is_stale(server: Server, home: Home, wezterm: FakeWezterm) -> None:
    gui = wezterm.start()
    detached_in_its_tab(server, home, wezterm, gui)
    wezterm.show(gui, [home.tabs[-1].tty])
    home.viewsync("sweep")
    done = home.viewsync("sweep", "--json", env={"VIEWSYNC_STALE_AFTER": "0"}).json()
    assert [verdict["reason"] for verdict in done["verdicts"]] == ["stale: tracked, but nobody came back"]


def test_a_wezterm_that_died_tracks_nothing(server: Server, home: Home, wezterm: FakeWezterm) -> None:
    gui = wezterm.start()
    detached_in_its_tab(server, home, wezterm, gui)
    wezterm.show(gui, [home.tabs[-1].tty])
    home.viewsync("sweep")
    wezterm.crash(gui)
    assert home.viewsync("sweep", "--json").json()["ended"] == 1


def test_a_terminal_that_is_gone_is_not_tracked(server: Server, home: Home, wezterm: FakeWezterm) -> None:
    gui = wezterm.start()
    detached_in_its_tab(server, home, wezterm, gui)
    tab = home.tabs[-1]
    wezterm.show(gui, [tab.tty])
    home.viewsync("sweep")
    tab.end()
    with terminal_again(tab.tty):
        assert home.viewsync("hook", env={"TMUX": f"{server.socket},1,0"}).code == 0
        assert server.sessions() == ["proj"]


def test_a_tab_that_gets_the_number_of_a_closed_one_tracks_nothing_of_that(
    server: Server, home: Home, wezterm: FakeWezterm
) -> None:
    """Close a tab, open another one: WezTerm tells of the same number again."""
    gui = wezterm.start()
    detached_in_its_tab(server, home, wezterm, gui)
    tab = home.tabs[-1]
    tab.end()
    with terminal_again(tab.tty):
        wezterm.show(gui, [tab.tty])
        assert home.viewsync("sweep", "--json").json()["ended"] == 1


def test_a_terminal_whose_first_process_outlives_it_is_gone(server: Server, home: Home, wezterm: FakeWezterm) -> None:
    gui = wezterm.start()
    home.env["VIEWSYNC_HOOKS"] = "0"
    line = 'trap "" HUP; "$@"; read -r line; exec sleep 1000 <&- >&- 2>&-'
    words = ["sh", "-c", line, "sh", home.launcher, "open", "-S", server.socket, "proj"]
    tab = home.program(words, env=wezterm.env(gui))
    view = str(until(lambda: server.on_terminal(tab), "a client"))
    home.viewsync("sweep")
    wezterm.show(gui, [tab.tty])
    tab.close()
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    assert not tab.ended()
    with terminal_again(tab.tty):
        assert home.viewsync("sweep", "--json").json()["ended"] == 1


@pytest.mark.parametrize("inside", [True, False])
def test_what_wezterm_told_of_an_earlier_terminal_of_that_number(
    server: Server, home: Home, wezterm: FakeWezterm, *, inside: bool
) -> None:
    """It protects no view that was opened elsewhere. One that was opened in this WezTerm is there as long as its tab:
    the terminal may have got other rights (`mesg n`).
    """
    gui = wezterm.start()
    home.env["VIEWSYNC_HOOKS"] = "0"
    tab, view = server.open_from_shell("proj", env=wezterm.env(gui) if inside else None)
    wezterm.show(gui, [tab.tty])
    home.viewsync("sweep")
    server.tmux("detach-client", "-s", f"={view}")
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    by_jq(home, ".guis[].changed |= map_values(1)")
    home.viewsync("hook", env={"TMUX": f"{server.socket},1,0"})
    assert (view in server.sessions()) == inside


def test_a_row_of_an_older_version_is_tracked_by_number_as_long_as_there_is_one(
    server: Server, home: Home, wezterm: FakeWezterm
) -> None:
    gui = wezterm.start()
    view = detached_in_its_tab(server, home, wezterm, gui)
    tab = home.tabs[-1]
    wezterm.show(gui, [tab.tty])
    home.viewsync("sweep")
    by_jq(home, ".views[] |= del(.pid_start, .leader, .leader_start, .gui_start) | .guis[] |= del(.changed)")
    tab.end()
    with terminal_again(tab.tty):
        home.viewsync("hook", env={"TMUX": f"{server.socket},1,0"})
        assert view in server.sessions()


def test_a_wezterm_whose_number_another_process_got_is_forgotten(
    server: Server, home: Home, wezterm: FakeWezterm
) -> None:
    gui = wezterm.start()
    home.viewsync("sweep")
    by_jq(home, '.guis[$other] = .guis[$gui] + {"start": 1}', gui=str(gui), other=str(os.getpid()))
    home.viewsync("sweep")
    assert list(home.registry()["guis"]) == [str(gui)]


def test_views_of_an_earlier_wezterm_with_that_number_are_not_its(
    server: Server, home: Home, wezterm: FakeWezterm
) -> None:
    """Our process stands for the GUI, as below."""
    detached_in_its_tab(server, home, wezterm, os.getpid())
    row = next(iter(home.rows().values()))
    assert (row["gui"], row["gui_start"]) == (os.getpid(), processes.start_time(os.getpid()))
    by_jq(home, ".views[].gui_start = 1")
    done = home.viewsync("cleanup", "--views", "--from-gui", "--only-gui", "--json").json()
    assert done["verdicts"] == []


def test_a_wezterm_that_hangs_stops_no_sweep(server: Server, home: Home, wezterm: FakeWezterm) -> None:
    wezterm.start()
    wezterm.hang()
    _, view = server.open("proj")
    done = home.viewsync("sweep", "--json", env={"VIEWSYNC_WEZTERM_TIMEOUT": "0.2"})
    assert done.code == 0
    assert [verdict["session"] for verdict in done.json()["verdicts"]] == [view]


def test_lua_tells_of_its_panes_and_of_its_views_alone(server: Server, home: Home, wezterm: FakeWezterm) -> None:
    """Our process stands for the GUI: the command line's parent."""
    gui = wezterm.start()
    view = detached_in_its_tab(server, home, wezterm, gui)
    tty = home.tabs[-1].tty
    kept = home.viewsync("cleanup", "--views", "--from-gui", "--live-tty", tty, "--json").json()
    assert (kept["ended"], kept["kept"]) == (0, 1)
    alone = home.viewsync("cleanup", "--views", "--from-gui", "--only-gui", "--json").json()
    assert alone["verdicts"] == []
    assert view in server.sessions()
    done = home.viewsync("cleanup", "--views", "--from-gui", "--json").json()
    assert done["ended"] == 1


@pytest.mark.parametrize("layout", ["[" * 100_000, "nonsense", '{"a": 1}', "[NaN, [], {}]"], ids=lambda text: text[:8])
def test_a_layout_that_cannot_be_read_keeps_nothing_from_being_cleaned_up(
    server: Server, home: Home, layout: str
) -> None:
    home.env["VIEWSYNC_HOOKS"] = "0"
    tab, view = server.open("proj")
    tab.hang_up()
    until(lambda: tab.pid not in server.clients(), "the end of its client")
    done = home.viewsync("cleanup", "--views", "--from-gui", "--json", f"--layout={layout}")
    assert (done.code, done.json()["ended"], done.json()["errors"]) == (0, 1, []), done
    assert view not in server.sessions()


def in_a_mux_domain(server: Server, home: Home, wezterm: FakeWezterm) -> tuple[Tab, str]:
    """A view whose client ended while its tab lives on. Our process stands for the domain's server."""
    home.env["VIEWSYNC_HOOKS"] = "0"
    tab, view = server.open_from_shell("proj", env=wezterm.mux(os.getpid()))
    wezterm.show(os.getpid(), [tab.tty])
    server.tmux("detach-client", "-s", f"={view}")
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    return tab, view


def test_a_tab_of_a_mux_domain_keeps_its_view_in_every_sweep(server: Server, home: Home, wezterm: FakeWezterm) -> None:
    _, view = in_a_mux_domain(server, home, wezterm)
    home.viewsync("hook", env={"TMUX": f"{server.socket},1,0"})
    (verdict,) = home.viewsync("sweep", "--json").json()["verdicts"]
    assert (verdict["session"], verdict["reason"]) == (view, "its WezTerm pane is still there")
    wezterm.show(os.getpid(), [])
    assert home.viewsync("sweep", "--json").json()["ended"] == 1


def test_a_gui_cleans_up_behind_the_tabs_of_its_mux_domains(server: Server, home: Home, wezterm: FakeWezterm) -> None:
    """Which it tells nothing of: it does not know their terminals."""
    _, view = in_a_mux_domain(server, home, wezterm)
    assert closed(home) == [("keep", "its WezTerm pane is still there")]
    wezterm.hang()
    assert closed(home, VIEWSYNC_WEZTERM_TIMEOUT="0.2") == []
    wezterm.go_on()
    wezterm.show(os.getpid(), [])
    assert [action for action, _ in closed(home)] == ["end"]
    assert view not in server.sessions()


def closed(home: Home, **env: str) -> list[tuple[str, str]]:
    """What is done for a GUI in which a tab was closed: the shell between us and viewsync stands for it."""
    words = ["cleanup", "--views", "--from-gui", "--only-gui", "--json"]
    done = home.run(["sh", "-c", '"$@"; exit $?', "sh", home.launcher, *words], env=env)
    return [(verdict["action"], verdict["reason"]) for verdict in done.json()["verdicts"]]


def test_lua_is_told_what_its_terminals_show_by_the_name_that_it_has_now(server: Server, home: Home) -> None:
    tab, _ = server.open("proj")
    other, _ = server.open("proj")
    words = ("cleanup", "--views", "--from-gui", "--live-tty", tab.tty, "--json")
    assert home.viewsync(*words).json()["tabs"] == [{"tty": tab.tty, "parent": "proj"}]
    server.tmux("rename-session", "-t", "=proj", "web")
    assert home.viewsync(*words).json()["tabs"] == [{"tty": tab.tty, "parent": "web"}]
    both = home.viewsync(*words, "--live-tty", other.tty).json()["tabs"]
    assert {shown["tty"] for shown in both} == {tab.tty, other.tty}
