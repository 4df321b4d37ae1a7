"""A view of another host's session that a program reserves, for a terminal of its own."""

from __future__ import annotations

import os
import shutil
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import stays, until
from viewsync.tmux import views as tmux_views

if TYPE_CHECKING:
    from tests.support.far_host import FarHost
    from tests.support.server import Home, Server


@pytest.mark.parametrize("words", [("far:proj",), ("--host", "far", "proj")])
def test_a_program_has_the_words_that_become_the_client(home: Home, proj: Server, words: tuple[str, ...]) -> None:
    proj.tmux("set-environment", "-t", "=proj:", "FOO", "secret")
    before = proj.pane_pids()
    done = home.viewsync("open", "--json", "--lease", "600", *words)
    assert done.code == 0, done
    found = done.json()
    view = found["view"]
    assert proj.sessions() == ["proj", view]
    assert [found[field] for field in ("parent", "socket", "action", "lease_seconds")] == [
        *("proj", "far:default", "created"),
        600.0,
    ]
    assert "secret" not in done.out
    assert proj.show(f"={view}:", "#{@viewsync_lease}").endswith(".600")
    assert home.rows() == {}  # it would be nobody's here
    tab = home.program(found["attach"])
    until(lambda: view in proj.clients().values(), "a client on it")
    assert proj.tmux("show-environment", "-t", f"={view}:", "FOO") == "FOO=secret"
    until(lambda: not proj.show(f"={view}:", "#{@viewsync_lease}"), "the end of the lease")
    tab.hang_up()
    until(lambda: proj.sessions() == ["proj"], "the end of its view")
    assert proj.pane_pids() == before


def test_where_nobody_comes_its_server_ends_it(home: Home, proj: Server) -> None:
    """And none that is reserved for longer, nor what they show."""
    before = proj.pane_pids()
    kept = home.viewsync("open", "--json", "--lease", "600", "far:proj").json()["view"]
    done = home.viewsync("open", "--json", "--lease", "1", "far:proj")
    assert (done.code, done.json()["action"], done.json()["view"] == kept) == (0, "created", False), done
    until(lambda: proj.sessions() == ["proj", kept], "the end of the other one")
    assert proj.pane_pids() == before


@pytest.mark.parametrize("client", ["gone", "busy"])
def test_its_server_ends_it_whatever_becomes_of_other_clients(home: Home, proj: Server, client: str) -> None:
    """What tmux is to run later is some client's (trap N): one that goes never does it, one that waits is late."""
    tab = home.program(["tmux", "-S", proj.socket, "attach-session", "-t", "=proj"])
    until(lambda: tab.pid in proj.clients(), "the client")
    proj.tmux("bind-key", "-n", "F5", "wait-for", "never")
    view = home.viewsync("open", "--json", "--lease", "2", "far:proj").json()["view"]
    if client == "gone":
        tab.hang_up()
    else:
        tab.type("\033[15~")
    until(lambda: view not in proj.sessions(), "the end of the view")
    assert proj.sessions() == ["proj"]


@pytest.mark.parametrize("by", ["a client", "a pin", "another lease"])
def test_what_keeps_it_then_keeps_it(home: Home, proj: Server, by: str) -> None:
    view = home.viewsync("open", "--json", "--lease", "600", "far:proj").json()["view"]
    tab = home.program(["tmux", "-S", proj.socket, "attach-session", "-t", f"={view}"]) if by == "a client" else None
    until(lambda: not tab or view in proj.clients().values(), "the client")
    mark = ("@viewsync_pin", "1") if by == "a pin" else ("@mine", "1")
    proj.tmux("set-option", "-t", f"={view}:", *mark)
    lease = "9999999999.600" if by == "another lease" else "5.0"
    proj.tmux("set-option", "-t", f"={view}:", "@viewsync_lease", lease)
    path = os.path.join(home.path, "over")
    with open(path, "w", encoding="utf-8") as file:
        file.write(tmux_views._over(view, "5.0", proj.tmux("display-message", "-p", "#{version}")))
    proj.tmux("source-file", path)
    left = "" if lease == "5.0" else lease
    until(lambda: proj.show(f"={view}:", "#{@viewsync_lease}") == left, "what becomes of its lease")
    assert stays(proj.sessions) == ["proj", view]
    if tab:
        tab.hang_up()
        until(lambda: proj.sessions() == ["proj"], "its end, once nobody is on it")


@pytest.mark.parametrize("path", ["", "/nowhere"])
def test_the_server_finds_itself_and_tmux(far: FarHost, path: str) -> None:
    """Whatever its socket is called, and where its PATH has no tmux, or a log-in would have found it."""
    server = far.server(label="it's, 2 $a")
    if path:
        os.makedirs(folder := os.path.join(far.home.path, ".local", "bin"))
        os.symlink(shutil.which("tmux") or "", os.path.join(folder, "tmux"))
        server.tmux("set-environment", "-g", "PATH", path)
    reserve(server, "5.0")
    server.tmux("set-option", "-t", "=proj-view-1-1:", "@viewsync_lease", "6.0")
    tell(server, "5.0")
    until(lambda: server.sessions() == ["proj", "proj-view-1-1"], "the end of the view")
    assert stays(server.sessions) == ["proj", "proj-view-1-1"]
    server.stop()


def test_another_server_on_that_socket_ends_nothing(far: FarHost) -> None:
    """Whose sessions have the same ids, and views that were reserved in the same second."""
    first = far.server()
    programs, begin, told = (os.path.join(far.home.path, name) for name in ("programs", "begin", "told"))
    os.mkdir(programs)
    with open(os.path.join(programs, "tmux"), "w", encoding="utf-8") as file:
        waits = f"while [ ! -e {begin} ]; do sleep 0.05; done"
        file.write(f'#!/bin/sh\n{waits}\n{shutil.which("tmux")} "$@"\necho >>{told}\n')
    os.chmod(file.name, 0o700)
    first.tmux("set-environment", "-g", "PATH", f"{programs}:{os.environ['PATH']}")
    reserve(first, "5.1")
    lines = first.tmux("show-options", "-t", "=proj-view-1-2:")
    tell(first, "5.1")
    os.unlink(first.socket)
    second = far.server()
    reserve(second, "5.1")
    assert second.tmux("show-options", "-t", "=proj-view-1-2:") == lines
    with open(begin, "w", encoding="utf-8"):
        pass
    until(lambda: os.path.exists(told) and os.path.getsize(told) == 2, "both shells of the first server")
    assert stays(second.sessions) == ["proj", "proj-view-1-1", "proj-view-1-2"]
    second.stop()
    os.kill(first.pid, signal.SIGKILL)


def reserve(server: Server, lease: str) -> None:
    for name in ("proj-view-1-1", "proj-view-1-2"):
        server.tmux("new-session", "-d", "-t", "=proj", "-s", name)
        server.tmux("set-option", "-F", "-t", f"={name}:", "@viewsync_view", "#{session_id}")
        server.tmux("set-option", "-t", f"={name}:", "@viewsync_lease", lease)


def tell(server: Server, lease: str) -> None:
    """What is to be done with those two."""
    version, over = server.tmux("display-message", "-p", "#{version}"), os.path.join(server.home.path, "over")
    with open(over, "w", encoding="utf-8") as file:
        file.writelines(f"{tmux_views._over(f'proj-view-1-{number}', lease, version)}\n" for number in (1, 2))
    server.tmux("source-file", over)


def test_create_makes_a_session_that_is_not_there(home: Home, proj: Server, far: FarHost) -> None:
    missing = home.viewsync("open", "--json", "far:new")
    assert (missing.code, missing.json()["error"]["kind"]) == (3, "missing-session"), missing
    done = home.viewsync("open", "--json", "--create", "--cwd", far.home.path, "far:new")
    assert done.code == 0, done
    assert proj.sessions() == ["proj", "new", done.json()["view"]]
    assert proj.show("=new:", "#{pane_current_path}") == far.home.path


def test_a_socket_of_this_host_is_no_other_hosts(home: Home, proj: Server, server: Server) -> None:
    here = home.viewsync("open", "--json", "-S", server.socket, "far:proj")
    assert (here.code, server.socket in here.json()["error"]["message"]) == (3, True), here
    there = home.viewsync("open", "--json", "-S", "/tmp/none/there", "far:proj")
    assert (there.code, "far:/tmp/none/there" in there.json()["error"]["message"]) == (3, True), there
    named = home.viewsync("open", "--json", "=far:proj")
    assert (named.code, "no session 'far:proj' on " in named.json()["error"]["message"]) == (3, True), named
    assert (proj.sessions(), server.sessions()) == (["proj"], ["proj"])


def test_what_cannot_be_reserved_says_why(home: Home, proj: Server, far: FarHost) -> None:
    assert "--lease takes at least one second" in home.viewsync("open", "--json", "--lease", "0", "far:proj").err
    assert home.viewsync("open", "--json", "--cwd", "x", "far:proj").code == 1
    assert proj.sessions() == ["proj"]
    far.stop()
    done = home.viewsync("open", "--json", "far:proj")
    assert (done.code, done.json()["error"]["kind"]) == (4, "unreachable"), done
