"""What a terminal gets, and what a pipe, a narrow one, or somebody who wants no colours gets instead."""

from __future__ import annotations

import os
import re
import shutil
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.support.client import Tab
from tests.support.projects import Project
from tests.support.running import trusted, unstarted
from tests.support.server import Server
from tests.support.sessions import add_row, note_pid
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Home

RED, BOLD = "\033[31m", "\033[1m"
server = unstarted


@pytest.fixture
def gone(home: Home) -> Home:
    """With a session in its registry whose server is not there."""
    add_row(home, "python", Server(home, "none"))
    return home


@pytest.fixture
def tabs(home: Home) -> Iterator[list[Tab]]:
    """Terminals of any size."""
    made: list[Tab] = []
    yield made
    for tab in made:
        tab.end()


def on_terminal(home: Home, *words: str, **env: str) -> str:
    tab = home.tab(*words, env=env)
    tab.wait()
    return tab.text()


def test_a_terminal_gets_colours_that_mean_something(gone: Home) -> None:
    shown = on_terminal(gone, "list")
    assert f"{BOLD}STATUS" in shown
    assert f"python  {RED}" not in shown
    assert len(re.findall(re.escape(RED), shown)) == 1


@pytest.mark.parametrize(
    "env",
    [{"NO_COLOR": "1"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}],
    ids=lambda env: " ".join(f"{name}={value}" for name, value in env.items()),
)
def test_no_colour_where_somebody_or_the_terminal_wants_none(gone: Home, env: dict[str, str]) -> None:
    assert "\033" not in on_terminal(gone, "list", **env)


def test_a_pipe_gets_no_colour_but_by_force(gone: Home) -> None:
    assert "\033" not in gone.viewsync("list").out
    assert "\033" not in gone.viewsync("list", env={"FORCE_COLOR": "0"}).out
    assert RED in gone.viewsync("list", env={"FORCE_COLOR": "1"}).out
    assert "\033" not in gone.viewsync("list", "--json", env={"FORCE_COLOR": "1"}).out


def test_a_narrow_terminal_gets_a_line_for_each_cell(gone: Home, tabs: list[Tab]) -> None:
    env = {**gone.env, "NO_COLOR": "1"}
    tabs += [Tab([gone.launcher, "list"], env, (columns, 24)) for columns in (40, 120)]
    for tab in tabs:
        tab.wait()
    narrow, wide = (tab.text().splitlines() for tab in tabs)
    assert narrow[0].split() == ["NAME", "python"]
    assert ["STATUS", "server"] in [line.split() for line in narrow]
    assert wide[0].split()[:2] == ["NAME", "SOCKET"]
    assert len(gone.viewsync("list", env={"COLUMNS": "40"}).out.splitlines()) == len(wide)  # a pipe has no width
    assert gone.viewsync("list", "--help", env={"COLUMNS": "²"}).code == 0


def test_what_takes_longer_than_a_second_says_so_on_a_terminal(home: Home, server: Server) -> None:
    """Both steps end when it has been said. The one that prints JSON began before the other, and said nothing."""
    project = Project(home)
    said, tabs = os.path.join(home.path, "said"), []
    for name, more in (("quiet", "--json"), ("dev", "")):
        waits = f"touch {home.path}/{name}; until [ -e {said} ]; do sleep 0.05; done"
        project.command(name, f"session:\n  task: {name}\n  pre_create_steps: [{{name: slow, run: '{waits}'}}]\n")
        trusted(project, name)
        tabs.append(home.program(["sh", "-c", f"cd {project.root} && exec {home.launcher} run {name} {more}"]))
        until(partial(os.path.exists, f"{home.path}/{name}"), "its step")
    quiet, tab = tabs
    until(lambda: "\r\033[Kthe pre-create step 'slow' runs: 1 s" in tab.text(), "what is under way")
    with open(said, "w", encoding="utf-8"):
        assert (tab.wait(), quiet.wait()) == (0, 0)
    note_pid(server)
    after = tab.text().rpartition(" s")[2]
    assert after.startswith("\r\033[K"), "the line is taken back"
    assert "myapp-main-dev: created" in after
    assert "pre-create step" not in quiet.text()


@pytest.mark.parametrize("line", ["sweep", "cleanup", "cleanup --views", "restore --plan", "worktree remove dev"])
def test_what_waits_for_a_program_says_what_it_does(home: Home, server: Server, line: str) -> None:
    """A tmux or a git that takes its time: until it has been said what is under way."""
    add_row(home, "python", server.start())
    project = Project(home)
    project.repository()
    project.git("worktree", "add", "-q", "-b", "dev", f"{home.path}/dev")
    said = os.path.join(home.path, "said")
    name = "git" if "worktree" in line else "tmux"
    slow = os.path.join(home.path, "bin", name)
    os.mkdir(os.path.dirname(slow))
    wait = f"until [ -e {said} ]; do sleep 0.05; done"
    wait = f'case " $* " in *" status "*) {wait} ;; esac' if name == "git" else wait
    with open(slow, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\n{wait}\nexec {shutil.which(name)} "$@"\n')
    os.chmod(slow, 0o700)
    tab = home.program(
        ["sh", "-c", f"cd {project.root} && exec {home.launcher} {line}"],
        env={"PATH": f"{home.path}/bin:{home.env['PATH']}"},
    )
    what = {
        "sweep": "sweeping",
        "cleanup": "looking at the sessions",
        "cleanup --views": "cleaning up the views",
        "restore --plan": "looking for what was open",
        "worktree remove dev": f"looking for work in {home.path}/dev",
    }
    until(lambda: f"\r\033[K{what[line]}: 1 s" in tab.text(), "what is under way")
    with open(said, "w", encoding="utf-8"):
        assert tab.wait() == 0, tab.text()
