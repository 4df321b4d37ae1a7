"""viewsync rename: the session, its row and its views' marks get the name; a crash in between can be repaired."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import add_row, by_jq, create, listed, rows
from tests.support.wait import until
from viewsync.context import Context

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def test_session_and_row_get_the_name(server: Server, home: Home) -> None:
    made = create(server, "web")
    by_jq(home, '.sessions.web.note = "kept"')
    done = home.viewsync("rename", "-s", "web", "-n", "api", "--json")
    assert done.code == 0, done
    assert done.fields() == {
        "old": "web",
        "name": "api",
        "socket": server.socket,
        "session_id": made["session_id"],
        "registered": True,
        "views": [],
    }
    assert server.sessions() == ["proj", "api"]
    row = rows(home)["api"]
    assert (row["target"], row["note"], row["session_id"]) == ("api:0.0", "kept", made["session_id"])
    assert listed(home)["api"]["status"] == "alive"
    (event,) = Context(home.env).history.find("event = ?", ["rename"])
    assert (event.session, event.reason) == ("web", "renamed to api")


def test_by_target_with_and_without_a_row(server: Server, home: Home) -> None:
    create(server, "web")
    assert home.viewsync("rename", "-S", server.socket, "-t", "web", "-n", "api").code == 0
    assert home.viewsync("rename", "-S", server.socket, "-t", "proj", "-n", "work").code == 0
    assert server.sessions() == ["work", "api"]
    assert list(rows(home)) == ["api"]


def test_a_row_of_the_shell_tools_gets_its_ids_first(server: Server, home: Home) -> None:
    add_row(home, "proj", server)
    assert home.viewsync("rename", "-n", "work").code == 0
    assert server.sessions() == ["work"]
    assert rows(home)["work"]["session_id"] == "$0"
    assert listed(home)["work"]["status"] == "alive"


def test_its_views_know_whose_they_are_now(server: Server, home: Home) -> None:
    create(server, "web")
    _, view = server.open("web")
    home.viewsync("sweep")
    assert home.viewsync("rename", "-s", "web", "-n", "api", "--json").json()["views"] == [view]
    assert home.rows()[view]["parent"] == "api"
    assert server.show(f"={view}:", "#{@viewsync_parent}") == "api"
    by_jq(home, ".views = {}")
    home.viewsync("sweep")
    assert home.rows()[view]["parent"] == "api"
    server.tmux("kill-session", "-t", "=api")
    server.tmux("detach-client", "-s", f"={view}")
    until(lambda: server.sessions() == ["proj", "api"], "its promotion to the new name")


def test_its_views_learn_a_name_that_tmux_gave_it(server: Server, home: Home) -> None:
    _, view = server.open("proj")
    home.viewsync("sweep")
    for name in ("0", "it's #[fg=red], }"):
        server.tmux("rename-session", "-t", "$0:", "--", name)
        home.viewsync("sweep")
        assert server.show(f"={view}:", "#{@viewsync_parent}") == name
        assert home.rows()[view]["parent"] == name


@pytest.mark.parametrize("name", ["a b", "q'uote", 'd"q', "x;", "#{pid}", "#(touch x)", "a}b,c", "日本", "#", "~"])
def test_any_name_that_tmux_keeps(server: Server, home: Home, name: str) -> None:
    create(server, "web")
    done = home.viewsync("rename", "-s", "web", "-n", name)
    assert done.code == 0, done
    assert server.sessions() == ["proj", name]
    assert home.viewsync("rename", "-s", name, "-n", "web").code == 0
    assert server.sessions() == ["proj", "web"]
    assert list(rows(home)) == ["web"]


@pytest.mark.parametrize("name", ["", "my.app", "a:b", "$0", "-x", "=a", "a\nb", "%1"])
def test_a_name_that_tmux_would_rewrite_is_refused(server: Server, home: Home, name: str) -> None:
    create(server, "web")
    done = home.viewsync("rename", "-s", "web", f"--name={name}")
    assert (done.code, done.err.count("\n")) == (1, 1), done
    assert server.sessions() == ["proj", "web"]


def test_a_name_that_is_taken(server: Server, home: Home) -> None:
    create(server, "web")
    done = home.viewsync("rename", "-s", "web", "-n", "proj")
    assert (done.code, done.err.count("\n")) == (2, 1), done
    add_row(home, "api", server)
    done = home.viewsync("rename", "-s", "web", "-n", "api")
    assert (done.code, done.err.count("\n")) == (2, 1), done
    assert server.sessions() == ["proj", "web"]
    assert list(rows(home)) == ["web", "api"]


def test_no_such_session(server: Server, home: Home) -> None:
    assert home.viewsync("rename", "-s", "nope", "-n", "x").code == 3
    assert home.viewsync("rename", "-S", server.socket, "-t", "pro", "-n", "x").code == 3
    create(server, "web")
    server.tmux("kill-session", "-t", "=web")
    assert home.viewsync("rename", "-s", "web", "-n", "x").code == 3
    assert server.sessions() == ["proj"]


def test_no_server(home: Home) -> None:
    assert home.viewsync("rename", "-S", os.path.join(home.path, "x"), "-t", "a", "-n", "x").code == 4


def test_a_view_keeps_its_name(server: Server, home: Home) -> None:
    _, view = server.open("proj")
    assert home.viewsync("rename", "-S", server.socket, "-t", view, "-n", "x").code == 1
    assert view in server.sessions()


def wrapper(home: Home, text: str) -> dict[str, str]:
    """A tmux that does something around the call that renames."""
    path = os.path.join(home.path, "tmux-around")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\ncase "$*" in *rename-session*) {text};; esac\nexec tmux "$@"\n')
    os.chmod(path, 0o700)
    return {"VIEWSYNC_TMUX": path}


@pytest.mark.parametrize("by", ["viewsync", "jq"])
def test_killed_between_its_steps_it_is_repaired(server: Server, home: Home, by: str) -> None:
    if by == "jq":
        server.tmux("new-session", "-d", "-s", "web")
        add_row(home, "web", server)
    else:
        create(server, "web")
    env = wrapper(home, 'tmux "$@"; kill -9 $PPID; exit')
    assert home.viewsync("rename", "-s", "web", "-n", "api", env=env).code == -9
    assert server.sessions() == ["proj", "api"]
    assert list(rows(home)) == ["web"]
    assert home.viewsync("reconcile", "--repair").code == 0
    assert list(rows(home)) == ["api"]
    assert rows(home)["api"]["target"] == "api:0.0"
    assert listed(home)["api"]["status"] == "alive"


def test_killed_before_tmux_renamed_it_nothing_has_happened(server: Server, home: Home) -> None:
    create(server, "web")
    env = wrapper(home, "kill -9 $PPID; exit")
    assert home.viewsync("rename", "-s", "web", "-n", "api", env=env).code == -9
    assert home.viewsync("reconcile").code == 0
    assert (server.sessions(), list(rows(home))) == (["proj", "web"], ["web"])


def test_after_a_crash_the_same_command_ends_what_it_began(server: Server, home: Home) -> None:
    create(server, "web")
    env = wrapper(home, 'tmux "$@"; kill -9 $PPID; exit')
    home.viewsync("rename", "-s", "web", "-n", "api", env=env)
    assert home.viewsync("rename", "-s", "web", "-n", "api").code == 0
    assert (server.sessions(), list(rows(home))) == (["proj", "api"], ["api"])


@pytest.mark.parametrize("change", ['s/"web": /"api": /', 's/"web": /"api": {"socket": "x"}, &/'])
def test_a_name_that_somebody_took_meanwhile_is_given_back(server: Server, home: Home, change: str) -> None:
    create(server, "web")
    _, view = server.open("web")
    home.viewsync("sweep")
    registry = os.path.join(home.state, ".sessions.json")
    env = wrapper(home, f"sed -i '{change}' {registry}")
    done = home.viewsync("rename", "-s", "web", "-n", "api", env=env)
    assert done.code == 2, done
    assert server.sessions() == ["proj", "web", view]
    assert server.show(f"={view}:", "#{@viewsync_parent}") == "web"


def test_a_locked_registry_leaves_the_old_name(server: Server, home: Home) -> None:
    create(server, "web")
    holder = home.program(["flock", os.path.join(home.state, ".sessions.lock"), "sh", "-c", "echo held; read line"])
    until(lambda: "held" in holder.text(), "the lock")
    done = home.viewsync("rename", "-s", "web", "-n", "api", env={"LOCK_TIMEOUT": "0.1"})
    assert done.code == 75
    assert (server.sessions(), list(rows(home))) == (["proj", "web"], ["web"])
