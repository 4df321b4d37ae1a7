"""What a file says of windows and panes: names that they have or not, places, titles, options, and how is typed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.running import ran, unstarted
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Server


server = unstarted


def shown(server: Server, session: str, *names: str) -> list[str]:
    fmt = " ".join(f"#{{{name}}}" for name in names)
    return server.tmux("list-panes", "-s", "-t", f"={session}:", "-F", fmt).splitlines()


def test_windows_without_a_name_are_made_once(project: Project, server: Server) -> None:
    project.command("new", "session:\n  name_template: x\n  windows: [{command: ''}, {name: b}, {}]\n")
    ran(project, server, "new")
    before = shown(server, "x", "window_id", "pane_id")
    again = ran(project, server, "new")
    assert (len(before), shown(server, "x", "window_id", "pane_id")) == (3, before)
    assert again["action"] == "reused"
    assert server.tmux("show-options", "-w", "-t", "=x:1", "automatic-rename") == "automatic-rename off"
    assert server.tmux("show-options", "-w", "-t", "=x:0", "automatic-rename") == ""


@pytest.mark.parametrize("name", ["name: a, ", ""])
def test_what_ends_at_once_stays_to_be_seen(project: Project, server: Server, name: str) -> None:
    windows = f"[{{{name}shell: 'exit 3', options: {{remain-on-exit: true}}}}, {{name: b}}]"
    project.command("new", f"session:\n  name_template: x\n  windows: {windows}\n")
    ran(project, server, "new")
    rows = until(lambda: [row for row in shown(server, "x", "pane_dead", "pane_dead_status") if row != "0 "], "its end")
    assert rows == ["1 3"]
    assert not server.tmux("list-windows", "-t", "=x:", "-F", "#{window_name}").startswith("viewsync-") or not name


def test_places_titles_and_options_for_the_end(project: Project, server: Server) -> None:
    project.command(
        "new",
        "session:\n  name_template: My App\n  global_options: {status-left-length: 33, mode-keys: vi}\n"
        "  options: {mouse: yes, status: false}\n"
        "  windows:\n  - {name: a, index: 4, panes: [{title: 'left #{pid} one'}, ''], synchronize: after}\n"
        "  - {name: b, options_after: {monitor-activity: on}}\n",
    )
    ran(project, server, "new")
    assert "4 left #{pid} one" in shown(server, "My App", "window_index", "pane_title")
    told = {server.tmux("show-options", *words) for words in (["-gv", "status-left-length"], ["-gwv", "mode-keys"])}
    assert told == {"33", "vi"}
    assert server.tmux("show-options", "-v", "-t", "=My App:", "mouse") == "on"
    assert server.tmux("show-options", "-v", "-t", "=My App:", "status") == "off"
    assert server.tmux("show-options", "-wv", "-t", "=My App:a", "synchronize-panes") == "on"
    assert server.tmux("show-options", "-wv", "-t", "=My App:b", "monitor-activity") == "on"
    same = project.viewsync("run", "new", "--diff", "-S", server.socket)
    assert (same.code, same.out.splitlines()) == (0, [f"My App: matches {project.root}/.viewsync/commands/new.yaml"])


def test_what_is_typed_without_enter_stands_at_the_prompt(project: Project, server: Server) -> None:
    mark = os.path.join(project.root, "mark")
    project.command(
        "new",
        "session:\n  name_template: x\n  windows:\n  - name: a\n    commands:\n"
        f"    - {{type: 'echo one >{mark}', sleep_before: 0.1, sleep_after: 100ms}}\n"
        "    - {type: 'echo two', enter: false}\n",
    )
    ran(project, server, "new")
    until(lambda: os.path.exists(mark), "the first command")
    until(lambda: "echo two" in server.tmux("capture-pane", "-p", "-t", "=x:a"), "the second one")
    assert server.show("=x:a", "#{pane_current_command}") == "sh"


@pytest.mark.parametrize(
    ("window", "what"),
    [
        ("{name: a, index: x}", "must be a number"),
        ("{name: a, index: 40000}", "'40000' is no place of a window"),
        ("{name: a, index: -1}", "'-1' is no place of a window"),
        ("{name: a, synchronize: always}", "must be before or after"),
        ("{name: a, commands: [{type: x, sleep_after: 1h}]}", "not a time to wait: '1h'"),
        ("{name: a, commands: [{enter: false}]}", "type is missing"),
        ('{name: a, panes: [{title: "a\\tb"}]}', "not a pane's title"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(project: Project, window: str, what: str) -> None:
    project.command("new", f"session:\n  windows:\n  - {window}\n")
    done = project.viewsync("print", "new")
    assert (done.code, what in done.err, ":3: " in done.err) == (1, True, True), done.err


def test_arguments_may_stand_behind_options(project: Project, server: Server) -> None:
    project.command("new", "session:\n  name_template: x-{{t}}\narguments: {t: a}\n")
    done = project.viewsync("run", "new", "--diff", "t=zz", "-S", server.socket)
    assert (done.code, done.out) == (2, "x-zz: the session does not exist; `viewsync run` creates it\n")
