"""What is inherited, or only written down, makes no session ours; and what was ours before stays so.

tmux looks an option up in the server, in panes, windows and in all sessions, too (facts about formats: format.c).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.support import NO_HOOKS, detached, every_layer
from tests.support.sessions import by_jq
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home, Server

SCOPES = ("-g", "-s", "-gw", "-w", "-p")
OLD = "proj-view-1735324800-5432"  # as the configuration that viewsync replaces called its views


def inherit(server: Server, scope: str, option: str, value: str) -> None:
    if scope in ("-w", "-p"):
        for window in server.tmux("list-windows", "-a", "-F", "#{window_id}").split():
            server.tmux("set-option", scope, "-t", window, option, value)
    else:
        server.tmux("set-option", scope, option, value)


def identity(server: Server) -> str:
    return server.tmux("display-message", "-p", "#{pid}.#{start_time}")


def write_row(server: Server, name: str, **fields: Any) -> None:
    """A row of a view that names no id, as anybody may write one."""
    row = {"socket": server.socket, "server": identity(server), "parent": "elsewhere", "parent_id": "", **fields}
    by_jq(server.home, ".views = ((.views // {}) + {($name): $row})", name=name, row=row)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("value", ["1", "$0", "$1", "$2"])
def test_a_mark_that_is_inherited_ends_nobodys_session(server: Server, scope: str, value: str) -> None:
    """proj is $0; the two beside it share its windows, nobody is on them, and one is called like a view of old."""
    server.tmux("new-session", "-d", "-t", "=proj", "-s", "mine")
    server.tmux("new-session", "-d", "-t", "=proj", "-s", "theirs")
    inherit(server, scope, "@viewsync_view", value)
    inherit(server, scope, "@viewsync_parent", "gone")
    every_layer(server)
    assert server.sessions() == ["proj", "mine", "theirs"]


@pytest.mark.parametrize("scope", ["-g", "-s", "-gw"])
@pytest.mark.parametrize("value", ["1", "$1"])
def test_nor_one_that_looks_like_a_view(server: Server, scope: str, value: str) -> None:
    server.tmux("new-session", "-d", "-t", "=proj", "-s", OLD)
    inherit(server, scope, "@viewsync_view", value)
    every_layer(server)
    assert server.sessions() == ["proj", OLD]


@pytest.mark.parametrize("scope", SCOPES)
def test_our_own_views_are_cleaned_up_all_the_same(server: Server, scope: str) -> None:
    tab, view = server.open("proj", env=NO_HOOKS)
    server.home.viewsync("sweep", env=NO_HOOKS)
    inherit(server, scope, "@viewsync_view", "$0")
    tab.hang_up()
    detached(server, view)
    every_layer(server)
    assert server.sessions() == ["proj"]


@pytest.mark.parametrize("state", ["open", "creating"])
@pytest.mark.parametrize("name", ["mine", OLD])
def test_a_row_without_an_id_ends_and_renames_nobodys_session(
    server: Server, home: Home, name: str, state: str
) -> None:
    server.tmux("new-session", "-d", "-t", "=proj", "-s", name)
    server.tmux("new-session", "-d", "-s", "alone")
    created = int(server.show(f"={name}:", "#{session_created}"))
    write_row(server, name, state=state, created=created)
    write_row(server, "alone", state=state, created=created)
    every_layer(server)
    assert server.sessions() == ["proj", name, "alone"]
    assert not home.rows()


def test_a_row_with_the_id_of_another_session_ends_nobodys(server: Server) -> None:
    server.tmux("new-session", "-d", "-t", "=proj", "-s", OLD)
    created = int(server.show(f"={OLD}:", "#{session_created}"))
    write_row(server, OLD, state="open", created=created, session_id="$99")
    every_layer(server)
    assert server.sessions() == ["proj", OLD]


def test_a_view_of_the_version_before_is_marked_anew_and_stays_ours(server: Server, home: Home) -> None:
    tab, view = server.open("proj", env=NO_HOOKS)
    home.viewsync("sweep", env=NO_HOOKS)
    by_jq(home, "del(.views[].session_id)")
    server.tmux("set-option", "-t", f"={view}:", "@viewsync_view", "1")
    home.viewsync("sweep", env=NO_HOOKS)
    assert server.show(f"={view}:", "#{@viewsync_view}") == server.show(f"={view}:", "#{session_id}")
    assert home.rows()[view]["session_id"] == server.show(f"={view}:", "#{session_id}")
    tab.hang_up()
    detached(server, view)
    every_layer(server)
    assert server.sessions() == ["proj"]


def test_so_is_one_whose_client_left_before_the_first_look(server: Server, home: Home) -> None:
    """The server's own check asks for nothing that only the new mark has."""
    tab, view = server.open("proj", env=NO_HOOKS)
    server.tmux("set-option", "-t", f"={view}:", "@viewsync_view", "1")
    assert "session_id" not in home.rows()[view]
    tab.hang_up()
    detached(server, view)
    every_layer(server)
    assert server.sessions() == ["proj"]


def test_without_its_row_the_mark_alone_shows_that_a_view_is_ours(server: Server, home: Home) -> None:
    tab, view = server.open("proj", env=NO_HOOKS)
    by_jq(home, ".views = {}")
    tab.hang_up()
    detached(server, view)
    every_layer(server)
    assert server.sessions() == ["proj"]


def test_the_identity_of_a_project_is_not_inherited(server: Server, project: Project) -> None:
    """Else the user's own session would be the project's: worked on by `run`, and ended by `kill-session`."""
    project.command("dev", "session: {windows: [{name: one}]}\n")
    made = project.viewsync("run", "dev", "-S", server.socket, "--json").json()
    marks = ("root", "project", "worktree", "task", "base", "command")
    for mark in marks:
        value = server.show(f"={made['name']}:", f"#{{@viewsync_{mark}}}")
        server.tmux("set-option", "-g", f"@viewsync_{mark}", value)
    server.tmux("set-option", "-g", "@viewsync_session", server.show(f"={made['name']}:", "#{session_id}"))
    server.tmux("kill-session", "-t", f"={made['name']}")
    assert project.viewsync("kill-session", "proj", "-S", server.socket).code == 3
    again = project.viewsync("run", "dev", "-S", server.socket, "--json").json()
    assert again["action"] == "created"
    assert server.sessions() == ["proj", again["name"]]


def test_a_window_that_inherits_the_mark_of_a_placeholder_stays(server: Server, project: Project) -> None:
    project.command("dev", "session: {windows: [{name: one}]}\n")
    made = project.viewsync("run", "dev", "-S", server.socket, "--json").json()
    server.tmux("new-window", "-d", "-t", f"={made['name']}:", "-n", "precious")
    server.tmux("swap-window", "-d", "-s", f"={made['name']}:precious", "-t", f"={made['name']}:one")
    server.tmux("set-option", "-gw", "@viewsync_placeholder", "1")
    project.command("dev", "session: {windows: [{name: one}, {name: two}]}\n")
    project.viewsync("run", "dev", "-S", server.socket)
    found = server.tmux("list-windows", "-t", f"={made['name']}:", "-F", "#{window_name}").split()
    assert {"one", "two", "precious"} <= set(found)


@pytest.mark.parametrize(
    "text",
    [
        "session: {options: {'@viewsync_view': '$0'}}\n",
        "session: {windows: [{name: one, options: {'@viewsync_quarantine': x}}]}\n",
        "session: {tmux_config: tmux.conf}\n",
    ],
)
def test_a_project_file_sets_none_of_our_options(server: Server, project: Project, text: str) -> None:
    project.write("tmux.conf", "set -g status off\nset -g @views\"ync_view\" '$0'\n")
    project.command("dev", text)
    done = project.viewsync("run", "dev", "-S", server.socket)
    assert (done.code, "viewsync's own" in done.err) == (1, True), done
    assert server.sessions() == ["proj"]


def test_other_user_options_are_the_files_to_set(server: Server, project: Project) -> None:
    project.write("tmux.conf", "# nothing of @viewsync here\nset -s @mine 3\n")
    project.command("dev", "session: {options: {'@mine': 1}, windows: [{name: one, options: {'@views': 2}}]}\n")
    made = project.viewsync("run", "dev", "-S", server.socket, "--json").json()
    until(lambda: server.show(f"={made['name']}:", "#{@mine}#{@views}") == "12", "the options")
