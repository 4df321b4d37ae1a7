"""The sweeper as a timer starts it: what the resident one does, once, and the next knows of it."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

from tests.support.sessions import create
from tests.sweeper.test_resident import detached
from viewsync.store import lock
from viewsync.store.history_database import History

if TYPE_CHECKING:
    from tests.support.server import Done, Home, Server


def once(home: Home, *words: str, **env: str) -> Done:
    done = home.viewsync("sweeper", "once", *words, env={"VIEWSYNC_HOOKS": "0", **env})
    assert done.code == 0, done
    return done


def told(home: Home) -> dict[str, Any]:
    with open(os.path.join(home.state, ".sweeper.timer"), encoding="utf-8") as file:
        return dict(json.load(file))


def log(home: Home) -> str:
    path = os.path.join(home.state, "log", "viewsync.log")
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def test_with_nothing_to_do_it_says_nothing_and_ends_well(home: Home) -> None:
    done = once(home)
    assert (done.out, done.err) == ("", "")
    assert once(home, "--json").fields() == {"swept": True}
    assert log(home) == ""


def test_it_ends_views_and_measures(server: Server, home: Home) -> None:
    create(server, "web")
    home.env["VIEWSYNC_HOOKS"] = "0"
    view = detached(server)
    once(home)
    assert view not in server.sessions()
    assert [sample.session for sample in History(home.state).samples(0)] == ["web"]
    once(home)  # too early to measure again
    assert len(History(home.state).samples(0)) == 1
    early = {**told(home), "sampled": time.time() - 3600}
    with open(os.path.join(home.state, ".sweeper.timer"), "w", encoding="utf-8") as file:
        json.dump(early, file)
    once(home)
    assert len(History(home.state).samples(0)) == 2


def test_a_problem_is_told_when_it_comes_and_not_each_time(home: Home) -> None:
    once(home)
    os.mkdir(os.path.join(home.state, ".sessions.json"))
    first, second = once(home), once(home)
    assert first.err.startswith("viewsync sweeper: ")
    assert second.err == ""
    assert log(home).count("sweeper: ") == 1
    assert told(home)["problems"]


def test_another_sweeper_leaves_it_nothing_to_do(home: Home) -> None:
    once(home)
    before = told(home)
    for name in (".sweeper.timer", ".sweeper.lock"):
        handle = lock.try_exclusive(os.path.join(home.state, name))
        assert handle is not None
        try:
            assert once(home, "--json").fields() == {"swept": False}
        finally:
            os.close(handle)
    assert told(home) == before


def test_what_stands_in_its_file_need_not_be_true(home: Home) -> None:
    once(home)
    for text in ("{", "[]", '{"at": 1e999, "sampled": 0, "problems": 1}', '{"at": "x", "sampled": [], "problems": []}'):
        with open(os.path.join(home.state, ".sweeper.timer"), "w", encoding="utf-8") as file:
            file.write(text)
        assert once(home).err == ""
        assert told(home)["at"] > 0


def test_status_knows_of_it(home: Home) -> None:
    assert home.viewsync("sweeper", "status").code == 1
    once(home)
    done = home.viewsync("sweeper", "status")
    assert (done.code, done.out.startswith("a timer runs it: ")) == (0, True)
    found = home.viewsync("sweeper", "status", "--json").json()
    assert (found["running"], found["last_timer_run"] > 0) == (False, True)
