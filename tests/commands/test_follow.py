"""viewsync follow: every finished line once, as it comes, and the end of the program said."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

from tests.support.typing import screen, type_in
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
    assert "Z half" not in tab.text()
    server.tmux("send-keys", "-t", pane, "Enter")
    until(lambda: "Z half" in tab.text(), "the finished line")
    tab.signal(signal.SIGINT)
    assert tab.wait() == 130


def test_what_is_there_already(server: Server, home: Home, pane: str) -> None:
    type_in(server, pane, "seq 5")
    until(lambda: screen(server, pane).endswith("5\n$"), "the end")
    done = home.viewsync("follow", "-n", "2", "-T", "200ms")
    assert (done.code, done.out) == (1, "4\n5\n")
    assert "still running" in done.err


def test_arguments(home: Home) -> None:
    assert home.viewsync("follow", "-n", "x").code == 1
    assert home.viewsync("follow", "-T", "x").code == 1
    assert home.viewsync("follow").code == 3
