"""create-session.sh, list-sessions.sh, find-sessions.sh, kill-session.sh and cleanup-sessions.sh."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import add_row, by_jq, create, note_pid, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.shell_tools.conftest import Tools
    from tests.support.server import Home, Server

SEE = "Use 'list-sessions.sh' to see available sessions\n"


# --- create-session.sh ------------------------------------------------------------------------------------------------


def test_create_prints_json_and_registers(tools: Tools, server: Server, home: Home) -> None:
    done = tools("create-session.sh", "-n", "calc", "-S", server.socket, "-w", "work", "--gdb", "--python")
    assert (done.code, done.err) == (0, "")
    made = done.json()
    assert {"name", "socket", "target", "type", "pid", "window", "registered"} <= set(made)
    assert not {"schema", "verb"} & set(made)
    assert (made["name"], made["type"], made["window"], made["registered"]) == ("calc", "python-repl", "work", True)
    assert isinstance(made["pid"], int)
    assert list(rows(home)) == ["calc"]


def test_create_without_the_registry(tools: Tools, server: Server, home: Home) -> None:
    done = tools("create-session.sh", "--name", "calc", "--socket", server.socket, "--no-register")
    assert (done.code, done.json()["registered"], rows(home)) == (0, False, {})


def test_create_takes_the_socket_beside_the_registry(tools: Tools, servers: Callable[..., Server], home: Home) -> None:
    made = tools(
        "create-session.sh", "-n", "calc", env={"VIEWSYNC_STATE_DIR": "", "CLAUDE_TMUX_SOCKET_DIR": home.state}
    )
    server = servers()
    server.socket = made.json()["socket"]
    note_pid(server)
    assert server.socket == os.path.join(home.state, "claude.sock")


def test_create_without_anything_shows_its_usage(tools: Tools) -> None:
    done = tools("create-session.sh")
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith("Usage: create-session.sh ")


def test_create_needs_a_name(tools: Tools) -> None:
    done = tools("create-session.sh", "--shell")
    assert (done.code, done.err) == (1, "Error: Session name is required (use -n <name>)\n")
    assert done.out.startswith("Usage: ")


def test_create_refuses_a_name_that_is_taken(tools: Tools, server: Server, home: Home) -> None:
    create(server, "a")
    done = tools("create-session.sh", "-n", "a", "-S", server.socket)
    hint = "Use a different name or {} the existing session first\n"
    assert (done.code, done.out) == (2, "")
    assert done.err == "Error: Session 'a' already exists in registry\n" + hint.format("remove")
    done = tools("create-session.sh", "-n", "proj", "-S", server.socket)
    assert (done.code, done.out) == (2, "")
    said = f"Error: Tmux session 'proj' already exists on socket {server.socket}\n"
    assert done.err == said + hint.format("kill")


@pytest.mark.parametrize("name", ["my.app", "a:b", "$0", "-x", "=x", "", "a\nb", "#(touch x)x\\"])
def test_create_refuses_a_name_that_tmux_would_change(tools: Tools, server: Server, name: str) -> None:
    done = tools("create-session.sh", "-n", name, "-S", server.socket)
    assert (done.code, server.sessions()) == (1, ["proj"])
    assert done.err.startswith("Error: ")


def test_d63_create_says_why_tmux_failed(tools: Tools, home: Home) -> None:
    done = tools("create-session.sh", "-n", "a", "-S", os.path.join(home.path, "x" * 120))
    assert done.code == 1
    assert "a UNIX socket takes 107" in done.err


def test_create_that_cannot_register_gives_4(tools: Tools, server: Server, home: Home) -> None:
    os.mkdir(home.state, mode=0o700)
    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        file.write('{"version": "9.9"}')
    done = tools("create-session.sh", "-n", "a", "-S", server.socket)
    assert (done.code, done.out) == (4, "")
    assert "Version mismatch - expected 1.0, got 9.9" in done.err


def test_d35_create_that_cannot_have_the_lock_gives_75_and_makes_nothing(
    tools: Tools, server: Server, home: Home
) -> None:
    home.viewsync("registry", "init")
    holder = home.program(["flock", os.path.join(home.state, ".sessions.lock"), "sh", "-c", "echo held; read line"])
    until(lambda: "held" in holder.text(), "the lock")
    done = tools("create-session.sh", "-n", "a", "-S", server.socket, env={"LOCK_TIMEOUT": "0.2"})
    assert (done.code, done.out, server.sessions()) == (75, "", ["proj"])
    assert done.err.startswith("Error: Failed to acquire lock after 0.2s")


# --- list-sessions.sh -------------------------------------------------------------------------------------------------


def test_list_of_nothing(tools: Tools) -> None:
    assert tools("list-sessions.sh").out == "No sessions registered.\n"
    assert tools("list-sessions.sh", "--json").json() == {"sessions": [], "total": 0, "alive": 0, "dead": 0}


def test_list_has_the_tools_columns(tools: Tools, server: Server, home: Home) -> None:
    pid = create(server, "web")["pid"]
    add_row(home, "gone", server)
    done = tools("list-sessions.sh")
    lines = done.out.splitlines()
    assert (done.code, done.err, len(lines)) == (0, "", 6)
    layout = "%-20s %-20s %-20s %-10s %-8s %-15s"
    assert lines[0] == layout % ("NAME", "SOCKET", "TARGET", "STATUS", "PID", "CREATED")
    assert set(lines[1]) == {"-"}
    assert lines[2].startswith((layout % ("gone", "default", "gone:0.0", "missing", "-", ""))[:-15])
    assert re.fullmatch(r"\d+d ago", lines[2][-15:].strip())
    assert lines[3].startswith((layout % ("web", "default", "web:0.0", "alive", pid, ""))[:-15])
    assert lines[4:] == ["", "Total: 2 | Alive: 1 | Dead: 1"]


def test_d65_long_names_are_not_cut(tools: Tools, server: Server, home: Home) -> None:
    names = ["a-session-with-a-long-name-1", "a-session-with-a-long-name-2"]
    for name in names:
        add_row(home, name, server)
    lines = tools("list-sessions.sh").out.splitlines()
    assert [line.split()[0] for line in lines[2:4]] == names
    assert len({len(line) for line in lines[:4]}) == 1


def test_list_as_json(tools: Tools, server: Server, home: Home) -> None:
    create(server, "web")
    told = tools("list-sessions.sh", "--json").json()
    assert list(told) == ["sessions", "total", "alive", "dead"]
    (row,) = told["sessions"]
    fields = {"name", "socket", "socket_basename", "target", "type", "status", "pid", "created_at"}
    assert fields <= set(row)
    assert (row["name"], row["status"], row["socket"]) == ("web", "alive", server.socket)


def test_d31_d32_names_that_break_shell_tools(tools: Tools, server: Server, home: Home) -> None:
    names = ['a"b', "a|b", 'x"]|env.HOME#', "$(touch x)", "a\tb\x1b[31m"]
    for name in names:
        add_row(home, name, server)
    listed = tools("list-sessions.sh", "--json").json()["sessions"]
    assert [session["name"] for session in listed] == sorted(names)
    assert "\x1b" not in tools("list-sessions.sh").out


def test_d41_a_registry_that_cannot_be_read_is_an_error(tools: Tools, home: Home) -> None:
    os.mkdir(home.state, mode=0o700)
    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        file.write('{"sess')
    done = tools("list-sessions.sh", "--json")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Error: the registry ")


# --- find-sessions.sh -------------------------------------------------------------------------------------------------


def test_find_lists_a_server(tools: Tools, server: Server) -> None:
    done = tools("find-sessions.sh", "-S", server.socket)
    assert (done.code, done.err) == (0, "")
    head, line = done.out.splitlines()
    assert head == f"Sessions on socket path '{server.socket}':"
    assert re.fullmatch(r"  - proj \(detached, started \d{4}-\S+Z\)", line)
    assert tools("find-sessions.sh", "--socket", "default").out.startswith("Sessions on socket name 'default':")
    assert tools("find-sessions.sh").out.startswith("Sessions on default socket:")


def test_d60_find_matches_names_as_text(tools: Tools, server: Server) -> None:
    done = tools("find-sessions.sh", "-q", "p.o")
    assert (done.code, done.out) == (0, "No sessions found on default socket\n")
    assert "- proj " in tools("find-sessions.sh", "--query", "PRO").out


@pytest.mark.parametrize("value", ["--all", "-x", "--", "-"])
def test_a_value_that_looks_like_an_option_is_a_value(tools: Tools, server: Server, value: str) -> None:
    assert tools("find-sessions.sh", "-q", value).out == "No sessions found on default socket\n"
    done = tools("kill-session.sh", "-s", value)
    assert (done.code, done.err) == (2, f"Error: Session '{value}' not found in registry\n{SEE}")


def test_find_without_a_server(tools: Tools) -> None:
    done = tools("find-sessions.sh", "-L", "nope")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("No tmux server found on socket name 'nope'\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-A", "-L", "x"), "Cannot combine --all with -L or -S"),
        (("--all", "--socket-path", "/x"), "Cannot combine --all with -L or -S"),
        (("-L", "x", "-S", "/x"), "Use either -L or -S, not both"),
    ],
)
def test_find_refuses_two_servers(tools: Tools, words: tuple[str, ...], said: str) -> None:
    done = tools("find-sessions.sh", *words)
    assert (done.code, done.err) == (1, f"{said}\n")


def test_d61_find_passes_over_stale_sockets(tools: Tools, server: Server, servers: Callable[..., Server]) -> None:
    other = servers("stale").start("-s", "x")
    os.kill(other.pid, 9)
    done = tools("find-sessions.sh", "--all")
    assert done.code == 0
    assert "- proj " in done.out


# --- kill-session.sh --------------------------------------------------------------------------------------------------


def test_kill_says_what_it_does(tools: Tools, server: Server, home: Home) -> None:
    create(server, "web")
    done = tools("kill-session.sh", "-s", "web", "--dry-run")
    assert done.out == (
        "Dry-run mode: Would perform the following operations:\n"
        f'  1. Kill tmux session: tmux -S "{server.socket}" kill-session -t "web"\n'
        "  2. Remove from registry: web\n"
    )
    done = tools("kill-session.sh", "--session", "web")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "Killing tmux session: web\n"
        "  ✓ Tmux session killed successfully\n"
        "Removing from registry: web\n"
        "  ✓ Removed from registry successfully\n"
        "Session 'web' fully removed\n"
    )
    assert (server.sessions(), rows(home)) == (["proj"], {})


def test_kill_of_half_a_session(tools: Tools, server: Server, home: Home) -> None:
    add_row(home, "web", server)
    done = tools("kill-session.sh")
    assert (done.code, rows(home)) == (1, {})
    assert "  ✗ Failed to kill tmux session" in done.err
    assert done.err.endswith("Warning: Partial removal of session 'web'\n")


def test_d40_kill_of_nothing(tools: Tools, home: Home) -> None:
    done = tools("kill-session.sh", "-S", os.path.join(home.path, "none"), "-t", "nope:0.0")
    assert done.code == 2
    assert done.err.endswith("Error: Failed to remove session 'nope'\n")


def test_kill_guesses_nothing(tools: Tools, server: Server, home: Home) -> None:
    done = tools("kill-session.sh")
    assert (done.code, done.err) == (2, "Error: No sessions in registry\n")
    add_row(home, "a", server)
    add_row(home, "b $(x)", server)
    done = tools("kill-session.sh")
    assert (done.code, done.out) == (2, "")
    assert done.err == "Error: Multiple sessions found, specify -s session-name:\n  - a\n  - b $(x)\n"
    done = tools("kill-session.sh", "-s", "nope")
    assert (done.code, done.err) == (2, f"Error: Session 'nope' not found in registry\n{SEE}")
    by_jq(home, '.sessions.a.socket = "relative"')
    done = tools("kill-session.sh", "-s", "a")
    assert done.err.startswith("Error: Invalid session data in registry for 'a'")
    assert len(rows(home)) == 2


@pytest.mark.parametrize("words", [("-S", "/x"), ("-t", "x:0.0"), ("-t", "x", "-s", "y")])
def test_kill_needs_both_or_none(tools: Tools, words: tuple[str, ...]) -> None:
    done = tools("kill-session.sh", *words)
    assert (done.code, done.err) == (3, "Error: Both -S and -t must be specified together\n")


# --- cleanup-sessions.sh ----------------------------------------------------------------------------------------------


def test_cleanup_of_nothing(tools: Tools, server: Server) -> None:
    assert tools("cleanup-sessions.sh").out == "No sessions in registry.\n"
    create(server, "web")
    assert tools("cleanup-sessions.sh").out == "No sessions to clean up.\n"
    assert tools("cleanup-sessions.sh", "--older-than", "1h").out == "No sessions to clean up.\n"


def test_cleanup_forgets_what_is_gone(tools: Tools, server: Server, home: Home) -> None:
    create(server, "web")
    add_row(home, "gone", server)
    told = "  - gone (dead/missing/zombie)\n"
    done = tools("cleanup-sessions.sh", "--dry-run")
    assert (done.code, done.out) == (0, f"Dry-run mode: Would remove 1 session(s):\n{told}")
    assert len(rows(home)) == 2
    done = tools("cleanup-sessions.sh")
    assert (done.code, done.err) == (0, "")
    assert done.out == f"Removing 1 session(s):\n{told}Removed 1 session(s) successfully.\n"
    assert list(rows(home)) == ["web"]


@pytest.mark.parametrize("words", [("--all",), ("--older-than", "1s")])
@pytest.mark.parametrize("compat", ["", "1"])
def test_cleanup_ends_no_session_whatever_it_forgets(
    tools: Tools, server: Server, home: Home, words: tuple[str, ...], compat: str
) -> None:
    create(server, "web")
    by_jq(
        home, '.sessions.web.created_at = "2020-01-01T00:00:00Z" | .sessions.web.last_active = "2020-01-01T00:00:00Z"'
    )
    before = server.pane_pids()
    done = tools("cleanup-sessions.sh", *words, env={"VIEWSYNC_COMPAT": compat})
    assert (done.code, rows(home)) == (0, {}), done
    assert "Removed 1 session(s) successfully." in done.out
    assert server.pane_pids() == before


def test_d45_a_session_that_was_used_just_now_is_not_old(tools: Tools, server: Server, home: Home) -> None:
    create(server, "web")
    by_jq(home, '.sessions.web.created_at = "2020-01-01T00:00:00Z"')
    assert tools("cleanup-sessions.sh", "--older-than", "1h").out == "No sessions to clean up.\n"
    done = tools("cleanup-sessions.sh", "--older-than", "1h", "--dry-run", env={"VIEWSYNC_COMPAT": "1"})
    assert "  - web (older than 1h)\n" in done.out


def test_who_is_attached_keeps_an_old_row_and_that_is_said(tools: Tools, server: Server, home: Home) -> None:
    create(server, "web")
    by_jq(home, '.sessions.web |= (.created_at = "2020-01-01T00:00:00Z" | .last_active = .created_at)')
    home.program(["tmux", "-S", server.socket, "attach-session", "-t", "=web"])
    until(lambda: server.show("=web:", "#{session_attached}") == "1", "a client")
    done = tools("cleanup-sessions.sh", "--older-than", "1h")
    assert (done.code, done.out) == (0, "No sessions to clean up.\n")
    assert done.err == "Warning: web is kept: attached\n"
    assert list(rows(home)) == ["web"]


def test_d54_a_server_that_hangs_keeps_its_rows(tools: Tools, server: Server, home: Home) -> None:
    create(server, "web")
    os.kill(server.pid, 19)
    done = tools("cleanup-sessions.sh", "--all", env={"VIEWSYNC_TMUX_TIMEOUT": "0.3"})
    os.kill(server.pid, 18)
    assert "did not answer" in done.err
    assert list(rows(home)) == ["web"]


@pytest.mark.parametrize("text", ["1", "h", "1w", "", "-1h", "1.5h", "99999999999999999999d", "1h\n", "٣h"])
def test_d46_what_is_no_duration(tools: Tools, text: str) -> None:
    done = tools("cleanup-sessions.sh", "--older-than", text)
    assert done.code == 1
    assert done.err.startswith("Error: Invalid duration format: ")
    assert done.err.endswith("\nUse format like: 30m, 2h, 1d\n")
    assert done.out.startswith("Usage: ")


@pytest.mark.parametrize("text", ["0s", "00m"])
def test_d46_nothing_is_a_duration_that_every_session_has(tools: Tools, server: Server, home: Home, text: str) -> None:
    create(server, "web")
    done = tools("cleanup-sessions.sh", "--older-than", text, "--all", "--dry-run")
    assert (done.code, done.out) == (0, "Dry-run mode: Would remove 1 session(s):\n  - web (all sessions mode)\n")
    done = tools("cleanup-sessions.sh", "--older-than", text)
    assert (done.code, done.err) == (0, "")
    assert f"  - web (older than {text})\n" in done.out
    assert (rows(home), sorted(server.sessions())) == ({}, ["proj", "web"])


def test_d46_durations_are_decimal(tools: Tools) -> None:
    assert tools("cleanup-sessions.sh", "--older-than", "08h").code == 0
