"""A tab that WezTerm closes types nothing into the pane, and the shell beneath gets its terminal back as it was."""

from __future__ import annotations

import os
import re
import shlex
import signal
import termios
from typing import TYPE_CHECKING

import pytest

from tests.support.server import alive
from tests.support.wait import stays, until
from viewsync.system import procfs

if TYPE_CHECKING:
    from tests.support.client import Tab
    from tests.support.server import Home, Server

SHELLS = {
    "sh": ["sh", "-i"],
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}


def end_of_file(tab: Tab) -> bytes:
    found = termios.tcgetattr(tab.master)[6][termios.VEOF]
    assert isinstance(found, bytes)
    return found


def tmux_has(tab: Tab) -> bool:
    return not termios.tcgetattr(tab.master)[3] & (termios.ISIG | termios.ICANON)


def close_as_wezterm(tab: Tab) -> None:
    """The writer that is dropped types Enter and the end of file (#7898); then the terminal is hung up, at the worst
    when the tmux server has read that.
    """
    if end_of_file(tab) != b"\0":
        tab.type("\n" + end_of_file(tab).decode())
        stays(lambda: None)
    tab.hang_up()


def said(tab: Tab, line: str, after: str) -> str:
    """What a command prints that is typed into the shell, between two words that its echo does not have."""
    seen = len(tab.text())
    tab.type(f"echo {after}''{after}; {line}; echo {after}''end\n")
    pattern = re.compile(rf"{after}{after}\s+(.*?)\s*{after}end", re.DOTALL)
    return str(until(lambda: pattern.findall(tab.text()[seen:]), f"what {line} prints")[0])


def open_in(server: Server, home: Home, shell: str) -> tuple[Tab, str]:
    """A tab with that shell, `viewsync open proj` typed into it, and the view."""
    tab = home.program(SHELLS[shell], env={"HISTFILE": ""})
    said(tab, "true", "ready")
    tab.type(f"{home.launcher} open -S {shlex.quote(server.socket)} proj\n")
    view = str(until(lambda: server.on_terminal(tab), "a client"))
    until(lambda: end_of_file(tab) == b"\0", "the end-of-file character to be off")
    return tab, view


@pytest.mark.parametrize("shell", SHELLS)
def test_a_half_typed_command_is_not_run_by_closing_the_tab(server: Server, home: Home, shell: str) -> None:
    tab, view = open_in(server, home, shell)
    pane = server.tmux("new-window", "-t", f"={view}:", "-P", "-F", "#{pane_id}", "env", "PS1=$ ", "sh")
    until(lambda: server.tmux("capture-pane", "-p", "-t", pane).startswith("$"), "a prompt")
    tab.type("echo RAN''IT")
    until(lambda: "RAN''IT" in server.tmux("capture-pane", "-p", "-t", pane), "what is typed")
    close_as_wezterm(tab)
    until(lambda: view not in server.sessions(), "the end of the view")
    assert pane in server.tmux("list-panes", "-a", "-F", "#{pane_id}").split()
    assert "RANIT" not in stays(lambda: server.tmux("capture-pane", "-p", "-t", pane))


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_has_its_terminal_back_as_it_was(server: Server, home: Home, shell: str) -> None:
    tab = home.program(SHELLS[shell], env={"HISTFILE": ""})
    before = said(tab, "stty -a", "before")
    tab.type(f"{home.launcher} open -S {shlex.quote(server.socket)} proj\n")
    view = str(until(lambda: server.on_terminal(tab), "a client"))
    until(lambda: end_of_file(tab) == b"\0", "the end-of-file character to be off")
    server.tmux("detach-client", "-s", f"={view}")
    until(lambda: "[detached" in tab.text(), "the detach")
    assert said(tab, "stty -a", "after") == before
    if shell != "sh":  # what ends a line comes to a line editor as another character, unless that has the terminal
        until(lambda: not termios.tcgetattr(tab.master)[3] & termios.ICANON, "its line editor")
    tab.type("\4")
    tab.wait()


def test_a_suspended_client_leaves_the_shell_its_terminal_and_comes_back(server: Server, home: Home) -> None:
    tab, view = open_in(server, home, "bash")
    (client,) = server.clients()
    before = end_of_file(tab)
    server.tmux("suspend-client", "-t", tab.tty)
    until(lambda: not tmux_has(tab), "the shell on the terminal")
    assert "Stopped" in said(tab, "jobs", "suspended")
    assert (before, end_of_file(tab)) == (b"\0", b"\4")
    tab.type("fg\n")
    until(lambda: tmux_has(tab), "the client on the terminal again")
    server.tmux("detach-client", "-s", f"={view}")
    until(lambda: not tmux_has(tab), "the detach")
    assert said(tab, "jobs", "detached") == ""
    assert (end_of_file(tab), alive(client)) == (b"\4", False)


def test_a_killed_client_leaves_a_usable_terminal_and_nobody(server: Server, home: Home) -> None:
    tab, _ = open_in(server, home, "bash")
    (client,) = server.clients()
    until(lambda: in_group(client) == [client], "the client to be alone in its job")
    os.kill(client, signal.SIGKILL)
    until(lambda: not (server.clients() or tmux_has(tab)), "the shell alone on the terminal")
    tab.type("echo code''=$?\n")  # its word `Killed` may be lost: the server gives the terminal back at the same time
    until(lambda: "code=137" in tab.text(), "how the client ended")
    assert said(tab, "true", "killed") == ""
    assert (end_of_file(tab), in_group(client)) == (b"\4", [])
    tab.type("\4")
    tab.wait()


def in_group(group: int) -> list[int]:
    """The processes of that job, those that were not reaped among them."""
    found = ((pid, procfs.stat(pid)) for pid in procfs.pids())
    return [pid for pid, seen in found if seen and seen.group == group]
