"""From files and arguments to a plan: what wins, what is filled in, and what is wrong with its line."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from viewsync.context import Context
from viewsync.errors import BadFile, UsageError
from viewsync.project_files import loading

if TYPE_CHECKING:
    from tests.support.server import Home
    from viewsync.project_files.rules.plan import Plan

NOW = 1_790_000_000.0


@pytest.fixture
def project(home: Home, monkeypatch: pytest.MonkeyPatch) -> Project:
    found = Project(home)
    monkeypatch.chdir(found.root)
    return found


def plan(project: Project, name: str = "c", *arguments: str, e: tuple[str, ...] = (), session: str = "") -> Plan:
    env = {**project.home.env, "USER": "ann"}
    return loading.plan(loading.load(Context(env, lambda: NOW), loading.Request(name, arguments, e)), session)


def of(project: Project, text: str, *arguments: str, e: tuple[str, ...] = ()) -> Plan:
    project.command("c", text)
    return plan(project, "c", *arguments, e=e)


def refused(project: Project, text: str, *arguments: str) -> list[str]:
    project.command("c", text)
    with pytest.raises(BadFile) as caught:
        plan(project, "c", *arguments)
    found = caught.value
    lines = [f"{found.message} ({found.hint})" if found.hint else found.message, *found.more]
    return [line.replace(f"{project.root}/.viewsync/", "") for line in lines]


def base(project: Project, text: str, *arguments: str) -> str:
    return of(project, text, *arguments).identity.base


def test_n1_the_default_name(project: Project) -> None:
    assert base(project, "") == "myapp-main-dev"
    project.repository("feature/auth")
    assert base(project, "") == "myapp-feature-auth-dev"


def test_n6_the_command_wins_over_the_project_and_the_prefix_comes_first(project: Project) -> None:
    project.settings('sessions: {naming_pattern: "{{project}}-p-{{task}}", default_task: t}')
    assert base(project, "") == "myapp-p-t"
    assert base(project, 'session: {name_template: "n-{{task}}", task: x}') == "n-x"
    project.settings("project: {name: Other}\ndefaults: {tmux_session_prefix: prj}")
    assert base(project, "") == "prj-other-main-dev"
    project.settings("")
    os.makedirs(os.path.join(project.home.path, "config"))
    project.write("../config/config.toml", 'session_prefix = "u"\n')
    assert base(project, "") == "u-myapp-main-dev"


@pytest.mark.parametrize(
    ("words", "task"),
    [(("task=x",), "x"), (("task_id=y",), "y"), (("task=x", "task_id=y"), "x"), ((), "own")],
)
def test_the_task_of_the_command_line_wins(project: Project, words: tuple[str, ...], task: str) -> None:
    found = of(project, "session: {task: own}", *words)
    assert (found.identity.task, found.identity.base) == (task, f"myapp-main-{task}")


def test_t1_every_variable(project: Project) -> None:
    project.repository("trunk")
    names: tuple[str, ...] = ("project", "worktree", "branch", "task", "task_type", "timestamp", "user", "session_name")
    names += ("worktree_path", "project_path", "env", "mine")
    text = "environment:\n" + "".join(f'  {name}: "{{{{{name}}}}}"\n' for name in names)
    project.settings("environments: {testing: {}}")
    found = dict(of(project, text, "env=testing", "mine=1 2").environment)
    assert found.pop("timestamp").startswith("202609")
    assert found == {
        "project": "myapp",
        "worktree": "trunk",
        "branch": "trunk",
        "task": "dev",
        "task_type": "dev",
        "user": "ann",
        "session_name": "myapp-trunk-dev",
        "worktree_path": project.root,
        "project_path": project.root,
        "env": "testing",
        "mine": "1 2",
    }


def test_the_name_that_the_session_got_is_the_one_that_templates_are_told(project: Project) -> None:
    project.command("c", 'environment: {ID: "{{session_name}}"}')
    assert plan(project, session="myapp-main-dev-2").environment == (("ID", "myapp-main-dev-2"),)


def test_t3_unknown_variables_are_named_with_file_and_line(project: Project) -> None:
    text = 'environment:\n  A: "{{nope}}"\n  B: |\n    x\n    {{ other }}\n  C: fine'
    first, second = refused(project, text)
    assert first.startswith("commands/c.yaml:2: there is no variable 'nope' (give it as nope=VALUE, or a default;")
    assert second.startswith("commands/c.yaml:5: there is no variable 'other'")
    assert refused(project, 'session: {name_template: "{{nope}}"}')[0].startswith("commands/c.yaml:1: there is no")


def test_templates_that_fail_or_loop_are_errors(project: Project) -> None:
    text = 'environment:\n  A: "{% for i in range(10**9) %}x{% endfor %}"\n  B: "{{ 1/0 }}"\n  C: "{{ .x }}"'
    assert [problem.split(": ")[0] for problem in refused(project, text)] == [f"commands/c.yaml:{n}" for n in (2, 3, 4)]


def test_both_files_are_checked_and_ten_problems_told(project: Project) -> None:
    project.settings("x: 1")
    told = refused(project, "\n".join(f"k{number}: 1" for number in range(20)))
    assert len(told) == 11
    assert told[-1] == "11 problems more"
    assert "project.yaml:1: there is no key 'x'" in refused(project, "a: 1")[1]


def test_e2_later_environments_win(project: Project) -> None:
    project.settings("environments: {development: {A: p, B: p, C: p, D: p}, testing: {A: t}}")
    command = "environment: {B: c, C: c, D: c}\nsession: {additional_env: {C: s, D: s}}"
    found = of(project, command, e=("D=e",))
    assert dict(found.environment) == {"A": "p", "B": "c", "C": "s", "D": "e"}


def test_e1_the_session_selects_one_of_the_projects_environments(project: Project) -> None:
    project.settings("environments:\n  development: {A: d}\n  testing: {A: t}")
    choosing = "session: {environment: \"{{env | default('development')}}\"}"
    assert of(project, choosing).environment == (("A", "d"),)
    assert of(project, choosing, "env=testing").environment == (("A", "t"),)
    assert of(project, "", "env=testing").environment == (("A", "t"),)
    assert of(project, "session: {inherit_project_env: false}").environment == ()
    assert of(project, 'session: {environment: ""}').environment == ()
    (told,) = refused(project, "session:\n  environment: tesing")
    assert told.startswith("commands/c.yaml:2: there is no environment 'tesing' (")
    assert "did you mean testing?" in told


def test_values_stay_as_they_are_written(project: Project) -> None:
    found = dict(of(project, 'environment: {A: true, B: 1.10, C: 0x1F, D: "x", E: on, F: 2024-01-02}').environment)
    assert found == {"A": "true", "B": "1.10", "C": "0x1F", "D": "x", "E": "on", "F": "2024-01-02"}


def test_secrets_are_named(project: Project) -> None:
    project.settings("secrets: [PROJECTS]")
    text = """
secrets: [MINE]
environment: {API_TOKEN: x, PLAIN: y}
session:
  windows: [{name: a, panes: [{environment: {PANE_KEY: p}}]}]
  cleanup_steps: [{run: x, environment: {STEP_SECRET: s}}]
"""
    found = of(project, text, "password=z")
    assert found.secrets == {"PROJECTS", "MINE", "API_TOKEN", "password", "PANE_KEY", "STEP_SECRET"}


def test_a_variable_by_its_name_alone_is_ours(project: Project) -> None:
    assert dict(of(project, "", e=("SHELL",)).environment) == {"SHELL": "/bin/sh"}
    with pytest.raises(UsageError, match="-e NOPE: it is not in the environment"):
        of(project, "", e=("NOPE",))
    with pytest.raises(UsageError, match="not a variable: 'a-b'"):
        of(project, "", e=("a-b=1",))


def test_c2_the_working_directory(project: Project) -> None:
    os.makedirs(os.path.join(project.root, "sub", "deeper"))
    assert of(project, "").cwd == project.root
    assert of(project, "session: {working_directory: sub}").cwd == f"{project.root}/sub"
    assert of(project, 'session: {working_directory: "{{worktree_path | default(project_path)}}"}').cwd == project.root
    assert of(project, "session: {working_directory: ~/}").cwd == project.home.path
    text = "session:\n  working_directory: sub\n  windows:\n    - name: a\n      cwd: deeper\n      panes: [{cwd: ..}]"
    (window,) = of(project, text).windows
    assert (window.cwd, window.panes[0].cwd) == (f"{project.root}/sub/deeper", f"{project.root}/sub")
    assert refused(project, "session:\n  working_directory: nope") == [
        f"commands/c.yaml:2: there is no folder {project.root}/nope"
        f" (`mkdir -p {project.root}/nope` makes it, or name another one)"
    ]
    both = refused(project, "session:\n  windows:\n  - name: a\n    cwd: x\n    working_directory: x")
    assert both[0].startswith("commands/c.yaml:4: working_directory and cwd say the same")


def test_windows_and_panes(project: Project) -> None:
    text = """
session:
  windows:
    - name: editor
      command: "$EDITOR ."
    - name: server
      layout: main-vertical
      focus: true
      shell: /bin/zsh
      environment: {A: 1, B: 1}
      options: {synchronize-panes: on}
      panes:
        - npm run dev
        -
        - {commands: [a, "", b], focus: true, environment: {B: 2}, shell: /bin/sh}
        - command: |
            one
            two
"""
    editor, server = of(project, text).windows
    assert (editor.focus, server.focus) == (False, True)
    assert editor.panes[0].commands == ("$EDITOR .",)
    assert (server.layout, server.options) == ("main-vertical", (("synchronize-panes", "on"),))
    assert [pane.commands for pane in server.panes] == [("npm run dev",), (), ("a", "b"), ("one\ntwo",)]
    assert [pane.focus for pane in server.panes] == [False, False, True, False]
    assert [pane.shell for pane in server.panes] == ["/bin/zsh", "/bin/zsh", "/bin/sh", "/bin/zsh"]
    assert dict(server.panes[2].environment) == {"A": "1", "B": "2"}


def test_the_one_window_where_none_is_listed(project: Project) -> None:
    assert [window.name for window in of(project, "").windows] == ["main"]
    project.settings("tmux: {default_window_name: w}")
    assert [window.name for window in of(project, "session: {windows: []}").windows] == ["w"]


@pytest.mark.parametrize(
    ("window", "problem"),
    [
        ("{name: a, layout: main}", "there is no layout 'main'"),
        ("{name: a, command: x, panes: [y]}", "a window has either command or panes"),
        ("{name: a, command: x, commands: [y]}", "command and commands say the same"),
        ("{name: a, panes: [{focus: true}, {focus: true}]}", "the focus is in two places"),
        ('{name: "a\\tb"}', "not a window's name"),
    ],
)
def test_windows_that_cannot_be(project: Project, window: str, problem: str) -> None:
    (told,) = refused(project, f"session:\n  windows:\n    - {window}")
    assert told.startswith(f"commands/c.yaml:3: {problem}")


def test_the_session_may_name_its_focus(project: Project) -> None:
    text = "session:\n  focus: %s\n  windows: [{name: a}, {name: b}]"
    assert [window.focus for window in of(project, text % "b").windows] == [False, True]
    assert refused(project, text % "c")[0].startswith("commands/c.yaml:2: there is no window 'c'")


def test_steps_are_found_in_this_order(project: Project) -> None:
    program = project.write(".viewsync/steps/tool", "#!/bin/sh\n", program=True)
    project.settings("steps: {build: make, lint: ruff}")
    text = """
steps:
  build: {run: "make -j2", timeout: 1m}
session:
  pre_create_steps: [build, lint, tool]
  post_create_steps: [{run: "echo {{task}}", on_failure: continue, environment: {A: 1}}]
  cleanup_steps: [{name: lint, timeout: 5}, {name: stop, command: ./stop, working_directory: "."}]
"""
    found = of(project, text)
    assert [(step.name, step.command, step.timeout) for step in found.pre_create] == [
        ("build", "make -j2", 60.0),
        ("lint", "ruff", 300.0),
        ("tool", shlex.quote(program), 300.0),
    ]
    assert [step.source.rpartition("/")[2] for step in found.pre_create] == ["c.yaml:3", "project.yaml:1", "tool:1"]
    (echo,) = found.post_create
    assert (echo.name, echo.command, echo.on_failure, echo.environment) == (
        *("echo dev", "echo dev", "continue"),
        (("A", "1"),),
    )
    assert [(step.name, step.timeout, step.on_failure) for step in found.cleanup] == [
        ("lint", 5.0, "continue"),
        ("stop", 300.0, "continue"),
    ]


def test_steps_of_the_command_run_behind_those_of_the_session(project: Project) -> None:
    found = of(project, "steps: [{name: a, run: x}]\nsession: {post_create_steps: [{run: y}], cleanup_steps: [a]}")
    assert [step.command for step in found.post_create] == ["y", "x"]
    assert [step.command for step in found.cleanup] == ["x"]


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ("[nope]", "there is no step 'nope' (define it below steps:"),
        ("[{timeout: 5}]", "a step without a command (say `run: COMMAND`)"),
        ("[{run: x, command: y}]", "run and command say the same"),
        ("[{run: x, timeout: soon}]", "timeout is not a duration: 'soon'"),
        ("[{run: x, timeout: 0}]", "timeout is not a duration: '0'"),
        ('[{run: ""}]', "a step without a command"),
        ("[{run: x, cwd: nope}]", "there is no folder"),
    ],
)
def test_steps_that_cannot_be(project: Project, steps: str, problem: str) -> None:
    assert refused(project, f"name: x\nsteps: {steps}")[0].startswith(f"commands/c.yaml:2: {problem}")


def test_steps_that_name_one_another_come_to_an_end(project: Project) -> None:
    text = "steps: {a: {name: b}, b: {name: a}}\nsession: {pre_create_steps: [a]}"
    assert refused(project, text)[0].startswith("commands/c.yaml:1: a step without a command")


def test_declared_arguments(project: Project) -> None:
    text = """
arguments:
  port: {default: 3000, description: where it listens}
  name: {required: true, description: of the feature}
  mode: fast
  free:
environment: {P: "{{port}}-{{name}}-{{mode}}"}
"""
    assert dict(of(project, text, "name=x", "mode=slow").environment) == {"P": "3000-x-slow"}
    assert of(project, text, "name=x", "task=t").identity.task == "t"
    assert refused(project, text)[0] == (
        "commands/c.yaml:4: the argument 'name' is missing (give name=VALUE: of the feature)"
    )
    assert refused(project, text, "name=x", "prot=1")[0] == (
        "commands/c.yaml:2: there is no argument 'prot' (did you mean port?)"
    )


@pytest.mark.parametrize("word", ["novalue", "a-b=1", "session_name=x", "project_path=/"])
def test_arguments_that_cannot_be(project: Project, word: str) -> None:
    with pytest.raises(UsageError):
        of(project, "", word)


def test_settings_of_a_session_and_what_wins(project: Project) -> None:
    os.makedirs(os.path.join(project.home.path, "config"))
    project.write("../config/config.toml", 'shell = "zsh"\nsession_timeout = "24h"\nauto_attach = true\n')
    found = of(project, "")
    assert (found.shell, found.timeout, found.auto_attach, found.auto_cleanup) == ("zsh", 86400.0, True, False)
    project.settings(
        "defaults: {shell: d}\ntmux: {auto_attach: false, session_timeout: 2h}\n"
        "sessions: {session_timeout: 1h, auto_cleanup: true, options: {mouse: on, status: off}}"
    )
    found = of(project, "session: {shell: bash, options: {status: on}}")
    assert (found.shell, found.timeout, found.auto_attach, found.auto_cleanup) == ("bash", 3600.0, False, True)
    assert found.options == (("mouse", "on"), ("status", "on"))
    assert of(project, "session: {session_timeout: never}").timeout == 0
    assert refused(project, "session:\n  session_timeout: soon")[0].startswith("commands/c.yaml:2: session_timeout is")


def test_a_setting_of_the_user_that_is_wrong_is_told_with_its_file(project: Project) -> None:
    project.command("c", "")
    project.home.env["VIEWSYNC_SESSION_TIMEOUT"] = "soon"
    with pytest.raises(BadFile, match=r"config\.toml: session_timeout is not a duration: 'soon'"):
        plan(project)


def test_tmux_config_is_a_file_of_the_project(project: Project) -> None:
    project.settings("sessions:\n  tmux_config: .tmux.conf")
    assert refused(project, "")[0].startswith(f"project.yaml:2: there is no file {project.root}/.tmux.conf")
    path = project.write(".tmux.conf", "")
    assert of(project, "").tmux_config == path


def test_g1_a_worktree_is_to_be_made(project: Project) -> None:
    project.repository()
    text = """
worktree: {branch: "feature-{{name}}", base_branch: main}
session:
  name_template: "{{project}}-{{branch}}-dev"
  working_directory: "{{worktree_path}}"
  windows: [{name: a, cwd: sub}]
"""
    found = of(project, text, "name=auth")
    path = os.path.join(project.home.path, "worktrees", "myapp-feature-auth")
    assert found.worktree is not None
    assert tuple(found.worktree) == ("feature-auth", "main", path)
    assert (found.cwd, found.windows[0].cwd) == (path, f"{path}/sub")
    assert found.identity[1:] == ("myapp", "feature-auth", "dev", "myapp-feature-auth-dev")
    assert base(project, "worktree: {path: ../w}", "branch=user-auth") == "myapp-user-auth-dev"


@pytest.mark.parametrize("branch", ["-x", "a b", "a..b", "x.lock", "a/", "a~1", "@", ""])
def test_branches_that_cannot_be(project: Project, branch: str) -> None:
    told = refused(project, f'name: x\nworktree:\n  branch: "{branch}"')
    assert told[0].startswith(f"commands/c.yaml:3: {branch!r} cannot be the name of a branch")
    assert refused(project, "worktree: {base_branch: main}")[0].startswith("commands/c.yaml:1: worktree.branch is")


def test_in_a_linked_worktree_the_project_is_the_same(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.command("c", "")
    project.repository()
    project.git("add", ".")
    project.git("commit", "-q", "-m", "files")
    other = os.path.join(project.home.path, "elsewhere")
    project.git("worktree", "add", "-q", "-b", "feature-auth", other)
    monkeypatch.chdir(other)
    found = plan(project)
    assert found.identity == (project.root, "myapp", "feature-auth", "dev", "myapp-feature-auth-dev")
    assert (found.cwd, found.file) == (other, f"{other}/.viewsync/commands/c.yaml")


@pytest.mark.parametrize("name", ["my app", "a'b\"c", "$HOME", "日本語", "-x", "{{x}}"])
def test_any_folder_can_be_a_project(home: Home, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    project = Project(home, name)
    monkeypatch.chdir(project.root)
    found = of(project, "")
    assert (found.cwd, found.identity.project) == (project.root, name)


@pytest.mark.parametrize(
    "text",
    [
        "session: {windows: [{name: a, command: 'git log {{branch}}'}]}",
        "session: {windows: [{name: a, panes: ['git log \"{{ branch }}\"']}]}",
        "session: {windows: [{name: a, panes: [{commands: [ls, 'git log {{ branch | upper }}']}]}]}",
        "session: {windows: [{name: a, panes: ['{{ x | default(branch) }}']}]}",
        "session: {windows: [{name: a, panes: ['{% if branch %}{{ worktree }}{% endif %}']}]}",
        "session: {windows: [{name: a, shell: 'sh -c {{worktree}}'}]}",
        "session: {shell: 'sh -c {{worktree}}'}",
        "session: {cleanup_steps: [{run: 'git log {{branch}}'}]}",
        "session: {task: '{{branch}}', windows: [{name: a, command: 'echo {{task}}'}]}",
        "session: {windows: [{name: a, command: 'echo \"on {{branch | quote}}\"'}]}",
        "session: {windows: [{name: a, command: \"echo 'on {{branch | quote}}'\"}]}",
        "session: {cleanup_steps: [{run: 'cat <<E\\n{{branch | quote}}'}]}",
        "steps: ['b']\nsession: {post_create_steps: [{run: 'git log {{branch}}'}]}",
    ],
)
def test_a_name_that_a_shell_would_act_on_has_to_be_quoted(project: Project, text: str) -> None:
    """Whoever names a branch must not get a command typed into the shell of whoever checks it out."""
    project.repository()
    project.write(".viewsync/steps/b", "#!/bin/sh\n", program=True)
    plain = of(project, text)
    assert plain
    project.git("checkout", "-qb", "x;$(touch${IFS}owned)")
    told = refused(project, text)
    assert ": a shell would act on what is in " in told[0]
    assert "| quote }}" in told[0]


def test_what_is_quoted_or_no_shells_is_taken_as_it_is(project: Project) -> None:
    project.repository()
    project.git("checkout", "-qb", "x;$(id)")
    window = "{name: '{{branch}}', command: 'echo \"a\\\" b\" {{ branch | quote }}'}"
    found = of(project, f"environment: {{B: '{{{{branch}}}}'}}\nsession: {{windows: [{window}]}}")
    assert dict(found.environment) == {"B": "x;$(id)"}
    assert found.windows[0].name == "x;$(id)"
    assert found.windows[0].panes[0].commands == ('echo "a\\" b" \'x;$(id)\'',)


def test_what_was_given_is_the_users_own_word(project: Project) -> None:
    found = of(project, "session: {windows: [{name: a, command: 'make {{target}}'}]}", "target=a; echo b")
    assert found.windows[0].panes[0].commands == ("make a; echo b",)


def test_a_command_where_the_name_of_a_step_is_due(project: Project) -> None:
    (told,) = refused(project, "session: {pre_create_steps: [make all]}")
    assert told == "commands/c.yaml:1: there is no step 'make all' (a command is written `run: COMMAND`)"
