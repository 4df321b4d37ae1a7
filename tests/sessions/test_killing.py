"""Ending a session only while nobody is on it: the server itself looks once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.sessions import create, rows
from tests.support.wait import until
from viewsync.context import Context
from viewsync.registry import targets
from viewsync.sessions import killing

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def test_one_that_somebody_is_on_stays(server: Server, home: Home) -> None:
    create(server, "web")
    tab, _ = server.open("web")
    done = killing.kill(Context(home.env), targets.TargetArgs(session="web"), killing.Wish(only_free=True))
    assert (done.killed, done.removed) == (False, False)
    assert done.problem == "somebody is attached to it, or it has just ended"
    assert "web" in server.sessions()
    assert list(rows(home)) == ["web"]
    assert Context(home.env).history.find("event = 'kill'", ()) == []
    tab.hang_up()
    until(lambda: not server.clients(), "the detach")


def test_one_that_nobody_is_on_ends(server: Server, home: Home) -> None:
    create(server, "web")
    done = killing.kill(Context(home.env), targets.TargetArgs(session="web"), killing.Wish(only_free=True))
    assert (done.killed, done.removed) == (True, True)
    assert server.sessions() == ["proj"]
    (event,) = Context(home.env).history.find("event = 'kill'", ())
    assert event.seconds is not None
