"""create on another host: what runs there is found there, and nothing of this host goes along."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until
from viewsync.context import Context
from viewsync.errors import TmuxError
from viewsync.hosts import creating, reaching
from viewsync.sessions.creating import CreateRequest

if TYPE_CHECKING:
    from tests.support.far_host import FarHost
    from tests.support.server import Home, Server


def test_a_session_is_made_there_and_can_be_driven_at_once(home: Home, proj: Server, far: FarHost) -> None:
    words = ("--cwd", far.home.path, "-e", "X=a;b 'c'", "--size", "90x20", "--wait", "^ready$", "--wait-timeout", "300")
    run = "echo ready; exec sh -i"
    done = home.viewsync(
        "create", "--host", "far", "-n", "new", *words, "--json", "--", "sh", "-c", run, env={"MINE": "x"}
    )
    assert done.code == 0, done
    fields = done.json()
    assert [fields[name] for name in ("name", "socket", "registered", "ready", "pid")] == [
        *("new", "far:default", False, True),
        None,
    ]
    assert proj.show("=new:", "#{pane_current_path} #{window_width}x#{window_height}") == f"{far.home.path} 90x20"
    assert proj.tmux("show-environment", "-t", "=new:").count("MINE") == 0
    sent = home.viewsync("send", "-s", "far:new", "-c", 'echo "$X$MINE."', "-w", r"^a;b 'c'\.$")
    assert sent.code == 0, sent
    again = home.viewsync("create", "--host", "far", "-n", "new")
    assert (again.code, "there is a session 'new' on far:default" in again.err) == (2, True), again
    assert home.registry()["sessions"] == {}


def test_a_program_that_ends_at_once_is_said(home: Home, proj: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creating, "_ENDS", 60.0)  # a busy machine is not told in time
    request = CreateRequest("new", command=["no-such-program-there"])
    with pytest.raises(TmuxError, match="no-such-program-there ended at once"):
        creating.create(reaching.context(Context(home.env), "far"), "far", request)
    assert proj.sessions() == ["proj"]


def test_what_cannot_be_made_says_why(home: Home, proj: Server) -> None:
    for words, code, said in (
        (("--host", "far", "-n", "new", "--cwd", "x"), 1, "--cwd takes a whole path on far"),
        (("-n", "far:new"), 1, "choose another name; --host HOST -n NAME makes it on another host"),
        (("--host", "far", "-n", "a.b"), 1, "tmux would rewrite '.' in a session's name"),
        (("--host", "far", "-n", "new", "--template", "bash"), 1, "a template is for sessions of this host"),
    ):
        done = home.viewsync("create", *words)
        assert (done.code, said in done.err) == (code, True), done
    assert proj.sessions() == ["proj"]


def test_a_folder_has_to_be_there(home: Home, proj: Server, far: FarHost) -> None:
    """As for a session of this host, whatever is in its name."""
    odd = os.path.join(far.home.path, "a 'b'\n$c")
    os.mkdir(odd)
    for folder in ("/not/there", f"{odd}x", proj.socket):
        done = home.viewsync("create", "--host", "far", "-n", "new", "--cwd", folder)
        assert (done.code, "is not a folder on far" in done.err, proj.sessions()) == (1, True, ["proj"]), done
    made = home.viewsync("create", "--host", "far", "-n", "new", "--cwd", odd, "--", "sleep", "1000")
    assert made.code == 0, made
    pid = proj.show("=new:", "#{pane_pid}")
    until(lambda: os.readlink(f"/proc/{pid}/cwd") == odd, "the program in its folder")


def test_the_first_session_starts_the_server_there(home: Home, far: FarHost) -> None:
    server = far.server()
    server.stop()
    done = home.viewsync("create", "--host", "far", "-n", "first", "--", "sleep", "1000")
    assert done.code == 0, done
    try:
        until(lambda: server.sessions() == ["first"], "the session")
    finally:
        server.tmux("kill-server")
