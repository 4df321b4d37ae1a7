"""Steps of each run, and of a run that finds the session."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.projects.test_steps import read, start
from tests.support.projects import in_git

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Server

NAME = "myapp-main-dev"
project = in_git


def test_they_run_in_the_order_of_the_page(server: Server, project: Project) -> None:
    words = ("start", "pre_create", "post_create", "restart")
    steps = "".join(f"  {word}_steps: [{{run: echo {word} >> ran}}]\n" for word in words)
    assert start(project, server, f"session:\n{steps}").code == 0
    assert read(project, "ran") == "start\npre_create\npost_create\n"
    done = project.viewsync("run", "dev", "-S", server.socket, "--json").json()
    assert (done["action"], [step["stage"] for step in done["steps"]]) == ("reused", ["start", "restart"])
    assert read(project, "ran").endswith("post_create\nstart\nrestart\n")
    project.viewsync("run", "dev", "-S", server.socket, "--diff")
    assert read(project, "ran").endswith("post_create\nstart\nrestart\n")
    told = project.viewsync("print", "dev").out
    assert "at start   echo start >> ran: " in told
    assert "at restart echo restart >> ran: " in told


def test_where_one_fails_a_session_is_left_as_it_is_or_not_made(server: Server, project: Project) -> None:
    text = "session: {start_steps: [{name: gate, run: test ! -e shut}], windows: [{name: a}]}"
    project.write("shut", "")
    done = start(project, server, text)
    assert (done.code, "the start step 'gate' failed (exit code 1" in done.err) == (1, True), done
    assert "no session was made" in done.err
    assert server.sessions() == ["proj"]
    project.home.call(["rm", "shut"], project.home.env, cwd=project.root)
    assert start(project, server, text).code == 0
    project.write("shut", "")
    done = start(project, server, text.replace("[{name: a}]", "[{name: a}, {name: b}]"))
    assert (done.code, f"session '{NAME}' is there, and was left as it is" in done.err) == (1, True), done
    assert "b" not in server.tmux("list-windows", "-t", f"={NAME}", "-F", "#{window_name}")
    more = text.replace("run: test ! -e shut", "run: test ! -e shut, on_failure: continue")
    done = start(project, server, more.replace("[{name: a}]", "[{name: a}, {name: b}]"))
    assert (done.code, "the start step 'gate' failed" in done.err) == (0, True), done
    assert server.tmux("list-windows", "-t", f"={NAME}", "-F", "#{window_name}").split() == ["a", "b"]


def test_none_runs_untrusted(server: Server, project: Project) -> None:
    assert start(project, server, "session: {windows: [{name: a}]}").code == 0
    project.command("dev", "session: {restart_steps: [{run: touch x}], windows: [{name: a}]}")
    done = project.viewsync("run", "dev", "-S", server.socket)
    assert (done.code, "not trusted yet" in done.err, f"session '{NAME}' is there" in done.err) == (1, True, True), done
    assert not os.path.exists(os.path.join(project.root, "x"))


def test_they_run_once_whoever_changes_its_row_meanwhile(server: Server, project: Project) -> None:
    text = "session: {start_steps: [{run: 'echo x >> ran; %s heartbeat -s $VIEWSYNC_SESSION'}], windows: [{name: a}%s]}"
    launcher = project.home.launcher
    assert start(project, server, text % ("true", "")).code == 0
    done = start(project, server, text % (launcher, ", {name: b}"))
    assert (done.code, "created" in done.out, read(project, "ran")) == (0, False, "x\nx\n"), done
    assert server.tmux("list-windows", "-t", f"={NAME}", "-F", "#{window_name}").split() == ["a", "b"]
