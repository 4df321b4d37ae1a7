"""What may stand at the cursor, asked as the shells ask it."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.completion.shells import register
from tests.support import programs
from tests.support.server import ROOT
from tests.test_hot_path import FORBIDDEN, imported
from viewsync import cli
from viewsync.completion import names
from viewsync.completion.rules import bash_words, position
from viewsync.shell_tools.names import TOOLS

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home, Server


def asked(home: Home, *words: str, program: str = "viewsync") -> dict[str, str]:
    """What each candidate is said to be, for the last of the words."""
    done = home.viewsync("complete", "zsh", program, *words)
    assert (done.code, done.err) == (0, "")
    kind, *records = done.out.split("\0")[:-1]
    return {"": kind, **dict(record.rsplit("\t", 1) for record in records)}


def offered(home: Home, *words: str, program: str = "viewsync") -> list[str]:
    return list(asked(home, *words, program=program))[1:]


def test_verbs_are_told_with_their_summaries(home: Home) -> None:
    told = asked(home, "")
    assert told["health"] == cli.COMMANDS["health"].summary
    assert "hook" not in told
    assert "--version" not in told
    assert "--version" in offered(home, "-")
    assert "health" in offered(home, "help", "")
    assert "health" in offered(home, "--tmux", "/tmux", "")


def test_options_are_those_that_may_still_be_given(home: Home) -> None:
    told = asked(home, "freeze", "--")
    assert told["--output"] == "write a new file instead of printing"
    assert "--output" in told
    assert "--output" not in offered(home, "freeze", "-o", "x", "--")
    assert "--prefix" not in offered(home, "install", "--")  # install.sh's own
    kinds = offered(home, "install", "--sweeper", "")
    assert {"systemd", "launchd", "none"} <= set(kinds)
    assert offered(home, "install", "--sweeper=l") == [f"--sweeper={kind}" for kind in kinds]
    assert "--output" not in offered(home, "freeze", "--", "--")


def test_verbs_within_verbs_are_told(home: Home) -> None:
    assert "cleanup-dead" in offered(home, "registry", "")
    register(home, ["one"])
    assert offered(home, "registry", "touch", "") == ["one"]
    assert "--dry-run" in offered(home, "registry", "cleanup-dead", "-")


def test_sessions_parents_views_and_windows_are_those_of_now(home: Home, server: Server) -> None:
    register(home, ["py"])
    view = home.viewsync("open", "--json", "-S", server.socket, "proj").json()["view"]
    ended = home.viewsync("open", "--json", "-S", server.socket, "proj").json()["view"]
    server.tmux("kill-session", "-t", f"={ended}")
    assert offered(home, "send", "-s", "") == ["py"]
    assert offered(home, "open", "-S", server.socket, "") == ["proj"]
    assert asked(home, "open", "")["proj"] == "2 windows"
    assert offered(home, "pin", "") == [view]
    assert asked(home, "pin", "")[view] == "view of proj"
    windows = asked(home, "open", "proj", "--window", "")
    assert [told for name, told in windows.items() if name] == ["0: one", "1: two"]
    assert offered(home, "capture", "-S", server.socket, "-t", "") == ["proj", "proj:0", "proj:1"]
    assert "default" in offered(home, "open", "-L", "")


def test_projects_commands_and_templates_are_told(project: Project) -> None:
    project.command("dev", "windows: [{name: w}]")
    told = project.viewsync("complete", "zsh", "viewsync", "run", "").out
    assert "dev\tcommand of " in told
    assert "files\0" in told
    register(project.home, ["made"], project="shop")
    assert "shop" in offered(project.home, "stats", "sessions", "--project", "")
    assert offered(project.home, "create", "--template", "")
    assert offered(project.home, "new", "x", "--template", "") == ["command"]
    for verb in ("edit", "copy", "remove", "stop"):
        assert "dev\tcommand of " in project.viewsync("complete", "zsh", "viewsync", verb, "").out


def test_the_shell_tools_are_completed_in_their_own_words(home: Home) -> None:
    register(home, ["one"])
    assert offered(home, "-s", "", program="safe-send.sh") == ["one"]
    assert offered(home, "-s", "", program="/home/me/bin/safe-send.sh") == ["one"]
    assert "--session" in offered(home, "-", program="safe-send.sh")
    for name in TOOLS:
        told = home.viewsync("complete", "zsh", name, "").out
        assert told.startswith("files\0" if name in ("backup-registry.sh", "restore-registry.sh") else "names\0")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_asks_for_every_tool(shell: str) -> None:
    with open(os.path.join(ROOT, "completions", f"viewsync.{shell}"), encoding="utf-8") as file:
        assert set(TOOLS) <= set(file.read().split())


def test_a_name_that_begins_with_a_dash_is_offered_where_it_is_a_name(home: Home) -> None:
    register(home, ["-rf", "plain"])
    assert offered(home, "health", "-s", "") == ["plain"]
    assert offered(home, "health", "--session=") == ["--session=-rf", "--session=plain"]


@pytest.mark.parametrize("words", [["bash"], ["zsh"], ["tcsh", "", ""], ["zsh", "viewsync", "nosuch", ""], []])
def test_whatever_goes_wrong_nothing_is_offered_and_nothing_is_said(home: Home, words: list[str]) -> None:
    done = home.viewsync("complete", *words)
    assert (done.code, done.out.split("\0")[1:], done.err) == (0, [""] if done.out else [], "")


def test_nothing_is_written_and_what_cannot_be_read_offers_nothing(home: Home) -> None:
    assert offered(home, "health", "-s", "") == []
    assert not os.path.exists(home.state)
    os.makedirs(home.state, mode=0o700)
    path = os.path.join(home.state, ".sessions.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write("{")
    assert offered(home, "health", "-s", "") == []
    assert sorted(os.listdir(home.state)) == [".sessions.json"]


def test_a_server_that_hangs_does_not_hold_the_prompt(home: Home, server: Server) -> None:
    """Known parents are told without it."""
    home.viewsync("open", "--json", "-S", server.socket, "proj")
    os.kill(server.pid, signal.SIGSTOP)
    try:
        assert asked(home, "open", "-S", server.socket, "")["proj"] == "its server does not answer"
    finally:
        os.kill(server.pid, signal.SIGCONT)


def test_the_tab_key_imports_no_more_than_a_hot_verb(home: Home, server: Server) -> None:
    """But argparse, which knows what a verb takes."""
    register(home, ["one"])
    for line in ("viewsync health -s ", f"viewsync open -S {server.socket} ", "viewsync "):
        assert not imported(home, "complete", "bash", line, "") & (FORBIDDEN - {"argparse"}), line


def test_each_kind_of_name_that_a_verb_declares_is_known() -> None:
    for verb in cli.COMMANDS:
        for action in position.all_actions(cli.parser_of(verb)):
            unknown = set(position.kinds(action)) - {*names.KINDS, "files", "folders"}
            assert not unknown, (verb, action)


TEXTS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1), min_size=1)


@given(TEXTS, st.sampled_from(["", "'", '"', "$'"]))
def test_bash_reads_what_is_quoted_for_it(texts: list[str], quote: str) -> None:
    """By bash itself, and by the reader of its lines."""
    words = [bash_words.read(f"x {quote}").with_rest(text) for text in texts]
    closed = [word if ends_closed(word, quote) else word + quote[-1:] for word in words]
    script = f"printf '%s\\0' {' '.join(closed)}\n"
    done = subprocess.run(["bash"], input=script.encode(), capture_output=True, check=True, env={"LANG": "C.UTF-8"})
    assert done.stdout.decode().split("\0")[:-1] == texts
    for word, text in zip(closed, texts, strict=True):
        assert bash_words.read(f"viewsync {word} ").words == ["viewsync", text]


def ends_closed(word: str, quote: str) -> bool:
    return not quote or word.endswith(quote[-1])


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_is_printed_and_names_the_program(home: Home, shell: str) -> None:
    """Quoted for that shell, and the shell reads it without an error."""
    odd = os.path.join(home.path, "it's $HOME", "viewsync")
    done = home.viewsync("completion", shell, env={"VIEWSYNC_LAUNCHER": odd})
    assert (done.code, done.err) == (0, "")
    assert home.viewsync("completion", "tcsh").code == 1
    programs.skip_without(shell)
    script = done.out.replace("compdef _viewsync", "true")  # without compinit
    named = {"bash": 'echo "$_viewsync_program"', "zsh": "functions _viewsync", "fish": "functions __viewsync_complete"}
    shown = home.run([shell, "-c", f"{script}\n{named[shell]}"])
    assert (shown.code, shown.err) == (0, "")
    wanted = {"bash": odd, "zsh": shlex.quote(odd), "fish": "it\\'s $HOME"}[shell]
    assert wanted in shown.out
