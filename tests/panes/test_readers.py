"""Several lines and TABs at real programs, each with the line editor that it brings: what was sent is what it gets."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.prompts import Prompt
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Done, Home, Server

SHELL = "printf '[%s]\\n' 'a\tb'"
PROGRAMS = {
    "gdb": (["gdb", "-q", "-nx"], "(gdb)", "echo [a\tb]\\n"),
    "python": ([sys.executable, "-q"], ">>>", "print('[a\tb]')"),
    "ksh93": (["ksh93", "-E"], "$", SHELL),
    "mksh": (["mksh"], "$", SHELL),
    "tcsh": (["tcsh", "-f"], ">", SHELL),
    "bash": (["bash", "--norc"], "$", SHELL),
    "zsh": (["zsh", "-f"], "$", SHELL),
    "dash": (["dash"], "$", SHELL),
    "busybox": (["busybox", "ash"], "$", SHELL),
    "fish": (["fish", "--no-config"], ">", SHELL),
    "irb": (["irb", "-f"], ">", "puts '[a\tb]'"),
    "sqlite3": (["sqlite3", ":memory:"], "sqlite>", "select '[' || hex('a\tb') || ']';"),
}
LOST = ("busybox", "fish", "irb")


def start(server: Server, name: str) -> str:
    argv, prompt, _ = PROGRAMS[name]
    if not shutil.which(argv[0]):
        pytest.skip(f"{name} is not installed")
    environment = ["env", "PS1=$ ", "LC_ALL=C.UTF-8", f"IRBRC={server.home.path}/none"]
    pane = server.tmux("new-session", "-d", "-s", "web", "-P", "-F", "#{pane_id}", *environment, *argv)
    server.tmux("set-option", "-t", "web", "default-size", "100x30")
    until(lambda: shown(server).rstrip().endswith((prompt, "#")), "its prompt")
    return pane


def shown(server: Server) -> str:
    return server.tmux("capture-pane", "-p", "-t", "web:")


def send(server: Server, *words: str) -> Done:
    return server.home.viewsync("send", "-S", server.socket, "-t", "web", *words)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_tab_is_a_tab_or_is_refused(server: Server, name: str) -> None:
    start(server, name)
    text = PROGRAMS[name][2]
    if name in LOST:
        before = shown(server)
        done = send(server, "-c", text)
        assert (done.code, "takes a TAB as a key" in done.err, "--text" in done.err) == (3, True, True)
        assert shown(server) == before
        return
    done = send(server, "-c", text, "-w", r"^\[", "-o")
    assert done.code == 0, shown(server)
    blank = "610962" if name == "sqlite3" else "a      b"  # as tmux shows it: from column 2 to 8
    assert done.out.replace("\\t", "      ") == f"[{blank}]\n"  # 3.7 and newer show it as a TAB


@pytest.mark.parametrize("way", ["-c", "-mc"])
def test_gdb_gets_one_command_after_the_other(server: Server, way: str) -> None:
    start(server, "gdb")
    text = "set $x = 20\n\nset $x = $x + 1\nprint $x * 2\n"
    done = send(server, *([way] if way == "-c" else ["-m", "-c"]), text, "-w", r"^\$1 = ", "-o")
    assert (done.code, done.out.splitlines()[-1]) == (0, "$1 = 42"), shown(server)


def test_sqlite_gets_its_own_commands_one_by_one_and_a_statement_whole(server: Server) -> None:
    start(server, "sqlite3")
    done = send(server, "-c", ".mode list\n.print a\nselect 40 +\n2;", "-w", "^42$", "-o")
    assert (done.code, done.out.splitlines()[-1]) == (0, "42"), shown(server)
    assert "\na\n" in shown(server)


def test_a_switch_sends_line_by_line_to_any_program(server: Server) -> None:
    prompt = Prompt(server, "lines")
    words = ("send", "-S", server.socket, "-t", prompt.pane)
    assert server.home.viewsync(*words, "--lines", "-c", "one\n\nthree").code == 0
    until(lambda: prompt.shown().count("got:") == 3, "three drafts")
    assert [read for read in prompt.reads() if read != "\r"] == ["\033[200~one\033[201~", "\033[200~three\033[201~"]
    done = server.home.viewsync(*words, "--lines", "-c", "x\n" * 1_001)
    assert (done.code, "one line at a time" in done.err) == (3, True)


def test_text_is_sent_as_it_is_where_that_is_asked_for(server: Server, home: Home) -> None:
    """At busybox the TAB completes the only file that there is."""
    os.makedirs(f"{home.path}/d")
    with open(f"{home.path}/d/zz_only_file", "w", encoding="utf-8"):
        pass
    start(server, "busybox")
    send(server, "-c", f"cd {home.path}/d")
    assert send(server, "--text", "-c", "echo zz_\tX", "-w", "^zz_only_file X$").code == 0
