"""Options of a user's that end sessions and servers by themselves, beside each verb that makes a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import note_pid
from tests.support.wait import stays, until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.support.projects import Project
    from tests.support.server import Home, Server

PROJECT = "session:\n  windows:\n    - name: one\n    - name: two\n"
# As many configurations have them.
HARMLESS = {
    "destroy-unattached": "set -g destroy-unattached on\n",
    "detach-on-destroy": "set -g detach-on-destroy off\nset -s exit-empty off\n",
    "indices": "set -g remain-on-exit on\nset -g base-index 1\nset -g pane-base-index 1\nset -g renumber-windows on\n",
}


def configured(servers: Callable[..., Server], home: Home, text: str) -> Server:
    """A server that is not started yet, and will have that configuration, whoever starts it."""
    with open(f"{home.path}/.tmux.conf", "w", encoding="utf-8") as file:
        file.write(text)
    return servers()


def making(server: Server) -> list[Sequence[str]]:
    where = ("-S", server.socket)
    return [("open", "mine", "--create", "--json", *where), ("create", "-n", "sh", *where), ("run", "dev", *where)]


@pytest.mark.parametrize("options", HARMLESS)
def test_what_is_made_stays(servers: Callable[..., Server], home: Home, project: Project, options: str) -> None:
    project.command("dev", PROJECT)
    server = configured(servers, home, HARMLESS[options])
    for words in making(server):
        done = project.viewsync(*words)
        assert done.code == 0, (words, done.err)
    note_pid(server)
    tab, view = server.open("mine", "--new")
    made = {"mine", "sh", "myapp-main-dev", view}
    assert made <= set(stays(server.sessions))
    tab.close()
    until(lambda: view not in server.sessions(), "the end of the view")
    for verb in ("views", "sweep", "find", "reconcile"):
        assert home.viewsync(verb).code == 0, verb
    assert made - {view} <= set(server.sessions())


def test_a_server_that_ends_with_its_last_tab_is_refused(
    servers: Callable[..., Server], home: Home, project: Project
) -> None:
    """Nobody is on what is made, so it would end at once. With a tab of somebody's there, it is made."""
    project.command("dev", PROJECT)
    server = configured(servers, home, "set -s exit-unattached on\n")
    for words in making(server):
        done = project.viewsync(*words)
        assert done.code == (3 if words[0] == "create" else 4), (words, done.out)
        assert "exit-unattached off" in done.err, done.err
    assert not home.registry()["sessions"]
    home.program(["tmux", "-S", server.socket, "new-session", "-s", "tab"])
    until(lambda: server.run("list-clients").out, "a tab")
    note_pid(server)
    for words in making(server):
        done = project.viewsync(*words)
        assert done.code == 0, (words, done.err)
    assert {"mine", "sh", "myapp-main-dev"} < set(server.sessions())
    checks = {check["name"]: check for check in home.viewsync("doctor", "--json").json()["checks"]}
    assert checks["exit-unattached"]["status"] == "warn"
    assert home.run(["sh", "-c", checks["exit-unattached"]["command"]]).code == 0
    assert server.tmux("show-options", "-sv", "exit-unattached") == "off"


@pytest.mark.parametrize("beside", [False, True])
def test_a_new_session_that_ends_at_once_is_said_to(servers: Callable[..., Server], home: Home, beside: bool) -> None:
    server = configured(servers, home, "set -g default-command false\n")
    if beside:
        server.tmux("new-session", "-d", "-s", "other", "cat", ";", "set", "-g", "default-command", "false")
        note_pid(server)

    def said() -> bool:
        """One that ends a moment later is gone for whoever asks next; then it is made once more."""
        done = home.viewsync("open", "mine", "--create", "--json", "-S", server.socket)
        return done.code == 4 and "default-command" in done.err

    until(said, "its end")
