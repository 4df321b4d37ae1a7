"""viewsync follow: every finished line once, as it comes, and the end of the program said."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import count, counting_tmux
from tests.support.typing import screen, shell, type_in
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def test_lines_come_once_each_until_the_pane_is_gone(server: Server, home: Home, pane: str) -> None:
    tab = home.tab("follow")
    type_in(server, pane, "for i in 1 2 3; do echo line-$i; sleep 0.1; done; seq 500; sleep 1; exit 3")
    assert tab.wait() == 0
    lines = tab.text().splitlines()
    assert [line for line in lines if line.startswith("line-")] == ["line-1", "line-2", "line-3"]
    assert [line for line in lines if line.isdigit()] == [str(number) for number in range(1, 501)]
    assert lines[-1] == "viewsync: sh:0.0 is gone: its program ended"


@pytest.mark.parametrize("ends", ["kill-session -t '=sh:'", "kill-server"])
def test_a_pane_that_goes_between_being_found_and_being_looked_at(
    server: Server, home: Home, pane: str, ends: str
) -> None:
    server.tmux("new-session", "-d", "-s", "other")
    env, log = counting_tmux(home)
    with open(env["VIEWSYNC_TMUX"], "r+", encoding="utf-8") as file:
        last = f'[ "$(wc -l < {log})" -ne 2 ] || tmux -S {server.socket} {ends}\n'
        first, second = file.read().rsplit("exec", 1)
        file.seek(0)
        file.write(f"{first}{last}exec{second}")
    done = home.viewsync("follow", env=env)
    assert (done.code, done.err) == (0, "viewsync: sh:0.0 is gone: its program ended\n")
    assert count(log) == 2


def test_a_dead_pane_tells_its_status(server: Server, home: Home, pane: str) -> None:
    server.tmux("set-option", "-g", "remain-on-exit", "on")
    type_in(server, pane, "printf last; exit 3")
    done = home.viewsync("follow")
    assert done.code == 0
    assert "last" in done.out
    assert done.err == "viewsync: the program in sh:0.0 ended with status 3\n"


def test_json_lines(server: Server, home: Home, pane: str) -> None:
    server.tmux("set-option", "-g", "remain-on-exit", "on")
    type_in(server, pane, "echo 'a\"b'; exit 0")
    done = home.viewsync("follow", "--json")
    told = [json.loads(line) for line in done.out.splitlines()]
    assert 'a"b' in [event.get("line") for event in told]
    assert (told[-1]["event"], told[-1]["exit_status"]) == ("exited", 0)
    assert all(event["at"].endswith("Z") for event in told)
    assert all((event["schema"], event["verb"]) == (1, "follow") for event in told)


def test_a_line_is_shown_when_it_is_finished_and_cannot_command_the_terminal(
    server: Server, home: Home, pane: str
) -> None:
    type_in(server, pane, r"printf '10%%\r50%%\r100%%\n'; read x; printf 'half'; read x; echo; cat")
    tab = home.tab("follow", "--timestamps")
    until(lambda: "Z 100%" in tab.text(), "a finished line")
    assert "Z 50%" not in tab.text()
    server.tmux("send-keys", "-t", pane, "Enter")
    until(lambda: "half" in screen(server, pane).splitlines()[-1], "a line that is not finished")
    until(lambda: "Z half" in tab.text(), "the line behind which the program waits")
    server.tmux("send-keys", "-t", pane, "-l", "way")
    server.tmux("send-keys", "-t", pane, "Enter")
    until(lambda: "Z halfway" in tab.text(), "the finished line")
    assert tab.text().count("Z half") == 2
    tab.signal(signal.SIGINT)
    assert tab.wait() == 130


def test_what_is_there_already(server: Server, home: Home, pane: str) -> None:
    type_in(server, pane, "seq 5")
    until(lambda: screen(server, pane).endswith("5\n$"), "the end")
    done = home.viewsync("follow", "-n", "2", "-T", "200ms")
    assert (done.code, done.out) == (1, "4\n5\n$ \n")
    assert home.viewsync("follow", "-n", "0", "-T", "200ms").out == ""
    assert "still running" in done.err


def test_a_question_is_told_while_its_program_waits_and_not_again(server: Server, home: Home, pane: str) -> None:
    type_in(server, pane, "clear; printf 'Password: '; stty -echo; read x; stty echo; echo; echo done; read x")
    tab = home.tab("follow", "--json")
    # The line that was typed has both words, too, and is told where `clear` leaves the history (3.2a).
    until(lambda: '"Password: ' in tab.text(), "the question")
    server.tmux("send-keys", "-t", pane, "secret", "Enter")
    until(lambda: '"done' in tab.text(), "what follows")
    told = [json.loads(line) for line in tab.text().splitlines()]
    assert [event["finished"] for event in told if event["line"].startswith("Password")] == [False]
    tab.signal(signal.SIGINT)
    assert tab.wait() == 130


def test_more_than_the_history_holds_is_said_to_be_missing(server: Server, home: Home) -> None:
    server.tmux("set-option", "-g", "history-limit", "100")
    pane = shell(server)
    type_in(server, pane, "echo READY; read x; seq 5000; echo END; read x")
    tab = home.tab("follow", "-S", server.socket, "-t", pane, "--json")
    until(lambda: '"READY"' in tab.text(), "the first line")
    server.tmux("send-keys", "-t", pane, "Enter")
    until(lambda: '"END"' in tab.text(), "the last line")
    told = [json.loads(line) for line in tab.text().splitlines()]
    numbers = [int(event["line"]) for event in told if event.get("line", "").isdigit()]
    assert numbers[-1] == 5000, told[-5:]
    assert len(numbers) == 5000 or "lost" in [event.get("event") for event in told]
    tab.signal(signal.SIGINT)
    assert tab.wait() == 130


@pytest.mark.parametrize("limit", ["2000", "0"])
def test_what_is_drawn_over_is_told_in_its_last_state(server: Server, home: Home, limit: str) -> None:
    """As `docker pull` does it, and a screen that begins anew."""
    server.tmux("set-option", "-g", "history-limit", limit)
    server.tmux("set-option", "-g", "remain-on-exit", "on")
    pane = shell(server)
    one, two = (rf"printf '\033[2Aone {n}\033[K\ntwo {n}\033[K\n'" for n in (1, 2))
    type_in(
        server,
        pane,
        rf"clear; printf 'one 0\ntwo 0\n'; stty -echo; read x; {one}; {two}; echo NEXT; read x; "
        "clear; seq 3; read x; exit",
    )
    tab = home.tab("follow", "-S", server.socket, "-t", pane)
    # The line that was typed has both words, too.
    until(lambda: "\ntwo 0\n" in tab.text().replace("\r", ""), "the first state")
    server.tmux("send-keys", "-t", pane, "Enter")
    until(lambda: "\nNEXT\n" in tab.text().replace("\r", ""), "what comes below")
    server.tmux("send-keys", "-t", pane, "Enter")
    until(lambda: "\n3\n" in tab.text().replace("\r", ""), "what comes on the cleared screen")
    server.tmux("send-keys", "-t", pane, "Enter")
    assert tab.wait() == 0
    lines = [line.rstrip() for line in tab.text().splitlines()]
    assert [line for line in lines if line[:3] in ("one", "two") or line == "NEXT"][-3:] == ["one 2", "two 2", "NEXT"]
    assert [line for line in lines if line in "123"] == ["1", "2", "3"]
    assert limit == "0" or "were drawn over" in lines[-1]


def test_arguments(home: Home) -> None:
    assert home.viewsync("follow", "-n", "x").code == 1
    assert home.viewsync("follow", "-T", "x").code == 1
    assert home.viewsync("follow").code == 3
