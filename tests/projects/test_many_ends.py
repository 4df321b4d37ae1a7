"""Many project sessions that end at once: viewsync is started once or twice for all of them, and none is forgotten."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.faults.support import script
from tests.projects.test_ending import NAME, hook, pending
from tests.projects.test_steps import read, start
from tests.support.projects import in_git
from tests.support.wait import until
from viewsync.context import Context
from viewsync.store import pending_steps
from viewsync.tmux import end_hooks, inventory
from viewsync.tmux.rules import hooks

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home, Server

project = in_git
FILE = "session: {cleanup_steps: [{name: stop, run: 'echo $VIEWSYNC_SESSION >> cleaned'}]}"


def counted(home: Home) -> str:
    """Each start of the hook for such ends is a line in that file."""
    path = os.path.join(home.path, "starts")
    said = f'case "$*" in "hook session-closed") echo start >>{path};; esac'
    home.env["VIEWSYNC_LAUNCHER"] = script(home, "counted", f'{said}\nexec {home.launcher} "$@"')
    return path


def like(home: Home, server: Server, names: list[str]) -> None:
    """Sessions with the cleanup steps of the one that is there."""
    (entry,) = pending_steps.entries(home.state)
    ctx = Context(home.env)
    made = inventory.inventory(ctx.tmux, server.socket).server
    ids = [server.tmux("new-session", "-d", "-P", "-F", "#{session_id}", "-s", name) for name in names]
    for name, session in zip(names, ids, strict=True):
        variables = {**entry.record["variables"], "VIEWSYNC_SESSION": name}
        record = {**entry.record, "name": name, "session_id": session, "windows": [], "variables": variables}
        pending_steps.write(home.state, pending_steps.key(made.identity, session), record)
    end_hooks.arm(ctx.tmux, made, ids, ctx.caller)


@pytest.mark.parametrize("how", ["kill-session", "programs", "kill-server"])
def test_29_ends_at_once_start_one_or_two(server: Server, home: Home, project: Project, how: str) -> None:
    starts = counted(home)
    assert start(project, server, FILE).code == 0
    names = [f"work-{number}" for number in range(28)]
    like(home, server, names)
    if how == "kill-session":
        server.tmux("kill-session", "-a", "-t", "=proj")
    elif how == "programs":
        panes = server.tmux("list-panes", "-a", "-f", "#{!=:#{session_name},proj}", "-F", "#{pane_pid}")
        for pid in panes.split():
            os.kill(int(pid), signal.SIGKILL)
    else:
        server.tmux("kill-server")
    until(lambda: not pending(home), "the cleanup steps", 60)
    assert sorted(read(project, "cleaned").split()) == sorted([NAME, *names])
    with open(starts, encoding="utf-8") as file:
        assert len(file.readlines()) in (1, 2)
    if how != "kill-server":
        until(lambda: not hook(server), "that the hook is taken back")
        until(lambda: not server.tmux("show-options", "-sqv", hooks.TELLING), "that the next one may start")


def test_steps_that_take_long_hold_up_nobody(server: Server, home: Home, project: Project) -> None:
    """Neither whose session ended with it, nor whose ends meanwhile."""
    wait = f"while [ $VIEWSYNC_SESSION = {NAME} ] && [ ! -e go ]; do sleep 0.02; done"
    assert start(project, server, FILE.replace(">> cleaned", f">> cleaned; {wait}")).code == 0
    like(home, server, ["beside", "later"])
    server.tmux("kill-session", "-t", f"={NAME}", ";", "kill-session", "-t", "=beside")
    try:
        until(lambda: set(read(project, "cleaned").split()) == {NAME, "beside"}, "the steps beside it")
        server.tmux("kill-session", "-t", "=later")
        until(lambda: "later" in read(project, "cleaned"), "the steps of one that ended later")
        until(lambda: len(pending(home)) == 1, "that the long ones alone are left")
    finally:
        project.write("go", "")
    until(lambda: not pending(home), "the end of the long ones")
    assert sorted(read(project, "cleaned").split()) == ["beside", "later", NAME]
