"""Steps around a session: bounded, told, and never more than their policy says."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project, in_git
from tests.support.sessions import note_pid, rows
from tests.support.wait import until
from viewsync.store.history_database import History
from viewsync.system import processes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Done, Home, Server


project = in_git


def start(project: Project, server: Server, text: str, **env: str) -> Done:
    """`viewsync run dev` with a file of that text, its steps trusted."""
    project.command("dev", text)
    done = project.viewsync("trust", "dev", "--yes", env=env)
    assert done.code == 0, done
    done = project.viewsync("run", "dev", "-S", server.socket, env=env)
    if server.run("list-sessions").code == 0:
        note_pid(server)
    return done


def read(project: Project, name: str) -> str:
    path = os.path.join(project.root, name)
    with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as file:
        return file.read()
    return ""


def events(home: Home, kind: str) -> list[tuple[str, str]]:
    return [(event.trigger, event.reason) for event in History(home.state).find("event = ?", [kind])]


def test_h1_where_a_step_before_fails_there_is_no_session(server: Server, home: Home, project: Project) -> None:
    bad = "{name: bad, run: echo no such luck; exit 3}"
    text = f"session:\n  pre_create_steps: [{{name: first, run: touch a}}, {bad}, {{run: touch b}}]"
    done = start(project, server, text)
    assert done.code == 1
    assert done.err.count("\n") == 1
    for said in ("pre-create step 'bad' failed", "exit code 3", "no such luck", "no session was made", "dev.yaml:2"):
        assert said in done.err
    assert (server.sessions(), rows(home)) == (["proj"], {})
    assert sorted(os.listdir(project.root)) == [".git", ".viewsync", "a"]
    assert events(home, "step-failed")[0][0] == "pre-create"


def test_h1_one_that_may_fail_lets_it_go_on(server: Server, project: Project) -> None:
    text = "session:\n  pre_create_steps: [{name: bad, run: exit 3, on_failure: continue}, {run: touch b}]"
    done = start(project, server, text)
    assert done.code == 0
    assert "'bad' failed (exit code 3" in done.err
    assert "b" in os.listdir(project.root)


def test_h2_where_a_step_after_fails_the_session_is_kept(server: Server, project: Project) -> None:
    text = "session:\n  post_create_steps: [{name: bad, run: exit 4}, {run: touch b}]"
    done = start(project, server, text)
    assert done.code == 1
    assert "session 'myapp-main-dev' is there, and was kept" in done.err
    assert server.sessions() == ["proj", "myapp-main-dev"]
    assert "b" not in os.listdir(project.root)


def test_h2_steps_after_find_the_session(server: Server, project: Project) -> None:
    text = 'session:\n  post_create_steps:\n    - run: tmux -S "$VIEWSYNC_SOCKET" has-session -t "=$VIEWSYNC_SESSION"'
    assert start(project, server, text).code == 0


def test_a_step_has_its_folder_its_environment_and_no_terminal(server: Server, project: Project) -> None:
    os.mkdir(os.path.join(project.root, "sub dir"))
    text = (
        "environment: {OWN: command}\n"
        "session:\n"
        "  pre_create_steps:\n"
        '    - run: printf \'%s|\' "$PWD" "$OWN" "$STEP" "$VIEWSYNC_PROJECT" "$(tty)" > ../said\n'
        "      cwd: sub dir\n"
        "      environment: {STEP: it's $HOME}\n"
    )
    assert start(project, server, text).code == 0
    wanted = [os.path.join(project.root, "sub dir"), "command", "it's $HOME", "myapp", "not a tty", ""]
    assert read(project, "said").split("|") == wanted


def test_a_step_that_hangs_is_ended_with_all_that_it_started(server: Server, project: Project) -> None:
    """One of its children does not hear TERM."""
    line = "(trap '' TERM; exec sleep 1000) & sleep 1000 & echo $! > child; wait"
    text = f'session:\n  pre_create_steps: [{{name: slow, timeout: 300ms, run: "{line}"}}]'
    done = start(project, server, text)
    assert done.code == 1
    assert "'slow' failed (it took longer than 0.3 s" in done.err
    assert not processes.alive(int(read(project, "child")))
    assert set(project.home.processes()) <= {server.pid, *panes(server)}


def panes(server: Server) -> set[int]:
    return {int(pid) for pid in server.tmux("list-panes", "-a", "-F", "#{pane_pid}").split()}


def test_what_a_step_leaves_in_the_background_lives_on(server: Server, project: Project) -> None:
    """It holds the output, and the step is over all the same; what it prints later is in the log."""
    text = (
        "session:\n  post_create_steps:\n    - name: service\n"
        "      run: (while [ ! -e go ]; do sleep 0.02; done; echo late; echo $? > gone) & echo $! > pid\n"
    )
    assert start(project, server, text).code == 0
    pid = int(read(project, "pid"))
    assert processes.alive(pid)
    with open(os.path.join(project.root, "go"), "w", encoding="utf-8"):
        pass
    until(lambda: not processes.alive(pid), "the end of the service")
    assert "late" in log(project.home, "service")


def log(home: Home, name: str) -> str:
    folder = os.path.join(home.state, "steps")
    (found,) = [entry for entry in os.listdir(folder) if name in entry]
    path = os.path.join(folder, found)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def test_binary_output_is_shown_as_escapes(server: Server, project: Project) -> None:
    text = "session:\n  pre_create_steps: [{name: bin, run: \"printf 'a\\\\033]0;x\\\\007\\\\377\\\\000z'; exit 1\"}]"
    done = start(project, server, text)
    assert done.code == 1
    assert r"a\x1b]0;x\x07\xff\x00z" in done.err
    assert "\x1b" not in done.err


def test_one_that_prints_for_ever_does_not_fill_the_disk(server: Server, project: Project) -> None:
    text = "session:\n  pre_create_steps: [{name: noisy, run: exec yes yes, timeout: 60s}]"
    done = start(project, server, text)
    assert done.code == 1
    assert "printed more than 64 MB" in done.err


def test_a_secret_is_in_no_log_and_in_no_history(server: Server, home: Home, project: Project) -> None:
    text = (
        "secrets: [TOKEN]\nenvironment: {TOKEN: hush-hush-1}\n"
        "session:\n  pre_create_steps: [{name: tell, run: 'echo it is $TOKEN; exit 1'}]"
    )
    done = start(project, server, text)
    assert "failed (exit code 1, " in done.err
    assert "it is ***" in done.err
    assert "it is ***" in log(home, "tell")
    for folder, _, names in os.walk(home.state):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                assert b"hush-hush-1" not in file.read(), name


def test_a_secret_on_a_command_line_is_refused(server: Server, home: Home, project: Project) -> None:
    text = (
        "secrets: [token]\narguments: {token: {}}\nsession:\n  pre_create_steps: [{name: tell, run: 'echo {{token}}'}]"
    )
    project.command("dev", text)
    done = project.viewsync("trust", "dev", "token=hush-hush-1", "--yes")
    assert (done.code, "has the secret token in its command" in done.err) == (1, True)
    assert "hush" not in done.err
    done = project.viewsync("run", "dev", "token=hush-hush-1", "-S", server.socket)
    assert (done.code, server.sessions(), rows(home)) == (1, ["proj"], {})


def test_a_folder_that_is_not_there_is_a_failure_of_the_step(server: Server, project: Project) -> None:
    text = "session:\n  pre_create_steps: [{run: rmdir sub}, {name: lost, run: 'true', cwd: sub}]"
    os.mkdir(os.path.join(project.root, "sub"))
    done = start(project, server, text)
    assert done.code == 1
    assert "there is no folder" in done.err


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["^C", "TERM", "HUP"]
)
def test_what_ends_us_ends_the_step_too(
    server: Server, home: Home, project: Project, number: signal.Signals, code: int
) -> None:
    project.command("dev", "session:\n  pre_create_steps: [{run: echo $$ > pid; exec sleep 1000}]")
    assert project.viewsync("trust", "--yes").code == 0
    tab = home.program(
        ["sh", "-c", 'cd "$1" && exec "$2" run dev -S "$3"', "sh", project.root, home.launcher, server.socket]
    )
    pid = int(until(lambda: read(project, "pid"), "the step"))
    tab.signal(number)
    assert tab.wait() == code
    assert not processes.alive(pid)
    assert (server.sessions(), rows(home)) == (["proj"], {})


@pytest.mark.parametrize("name", ["with space", "it's", 'a"b', "$HOME", "é #{pid}"])
def test_a_project_on_any_path(servers: Callable[..., Server], home: Home, name: str) -> None:
    server = servers().start()
    project = Project(home, name)
    project.repository()
    project.write(".viewsync/steps/check", "#!/bin/sh\npwd > here\n", program=True)
    assert start(project, server, "session:\n  pre_create_steps: [check]\n  cleanup_steps: [check]").code == 0
    assert read(project, "here").strip() == project.root
    assert "trusted" in project.viewsync("trust", "--show").out


@pytest.mark.parametrize(
    ("section", "branch", "folder"),
    [("", "it's", "myapp"), ("worktree: {branch: one}\n", "one", "worktrees/myapp-one")],
)
def test_a_step_is_told_where_it_is(server: Server, project: Project, section: str, branch: str, folder: str) -> None:
    project.git("checkout", "-qb", "it's")
    names = ("PROJECT", "PROJECT_PATH", "WORKTREE_PATH", "BRANCH", "TASK", "COMMAND", "SESSION", "SOCKET")
    words = " ".join(f'"$VIEWSYNC_{name}"' for name in names)
    path = os.path.join(project.home.path, "said")
    text = f"session: {{post_create_steps: [{{run: 'printf %s\\\\n {words} > {path}'}}]}}"
    assert start(project, server, f"{section}{text}").code == 0
    tree = os.path.join(project.home.path, folder)
    session = "myapp-one-dev" if section else "myapp-it-s-dev"
    said = ["myapp", project.root, tree, branch, "dev", "dev", session, server.socket]
    assert read(project, path).splitlines() == said
