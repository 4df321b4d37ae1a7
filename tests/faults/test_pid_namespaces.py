"""A container that has the same HOME, state and sockets, and process ids of its own: what is elsewhere is not gone."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.support import namespaces
from tests.support.sessions import by_jq, create, listed, rows
from tests.support.wait import until
from viewsync.projects import cleanup_steps
from viewsync.store import lock, pending_steps
from viewsync.system import processes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.client import Tab
    from tests.support.server import Done, Home, Server


class Container:
    """viewsync in another pid namespace, from a home of ours."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.words = namespaces.another()

    def viewsync(self, *words: str, env: dict[str, str] | None = None) -> Done:
        return self.home.run([*self.words, self.home.launcher, *words], env)

    def stays(self, script: str) -> Tab:
        """One in which the script runs, and that stays until the tab ends."""
        return self.home.program([*self.words, "sh", "-c", f"{script}; echo started; read -r line"])


@pytest.fixture
def container(home: Home) -> Container:
    return Container(home)


ENDS_NOTHING = (
    (("cleanup",), 0),
    (("cleanup", "--all"), 0),
    (("cleanup", "--views"), 4),
    (("sweep",), 4),
    (("reconcile", "--repair"), 1),
    (("registry", "cleanup-dead"), 0),
    (("health", "-s", "web"), 4),
    (("info", "web"), 0),
)


@pytest.fixture
def used(server: Server, home: Home) -> Server:
    """With a session and a view that a tab had, and that waits to be used again."""
    create(server, "web")
    assert home.viewsync("open", "--json", "--lease", "3600", "-S", server.socket, "proj").code == 0
    return server


def test_a_container_that_has_our_sockets_forgets_and_ends_nothing(
    used: Server, home: Home, container: Container
) -> None:
    before, views, panes = rows(home), home.rows(), used.pane_pids()
    for words, code in ENDS_NOTHING:
        done = container.viewsync(*words)
        assert (rows(home), home.rows()) == (before, views), (words, done)
        assert done.code == code, (words, done)
    found = container.viewsync("list", "--json").json()
    assert [session["status"] for session in found["sessions"]] == ["unknown"]
    assert "pid namespace" in found["errors"][0] or "pid namespace" in container.viewsync("list").err
    assert container.viewsync("create", "-S", used.socket, "-n", "web").code == 2
    assert container.viewsync("send", "-s", "web", "-c", "echo it''came").code == 0
    until(lambda: "itcame" in used.tmux("capture-pane", "-p", "-t", "=web:"), "what was typed")
    assert (used.pane_pids(), listed(home)["web"]["status"]) == (panes, "alive")


def test_what_a_container_makes_on_our_server_is_known_here(used: Server, home: Home, container: Container) -> None:
    assert container.viewsync("create", "-S", used.socket, "-n", "theirs").code == 0
    assert listed(home)["theirs"]["status"] == "alive"
    assert home.viewsync("health", "-s", "theirs").code == 0
    assert container.viewsync("reconcile", "--repair").code == 1
    assert home.viewsync("kill", "theirs").code == 0


def test_a_session_in_a_container_whose_sockets_are_not_ours_is_not_known_here(
    servers: Callable[..., Server], home: Home, container: Container
) -> None:
    """Nor once the container has ended, which nobody can see from here. A row is forgotten by its name."""
    server = servers("inner")
    tab = container.stays(f"{shlex.join([home.launcher, 'create', '-S', server.socket, '-n', 'web'])} >/dev/null")
    until(lambda: "started" in tab.text() or tab.ended(), "the session")
    assert rows(home)["web"]["pane_id"], tab.text()
    os.rename(server.socket, f"{server.socket}-theirs")
    before = rows(home)
    for running in (True, False):
        if not running:
            tab.end()
        for words, code in ENDS_NOTHING:
            done = home.viewsync(*words)
            assert rows(home) == before, (words, done)
            assert done.code in (0, code), (words, done)
        found = home.viewsync("list", "--json").json()
        assert [session["status"] for session in found["sessions"]] == ["unknown"]
        assert any("pid namespace" in error for error in found["errors"])
        assert running or any("`viewsync registry remove NAME`" in error for error in found["errors"]), found
        taken = home.viewsync("create", "-S", server.socket, "-n", "web")
        assert (taken.code, "`viewsync registry remove web`" in taken.err) == (2, True), taken
    assert home.viewsync("registry", "remove", "web").code == 0
    assert rows(home) == {}


def test_a_row_that_says_not_where_it_was_made_goes_on_as_before(used: Server, home: Home) -> None:
    by_jq(home, "del(.sessions.web.place) | .views |= map_values(del(.place))")
    assert listed(home)["web"]["status"] == "alive"
    used.stop()
    assert home.viewsync("cleanup").code == 0
    assert home.viewsync("sweep").code == 0
    assert (rows(home), home.rows()) == ({}, {})


def test_after_a_boot_of_this_machine_all_of_it_is_gone(used: Server, home: Home) -> None:
    used.stop()
    boot, _, rest = processes.place().partition(".")
    earlier = f"{'0' * len(boot)}.{rest}"
    by_jq(home, ".sessions.web.place = $place | .views |= map_values(.place = $place)", place=earlier)
    assert home.viewsync("cleanup").code == 0
    assert home.viewsync("sweep").code == 0
    assert (rows(home), home.rows()) == ({}, {})


@pytest.mark.parametrize("machine", ["another", "this"])
def test_which_places_are_not_known_here(machine: str) -> None:
    boot, _, rest = processes.place().partition(".")
    namespace, _, host = rest.partition("@")
    host = host if machine == "this" else f"{host}-2"
    assert processes.is_elsewhere(f"{boot}.1{namespace}@{host}")
    assert processes.is_elsewhere(f"0{boot[1:]}x.{namespace}@{host}") == (machine == "another")
    assert processes.is_elsewhere(processes.ELSEWHERE)
    assert not processes.is_elsewhere("")
    assert not processes.is_elsewhere(processes.place())


def test_a_session_that_is_being_made_in_a_container_is_nobodys_to_forget(server: Server, home: Home) -> None:
    create(server, "web")
    maker = {"state": "creating", "maker": 2**22, "maker_start": 1.0, "maker_place": "?"}
    by_jq(home, ".sessions.half = (.sessions.web | del(.server, .session_id, .pane_id, .pid)) + $maker", maker=maker)
    by_jq(home, '.sessions.half.target = "half:0.0"')
    for words in (("cleanup", "--all"), ("reconcile", "--repair"), ("create", "-S", server.socket, "-n", "half")):
        home.viewsync(*words)
        assert rows(home)["half"]["maker"] == 2**22, words


def test_the_lock_of_a_process_in_a_container_is_held(home: Home, container: Container) -> None:
    """The directory that the shell tools make where flock(1) is missing."""
    os.makedirs(home.state, mode=0o700)
    path = os.path.join(home.state, ".sessions.lock")
    os.mkdir(path)
    release = lock.take(path + "-other", 1)  # what a lock is like that we hold by a directory
    release()
    with open(os.path.join(path, "owner"), "w", encoding="utf-8") as file:
        start = processes.start_time(os.getpid())
        file.write(f"{os.getpid()} {os.uname().nodename} 1 {start} {processes.place()}\n")
    done = container.viewsync("registry", "add", "x", "/tmp/x", "x:0.0", env={"LOCK_TIMEOUT": "0.3"})
    assert (done.code, os.path.isdir(path)) == (75, True), done


def test_the_steps_that_a_process_in_a_container_is_at_are_its_work(home: Home) -> None:
    os.makedirs(home.state, mode=0o700)
    key = pending_steps.key("1.2", "$3")
    pending_steps.write(home.state, key, {"socket": "/x", "server": "1.2", "session_id": "$3", "steps": []})
    entry = pending_steps.find(home.state, key)
    assert entry
    assert pending_steps.claim(entry, 1.0, "beef.1@there")
    found = pending_steps.find(home.state, key)
    assert found
    assert (found.owner, found.owner_place) == (os.getpid(), "beef.1@there")
    assert (cleanup_steps.free(home.state), cleanup_steps.claim(found)) == ([], None)
    pending_steps.set_aside(found.path, 5.0)
    assert pending_steps.entries(home.state) == []


def test_the_sweeper_of_a_container_runs_and_is_stopped_there(home: Home, container: Container) -> None:
    tab = home.tab("sweeper", "run")
    until(lambda: home.viewsync("sweeper", "status", "--json").json().get("last_sweep") or tab.ended(), "a sweep")
    assert container.viewsync("sweeper", "status").code == 0
    assert container.viewsync("sweeper", "start").code == 0
    done = container.viewsync("sweeper", "stop")
    assert (done.code, "another pid namespace" in done.err, tab.ended()) == (1, True, False), done
    assert home.viewsync("sweeper", "stop").code == 0
