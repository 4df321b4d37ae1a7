"""Signals that came to us ignored or blocked, as below `nohup`, a script's `&`, or a program that leaks its mask."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import pytest

from tests.projects.test_steps import read
from tests.support.odd_start import Odd
from tests.support.projects import in_git
from tests.support.running import ran, trusted
from tests.support.server import alive
from tests.support.sessions import create, note_pid
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.client import Tab
    from tests.support.projects import Project
    from tests.support.server import Home, Server

project = in_git

NAMES = ("HUP", "INT", "TERM", "CHLD", "WINCH", "ALRM", "XFSZ")
DEAF = Odd(ignored=["HUP", "INT", "QUIT", "TERM", "PIPE", "CHLD", "WINCH"])
BLOCKED = Odd(blocked=["HUP", "INT", "QUIT", "TERM", "PIPE", "CHLD", "WINCH", "ALRM", "USR1"])
NOHUP = Odd(ignored=["HUP"])
ODD = pytest.mark.parametrize("odd", [DEAF, BLOCKED], ids=["ignored", "blocked"])

# Without the launcher, whose sh would hear of its children again.
PYTHON = [sys.executable, "-I", "-X", "utf8", "-m", "viewsync"]


def signals(path: str, which: str) -> set[str]:
    """Those that a process ignores (`Ign`), or has blocked (`Blk`), as its /proc/PID/status has them."""
    with open(path, encoding="utf-8") as file:
        (mask,) = re.findall(rf"^Sig{which}:\s*(\w+)$", file.read(), re.MULTILINE)
    return {name for name in NAMES if int(mask, 16) >> (signal.Signals[f"SIG{name}"] - 1) & 1}


def status(pid: int) -> str:
    return f"/proc/{pid}/status"


@ODD
def test_a_server_that_we_start_and_its_panes_hear_everything(
    servers: Callable[..., Server], home: Home, odd: Odd
) -> None:
    server = servers()
    done = home.run(odd.start(*PYTHON, "create", "-S", server.socket, "-n", "cat", "--", "cat"))
    assert done.code == 0, done
    note_pid(server)
    pane = int(server.show("=cat:", "#{pane_pid}"))
    path = os.path.join(home.path, "job")
    server.tmux("run-shell", f"cat /proc/self/status > {path}")
    for found in (status(server.pid), status(pane), path):
        assert (signals(found, "Ign"), signals(found, "Blk")) == (set(), set()), found
    os.kill(pane, signal.SIGHUP)
    until(lambda: not alive(pane), "the end of the program in the pane")
    with contextlib.suppress(ProcessLookupError):  # with its last pane it may have gone already
        os.kill(server.pid, signal.SIGTERM)
    until(lambda: not alive(server.pid), "the end of the server")


@ODD
def test_a_client_hears_that_its_tab_is_closed_and_how_large_it_is(server: Server, home: Home, odd: Odd) -> None:
    tab = home.program(odd.start(home.launcher, "open", "-S", server.socket, "proj"))
    until(lambda: server.clients().get(tab.pid), "the client")
    fcntl.ioctl(tab.master, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 99, 0, 0))
    until(lambda: server.tmux("list-clients", "-F", "#{client_width}") == "99", "its size")
    tab.signal(signal.SIGHUP)  # and the terminal stays, as it does below a program that keeps it open
    until(tab.ended, "the end of the client")
    until(lambda: server.views() == [], "the end of its view")


def test_a_client_starts_as_if_python_had_not_been_there(server: Server, home: Home) -> None:
    """Python ignores XFSZ, and tmux would hand that on to what `detach-client -E` starts."""
    tab, _ = server.open("proj")
    assert signals(status(tab.pid), "Ign") == set()


def waiting(project: Project) -> str:
    project.command(
        "dev", "session:\n  pre_create_steps:\n    - run: echo $$ > pid; until [ -e go ]; do sleep 0.02; done\n"
    )
    trusted(project)
    return os.path.join(project.root, "go")


def start(home: Home, project: Project, server: Server, odd: Odd) -> Tab:
    script = 'cd "$1" && shift && exec "$@"'
    words = odd.start(home.launcher, "run", "dev", "--no-attach", "-S", server.socket)
    return home.program(["sh", "-c", script, "sh", project.root, *words])


@pytest.mark.parametrize("name", ["HUP", "INT", "TERM"])
def test_what_came_ignored_ends_neither_us_nor_our_step(
    server: Server, home: Home, project: Project, name: str
) -> None:
    go = waiting(project)
    tab = start(home, project, server, Odd(ignored=[name]))
    step = int(until(lambda: read(project, "pid"), "the step"))
    tab.signal(signal.Signals[f"SIG{name}"])
    os.kill(step, signal.Signals[f"SIG{name}"])
    open(go, "w", encoding="utf-8").close()
    assert tab.wait() == 0, tab.text()
    assert server.sessions() == ["proj", "myapp-main-dev"]


@pytest.mark.parametrize(("name", "code"), [("HUP", 129), ("INT", 130), ("TERM", 143)])
def test_what_came_blocked_is_heard(server: Server, home: Home, project: Project, name: str, code: int) -> None:
    waiting(project)
    tab = start(home, project, server, BLOCKED)
    step = int(until(lambda: read(project, "pid"), "the step"))
    # dash blocks all of them for the moment in which it starts a program.
    until(lambda: not signals(status(step), "Blk"), "the step to hear everything")
    tab.signal(signal.Signals[f"SIG{name}"])
    assert tab.wait() == code
    assert not alive(step)


def test_a_step_that_fails_is_seen_where_chld_came_ignored(server: Server, home: Home, project: Project) -> None:
    """Python takes every exit code for 0 then."""
    project.command("dev", "session:\n  pre_create_steps: [{name: bad, run: exit 3}]")
    trusted(project)
    words = Odd(ignored=["CHLD"]).start(
        *PYTHON, "run", project.root + "/.viewsync/commands/dev.yaml", "-S", server.socket
    )
    done = home.run(words)
    assert (done.code, "'bad' failed (exit code 3" in done.err) == (1, True), done
    assert server.sessions() == ["proj"]


def test_a_program_that_ignores_its_children_is_told_so(server: Server, home: Home) -> None:
    """Rather than that every call of tmux succeeded."""
    create(server, "sh", "--", "sh")
    script = (
        "import signal; from viewsync import Registry\n"
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "try:\n    print(Registry().session('sh').health())\n"
        "except Exception as error:\n    print(type(error).__name__, error.message, error.hint)\n"
    )
    done = home.run([sys.executable, "-I", "-c", script])
    assert "cannot run tmux: SIGCHLD is ignored" in done.out
    assert "signal.SIG_DFL" in done.out


@pytest.mark.parametrize("odd", [Odd(), NOHUP], ids=["plain", "nohup"])
def test_the_sweeper_outlives_its_terminal_and_goes_on(server: Server, home: Home, odd: Odd) -> None:
    """What it has to tell goes nowhere then."""
    home.env.update(VIEWSYNC_TMUX_TIMEOUT="0.3", VIEWSYNC_SWEEP_EVERY="1")
    tab = home.program(odd.start(home.launcher, "sweeper", "run"))
    last = swept(home)
    tab.hang_up()
    os.kill(server.pid, signal.SIGSTOP)
    log = os.path.join(home.state, "log", "viewsync.log")
    until(lambda: os.path.exists(log), "the problem in the log")
    os.kill(server.pid, signal.SIGCONT)
    until(lambda: swept(home) > last, "another sweep")
    tab.signal(signal.SIGTERM)
    assert tab.wait() == 0


def swept(home: Home) -> float:
    """When the sweeper last swept."""
    found = until(lambda: home.viewsync("sweeper", "status", "--json").json().get("last_sweep"), "a sweep")
    return float(found)


def test_a_sweeper_in_a_scripts_background_is_deaf_to_ctrl_c(home: Home) -> None:
    """And ends when it is told to, whatever came ignored."""
    tab = home.program(Odd(ignored=["INT", "TERM"]).start(home.launcher, "sweeper", "run"))
    swept(home)
    assert "INT" in signals(status(tab.pid), "Ign")
    assert home.viewsync("sweeper", "stop").out == "stopped\n"
    assert tab.wait() == 0


@pytest.mark.parametrize("name", ["HUP", "INT", "TERM"])
def test_the_monitor_keeps_what_came_ignored_and_ends_with_its_terminal(home: Home, name: str) -> None:
    tab = home.program(Odd(ignored=[name]).start(home.launcher, "monitor"))
    until(lambda: "0 sessions" in tab.text(), "its picture")
    before = len(tab.text())
    tab.signal(signal.Signals[f"SIG{name}"])
    tab.type("/x")
    until(lambda: "/x" in tab.text()[before:], "its answer")
    tab.close()
    assert tab.wait() == 129


@pytest.mark.parametrize("odd", [Odd(), NOHUP], ids=["plain", "nohup"])
def test_a_cleanup_step_ignores_what_came_ignored_and_nothing_else(
    servers: Callable[..., Server], home: Home, project: Project, odd: Odd
) -> None:
    """Who ends a session ignores HUP, so as not to be ended with it. That is not the step's business."""
    path = os.path.join(home.path, "status")
    project.command("dev", f"session:\n  cleanup_steps: [{{run: cat /proc/self/status > {path}}}]")
    trusted(project)
    server = servers()
    ran(project, server, "dev", "-S", server.socket)
    server.tmux("new-session", "-d", "-s", "other")
    assert home.run(odd.start(home.launcher, "kill-session", "myapp-main-dev", "-S", server.socket)).code == 0
    assert signals(path, "Ign") == set(odd.ignored)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_demo_whose_tab_is_closed_leaves_nothing(home: Home, number: signal.Signals) -> None:
    slow = os.path.join(home.path, "slow-tmux")
    with open(slow, "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\nsleep 0.2\nexec tmux "$@"\n')  # else it is over before its tab is closed
    os.chmod(slow, 0o700)
    tab = home.tab("demo", "--plain", env={"TMPDIR": home.path, "VIEWSYNC_TMUX": slow})
    text = until(lambda: "3. C-b 0" in tab.text() and tab.text(), "its tabs")
    pids = [int(pid) for line in re.findall("processes in the panes: (.*)", str(text)) for pid in line.split()]
    assert pids
    tab.signal(number)
    assert tab.wait() == 128 + number
    until(lambda: not any(alive(pid) for pid in pids), "the end of the demo's programs")
    assert [name for name in os.listdir(home.path) if name.startswith("viewsync-demo-")] == []


@contextlib.contextmanager
def locked(home: Home) -> Iterator[None]:
    """Somebody else holds the registry's lock."""
    path = os.path.join(home.state, ".sessions.lock")
    holder = subprocess.Popen(["flock", path, "cat"], stdin=subprocess.PIPE)
    try:
        until(lambda: subprocess.run(["flock", "-n", path, "true"], check=False).returncode, "the lock to be taken")
        yield
    finally:
        holder.communicate()


def test_a_callers_alarm_ends_us_when_it_is_due(server: Server, home: Home) -> None:
    """`perl -e 'alarm 5; exec @ARGV'` is how scripts bound a command. We have alarms of our own."""
    create(server, "cat", "--", "cat")
    odd = Odd(alarm=2.0)
    done = home.run(odd.start(home.launcher, "wait", "-s", "cat", "-p", "never", "-T", "1000"), timeout=20)
    assert done.code == -signal.SIGALRM, done
    with locked(home):
        done = home.run(odd.start(home.launcher, "heartbeat", "-s", "cat"), env={"LOCK_TIMEOUT": "1000"}, timeout=20)
    assert done.code == -signal.SIGALRM, done


def test_the_lock_is_waited_for_where_an_alarm_would_not_be_heard(server: Server, home: Home) -> None:
    """Blocked by who uses our API: the time is over all the same."""
    script = (
        "import signal; from viewsync import Registry\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\n"
        "try:\n    Registry().create('one')\n"
        "except Exception as error:\n    print(type(error).__name__)\n"
    )
    create(server, "cat", "--", "cat")
    with locked(home):
        done = home.run([sys.executable, "-I", "-c", script], env={"LOCK_TIMEOUT": "1"}, timeout=20)
    assert done.out == "LockTimeout\n", done
