"""Commands are typed when a shell stands at its prompt; what does not go as it should is told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until
from viewsync.context import Context
from viewsync.projects import readiness, typing_lines
from viewsync.projects.typing_lines import Typing
from viewsync.tmux import project_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.server import Server


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "PATIENCE", 0.3)


def pane(server: Server, *program: str) -> tuple[str, str]:
    """A new session with that program: its id, and its pane's."""
    made = server.tmux("new-session", "-d", "-P", "-F", "#{session_id} #{pane_id}", "-s", "new", *program)
    session, _, found = made.partition(" ")
    return session, found


def typed(server: Server, session: str, wanted: Sequence[Typing]) -> list[str]:
    ctx = Context(server.home.env)
    return readiness.type_all(ctx, project_list.read(ctx.tmux, server.socket).server, session, wanted).problems


def test_a_program_without_a_prompt_gets_its_command_after_a_while(server: Server, impatient: None) -> None:
    session, found = pane(server, "stty -echo; cat")
    (problem,) = typed(server, session, [Typing(found, "pane 1 of window 'a'", ["hello"])])
    assert problem.startswith("pane 1 of window 'a': no prompt within 0.3 s; its commands were typed anyway")
    until(lambda: "hello" in server.tmux("capture-pane", "-p", "-t", found), "the text")


def test_a_program_that_ended_gets_nothing(server: Server) -> None:
    server.tmux("set-option", "-g", "remain-on-exit", "on")
    session, found = pane(server, "exit 3")
    until(lambda: server.show(found, "#{pane_dead}") == "1", "its end")
    (problem,) = typed(server, session, [Typing(found, "pane 1", ["hello"]), Typing("%99", "pane 2", [])])
    assert problem == "pane 1: its program ended before anything was typed into it"
    assert typed(server, session, [Typing("%99", "pane 2", ["x"])]) == [
        "pane 2: its program ended before anything was typed into it"
    ]


def test_a_pane_that_takes_no_input_is_told_of(server: Server) -> None:
    session, found = pane(server)
    server.tmux("select-pane", "-d", "-t", found)
    (problem,) = typed(server, session, [Typing(found, "pane 1", ["echo hello"])])
    assert problem == "pane 1: the command 'echo hello' was not typed: input-off"


def test_a_line_that_the_terminal_would_cut_is_not_typed(server: Server) -> None:
    session, found = pane(server, "sh")
    (problem,) = typed(server, session, [Typing(found, "pane 1", ["true " + "x" * 5000])])
    assert problem == "pane 1: nothing was typed: its terminal would cut a line of 5005 bytes"


def test_more_than_one_call_can_hold(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typing_lines, "_BATCH", 30)
    session, found = pane(server, "sh")
    commands = [f"echo out-{number} >> {server.home.path}/out" for number in range(5)]
    assert typed(server, session, [Typing(found, "pane 1", commands)]) == []

    def lines() -> list[str]:
        try:
            with open(f"{server.home.path}/out", encoding="utf-8") as file:
                return file.read().split()
        except FileNotFoundError:
            return []

    until(lambda: len(lines()) == 5, "all of them")
    assert lines() == [f"out-{number}" for number in range(5)]


def test_lines_and_tabs_in_a_command_arrive_as_they_are(server: Server) -> None:
    session, found = pane(server, "bash --norc")
    path = f"{server.home.path}/out"
    text = f"printf '%s' 'a\tb\n\tc' > {path} &&\n\tmv {path} {path}.done"
    assert typed(server, session, [Typing(found, "pane 1", [text])]) == []
    until(lambda: os.path.exists(f"{path}.done"), "the file")
    with open(f"{path}.done", encoding="utf-8") as file:
        assert file.read() == "a\tb\n\tc"


def test_a_pane_in_copy_mode_and_a_synchronized_one_are_as_any(server: Server) -> None:
    session, found = pane(server, "sh")
    server.tmux("split-window", "-d", "-t", found, "sh")
    server.tmux("set-option", "-w", "-t", found, "synchronize-panes", "on")
    server.tmux("copy-mode", "-t", found)
    assert typed(server, session, [Typing(found, "pane 1", ["echo only-here"])]) == []
    until(lambda: "only-here" in server.tmux("capture-pane", "-p", "-t", found), "the text")
    assert "only-here" not in server.tmux("capture-pane", "-p", "-t", "=new:.1")
