"""viewsync run reads once, compares, acts, and reads once more: what it says to tmux, call by call."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.running import FOUR, ran, shown, unstarted
from tests.support.sessions import by_jq, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.support.projects import Project
    from tests.support.server import Home, Server

server = unstarted

READ = "read"  # the sessions of the server, or the windows of one
LOOK = "look"  # whether panes are ready to be typed into
BEGIN, WINDOWS, SPLITS, MARKS, TYPE = "begin", "windows", "splits", "marks", "type"
KINDS = "kinds of options"
CHANGE = "change"
# The first that is in what is said tells what the call is for.
TOLD_BY = {
    "list-sessions": READ,
    "session_path": READ,
    "paste-buffer": TYPE,
    "cursor_x": LOOK,
    "new-session": BEGIN,
    "new-window": WINDOWS,
    "split-window": SPLITS,
    "@viewsync_pane": MARKS,
    "show-options": KINDS,
    "set-option": CHANGE,
}
WRAPPER = """#!/bin/sh
case "$*" in
    *'source-file -'*) input=$(cat); printf '%s %s\\0' "$*" "$input" >> LOG; printf '%s\\n' "$input" | exec TMUX "$@" ;;
    *) printf '%s\\0' "$*" >> LOG; exec TMUX "$@" ;;
esac
"""


@pytest.fixture
def calls(project: Project, home: Home) -> Callable[..., list[str]]:
    """What each tmux process of a `run dev WORDS` was for, looks that repeat themselves counted once."""
    log, path = os.path.join(home.path, "calls"), os.path.join(home.path, "tmux")
    with open(path, "w", encoding="utf-8") as file:
        file.write(WRAPPER.replace("LOG", log).replace("TMUX", str(shutil.which("tmux"))))
    os.chmod(path, 0o700)

    def found(server: Server, *words: str) -> list[str]:
        with open(log, "w", encoding="utf-8"):
            pass
        done = project.viewsync("run", "dev", *words, env={"VIEWSYNC_TMUX": path})
        assert done.code in (0, 2), done
        with open(log, encoding="utf-8") as file:
            said = file.read().split("\0")[:-1]
        kinds = [next(kind for word, kind in TOLD_BY.items() if word in call) for call in said]
        return [kind for at, kind in enumerate(kinds) if kind != LOOK or kinds[at - 1] != LOOK]

    return found


def test_a_new_session_is_read_made_and_looked_at(
    project: Project, server: Server, calls: Callable[..., list[str]]
) -> None:
    server.start("-s", "other")
    project.command("dev", FOUR)
    assert calls(server) == [READ, BEGIN, WINDOWS, SPLITS, MARKS, LOOK, TYPE]


@pytest.mark.parametrize("words", [(), ("--diff",), ("--apply",)])
def test_with_nothing_to_do_the_server_is_read_once_and_told_nothing(
    project: Project, server: Server, calls: Callable[..., list[str]], words: Sequence[str]
) -> None:
    project.command(
        "dev", "environment: {WHAT: ever}\n" + FOUR.replace("windows:", "options: {status: '2'}\n  windows:")
    )
    ran(project, server, "dev")
    assert calls(server, *words) == [READ]


def test_what_is_missing_is_added_between_two_readings(
    project: Project, server: Server, calls: Callable[..., list[str]]
) -> None:
    project.command("dev", FOUR)
    ran(project, server, "dev")
    server.tmux("kill-window", "-t", "=myapp-main-dev:2")
    assert calls(server, "--diff") == [READ]
    assert calls(server) == [READ, WINDOWS, MARKS, LOOK, TYPE, READ]
    assert len(shown(server, "#{pane_id}")) == 5


def test_what_differs_is_changed_between_two_readings(
    project: Project, server: Server, calls: Callable[..., list[str]]
) -> None:
    project.command("dev", FOUR)
    ran(project, server, "dev")
    project.command("dev", FOUR.replace("windows:", "options: {status: '2'}\n  windows:"))
    assert calls(server, "--apply") == [READ, KINDS, CHANGE, READ]
    project.command("dev", FOUR.replace("name: editor", "name: writer"))
    assert calls(server, "--apply") == [READ, WINDOWS, MARKS, LOOK, TYPE, READ]


def test_a_session_that_no_row_tells_of_is_read_when_it_was_found(
    project: Project, server: Server, home: Home, calls: Callable[..., list[str]]
) -> None:
    project.command("dev", FOUR)
    ran(project, server, "dev")
    os.unlink(os.path.join(home.state, ".sessions.json"))
    assert calls(server) == [READ, READ, LOOK, READ]
    assert rows(home)["myapp-main-dev"]["session_id"]
    assert calls(server) == [READ]


def test_the_row_of_a_session_that_ended_is_no_guess_at_another_one(
    project: Project, server: Server, home: Home, calls: Callable[..., list[str]]
) -> None:
    """Its id may be another session's on the next server of that socket."""
    project.command("dev", FOUR)
    ran(project, server, "dev")
    before = rows(home)["myapp-main-dev"]
    server.stop()
    server.start("-s", "other")
    assert before["session_id"] == "$0" == server.tmux("display-message", "-p", "#{session_id}")
    assert calls(server) == [READ, BEGIN, WINDOWS, SPLITS, MARKS, LOOK, TYPE]
    assert sorted(server.sessions()) == ["myapp-main-dev", "other"]
    assert rows(home)["myapp-main-dev"]["session_id"] == "$1"


def test_what_somebody_added_since_it_was_read_is_not_added_again(project: Project, server: Server, home: Home) -> None:
    project.command("dev", FOUR)
    ran(project, server, "dev")
    server.tmux("kill-window", "-t", "=myapp-main-dev:2")
    path, flag, fifo = (os.path.join(home.path, name) for name in ("slow-tmux", "has-read", "go-on"))
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\n{shutil.which("tmux")} "$@"; code=$?\n')
        file.write(f"[ -e {flag} ] || {{ : > {flag}; read -r _ < {fifo}; }}\nexit $code\n")
    os.chmod(path, 0o700)
    os.mkfifo(fifo)
    env = {**home.env, "VIEWSYNC_TMUX": path, "VIEWSYNC_TMUX_TIMEOUT": "60"}
    argv = [home.launcher, "run", "dev", "--json"]
    slow = subprocess.Popen(argv, cwd=project.root, env=env, stdout=subprocess.PIPE)
    until(lambda: os.path.exists(flag), "its reading")
    before = rows(home)["myapp-main-dev"]["last_active"]
    assert ran(project, server, "dev")["windows"] == ["window 'tests'"]
    by_jq(home, '.sessions["myapp-main-dev"].last_active = $before', before=before)  # as within one second
    with open(fifo, "w", encoding="utf-8") as file:
        file.write("\n")
    answer, _ = slow.communicate(timeout=60)
    assert json.loads(answer)["action"] == "reused"
    assert shown(server, "#{window_name}") == ["editor", "server", "server", "tests", "logs"]


def test_a_difference_is_told_from_the_plan_in_the_sessions_own_name(project: Project, server: Server) -> None:
    server.start("-s", "myapp-main-dev")
    project.command("dev", "session:\n  options: {status-left: '{{ session_name }}'}\n  windows: [{name: a}]\n")
    assert ran(project, server, "dev")["name"] == "myapp-main-dev-2"
    done = project.viewsync("run", "dev", "--diff", "--json")
    assert (done.code, done.json()["differences"]) == (0, [])
