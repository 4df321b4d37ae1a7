"""docs/reference/projects.md says what happens: its files are written and its commands run, one after the other."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from tests.support.projects import in_git
from tests.support.server import ROOT
from tests.support.sessions import note_pid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.projects import Project
    from tests.support.server import Home, Server

_BLOCK = re.compile(r"^```(yaml|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> Iterator[tuple[str, str]]:
    with open(os.path.join(ROOT, "docs", "reference", "projects.md"), encoding="utf-8") as file:
        yield from _BLOCK.findall(file.read())


project = in_git


def test_the_page_says_what_happens(project: Project, home: Home, server: Server) -> None:
    env = {**home.env, "PATH": f"{home.path}:{home.env['PATH']}"}
    kinds = []
    for kind, text in blocks():
        kinds.append(kind)
        if kind == "yaml":
            path = re.match(r"# (\S+)\n", text)
            assert path, text
            project.write(path[1], text)
            continue
        commands = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
        assert commands, text
        script = "\n".join(f"echo '$ {number}'; {command}" for number, (command, _) in enumerate(commands))
        done = subprocess.run(
            ["sh", "-c", f"exec 2>&1\n{script}"],
            cwd=project.root,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        note_pid(server)
        said = re.split(r"^\$ \d+\n", done.stdout.replace(home.path, "~"), flags=re.MULTILINE)[1:]
        for (command, wanted), found in zip(commands, said, strict=True):
            assert (command, _plain(found)) == (command, _plain(wanted))
    assert kinds == ["yaml", "yaml", "console", "console", "console"]


def _plain(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def test_the_order_of_settings_is_the_one_of_the_page(project: Project) -> None:
    """The first that says something counts: each of the five levels, from the last one up."""

    def window(*words: str, **env: str) -> str:
        found = project.viewsync("print", "dev", "--json", *words, env=env).json()
        return str(found["windows"][0]["name"])

    config = os.path.join(project.home.path, "own.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write('default_window_name = "config"\n')
    project.command("dev", "session: {}")
    assert window() == "main"
    assert window(VIEWSYNC_CONFIG=config) == "config"
    env = {"VIEWSYNC_CONFIG": config, "VIEWSYNC_DEFAULT_WINDOW_NAME": "environment"}
    assert window(**env) == "environment"
    project.settings("tmux: {default_window_name: tmux}")
    assert window(**env) == "tmux"
    project.settings("tmux: {default_window_name: tmux}\nsessions: {default_window_name: sessions}")
    assert window(**env) == "sessions"
    project.command("dev", "session: {default_window_name: '{{w | default(task)}}'}")
    assert window(**env) == "dev"
    assert window("w=line", **env) == "line"
