"""viewsync list: registered sessions with their health, in the shape of the tool."""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import add_row, by_jq, count, counting_tmux, create, listed, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


def test_the_table_and_the_json(server: Server, home: Home) -> None:
    made = create(server, "web")
    add_row(home, "gone", server)
    done = home.viewsync("list")
    lines = done.out.splitlines()
    assert lines[0].split() == ["NAME", "SOCKET", "TARGET", "STATUS", "PID", "CREATED", "ACTIVE", "TYPE"]
    assert lines[1].split()[:5] == ["gone", "default", "gone:0.0", "missing", "-"]
    assert lines[2].split()[:5] == ["web", "default", "web:0.0", "alive", str(made["pid"])]
    assert lines[-1] == "Total: 2 | Alive: 1 | Dead: 1"
    data = home.viewsync("list", "--json").json()
    assert (data["total"], data["alive"], data["dead"]) == (2, 1, 1)
    web = data["sessions"][1]
    assert web.pop("age") < 60
    assert web == {
        "name": "web",
        "socket": server.socket,
        "socket_basename": "default",
        "target": "web:0.0",
        "moved_to": None,
        "type": "shell",
        "project": None,
        "status": "alive",
        "pid": made["pid"],
        "created_at": rows(home)["web"]["created_at"],
        "last_active": rows(home)["web"]["last_active"],
        "quarantined": False,
        "views": [],
    }


def test_no_sessions(home: Home) -> None:
    assert home.viewsync("list").out == "No sessions registered.\n"
    counts = dict.fromkeys(("total", "alive", "dead", "no_server", "unknown"), 0)
    assert home.viewsync("list", "--json").fields() == {"sessions": [], **counts, "errors": []}


def test_sort_and_filter(server: Server, home: Home) -> None:
    create(server, "b", "--", "cat")
    add_row(home, "a", server, created_at="2020-01-01T00:00:00Z")
    add_row(home, "c", server, created_at="2021-01-01T00:00:00Z")
    assert list(listed(home)) == ["a", "b", "c"]
    assert list(listed(home, "--sort", "created_at")) == ["a", "c", "b"]
    assert list(listed(home, "--sort", "pid")) == ["b", "a", "c"]
    assert list(listed(home, "--filter", "status=alive")) == ["b"]
    assert list(listed(home, "--filter", "status=missing", "--filter", "name=c")) == ["c"]
    add_row(home, "d", server, created_at="soon")  # nobody knows how old it is
    assert list(listed(home, "--older-than", "1h")) == ["a", "c"]
    assert list(listed(home, "--newer-than", "1h")) == ["b"]
    assert list(listed(home, "--older-than", "1h", "--newer-than", "2h")) == []


@pytest.mark.parametrize(
    "words",
    [
        ("--sort", "colour"),
        ("--filter", "colour=red"),
        ("--filter", "name"),
        ("--x",),
        ("--filter",),
        ("--older-than", "old"),
    ],
)
def test_d62_a_wrong_or_missing_value_is_named(home: Home, words: tuple[str, ...]) -> None:
    done = home.viewsync("list", *words)
    assert (done.code, done.err.count("\n")) == (1, 1), done
    assert words[0] in done.err or "not a filter" in done.err


def test_views_are_folded_under_their_session(server: Server, home: Home) -> None:
    create(server, "web")
    create(server, "alone")
    _, on = server.open("web")
    idle = home.viewsync("open", "--json", "-S", server.socket, "web").json()["view"]
    server.open("proj")
    server.tmux("new-session", "-d", "-t", "=web", "-s", "somebody's")
    env, log = counting_tmux(home)
    done = home.viewsync("list", "--json", env=env).json()
    assert count(log) == 1
    assert (done["total"], done["alive"], done["dead"]) == (2, 2, 0)
    found = {session["name"]: session["views"] for session in done["sessions"]}
    assert found["alone"] == []
    assert {view["name"]: view["attached"] for view in found["web"]} == {on: True, idle: False}
    assert {view["id"] for view in found["web"]} == {server.show(f"={name}:", "#{session_id}") for name in (on, idle)}
    lines = home.viewsync("list", "--sort", "name").out.splitlines()
    assert [line.split()[0] for line in lines[1:5]] == ["alone", "web", "└", "└"]
    assert {(line.split()[1], line.split()[3]) for line in lines[3:5]} == {(on, "attached"), (idle, "idle")}
    assert lines[-1] == "Total: 2 | Alive: 2 | Dead: 0"


def test_a_view_that_lost_its_mark_is_one_by_its_row(server: Server, home: Home) -> None:
    create(server, "web")
    _, view = server.open("web")
    server.tmux("set-option", "-u", "-t", f"={view}:", "@viewsync_view")
    assert [entry["name"] for entry in listed(home)["web"]["views"]] == [view]


def test_one_tmux_process_a_server_however_many_sessions(servers: Callable[..., Server], home: Home) -> None:
    one, two = servers("one").start(), servers("two").start()
    for number in range(6):
        add_row(home, f"s{number}", one if number % 2 else two)
    env, log = counting_tmux(home)
    assert len(listed(home, env=env)) == 6
    assert count(log) == 2


def test_d2_a_gone_session_is_missing_although_its_name_begins_another(server: Server, home: Home) -> None:
    create(server, "web")
    create(server, "web-prod", "--no-register")
    server.tmux("kill-session", "-t", "=web")
    assert listed(home)["web"]["status"] == "missing"


def test_d2_a_session_of_the_same_name_on_a_later_server_is_another_one(
    servers: Callable[..., Server], home: Home
) -> None:
    first = servers()
    create(first, "web")
    first.stop()
    second = servers().start("-s", "web")
    assert listed(home)["web"]["status"] == "missing"
    assert second.sessions() == ["web"]


def test_d7_a_row_of_the_shell_tools_is_found_under_base_index(servers: Callable[..., Server], home: Home) -> None:
    server = servers(conf="set -g base-index 1\nset -g pane-base-index 1\n").start("-s", "web")
    add_row(home, "web", server)
    assert listed(home)["web"]["status"] == "alive"


def test_d9_a_rename_and_a_respawn_are_followed(server: Server, home: Home) -> None:
    made = create(server, "web")
    server.tmux("rename-session", "-t", "=web", "other")
    server.tmux("respawn-pane", "-k", "-t", made["pane_id"], "cat")
    found = listed(home)["web"]
    assert found["status"] == "alive"
    assert str(found["pid"]) == server.show(made["pane_id"], "#{pane_pid}") != str(made["pid"])


def test_d31_two_names_that_look_like_one_row_stay_two(servers: Callable[..., Server], home: Home) -> None:
    one, two = servers("one").start(), servers("two").start()
    create(one, "a|b")
    create(two, "a")
    one.tmux("kill-session", "-t", "=a|b")
    assert {name: session["status"] for name, session in listed(home).items()} == {"a": "alive", "a|b": "missing"}


@pytest.mark.parametrize("text", ["{not json", "", '{"sessions": [], "version": "1.0"}', '{"version": "9.9"}'])
def test_d41_d58_a_registry_that_cannot_be_read_is_not_an_empty_one(server: Server, home: Home, text: str) -> None:
    add_row(home, "web", server)
    path = os.path.join(home.state, ".sessions.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    for words in (("list",), ("list", "--json")):
        done = home.viewsync(*words)
        assert done.code == 1, done
        assert path in done.err
        assert "No sessions" not in done.out
    with open(path, encoding="utf-8") as file:
        assert file.read() == text


def test_d48_a_time_in_the_future_and_none(server: Server, home: Home) -> None:
    add_row(home, "web", server, created_at="2099-01-01T00:00:00Z", last_active="soon")
    assert listed(home)["web"]["age"] == 0
    line = home.viewsync("list").out.splitlines()[1]
    assert "0s ago" in line
    assert "unknown" in line


def test_d49_a_relative_socket_of_the_shell_tools_is_not_guessed(server: Server, home: Home) -> None:
    add_row(home, "rel", server, socket="./rel.sock")
    done = home.viewsync("list", "--json")
    assert done.json()["sessions"][0]["status"] == "unknown"
    assert "'./rel.sock'" in done.err


def test_d54_a_server_that_hangs_hides_no_other(servers: Callable[..., Server], home: Home) -> None:
    hung, well = servers("hung").start("-s", "a"), servers("well").start("-s", "b")
    add_row(home, "a", hung)
    add_row(home, "b", well)
    add_row(home, "c", well, socket=f"{home.path}/nobody.sock")
    add_row(home, "d", well)
    os.kill(hung.pid, signal.SIGSTOP)
    done = home.viewsync("list", "--json", env={"VIEWSYNC_TMUX_TIMEOUT": "1"}).json()
    statuses = {session["name"]: session["status"] for session in done["sessions"]}
    assert statuses == {"a": "unknown", "b": "alive", "c": "server", "d": "missing"}
    counts = {name: done[name] for name in ("total", "alive", "dead", "no_server", "unknown")}
    assert counts == {"total": 4, "alive": 1, "dead": 1, "no_server": 1, "unknown": 1}
    done = home.viewsync("list", env={"VIEWSYNC_TMUX_TIMEOUT": "1"})
    assert "did not answer" in done.err
    assert done.out.splitlines()[-1] == "Total: 4 | Alive: 1 | Dead: 1 | No server: 1 | Unknown: 1"


def test_d57_a_row_with_nothing_in_it_is_missing(server: Server, home: Home) -> None:
    add_row(home, "empty", server, target="")
    by_jq(home, ".sessions.odd = {socket: $s, target: 3, pid: {}, created_at: null}", s=server.socket)
    assert {session["status"] for session in listed(home).values()} == {"missing"}


def test_d65_long_names_are_shown_whole(server: Server, home: Home) -> None:
    names = [f"a-name-of-more-than-twenty-letters-{number}" for number in (1, 2)]
    for name in names:
        add_row(home, name, server)
    out = home.viewsync("list").out
    assert all(name in out for name in names)


def cursor(server: Server, window: str) -> int:
    """Its column, 0 until something was printed."""
    return int(server.show(window, "#{cursor_x}"))


def test_columns_begin_in_one_place_on_a_terminal_whatever_the_names(server: Server, home: Home) -> None:
    for name in ("日本語", "caf\u0065\u0301", "web"):
        create(server, name, "--", "cat")
    lines = home.viewsync("list").out.splitlines()[:4]
    starts = []
    for number, line in enumerate(lines):
        before = line[: line.index("STATUS" if number == 0 else "alive")]
        words = ("sh", "-c", 'printf "%s!" "$1"; exec cat', "sh", before)
        window = server.tmux("new-window", "-P", "-F", "#{window_id}", "-t", "=proj:", *words)
        server.tmux("resize-window", "-t", window, "-x", "200", "-y", "20")
        starts.append(until(partial(cursor, server, window), "the line"))
    assert len(set(starts)) == 1, starts
