"""What `kill` says is so: its views end with a session, or hold it, and its name does not come back unregistered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.support import NO_HOOKS, detached, every_layer, script
from tests.support.sessions import create, rows

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def left(server: Server, name: str = "web") -> str:
    """A view of the session that nobody is on."""
    tab, view = server.open(name, env=NO_HOOKS)
    server.home.viewsync("sweep", env=NO_HOOKS)
    tab.hang_up()
    detached(server, view)
    return view


def kept(server: Server, view: str) -> None:
    assert server.sessions() == ["proj", "web", view]
    assert list(rows(server.home)) == ["web"]


def test_views_that_nobody_is_on_end_with_it(server: Server, home: Home) -> None:
    create(server, "web")
    view = left(server)
    done = home.viewsync("kill", "-s", "web", env=NO_HOOKS)
    assert (done.code, "fully removed" in done.out) == (0, True), done
    every_layer(server)
    assert (server.sessions(), rows(home)) == (["proj"], {})
    assert view not in home.rows()


def test_one_that_somebody_is_on_holds_it_and_says_so(server: Server, home: Home) -> None:
    create(server, "web")
    tab, view = server.open("web", env=NO_HOOKS)
    done = home.viewsync("kill", "-s", "web")
    assert done.code == 2
    assert f"somebody is on its view '{view}': close that, or end it as well with --views" in done.err
    assert "fully removed" not in done.out
    kept(server, view)
    tab.hang_up()
    detached(server, view)
    assert home.viewsync("kill", "-s", "web").code == 0
    every_layer(server)
    assert (server.sessions(), rows(home)) == (["proj"], {})


def test_which_ends_where_that_is_asked(server: Server, home: Home) -> None:
    create(server, "web")
    server.open("web", env=NO_HOOKS)
    left(server)
    done = home.viewsync("kill", "-s", "web", "--views")
    assert (done.code, "fully removed" in done.out) == (0, True), done
    every_layer(server)
    assert (server.sessions(), rows(home)) == (["proj"], {})


@pytest.mark.parametrize("words", [("pin",), ("quarantine", "-s")])
def test_one_that_is_to_be_kept_holds_it(server: Server, home: Home, words: tuple[str, ...]) -> None:
    create(server, "web")
    view = left(server)
    assert home.viewsync(*words, view).code == 0
    done = home.viewsync("kill", "-s", "web", "--views")
    assert (done.code, f"its view '{view}' is in use, pinned, reserved or quarantined" in done.err) == (2, True)
    kept(server, view)


def test_one_that_is_reserved_holds_it(server: Server, home: Home) -> None:
    create(server, "web")
    view = home.viewsync("open", "--json", "-S", server.socket, "web", env=NO_HOOKS).json()["view"]
    assert home.viewsync("kill", "-s", "web").code == 2
    kept(server, view)


@pytest.mark.parametrize("how", ["grouped", "linked"])
def test_somebodys_own_session_keeps_the_windows_and_is_named(server: Server, home: Home, how: str) -> None:
    create(server, "web")
    left(server)
    if how == "grouped":
        server.tmux("new-session", "-d", "-t", "=web", "-s", "mine")
    else:
        server.tmux("new-session", "-d", "-s", "mine")
        server.tmux("link-window", "-d", "-s", "=web:0", "-t", "=mine:7")
    done = home.viewsync("kill", "-s", "web", env=NO_HOOKS)
    assert (done.code, "fully removed" in done.out, "live on in 'mine'" in done.out) == (0, False, True)
    every_layer(server)
    assert (server.sessions(), rows(home)) == (["proj", "mine"], {})


def test_a_view_that_is_named_itself_ends_alone(server: Server, home: Home) -> None:
    create(server, "web")
    view, other = left(server), ""
    tab, other = server.open("web", "--new", env=NO_HOOKS)
    assert home.viewsync("kill", "-S", server.socket, "-t", view).code == 0
    assert server.sessions() == ["proj", "web", other]
    assert not tab.ended()


@pytest.mark.parametrize("views", [(), ("--views",)])
def test_a_view_that_ends_by_itself_meanwhile_is_no_reason_to_say_that_the_session_stays(
    server: Server, home: Home, views: tuple[str, ...]
) -> None:
    """As the server and each sweep end views, too."""
    create(server, "web")
    left(server)
    view = left(server)
    faster = script(
        home,
        "faster",
        f'case " $* " in *" source-file - "*) tmux -S {server.socket} kill-session -t ={view} 2>&- ;; esac\n'
        'exec tmux "$@"',
    )
    done = home.viewsync("kill", "-s", "web", *views, env={**NO_HOOKS, "VIEWSYNC_TMUX": faster})
    assert (server.sessions(), rows(home)) == (["proj"], {}), done
    assert (done.code, "fully removed" in done.out) == (0, True), done


@pytest.mark.parametrize("how", ["reserved", "pinned", "quarantined"])
def test_none_that_somebody_is_on_ends_where_another_is_to_be_kept(server: Server, home: Home, how: str) -> None:
    """Which is known before any is ended: the session stays, and so does everybody on it."""
    create(server, "web")
    tab, _ = server.open("web", env=NO_HOOKS)
    other, _ = server.open("web", "--new", env=NO_HOOKS)
    last = home.viewsync("open", "--json", "--new", "-S", server.socket, "web", env=NO_HOOKS).json()["view"]
    if how != "reserved":
        server.tmux("set-option", "-u", "-t", f"={last}:", "@viewsync_lease")
        assert home.viewsync(*(("pin", last) if how == "pinned" else ("quarantine", "-s", last))).code == 0
    before = server.sessions()
    done = home.viewsync("kill", "-s", "web", "--views", env=NO_HOOKS)
    assert (done.code, f"its view '{last}' is in use, pinned, reserved or quarantined" in done.err) == (2, True), done
    assert server.sessions() == before
    assert not tab.ended()
    assert not other.ended()
    server.tmux("kill-session", "-t", f"={last}")
    assert home.viewsync("kill", "-s", "web", "--views", env=NO_HOOKS).code == 0
    assert server.sessions() == ["proj"]
