"""How often a verb starts tmux: one reading, and one act."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.prompts import Prompt
from tests.support.sessions import count, counting_tmux, create
from tests.support.typing import screen
from tests.support.wait import until
from viewsync.panes import line_editor

if TYPE_CHECKING:
    from tests.support.server import Done, Home, Server

SHELLS = {
    "bash": ["env", "PS1=$ ", "bash", "--norc"],
    "zsh": ["env", "PS1=$ ", "RPS1=right", "zsh", "-f"],
    "fish": ["fish", "--no-config"],
    "mksh": ["env", "PS1=$ ", "ENV=/dev/null", "mksh"],
    "ksh93": ["env", "PS1=$ ", "ENV=/dev/null", "ksh93"],
    "tcsh": ["tcsh", "-f"],
    "dash": ["env", "PS1=$ ", "dash"],  # its terminal hands over lines
}


def starts(home: Home, *words: str) -> tuple[int, Done]:
    env, log = counting_tmux(home)
    if os.path.exists(log):
        os.unlink(log)
    done = home.viewsync(*words, env=env)
    return count(log), done


@pytest.mark.parametrize("name", SHELLS)
def test_a_line_for_a_shell_takes_one_reading_and_one_act(server: Server, home: Home, name: str) -> None:
    """The first time, too, when nothing tells yet where its prompt ends; and its echo is no answer."""
    programs.skip_without(name)
    pane = str(create(server, name, "-e", "LC_ALL=C.UTF-8", "--", *SHELLS[name])["pane_id"])
    program, terminal = int(server.show(pane, "#{pane_pid}")), server.show(pane, "#{pane_tty}")

    def at_prompt() -> bool:
        ends = screen(server, pane).rstrip().endswith(("$", "#", ">", "right"))
        return ends and (name == "dash" or line_editor.waits(program, terminal))

    def running(command: str) -> None:
        until(lambda: server.show(pane, "#{pane_current_command}") == command, command)

    text = "cat -; true DONE"
    until(at_prompt, "its prompt")
    first, done = starts(home, "send", "-s", name, "-c", text)
    assert (first, done.code) == (2, 0), done
    assert home.viewsync("wait", "-s", name, "-p", "DONE", "-T", "0.2").code == 1, screen(server, pane)
    running("cat")
    assert starts(home, "send", "-s", name, "-c", "read by cat")[0] == 2
    assert home.viewsync("wait", "-s", name, "-p", "^read by cat$").code == 0, screen(server, pane)
    server.tmux("send-keys", "-t", pane, "C-d")
    until(at_prompt, "its prompt")
    assert starts(home, "send", "-s", name, "-c", "echo 4''2")[0] == 2
    assert home.viewsync("wait", "-s", name, "-p", "^42$").code == 0, screen(server, pane)
    until(at_prompt, "its prompt")
    done = home.viewsync("send", "-s", name, "-c", text, "-w", "DONE", "-T", "0.2")
    assert done.code == 2, screen(server, pane)


def test_what_reads_asks_once(server: Server, home: Home) -> None:
    pane = str(create(server, "web", "--", "sh", "-c", "echo ready; exec cat")["pane_id"])
    until(lambda: "ready" in screen(server, pane), "it")
    for target in (("-s", "web"), ("-S", server.socket, "-t", "web"), ("-S", server.socket, "-t", pane)):
        for words in (("wait", "-p", "ready", "--all"), ("wait", "-p", "ready"), ("capture",), ("health",)):
            asked, done = starts(home, *words, *target)
            assert (asked, done.code) == (1, 0), (words, target, done)
    assert starts(home, "send", "-s", "web", "--keys", "x")[0] == 2


def test_a_session_is_made_in_one_step_and_ended_in_two(server: Server, home: Home) -> None:
    """Before its end its server is read once, whatever is asked of it: its sessions with all their panes."""
    assert starts(home, "create", "-S", server.socket, "-n", "web")[0] == 1
    assert starts(home, "kill", "web", "--dry-run")[0] == 1
    asked, done = starts(home, "kill", "web")
    assert (asked, done.code) == (2, 0), done
    assert "Session 'web' fully removed" in done.out
    assert starts(home, "create", "-S", server.socket, "-n", "web")[0] == 1
    assert starts(home, "kill", "-s", "web", "--json")[0] == 2


def test_a_program_that_calls_itself_a_shell_gets_enter_by_itself(server: Server, home: Home) -> None:
    """In a third step, which keeps how the text shows where that is as it is."""
    for options in (("called:bash",), ("called:bash", "behind-sh"), ("called:-zsh",), ("called:bash", "boxed")):
        prompt = Prompt(server, "".join(options).replace(":", ""), *options)
        target = ("-S", server.socket, "-t", prompt.pane)
        assert starts(home, "send", *target, "-c", "true")[0] == (4 if "boxed" in options else 3)
        until(lambda: len(prompt.reads()) == 2, "both")  # noqa: B023  it is over before the next one
        assert prompt.reads() == ["\033[200~true\033[201~", "\r"]
        assert home.viewsync("wait", *target, "-p", "> true", "-T", "0.1").code == 1
