"""What a project's file may do with tmux's options: nothing that ends a session, and nothing that runs unasked."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.support.running import ran, trusted
from tests.support.wait import stays, until

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home, Server

REFUSED = [
    ("destroy-unattached", "on", "ends the session"),
    ("destroy-unattached", "keep-last", "ends the session"),
    ("destroy-unattached", "", "ends the session"),  # which turns it over
    ("destroy-un", "on", "not an option that viewsync knows"),
    ("exit-unattached", "on", "ends every session"),
    ("exit-unattached", "off", "ends every session"),
    ("exit-empty", "off", "may end the server"),
    ("command-alias[7]", "new-window=kill-server", "an option of the whole server"),
    ("default-terminal", "x", "an option of the whole server"),
    ("@viewsync_view", "1", "viewsync's own mark"),
    ("@viewsync-x", "1", "viewsync's own mark"),
    ("client-detached", "display-message x", "instead of viewsync's"),
    ("client-session-changed[9]", "", "instead of viewsync's"),
    ("some-new-option", "on", "not an option that viewsync knows"),
    ("Mouse", "on", "not an option that viewsync knows"),
]
RUNS = [
    ("after-new-window", "run-shell 'touch {pwned}'"),
    ("session-window-changed[7]", "run-shell 'touch {pwned}'"),
    ("pane-exited", "kill-server"),
    ("default-command", "touch {pwned}; exec sh"),
    ("lock-command", "touch {pwned}"),
    ("status-left", "#(touch {pwned})"),
    ("status-left", "###(touch {pwned})"),
    ("status-format[1]", "#{{?1,#(touch {pwned}),}}"),
    ("status-right", "#{{=/20/##(touch {pwned}):session_name}}"),  # what stands there is expanded without an escape
    ("window-status-format", "#{{E:#{{l:##}}(touch {pwned})}}"),
    ("pane-border-format", "#{{E:window_name}}"),
    ("status-left", "#%p(touch {pwned})"),  # of which nothing is left where there is no AM
    ("set-titles-string", "#{{W:#{{P:#(touch {pwned})}}}}"),
    ("status-style", "fg=#{{?1,#(touch {pwned}),red}}"),
    ("@mine", "#(touch {pwned})"),
]
HONEST = {
    "base-index": "1",
    "mouse": "on",
    "history-limit": "5000",
    "status-left": "##(not run) [#{session_name}] #{T:@mine} #{=10:pane_title} PORT: 1",
    "status-left-length": "60",
    "status-right": "#{E:status-left}##{x} 100%",
    "status-style": "bg=blue",
    "window-status-format": "#[fg=red]#{?#{m:*x*,#{window_name}},yes,no}",
    "@mine": "%H:%M #{pid}",
    "main-pane-height": "20",
    "remain-on-exit": "on",
    "destroy-unattached": "off",
    "update-environment": "SSH_AUTH_SOCK",
}


def options(project: Project, where: str, name: str, value: str) -> None:
    pair = json.dumps({name: value})
    window = f"options: {pair}, " if where == "window" else ""
    session = f"  options: {pair}\n" if where == "session" else ""
    project.command("dev", f"session:\n{session}  windows: [{{{window}name: one}}]\n")
    project.settings(f"sessions: {{options: {pair}}}\n" if where == "project" else "{}\n")


@pytest.mark.parametrize(("name", "value", "why"), REFUSED)
@pytest.mark.parametrize("where", ["session", "window", "project"])
def test_what_ends_something_or_is_not_the_sessions_is_refused(
    server: Server, project: Project, where: str, name: str, value: str, why: str
) -> None:
    was = server.tmux("show-options", "-s")
    options(project, where, name, value)
    done = project.viewsync("run", "dev", "-S", server.socket)
    assert (done.code, done.err.count("\n"), why in done.err, f"option {name}" in done.err) == (1, 1, True, True), done
    assert f"{'project' if where == 'project' else 'dev'}.yaml:" in done.err
    assert (server.sessions(), server.tmux("show-options", "-s")) == (["proj"], was)


@pytest.mark.parametrize("where", ["session", "window"])
def test_nor_is_it_set_in_a_session_that_runs(server: Server, project: Project, where: str) -> None:
    options(project, where, "mouse" if where == "session" else "mode-keys", "on" if where == "session" else "vi")
    ran(project, server, "dev", "-S", server.socket)
    for name in ("destroy-unattached", "exit-unattached", "@viewsync_view"):
        options(project, where, name, "on")
        done = project.viewsync("run", "dev", "--apply", "-S", server.socket)
        assert (done.code, "option" in done.err) == (1, True), done
    assert server.sessions() == ["proj", "myapp-main-dev"]
    assert server.show("=myapp-main-dev:", "#{destroy-unattached}#{exit-unattached}#{@viewsync_view}") in ("off0", "00")


@pytest.mark.parametrize(("name", "value"), RUNS)
@pytest.mark.parametrize("where", ["session", "window", "project"])
def test_what_runs_something_is_asked_for(
    server: Server, home: Home, project: Project, where: str, name: str, value: str
) -> None:
    pwned = os.path.join(home.path, "pwned")
    options(project, where, name, value.format(pwned=pwned))
    done = project.viewsync("run", "dev", "-S", server.socket)
    said = "the tmux commands of 'dev' are not trusted yet"
    assert (done.code, said in done.err, "`viewsync trust dev`" in done.err) == (1, True, True), done
    assert (server.sessions(), os.path.exists(pwned)) == (["proj"], False)
    shown = project.viewsync("trust", "dev", "--show").out
    assert f"option {name} of " in shown


def test_and_runs_when_it_is_trusted_and_only_what_was(server: Server, home: Home, project: Project) -> None:
    pwned = os.path.join(home.path, "pwned")
    options(project, "session", "after-new-window", f"run-shell 'touch {pwned}'")
    trusted(project, "dev")
    ran(project, server, "dev", "-S", server.socket)
    server.tmux("new-window", "-t", "=myapp-main-dev:")
    until(lambda: os.path.exists(pwned), "what was trusted")
    options(project, "session", "after-new-window", "kill-server")
    for words in (("--apply",), ("task=other",)):
        done = project.viewsync("run", "dev", *words, "-S", server.socket)
        assert (done.code, "have changed since you trusted them" in done.err) == (1, True), done
    server.tmux("new-window", "-t", "=myapp-main-dev:")
    assert server.sessions() == ["proj", "myapp-main-dev"]


def test_a_window_that_is_added_later_brings_none(server: Server, home: Home, project: Project) -> None:
    options(project, "session", "mouse", "on")
    ran(project, server, "dev", "-S", server.socket)
    pwned = os.path.join(home.path, "pwned")
    window = json.dumps({"name": "two", "options": {"window-status-format": f"#(touch {pwned})"}})
    project.command("dev", f"session: {{windows: [{{name: one}}, {window}]}}\n")
    done = project.viewsync("run", "dev", "-S", server.socket)
    assert (done.code, "are not trusted yet" in done.err) == (1, True), done
    assert server.tmux("list-windows", "-t", "=myapp-main-dev", "-F", "#{window_name}") == "one"


def test_looks_and_habits_are_set_without_a_question(server: Server, home: Home, project: Project) -> None:
    project.command("dev", f"session:\n  options: {json.dumps(HONEST)}\n  windows: [{{name: one}}]\n")
    ran(project, server, "dev", "-S", server.socket)
    found = server.tmux("show-options", "-t", "=myapp-main-dev:")
    for name in ("base-index 1", "mouse on", "history-limit 5000", "status-style bg=blue"):
        assert name in found.splitlines()
    assert server.show("=myapp-main-dev:", "#{main-pane-height}") == "20"
    tab = home.program(["tmux", "-S", server.socket, "attach-session", "-t", "=myapp-main-dev"])
    until(lambda: "#(not run)" in tab.text(), "the status line")
    assert stays(lambda: os.path.exists(os.path.join(home.path, "not"))) is False
    tab.end()


def test_every_option_of_this_tmux_has_its_kind(server: Server) -> None:
    from viewsync.tmux.rules import project_options as kinds

    known = kinds.HARMLESS | kinds.SERVERS | kinds.RUNS | kinds.HOOKS | {"destroy-unattached"}
    for of in (("-g",), ("-gw",), ("-s",)):
        names = {line.split(" ")[0].partition("[")[0] for line in server.tmux("show-options", *of).splitlines()}
        assert {name for name in names if not name.startswith("@")} <= known
    hooks = {line.split(" ")[0].partition("[")[0] for line in server.tmux("show-hooks", "-g").splitlines()}
    assert {hook for hook in hooks if not hook.startswith("after-")} <= kinds.HOOKS


@pytest.mark.parametrize(
    "line",
    [
        "set -g destroy-unattached on",
        "set-option -s exit-u on",
        "if-shell true { set -gq 'destroy-unattached' keep-last }",
        "source-file other.conf",
        "set -g @viewsync_view 1",
    ],
)
def test_tmux_config_sets_none_that_ends_something_either(server: Server, project: Project, line: str) -> None:
    project.write("my.conf", f"set -g @x 1\n{line}\n")
    project.write("other.conf", "set -t x: exit-unattached on\n")
    project.command("dev", "session: {tmux_config: my.conf}\n")
    project.viewsync("trust", "dev", "--yes")  # which refuses some already
    done = project.viewsync("run", "dev", "-S", server.socket)
    assert (done.code, done.err.count("\n"), "option" in done.err, ".conf" in done.err) == (1, 1, True, True), done
    assert server.sessions() == ["proj"]
    project.write("my.conf", "set destroy-unattached off\nset status-left 'set exit'\n")
    trusted(project, "dev")
    assert project.viewsync("run", "dev", "-S", server.socket).code == 0


def test_import_leaves_them_out_and_says_so(project: Project) -> None:
    file = project.write(
        "tmuxp.yaml",
        "session_name: s\noptions: {destroy-unattached: 'on', mouse: 'on'}\nglobal_options: {exit-unattached: 'on'}\n"
        "windows:\n- window_name: w\n  options_after: {exit-unattached: 'on'}\n  panes: [vim]\n",
    )
    done = project.viewsync("import", file)
    assert done.code == 0, done
    assert "mouse" in done.out
    assert "unattached" not in "".join(line for line in done.out.splitlines() if not line.startswith("#"))
    for said in (
        "destroy-unattached of the session",
        "exit-unattached of window 'w'",
        "of all sessions is left out",
    ):
        assert said in done.out + done.err


def test_freeze_writes_none_that_run_would_refuse(server: Server, project: Project) -> None:
    server.tmux("set-option", "-t", "=proj:", "detach-on-destroy", "off")
    server.tmux("set-option", "-t", "=proj:", "client-detached", "display-message x")
    done = project.viewsync("freeze", "proj", "-S", server.socket, "--name", "again")
    assert done.code == 0, done
    assert project.viewsync("print", "again").code == 0
