"""K1: TmuxManager and SessionLifecycleManager say what is so, about exactly the session that was named, or raise."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from tests.support.running import FOUR, environment
from tests.support.server import alive
from tests.support.sessions import note_pid, rows
from tests.support.wait import until
from tests.test_hot_path import FORBIDDEN
from viewsync import SessionLifecycleManager, TmuxManager
from viewsync.api.projects import SessionInfo
from viewsync.errors import MissingSession, SessionExists, TmuxError, TmuxTimeout, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


@pytest.fixture
def manager(server: Server, home: Home) -> TmuxManager:
    return TmuxManager(server.socket, env={**home.env, "TMUX": ""})


@pytest.fixture
def lifecycle(server: Server, home: Home) -> SessionLifecycleManager:
    return SessionLifecycleManager(server.socket, env={**home.env, "TMUX": ""})


def test_k1_create_list_info_and_kill(manager: TmuxManager, server: Server, home: Home) -> None:
    made = manager.create_session("myproject-main-dev", home.path, environment={"COLOR": "a;b"})
    assert (made.name, made.working_dir, made.action, made.windows) == ("myproject-main-dev", home.path, "created", 1)
    assert environment(int(server.show(f"{made.id}:", "#{pane_pid}")))["COLOR"] == "a;b"
    assert [session.name for session in manager.list_sessions()] == ["proj", "myproject-main-dev"]
    assert manager.get_session_info("myproject-main-dev").id == made.id
    manager.kill_session("myproject-main-dev")
    assert server.sessions() == ["proj"]
    assert rows(home) == {}


def test_b3_names_match_whole(manager: TmuxManager, server: Server, home: Home) -> None:
    manager.create_session("app-main-dev2", home.path)
    for name in ("app-main-dev", "app*", "pro", "=proj", "$0", "%0", ""):
        assert not manager.session_exists(name)
        with pytest.raises(MissingSession):
            manager.kill_session(name)
        with pytest.raises(MissingSession):
            manager.get_session_info(name)
    assert server.sessions() == ["proj", "app-main-dev2"]
    assert manager.session_exists("app-main-dev2")


def test_b5_clients_are_counted_those_on_views_too(manager: TmuxManager, server: Server) -> None:
    assert manager.get_session_info("proj").attached == 0
    argv = ["tmux", "-S", server.socket, "attach", "-t", "=proj"]
    for _ in range(2):
        server.home.program(argv)
    until(lambda: manager.get_session_info("proj").attached == 2, "two clients")
    _, view = server.open("proj")
    until(lambda: manager.get_session_info("proj").attached == 3, "a third")
    assert [(session.name, session.attached, session.views) for session in manager.list_sessions()] == [
        ("proj", 3, (view,))
    ]
    assert manager.session_exists(view)


def calls(socket: str, env: dict[str, str], folder: str) -> dict[str, Callable[[], object]]:
    """Every method, about the session `proj` where it is about one."""
    manager, lifecycle = TmuxManager(socket, env=env), SessionLifecycleManager(socket, env=env)
    return {
        "create_session": lambda: manager.create_session("new", folder),
        "list_sessions": manager.list_sessions,
        "session_exists": lambda: manager.session_exists("proj"),
        "get_session_info": lambda: manager.get_session_info("proj"),
        "attach_session": lambda: manager.attach_session("proj"),
        "kill_session": lambda: manager.kill_session("proj"),
        "create_session_with_environment": lambda: lifecycle.create_session_with_environment("p", "w", "t", folder),
        "run": lambda: lifecycle.run(os.path.join(folder, "dev.yaml")),
    }


METHODS = sorted(calls("/nowhere", {}, ""))


@pytest.fixture
def dev(home: Home) -> str:
    """The folder of a command file."""
    with open(os.path.join(home.path, "dev.yaml"), "w", encoding="utf-8") as file:
        file.write(FOUR)
    return home.path


@pytest.mark.parametrize("method", METHODS)
def test_b8_without_tmux_every_method_says_so(server: Server, home: Home, dev: str, method: str) -> None:
    before = server.pane_pids()
    path = os.path.join(home.path, "bin")
    os.mkdir(path)
    os.symlink(shutil.which("bash") or "", os.path.join(path, "bash"))
    for env in ({"PATH": path}, {"VIEWSYNC_TMUX": "/nonexistent/tmux"}):
        with pytest.raises(TmuxError, match=r"tmux: .*No such file"):
            calls(server.socket, {**home.env, **env}, dev)[method]()
    assert (server.sessions(), server.pane_pids(), rows(home)) == (["proj"], before, {})


@pytest.mark.parametrize("method", METHODS)
def test_b8_a_server_that_does_not_answer_is_waited_for_no_longer_than_the_bound(
    server: Server, home: Home, dev: str, method: str
) -> None:
    before = server.pane_pids()
    os.kill(server.pid, signal.SIGSTOP)
    try:
        with pytest.raises(TmuxTimeout, match=r"did not answer within 0\.3 s"):
            calls(server.socket, {**home.env, "VIEWSYNC_TMUX_TIMEOUT": "0.3"}, dev)[method]()
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert set(server.pane_pids()) >= set(before)


@pytest.mark.parametrize("stale", [False, True])
def test_b8_where_no_server_runs_there_is_no_session(home: Home, server: Server, dev: str, stale: bool) -> None:
    """`stale`: its socket is left, as after a crash."""
    path = os.path.join(home.path, "none")
    if stale:
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(path)
    call = calls(path, home.env, dev)
    assert call["list_sessions"]() == []
    assert call["session_exists"]() is False
    for method in ("get_session_info", "attach_session", "kill_session"):
        with pytest.raises(MissingSession, match=f"there is no session 'proj' on {path}"):
            call[method]()


@pytest.mark.parametrize("method", METHODS)
def test_b8_where_no_server_can_be_no_answer_is_made_up(dev: str, home: Home, method: str) -> None:
    """On a path that is no socket: tmux would put its own there. The file stays."""
    file = os.path.join(dev, "dev.yaml")
    size = os.path.getsize(file)
    with pytest.raises(UsageError, match="is no socket"):
        calls(file, home.env, dev)[method]()
    assert os.path.getsize(file) == size


@pytest.mark.parametrize("method", ["create_session", "create_session_with_environment", "run"])
def test_what_makes_a_session_starts_the_server(
    servers: Callable[..., Server], home: Home, dev: str, method: str
) -> None:
    server = servers()
    made = calls(server.socket, home.env, dev)[method]()
    note_pid(server)
    assert isinstance(made, SessionInfo)
    assert (server.sessions(), made.action, made.warnings) == ([made.name], "created", ())
    assert list(rows(home)) == [made.name]


def test_b8_what_cannot_be_made_raises(manager: TmuxManager, server: Server, home: Home) -> None:
    with pytest.raises(SessionExists):
        manager.create_session("proj", home.path)
    with pytest.raises(UsageError):
        manager.create_session("a:b", home.path)
    with pytest.raises(UsageError):
        manager.create_session("a", os.path.join(home.path, "none"))
    with pytest.raises(UsageError, match="is not a folder"):
        manager.create_session("a", "/\0")
    assert server.sessions() == ["proj"]


def test_k1_with_environment(lifecycle: SessionLifecycleManager, server: Server, home: Home) -> None:
    asked = ("myproject", "feature-auth", "dev", home.path, {"NODE_ENV": "x y"})
    made = lifecycle.create_session_with_environment(*asked)
    assert (made.name, made.action) == ("myproject-feature-auth-dev", "created")
    assert (made.project, made.worktree, made.task) == ("myproject", "feature-auth", "dev")
    assert environment(int(server.show(f"{made.id}:", "#{pane_pid}")))["NODE_ENV"] == "x y"
    again = lifecycle.create_session_with_environment(*asked)
    assert again == made._replace(action="reused", source=again.source)
    with pytest.raises(UsageError):
        lifecycle.create_session_with_environment("p", "", "dev", home.path)
    with pytest.raises(UsageError):
        lifecycle.create_session_with_environment("p", "w", "dev", os.path.join(home.path, "none"))
    other = lifecycle.create_session_with_environment(*asked[:4], {"NODE_ENV": "other"})
    assert (other.id, other.action, len(other.warnings)) == (made.id, "reused", 1)
    assert "NODE_ENV" in other.warnings[0]


@pytest.mark.parametrize("given", [{"A=B": "c"}, {"": "x"}, {"a-b": "x"}, {"A": "x\0y"}])
def test_a_variable_that_would_be_another_is_refused(
    manager: TmuxManager, lifecycle: SessionLifecycleManager, server: Server, dev: str, given: dict[str, str]
) -> None:
    with pytest.raises(UsageError):
        manager.create_session("a", dev, environment=given)
    with pytest.raises(UsageError):
        lifecycle.create_session_with_environment("p", "w", "t", dev, given)
    with pytest.raises(UsageError):
        lifecycle.run(os.path.join(dev, "dev.yaml"), environment=given)
    with pytest.raises(UsageError):
        lifecycle.run(os.path.join(dev, "dev.yaml"), given)
    assert server.sessions() == ["proj"]


def test_k1_kill_ends_exactly_that_one_and_what_its_views_show_lives_on(manager: TmuxManager, server: Server) -> None:
    server.tmux("new-session", "-d", "-s", "proj2")
    tab, view = server.open("proj")
    before = server.pane_pids()
    manager.kill_session("proj")
    assert not manager.session_exists("proj")
    assert (server.sessions(), server.clients(), server.pane_pids()) == (["proj2", view], {tab.pid: view}, before)


def test_k1_kill_ends_a_projects_session_with_its_views(
    manager: TmuxManager, lifecycle: SessionLifecycleManager, server: Server, home: Home
) -> None:
    made = lifecycle.create_session_with_environment("p", "w", "t", home.path)
    server.open(made.name)
    manager.kill_session(made.name)
    assert (server.sessions(), rows(home)) == (["proj"], {})


def test_b6_two_identities_are_two_sessions(lifecycle: SessionLifecycleManager, home: Home) -> None:
    one = lifecycle.create_session_with_environment("a-b", "c", "dev", home.path)
    other = lifecycle.create_session_with_environment("a", "b-c", "dev", home.path)
    assert (one.name, other.name) == ("a-b-c-dev", "a-b-c-dev-2")
    assert (other.project, other.worktree) == ("a", "b-c")


def test_a_command_file(
    lifecycle: SessionLifecycleManager, server: Server, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(home)
    project.command("dev", FOUR)
    monkeypatch.chdir(project.root)
    made = lifecycle.run("dev")
    note_pid(server)
    assert (made.name, made.windows, made.action) == ("myapp-main-dev", 4, "created")
    assert lifecycle.run("dev", {"task": "other"}).name == "myapp-main-other"
    with pytest.raises(UsageError, match="no command"):
        lifecycle.run("none")


def test_objects_of_libtmux_only_when_they_are_wanted(manager: TmuxManager, server: Server, home: Home) -> None:
    info = manager.create_session("a", home.path)
    assert info.libtmux.session_id == info.id
    assert [window.window_name for window in manager.get_session_info("proj").libtmux.windows] == ["one", "two"]
    manager.kill_session("a")
    with pytest.raises(MissingSession):
        _ = info.libtmux
    last = manager.get_session_info("proj")
    manager.kill_session("proj")
    until(lambda: not alive(server.pid), "the end of the server with its last session")
    with pytest.raises(TmuxError):
        _ = last.libtmux
    code = "import sys; from viewsync import TmuxManager; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & FORBIDDEN == set()
