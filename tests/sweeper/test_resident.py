"""The resident sweeper: real inotify, real signals, real trouble."""

from __future__ import annotations

import itertools
import json
import os
import signal
import sqlite3
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.server import Home, Server, alive
from tests.support.wait import stays, until
from viewsync.context import Context
from viewsync.store import lock
from viewsync.sweeper import control
from viewsync.sweeper.resident import Eyes, Sweeper

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.client import Tab


@pytest.fixture
def sweeper(home: Home) -> Callable[..., Tab]:
    """Starts `viewsync sweeper run`, with hooks off: what it does not clean up, nobody does."""
    home.env["VIEWSYNC_HOOKS"] = "0"

    def start(**env: str) -> Tab:
        tab = home.tab("sweeper", "run", env=env)
        until(lambda: status(home).get("last_sweep") or tab.ended(), "the first sweep")
        assert not tab.ended(), tab.text()
        return tab

    return start


def status(home: Home) -> dict[str, Any]:
    return home.viewsync("sweeper", "status", "--json").fields()


def detached(server: Server, *words: str) -> str:
    """A view whose client is gone, with no hook to clean it up."""
    tab, view = server.open("proj", *words)
    tab.hang_up()
    until(lambda: tab.pid not in server.clients(), "the end of the client")
    return view


def change(server: Server) -> None:
    """The row of another view. Those that are free are left alone, or a sweep may come upon one while it is used."""
    detached(server, "--new")


def test_it_wakes_on_a_change_of_the_registry(server: Server, home: Home, sweeper: Callable[..., Tab]) -> None:
    sweeper(VIEWSYNC_SWEEP_EVERY="3600")
    first = detached(server)
    change(server)
    until(lambda: first not in server.sessions(), "the end of the view")


def test_it_wakes_on_a_new_server(servers: Callable[..., Server], home: Home, sweeper: Callable[..., Tab]) -> None:
    sweeper(VIEWSYNC_SWEEP_EVERY="3600")
    before = status(home)["last_sweep"]
    servers("late").start()
    until(lambda: status(home)["last_sweep"] > before, "a sweep")


def test_who_has_not_told_its_process_yet_is_not_asked_to_end(server: Server, home: Home) -> None:
    """What stands in the lock is of one that was killed, where no start time could be known."""
    os.mkdir(home.state, 0o700)
    os.kill(server.pid, signal.SIGSTOP)
    with subprocess.Popen(["sleep", "600"]) as stranger:
        try:
            with open(os.path.join(home.state, ".sweeper.lock"), "w", encoding="utf-8") as file:
                json.dump({"pid": stranger.pid, "start": 0}, file)
            home.tab("sweeper", "run", env={"VIEWSYNC_TMUX_TIMEOUT": "60"})
            until(lambda: status(home)["running"], "the sweeper")
            done = home.viewsync("sweeper", "stop")
            assert (done.code, "its process is not known yet" in done.err) == (1, True), done
            assert stays(stranger.poll, 0.3) is None
        finally:
            os.kill(server.pid, signal.SIGCONT)
            stranger.kill()


def test_a_folder_that_was_made_again_is_watched_again(home: Home) -> None:
    """Its inode is given out again as well, mostly at once."""
    flag = threading.Event()
    folder = os.path.join(home.path, "sockets")
    os.mkdir(folder)
    eyes = Eyes(flag, home.path, [folder])
    try:
        eyes.refresh()
        os.rmdir(folder)
        os.mkdir(folder)
        eyes.refresh()
        assert eyes.watching() == sorted([folder, home.path])
        for name in "abc":  # the end of the old one may be told as late as the first of these
            flag.clear()
            with open(os.path.join(folder, name), "w", encoding="utf-8"):
                pass
            until(flag.is_set, "its waking")
    finally:
        eyes.stop()


def test_a_socket_folder_that_comes_later_is_watched(home: Home, sweeper: Callable[..., Tab]) -> None:
    sweeper(VIEWSYNC_SWEEP_EVERY="3600")
    folder = os.path.join(home.path, f"tmux-{os.geteuid()}")
    assert folder not in status(home)["watching"]
    os.mkdir(folder, 0o700)
    until(lambda: folder in status(home)["watching"], "the new folder being watched")


def test_it_sweeps_on_its_timer(server: Server, home: Home, sweeper: Callable[..., Tab]) -> None:
    view = detached(server)
    home.viewsync("pin", view)
    sweeper(VIEWSYNC_SWEEP_EVERY="1")
    server.tmux("set-option", "-u", "-t", f"={view}:", "@viewsync_pin")  # nothing that a file tells of
    until(lambda: view not in server.sessions(), "the end of the view")


def test_a_storm_is_one_sweep_a_second(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever happens meanwhile, two sweeps are a second apart, and the last change is not missed."""
    found = Sweeper(Context({**home.env, "VIEWSYNC_SWEEP_EVERY": "3600"}))
    sweeps: list[float] = []

    def note() -> list[str]:
        sweeps.append(time.monotonic())
        return []

    monkeypatch.setattr(found, "sweep", note)
    thread = threading.Thread(target=found.run)
    thread.start()
    try:
        until(lambda: sweeps, "the first sweep")
        path = os.path.join(home.state, ".sessions.json")

        def storm() -> bool:
            with open(f"{path}.new", "w", encoding="utf-8") as file:
                file.write("{}")
            os.rename(f"{path}.new", path)
            return len(sweeps) >= 4

        until(storm, "four sweeps")
        last_change = time.monotonic()
        storm()
        until(lambda: sweeps[-1] > last_change, "a sweep after the last change")
    finally:
        found.end()
        thread.join(60)
    assert not thread.is_alive()
    assert min(later - sooner for sooner, later in itertools.pairwise(sweeps)) >= 0.99


def test_there_is_only_one(home: Home, sweeper: Callable[..., Tab]) -> None:
    tab = sweeper()
    done = home.viewsync("sweeper", "run")
    assert (done.code, done.err) == (
        1,
        f"viewsync: a sweeper is already running (process {tab.pid}) (`viewsync sweeper stop` ends it)\n",
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly(home: Home, sweeper: Callable[..., Tab], number: signal.Signals) -> None:
    tab = sweeper()
    tab.signal(number)
    assert tab.wait() == 0
    assert status(home) == {"running": False, "pid": 0}


def test_a_killed_one_leaves_no_lock(home: Home, sweeper: Callable[..., Tab]) -> None:
    tab = sweeper()
    tab.signal(signal.SIGKILL)
    tab.wait()
    assert home.viewsync("sweeper", "status").code == 1
    sweeper()


def test_what_a_killed_one_told_of_itself_is_not_believed(home: Home, sweeper: Callable[..., Tab]) -> None:
    """Its word is still there when the next one has the lock, and has told nothing yet."""
    tab = sweeper()
    tab.signal(signal.SIGKILL)
    tab.wait()
    held = lock.try_exclusive(os.path.join(home.state, control.LOCK))
    assert held is not None
    assert status(home) == {"running": True, "pid": 0}
    os.close(held)


@pytest.mark.parametrize("start", [None, 1.5, "soon"])
def test_a_process_that_got_the_number_of_a_sweeper_is_not_ended(home: Home, start: object) -> None:
    victim = subprocess.Popen(["sleep", "1000"])
    path = os.path.join(home.state, control.LOCK)
    os.mkdir(home.state, 0o700)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"pid": victim.pid, **({} if start is None else {"start": start})}, file)
    held = lock.try_exclusive(path)
    assert held is not None
    try:
        done = home.viewsync("sweeper", "stop", env={"VIEWSYNC_SWEEP_EVERY": "1"}, timeout=60)
        assert (done.code, "its process is not known yet" in done.err) == (1, True)
        assert victim.poll() is None
    finally:
        os.close(held)
        victim.kill()
        victim.wait()


def test_start_and_stop(home: Home, server: Server) -> None:
    assert home.viewsync("sweeper", "stop").out == "the sweeper was not running\n"
    assert home.viewsync("sweeper", "status").out.startswith("not running")
    started = home.viewsync("sweeper", "start", "--json").json()
    try:
        assert started["running"]
        assert home.viewsync("sweeper", "start", "--json").json()["pid"] == started["pid"]
        assert f"process {started['pid']}" in home.viewsync("sweeper", "status").out
    finally:
        assert home.viewsync("sweeper", "stop").out == "stopped\n"
    until(lambda: not alive(started["pid"]), "the end of the sweeper")


def test_a_corrupt_registry_ends_nothing_and_is_rebuilt(
    server: Server, home: Home, sweeper: Callable[..., Tab]
) -> None:
    _, view = server.open("proj")
    tab = sweeper()
    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        file.write("{ this is not JSON")
    until(lambda: "is not JSON" in tab.text(), "its word of that")
    until(lambda: json.dumps(home.rows()).count(view) >= 1, "the rebuilt row")
    assert view in server.sessions()
    assert [name for name in os.listdir(home.state) if ".corrupt-" in name]
    assert not tab.ended()


def test_a_locked_history_stops_nothing(server: Server, home: Home, sweeper: Callable[..., Tab]) -> None:
    home.viewsync("restore", "--hand-over")
    detached(server)
    home.viewsync("sweep")
    with sqlite3.connect(os.path.join(home.state, "history.db")) as database:
        database.execute("BEGIN EXCLUSIVE")
        tab = sweeper()
        view = detached(server)
        change(server)
        until(lambda: view not in server.sessions(), "the end of the view")
        assert not tab.ended()
        database.rollback()
    database.close()


def test_a_hung_server_does_not_stop_the_others(
    servers: Callable[..., Server], home: Home, sweeper: Callable[..., Tab]
) -> None:
    hung, other = servers("hung").start(), servers("other").start()
    os.kill(hung.pid, signal.SIGSTOP)
    try:
        tab = sweeper(VIEWSYNC_TMUX_TIMEOUT="0.3")
        view = detached(other)
        change(other)
        until(lambda: view not in other.sessions(), "the end of the view")
        until(lambda: "did not answer within 0.3 s" in tab.text(), "what it says of the other one")
    finally:
        os.kill(hung.pid, signal.SIGCONT)


# In a namespace of users, which has a limit of its own: other tests need their inotify meanwhile.
_LIMIT = "/proc/sys/user/max_inotify_instances"
_BLINDED = f"""echo 0 >{_LIMIT} || exit 9
(until [ -e "$0" ]; do sleep 0.05; done; echo 100 >{_LIMIT}) &
exec "$@\""""
_ALONE = ("unshare", "--user", "--map-root-user")


def test_without_inotify_the_timer_does_it_and_it_says_so(server: Server, home: Home) -> None:
    if subprocess.run([*_ALONE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no namespace of users is to be had here")
    seen = os.path.join(home.path, "seen")
    argv = [*_ALONE, "sh", "-c", _BLINDED, seen, home.launcher, "sweeper", "run"]
    tab = home.program(argv, env={"VIEWSYNC_HOOKS": "0", "VIEWSYNC_SWEEP_EVERY": "1"})
    home.env["VIEWSYNC_HOOKS"] = "0"
    until(lambda: "so it sweeps by its timer only" in tab.text() or tab.ended(), "that it says so")
    assert "by its timer only" in status(home)["problem"], tab.text()
    view = detached(server)
    until(lambda: view not in server.sessions(), "the end of the view")
    with open(seen, "w", encoding="utf-8"):
        pass
    until(lambda: not status(home)["problem"], "its eyes being open again")
