"""viewsync print: what would be done, the reference's own files among it, and nothing is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import reference_files as reference
from tests.support.projects import Project

if TYPE_CHECKING:
    from tests.support.server import Home

SHOWN = """\
session    myapp-main-dev
file       {root}/.viewsync/commands/dev.yaml
folder     {root}
shell      /bin/bash
option     mouse=on
timeout    ends after 1h without use
attach     as soon as it exists
variable   NODE_ENV=development
variable   API_TOKEN=***
before     check: ./check dev (5m at most, abort on failure)
window     editor, in focus
  pane       $EDITOR .
window     server, tiled (sub)
  option     automatic-rename=off
  pane       npm run dev --token ***
    variable   PORT=1
  pane       a shell in /bin/sh, in focus
    variable   PORT=1
at its end ./stop: ./stop (5s at most, continue on failure)
"""

FILE = """
arguments: {token: }
environment: {NODE_ENV: development, API_TOKEN: "{{token}}"}
steps: {check: "./check {{task}}"}
session:
  shell: /bin/bash
  options: {mouse: on}
  auto_attach: true
  auto_cleanup: true
  session_timeout: 1h
  pre_create_steps: [check]
  cleanup_steps: [{run: ./stop, timeout: 5}]
  windows:
    - name: editor
      command: $EDITOR .
    - name: server
      cwd: sub
      layout: tiled
      options: {automatic-rename: off}
      environment: {PORT: 1}
      panes: ["npm run dev --token {{token}}", {shell: /bin/sh, focus: true}]
"""


@pytest.fixture
def prj(home: Home) -> Project:
    """As the reference has it, with the steps that it names."""
    found = Project(home, "my-project", ".prj")
    found.settings(reference.PROJECT)
    found.write(".tmux.conf", "")
    for step in reference.STEPS:
        found.write(f".prj/steps/{step}", "#!/bin/sh\n", program=True)
    return found


def shown(project: Project, text: str, *words: str) -> dict[str, Any]:
    project.command("c", text)
    done = project.viewsync("print", "c", *words, "--json")
    assert done.code == 0, done
    found: dict[str, Any] = done.json()
    return found


def test_people_see_lines(project: Project) -> None:
    project.command("dev", FILE)
    os.mkdir(os.path.join(project.root, "sub"))
    done = project.viewsync("print", "dev", "token=hunter2")
    assert (done.code, done.err) == (0, "")
    assert done.out == SHOWN.format(root=project.root)


def test_programs_see_all_of_it_and_no_secret(project: Project) -> None:
    os.mkdir(os.path.join(project.root, "sub"))
    found = shown(project, FILE, "token=hunter2", "-e", "OTHER_KEY=geheim1")
    assert found["name"] == "myapp-main-dev"
    assert found["environment"] == {"NODE_ENV": "development", "API_TOKEN": "***", "OTHER_KEY": "***"}
    assert found["arguments"] == {"token": "***"}
    assert found["windows"][1]["panes"][0]["commands"] == ["npm run dev --token ***"]
    assert found["secrets"] == ["API_TOKEN", "OTHER_KEY", "token"]


def test_nothing_is_done(project: Project) -> None:
    project.repository()
    before = sorted(os.listdir(project.home.path))
    shown(project, 'worktree: {branch: b}\nsteps: [{run: "touch ../done"}]')
    assert sorted(os.listdir(project.home.path)) == before


def test_arguments_and_options_in_any_order(project: Project) -> None:
    project.command("c", 'environment: {A: "{{a}}{{b}}"}')
    done = project.viewsync("print", "-e", "X=-1", "c", "a=1", "--json", "-e", "Y=2", "b=2")
    assert done.json()["environment"] == {"A": "12", "X": "-1", "Y": "2"}


def test_errors_are_a_line_each(project: Project) -> None:
    path = project.command("c", "a: 1\nb: 2\nsteps: [")
    done = project.viewsync("print", "c")
    assert (done.code, done.err.splitlines()) == (
        1,
        [f"viewsync: {path}:4: is not YAML: while parsing a flow node did not find expected node content"],
    )
    project.command("c", "sesion: 1\nname: [x]")
    done = project.viewsync("print", "c", "--json")
    assert done.code == 1
    assert done.err.splitlines() == [
        f"viewsync: {path}:1: there is no key 'sesion' (did you mean session?)",
        f"viewsync: {path}:2: name must be text, not a list",
    ]
    assert done.json()["error"] == {
        "code": 1,
        "kind": "bad-file",
        "message": f"{path}:1: there is no key 'sesion'",
        "hint": "did you mean session?",
        "more": [f"{path}:2: name must be text, not a list"],
    }


def test_a_command_that_is_not_there(project: Project) -> None:
    project.command("dev", "")
    done = project.viewsync("print", "dve")
    assert done.code == 1
    assert "did you mean dev?" in done.err


def test_the_references_first_example(prj: Project) -> None:
    prj.command("dev-session", reference.DEV_SESSION)
    found = prj.viewsync("print", "dev-session", "--json").json()
    assert found["name"] == "my-project-main-dev"
    assert found["cwd"] == prj.root
    assert found["environment"] == {"NODE_ENV": "development", "DEBUG": "true", "LOG_LEVEL": "debug"}
    assert [step["name"] for step in found["post_create"]] == ["setup-environment", "start-development-tools"]
    assert found["tmux_config"] == f"{prj.root}/.tmux.conf"
    assert found["auto_cleanup"] is True


def test_the_references_templates_windows_and_hooks(prj: Project) -> None:
    assert shown(prj, reference.TEMPLATE_VARIABLES)["name"] == "my-project-main-dev"
    found = shown(prj, reference.WINDOWS)
    assert found["name"] == "my-project-dev"
    assert [(window["name"], window["panes"][0]["commands"]) for window in found["windows"]] == [
        ("editor", ["$EDITOR ."]),
        ("server", ["npm run dev"]),
        ("tests", ["npm run test:watch"]),
    ]
    found = shown(prj, reference.HOOKS)
    stages = ("pre_create", "post_create", "cleanup")
    assert [len(found[stage]) for stage in stages] == [1, 2, 2]


def test_the_references_environments(prj: Project) -> None:
    found = shown(prj, reference.COMMAND_ENVIRONMENT)["environment"]
    assert found["API_URL"] == "http://localhost:3000"
    assert found["DEBUG_SESSION"] == "true"
    prj.settings(reference.ENVIRONMENTS)
    found = shown(prj, reference.INHERITANCE)
    assert found["environment"] == {
        "NODE_ENV": "development",
        "LOG_LEVEL": "debug",
        "SESSION_ID": "my-project-main-dev",
    }
    assert shown(prj, reference.INHERITANCE, "env=testing")["environment"] == {
        "NODE_ENV": "test",
        "CI": "true",
        "SESSION_ID": "my-project-main-dev",
    }


def test_the_references_worktree(prj: Project) -> None:
    prj.repository()
    found = shown(prj, reference.WORKTREE, "name=auth")
    assert found["name"] == "my-project-feature-auth-dev"
    assert found["worktree"]["branch"] == "feature-auth"
    assert found["cwd"] == found["worktree"]["path"] == f"{prj.home.path}/worktrees/my-project-feature-auth"


def test_the_references_global_settings(prj: Project) -> None:
    prj.settings(reference.GLOBAL)
    found = shown(prj, "")
    assert (found["name"], found["shell"], found["timeout"]) == ("prj-my-project-main-dev", "zsh", 86400.0)


def test_without_a_name_it_lists_the_commands(project: Project) -> None:
    project.command("dev", "description: the usual")
    project.command("review", "arguments: {pr: {required: true}, base: main, API_TOKEN: hunter2, x: }\nsession: {}")
    listed = project.viewsync("print")
    assert listed.code == 0
    assert [line.split() for line in listed.out.splitlines()] == [
        ["NAME", "ARGUMENTS", "DESCRIPTION"],
        ["dev", "-", "the", "usual"],
        ["review", "pr", "[base=main]", "[API_TOKEN=***]", "[x=]"],
    ]
    first, second = project.viewsync("print", "--json").json()["commands"]
    assert (first["name"], first["description"], first["arguments"]) == ("dev", "the usual", {})
    assert second["arguments"] == {"pr": None, "base": "main", "API_TOKEN": "***", "x": ""}


def test_a_file_that_is_wrong_hides_no_other(project: Project) -> None:
    project.command("good", "")
    path = project.command("bad", "session: [")
    done = project.viewsync("print")
    assert done.code == 1
    assert "good" in done.out
    assert done.err.startswith(f"viewsync: {path}:2: is not YAML")


def test_a_file_with_two_endings_hides_no_other(project: Project) -> None:
    project.command("dev", "description: one\n")
    project.command("dev.yaml", "description: two\n")
    done = project.viewsync("print")
    assert (done.code, [line.split()[0] for line in done.out.splitlines()[1:]]) == (0, ["dev", "dev.yaml"]), done


def test_run_without_a_name_tells_which_there_are(project: Project) -> None:
    project.command("dev", "")
    project.command("review", "")
    done = project.viewsync("run")
    assert (done.code, done.err) == (
        1,
        "viewsync: a command needs a name (there are: dev, review; `viewsync print` tells more)\n",
    )


def test_what_a_command_lists_as_a_secret_is_kept_of_no_file(project: Project) -> None:
    project.settings("environments: {development: {WHERE: hunter2}}\n")
    project.command("dev", "secrets: [WHERE]\nsession: {windows: [{name: a}]}\n")
    os.makedirs(project.home.state, mode=0o700, exist_ok=True)
    assert project.viewsync("print", "dev").code == 0
    for folder, _, names in os.walk(project.home.state):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                assert b"hunter2" not in file.read(), name
