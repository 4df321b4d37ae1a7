"""viewsync import: files of other tools become command files, and what cannot be taken over is said.

That what comes of them is the same stands in tests/peers.
"""

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
    (layout,) = left
    assert "window 'logs' has no layout here: there is no layout 'nope'" in layout
    assert (found["name"], found["cwd"]) == ("Web App", os.path.join(project.home.path, "src"))
    assert (found["environment"], found["options"]) == ({"EDITOR": "vim"}, {"base-index": "1"})
    assert found["global_options"] == {"mouse": "on"}
    assert [step["command"] for step in found["pre_create"]] == [f"{project.root}/bootstrap.sh"]
    editor, logs, top = found["windows"]
    first = " source .venv/bin/activate"
    assert panes(editor) == [[first, " cd sub", " vim"], [first], [first, " docker ps --format '{{.Names}}'"]]
    assert [pace["before"] for pace in editor["panes"][0]["paces"]] == [0, 0, 1]
    assert (editor["layout"], editor["focus"], editor["options_after"]) == (
        *("main-vertical", True),
        {"synchronize-panes": "on"},
    )
    assert panes(logs) == [[first, " cd /var/log", " tail -f syslog"], [first, " cd /var/log"]]
    assert (top["name"], panes(top)) == ("", [[first, " top"]])


def test_tmuxinator(project: Project) -> None:
    found, left = planned(project, TMUXINATOR)
    assert left == [
        "5: on_project_exit runs when the last client leaves the session, and not without one",
    ]
    assert (found["name"], found["cwd"]) == ("shop", os.path.join(project.home.path, "shop"))
    assert found["auto_attach"] is True
    assert [(step["command"], step["on_failure"]) for step in found["start"]] == [("docker compose up -d", "continue")]
    assert [step["command"] for step in found["detach"]] == ["echo bye"]
    assert found["socket"].endswith("/other")
    assert [step["command"] for step in found["cleanup"]] == ["docker compose stop"]
    editor, server, logs, shell = found["windows"]
    before = "rbenv shell 3.3"
    assert panes(editor) == [[before, "vim"], [before, "cd test", "guard"], [before]]
    assert [pane["title"] for pane in editor["panes"]] == ["", "guard", ""]
    assert (editor["cwd"], editor["options_after"]) == (f"{project.home.path}/shop/app", {"synchronize-panes": "on"})
    assert (panes(server), server["focus"]) == ([[before, "bundle exec rails s"]], True)
    assert panes(logs) == [[before, "cd log", "tail -f development.log"]]
    assert panes(shell) == [[before]]


SMUG = """\
session: Blog $HOME
root: ~/src
attach: true
env:
  WHERE: $HOME/x
before_start:
  - docker compose up -d
stop: [docker compose stop]
detach_hook: docker compose pause
attach_hook: docker compose unpause
tmux_options:
  socket_name: blog
  config_file: ~/none.conf
sendkeys_timeout: 300
windows:
  - name: code
    selected: true
    commands: [vim, ":e $HOME"]
    panes:
      - type: vertical
        root: app
        commands: [make watch]
      - commands: [tail -f log]
  - name: later
    manual: true
    commands: [htop]
  - name: plain
"""


def test_smug(project: Project) -> None:
    os.makedirs(os.path.join(project.home.path, "src/app"))
    found, left = planned(project, SMUG)
    assert left == [
        " there is no file ~/none.conf, so that tmux_config is left out",
        "13: config_file becomes tmux_config, which is read each time the session is made",
        "14: sendkeys_timeout has no equivalent in viewsync",
    ]
    assert found["cwd"] == f"{project.home.path}/src"
    assert (found["environment"], found["auto_attach"]) == ({"WHERE": f"{project.home.path}/x"}, True)
    assert [step["command"] for step in found["pre_create"]] == ["docker compose up -d"]
    stages = {key: [step["command"] for step in found[key]] for key in ("attach", "detach", "cleanup")}
    assert stages == {
        "attach": ["docker compose unpause"],
        "detach": ["docker compose pause"],
        "cleanup": ["docker compose stop"],
    }
    assert (found["socket"].endswith("/blog"), found["cleanup"][0]["on_failure"]) == (True, "abort")
    code, later, plain = found["windows"]
    assert [window["skipped"] for window in found["windows"]] == [False, True, False]
    assert (later["manual"], panes(later)) == (True, [["htop"]])
    assert panes(code) == [["vim", f":e {project.home.path}"], ["make watch"], ["tail -f log"]]
    assert (code["layout"], code["focus"], code["panes"][2]["focus"]) == ("even-horizontal", True, True)
    assert code["panes"][1]["cwd"] == f"{project.home.path}/src/app"
    assert panes(plain) == [[]]


SERVERS = [
    ("socket_name: a\nsocket_path: ~/b", "~/b", []),
    ("tmux_options: -L a -S ~/b\nsocket_name: c", "~/b", []),
    ("tmux_options: -La\nsocket_name: c", "/c", []),
    ("cli_args: -u -L a\ntmux_options: -L b", "/a", []),
    ("socket_name: a/b", "", ["socket_name 'a/b' is left out"]),
    (
        "tmux_options: -f ~/src/own.conf -2qv",
        "",
        [
            "tmux_options -f becomes tmux_config",
            "tmux_options -2 is left out; write `set",
            "-q is left out",
            "-v is left out",
        ],
    ),
    ("tmux_options: -f own.conf", "", ["tmux_options -f becomes", "so that tmux_config is left out"]),
    ('tmux_options: "-f \'own"', "", ["tmux_options is left out: its quotes do not match"]),
    ("tmux_command: byobu\nsocket_path:", "", ["tmux_command has no equivalent"]),
    ("post: echo a\non_project_restart: [echo b, false]", "", ["post runs when the last client leaves"]),
]


@pytest.mark.parametrize(("text", "server", "told"), SERVERS)
def test_tmuxinators_words_for_tmux(project: Project, text: str, server: str, told: list[str]) -> None:
    conf = os.path.join(project.home.path, "src/own.conf")
    with open(conf, "w", encoding="utf-8") as file:
        file.write("set -g status off\n")
    found, left = planned(project, f"name: a\n{text}\nwindows: [{{w: echo x}}]\n")
    assert found["socket"].endswith(server.replace("~", project.home.path))
    assert bool(found["socket"]) == bool(server)
    assert found["tmux_config"] == (conf if "src/own.conf" in text else "")
    assert [said for said in told if not any(said in line for line in left)] == []
    assert len(left) <= max(1, len(told)), left
    if "restart" in text:
        assert [(step["command"], step["on_failure"]) for step in found["restart"]] == [("echo b; false", "continue")]
        assert [step["command"] for step in found["detach"]] == ["echo a"]


WORKMUX = """\
main_branch: main
post_create:
  - npm install
agent: claude
panes:
  - command: vim
    focus: true
  - split: horizontal
    command: npm run dev
  - split: horizontal
    command: <agent>
"""


def test_workmux(project: Project) -> None:
    project.repository()
    project.write("theirs.yaml", WORKMUX)
    done = project.viewsync("import", "theirs.yaml", "-o", ".viewsync/commands/new.yaml")
    path = os.path.join(project.root, "theirs.yaml")
    assert [line.split(" (")[0] for line in done.err.splitlines()] == [
        f"viewsync: {path}:4: agent has no equivalent in viewsync",
        f"viewsync: {path}:11: <agent> is left out",
    ]
    found = project.viewsync("print", "new", "branch=topic", "--json").json()
    assert (found["worktree"]["branch"], found["worktree"]["base_branch"]) == ("topic", "main")
    assert [step["command"] for step in found["pre_create"]] == ["npm install"]
    (window,) = found["windows"]
    assert (panes(window), window["layout"]) == ([["vim"], ["npm run dev"], []], "even-horizontal")


ODD = """\
session_name: a
environment: {NOT-ONE: x, "1ST": y, FINE: z}
windows:
  - window_name: "tab\\there"
    window_index: 99999
    panes:
      - shell_command: [vim]
        environment: {"": x}
  - environment: {"A B": x}
"""


def test_what_no_file_of_ours_can_say_is_left_out_so_that_the_rest_runs(project: Project) -> None:
    found, left = planned(project, ODD)
    assert sorted(line.strip().split(":")[0] for line in left) == [
        "the index 99999 is left out",
        "the name 'tab\\there' is left out",
        "the variable '' is left out",
        "the variable '1ST' is left out",
        "the variable 'A B' is left out",
        "the variable 'NOT-ONE' is left out",
    ]
    assert found["environment"] == {"FINE": "z"}
    assert (found["windows"][0]["name"], found["windows"][0]["position"]) == ("", -1)


@pytest.mark.parametrize(
    "text",
    [
        "name: x\nwindows:\n  - name: w\n    root: ~\n    panes:\n      - commands: [vim]\n",
        "session:\n  name: x\n  windows:\n    - name: w\n      splits: [{cmd: vim}]\n",
    ],
)
def test_teamocil_is_refused_by_its_name(project: Project, text: str) -> None:
    done = project.viewsync("import", project.write("x.yml", text))
    assert (done.code, done.out) == (1, "")
    assert "is a file of teamocil, which cannot be imported (start it once, and write what runs by" in done.err


def test_ruby_is_refused_with_every_line_of_it(project: Project) -> None:
    path = project.write("theirs.yml", 'name: <%= @args[0] %>\nroot: ~/\nwindows:\n  - a: "<%= x %>"\n')
    done = project.viewsync("import", path)
    assert (done.code, done.out) == (1, "")
    assert [line.split(" (")[0] for line in done.err.splitlines()] == [
        f"viewsync: {path}:1: ERB cannot be imported, as in line 4"
    ]


def test_remarks_of_erb_are_none_of_its_words(project: Project) -> None:
    text = "name: x <%# TODO\nmore %>\nroot: ~/\nwindows:\n  - a: vim <%# why %>\nnone: 1\n"
    found, left = planned(project, text)
    assert (found["name"], panes(found["windows"][0])) == ("x", [["vim"]])
    assert left == ["6: none has no equivalent in viewsync"]


def test_a_command_that_yaml_makes_a_mapping_of_is_told(project: Project) -> None:
    text = "name: x\nwindows:\n- a: [vim, echo a: b, ~]\n- b:\n    panes: [{t: [{ls: x}, top]}]\npre: {a: b}\n"
    found, left = planned(project, text)
    assert [panes(window) for window in found["windows"]] == [[["vim"]], [["top"]]]
    assert [line.split(" (")[0] for line in left] == [
        f"{at}: a command that is no text is left out" for at in (3, 5, 6)
    ]


def test_lines_of_the_others_that_are_no_commands_are_told_or_none(project: Project) -> None:
    text = "session: x\nbefore_start: [~, {a: b}, ls]\nwindows:\n- {name: a, commands: [null, vim]}\n"
    found, left = planned(project, text)
    assert [step["command"] for step in found["pre_create"]] == ["ls"]
    assert panes(found["windows"][0]) == [["vim"]]
    assert [line.split(" (")[0] for line in left] == ["2: a command that is no text is left out"]
    path = project.write("theirs.yaml", "panes: [{command: vim}]\npre_remove: [~, {a: b}, ls]\n")
    found = project.viewsync("import", path, "--json").json()
    assert [step["run"] for step in found["command"]["session"]["cleanup_steps"]] == ["ls"]
    assert len(found["left_out"]) == 1


def test_windows_that_are_no_list_are_refused_and_those_of_tmuxp_known(project: Project) -> None:
    done = project.viewsync("import", project.write("x.yml", "name: x\nwindows: {editor: vim}\n"))
    assert (done.code, done.out, "x.yml:2: is no list of windows" in done.err) == (1, "", True), done
    text = "session_name:\nwindows:\n- {window_name: a, panes: [vim]}\n"
    found = project.viewsync("import", project.write("x.yml", text), "--json").json()
    assert found["command"]["session"]["windows"] == [{"name": "a", "command": " vim"}]


def test_numbers_of_a_tmuxp_file_are_what_they_say(project: Project) -> None:
    text = "session_name: x\nwindows:\n- window_index: 0\n  panes:\n  - {shell_command: a, sleep_before: %s}\n"
    for number in ("0x10", ".inf", "1:30", "1.2.3"):
        found, left = planned(project, text % number)
        assert (found["windows"][0]["position"], len(left), "is no number of seconds" in left[0]) == (0, 1, True)
        os.unlink(os.path.join(project.root, ".viewsync/commands/new.yaml"))


@pytest.mark.parametrize("text", ["a: 1", "[]", "session_name: x", ""])
def test_what_is_neither_is_refused(project: Project, text: str) -> None:
    done = project.viewsync("import", project.write("x.yaml", text))
    assert done.code == 1
    assert "is no file of tmuxp, tmuxinator, smug or workmux" in done.err


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
        "session:\n  name_template: a\n  windows:\n    - name: b\n      command: |2-\n         x\n        y\n"
    )
    assert project.viewsync("import", path, "--json").fields() == {
        "command": {"session": {"name_template": "a", "windows": [{"name": "b", "command": " x\ny"}]}},
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
