"""viewsync exec that does not wait for the end, takes its command from elsewhere, or shows less."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.executing import execute, folders
from tests.support.sessions import create
from tests.support.wait import until
from viewsync.api.sessions import Registry

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def answer(server: Server, home: Home, *keys: str) -> None:
    """The command goes on, and its folder goes with its end."""
    server.tmux("send-keys", "-t", "=sh:", *keys)
    until(lambda: folders(home) == [], "the folder to be removed")
    assert execute(home, "--", "echo alive").out == "alive\n"


@pytest.mark.parametrize(
    "command",
    [
        "printf 'Continue? [y/N] '; read -r line",
        "sh -c 'printf \"Continue? [y/N] \"; read -r line'",
        "python3 -c 'input(\"Continue? [y/N] \")'",
        "printf 'Continue? [y/N] '; head -n 1 </dev/tty",
    ],
)
def test_a_command_that_waits_for_input(bash: dict[str, str], server: Server, home: Home, command: str) -> None:
    done = execute(home, "--idle", "500ms", "--json", "--", command)
    data = done.json()
    assert (done.code, data["outcome"], data["code"], data["waits_for_input"]) == (122, "waits-for-input", None, True)
    assert data["output"] == "Continue? [y/N] "
    assert done.err == "viewsync: the command keeps running in sh, and waits for input: Continue? [y/N] \n"
    answer(server, home, "y", "Enter")


def test_one_that_says_nothing_and_asks_nothing(bash: dict[str, str], server: Server, home: Home) -> None:
    done = execute(home, "--idle", "300ms", "--", "echo begun; sleep 1000")
    assert (done.code, done.out) == (124, "begun\n")
    assert done.err == "viewsync: no output for 300ms: the command keeps running in sh\n"
    answer(server, home, "C-c")


def test_the_end_of_the_time_says_that_it_asks(bash: dict[str, str], server: Server, home: Home) -> None:
    done = home.viewsync("exec", "-s", "sh", "-T", "2", "--", "read -s -p 'Password: ' word </dev/tty")
    assert (done.code, done.out) == (124, "Password: ")
    assert done.err.endswith("the command keeps running in sh, and waits for input: Password: \n")
    answer(server, home, "x", "Enter")


def test_a_line_that_matches_ends_the_waiting(bash: dict[str, str], server: Server, home: Home) -> None:
    command = "printf '\\033[1mListen'; sleep 0.1; printf 'ing\\033[0m on 80'; sleep 1000"
    done = execute(home, "--stop", "^Listening on [0-9]+$", "--json", "--", command)
    data = done.json()
    assert (done.code, data["outcome"], data["code"], data["complete"]) == (121, "stopped", None, False)
    assert done.err == "viewsync: stopped: a line matched --stop: Listening on 80 (the command keeps running in sh)\n"
    answer(server, home, "C-c")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--stop", "(", "--", "x"), "not a pattern: '('"),
        (("--idle", "0", "--", "x"), "--idle: the time must be more than 0"),
        (("--idle", "soon", "--", "x"), "--idle: not a duration: 'soon'"),
        (("--max-lines", "0", "--", "x"), "--max-lines: not a number of lines: '0'"),
        (("--max-lines", "-3", "--", "x"), "--max-lines"),
        (("--file", "/nowhere"), "cannot read /nowhere: No such file or directory"),
        (("--file", "/etc/passwd", "--", "x"), "--file excludes a command"),
        (("--file", "/dev/null"), "no command was given"),
    ],
)
def test_words_that_are_wrong(bash: dict[str, str], home: Home, words: tuple[str, ...], said: str) -> None:
    done = execute(home, *words)
    assert (done.code, done.out, done.err.count("\n"), said in done.err) == (125, "", 1, True), done


def test_a_command_from_a_file_and_from_standard_input(bash: dict[str, str], home: Home) -> None:
    text = "X='a\n\tb'\ncat <<END\n$X 'quoted'\nEND\n(exit 3)\n"
    path = os.path.join(home.path, "a file")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    out = "a\n\tb 'quoted'\n"
    assert execute(home, "--file", path) == (3, out, "")
    assert home.viewsync("exec", "-s", "sh", "--file", "-", stdin=text) == (3, out, "")


@pytest.mark.parametrize("words", ["bash --norc", "zsh -f", "dash", "mksh", "ksh93", "busybox ash", "tcsh -f"])
def test_in_a_subshell_nothing_lasts(server: Server, home: Home, words: str) -> None:
    programs.skip_without(words.split()[0])
    create(server, "sh", "--", *words.split())
    before = execute(home, "--", "pwd").out
    assert execute(home, "--subshell", "--", "cd /usr\npwd\nexit 4") == (4, "/usr\n", "")
    assert execute(home, "--", "pwd").out == before


def test_only_the_ends_of_a_long_output(bash: dict[str, str], home: Home) -> None:
    done = execute(home, "--max-lines", "5", "--", "seq 100; printf end; (exit 2)")
    assert (done.code, done.out) == (2, "1\n2\n3\n[... 96 lines left out ...]\n100\nend")
    data = execute(home, "--max-lines", "5", "--json", "--", "seq 5").json()
    assert (data["output"], data["left_out"]) == ("1\n2\n3\n4\n5\n", 0)


def test_bytes_that_are_no_text_are_to_be_had(bash: dict[str, str], home: Home) -> None:
    data = execute(home, "--json", "--", "printf '\\377a\\0'").json()
    assert (data["output"], base64.b64decode(data["output_base64"])) == ("\ufffda\0", b"\xffa\0")
    assert execute(home, "--json", "--", "printf 日本").json()["output_base64"] is None
    done = Registry(env=home.env).session("sh").exec("printf '\\377a'; exit 3", max_lines=9)
    assert (done.code, done.output, done.output_bytes, done.complete) == (3, "\ufffda", b"\xffa", True)
