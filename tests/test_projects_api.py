"""K1: TmuxManager and SessionLifecycleManager say what is so, about exactly the session that was named, or raise."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from tests.support.running import FOUR, environment
from tests.support.sessions import note_pid, rows
from tests.support.wait import until
from tests.test_hot_path import FORBIDDEN
from viewsync import SessionLifecycleManager, TmuxManager
from viewsync.errors import MissingSession, SessionExists, TmuxError, UsageError

if TYPE_CHECKING:
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
    assert [each.name for each in manager.list_sessions()] == ["proj", "myproject-main-dev"]
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
    assert [(each.name, each.attached, each.views) for each in manager.list_sessions()] == [("proj", 3, (view,))]
    assert manager.session_exists(view)


def test_b8_no_server_is_no_session_and_an_error_is_an_error(home: Home, server: Server) -> None:
    nobody = TmuxManager(os.path.join(home.path, "none"), env=home.env)
    assert nobody.list_sessions() == []
    assert not nobody.session_exists("a")
    broken = TmuxManager(server.socket, env={**home.env, "VIEWSYNC_TMUX": "/nonexistent/tmux"})
    for call in (broken.list_sessions, lambda: broken.session_exists("proj"), lambda: broken.kill_session("proj")):
        with pytest.raises(TmuxError):
            call()


def test_b8_what_cannot_be_made_raises(manager: TmuxManager, server: Server, home: Home) -> None:
    with pytest.raises(SessionExists):
        manager.create_session("proj", home.path)
    with pytest.raises(UsageError):
        manager.create_session("a:b", home.path)
    with pytest.raises(UsageError):
        manager.create_session("a", os.path.join(home.path, "none"))
    with pytest.raises(UsageError, match="terminal"):
        TmuxManager(server.socket, env={**home.env, "TMUX": ""}).create_session("a", home.path, auto_attach=True)
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
    assert [each.window_name for each in manager.get_session_info("proj").libtmux.windows] == ["one", "two"]
    manager.kill_session("a")
    with pytest.raises(MissingSession):
        _ = info.libtmux
    code = "import sys; from viewsync import TmuxManager; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & FORBIDDEN == set()
