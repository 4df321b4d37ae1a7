"""Waiting where programs drive their screens: cleared, drawn over, without a history, with a right-hand prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.panes.test_waiting import wait
from tests.support.typing import screen, shell, type_in
from tests.support.wait import until
from viewsync.panes import waiting

if TYPE_CHECKING:
    from tests.support.server import Server

CLEARED = {  # how programs do it: clear(1) with and without E3, a reset, a watch mode
    "clear": r"\033[H\033[2J\033[3J",
    "watch mode": r"\033[2J\033[3J\033[H",
    "reset": r"\033c",
    "no E3": r"\033[H\033[J",
}


@pytest.mark.parametrize("how", CLEARED)
def test_all_that_comes_on_a_cleared_screen_is_new(server: Server, how: str) -> None:
    """Also above the place of sending, and whether the history was empty or is long again by then."""
    pane = shell(server)
    for before, count in ((10, 18), (3, 22), (60, 22), (40, 90)):
        type_in(server, pane, f"seq -f 'old %g' {before}; echo OLD-{before}")
        assert wait(server, pane, f"^OLD-{before}$").kind == waiting.FOUND
        type_in(server, pane, rf"printf '{CLEARED[how]}'; seq {count}; echo END")
        done = wait(server, pane, "^END$")
        assert done.kind == waiting.FOUND
        numbers = [line for line in done.output if line.isdigit()]
        assert numbers == [str(number) for number in range(1, count + 1)], (before, count)
        assert [line for line in done.output if "OLD" in line] == []
        until(lambda: screen(server, pane).rstrip().split("\n")[-1] == "$", "the next prompt")


@pytest.mark.parametrize("how", ["clear", "reset"])
def test_a_screen_that_is_cleared_later_on(server: Server, how: str) -> None:
    pane = shell(server)
    type_in(server, pane, "seq 12; echo OLD")
    assert wait(server, pane, "^OLD$").kind == waiting.FOUND
    type_in(server, pane, rf"read a; printf '{CLEARED[how]}'; echo NEW; read b; seq 20; echo NEWER")
    assert wait(server, pane, "^NEW", timeout=0.3).kind == waiting.TIMEOUT
    server.tmux("send-keys", "-t", pane, "Enter")
    assert wait(server, pane, "^NEW").line == "NEW"
    server.tmux("send-keys", "-t", pane, "Enter")
    assert wait(server, pane, "^NEWER$").kind == waiting.FOUND


def test_what_is_drawn_over_line_by_line_is_new(server: Server) -> None:
    pane = shell(server)
    type_in(server, pane, "seq 12; echo OLD")
    assert wait(server, pane, "^OLD$").kind == waiting.FOUND
    type_in(server, pane, r"printf '\033[H'; for i in a b c; do printf '%s\033[K\n' $i; done; printf '\033[JEND\n'")
    done = wait(server, pane, "^END$")
    assert (done.kind, [line.rstrip() for line in done.output]) == (waiting.FOUND, ["a", "b", "c", "END"])


@pytest.mark.parametrize(("height", "lines"), [(24, 5), (24, 30), (24, 23), (10, 100)])
def test_without_a_history(server: Server, height: int, lines: int) -> None:
    """What goes out of the screen is gone. What stands there is the answer, whatever was there before."""
    server.tmux("set-option", "-g", "history-limit", "0")
    pane = shell(server, size=(80, height))
    type_in(server, pane, "seq -f 'OLD %g' 12")
    assert wait(server, pane, "^OLD 12$").kind == waiting.FOUND
    type_in(server, pane, f"sleep 0.2; seq {lines}; echo END; read x")
    done = wait(server, pane, "^END$")
    assert done.kind == waiting.FOUND
    numbers = [line for line in done.output if line != "END"]
    seen = min(lines, int(server.show(pane, "#{pane_height}")) - 2)
    assert numbers[-seen:] == [str(number) for number in range(lines - seen + 1, lines + 1)]
    assert "OLD" not in "".join(numbers)
    server.tmux("send-keys", "-t", pane, "Enter")
    until(lambda: screen(server, pane).rstrip().split("\n")[-1] == "$", "the shell's own prompt")
    type_in(server, pane, "read x; echo LATER")
    assert wait(server, pane, "END|LATER", timeout=0.3).kind == waiting.TIMEOUT
    server.tmux("send-keys", "-t", pane, "Enter")
    assert wait(server, pane, "LATER").line == "LATER"


@pytest.mark.parametrize("lines", [18, 80, 85, 90, 94, 99, 101, 110, 250])
def test_a_burst_that_ends_near_the_limit_of_a_fresh_history(server: Server, lines: int) -> None:
    server.tmux("set-option", "-g", "history-limit", "90")
    pane = shell(server, size=(80, 10))
    type_in(server, pane, f"seq {lines}; read x; echo MARK")
    assert wait(server, pane, f"^{lines}$").kind == waiting.FOUND
    done = wait(server, pane, "MARK", timeout=0.2)
    assert done.kind == waiting.TIMEOUT
    numbers = [line for line in done.output if line]
    assert numbers == [str(number) for number in range(lines - len(numbers) + 1, lines + 1)]
    assert done.missing == (len(numbers) < lines)
    server.tmux("send-keys", "-t", pane, "Enter")
    assert wait(server, pane, "MARK").line == "MARK"


PROMPTS = {  # what a prompt writes, and patterns for it
    "plain": ("me:~$ ", [r"\$ $", r"\$$", r"~\$ ?$"]),
    "moved": (r"me:~$\033[C", [r"\$ $", r"\$$", r"~\$ ?$"]),
    "no blank": ("me:~$", [r"\$$", r"~\$ ?$"]),
    "right part": (r"\033[60G12:00\rme:~$ ", [r"\$ $", r"\$$", r"~\$ ?$"]),
    "right part, moved": (r"\033[60G12:00\rme:~$\033[C", [r"\$ $", r"\$$"]),
    "two lines": (r"top\nme:~$ ", [r"^me:~\$ $", r"\$$"]),
    "a line below": (r"\n\033[7mhelp\033[m\033[A\rme:~$ ", [r"\$ $", r"\$$"]),
    "wide": ("\u65e5\u672c \u276f ", ["\u276f $", "\u276f$"]),
    "wide, right part": ("\\033[60G12:00\\r\u65e5\u672c \u276f ", ["\u276f $", "\u276f$"]),
}


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_prompt_is_what_stands_before_the_cursor(server: Server, prompt: str) -> None:
    written, patterns = PROMPTS[prompt]
    pane = shell(server)
    for pattern in patterns:
        type_in(server, pane, rf"clear; printf '{written}'; read x")
        done = wait(server, pane, pattern, timeout=60)
        assert (done.kind, done.pattern) == (waiting.FOUND, pattern)
        server.tmux("send-keys", "-t", pane, "Enter")
        until(lambda: "\n$" in screen(server, pane), "the shell's own prompt")
