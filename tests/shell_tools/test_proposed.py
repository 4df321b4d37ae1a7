"""The tools that the shell tools' own architecture proposes, by their names and with the flags that it gives them."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.shell_tools.conftest import Tools
from tests.support.sessions import create, rows
from tests.support.typing import shell
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Home, Server

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ "
SEE = "Use 'list-sessions.sh' to see available sessions\n"


@pytest.fixture
def tools(home: Home) -> Tools:
    return Tools(home, "link")


def prints(server: Server, home: Home, name: str, text: str) -> None:
    """A registered session that has printed the text, and goes on."""
    create(server, name, "--", "sh", "-c", f"printf '{text}'; exec sleep 1000")
    last = text.split("\\n")[-2][-3:]
    until(lambda: last in server.tmux("capture-pane", "-p", "-t", f"={name}:"), "the text")


def test_rename(tools: Tools, server: Server, home: Home) -> None:
    pid = create(server, "old")["pid"]
    done = tools("rename-session.sh", "-s", "old", "-n", "new")
    assert (done.code, done.out, done.err) == (0, "renamed old to new\n", "")
    assert (list(rows(home)), sorted(server.sessions())) == (["new"], ["new", "proj"])
    assert tools("pane-health.sh", "-s", "new").json()["pid"] == pid
    done = tools("rename-session.sh", "--session", "old", "--name", "other")
    assert (done.code, done.err) == (3, f"Error: Session 'old' not found in registry\n{SEE}")
    done = tools("rename-session.sh", "-n", "proj")
    assert (done.code, sorted(server.sessions())) == (2, ["new", "proj"])
    done = tools("rename-session.sh", "-s", "new")
    assert (done.code, done.err) == (1, "Error: a new name is required (use -n <name>)\n")
    assert done.out.startswith("Usage: rename-session.sh ")


def test_monitor(tools: Tools, server: Server, home: Home) -> None:
    prints(server, home, "web", r"1\n2\n333\n")
    assert tools("monitor-pane.sh", "-s", "web", "-n", "2") == (0, "2\n333\n", "")
    assert tools("monitor-pane.sh", "-S", server.socket, "-t", "web:0.0") == (0, "1\n2\n333\n", "")
    done = tools("monitor-pane.sh", "-T", "1")
    assert (done.code, done.err) == (1, "Error: -T needs --follow\n")


def test_monitor_follows_until_the_program_ends(tools: Tools, server: Server, home: Home) -> None:
    pane = shell(server, "web")
    follower = home.program(
        [os.path.join(tools.folder, "monitor-pane.sh"), "-S", server.socket, "-t", pane, "--follow", "--timestamps"]
    )
    server.tmux("send-keys", "-t", pane, "echo a$((40+2))b", "Enter")
    until(lambda: re.search(rf"{STAMP}a42b\r?\n", follower.text()), "the line")
    server.tmux("kill-session", "-t", "=web")
    until(follower.ended, "the end")
    assert "its program ended" in follower.text()


def test_monitor_follow_ends_when_its_time_is_over(tools: Tools, server: Server, home: Home) -> None:
    prints(server, home, "web", r"1\n222\n")
    done = tools("monitor-pane.sh", "-s", "web", "-f", "-n", "1", "-T", "0.2")
    assert (done.code, done.out) == (1, "222\n")
    assert done.err == "stopped following web:0.0: its program is still running\n"


def test_capture(tools: Tools, server: Server, home: Home) -> None:
    long = "x" * 200
    prints(server, home, "web", rf"\033[31mred\033[0m\n{long}\n")
    assert tools("capture-clean.sh", "-s", "web", "--strip-ansi") == (0, f"red\n{long}\n", "")
    assert tools("capture-clean.sh", "-l", "1") == (0, f"{long}\n", "")
    assert "\x1b[31mred" in tools("capture-clean.sh", "--ansi").out
    done = tools("capture-clean.sh", "-S", server.socket, "-t", "web", "--strip-ansi", "--timestamps")
    assert re.fullmatch(rf"{STAMP}red\n{STAMP}{long}\n", done.out)
    done = tools("capture-clean.sh", "--strip-ansi", "--ansi")
    assert (done.code, done.err) == (1, "Error: --strip-ansi and --ansi are mutually exclusive\n")
    done = tools("capture-clean.sh", "-s", "nope")
    assert (done.code, done.err) == (3, f"Error: Session 'nope' not found in registry\n{SEE}")


def test_a_socket_that_looks_like_a_number_is_one(tools: Tools, server: Server) -> None:
    folder = os.path.dirname(server.socket)
    os.symlink(server.socket, os.path.join(folder, "12"))
    for name in ("capture-clean.sh", "monitor-pane.sh"):
        done = tools.run([os.path.join(tools.folder, name), "-S", "12", "-t", "proj"], cwd=folder)
        assert (done.code, done.err) == (0, "")


def test_reconcile(tools: Tools, server: Server, home: Home) -> None:
    create(server, "web")
    assert tools("reconcile-registry.sh").code == 0
    server.tmux("kill-session", "-t", "=web")
    done = tools("reconcile-registry.sh", "--report")
    assert (done.code, list(rows(home))) == (1, ["web"])
    assert done.out.startswith("web: ")
    assert (tools("reconcile-registry.sh", "--repair").code, rows(home)) == (0, {})
    done = tools("reconcile-registry.sh", "--repair", "--report")
    assert (done.code, done.err) == (1, "Error: --report and --repair are mutually exclusive\n")


def test_backup_and_restore(tools: Tools, server: Server, home: Home) -> None:
    done = tools("restore-registry.sh")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Error: there is no copy of the registry in ")
    create(server, "web")
    path = os.path.join(home.path, "my copy.json")
    assert tools("backup-registry.sh", path) == (0, f"copied 1 session(s) to {path}\n", "")
    with open(path, encoding="utf-8") as file:
        assert json.load(file)["sessions"] == rows(home)
    assert tools("backup-registry.sh", path).code == 1  # it is there already
    assert tools("backup-registry.sh").code == 0
    before = rows(home)
    for words in ((), (path,), ("--merge", path), (path, "--merge")):
        home.viewsync("registry", "remove", "web")
        assert tools("restore-registry.sh", *words, "--dry-run").out == "would add web\n"
        assert rows(home) == {}
        done = tools("restore-registry.sh", *words)
        assert (done.code, rows(home)) == (0, before)
    done = tools("restore-registry.sh", os.path.join(home.path, "none"))
    assert (done.code, rows(home)) == (1, before)


def test_a_script_is_a_template(tools: Tools, server: Server, home: Home) -> None:
    path = os.path.join(home.path, "it's mine.sh")
    with open(path, "w", encoding="utf-8") as file:
        file.write("greeting=hello\nPS1='ready> '\nsay() { echo \"$greeting $1\"; }\n")
    at = ("-S", server.socket)
    done = tools("create-session.sh", "-n", "web", *at, "--template", path)
    assert (done.code, done.json()["type"]) == (0, "shell")
    assert tools("wait-for-text.sh", "-s", "web", "-p", "^ready> ?$") == (0, "", "")
    assert tools("safe-send.sh", "-s", "web", "-c", "say you", "-w", "^hello you$") == (0, "", "")
    # Its name alone, where it is; and what it executes takes the shell's place.
    with open(path, "w", encoding="utf-8") as file:
        file.write("export ANSWER=42\nexec sh -c 'echo \"got $ANSWER\"; exec sleep 1000'\n")
    script = os.path.join(tools.folder, "create-session.sh")
    done = tools.run([script, "-n", "b", *at, "--gdb", "--template", os.path.basename(path)], cwd=home.path)
    assert done.code == 0
    assert tools("wait-for-text.sh", "-s", "b", "-p", "^got 42$") == (0, "", "")


def test_a_template_that_is_not_there_makes_no_session(tools: Tools, server: Server, home: Home) -> None:
    for name, said in (
        ("none.sh", "cannot read the template "),
        (f"{home.path}/a.sh", "cannot read the template "),
        ("nonesuch", "there is no template 'nonesuch'"),
    ):
        os.makedirs(os.path.join(home.path, "a.sh"), exist_ok=True)
        done = tools("create-session.sh", "-n", "web", "-S", server.socket, "--template", name)
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith(f"Error: {said}")
    assert (server.sessions(), rows(home)) == (["proj"], {})


def test_a_template_of_ours_by_its_name(tools: Tools, server: Server) -> None:
    done = tools("create-session.sh", "-n", "web", "-S", server.socket, "--template", "bash")
    assert (done.code, done.json()["type"]) == (0, "shell")
    assert tools("wait-for-text.sh", "-p", r"^\$ ?$") == (0, "", "")
