"""viewsync freeze: a session that runs becomes a file, and the file becomes the same session again."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from tests.support.running import FOUR, environment, ran
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


@pytest.fixture
def project(home: Home) -> Project:
    found = Project(home)
    os.makedirs(os.path.join(found.root, "sub dir"))
    return found


@pytest.fixture
def made(project: Project, servers: Callable[..., Server]) -> Server:
    """A session that viewsync did not make, of two windows, a program in one of them."""
    server = servers()
    sub = os.path.join(project.root, "sub dir")
    variables = ("-e", "COLOR=o'range {{x}}", "-e", "API_TOKEN=hunter2")
    server.start("-s", "hand", "-n", "edit", "-c", project.root, "-x", "180", "-y", "45", *variables)
    server.tmux("split-window", "-h", "-l", "50", "-t", "=hand:", "-c", sub, "cat", "-", "a b's")
    server.tmux("split-window", "-v", "-t", "=hand:", "-c", "/")
    server.tmux("new-window", "-t", "=hand:", "-n", "{{odd}}", "-c", sub)
    server.tmux("select-pane", "-t", "=hand:0.1")
    server.tmux("set-option", "-t", "=hand:", "status-left", "# {{hi}}")
    server.tmux("set-option", "-w", "-t", "=hand:0", "main-pane-width", "33")
    return server


# A window of one pane is as large as who looks at it.
SIZES = "#{?#{==:#{window_panes},1},,#{pane_left}:#{pane_top} #{pane_width}x#{pane_height}}"


def look(server: Server, session: str) -> list[str]:
    shown = f"#{{window_name}} {SIZES} #{{window_active}}#{{pane_active}} #{{pane_current_path}}"
    return server.tmux("list-panes", "-s", "-t", f"={session}", "-F", shown).splitlines()


def test_what_is_frozen_and_run_elsewhere_is_the_same(
    project: Project, made: Server, servers: Callable[..., Server]
) -> None:
    until(lambda: made.show("=hand:0.1", "#{pane_current_command}") == "cat", "cat")
    done = project.viewsync("freeze", "hand", "-S", made.socket, "--name", "again", "--json")
    assert done.code == 0, done
    assert done.json()["file"] == os.path.join(project.root, ".viewsync/commands/again.yaml")
    other = servers("other")
    told = ran(project, other, "again", "-S", other.socket)
    assert told["name"] == "hand"
    assert until(lambda: other.show("=hand:0.1", "#{pane_current_command}") == "cat", "cat")
    assert look(other, "hand") == look(made, "hand")
    assert other.show("=hand:", "#{status-left}") == "# {{hi}}"
    assert other.show("=hand:0", "#{main-pane-width}") == "33"
    pid = int(other.show("=hand:1", "#{pane_pid}"))
    assert environment(pid)["COLOR"] == "o'range {{x}}"
    again = project.viewsync("run", "again", "-S", other.socket, "--diff")
    assert again.code == 0, again
    assert other.tmux("list-windows", "-t", "=hand", "-F", "#{window_name}").splitlines() == ["edit", "{{odd}}"]


@pytest.mark.parametrize("how", ["new-window", "rename-window"])
def test_a_name_with_a_backslash_stays_as_it_is(project: Project, servers: Callable[..., Server], how: str) -> None:
    """tmux keeps it doubled, some versions only when a window is renamed."""
    server, other = servers().start("-s", "hand", "-n", "first"), servers("other")
    words = ("new-window", "-t", "=hand:", "-n", "a\\b") if how == "new-window" else (how, "-t", "=hand:", "--", "a\\b")
    server.tmux(*words)
    shown = server.show("=hand:", "#{window_name}")
    assert project.viewsync("freeze", "hand", "-S", server.socket, "--name", "again").code == 0
    ran(project, other, "again", "-S", other.socket)
    assert shown in other.tmux("list-windows", "-t", "=hand", "-F", "#{window_name}").splitlines()


def test_programs_are_typed_as_they_were_started(project: Project, servers: Callable[..., Server]) -> None:
    server = servers().start("-s", "a", "-c", project.root, "sleep", "1000")
    server.tmux("new-window", "-t", "=a:", "-n", "sh", "sh", "-c", "read -r x; echo 'a b'")
    server.tmux("new-window", "-t", "=a:", "-n", "plain")
    windows = project.viewsync("freeze", "a", "-S", server.socket, "--json").json()["command"]["session"]["windows"]
    assert windows[0]["command"] == "sleep 1000"
    assert windows[1]["command"] == """sh -c 'read -r x; echo '"'"'a b'"'"''"""
    assert "command" not in windows[2]


def test_secrets_are_left_out_and_named(project: Project, made: Server) -> None:
    done = project.viewsync("freeze", "hand", "-S", made.socket)
    assert done.code == 0, done
    assert "hunter2" not in done.out
    comments = [line for line in done.out.splitlines() if line.startswith("#")]
    assert any("API_TOKEN" in comment for comment in comments)
    assert any("arguments of programs cannot be known" in comment for comment in comments)
    assert "- API_TOKEN" in done.out


def test_folders_inside_are_relative(project: Project, made: Server) -> None:
    file = os.path.join(project.root, "out.yaml")
    done = project.viewsync("freeze", "-t", "hand", "-S", made.socket, "-o", file)
    assert (done.code, done.out) == (0, f"wrote {file}\n")
    with open(file, encoding="utf-8") as text:
        found = text.read()
    assert project.root not in found
    assert found.count("working_directory: sub dir") == 2
    assert "working_directory: /\n" in found


def test_nothing_is_overwritten(project: Project, made: Server) -> None:
    path = project.write("there.yaml", "mine\n")
    done = project.viewsync("freeze", "hand", "-S", made.socket, "-o", path)
    assert (done.code, "is there already" in done.err) == (1, True)
    os.symlink("/nowhere", os.path.join(project.root, "dangling.yaml"))
    done = project.viewsync("freeze", "hand", "-S", made.socket, "-o", "dangling.yaml")
    assert done.code == 1
    project.command("again", "mine\n")
    assert project.viewsync("freeze", "hand", "-S", made.socket, "--name", "again").code == 1
    with open(path, encoding="utf-8") as text:
        assert text.read() == "mine\n"


def test_names_match_whole_and_missing_ones_are_told(project: Project, made: Server) -> None:
    for name in ("han", "hand2", "h*"):
        done = project.viewsync("freeze", name, "-S", made.socket)
        assert (done.code, done.out) == (3, ""), done
    assert project.viewsync("freeze", "hand", "-S", "/nonexistent/x").code == 4
    assert project.viewsync("freeze", "hand", "-s", "hand").code == 1
    assert project.viewsync("freeze", "hand", "-S", made.socket, "--name", "../x").code == 1


def test_a_project_session_and_the_one_we_are_in(project: Project, servers: Callable[..., Server]) -> None:
    server = servers()
    project.command("dev", FOUR)
    ran(project, server, "dev")
    found = project.viewsync("freeze", "myapp-main-dev", "--json").json()
    assert [window["name"] for window in found["command"]["session"]["windows"]] == [
        "editor",
        "server",
        "tests",
        "logs",
    ]
    assert any("'dev'" in note for note in found["notes"])
    said = os.path.join(project.root, "said")
    line = f"cd {project.root} && {project.home.launcher} freeze --json >{said}.new && mv {said}.new {said}"
    server.tmux("new-window", "-t", "=myapp-main-dev:", line)
    until(lambda: os.path.exists(said), "what it says inside")
    with open(said, encoding="utf-8") as file:
        assert json.load(file)["session"] == found["session"]


@pytest.mark.parametrize("gone", [0, 1])
def test_a_pane_that_tmux_names_and_we_are_not_in_is_not_ours(home: Home, server: Server, gone: int) -> None:
    """A program outlives its server, and the next one on the socket has panes of the same ids; or the program hands its
    variables on to a terminal of its own.
    """
    inside = {"TMUX": f"{server.socket},{server.pid + gone},0", "TMUX_PANE": server.show("=proj:", "#{pane_id}")}
    done = home.viewsync("freeze", env=inside)
    assert (done.code, done.out, "No sessions found in registry" in done.err) == (3, "", True), done


def test_of_a_view_it_is_the_session_whose_windows_it_shows(home: Home, server: Server) -> None:
    _, view = server.open("proj")
    found = home.viewsync("freeze", view, "-S", server.socket, "--json").json()
    assert found["session"] == "proj"
    assert [window["name"] for window in found["command"]["session"]["windows"]] == ["one", "two"]


VALUE = "geheim-4711"


@pytest.fixture
def secret(project: Project, servers: Callable[..., Server]) -> Server:
    """A project's session with a secret that no rule would know: only the project's file says it."""
    server = servers()
    project.settings("secrets: [HARMLESS, OF_PANE]\n")
    project.command(
        "dev",
        f"environment: {{HARMLESS: {VALUE}}}\n"
        "session:\n"
        "  windows:\n"
        "    - {name: args, command: 'exec tail -f /dev/null --pid=1 -s 9 -- $HARMLESS x$HARMLESS.log \"a b\"'}\n"
        f"    - {{name: own, environment: {{OF_PANE: other-4711}}, command: 'exec tail -f -- /dev/null other-4711'}}\n"
        f"    - {{name: 'w {VALUE}', options: {{'@mine': '{VALUE}'}}}}\n",
    )
    ran(project, server, "dev", "-S", server.socket)
    until(lambda: server.show("=myapp-main-dev:0", "#{pane_current_command}") == "tail", "tail")
    until(lambda: server.show("=myapp-main-dev:1", "#{pane_current_command}") == "tail", "tail")
    return server


@pytest.mark.parametrize("words", [(), ("--json",), ("--name", "again"), ("-o", "new.yaml")])
def test_what_the_project_lists_as_secret_is_not_written(
    project: Project, secret: Server, words: tuple[str, ...]
) -> None:
    done = project.viewsync("freeze", "myapp-main-dev", "-S", secret.socket, *words)
    assert done.code == 0, done
    written = done.out + done.err
    for name in ("new.yaml", ".viewsync/commands/again.yaml"):
        path = os.path.join(project.root, name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                written += file.read()
    assert VALUE not in written
    assert "other-4711" not in written
    if words != ("-o", "new.yaml") and words != ("--name", "again"):
        assert "HARMLESS" in done.out
        assert "OF_PANE" in done.out


def test_a_command_has_the_variable_in_the_place_of_its_value(project: Project, secret: Server) -> None:
    data = project.viewsync("freeze", "myapp-main-dev", "-S", secret.socket, "--json").json()
    first, second, third = data["command"]["session"]["windows"]
    assert first["command"] == """tail -f /dev/null --pid=1 -s 9 -- "$HARMLESS" x"$HARMLESS".log 'a b'"""
    assert second["command"] == 'tail -f -- /dev/null "$OF_PANE"'
    assert (third["name"], third["options"]) == ("w $HARMLESS", {"@mine": "$HARMLESS"})
    assert "HARMLESS" not in data["command"].get("environment", {})
    assert any("stands $NAME" in note for note in data["notes"])


def test_also_when_the_files_are_gone_and_when_they_cannot_be_read(project: Project, secret: Server) -> None:
    project.settings("secrets: [\n")
    os.unlink(os.path.join(project.root, ".viewsync/commands/dev.yaml"))
    done = project.viewsync("freeze", "myapp-main-dev", "-S", secret.socket)
    assert (done.code, VALUE in done.out, "cannot be read" in done.out) == (0, False, True), done


def test_of_a_session_that_viewsync_did_not_make_the_projects_list_counts(project: Project, made: Server) -> None:
    project.settings("secrets: [COLOR]\n")
    done = project.viewsync("freeze", "hand", "-S", made.socket)
    assert (done.code, "range" in done.out, "- COLOR" in done.out) == (0, False, True), done


@pytest.mark.parametrize(
    "words",
    [
        ("session-info", "myapp-main-dev"),
        ("session-info", "myapp-main-dev", "--json"),
        ("status",),
        ("print", "dev"),
        ("print", "dev", "--json"),
    ],
)
def test_nor_is_it_shown_elsewhere(project: Project, secret: Server, words: tuple[str, ...]) -> None:
    more = () if words[0] == "print" else ("-S", secret.socket)
    done = project.viewsync(*words, *more)
    assert done.code == 0, done
    assert VALUE not in done.out + done.err


def test_nor_in_what_differs_or_is_wrong(project: Project, secret: Server) -> None:
    file = os.path.join(project.root, ".viewsync/commands/dev.yaml")
    with open(file, encoding="utf-8") as text:
        was = text.read()
    project.command("dev", was.replace("'@mine': '", "'@mine': 'x").replace("args,", "more,"))
    done = project.viewsync("run", "dev", "--diff", "-S", secret.socket)
    assert (done.code, "@mine" in done.out) == (2, True), done
    assert VALUE not in done.out + done.err
    project.command("dev", was.replace("session:\n", f"session:\n  working_directory: /no/{VALUE}\n"))
    done = project.viewsync("run", "dev", "-S", secret.socket)
    assert (done.code, "there is no folder" in done.err) == (1, True), done
    assert VALUE not in done.out + done.err
