"""viewsync run: names, values and folders are text, wherever they go, and secrets are on no command line."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.running import FOUR, environment, ran, shown, trusted, unstarted
from tests.support.sessions import rows
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home, Server


server = unstarted


HOSTILE = (
    "a;b",
    "x;",
    "#(touch pwned)",
    "#{session_name}",
    'it\'s "quoted" \\ $HOME `id`',
    "-x",
    "{last}",
    "!",
    "😀 日本語",
    "a\tb",
    "%if 1",
    "#[fg=red]",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_anything_but_text(project: Project, server: Server, text: str) -> None:
    """As a window's name, a value, an argument, a command, an option and a folder."""
    folder = os.path.join(project.root, "in " + text)
    os.makedirs(folder)
    value, place = (json.dumps(raw, ensure_ascii=False) for raw in (text, folder))
    name = value.replace("\\t", " ")  # names are printable
    project.command(
        "dev",
        f"environment:\n  HOSTILE: {value}\narguments:\n  given: {{}}\n"
        f"session:\n  working_directory: {place}\n  additional_env:\n    GIVEN: '{{{{given}}}}'\n"
        f"  windows:\n    - name: {name}\n      options:\n        '@mine': {value}\n      panes:\n"
        f"        - command: cat > got\n          environment:\n            OWN: {value}\n        - command: {value}\n",
    )
    trusted(project, "dev", f"given={text}")  # of an option, what may be a command is asked for
    ran(project, server, "dev", f"given={text}")
    pane, *_ = shown(server, "#{pane_pid}")
    environ = environment(int(pane))
    assert (environ["HOSTILE"], environ["GIVEN"], environ["OWN"]) == (text, text, text)
    assert os.readlink(f"/proc/{pane}/cwd") == folder
    kept = shown(server, "#{window_name}")[0]
    assert text.replace("\t", " ") in (kept, kept.replace("\\\\", "\\"))  # some versions double a backslash
    assert server.tmux("show-options", "-wv", "-t", "=myapp-main-dev:", "@mine") == text
    found = [name for at, _, names in os.walk(project.home.path) for name in names if name == "pwned"]
    assert found == []
    done = project.viewsync("run", "dev", f"given={text}", "--diff")
    assert done.code == 0, done


def test_a_value_may_have_lines(project: Project, server: Server) -> None:
    project.command("dev", 'environment:\n  LINES_: "a\\nb;\\n  # c\\n"\nsession:\n  windows:\n    - name: a\n')
    ran(project, server, "dev")
    assert environment(int(shown(server, "#{pane_pid}")[0]))["LINES_"] == "a\nb;\n  # c\n"
    assert project.viewsync("run", "dev", "--diff").code == 0


def test_e3_the_environment_reaches_every_pane_and_later_ones(project: Project, server: Server) -> None:
    project.command("dev", "environment:\n  FOO: bar\n" + FOUR)
    ran(project, server, "dev")
    server.tmux("new-window", "-d", "-t", "=myapp-main-dev:")
    server.tmux("split-window", "-d", "-t", "=myapp-main-dev:0")
    pids = [int(pid) for pid in shown(server, "#{pane_pid}")]
    assert len(pids) == 7
    until(lambda: {environment(pid).get("FOO") for pid in pids} == {"bar"}, "shells in all")  # tmux has forked by then
    assert "export" not in server.tmux("capture-pane", "-p", "-t", "=myapp-main-dev:0")


def test_e3_a_secret_is_on_no_command_line(project: Project, server: Server, home: Home) -> None:
    log, path = os.path.join(home.path, "argv.log"), os.path.join(home.path, "tmux")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {log}\nexec tmux "$@"\n')
    os.chmod(path, 0o700)
    project.command(
        "dev",
        "arguments:\n  key: {}\nsession:\n  additional_env:\n    API_TOKEN: '{{key}}'\n  windows:\n"
        "    - name: a\n      panes:\n        - command: 'true'\n          environment: {PASSWORD: hunter2-pane}\n",
    )
    env = {"VIEWSYNC_TMUX": path, "API_TOKEN": "s3cr3t-env", "KEY": "x"}
    ran(project, server, "dev", "key=plain", "-e", "API_TOKEN", env=env)
    pid = int(shown(server, "#{pane_pid}")[0])
    found = environment(pid)
    assert [found[variable] for variable in ("API_TOKEN", "PASSWORD")] == ["s3cr3t-env", "hunter2-pane"]
    with open(log, encoding="utf-8") as file:
        said = file.read()
    assert "new-session" not in said
    assert "s3cr3t" not in said
    assert "hunter2" not in said
    for folder, _, names in os.walk(home.state):
        for name in names:
            with open(os.path.join(folder, name), "rb") as stored:
                assert b"s3cr3t" not in stored.read(), name
    done = project.viewsync("run", "dev", "key=plain", "-e", "API_TOKEN=other", "--diff")
    assert "API_TOKEN" in done.out
    assert "s3cr3t" not in done.out
    assert "other" not in done.out


@pytest.mark.parametrize("where", ["command", "value", "name"])
def test_a_nul_is_refused(project: Project, server: Server, where: str) -> None:
    """tmux would take it for the end of all that it reads."""
    texts = dict.fromkeys(("command", "value", "name"), "x") | {where: '"a\\0b"'}
    project.command(
        "dev",
        f"environment: {{A: {texts['value']}}}\nsession:\n  windows:\n    - name: {texts['name']}\n"
        f"      command: {texts['command']}\n",
    )
    done = project.viewsync("run", "dev")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert (server.sessions(), rows(project.home)) == ([], {})


@pytest.mark.parametrize("words", [(), ("--diff",)])
def test_a_name_that_is_none_is_refused_before_tmux_is_asked_for_it(
    project: Project, server: Server, words: tuple[str, ...]
) -> None:
    project.command("dev", "session: {windows: [{name: a}]}\n")
    ran(project, server, "dev")
    project.command("dev", 'session: {options: {"status\\n": "2"}, windows: [{name: a}]}\n')
    done = project.viewsync("run", "dev", *words)
    assert (done.code, "not an option of tmux" in done.err) == (1, True), done


@pytest.mark.parametrize("there", [[], ["other"]])
@pytest.mark.parametrize("one", ["stays", "ends"])
def test_shells_that_end_once_nothing_else_holds_the_session_are_named(
    project: Project, server: Server, one: str, there: list[str]
) -> None:
    """As late as can be: with the placeholder, each of them. Nobody else has ended anything."""
    project.command("dev", "session:\n  windows:\n    - name: a\n      panes: [echo hi, echo ho]\n")
    shell, over = (os.path.join(project.home.path, name) for name in ("shell", "over"))
    with open(shell, "w", encoding="utf-8") as file:
        ends = f"mkdir {over}-one && exit\n" if one == "ends" else ""
        file.write(f"#!/bin/sh\n{ends}until [ -e {over} ]; do sleep 0.01; done\n")
    os.chmod(shell, 0o700)
    configuration = os.path.join(project.home.path, ".tmux.conf")
    with open(configuration, "w", encoding="utf-8") as file:
        file.write(f"set -g default-shell {shell}\n")
        file.write(f"set-hook -g window-unlinked 'run-shell \"touch {over}; sleep 0.3\"'\n")
    if there:
        server.start("-s", "other", "sleep 1000").tmux("source-file", configuration)
    done = project.viewsync("run", "dev", "-S", server.socket, env={"SHELL": shell})
    assert (done.code, done.err.count("\n"), rows(project.home)) == (4, 1, {}), done
    assert "ended at once, or somebody ended it (name a shell" in done.err
    until(lambda: server.sessions() == there, "the end of the session")


@pytest.mark.parametrize("shell", ["/usr/sbin/nologin", "/bin/false"])
def test_a_shell_that_nobody_can_use_is_named(project: Project, server: Server, shell: str) -> None:
    """With no server, and on one that has other sessions, where the shell is the server's own."""
    project.command("dev", "session:\n  windows:\n    - name: a\n      panes: [echo hi, echo ho]\n")
    said = (  # of the panes that have ended when it looks
        r"Failed to create session 'myapp-main-dev': what runs in pane [12] of window 'a'( and 1 more)? ended at once, "
        r"or somebody ended it \(name a shell"
    )
    for there in ([], ["other"]):
        if there:
            server.start("-s", "other").tmux("set-option", "-g", "default-shell", shell)
        done = project.viewsync("run", "dev", "-S", server.socket, env={"SHELL": shell})
        assert (done.code, done.err.count("\n"), rows(project.home)) == (4, 1, {})
        assert re.search(said, done.err)
        assert shell in done.err
        assert server.sessions() == there
