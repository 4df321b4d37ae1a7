"""`viewsync events`: what happened, and what happens."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

from tests.support.sessions import create
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def test_what_happened_and_then_what_happens(server: Server, home: Home) -> None:
    assert home.viewsync("events").out == ""
    create(server, "web")
    create(server, "other")
    assert [line.split()[1:4] for line in home.viewsync("events").out.splitlines()] == [
        ["create", "session", "web:"],
        ["create", "session", "other:"],
    ]
    [last] = home.viewsync("events", "-n", "1", "--json").out.splitlines()
    assert (json.loads(last)["session"], json.loads(last)["host"]) == ("other", None)
    tab = home.tab("events", "--follow", "-s", "web")
    until(lambda: "create session web" in tab.text(), "what happened")
    home.viewsync("kill", "other")
    home.viewsync("kill", "web")
    until(lambda: "kill session web" in tab.text(), "what happens")
    assert "other" not in tab.text()


def test_a_history_that_was_replaced_is_followed_from_its_beginning(server: Server, home: Home) -> None:
    for name in ("one", "two", "three"):
        create(server, name)
    tab = home.tab("events", "--follow", "-n", "1")
    until(lambda: "session three" in tab.text(), "what happened")
    os.kill(tab.pid, signal.SIGSTOP)  # or it opens the file of one without those beside it
    for name in os.listdir(home.state):
        if name.startswith("history.db"):
            os.unlink(os.path.join(home.state, name))
    home.viewsync("kill", "one")
    os.kill(tab.pid, signal.SIGCONT)
    until(lambda: "kill session one" in tab.text(), "what happens in the new one")


def test_everywhere_needs_an_index(home: Home) -> None:
    for verb in ("events", "list", "find"):
        done = home.viewsync(verb, "--everywhere")
        assert done.code == 1
        assert "the setting index names none" in done.err
