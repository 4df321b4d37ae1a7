"""A view whose WezTerm pane is still there is kept for a while; one whose pane is gone is not."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tests.support.wait import until

if TYPE_CHECKING:
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
    assert [each["reason"] for each in done["verdicts"]] == ["stale: tracked, but nobody came back"]


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
    tab.signal(signal.SIGKILL)
    tab.end()

    def cleaned() -> bool:
        assert home.viewsync("hook", env={"TMUX": f"{server.socket},1,0"}).code == 0
        return server.sessions() == ["proj"]

    until(cleaned, "the end of the view")  # another test's terminal may have got the same number at once


def test_a_wezterm_that_hangs_stops_no_sweep(server: Server, home: Home, wezterm: FakeWezterm) -> None:
    wezterm.start()
    wezterm.hang()
    _, view = server.open("proj")
    done = home.viewsync("sweep", "--json", env={"VIEWSYNC_WEZTERM_TIMEOUT": "0.2"})
    assert done.code == 0
    assert [each["session"] for each in done.json()["verdicts"]] == [view]


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
