"""A tmux that does not answer, is not there, or says half of it: every verb ends, says so, and keeps everything."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.server import Done, Home, Server

BOUND = {"VIEWSYNC_TMUX_TIMEOUT": "0.3"}
NO_HOOKS = {"VIEWSYNC_HOOKS": "0"}
FAR_BEYOND = 15.0  # seconds; a verb that hangs is ended then, and the test fails

# verb, and its exit code where tmux gives no answer
VERBS = {
    "open": (["open", "--json", "proj"], 4),
    "open --create": (["open", "--json", "--create", "proj"], 4),
    "views": (["views"], 4),
    "views of one": (["views", "-L", "default"], 4),
    "cleanup": (["cleanup", "--views"], 4),
    "cleanup of one": (["cleanup", "--views", "--socket", "default"], 4),
    "sweep": (["sweep"], 4),
    "hook": (["hook"], 0),
    "pin": (["pin", "some-view"], 4),
    "adopt": (["adopt", "--yes", "proj"], 4),
    "restore": (["restore"], 0),
}


@pytest.fixture
def orphan(server: Server) -> str:
    """A view that the next sweep would end."""
    tab, view = server.open("proj", env=NO_HOOKS)
    tab.hang_up()
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    until(tab.ended, "the end of who opened it, until when its row stays")
    return view


@pytest.fixture
def stopped(server: Server, orphan: str) -> Iterator[Server]:
    os.kill(server.pid, signal.SIGSTOP)
    yield server
    os.kill(server.pid, signal.SIGCONT)


def run(server: Server, words: list[str], **env: str) -> Done:
    """The verb as a hook of that server would run it: with TMUX set."""
    inside = {"TMUX": f"{server.socket},{server.pid},0", **NO_HOOKS, **env}
    return server.home.viewsync(*words, env=inside, timeout=FAR_BEYOND)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_ends_when_the_server_hangs(stopped: Server, home: Home, verb: str) -> None:
    before = home.rows()
    words, code = VERBS[verb]
    done = run(stopped, words, **BOUND)
    assert done.code == code, done
    if code:
        assert "did not answer within 0.3 s" in done.err
        assert "Traceback" not in done.err
    assert home.rows() == before


def test_open_in_a_terminal_ends_when_the_server_hangs(stopped: Server, home: Home) -> None:
    tab = home.tab("open", "-S", stopped.socket, "proj", env=BOUND)
    assert tab.wait(FAR_BEYOND) == 4
    assert "did not answer within 0.3 s" in tab.text()


def test_other_servers_are_swept_beside_a_hung_one(servers: Callable[..., Server], stopped: Server, home: Home) -> None:
    other = servers("other").start()
    tab, view = other.open("proj", env=NO_HOOKS)
    tab.hang_up()
    until(lambda: other.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    done = home.viewsync("sweep", "--json", env={**BOUND, **NO_HOOKS}, timeout=FAR_BEYOND)
    assert done.code == 4
    assert [verdict["session"] for verdict in done.json()["verdicts"]] == [view]
    assert len(done.json()["errors"]) == 1
    assert other.sessions() == ["proj"]


def test_when_it_goes_on_the_sweep_does_too(server: Server, orphan: str, home: Home) -> None:
    os.kill(server.pid, signal.SIGSTOP)
    assert run(server, ["sweep"], **BOUND).code == 4
    os.kill(server.pid, signal.SIGCONT)
    assert server.sessions() == ["proj", orphan]
    assert run(server, ["sweep"]).code == 0
    assert server.sessions() == ["proj"]
    assert home.rows() == {}


@pytest.mark.parametrize("verb", ["views", "list", "status"])
def test_servers_are_asked_side_by_side(servers: Callable[..., Server], home: Home, verb: str) -> None:
    """None of them answers before all of them were asked."""
    three = [servers(name).start() for name in ("one", "two", "three")]
    for number, server in enumerate(three):
        assert home.viewsync("create", "-n", f"agent{number}", "-S", server.socket).code == 0
    if verb == "status":
        note = home.registry()
        for row in note["sessions"].values():
            row["type"] = "project"
        with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
            json.dump(note, file)
    asked = os.path.join(home.path, "asked")
    os.mkdir(asked)
    wait = f'while [ "$(ls {asked} | wc -l)" -lt 3 ]; do sleep 0.02; done'
    program = through(home, f'touch "{asked}/$(basename "$3")"; {wait}; exec tmux "$@"')
    done = home.viewsync(verb, "--json", env={"VIEWSYNC_TMUX": program}, timeout=FAR_BEYOND)
    assert (done.code, done.json().get("errors", [])) == (0, []), done
    assert all(server.socket in done.out for server in three)


@pytest.mark.parametrize("program", ["/nonexistent/tmux", "/", "/etc/passwd"])
@pytest.mark.parametrize("verb", VERBS)
def test_without_tmux_every_verb_says_so_and_keeps_everything(
    server: Server, orphan: str, home: Home, verb: str, program: str
) -> None:
    before = home.rows()
    words, code = VERBS[verb]
    done = run(server, words, VIEWSYNC_TMUX=program)
    assert done.code == code, done
    if code:
        assert f"cannot run {program}" in done.err
        assert "Traceback" not in done.err
    assert home.rows() == before
    assert server.sessions() == ["proj", orphan]


def through(home: Home, body: str) -> str:
    """A tmux that passes on to the real one, in its own way."""
    path = os.path.join(home.path, "odd-tmux")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\n{body}\n")
    os.chmod(path, 0o700)
    return path


ODD = {
    "says nothing": "exit 0",
    "fails without a word": "exit 1",
    "fails with words": "echo 'something odd' >&2; exit 1",
    "is killed": "kill -9 $$",
    "loses the last line": "tmux \"$@\" | sed '$d'",
    "loses the last bytes": 'tmux "$@" | head -c 40',
    "loses the end of each line": 'tmux "$@" | cut -c 1-30',
    "loses a field": 'tmux "$@" | sed "s/\t[^\t]*$//"',
    "says something in between": 'echo "unexpected"; tmux "$@"',
    "breaks a line": 'tmux "$@" | sed "s/^S/S\\n/"',
    "sanitizes tabs": 'tmux "$@" | tr "\\t" _',
    "garbles a number": 'tmux "$@" | sed "s/^\\(S\t[^\t]*\t\\)1/\\1x/"',
    "prints noise": "head -c 5000 /dev/urandom",
    "never stops": "yes",
    "answers as another server": "echo 'no server running on /x' >&2; exit 1",
}


@pytest.mark.parametrize("oddity", ODD)
def test_a_tmux_that_says_half_of_it_ends_nothing(server: Server, orphan: str, home: Home, oddity: str) -> None:
    before, rows = server.pane_pids(), home.rows()
    odd = through(home, ODD[oddity])
    for verb in ("sweep", "cleanup", "hook"):
        done = run(server, VERBS[verb][0], VIEWSYNC_TMUX=odd, **BOUND)
        assert done.code == VERBS[verb][1], (verb, done)
        assert "Traceback" not in done.err
    for words in (["open", "--json", "proj"], ["views"]):
        done = run(server, words, VIEWSYNC_TMUX=odd, **BOUND)
        assert done.code in (0, 3, 4), done
        assert "Traceback" not in done.err
    assert server.sessions() == ["proj", orphan]
    assert server.pane_pids() == before
    assert set(rows) <= set(home.rows())


def test_an_act_whose_answer_is_lost_is_found_out_by_the_next_sweep(server: Server, orphan: str, home: Home) -> None:
    mute = through(home, 'case " $* " in *" source-file - "*) tmux "$@" >/dev/null ;; *) exec tmux "$@" ;; esac')
    done = run(server, ["sweep"], VIEWSYNC_TMUX=mute)
    assert done.code == 4
    assert "no full answer" in done.err
    assert set(home.rows()) == {orphan}
    assert run(server, ["sweep"]).code == 0
    assert server.sessions() == ["proj"]
    assert home.rows() == {}


def test_a_server_that_ends_after_it_was_listed_is_no_error(server: Server, orphan: str, home: Home) -> None:
    kill = f"kill -9 {server.pid} 2>&-; while kill -0 {server.pid} 2>&-; do :; done"
    done = run(server, ["sweep"], VIEWSYNC_TMUX=through(home, f'{kill}\nexec tmux "$@"'))
    assert (done.code, done.err) == (0, "")
    assert home.rows() == {}


def test_a_server_that_dies_between_reading_and_acting_costs_nothing(server: Server, orphan: str, home: Home) -> None:
    """The next server on that socket has sessions with the same ids; it is another one and is left alone."""
    swap = through(
        home,
        f'case " $* " in *" source-file - "*) kill -9 {server.pid}; while kill -0 {server.pid} 2>&-; do :; done\n'
        f"tmux -S {server.socket} -f /dev/null new-session -d -s proj\n"
        f"tmux -S {server.socket} new-session -d -t =proj -s {orphan}\n"
        # Somebody was on it once, so that its being new is not what spares it.
        f'tmux -S {server.socket} -C attach-session -t ={orphan} </dev/null >/dev/null ;; esac\nexec tmux "$@"',
    )
    run(server, ["sweep"], VIEWSYNC_TMUX=swap, VIEWSYNC_GRACE="0")
    server.pid = int(server.tmux("display-message", "-p", "#{pid}"))
    assert server.sessions() == ["proj", orphan]
    run(server, ["sweep"], VIEWSYNC_GRACE="0")
    assert server.sessions() == ["proj", orphan]
    assert home.rows() == {}
