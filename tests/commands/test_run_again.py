"""viewsync run once more: one session for one identity, with what is missing added and all else left as it is."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from tests.support.running import FOUR, FOUR_ANSWERS, FOUR_PANES, environment, ran, shown, trusted, unstarted
from tests.support.sessions import note_pid, rows
from tests.support.wait import stays, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


server = unstarted


def test_c1_a_second_run_takes_the_session_that_is_there(project: Project, server: Server) -> None:
    project.command("dev", FOUR)
    first = ran(project, server, "dev")
    before = server.pane_pids()
    again = ran(project, server, "dev")
    assert (again["action"], again["session_id"]) == ("reused", first["session_id"])
    assert stays(server.pane_pids) == before


def test_c1_what_is_missing_is_added_where_it_was_and_nothing_else_changes(project: Project, server: Server) -> None:
    project.command("dev", FOUR)
    ran(project, server, "dev")
    server.tmux("kill-window", "-t", "=myapp-main-dev:2")
    server.tmux("kill-pane", "-t", "=myapp-main-dev:1.1")
    server.tmux("rename-window", "-t", "=myapp-main-dev:0", "mine now")
    server.tmux("new-window", "-d", "-t", "=myapp-main-dev:9", "-n", "own")
    before = set(server.pane_pids())
    done = project.viewsync("run", "dev", "--diff")
    assert done.code == 2
    assert [line.strip() for line in done.out.splitlines()[1:]] == [
        "~ name of window 'editor': 'mine now', in the file 'editor'",
        "- pane 2 of window 'server' is missing",
        "- window 'tests' is missing",
        "+ window 'own' (@5) is not in the file",
    ]
    assert set(server.pane_pids()) == before
    again = ran(project, server, "dev")
    assert (again["action"], again["windows"], again["panes"]) == (
        "completed",
        ["window 'tests'"],
        ["pane 2 of window 'server'"],
    )
    assert shown(server, "#{window_index} #{window_name} #{pane_index}") == [
        "0 mine now 0",
        "1 server 0",
        "1 server 1",
        "2 tests 0",
        "3 logs 0",
        "9 own 0",
    ]
    assert before < set(server.pane_pids())
    until(lambda: "four" in server.tmux("capture-pane", "-p", "-t", "=myapp-main-dev:2"), "its command")
    assert rows(project.home)["myapp-main-dev"].get("state") is None


def test_c1_apply_changes_what_can_be_and_ends_nothing(project: Project, server: Server) -> None:
    project.command("dev", FOUR)
    ran(project, server, "dev")
    before = server.pane_pids()
    changed = FOUR.replace("name: editor", "name: editor\n      options: {main-pane-width: '33'}")
    changed = changed.replace("windows:", "options: {status: 'off'}\n  windows:")
    project.command("dev", "environment: {NEW: later}\n" + changed)
    done = project.viewsync("run", "dev")
    assert "3 differences from its file" in done.out
    assert server.tmux("show-options", "-t", "=myapp-main-dev:", "status") == ""
    made = ran(project, server, "dev", "--apply")
    assert [change["what"] for change in made["changed"]] == [
        "variable NEW",
        "option status",
        "window 'editor': option main-pane-width",
    ]
    assert (made["differences"], server.pane_pids()) == ([], before)
    server.tmux("split-window", "-d", "-t", "=myapp-main-dev:0")
    until(lambda: environment(int(shown(server, "#{pane_pid}")[1])).get("NEW") == "later", "a shell in the new pane")
    assert project.viewsync("run", "dev", "--diff").code == 2  # the pane of mine is beyond the file


def test_c1_two_at_once_make_one_session(project: Project, server: Server) -> None:
    project.command("dev", FOUR)
    argv = [project.home.launcher, "run", "dev", "--json"]
    several = [
        subprocess.Popen(argv, cwd=project.root, env=project.home.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    answers = [process.communicate(timeout=60) for process in several]
    note_pid(server)
    assert [process.returncode for process in several] == [0] * 4, answers
    done = [json.loads(out) for out, _ in answers]
    assert sorted(answer["action"] for answer in done) == ["created", "reused", "reused", "reused"]
    assert len({answer["session_id"] for answer in done}) == 1
    assert server.sessions() == ["myapp-main-dev"]
    assert len(shown(server, "#{pane_id}")) == 5


def test_c1_who_comes_second_waits_for_the_first(project: Project, server: Server) -> None:
    go = os.path.join(project.root, "go")
    project.command(
        "dev",
        "session:\n  pre_create_steps:\n    - run: echo x >> began; until [ -e go ]; do sleep 0.02; done\n"
        "  windows:\n    - name: a\n",
    )
    trusted(project, "dev")
    argv = [project.home.launcher, "run", "dev", "--json"]
    several: list[subprocess.Popen[bytes]] = []
    for _ in range(2):
        several.append(subprocess.Popen(argv, cwd=project.root, env=project.home.env, stdout=subprocess.PIPE))
        until(lambda: os.path.exists(os.path.join(project.root, "began")), "the step")
    assert stays(lambda: [process.poll() for process in several]) == [None, None]
    assert server.run("list-sessions").code != 0
    with open(go, "w", encoding="utf-8"):
        pass
    answers = [json.loads(process.communicate(timeout=60)[0]) for process in several]
    note_pid(server)
    assert [answer["action"] for answer in answers] == ["created", "reused"]
    with open(os.path.join(project.root, "began"), encoding="utf-8") as file:
        assert file.read() == "x\n"


def test_c1_while_something_is_added_its_row_says_so(project: Project, server: Server, home: Home) -> None:
    project.command("dev", FOUR)
    ran(project, server, "dev")
    server.tmux("kill-window", "-t", "=myapp-main-dev:2")
    path, kept = os.path.join(home.path, "tmux"), os.path.join(home.path, "kept")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\ncat {home.state}/.sessions.json >> {kept}\nexec tmux "$@"\n')
    os.chmod(path, 0o700)
    assert ran(project, server, "dev", env={"VIEWSYNC_TMUX": path})["action"] == "completed"
    with open(kept, encoding="utf-8") as file:
        assert '"state": "creating"' in file.read()
    assert "state" not in rows(home)["myapp-main-dev"]


def test_c1_two_at_once_add_what_is_missing_once(project: Project, server: Server) -> None:
    project.command("dev", FOUR)
    ran(project, server, "dev")
    server.tmux("kill-window", "-t", "=myapp-main-dev:2")
    argv = [project.home.launcher, "run", "dev", "--json"]
    several = [
        subprocess.Popen(argv, cwd=project.root, env=project.home.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    answers = [process.communicate(timeout=60) for process in several]
    assert [process.returncode for process in several] == [0] * 4, answers
    assert sorted(json.loads(out)["action"] for out, _ in answers) == ["completed", "reused", "reused", "reused"]
    assert shown(server, "#{window_name}") == ["editor", "server", "server", "tests", "logs"]


def test_one_command_on_two_servers_is_two_sessions(
    project: Project, server: Server, servers: Callable[..., Server]
) -> None:
    other = servers("other").start("-s", "x")
    project.command("dev", "session:\n  windows:\n    - name: a\n")
    assert ran(project, server, "dev")["name"] == "myapp-main-dev"
    assert ran(project, other, "dev", "-L", "other")["name"] == "myapp-main-dev-2"
    assert ran(project, other, "dev", "-L", "other")["action"] == "reused"
    assert ran(project, server, "dev")["action"] == "reused"


def test_a_name_is_free_again_on_any_server_when_its_own_has_ended(
    project: Project, server: Server, servers: Callable[..., Server], home: Home
) -> None:
    """Where that is not certain, as with a socket that is gone, the name stays taken."""
    other, third = servers("other"), servers("third")
    project.command("dev", "session: {windows: [{name: a}]}")
    ran(project, server, "dev")
    os.rename(server.socket, f"{server.socket}.lost")
    assert ran(project, other, "dev", "-L", "other")["name"] == "myapp-main-dev-2"
    if not os.path.exists(server.socket):
        os.rename(f"{server.socket}.lost", server.socket)
    server.stop()
    made = ran(project, third, "dev", "-L", "third")
    assert (made["name"], made["action"]) == ("myapp-main-dev", "created")
    assert {name: row["socket"] for name, row in rows(home).items()} == {
        "myapp-main-dev": third.socket,
        "myapp-main-dev-2": other.socket,
    }


def test_b6_n4_two_projects_of_one_name_get_two_sessions(home: Home, server: Server) -> None:
    one, two = Project(home, "a/myapp"), Project(home, "b/myapp")
    for project in (one, two):
        project.command("dev", "session:\n  windows:\n    - name: a\n")
    assert ran(one, server, "dev")["name"] == "myapp-main-dev"
    assert ran(two, server, "dev")["name"] == "myapp-main-dev-2"
    assert ran(two, server, "dev")["action"] == "reused"
    assert ran(one, server, "dev")["name"] == "myapp-main-dev"


def test_n4_a_session_of_somebody_elses_keeps_its_name_and_is_left_alone(project: Project, server: Server) -> None:
    server.start("-s", "myapp-main-dev")
    before = server.pane_pids()
    project.command("dev", "session:\n  windows:\n    - name: a\n")
    assert ran(project, server, "dev")["name"] == "myapp-main-dev-2"
    assert before[0] in server.pane_pids()


@pytest.mark.parametrize(
    ("branch", "task", "name"),
    [
        ("main", "dev", "myapp-main-dev"),
        ("feature-auth", "dev", "myapp-feature-auth-dev"),
        ("hotfix-123", "fix", "myapp-hotfix-123-fix"),
        ("review-pr456", "review", "myapp-review-pr456-review"),
    ],
)
def test_n5_the_references_names(project: Project, server: Server, branch: str, task: str, name: str) -> None:
    project.repository(branch)
    project.command("dev", f"session:\n  task: {task}\n  windows:\n    - name: a\n")
    assert ran(project, server, "dev")["name"] == name


@pytest.mark.parametrize("folder", ["日本語", "x" * 120, "\udcff\udcfe", 'My.App: it\'s "A";#(touch pwned)', "--help"])
def test_n2_n3_any_folder_makes_a_name_that_tmux_keeps(home: Home, server: Server, folder: str) -> None:
    project = Project(home, folder)
    project.command("dev", "session:\n  windows:\n    - name: a\n")
    name = ran(project, server, "dev")["name"]
    assert len(name) <= 60
    assert server.sessions() == [name]
    assert ran(project, server, "dev")["action"] == "reused"


def test_n1_n6_what_names_a_session(project: Project, server: Server) -> None:
    """The command's template, else the project's pattern, else {project}-{worktree}-{task}."""
    windows = "  windows:\n    - name: a\n"
    project.command("plain", "session:\n" + windows)
    project.command("own", "session:\n  name_template: '{{project}}-own-{{what}}'\n" + windows)
    assert ran(project, server, "plain")["name"] == "myapp-main-dev"
    assert ran(project, server, "own", "what=X.y")["name"] == "myapp-own-x-y"
    project.settings("sessions:\n  naming_pattern: '{{task}}-of-{{project}}'\n  default_task: work\n")
    assert ran(project, server, "plain")["name"] == "work-of-myapp"
    assert ran(project, server, "own", "what=z")["name"] == "myapp-own-z"
    assert ran(project, server, "plain", env={"VIEWSYNC_SESSION_PREFIX": "prj"})["name"] == "prj-work-of-myapp"


def test_b6_n3_long_branches_that_differ_at_their_end_are_two(project: Project, server: Server) -> None:
    project.repository()
    project.command("dev", "session:\n  windows:\n    - name: a\n")
    made = set()
    for end in "ab":
        project.git("checkout", "-q", "-b", f"feature/{'long-' * 20}{end}")
        made.add(ran(project, server, "dev")["name"])
    assert len(made) == 2
    assert all(len(name) <= 60 for name in made)
    assert sorted(server.sessions()) == sorted(made)


def test_b7_the_identity_is_kept_beside_the_name(project: Project, server: Server) -> None:
    project.command("dev", "session:\n  windows:\n    - name: a\n")
    ran(project, server, "dev")
    server.tmux("rename-session", "-t", "=myapp-main-dev", "renamed")
    again = ran(project, server, "dev")
    assert (again["action"], again["name"]) == ("reused", "renamed")
    marks = "#{@viewsync_root} #{@viewsync_project} #{@viewsync_worktree} #{@viewsync_task} #{@viewsync_command}"
    assert server.show("=renamed:", marks) == f"{project.root} myapp main dev dev"
    row = rows(project.home)["myapp-main-dev"]["project"]
    assert (row["root"], row["project"], row["base"]) == (project.root, "myapp", "myapp-main-dev")


def test_without_its_row_a_session_is_found_by_its_marks(project: Project, server: Server) -> None:
    project.command("dev", "session:\n  windows:\n    - name: a\n")
    first = ran(project, server, "dev")
    os.unlink(os.path.join(project.home.state, ".sessions.json"))
    again = ran(project, server, "dev")
    assert (again["action"], again["session_id"]) == ("reused", first["session_id"])
    assert rows(project.home)["myapp-main-dev"]["session_id"] == first["session_id"]


@pytest.mark.parametrize("after", range(2, 7))
def test_a_run_that_was_killed_is_completed_by_the_next(
    project: Project, server: Server, home: Home, after: int
) -> None:
    """After any of its calls of tmux: the session alone, its windows, its panes, their marks, before the typing."""
    half_made(project, after)
    note_pid(server)
    assert rows(home)["myapp-main-dev"]["state"] == "creating"
    ran(project, server, "dev")
    assert shown(server, "#{window_index} #{window_name} #{pane_index}") == FOUR_PANES
    assert rows(home)["myapp-main-dev"].get("state") is None
    for target, text in FOUR_ANSWERS:
        answered(server, target, text)
        assert screen(server, target).count(text) == 1
    assert project.viewsync("run", "dev", "--diff").code == 0


@pytest.mark.parametrize("after", [3, 5])
def test_reconcile_leaves_it_to_run(project: Project, server: Server, home: Home, after: int) -> None:
    """Which alone knows from the file what is missing, and that nothing was typed."""
    half_made(project, after)
    note_pid(server)
    done = home.viewsync("reconcile", "--repair")
    assert (done.code, "`viewsync run` completes it" in done.out) == (1, True), done
    ran(project, server, "dev")
    assert shown(server, "#{window_index} #{window_name} #{pane_index}") == FOUR_PANES
    for target, text in FOUR_ANSWERS:
        answered(server, target, text)
    assert home.viewsync("reconcile", "--repair").code == 0


def answered(server: Server, target: str, text: str) -> None:
    until(lambda: text in screen(server, target)[1:], f"the answer in {target}")


def screen(server: Server, target: str) -> list[str]:
    return server.tmux("capture-pane", "-p", "-t", f"=myapp-main-dev:{target}").splitlines()


def half_made(project: Project, after: int, text: str = FOUR) -> None:
    """`run`, killed at the end of that one of its calls of tmux."""
    home = project.home
    path, flag = os.path.join(home.path, "tmux"), os.path.join(home.path, "stop")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\necho x >> {flag}.count\n{shutil.which("tmux")} "$@"; code=$?\n')
        file.write(
            f"[ $(wc -l < {flag}.count) -ne {after} ] || {{ : > {flag}; read -r _ < {flag}.fifo; }}\nexit $code\n"
        )
    os.chmod(path, 0o700)
    os.mkfifo(f"{flag}.fifo")
    project.command("dev", text)
    env = {**home.env, "VIEWSYNC_TMUX": path, "VIEWSYNC_TMUX_TIMEOUT": "30"}
    half = subprocess.Popen([home.launcher, "run", "dev"], cwd=project.root, env=env)
    until(lambda: os.path.exists(flag), "that call")
    half.send_signal(signal.SIGKILL)
    half.wait()
    with open(f"{flag}.fifo", "w", encoding="utf-8") as fifo:
        fifo.write("\n")


def test_the_steps_of_a_run_that_was_killed_are_not_forgotten(project: Project, server: Server, home: Home) -> None:
    steps = (
        "session:\n  post_create_steps:\n    - run: echo x >> after\n  cleanup_steps:\n    - run: echo x >> cleaned\n"
    )
    project.command("dev", FOUR.replace("session:\n", steps))
    trusted(project, "dev")
    half_made(project, 2, FOUR.replace("session:\n", steps))
    note_pid(server)
    ran(project, server, "dev")
    ran(project, server, "dev")
    with open(os.path.join(project.root, "after"), encoding="utf-8") as file:
        assert file.read() == "x\n"
    server.tmux("new-session", "-d", "-s", "other")
    assert project.viewsync("kill-session", "myapp-main-dev").code == 0
    assert os.path.exists(os.path.join(project.root, "cleaned"))


def test_into_a_half_made_session_that_somebody_was_on_nothing_is_typed(
    project: Project, server: Server, home: Home
) -> None:
    half_made(project, 5)
    note_pid(server)
    tab = home.program(["tmux", "-S", server.socket, "attach", "-t", "=myapp-main-dev"])
    until(lambda: server.clients().get(tab.pid), "a client")
    tab.end()
    made = ran(project, server, "dev", code=6)
    assert made["unmade"] == made["warnings"]
    assert len(made["warnings"]) == 5
    assert all("its commands were never typed" in warning for warning in made["warnings"])
    assert "one" not in stays(lambda: screen(server, "0"))


def test_a_run_that_was_killed_between_two_lines_types_none_of_them_again(
    project: Project, server: Server, home: Home
) -> None:
    later = "{type: echo two >> out, sleep_before: 60s}"
    project.command("dev", f"session: {{windows: [{{name: a, panes: [{{commands: [echo one >> out, {later}]}}]}}]}}")
    half = subprocess.Popen([home.launcher, "run", "dev"], cwd=project.root, env=home.env)
    out = os.path.join(project.root, "out")
    until(lambda: os.path.exists(out), "the first line")
    note_pid(server)
    half.send_signal(signal.SIGKILL)
    half.wait()
    (warning,) = ran(project, server, "dev", code=6)["warnings"]
    assert warning.startswith("pane 1 of window 'a': the run that was stopped typed only the first of its commands")
    assert ran(project, server, "dev")["warnings"] == []
    with open(out, encoding="utf-8") as file:
        assert file.read() == "one\n"


def test_what_could_not_be_made_or_typed_has_a_code_of_its_own(project: Project, server: Server) -> None:
    text = "session:\n  windows:\n    - name: a\n      panes:\n"
    project.command("dev", f"{text}        - ''\n")
    ran(project, server, "dev")
    project.command("dev", text + "        - ''\n" * 12)
    made = ran(project, server, "dev", code=6)
    assert len(made["panes"]) + len(made["unmade"]) == 11
    assert made["unmade"] == made["warnings"]
    assert len(shown(server, "#{pane_id}")) == len(made["panes"]) + 1, "what is there is kept"

    long = f"    - name: b\n      panes: [{{shell: sh, commands: [true {'x' * 5000}]}}]\n"
    project.command("dev", f"{text}        - ''\n{long}")
    (untyped,) = ran(project, server, "dev", code=6)["unmade"]
    assert untyped.startswith("pane 1 of window 'b': nothing was typed: its terminal would cut")


def test_another_command_of_the_same_session_adds_to_it_and_says_whose_it_is(project: Project, server: Server) -> None:
    project.command("dev", "session: {windows: [{name: one}]}")
    project.command("other", "session: {windows: [{name: two}]}")
    ran(project, server, "dev")
    found = ran(project, server, "other")
    assert (found["name"], found["action"], found["windows"]) == ("myapp-main-dev", "completed", ["window 'two'"])
    said = "myapp-main-dev is the session of the command 'dev', too: with a `task` each has its own"
    assert found["warnings"] == [said]
    assert ran(project, server, "dev")["warnings"] == []
    project.command("other", "session: {task: other, windows: [{name: two}]}")
    assert ran(project, server, "other")["name"] == "myapp-main-other"
