"""Each line is typed when what reads the terminal has taken the one before; panes go side by side."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from tests.projects.test_readiness import typed
from tests.support.wait import until
from viewsync.panes import next_line
from viewsync.project_files.rules.plan import Pace
from viewsync.projects.typing_lines import Typing

if TYPE_CHECKING:
    from tests.support.server import Server

SHELL = ("bash", "--norc")
# As ssh: it takes its time, and throws away what came before it makes the terminal raw.
CONNECTS = """
import os, sys, termios, time, tty
time.sleep(0.4)
tty.setraw(0, termios.TCSAFLUSH)
os.write(1, b"remote$ ")
line = b""
while not line.endswith(b"\\r"):
    line += os.read(0, 1)
termios.tcsetattr(0, termios.TCSADRAIN, termios.tcgetattr(0))
open(sys.argv[1], "wb").write(line[:-1])
"""
PYTHON = sys.executable
# By the program that reads the later lines: all lines, with OUT for the file that tells what came.
LINES = {
    "read -p": ["read -p 'who: ' who", "somebody  else", "clear", 'echo "$who" > OUT'],
    "read -s": ["read -s secret", "it is", 'echo "$secret" > OUT'],
    "sh": ["sh", "who=somebody", "read line", "a line", 'echo "$who $line" > OUT'],
    "dash": ["dash", "echo $0 > OUT"],
    "cat": ["cat > OUT", "one", "  two"],
    "bc": ["bc -q > OUT", "6*7", "7*8"],
    "python": [f"{PYTHON} -q", "what = 6 * 7", "open('OUT', 'w').write(f'{what}')"],
    "bash": ["bash --norc", "cd /", "echo $SHLVL $PWD > OUT"],
    "zsh": ["zsh -f", "cd /", "echo $ZSH_NAME $PWD > OUT"],
    "in sh": ["sh -c 'sleep 0.2; cat > OUT'", "later"],
    "connects": [f"{PYTHON} CODE OUT", "uname -a"],
    "paced": ["read one two", "first ", "second", 'echo "$one $two" > OUT'],
}
CAME = {
    "read -p": "somebody  else\n",
    "read -s": "it is\n",
    "sh": "somebody a line\n",
    "dash": "dash\n",
    "cat": "one\n  two\n",
    "bc": "42\n56\n",
    "python": "42",
    "bash": "2 /\n",
    "zsh": "zsh /\n",
    "in sh": "later\n",
    "connects": "uname -a",
    "paced": "first second\n",
}
PACES = {"paced": [Pace(), Pace(enter=False, after=0.01), Pace(), Pace(before=0.01)]}


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, too, a program starts within that."""
    monkeypatch.setattr(next_line, "PATIENCE", 60.0)


def opened(server: Server, count: int) -> tuple[str, list[str]]:
    """A session with so many shells: its id, and its panes'."""
    form = "#{session_id} #{pane_id}"
    made = [server.tmux("new-session", "-d", "-P", "-F", form, "-s", "new", "-x", "200", "-y", "50", *SHELL)]
    made += [server.tmux("new-window", "-d", "-P", "-F", form, "-t", "=new:", *SHELL) for _ in range(count - 1)]
    return made[0].split()[0], [line.split()[1] for line in made]


def content(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def test_later_lines_reach_what_the_first_one_starts(server: Server, patient: None) -> None:
    home = server.home.path
    code = os.path.join(home, "connects.py")
    with open(code, "w", encoding="utf-8") as file:
        file.write(CONNECTS)
    server.tmux("set-environment", "-g", "SHLVL", "0")
    names = [name for name in LINES if name in ("read -p", "read -s", "in sh") or shutil.which(name) or name in PACES]
    names += [name for name in ("python", "connects") if name not in names]
    session, panes = opened(server, len(names))
    outs = {name: os.path.join(home, f"out-{at}") for at, name in enumerate(names)}
    wanted = []
    for pane, name in zip(panes, names, strict=True):
        lines = [line.replace("OUT", outs[name]).replace("CODE", code) for line in LINES[name]]
        wanted.append(Typing(pane, name, lines, PACES.get(name, ())))
    assert typed(server, session, wanted) == []
    for pane, name in zip(panes, names, strict=True):
        if name in ("bc", "cat"):  # they keep what they write until their end
            server.tmux("send-keys", "-t", pane, "C-d")
    expected = {name: CAME[name] for name in names}

    def came() -> dict[str, str]:
        return {name: content(path) for name, path in outs.items()}

    with contextlib.suppress(AssertionError):
        until(lambda: came() == expected, "each line in its program")
    assert came() == expected


def test_a_command_that_works_holds_nobody_up_and_the_rest_waits_in_its_terminal(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(next_line, "PATIENCE", 2.0)
    home = server.home.path
    session, panes = opened(server, 2)
    go, out = f"{home}/go", f"{home}/out"
    wanted = [
        Typing(
            panes[0], "pane 1", [f"until [ -e {go} ]; do sleep 0.1; done", f"echo one >> {out}", f"echo two >> {out}"]
        ),
        Typing(panes[1], "pane 2", ["true", f"echo other >> {out}"]),
    ]
    assert typed(server, session, wanted) == []
    until(lambda: content(out) == "other\n", "the other pane")
    with open(go, "w", encoding="utf-8"):
        pass
    until(lambda: content(out) == "other\none\ntwo\n", "the lines that were typed ahead")


def test_what_may_be_lost_is_told_and_what_was_not_typed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_line, "PATIENCE", 0.5)
    session, panes = opened(server, 3)
    long = f"true {'x' * 3000}"
    wanted = [
        Typing(panes[0], "pane 1", ["sleep 100", long, long]),
        Typing(panes[1], "pane 2", ["exit", "echo one", "echo two"]),
        Typing(panes[2], "pane 3", ["exit", "echo one", "echo two"]),
    ]
    (first,) = typed(server, session, wanted[:1])
    assert first == f"pane 1: the command {long!r} and 1 more may be lost: the line before was not taken within 0.5 s"
    monkeypatch.setattr(next_line, "PATIENCE", 60.0)
    (second,) = typed(server, session, wanted[1:])
    assert (
        second == "pane 2 and 1 more: the command 'echo one' and 1 more were not typed: its program ended before that"
    )
