"""viewsync run -w: some windows of a file, and those that are made only where they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.running import ran, shown, unstarted

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Server

server = unstarted

FILE = """session:
  windows:
    - {name: later, manual: true, panes: [echo 1, echo 2]}
    - {name: editor}
    - {name: logs}
    - {manual: true}
    - {name: logs}
"""
MADE = "#{window_name} #{window_panes}"


def test_only_what_was_asked_for_is_made_and_stays_what_it_is(project: Project, server: Server) -> None:
    project.command("dev", FILE)
    assert ran(project, server, "dev")["windows"] == ["window 'editor'", "window 'logs'", "window 'logs'"]
    assert shown(server, MADE) == ["editor 1", "logs 1", "logs 1"]
    assert project.viewsync("run", "dev", "--diff").code == 0
    made = ran(project, server, "dev", "-w", "later", "--window=4")
    assert (made["action"], made["windows"]) == ("completed", ["window 'later'", "window 4"])
    assert shown(server, MADE)[3:5] == ["later 2", "later 2"]
    again = ran(project, server, "dev")
    assert (again["action"], again["differences"]) == ("reused", [])
    assert "matches" in project.viewsync("run", "dev", "--diff").out
    server.tmux("kill-pane", "-t", "=myapp-main-dev:later.1")
    server.tmux("kill-window", "-t", "=myapp-main-dev:editor")
    assert ran(project, server, "dev", "-w", "later")["panes"] == ["pane 2 of window 'later'"]
    assert ran(project, server, "dev", "--diff", "-w", "logs")["differences"] == []
    assert ran(project, server, "dev")["windows"] == ["window 'editor'"]


def test_a_session_begins_with_some_and_gets_the_others_in_their_places(project: Project, server: Server) -> None:
    project.command("dev", FILE)
    assert ran(project, server, "dev", "-w", "logs")["windows"] == ["window 'logs'", "window 'logs'"]
    one, two = server.tmux("list-windows", "-a", "-F", "#{window_id}").split()
    assert ran(project, server, "dev")["windows"] == ["window 'editor'"]
    assert server.tmux("list-windows", "-a", "-F", "#{window_id}").split()[:2] == [one, two]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-w", "edtor"], "there is no window 'edtor' in the file (did you mean editor?)"),
        (["-w", "3"], "there is no window '3' in the file (there are: later, editor, logs, 4, logs)"),
        (["-w", ""], "there is no window '' in the file (there are: later, editor, logs, 4, logs)"),
    ],
)
def test_a_window_that_the_file_does_not_have(project: Project, server: Server, words: list[str], said: str) -> None:
    project.command("dev", FILE)
    done = project.viewsync("run", "dev", *words)
    assert (done.code, done.err) == (1, f"viewsync: {said}\n")
    assert server.run("has-session").code == 1


def test_where_all_are_manual_one_has_to_be_named(project: Project, server: Server) -> None:
    file = project.command("dev", "session: {windows: [{name: a, manual: true}, {name: b, manual: true}]}\n")
    done = project.viewsync("run", "dev")
    assert (done.code, done.err) == (
        1,
        f"viewsync: {file}: each window is manual (name one or more of them with -w: a, b)\n",
    )
    assert server.run("has-session").code == 1
    assert ran(project, server, "dev", "-w", "b")["windows"] == ["window 'b'"]
    assert ran(project, server, "dev")["action"] == "reused"


def test_they_are_offered_by_the_tab_key_and_told_by_print(project: Project) -> None:
    project.command("dev", FILE.replace("{name: editor}", "{name: '{{task}}'}"))
    offered = project.viewsync("complete", "zsh", "viewsync", "run", "dev", "-w", "").out
    assert offered == "names\0later\t\0logs\t\0" + "4\t\0"
    told = project.viewsync("print", "dev").out
    assert "window     later, only with -w\n" in told
    assert "window     dev, in focus\n" in told
    some = project.viewsync("print", "dev", "-w", "logs", "--window", "4").out
    assert [line for line in some.splitlines() if line.startswith("window")] == [
        "window     later, only with -w",
        "window     logs",
        "window     (as its program)",
        "window     logs",
    ]


def test_a_layout_for_all_windows_that_say_none_and_panes_that_hear_as_one(project: Project, server: Server) -> None:
    project.settings("sessions: {default_layout: even-vertical}\n")
    windows = (
        "windows: [{name: a, panes: [~, ~]}, {name: b, layout: even-horizontal, panes: [~, ~], synchronize: true},"
        " {name: c, synchronize: false}]"
    )
    project.command("dev", f"session: {{{windows}}}\n")
    project.command("own", f"session: {{task: own, default_layout: stacked, {windows}}}\n")
    ran(project, server, "dev")
    told = shown(server, "#{window_name} #{pane_at_left}#{pane_at_right} #{?synchronize-panes,1,0}")
    assert told == ["a 11 0", "a 11 0", "b 10 1", "b 01 1", "c 11 0"]
    first, second, _ = project.viewsync("print", "own", "--json").json()["windows"]
    assert (first["stacked"], first["layout"], second["stacked"]) == (True, "", False)
    file = project.command("bad", "session:\n  default_layout: titled\n  windows: [{panes: [~, ~]}]\n")
    done = project.viewsync("run", "bad")
    assert (done.code, done.err.startswith(f"viewsync: {file}:2: 'titled' is not the name of a layout (even-h")) == (
        1,
        True,
    )
