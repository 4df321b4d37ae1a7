"""viewsync run --append: a command's windows in the session that one is in, and nothing else there is touched."""

from __future__ import annotations

import json
import os
import shlex
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.running import environment, shown, trusted
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home, Server

DEV = """environment: {WHO: plan}
session:
  shell: /bin/bash --norc
  options: {status-left: mine, automatic-rename: 'off'}
  windows:
    - {name: editor, index: 0, focus: true, command: 'echo "one $WHO"'}
    - {layout: even-vertical, panes: [echo two, {title: second, environment: {WHO: pane}, shell: cat}]}
    - {name: later, manual: true}
"""
ALL = "#{session_name} #{window_id} #{window_index} #{window_name} #{pane_id} #{pane_pid} #{window_layout}"


@pytest.fixture
def dev(project: Project) -> Project:
    project.command("dev", DEV)
    return project


def within(
    project: Project, server: Server, *words: str, times: int = 1, session: str = "work"
) -> list[tuple[int, dict[str, Any]]]:
    """`viewsync run --append --json` in panes of their own, which end with it: the codes, and what it printed."""
    files = [Path(server.home.path, f"said-{number}") for number in range(times)]
    line = shlex.join([server.home.launcher, "run", *words, "--append", "--json"])
    for file in files:
        file.unlink(missing_ok=True)
        done = f"{line} >{file}.out 2>{file}.err; echo $? >{file}.code; mv {file}.code {file}"
        server.tmux(
            "split-window", "-d", "-t", f"={session}:first", "-c", project.root, f"exec sh -c {shlex.quote(done)}"
        )
    for file in files:
        until(file.exists, "its end")
    return [(int(file.read_text()), json.loads(Path(f"{file}.out").read_text("utf-8"))) for file in files]


def work(server: Server) -> set[str]:
    """A session with two windows, of which the second is current, and a gap before it; all that is told of it."""
    server.tmux("new-session", "-d", "-s", "work", "-n", "first", "-x", "200", "-y", "50")
    server.tmux("new-window", "-t", "=work:7", "-n", "editor")
    return kept(server)


def kept(server: Server) -> set[str]:
    told = shown(server, f"{ALL} #{{window_active}} #{{automatic-rename}} #{{@viewsync_window}}")
    session = server.tmux("show-options", "-t", "=work:") + server.tmux("show-environment", "-t", "=work:")
    return {*told, session}


def test_its_windows_come_behind_and_what_is_there_is_not_touched(dev: Project, server: Server) -> None:
    before = work(server)
    ((code, made),) = within(dev, server, "dev")
    assert (code, made["action"], made["name"]) == (0, "appended", "work")
    assert made["windows"] == ["window 'editor'", "window 2"]
    assert made["warnings"] == ["left out, as the session is not its own: option status-left"]
    until(lambda: before <= kept(server), "the end of the pane that it ran in")
    rows = server.tmux("list-windows", "-t", "=work:", "-F", "#{window_index} #{window_panes} #{window_active}")
    assert rows.splitlines() == ["0 1 0", "7 1 1", "8 1 0", "9 2 0"]
    assert server.show("=work:8", "#{window_name} #{automatic-rename} #{pane_current_command}") == "editor 0 bash"
    assert environment(int(server.show("=work:9.1", "#{pane_pid}")))["WHO"] == "pane"
    assert server.show("=work:9.1", "#{pane_title} #{pane_at_left}#{pane_at_right}") == "second 11"
    until(lambda: "one plan\n" in server.tmux("capture-pane", "-p", "-t", "=work:8"), "its command's output")


def test_two_at_once_and_once_more_make_nothing_twice(dev: Project, server: Server) -> None:
    work(server)
    found = within(dev, server, "dev", "-w", "editor", times=2)
    assert sorted((code, made["action"]) for code, made in found) == [(0, "appended"), (0, "reused")]
    server.tmux("kill-window", "-t", "=work:7")  # the one that was there: names prove nothing
    ((_, again),) = within(dev, server, "dev", "-w", "editor", "-w", "later")
    assert again["windows"] == ["window 'later'"]
    names = server.tmux("list-windows", "-t", "=work:", "-F", "#{window_name}").split()
    assert sorted(names) == ["editor", "first", "later"]


def test_in_a_projects_own_session_both_have_their_windows(dev: Project, server: Server) -> None:
    """Also from a view of it: the windows are those of its parent."""
    dev.command("work", "session: {name_template: work, windows: [{name: first}, {name: editor}]}\n")
    assert dev.viewsync("run", "work").code == 0
    own = server.tmux("list-panes", "-s", "-t", "=work", "-F", ALL).splitlines()
    view = dev.viewsync("open", "work", "--json").json()["view"]
    ((_, made),) = within(dev, server, "dev", "-w", "editor", session=view)
    assert (made["windows"], made["name"]) == (["window 'editor'"], "work")
    until(lambda: {*own} <= {*shown(server, ALL)}, "the end of the pane that it ran in")
    again = dev.viewsync("run", "work", "--json").json()
    assert (again["action"], [one["kind"] for one in again["differences"]]) == ("reused", ["extra"])
    ((_, more),) = within(dev, server, "dev", "-w", "editor")
    assert more["action"] == "reused"


def test_its_steps_run_once_and_those_at_the_end_are_told_to_be_left_out(dev: Project, server: Server) -> None:
    dev.command(
        "steps",
        "session:\n  pre_create_steps: [{run: 'echo before $VIEWSYNC_SESSION >>log'}]\n"
        "  post_create_steps: [{run: 'echo after >>log'}]\n  cleanup_steps: [{run: 'true'}]\n",
    )
    work(server)
    ((code, refused),) = within(dev, server, "steps")
    assert (code, "`viewsync trust steps --as work --append`" in refused["error"]["hint"]) == (1, True)
    trusted(dev, "steps", "--as", "work")  # with all of it, too
    ((_, made),) = within(dev, server, "steps")
    assert made["warnings"] == ["left out, as the session is not its own: cleanup_steps"]
    within(dev, server, "steps")
    assert Path(dev.root, "log").read_text("utf-8") == "before work\nafter\n"


LEFT_OUT = """  cleanup_steps: [{run: 'echo cleanup'}]
  attach_steps: [{run: 'echo attach'}]
  detach_steps: [{run: 'echo detach'}]
  restart_steps: [{run: 'echo restart'}]
  options: {status-left: '#(echo left)'}
  tmux_config: own.conf
"""


def test_what_it_leaves_out_of_the_file_needs_no_trust(dev: Project, server: Server) -> None:
    Path(dev.root, "own.conf").write_text("set-option status on\n")
    dev.command("none", f"session:\n{LEFT_OUT}  windows: [{{name: new}}]\n")
    work(server)
    ((code, made),) = within(dev, server, "none")
    assert (code, made["windows"]) == (0, ["window 'new'"]), made


def test_it_asks_for_the_steps_that_it_runs_and_for_no_others(dev: Project, server: Server) -> None:
    file = "session:\n  pre_create_steps: [{run: 'echo %s >>log'}]\n" + LEFT_OUT
    Path(dev.root, "own.conf").write_text("set-option status on\n")
    dev.command("some", file % "before")
    work(server)
    shown = dev.viewsync("trust", "some", "--as", "work", "--append", "--yes").out
    assert [word for word in ("before", "cleanup", "attach", "restart", "own.conf", "left") if word in shown] == [
        "before"
    ]
    ((code, made),) = within(dev, server, "some")
    assert (code, Path(dev.root, "log").read_text("utf-8")) == (0, "before\n"), made
    assert dev.viewsync("run", "some", "--as", "own").code == 1  # which would run all of them
    dev.command("some", file % "changed")
    server.tmux("kill-window", "-t", "=work:8")
    assert within(dev, server, "some")[0][0] == 1


def test_outside_of_tmux_and_where_it_would_make_no_sense_it_is_refused(dev: Project, home: Home) -> None:
    for words, said in (
        ([], "--append: this is not inside of the tmux server on"),
        (["--as", "x"], "--append takes neither --attach nor --as"),
        (["--attach"], "--append takes neither --attach nor --as"),
        (["--diff"], "not allowed with"),
    ):
        done = dev.viewsync("run", "dev", "--append", *words)
        assert (done.code, said in done.err, done.err.count("\n")) == (1, True, 1), done
    assert not os.path.exists(os.path.join(home.path, f"tmux-{os.geteuid()}", "default"))


def test_after_a_run_that_was_killed_nothing_is_made_or_typed_twice(dev: Project, server: Server) -> None:
    dev.command("slow", "session: {windows: [{name: slow, commands: [{type: echo, sleep_before: 5m}]}]}\n")
    work(server)
    line = f"exec {shlex.quote(server.home.launcher)} run slow --append"
    pid = server.tmux("split-window", "-dP", "-F", "#{pane_pid}", "-t", "=work:first", "-c", dev.root, line)
    until(lambda: server.show("=work:slow", "#{@viewsync_untyped}").startswith("%"), "the window and its pane's mark")
    os.kill(int(pid), signal.SIGKILL)
    ((code, again),) = within(dev, server, "slow")
    assert (code, again["action"], again["windows"]) == (6, "reused", [])
    assert again["unmade"] == [
        "pane 1 of window 'slow': a run that was stopped did not type all of its commands; type them"
    ]
