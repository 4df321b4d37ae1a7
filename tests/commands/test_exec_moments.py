"""viewsync exec at a moment when the shell waits for something else than a command: nothing is typed then."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.executing import execute, folders, screen
from tests.support.sessions import create
from tests.support.wait import stays, until

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.support.server import Home, Server

READ = "read answer; echo got:$answer"
ASKED = [
    ("bash --norc", "read -p 'name? ' answer; echo got:$answer", "name?"),
    ("bash --norc", "read -s -p 'password: ' answer; echo got:$answer", "password:"),
    ("bash --norc", "read -n 3 -p 'key? ' answer; echo got:$answer", "key?"),
    ("bash --norc", f"bash -c 'printf \"sure? [y/N] \"; {READ}'", "sure? [y/N]"),
    ("zsh -f", f"printf 'name? '; {READ}", "name?"),
    ("dash", f"printf 'name? '; {READ}", "name?"),
    ("mksh", f"printf 'name? '; {READ}", "name?"),
    ("ksh93", f"printf 'name? '; {READ}", "name?"),
    ("busybox ash", f"printf 'name? '; {READ}", "name?"),
]
OPEN = [
    ("bash --norc", "cat <<END", "one", "END", "one"),
    ("bash --norc", "echo 'one", "two", "three'", "one\ntwo\nthree"),
    ("bash --norc", "for i in 1 2; do", "echo $i", "done", "1\n2"),
    ("zsh -f", "cat <<END", "one", "END", "one"),
    ("zsh -f", "echo 'one", "two", "three'", "one\ntwo\nthree"),
    ("zsh -f", "for i in 1 2; do", "echo $i", "done", "1\n2"),
    ("dash", "cat <<END", "one", "END", "one"),
    ("mksh", "echo 'one", "two", "three'", "one\ntwo\nthree"),
    ("ksh93", "cat <<END", "one", "END", "one"),
    ("busybox ash", "cat <<END", "one", "END", "one"),
]


def shell_with(server: Server, home: Home, words: str) -> None:
    programs.skip_without(words.split()[0])
    create(server, "sh", "--", *words.split())
    assert execute(home, "--", "echo ready").out == "ready\n"


def send(server: Server, text: str, *keys: str) -> None:
    server.tmux("send-keys", "-t", "=sh:", "-l", text)
    server.tmux("send-keys", "-t", "=sh:", *(keys or ("Enter",)))


def refused(home: Home, server: Server) -> str:
    """What is said of it. It costs the screen nothing."""
    before = screen(server)
    done = home.viewsync("exec", "-s", "sh", "-T", "1", "--", "echo x")
    assert (done.code, done.out, done.err.count("\n")) == (125, "", 1), done
    assert (screen(server), folders(home)) == (before, [])
    return done.err


@pytest.mark.parametrize(("words", "line", "question"), ASKED)
def test_who_asks_gets_no_command_for_an_answer(
    server: Server, home: Home, words: str, line: str, question: str
) -> None:
    shell_with(server, home, words)
    send(server, line)
    until(lambda: screen(server).rstrip("\n").endswith(question), "the question")
    assert "sh is busy: " in refused(home, server)
    send(server, "ok.")
    until(lambda: "got:ok." in screen(server), "the answer")
    assert execute(home, "--", "echo alive").out == "alive\n"


def test_tcsh_is_at_its_prompt_whatever_was_written_behind_it(server: Server, home: Home) -> None:
    """Its first descriptors are no terminal, and yet the terminal is asked."""
    shell_with(server, home, "tcsh -f")
    until(lambda: server.show("=sh:", "#{cursor_x}") != "0", "its prompt")
    with open(server.show("=sh:", "#{pane_tty}"), "w", encoding="utf-8") as terminal:
        terminal.write("late\r\n")
    until(lambda: server.show("=sh:", "#{cursor_x}") == "0", "it")
    assert execute(home, "--", "echo out") == (0, "out\n", "")
    send(server, "set answer = $<")
    # Behind its prompt: what came before that the terminal has shown, too.
    until(lambda: re.search(r"\S set answer = \$<\s*\Z", screen(server)), "the command")
    until(lambda: server.show("=sh:", "#{cursor_x}") == "0", "the question")
    assert "waits for something else than a command" in refused(home, server)


@pytest.mark.parametrize(("words", "first", "second", "last", "out"), OPEN)
def test_a_command_that_is_not_finished_gets_no_other_line(
    server: Server, home: Home, words: str, first: str, second: str, last: str, out: str
) -> None:
    shell_with(server, home, words)
    send(server, first)
    until(lambda: screen(server).rstrip("\n").endswith(">"), "the first prompt for more")
    send(server, second)
    until(lambda: re.search(rf"{re.escape(second)}\n\S*>\Z", screen(server).rstrip("\n ")), "the second one")
    assert "waits for the rest of a command (its prompt is " in refused(home, server)
    send(server, last)
    until(lambda: f"\n{out}\n" in screen(server), "the command of the user's")
    assert execute(home, "--", "echo alive").out == "alive\n"


@pytest.mark.parametrize("words", ["bash --norc -o vi", "zsh -f -o vi", "mksh -o vi", "ksh93 -o vi"])
def test_the_command_mode_of_vi_takes_the_line(server: Server, home: Home, words: str) -> None:
    shell_with(server, home, words)
    send(server, "", "Escape")
    assert execute(home, "--", "echo out").out == "out\n"
    send(server, "echo last", "Enter")
    until(lambda: screen(server).splitlines().count("last") == 1, "an insertion")
    send(server, "", "Escape")
    assert execute(home, "--", "echo again; (exit 3)") == (3, "again\n", "")


def test_a_prompt_that_takes_its_time_is_waited_for(
    server: Server, home: Home, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    """Programs run in it, in the foreground of the terminal and beside the shell."""
    mark = os.path.join(home.path, "go")
    with open(os.path.join(home.path, "rc"), "w", encoding="utf-8") as file:
        file.write(
            f"PROMPT_COMMAND='while [ -e {mark} ]; do sleep 0.1; done; x=$(while [ -e {mark} ]; do sleep 1; done)'\n"
        )
    create(server, "sh", "--", "bash", "--rcfile", file.name)
    assert execute(home, "--", f"touch {mark}").code == 0
    process = started("-s", "sh", "--", "echo out")
    assert stays(process.poll, 1.6) is None
    os.unlink(mark)
    assert process.communicate(timeout=60)[0] == b"out\n"


@pytest.mark.parametrize("inner", ["bash --norc", "zsh -f", "dash", "env bash --norc"])
def test_a_shell_in_the_shell_is_one(server: Server, home: Home, inner: str) -> None:
    programs.skip_without(inner.split()[-2] if " -" in inner else inner)
    shell_with(server, home, "bash --norc")
    assert execute(home, "--", "X=outer").code == 0
    send(server, f"PS1='$ ' {inner}")
    until(lambda: server.show("=sh:", "#{pane_current_command}") == inner.removeprefix("env ").split()[0], "it")
    assert execute(home, "--", "echo ${X-inner}; X=2; (exit 3)") == (3, "inner\n", "")
    assert execute(home, "--", "echo $X; exit 4") == (4, "2\n", "")
    send(server, "exit")
    until(lambda: execute(home, "--", "echo $X").out == "outer\n", "the outer one")
