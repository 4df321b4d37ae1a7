"""Clocks that were ahead, and clocks that are set: nothing ends because of that, and nothing stays for ever."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from tests.projects.test_expiring import FILE, NAME, ready
from tests.projects.test_steps import start
from tests.support.projects import in_git
from tests.support.sessions import create
from tests.support.wait import until
from viewsync.context import Context
from viewsync.sessions import expiring
from viewsync.sessions.rules.expiry import ExpiryCriteria, Limit
from viewsync.sweeper import one_pass
from viewsync.tmux.rules import idle
from viewsync.views import opening
from viewsync.views.opening import OpenRequest

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home, Server
    from viewsync.views.cleanup import Swept

_JUMP = 25 * 3600.0  # seconds

project = in_git


def at(home: Home, clock: float = 0.0, awake: float = 0.0) -> Context:
    """What somebody sees whose clock is that much ahead, when the machine was awake that much longer."""
    return Context(home.env, lambda: time.time() + clock, awake=lambda: time.monotonic() + awake)


def sweep(home: Home, clock: float = 0.0, awake: float = 0.0) -> Swept:
    done = one_pass.everything(at(home, clock, awake), "sweeper")
    assert done.errors == []
    return done


def test_a_lease_made_when_the_clock_was_ahead_lasts_no_longer_than_it_was_to(server: Server, home: Home) -> None:
    ahead = at(home, _JUMP)
    view = str(opening.reserve(ahead, OpenRequest("proj", server.socket, lease=90.0))["view"])
    assert sweep(home).verdicts[0].reason == "reserved by a lease"
    assert sweep(home, 29.0, 29.0).verdicts[0].reason == "reserved by a lease"
    assert sweep(home, 91.0, 91.0).count("end") == 1
    assert view not in server.sessions()


def test_a_lease_of_many_hours_is_not_taken_for_one(server: Server, home: Home) -> None:
    opening.reserve(at(home), OpenRequest("proj", server.socket, lease=_JUMP))
    for seconds in (0.0, 3600.0, _JUMP - 60):
        assert sweep(home, seconds, seconds).verdicts[0].reason == "reserved by a lease"


@pytest.mark.parametrize("jump", [_JUMP, -_JUMP])
def test_a_clock_that_is_set_neither_ends_nor_keeps_what_lingers(server: Server, home: Home, jump: float) -> None:
    os.makedirs(os.path.join(home.path, "config"), exist_ok=True)
    with open(os.path.join(home.path, "config", "config.toml"), "w", encoding="utf-8") as file:
        file.write("linger = 60\n")
    tab, view = server.open("proj")
    tab.hang_up()
    until(lambda: home.rows()[view].get("idle_since"), "the note of its detach")
    assert sweep(home, jump).verdicts[0].reason == "kept for reuse for 60 s after its detach"
    assert sweep(home, jump + 30.0, 30.0).verdicts[0].reason == "kept for reuse for 60 s after its detach"
    assert sweep(home, jump + 61.0, 61.0).count("end") == 1


def test_the_hook_starts_viewsync_although_the_clock_was_ahead_when_it_last_did(server: Server, home: Home) -> None:
    """And that one was killed before it could take back its note."""
    tab, view = server.open("proj")
    until(lambda: home.rows()[view]["state"] == "open", "the note that it is open")
    until(lambda: server.run("show-options", "-sqv", "@viewsync_running").out == "", "the end of who noted it")
    server.tmux("set-option", "-s", "@viewsync_running", str(int(time.time() + _JUMP)))
    server.tmux("kill-session", "-t", "=proj")
    tab.hang_up()
    until(lambda: server.sessions() == ["proj"], "the promotion, which only viewsync does")


def test_what_the_server_takes_for_made_ahead(server: Server) -> None:
    """tmux takes its time from the machine alone, so that of a session is put into the condition here."""
    for seconds, said in ((-60, "0"), (0, "0"), (60, "1"), (int(_JUMP), "1")):
        made = str(int(time.time()) + seconds)
        assert server.show("=proj:", idle.MADE_AHEAD.replace("#{session_created}", made)) == said
        server.tmux("set-option", "-t", "=proj:", "@viewsync_lease", f"{int(made) + 10}.10")
        assert server.show("=proj:", idle.LEASED_AHEAD) == said


def test_a_project_session_is_not_unused_for_the_hours_that_a_clock_jumped(
    server: Server, home: Home, project: Project
) -> None:
    assert start(project, server, FILE).code == 0
    ready(server, NAME)
    assert sweep(home, _JUMP).count("end") == 0
    assert NAME in server.sessions()
    assert sweep(home, _JUMP, _JUMP).count("end") == 1


def test_nor_while_the_machine_slept(server: Server, home: Home, project: Project) -> None:
    """Three days asleep, twenty hours awake, and then some more of them."""
    assert start(project, server, FILE).code == 0
    ready(server, NAME)
    assert sweep(home, 92 * 3600.0, 20 * 3600.0).count("end") == 0
    assert sweep(home, 96.1 * 3600.0, 24.1 * 3600.0).count("end") == 1


def test_cleanup_does_not_take_a_jump_for_age(server: Server, home: Home) -> None:
    create(server, "web")
    for wish in (ExpiryCriteria(idle_than=Limit(86400.0, "1d")), ExpiryCriteria(older_than=Limit(86400.0, "1d"))):
        (item,), _ = expiring.plan(at(home, _JUMP), wish)
        assert (item.verdict.action, item.verdict.reason) == ("keep", "alive, but not old enough")
