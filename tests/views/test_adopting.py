"""Views of an older configuration are taken over when asked; views are kept when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Home, Server

OLD = "proj-view-1735324800-5432"


def test_old_views_are_shown_first_and_adopted_on_yes(server: Server, home: Home) -> None:
    server.tmux("new-session", "-d", "-t", "=proj:", "-s", OLD)
    server.tmux("new-session", "-d", "-s", "notes-view-1735324800-1")
    server.tmux("new-session", "-d", "-t", "=proj:", "-s", "proj-mine")
    home.viewsync("sweep")
    assert OLD in server.sessions()
    shown = home.viewsync("adopt", "-S", server.socket, "proj")
    assert shown.out == f"would adopt {OLD}\npass --yes to adopt them\n"
    assert home.rows() == {}
    assert home.viewsync("adopt", "-S", server.socket, "--yes", "proj").out == f"adopted {OLD}\n"
    assert home.rows()[OLD]["parent"] == "proj"
    assert server.tmux("show-options", "-v", "-t", f"={OLD}:", "@viewsync_parent") == "proj"
    home.viewsync("sweep", env={"VIEWSYNC_GRACE": "0"})
    assert set(server.sessions()) == {"proj", "notes-view-1735324800-1", "proj-mine"}


def test_an_attached_old_view_is_adopted_and_stays(server: Server, home: Home) -> None:
    server.tmux("new-session", "-d", "-t", "=proj:", "-s", OLD)
    tab = home.program(["tmux", "-S", server.socket, "attach-session", "-t", f"={OLD}"])
    until(lambda: tab.pid in server.clients(), "the client")
    home.viewsync("adopt", "-S", server.socket, "--yes", "proj")
    home.viewsync("sweep")
    assert OLD in server.sessions()
    tab.hang_up()
    home.viewsync("sweep")
    until(lambda: OLD not in server.sessions(), "the end of the adopted view")


def test_nothing_to_adopt(server: Server, home: Home) -> None:
    assert "every view of proj belongs to viewsync already" in home.viewsync("adopt", "-S", server.socket, "proj").out
    done = home.viewsync("adopt", "-S", server.socket, "prj")
    assert (done.code, "did you mean proj?" in done.err) == (3, True)


def test_a_pinned_view_stays_until_it_is_no_longer(server: Server, home: Home) -> None:
    tab, view = server.open("proj")
    assert home.viewsync("pin", view).out == f"{view}: pinned\n"
    tab.hang_up()
    until(lambda: not server.clients(), "the detach")

    def verdict() -> str:
        home.viewsync("sweep")
        return str(home.rows()[view]["verdict"])

    # A pass that began while the tab was there may write after ours.
    until(lambda: verdict() == "pinned", "the verdict")
    assert view in server.sessions()
    assert home.viewsync("pin", "--off", view).code == 0
    home.viewsync("sweep")
    assert view not in server.sessions()


def test_only_views_of_ours_are_pinned(server: Server, home: Home) -> None:
    done = home.viewsync("pin", "proj")
    assert (done.code, "not one of viewsync's views" in done.err) == (1, True)
