"""The echo is no answer, however a program shows it: what the screen was when it stood there is known, not only what
was sent.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.sessions import create
from tests.support.typing import screen
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Home, Server

# Line editors that show what is typed in other ways than as it is, and another key after Enter until the answer comes.
_EDITOR = r"""
import os, sys, time, tty
how = sys.argv[1]
tty.setraw(0)
def show(text):
    os.write(1, text.replace("\n", "\r\n").encode())
def drawn(text):
    if how == "broken":  # as Python's own does from 3.13 on
        return "\\\n".join(text[at : at + 30] for at in range(0, len(text), 30))
    if how == "continued":  # as prompt_toolkit
        return "\n... ".join(text[at : at + 30] for at in range(0, len(text), 30))
    if how == "scrolled":  # as readline with horizontal-scroll-mode
        return text if len(text) < 40 else "<" + text[-30:]
    if how == "masked":
        return "".join("*" if char.isdigit() else char for char in text)
    return text
def draw(prompt, text, rows=0):
    right = "\x1b7\x1b[60G12:00\x1b8" if how == "right" else ""
    show((f"\x1b[{rows}A" if rows else "") + "\r\x1b[J" + right + prompt + drawn(text))
    return drawn(text).count("\n")
rows = draw("some> ", "")
text = ""
while raw := os.read(0, 65536):
    if how == "late":  # Enter has come before it shows anything, as on a busy machine
        time.sleep(0.6)
    for char in raw.decode():
        if char != "\r":
            text += char
            continue
        if how == "again":  # as ptpython: all of it once more, on a screen that was cleared
            show("\x1b[H\x1b[J")
            rows = 0
        if how == "moved":  # as a prompt that becomes shorter
            draw("> ", text, rows)
        elif how == "right":
            show("\x1b[K")
        else:
            draw("some> ", text, rows)
        show("\n")
        os.read(0, 1)
        show("ANSWER to " + text[-9:] + "\n")
        text, rows = "", 0
    rows = draw("some> ", text, rows)
"""
TEXT = "a" * 25 + " 1234 " + "b" * 25 + " 5678 " + "c" * 10 + " DONE-4711"
WAYS = ["verbatim", "broken", "continued", "scrolled", "masked", "right", "again", "moved", "late"]


@pytest.mark.parametrize("how", WAYS)
def test_an_echo_that_is_not_shown_as_it_was_sent(server: Server, home: Home, how: str) -> None:
    made = create(server, "ed", "--", sys.executable, "-c", _EDITOR, how)
    pane = str(made["pane_id"])
    until(lambda: "some>" in screen(server, pane), "the prompt")
    pattern = "aaa|bbb|ccc|4711|[*]|12:00"
    for _ in range(2):
        done = home.viewsync("send", "-s", "ed", "-c", TEXT, "-w", pattern, "-T", "0.5", "--json")
        assert (done.code, done.json()["outcome"]) == (2, "timeout"), done
        assert [line for line in done.json()["output"] if line.strip()] == []
        assert home.viewsync("wait", "-p", pattern, "-T", "0.2").code == 1
        server.tmux("send-keys", "-t", pane, "x")
        done = home.viewsync("wait", "-p", pattern, "--json")
        assert (done.json()["outcome"], done.json()["line"]) == ("found", "ANSWER to DONE-4711")
        until(lambda: screen(server, pane).rstrip().splitlines()[-1].startswith("some>"), "the next prompt")


SHELLS = {
    "zsh": ["env", "PS1=%% ", "RPS1=R-DONE", "zsh", "-f"],
    "bash": ["bash", "--norc", "-c", "bind 'set horizontal-scroll-mode on'; exec bash --norc"],
    "fish": ["fish", "--no-config"],
}


@pytest.mark.parametrize(
    "text", ["x" * 150 + " DONE", "e\u0301" * 9 + "\u200d\U0001f468\u200d\U0001f469 x\u200by DONE"]
)
@pytest.mark.parametrize("name", SHELLS)
def test_long_and_combining_text_in_the_line_editors_of_shells(
    server: Server, home: Home, name: str, text: str
) -> None:
    programs.skip_without(name)
    made = create(server, "sh", "-e", "LC_ALL=C.UTF-8", "--", *SHELLS[name])
    pane = str(made["pane_id"])
    until(lambda: screen(server, pane).rstrip().endswith(("#", "$", "%", "R-DONE")), "its prompt")
    done = home.viewsync("send", "-s", "sh", "-c", f"cat - '{text}'; true", "-w", "DONE", "-T", "0.7", "--json")
    # Of characters that fish takes for narrower than tmux does it leaves some when it draws anew: one that is slow to
    # show what it was given cannot be told from one that answers so.
    said = ["timeout", "unsure"] if name == "fish" and not text.isascii() else ["timeout"]
    assert done.code == 2, (done, screen(server, pane))
    assert done.json()["outcome"] in said, (done, screen(server, pane))
    server.tmux("send-keys", "-t", pane, "DONE", "Enter")
    assert home.viewsync("wait", "-p", "^DONE$").code == 0


@pytest.mark.parametrize("name", SHELLS)
def test_a_prompt_that_reads_as_before_is_an_answer_once_its_shell_has_drawn_it(
    server: Server, home: Home, name: str
) -> None:
    """On the screen's first line, where nothing above tells the one from the other."""
    programs.skip_without(name)
    made = create(server, "sh", "-e", "LC_ALL=C.UTF-8", "--", *SHELLS[name])
    pane = str(made["pane_id"])
    until(lambda: screen(server, pane).rstrip().endswith(("#", "$", "%", ">", "R-DONE")), "its prompt")
    prompt = screen(server, pane).rstrip().split("\n")[-1][:1]
    for _ in range(2):
        done = home.viewsync("send", "-s", "sh", "-c", "clear", "-w", f"^[{prompt}]", "--json")
        assert (done.code, done.json()["outcome"]) == (0, "found"), (done, screen(server, pane))
        until(lambda: screen(server, pane).strip().startswith(prompt), "the prompt alone")


_PIECES = """
import os, select, sys, termios, tty
select.select([0], [], [])
tty.setraw(0, termios.TCSANOW)
text = os.read(0, 65536).decode().rstrip()
os.write(1, b"some> " + text[:12].encode())
os.read(0, 1)
os.write(1, text[12:].encode() + b"\\r\\n")
os.read(0, 1)
"""


def test_what_a_slow_shell_has_drawn_half_is_no_answer(server: Server, home: Home) -> None:
    """It was sent before that had a prompt, so the terminal showed it, and the shell shows it once more."""
    pane = str(create(server, "ed", "--", sys.executable, "-c", _PIECES)["pane_id"])
    done = home.viewsync(
        "send", "-s", "ed", "-c", "make all DONE; and more", "-w", "some> .*all", "-T", "0.7", "--json"
    )
    until(lambda: "some> make" in screen(server, pane), "half of it")
    assert (done.code, done.json()["outcome"]) in ((2, "unsure"), (2, "timeout")), done
    server.tmux("send-keys", "-t", pane, "x")
    until(lambda: "some> make all DONE; and more" in screen(server, pane), "all of it")
    assert home.viewsync("wait", "-s", "ed", "-p", "all", "-T", "0.2").code == 1


def test_what_bash_draws_over_its_prompt_behind_output_without_a_lines_end(server: Server, home: Home) -> None:
    create(server, "sh", "-e", "PS1=$ ", "--", "bash", "--norc")
    assert home.viewsync("send", "-s", "sh", "-c", "printf 'no newline here'", "-w", r"^no newline here\$ $").code == 0
    line = "cat # DONE, and more than stood there"
    assert home.viewsync("send", "-s", "sh", "-c", line, "-w", "DONE", "-T", "0.7").code == 2
    server.tmux("send-keys", "-t", "sh", "DONE-4711", "Enter")
    assert home.viewsync("wait", "-p", "^DONE-4711$").code == 0
