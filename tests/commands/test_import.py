"""viewsync import: files of tmuxp and tmuxinator become command files, and what cannot be taken over is said."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.projects import Project

if TYPE_CHECKING:
    from tests.support.server import Home

TMUXP = """\
session_name: Web App
start_directory: ${HOME}/src
before_script: ./bootstrap.sh
environment:
  EDITOR: vim
options:
  base-index: 1
global_options:
  mouse: on
shell_command_before:
  - source .venv/bin/activate
windows:
  - window_name: editor
    layout: main-vertical
    focus: true
    options_after:
      synchronize-panes: on
    panes:
      - shell_command:
          - cd sub
          - cmd: vim
            sleep_before: 1
        focus: true
      - blank
      - docker ps --format '{{.Names}}'
  - window_name: logs
    shell_command_before: cd /var/log
    layout: nope
    panes:
      - tail -f syslog
      - null
  - panes: [top]
"""

TMUXINATOR = """\
name: shop
root: ~/shop
on_project_start: docker compose up -d
on_project_stop: docker compose stop
on_project_exit: echo bye
pre_window: rbenv shell 3.3
startup_window: server
attach: true
socket_name: other
windows:
  - editor:
      layout: main-vertical
      root: ~/shop/app
      synchronize: after
      panes:
        - vim
        - guard:
            - cd test
            - guard
        -
  - server: bundle exec rails s
  - logs:
      - cd log
      - tail -f development.log
  - shell:
"""


@pytest.fixture
def project(home: Home) -> Project:
    found = Project(home)
    for folder in ("src", "shop/app"):
        os.makedirs(os.path.join(home.path, folder))
    return found


def planned(project: Project, text: str) -> tuple[dict[str, Any], list[str]]:
    """What `print` shows of the file that was written, and what was left out."""
    path = project.write("theirs.yaml", text)
    done = project.viewsync("import", path, "-o", ".viewsync/commands/new.yaml")
    assert done.code == 0, done
    shown = project.viewsync("print", "new", "--json")
    assert shown.code == 0, shown
    found: dict[str, Any] = shown.json()
    left = [line.removeprefix(f"viewsync: {path}:") for line in done.err.splitlines()]
    return found, left


def panes(window: dict[str, Any]) -> list[list[str]]:
    return [pane["commands"] for pane in window["panes"]]


def test_tmuxp(project: Project) -> None:
    found, left = planned(project, TMUXP)
    assert left[1:] == [
        "8: global_options has no equivalent in viewsync",
        "22: sleep_before has no equivalent in viewsync",
    ]
    assert "window 'logs' has no layout here: there is no layout 'nope'" in left[0]
    assert (found["name"], found["cwd"]) == ("web-app", os.path.join(project.home.path, "src"))
    assert (found["environment"], found["options"]) == ({"EDITOR": "vim"}, {"base-index": "1"})
    assert [step["command"] for step in found["pre_create"]] == ["./bootstrap.sh"]
    editor, logs, top = found["windows"]
    first = "source .venv/bin/activate"
    assert panes(editor) == [[first, "cd sub", "vim"], [first], [first, "docker ps --format '{{.Names}}'"]]
    assert (editor["layout"], editor["focus"], editor["options"]) == (
        *("main-vertical", True),
        {"synchronize-panes": "on"},
    )
    assert panes(logs) == [[first, "cd /var/log", "tail -f syslog"], [first, "cd /var/log"]]
    assert (top["name"], panes(top)) == ("window-3", [[first, "top"]])


def test_tmuxinator(project: Project) -> None:
    found, left = planned(project, TMUXINATOR)
    assert left == ["5: on_project_exit has no equivalent in viewsync", "9: socket_name has no equivalent in viewsync"]
    assert (found["name"], found["cwd"]) == ("shop", os.path.join(project.home.path, "shop"))
    assert found["auto_attach"] is True
    assert [step["command"] for step in found["pre_create"]] == ["docker compose up -d"]
    assert [step["command"] for step in found["cleanup"]] == ["docker compose stop"]
    editor, server, logs, shell = found["windows"]
    before = "rbenv shell 3.3"
    assert panes(editor) == [[before, "vim"], [before, "cd test", "guard"], [before]]
    assert (editor["cwd"], editor["options"]) == (f"{project.home.path}/shop/app", {"synchronize-panes": "on"})
    assert (panes(server), server["focus"]) == ([[before, "bundle exec rails s"]], True)
    assert panes(logs) == [[before, "cd log", "tail -f development.log"]]
    assert panes(shell) == [[before]]


def test_ruby_is_refused_with_every_line_of_it(project: Project) -> None:
    path = project.write("theirs.yml", 'name: <%= @args[0] %>\nroot: ~/\nwindows:\n  - a: "<%= x %>"\n')
    done = project.viewsync("import", path)
    assert (done.code, done.out) == (1, "")
    assert [line.split(" (")[0] for line in done.err.splitlines()] == [
        f"viewsync: {path}:{number}: ERB cannot be imported" for number in (1, 4)
    ]


@pytest.mark.parametrize("text", ["a: 1", "[]", "session_name: x", ""])
def test_what_is_neither_is_refused(project: Project, text: str) -> None:
    done = project.viewsync("import", project.write("x.yaml", text))
    assert done.code == 1
    assert "is neither a file of tmuxp nor one of tmuxinator" in done.err


def test_no_file_is_written_over(project: Project) -> None:
    path = project.write("theirs.yaml", "session_name: x\nwindows: [{panes: [vim]}]")
    kept = project.command("mine", "name: mine")
    done = project.viewsync("import", path, "-o", kept)
    assert done.code == 1
    assert "is there already" in done.err
    with open(kept, encoding="utf-8") as file:
        assert file.read() == "name: mine"


def test_without_a_file_it_is_printed(project: Project) -> None:
    path = project.write("x.json", '{"session_name": "a", "windows": [{"window_name": "b", "panes": ["x\\ny"]}]}')
    done = project.viewsync("import", path)
    assert done.out == (
        "session:\n  name_template: a\n  windows:\n    - name: b\n      command: |-\n        x\n        y\n"
    )
    assert project.viewsync("import", path, "--json").fields() == {
        "command": {"session": {"name_template": "a", "windows": [{"name": "b", "command": "x\ny"}]}},
        "left_out": [],
        "file": None,
    }


def test_a_layout_as_tmux_3_8_prints_it_becomes_one_for_every_tmux(project: Project) -> None:
    pane = '{"t":"p","w":40,"h":24,"x":0,"y":0,"I":"%0"}'
    layout = f'{{"V":2,"L":{{"t":"h","w":81,"h":24,"x":0,"y":0,"c":[{pane},{pane}]}}}}'
    text = f"session_name: a\nwindows:\n  - window_name: b\n    layout: '{layout}'\n    panes: [x, y]\n"
    found = project.viewsync("import", project.write("theirs.yaml", text), "--json").json()
    assert found["left_out"] == []
    assert found["command"]["session"]["windows"][0]["layout"].endswith(",81x24,0,0{40x24,0,0,0,40x24,41,0,0}")
