"""docs/reference/projects.md: which of several settings counts (tests/docs runs its commands)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.projects import Project


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
