"""viewsync capture: exactly that pane, exactly those lines, and nothing that could command a terminal."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import add_row, by_jq, count, counting_tmux, create, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


def show(server: Server, name: str, script: str, *words: str) -> dict[str, str]:
    """A session whose program prints, says `DONE`, and stays."""
    made = create(server, name, "--size", "40x10", *words, "--", "sh", "-c", f"{script}; echo DONE; exec sleep 1000")
    until(lambda: "DONE" in server.tmux("capture-pane", "-p", "-t", made["pane_id"]), "the text")
    return made


def captured(home: Home, *words: str) -> list[str]:
    done = home.viewsync("capture", *words)
    assert (done.code, done.err) == (0, ""), done
    return done.out.split("\n")[:-1]


def test_the_screen_of_the_session_without_the_empty_lines_at_its_end(server: Server, home: Home) -> None:
    show(server, "web", "echo one; echo; echo '  two  '")
    assert captured(home, "-s", "web") == ["one", "", "  two", "DONE"]
    assert captured(home) == ["one", "", "  two", "DONE"]


def test_history_by_start_and_end_as_tmux_counts(server: Server, home: Home) -> None:
    show(server, "web", "seq 1 100")
    # 101 lines and the cursor's: the screen begins at 93.
    assert captured(home)[0] == "93"
    assert captured(home, "-S", "-2")[:3] == ["91", "92", "93"]
    assert captured(home, "-S", "-2", "-E", "-1") == ["91", "92"]
    assert captured(home, "-S-2", "-E", "0") == ["91", "92", "93"]
    assert captured(home, "-S", "-") == [*map(str, range(1, 101)), "DONE"]
    assert captured(home, "--all-history") == [*map(str, range(1, 101)), "DONE"]
    assert captured(home, "-S", "2", "-E", "3") == ["95", "96"]


def test_a_number_of_lines_from_the_end(server: Server, home: Home) -> None:
    show(server, "web", "seq 1 100")
    assert captured(home, "--lines", "2") == ["100", "DONE"]
    assert captured(home, "--lines", "30") == [*map(str, range(72, 101)), "DONE"]
    assert len(captured(home, "--lines", "5000")) == 101


def test_the_two_ends_of_what_is_too_long(server: Server, home: Home) -> None:
    show(server, "web", "seq 1 100")
    gap = "[... 97 lines left out ...]"
    assert captured(home, "--all-history", "--max-lines", "4") == ["1", "2", gap, "100", "DONE"]
    assert captured(home, "--lines", "6", "--max-lines", "6") == ["96", "97", "98", "99", "100", "DONE"]
    assert captured(home, "--lines", "6", "--max-lines", "1") == ["96", "[... 5 lines left out ...]"]
    assert captured(home, "--max-lines", "500")[0] == "93"
    found = home.viewsync("capture", "--all-history", "--max-lines", "4", "--json").json()
    assert (found["left_out"], found["lines"]) == (97, ["1", "2", gap, "100", "DONE"])


def test_start_and_socket_share_an_option(server: Server, home: Home) -> None:
    show(server, "web", "seq 1 100")
    assert captured(home, "-S", server.socket, "-t", "web", "-S", "-1")[:2] == ["92", "93"]
    assert captured(home, "-S", "-1", "--socket", server.socket, "-t", "web")[:2] == ["92", "93"]


def test_lines_that_wrapped_come_whole(server: Server, home: Home) -> None:
    show(server, "web", f"echo {'x' * 100}")
    assert captured(home)[:3] == ["x" * 40, "x" * 40, "x" * 20]
    assert captured(home, "--join") == ["x" * 100, "DONE"]


def test_plain_text_is_the_default_and_colours_are_all_that_else_passes(server: Server, home: Home) -> None:
    link = r"\033]8;;http://example.org\033\\link\033]8;;\033\\"
    show(server, "web", rf"printf '\033[1;31mred\033[0m \033]0;title\007{link} \033(0q\033(B\n'")
    plain = captured(home)
    assert plain[0].startswith("red link")
    assert captured(home, "--strip-ansi") == plain
    (line, *_) = captured(home, "--ansi")
    assert "\x1b[1m\x1b[31mred" in line or "\x1b[1;31mred" in line
    assert "link" in line
    assert "\x1b]" not in line
    assert not set(line) & {"\x0e", "\x0f", "\x07"}


def test_text_comes_as_it_is_shown_whatever_the_locale(server: Server, home: Home) -> None:
    show(server, "web", "printf '日本 é \\356\\202\\260 \\302\\240|\\n'")
    done = home.viewsync("capture", env={"LANG": "C", "LC_ALL": "C"})
    assert done.out.split("\n")[0] == "日本 é \ue0b0 \u00a0|"


def test_the_time_of_the_capture_before_each_line(server: Server, home: Home) -> None:
    show(server, "web", "echo one")
    stamps = {line.split(" ", 1)[0] for line in captured(home, "--timestamps")}
    assert len(stamps) == 1
    assert [line.split(" ", 1)[1] for line in captured(home, "--timestamps")] == ["one", "DONE"]
    data = home.viewsync("capture", "--timestamps", "--json").json()
    assert data["lines"] == [f"{data['captured_at']} one", f"{data['captured_at']} DONE"]


def test_json(server: Server, home: Home) -> None:
    made = show(server, "web", "seq 1 100")
    server.tmux("rename-session", "-t", "=web", "other")
    data = home.viewsync("capture", "-s", "web", "-E", "0", "--json").fields()
    assert data.pop("captured_at").endswith("Z")
    assert data == {
        "session": "web",
        "target": "other:0.0",
        "pane_id": made["pane_id"],
        "lines": ["93"],
        "width": 40,
        "height": 10,
        "history_size": 92,
        "cursor": [0, 9],
        "alternate": False,
        "dead": False,
        "left_out": 0,
    }


def test_a_dead_pane_still_shows_its_last_words(server: Server, home: Home) -> None:
    server.tmux("set-option", "-g", "remain-on-exit", "on")
    made = create(server, "web", "--", "sh", "-c", "echo last words; sleep 0.6")
    until(lambda: server.show(made["pane_id"], "#{pane_dead}") == "1", "the end")
    data = home.viewsync("capture", "--all-history", "--json").json()  # tmux's own line may have scrolled it away
    assert data["lines"][0] == "last words"
    assert data["dead"] is True


@pytest.mark.parametrize("history", [0, 100])
def test_the_main_screen_behind_a_full_screen_program(server: Server, home: Home, history: int) -> None:
    show(server, "web", rf"seq 1 {history + 3}; printf '\033[?1049h\033[Hfull screen\n'")
    assert captured(home) == ["full screen", "DONE"]
    assert home.viewsync("capture", "--json").json()["alternate"] is True
    numbers = [*map(str, range(1, history + 4))]
    assert captured(home, "--main", "-S", "-") == numbers
    assert captured(home, "--main") == numbers[-9:]
    assert captured(home, "--main", "--lines", "2") == numbers[-2:]
    assert captured(home, "--main", "-S", "1", "-E", "1") == [numbers[-9:][1]]


def test_without_a_full_screen_program_the_main_screen_is_what_is_shown(server: Server, home: Home) -> None:
    show(server, "web", "seq 1 100")
    assert captured(home, "--main", "-S", "-5") == captured(home, "-S", "-5")


def test_exactly_the_pane_that_is_meant(server: Server, home: Home) -> None:
    show(server, "web", "echo right")
    show(server, "web-prod", "echo wrong")
    server.tmux("split-window", "-t", "=web:", "sh -c 'echo second; sleep 1000'")
    assert captured(home, "-s", "web")[0] == "right"
    until(lambda: captured(home, "-s", "web", "-t", "web:0.1") == ["second"], "the second pane")
    server.tmux("kill-session", "-t", "=web")
    done = home.viewsync("capture", "-s", "web")
    assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)
    for target in ("web", "{last}", "we?", "", "%99"):
        assert home.viewsync("capture", "-S", server.socket, "-t", target).code in (1, 3), target


def test_a_later_server_is_another_one(servers: Callable[..., Server], home: Home) -> None:
    first = servers()
    show(first, "web", "echo old")
    first.stop()
    servers().start("-s", "web")
    assert home.viewsync("capture", "-s", "web").code == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-S", "1", "-S", "2"), "-S names more than one line: 1 2"),
        (("-S", "/a", "-S", "/b"), "-S names more than one socket: /a /b"),
        (("-S", "-5", "--lines", "3"), "--lines and --all-history exclude each other"),
        (("--all-history", "--lines", "3"), "--lines and --all-history exclude each other"),
        (("-E", "x"), "-E: not a line: 'x'"),
        (("-E", "\u0661"), "-E: not a line"),
        (("--max-lines", "0"), "--max-lines: not a number of lines: '0'"),
        (("--max-lines", "x"), "--max-lines: not a number of lines: 'x'"),
        (("--lines", "0"), "--lines: not a number of lines: '0'"),
        (("--lines", "-3"), "--lines"),
        (("--ansi", "--strip-ansi"), "--strip-ansi"),
        (("-s", "nope"), "Session 'nope' not found in registry"),
    ],
)
def test_a_wrong_argument(home: Home, words: tuple[str, ...], said: str) -> None:
    done = home.viewsync("capture", *words)
    assert (done.code, done.out, done.err.count("\n")) == (3 if "nope" in words else 1, "", 1)
    assert said in done.err


def test_no_server_and_one_that_hangs(server: Server, home: Home) -> None:
    assert home.viewsync("capture", "-S", os.path.join(home.path, "none"), "-t", "x").code == 4
    create(server, "web")
    os.kill(server.pid, signal.SIGSTOP)
    done = home.viewsync("capture", env={"VIEWSYNC_TMUX_TIMEOUT": "0.3"})
    os.kill(server.pid, signal.SIGCONT)
    assert (done.code, "did not answer" in done.err) == (4, True)


def test_it_asks_tmux_once(server: Server, home: Home) -> None:
    create(server, "web")
    env, log = counting_tmux(home)
    assert home.viewsync("capture", env=env).code == 0
    assert count(log) == 1


def test_it_counts_as_activity_where_that_can_be_written(server: Server, home: Home) -> None:
    show(server, "web", "echo one")
    add_row(home, "shell", server)
    by_jq(home, '.sessions.web.last_active = "2025-11-23T12:00:00Z"')
    captured(home, "-s", "web")
    assert rows(home)["web"]["last_active"] > "2026"
    assert rows(home)["shell"]["last_active"] == "2025-11-23T12:00:00Z"
    home.program(["flock", os.path.join(home.state, ".sessions.lock"), "sh", "-c", "echo held; read line"])
    assert captured(home, "-s", "web") == ["one", "DONE"]
    assert json.loads(home.viewsync("capture", "-s", "web", "--json").out)["lines"] == ["one", "DONE"]
