"""viewsync run: from a file to a session in real tmux, whole, and without touching anything else."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.running import FOUR, FOUR_ANSWERS, FOUR_PANES, environment, ran, shown, trusted, unstarted
from tests.support.sessions import note_pid, rows
from tests.support.wait import stays, until
from tests.test_hot_path import EXPRESSIONS, FORBIDDEN, imported
from viewsync.store.history_database import History
from viewsync.tmux.rules.versions import number

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home, Server


server = unstarted


def test_w1_windows_panes_and_commands_are_there_in_order_and_no_other(project: Project, server: Server) -> None:
    project.command("dev", FOUR)
    made = ran(project, server, "dev")
    assert (made["name"], made["action"]) == ("myapp-main-dev", "created")
    assert shown(server, "#{window_index} #{window_name} #{pane_index}") == FOUR_PANES
    for target, text in FOUR_ANSWERS:
        screen = until(lambda at=target: answered(server, at), f"the answer in {target}")  # type: ignore[misc]
        assert [screen[0][1:], screen[1]] == [f" echo {text}", text]  # typed behind the prompt, and shown once


def answered(server: Server, target: str) -> list[str]:
    """The lines of a pane, once there are two."""
    screen = server.tmux("capture-pane", "-p", "-t", f"=myapp-main-dev:{target}").splitlines()
    return screen if len([line for line in screen if line]) > 1 else []


def test_w1_the_panes_shell_expands_and_outlives_its_command(project: Project, server: Server) -> None:
    project.command("dev", "session:\n  windows:\n    - name: editor\n      command: $EDITOR .\n")
    ran(project, server, "dev", env={"EDITOR": "echo opened"})
    until(lambda: "opened ." in server.tmux("capture-pane", "-p", "-t", "=myapp-main-dev:"), "the editor")
    assert shown(server, "#{pane_dead} #{pane_current_command}") == ["0 sh"]


CONF = """
set -g base-index 3
setw -g pane-base-index 1
set -g renumber-windows on
setw -g automatic-rename on
set -g allow-rename on
set -g default-command 'exec sh -i'
set -g destroy-unattached off
set-hook -g after-new-window 'set -g @hooked 1'
set-hook -g after-new-session 'new-window -d -n stray ; kill-window -t :stray'
set-hook -g window-linked 'select-window -t :$'
"""


def test_w1_whatever_the_users_configuration_says(project: Project, server: Server, home: Home) -> None:
    with open(os.path.join(home.path, ".tmux.conf"), "w", encoding="utf-8") as file:
        file.write(CONF)
    project.command("dev", FOUR)
    ran(project, server, "dev")
    assert shown(server, "#{window_index} #{window_name} #{pane_index}") == [
        "3 editor 1",
        "4 server 1",
        "4 server 2",
        "5 tests 1",
        "6 logs 1",
    ]
    assert set(shown(server, "#{automatic-rename}")) == {"0"}
    assert server.show("=myapp-main-dev:", "#{window_name}") == "editor"


@pytest.mark.parametrize("alias", ["new-window=send-keys --", "split-window=send-keys --", "new-window=xyzzy"])
def test_b1_what_a_command_alias_keeps_from_being_made_is_told_and_nothing_is_left(
    project: Project, server: Server, home: Home, alias: str
) -> None:
    with open(os.path.join(home.path, ".tmux.conf"), "w", encoding="utf-8") as file:
        file.write(f"set -s command-alias[100] '{alias}'\n")
    project.command("dev", FOUR)
    done = project.viewsync("run", "dev")
    assert (done.code, done.out) == (4, "")
    assert "tmux made no" in done.err or "unknown command" in done.err
    until(lambda: server.run("has-session").code == 1, "the end of the server that the run started")


def test_w1_focus_of_window_and_pane(project: Project, server: Server) -> None:
    project.command(
        "dev",
        "session:\n  windows:\n    - name: a\n    - name: b\n      focus: true\n      panes:\n"
        "        - command: 'true'\n        - command: 'true'\n          focus: true\n        - command: 'true'\n",
    )
    ran(project, server, "dev")
    assert server.show("=myapp-main-dev:", "#{window_name} #{pane_index}") == "b 1"


def test_w1_layouts_by_name_and_as_tmux_prints_them(project: Project, server: Server) -> None:
    server.start("-s", "other")
    server.tmux("resize-window", "-x", "200", "-y", "50")  # new-session's -x and -y are nothing to 3.2a
    server.tmux("split-window", "-h", "-l", "40")
    layout = server.show("=other:", "#{window_layout}")
    panes = "      panes: [{command: 'true'}, {command: 'true'}]\n"
    project.command(
        "dev",
        f"session:\n  windows:\n    - name: a\n      layout: '{layout}'\n{panes}"
        f"    - name: b\n      layout: even-horizontal\n{panes}",
    )
    ran(project, server, "dev")
    sizes = server.tmux(
        "list-panes", "-s", "-t", "=myapp-main-dev", "-F", "#{window_name} #{pane_width}x#{pane_height}"
    )
    assert sizes.splitlines()[:2] == ["a 159x50", "a 40x50"]
    assert sorted(sizes.splitlines()[2:]) == ["b 100x50", "b 99x50"]


def test_w1_a_layout_as_tmux_3_8_prints_it_is_one_for_every_tmux(project: Project, server: Server) -> None:
    pane = '{"t":"p","w":%d,"h":50,"x":%d,"y":0,"i":%d,"I":"%%%d"}'
    panes = ",".join((pane % (159, 0, 0, 4), pane % (40, 160, 1, 7)))
    layout = f'{{"V":2,"L":{{"t":"h","w":200,"h":50,"x":0,"y":0,"c":[{panes}]}}}}'
    project.command(
        "dev", f"session:\n  windows:\n    - name: a\n      layout: '{layout}'\n      panes: [null, null]\n"
    )
    ran(project, server, "dev")
    assert shown(server, "#{pane_width}x#{pane_height}") == ["159x50", "40x50"]
    assert project.viewsync("run", "dev", "--diff").code == 0


@pytest.mark.parametrize("layout", ["main", "-x", "zz", "{}", "b25f,80x24,0,0,9", "4294967295x1,0,0,0"])
def test_w1_a_layout_that_is_none_never_reaches_tmux(project: Project, server: Server, layout: str) -> None:
    """tmux 3.3a ends with every session of the user's on `select-layout main`."""
    server.start()
    project.command("dev", f"session:\n  windows:\n    - name: a\n      layout: '{layout}'\n      command: 'true'\n")
    done = project.viewsync("run", "dev")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "layout" in done.err
    assert (server.sessions(), rows(project.home)) == (["proj"], {})


def test_w1_a_layout_of_a_later_tmux_never_reaches_this_one(project: Project, server: Server) -> None:
    server.start()
    if number(server.tmux("display-message", "-p", "#{version}")) >= (3, 5, ""):
        pytest.skip("this tmux has it")
    project.command("dev", "session:\n  windows:\n    - name: a\n      layout: main-vertical-mirrored\n")
    done = project.viewsync("run", "dev")
    assert (done.code, "has no layout 'main-vertical-mirrored'" in done.err) == (1, True)
    assert (server.sessions(), rows(project.home)) == (["proj"], {})


def test_w2_shell_default_window_name_and_tmux_config(project: Project, server: Server) -> None:
    project.write("my.conf", "set status-left 'MINE'\nset -g default-terminal screen-256color\n")
    project.settings("sessions:\n  tmux_config: my.conf\n")
    project.command("dev", "session:\n  shell: bash\n")
    trusted(project, "dev")
    server.start("-s", "other")
    tab = server.home.program(["tmux", "-S", server.socket, "attach", "-t", "=other"])
    until(lambda: server.clients().get(tab.pid), "somebody on the other session")
    ran(project, server, "dev")
    mine = [
        line for line in shown(server, "#{session_name} #{window_name} #{pane_current_command}") if "other" not in line
    ]
    assert mine == ["myapp-main-dev main bash"]
    assert server.tmux("show-options", "-v", "-t", "=myapp-main-dev:", "status-left") == "MINE"
    assert server.tmux("show-options", "-v", "-t", "=other:", "status-left") == ""
    server.tmux("new-window", "-t", "=myapp-main-dev:")
    until(lambda: server.show("=myapp-main-dev:", "#{pane_current_command}") == "bash", "bash in a later window, too")


def test_w2_a_tmux_config_that_fails_is_told_and_the_session_kept(project: Project, server: Server) -> None:
    project.write("bad [x].conf", "set -g status-right MINE\nset -g nonsense 1\n")
    project.settings("sessions:\n  tmux_config: bad [x].conf\n")
    project.command("dev", "session:\n  windows:\n    - name: a\n")
    trusted(project, "dev")
    made = ran(project, server, "dev", code=6)
    (warning,) = made["warnings"]
    assert "invalid option: nonsense" in warning
    assert "the session is kept" in warning
    assert shown(server, "#{window_name}") == ["a"]


def test_a_pane_may_run_something_else_than_a_shell(project: Project, server: Server) -> None:
    project.command(
        "dev",
        "session:\n  windows:\n    - name: a\n      panes:\n"
        "        - shell: python3 -q\n          command: print(6 * 7)\n",
    )
    ran(project, server, "dev")
    until(lambda: "42" in server.tmux("capture-pane", "-p").splitlines(), "its answer")


def test_a_session_outlives_a_users_destroy_unattached(project: Project, server: Server, home: Home) -> None:
    with open(os.path.join(home.path, ".tmux.conf"), "w", encoding="utf-8") as file:
        file.write("set -g destroy-unattached on\n")
    project.command("dev", "session:\n  windows:\n    - name: a\n")
    ran(project, server, "dev")
    assert stays(server.sessions) == ["myapp-main-dev"]


def test_c2_a_missing_folder_is_an_error_before_tmux_is_touched(project: Project, server: Server) -> None:
    project.command("dev", "session:\n  working_directory: no where\n  windows:\n    - name: a\n")
    done = project.viewsync("run", "dev")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "dev.yaml:2: there is no folder" in done.err
    assert (server.sessions(), rows(project.home)) == ([], {})
    assert project.home.run(["sh", "-c", done.err.split("`")[1]]).code == 0
    assert project.viewsync("print", "dev").code == 0


def test_c3_without_a_terminal_auto_attach_is_an_error_and_the_session_kept(project: Project, server: Server) -> None:
    project.command("dev", "session:\n  auto_attach: true\n  windows:\n    - name: a\n")
    done = project.viewsync("run", "dev")
    note_pid(server)
    assert done.code == 1
    assert "there is no terminal to attach session 'myapp-main-dev' to" in done.err
    assert server.sessions() == ["myapp-main-dev"]
    assert project.viewsync("run", "dev", "--no-attach").code == 0


def test_c3_outside_of_tmux_the_terminal_opens_a_view(project: Project, server: Server, home: Home) -> None:
    file = project.command("dev", "session:\n  auto_attach: true\n  windows:\n    - name: a\n")
    tab = home.tab("run", file)
    until(lambda: os.path.exists(server.socket) and server.sessions(), "a server")
    note_pid(server)
    view = until(lambda: server.clients().get(tab.pid), "a client")
    assert str(view).startswith("myapp-main-dev-view-")
    (row,) = project.viewsync("status", "--json").json()["sessions"]
    assert row["attached"] is True


def test_c3_inside_tmux_the_client_switches(project: Project, server: Server) -> None:
    server.start("-s", "work")
    tab = server.home.program(["tmux", "-S", server.socket, "attach", "-t", "work"])
    until(lambda: server.clients().get(tab.pid) == "work", "a client")
    server.tmux("new-session", "-d", "-s", "elsewhere")
    other = server.home.program(["tmux", "-S", server.socket, "attach", "-t", "elsewhere"])
    until(lambda: server.clients().get(other.pid), "somebody else, who came later")
    file = project.command("dev", "session:\n  windows:\n    - name: a\n")
    server.tmux("send-keys", "-t", "=work:", f"{server.home.launcher} run {file} --attach", "Enter")
    until(lambda: server.clients().get(tab.pid) == "myapp-main-dev", "the switch")
    assert server.clients()[other.pid] == "elsewhere"


def test_c3_a_terminal_that_only_has_the_variables_of_a_pane_gets_a_view(project: Project, server: Server) -> None:
    server.start("-s", "work")
    other = server.home.program(["tmux", "-S", server.socket, "attach", "-t", "work"])
    until(lambda: server.clients().get(other.pid), "somebody else")
    file = project.command("dev", "session:\n  windows:\n    - name: a\n")
    inside = {"TMUX": f"{server.socket},{server.pid},0", "TMUX_PANE": server.show("=work:", "#{pane_id}")}
    tab = server.home.tab("run", file, "--attach", env=inside)
    until(lambda: server.clients().get(tab.pid, "").startswith("myapp-main-dev-view-"), "a view")
    assert server.clients()[other.pid] == "work"


def test_c4_a_failing_pre_create_step_leaves_no_session_and_no_row(project: Project, server: Server) -> None:
    project.command("dev", "session:\n  pre_create_steps:\n    - run: exit 3\n  windows:\n    - name: a\n")
    trusted(project, "dev")
    done = project.viewsync("run", "dev")
    assert done.code == 1
    assert "no session was made" in done.err
    assert (server.sessions(), rows(project.home)) == ([], {})


def test_c4_what_tmux_refuses_half_way_is_taken_back(project: Project, server: Server) -> None:
    server.start()
    before = server.pane_pids()
    project.command("dev", "session:\n  windows:\n    - name: a\n    - name: b\n      options: {mode-keys: nonsense}\n")
    done = project.viewsync("run", "dev")
    assert (done.code, done.err.count("\n")) == (4, 1)
    assert "window 'b': option mode-keys" in done.err
    assert "unknown value" in done.err
    assert (server.sessions(), rows(project.home), server.pane_pids()) == (["proj"], {}, before)


def test_c4_an_option_of_the_whole_server_is_refused(project: Project, server: Server) -> None:
    server.start()
    was = server.tmux("show-options", "-sv", "escape-time")
    project.command("dev", "session:\n  options: {escape-time: '7'}\n  windows:\n    - name: a\n")
    done = project.viewsync("run", "dev")
    assert "an option of the whole server" in done.err
    assert (server.tmux("show-options", "-sv", "escape-time"), server.sessions()) == (was, ["proj"])


def test_options_of_windows_reach_all_windows(project: Project, server: Server) -> None:
    project.command(
        "dev", "session:\n  options: {mode-keys: vi, history-limit: '777'}\n  windows:\n    - name: a\n    - name: b\n"
    )
    ran(project, server, "dev")
    assert shown(server, "#{mode-keys} #{history_limit}") == ["vi 777", "vi 777"]


def test_a_shell_that_is_slow_to_start_gets_its_command_behind_its_prompt(
    project: Project, server: Server, home: Home
) -> None:
    with open(os.path.join(home.path, ".bash_profile"), "w", encoding="utf-8") as file:
        file.write("sleep 0.3\necho welcome\nsleep 0.4\nread -r -t 0.1 eaten\nPS1='ready> '\n")
    project.command("dev", "session:\n  shell: bash\n  windows:\n    - name: a\n      command: echo typed\n")
    ran(project, server, "dev")
    screen = until(
        lambda: [line for line in server.tmux("capture-pane", "-p").splitlines() if "typed" in line][1:], "its answer"
    )
    assert screen == ["typed"]
    assert server.tmux("capture-pane", "-p").splitlines()[1] == "ready> echo typed"


def test_b8_a_server_that_hangs_is_an_error_and_nothing_is_made(project: Project, server: Server) -> None:
    server.start()
    project.command("dev", "session:\n  windows:\n    - name: a\n")
    os.kill(server.pid, signal.SIGSTOP)
    done = project.viewsync("run", "dev", env={"VIEWSYNC_TMUX_TIMEOUT": "0.3"})
    os.kill(server.pid, signal.SIGCONT)
    assert done.code == 4
    assert "did not answer" in done.err
    assert (server.sessions(), rows(project.home)) == (["proj"], {})


def test_b9_nothing_of_the_server_is_changed(project: Project, server: Server) -> None:
    server.start()

    def all_of_it() -> list[str]:
        return [server.tmux(*words) for words in (["list-keys"], ["show-options", "-g"], ["show-environment", "-g"])]

    before = all_of_it()
    project.command("dev", "environment: {A: b}\n" + FOUR)
    ran(project, server, "dev")
    assert all_of_it() == before


def test_g1_the_worktree_comes_first_and_the_session_is_in_it(project: Project, server: Server) -> None:
    project.repository()
    project.command(
        "feature", "worktree:\n  branch: 'feature-{{name}}'\n  base_branch: main\nsession:\n  windows:\n    - name: a\n"
    )
    made = ran(project, server, "feature", "name=auth")
    assert made["name"] == "myapp-feature-auth-dev"
    (pid,) = shown(server, "#{pane_pid}")
    row = rows(project.home)[made["name"]]["project"]
    assert os.readlink(f"/proc/{pid}/cwd") == row["worktree_path"]
    assert project.git("rev-parse", "--abbrev-ref", "HEAD", cwd=row["worktree_path"]) == "feature-auth"


def test_json_has_these_keys(project: Project, server: Server) -> None:
    project.command("dev", "session:\n  windows:\n    - name: a\n")
    made: dict[str, Any] = ran(project, server, "dev")
    assert set(made) == {
        *("schema", "verb"),
        *("name", "socket", "session_id", "action", "windows", "panes", "changed", "differences", "attach"),
        *("warnings", "unmade", "steps"),
    }


def test_d1_what_was_made_and_what_failed_stands_in_the_history(project: Project, server: Server) -> None:
    project.command("dev", "session:\n  windows:\n    - name: a\n")
    project.command("bad", "session:\n  options: {status: nonsense}\n  windows:\n    - name: a\n")
    ran(project, server, "dev")
    assert project.viewsync("run", "bad", "task=x").code == 4
    events = History(project.home.state).find("trigger = ?", ["run"])
    assert [(event.event, event.session, event.project) for event in reversed(events)] == [
        ("create", "myapp-main-dev", "myapp"),
        ("error", "myapp-main-x", "myapp"),
    ]
    assert all(event.seconds is not None and event.seconds > 0 for event in events)


def test_c4_a_worktree_that_was_made_for_nothing_is_taken_back(project: Project, server: Server) -> None:
    project.repository()
    project.command(
        "dev", "worktree: {branch: new}\nsession:\n  windows:\n    - name: a\n      options: {mode-keys: nonsense}\n"
    )
    before = sorted(os.listdir(project.home.path))
    done = project.viewsync("run", "dev")
    assert "mode-keys" in done.err
    assert project.git("branch", "--list") == "* main"
    assert project.git("worktree", "list").count("\n") == 0
    assert set(os.listdir(project.home.path)) - set(before) <= {"state"}
    assert (server.sessions(), rows(project.home)) == ([], {})


def test_run_imports_nothing_that_it_does_not_need(project: Project, server: Server) -> None:
    file = project.command("dev", "session:\n  windows:\n    - name: a\n")
    new = imported(project.home, "run", file)
    note_pid(server)
    heavy = {"libtmux", "psutil", "rich", "jinja2", "asyncio", "platformdirs", "hashlib", "shutil"}
    assert new & heavy == set()
    project.viewsync("run", file)  # keeps what the file says, now that the state has a folder
    again = imported(project.home, "run", file)  # nothing is to do
    assert again & (FORBIDDEN | EXPRESSIONS) == set()


def test_c4_a_worktree_goes_again_when_a_step_fails(project: Project, server: Server) -> None:
    project.repository()
    project.command(
        "dev", "worktree: {branch: new}\nsession:\n  pre_create_steps:\n    - run: exit 3\n  windows:\n    - name: a\n"
    )
    trusted(project, "dev")
    assert project.viewsync("run", "dev").code == 1
    assert project.git("branch", "--list") == "* main"
    assert project.git("worktree", "list").count("\n") == 0
    assert (server.sessions(), rows(project.home)) == ([], {})


def test_c2_a_folder_that_a_step_took_away_is_an_error(project: Project, server: Server) -> None:
    os.mkdir(os.path.join(project.root, "sub"))
    project.command(
        "dev",
        "session:\n  pre_create_steps:\n    - run: rmdir sub\n      working_directory: '{{project_path}}'\n"
        "  windows:\n    - name: a\n      working_directory: sub\n",
    )
    trusted(project, "dev")
    done = project.viewsync("run", "dev")
    assert (done.code, "is not a folder" in done.err) == (1, True)
    assert (server.sessions(), rows(project.home)) == ([], {})


def test_the_first_tmux_since_the_machine_started(project: Project, server: Server) -> None:
    os.rmdir(os.path.dirname(server.socket))
    project.command("dev", "session:\n  windows:\n    - name: a\n")
    ran(project, server, "dev")
    assert os.stat(os.path.dirname(server.socket)).st_mode & 0o777 == 0o700


def test_e3_a_path_of_its_own_reaches_every_pane_and_nobody_else(project: Project, server: Server) -> None:
    """tmux gives a new pane the PATH of whoever asks for it, whatever -e says."""
    mine, pane = "/opt/mine:/usr/bin:/bin", '/opt/it\'s "$PANE":/usr/bin:/bin'
    command = f"""\
environment: {{PATH: {mine}}}
session:
  shell: bash --norc
  windows:
    - name: one
      panes: [null, {{environment: {{PATH: {json.dumps(pane)}}}}}]
    - name: two
"""
    project.command("dev", command)
    ran(project, server, "dev")
    pids = [int(pid) for pid in shown(server, "#{pane_pid}")]

    def paths() -> list[str | None]:
        return [environment(pid).get("PATH") for pid in pids]

    until(lambda: all(paths()), "their environments")
    assert paths() == [mine, pane, mine]
    server.tmux("kill-window", "-t", "=myapp-main-dev:two")
    ran(project, server, "dev")
    pids = [int(pid) for pid in shown(server, "#{pane_pid}")]
    until(lambda: all(paths()), "their environments")
    assert paths() == [mine, pane, mine]
    assert server.tmux("show-environment", "-g", "PATH") == f"PATH={project.home.env['PATH']}"
