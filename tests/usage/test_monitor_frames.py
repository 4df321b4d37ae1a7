"""The rounds of the monitor: what each one shows, and what it does not ask again."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from tests.support.sessions import add_row, count, counting_tmux, create
from tests.support.wait import until
from viewsync.context import Context
from viewsync.usage.monitor_frames import Monitor, SessionFrame

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


def by_name(monitor: Monitor, wanted: list[str] | None = None) -> dict[str, SessionFrame]:
    return {session.name: session for session in monitor.read(wanted).sessions}


def test_a_line_that_is_written_over_in_the_same_second_is_seen(server: Server, home: Home) -> None:
    """Neither tmux's count of lines nor its cursor nor its clock moves."""
    create(server, "web", "--", "sh", "-c", r'stty -echo; while read -r line; do printf "\r%s" "$line"; done')
    monitor = Monitor(Context(home.env))
    for number in range(1000, 1020):
        server.tmux("send-keys", "-t", "=web:", str(number), "Enter")
        until(lambda number=number: by_name(monitor)["web"].line == str(number), "the line")  # type: ignore[misc]


def test_a_quiet_server_is_asked_once_a_round(server: Server, home: Home) -> None:
    create(server, "web", "--", "sleep", "1000")
    env, log = counting_tmux(home)
    monitor = Monitor(Context({**home.env, **env}))
    by_name(monitor)

    def quiet() -> bool:
        before = count(log)
        by_name(monitor)
        return count(log) == before + 1

    until(quiet, "a round of one call")
    assert all(quiet() for _ in range(5))


def test_lines_are_read_of_what_is_shown_alone(server: Server, home: Home) -> None:
    for name in ("one", "two"):
        create(server, name, "--", "sh", "-c", f"echo I am {name}; exec sleep 1000")
    monitor = Monitor(Context(home.env))
    until(lambda: by_name(monitor, ["one"])["one"].line == "I am one", "its line")
    assert (by_name(monitor, ["one"])["two"].line, by_name(monitor, ["one"])["two"].read) == ("", False)
    assert by_name(monitor)["two"].line == "I am two"


def test_health(servers: Callable[..., Server], server: Server, home: Home) -> None:
    other = servers("other")
    create(other, "lost")
    create(server, "web")
    create(server, "missing")
    server.tmux("kill-session", "-t", "=missing")
    create(server, "dead", "--", "sh", "-c", "read line")
    server.tmux("set-option", "-w", "-t", "=dead:", "remain-on-exit", "on")
    server.tmux("send-keys", "-t", "=dead:", "Enter")
    add_row(home, "by-name", server, target="proj:0.0")
    os.kill(other.pid, signal.SIGKILL)
    monitor = Monitor(Context(home.env))
    wanted = {"by-name": "alive", "dead": "dead", "lost": "server", "missing": "missing", "web": "alive"}
    until(lambda: {name: session.status for name, session in by_name(monitor).items()} == wanted, "the health of each")
    listed = {session["name"]: session["status"] for session in home.viewsync("list", "--json").json()["sessions"]}
    assert listed == wanted


def test_a_rename_is_followed(server: Server, home: Home) -> None:
    create(server, "web")
    monitor = Monitor(Context(home.env))
    server.tmux("rename-session", "-t", "=web:", "other")
    found = by_name(monitor)["web"]
    assert (found.called, found.status) == ("other", "alive")


def test_nothing_is_written(server: Server, home: Home) -> None:
    monitor = Monitor(Context(home.env))
    assert monitor.read().sessions == ()
    assert not os.path.exists(os.path.join(home.state, ".sessions.json"))
    assert not os.path.exists(os.path.join(home.state, "history.db"))
