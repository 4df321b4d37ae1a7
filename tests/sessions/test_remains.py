"""What runs on when its session is ended: what ignores the hang-up is ended, and what was to live on is told of."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.sessions import create
from tests.support.wait import until
from viewsync.context import Context
from viewsync.registry.targets import TargetArgs
from viewsync.sessions import expiring, killing, remains
from viewsync.sessions.rules.expiry import ExpiryCriteria
from viewsync.system import pane_processes, processes, procfs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Home, Server

# What a session runs, with {up} for where it writes its pid once it is so far; and what it takes to end that.
PROGRAMS = {
    "a shell's loop": ('trap "" HUP; echo $$ > {up}; while :; do sleep 1; done', "TERM"),
    "one that stops": ("sh -c 'trap \"\" HUP; echo $$ > {up}; while :; do kill -STOP $$; done'; :", "TERM"),
    "one that catches it": ("trap : HUP; echo $$ > {up}; while :; do sleep 1; done", "TERM"),
    "one that ignores both": ('trap "" HUP TERM; echo $$ > {up}; exec sleep 1000', "KILL"),
    "a child of its group": ("sh -c 'trap \"\" HUP; echo $$ > {up}; exec sleep 1000'; :", "TERM"),
}


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remains, "_SOON", 0.2)
    monkeypatch.setattr(pane_processes, "_HANGUP", 0.2)


@pytest.fixture
def left() -> Iterator[list[int]]:
    """Processes that a test leaves behind."""
    pids: list[int] = []
    yield pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def number(path: str) -> int:
    def written() -> str:
        try:
            with open(path, encoding="ascii") as file:
                return file.read().strip()
        except FileNotFoundError:
            return ""

    until(lambda: bool(written()), path)
    return int(written())


def kill(home: Home, name: str, **wish: Any) -> killing.Killed:
    return killing.kill(Context(home.env), TargetArgs(session=name), killing.Wish(**wish))


@pytest.mark.usefixtures("hurry")
def test_what_ignores_the_hang_up_is_ended(server: Server, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, (script, signal_name) in PROGRAMS.items():
        monkeypatch.setattr(pane_processes, "_TERM", 60.0 if signal_name == "TERM" else 0.2)
        up = os.path.join(home.path, "up")
        create(server, "web", "--", "sh", "-c", script.format(up=up))
        pid = number(up)
        os.unlink(up)
        done = kill(home, "web")
        assert (done.killed, done.removed) == (True, True), name
        assert {program.pid: sent for program, sent in done.remains.ended}[pid] == signal_name, name
        assert not done.remains.living, name
        assert not processes.alive(pid), name


@pytest.mark.usefixtures("hurry")
def test_a_shells_program_ends_and_what_was_to_live_on_lives_on(server: Server, home: Home, left: list[int]) -> None:
    create(server, "web")
    for name in ("job", "own", "front"):
        start = {"job": "nohup {} &", "own": "setsid {} &", "front": "{}"}[name]
        up = os.path.join(home.path, name)
        program = f"sh -c 'trap \"\" HUP; echo $$ > {up}; exec sleep 1000' > /dev/null 2>&1"
        server.tmux("send-keys", "-t", "=web:", start.format(program), "Enter")
        left.append(number(up))
    front = left.pop()
    done = kill(home, "web")
    assert front in [program.pid for program, _ in done.remains.ended]
    living = {program.pid: program.why for program in done.remains.living}
    assert living == dict(zip(left, (pane_processes.BACKGROUND, pane_processes.OWN_SESSION), strict=True))
    assert all(map(processes.alive, left))
    assert not done.remains.refused


@pytest.mark.usefixtures("hurry")
def test_a_cleanup_ends_them_too_each_with_its_session(server: Server, home: Home) -> None:
    pids = {}
    for name in ("web", "api"):
        up = os.path.join(home.path, name)
        create(server, name, "--", "sh", "-c", f'trap "" HUP; echo $$ > {up}; exec sleep 1000')
        pids[name] = number(up)
    ctx = Context(home.env)
    items, _ = expiring.plan(ctx, ExpiryCriteria(everything=True))
    done = {item.listed.row.name: item.remains for item in expiring.carry_out(ctx, items)}
    assert {name: [program.pid for program, _ in rest.ended] for name, rest in done.items()} == {
        name: [pid] for name, pid in pids.items()
    }
    assert not any(map(processes.alive, pids.values()))


@pytest.mark.usefixtures("hurry")
def test_what_outlived_its_server_is_ended_by_the_name_of_its_session(server: Server, home: Home) -> None:
    up = os.path.join(home.path, "up")
    create(server, "web", "--", "sh", "-c", f'trap "" HUP; echo $$ > {up}; exec sleep 1000')
    pid = number(up)
    server.stop()
    assert processes.alive(pid)
    done = kill(home, "web")
    assert (done.killed, done.removed, [program.pid for program, _ in done.remains.ended]) == (False, True, [pid])
    assert not processes.alive(pid)


SHOWN = ("list-panes", "-a", "-F", "#{pane_id} #{pane_pid}")
# What runs in a session, with {script} for what ignores the hang-up and {up} for its pid; and whether that lives on.
IN_A_GROUP = {
    "job of a shell in a shell": ("bash --norc -ic 'nohup sh {script} > {up}.log 2>&1 & read -r line'; :", True),
    "disowned job of one": ("bash --norc -ic 'sleep 1000 & echo $! > {up}; disown; read -r line'; :", True),
    "a script's job": ("nohup sh {script} > {up}.log 2>&1 & read -r line", True),
    "what nobody waits for": ("sh -c 'sh {script} < /dev/null > {up}.log 2>&1 & :'; read -r line", True),
    "what has closed its files": ("sh -c 'sh {script} <&- >&- 2>&- & :'; read -r line", True),
    "group of a shell's program": ("bash --norc -ic 'sh -c \"timeout 1000 sh {script}; :\"; :'; :", False),
    "one at work": ("nohup sh {script} > {up}.log 2>&1; :", False),
}


@pytest.mark.usefixtures("hurry")
def test_what_was_put_away_by_any_shell_lives_on_in_whichever_group(
    server: Server, home: Home, left: list[int]
) -> None:
    up, script = os.path.join(home.path, "up"), os.path.join(home.path, "script")
    with open(script, "w", encoding="utf-8") as file:
        file.write(f'trap "" HUP; echo $$ > {up}; exec sleep 1000\n')
    for name, (text, lives) in IN_A_GROUP.items():
        create(server, "web", "--", "sh", "-c", text.format(up=up, script=script))
        pid = number(up)
        os.unlink(up)
        done = kill(home, "web")
        if lives:
            left.append(pid)
        assert processes.alive(pid) == lives, name
        living = [program.why for program in done.remains.living if program.pid == pid]
        assert living == [pane_processes.BACKGROUND] * lives, name


def test_who_ends_its_own_session_goes_on_afterwards(server: Server, home: Home) -> None:
    """As who makes it anew."""
    script, after = os.path.join(home.path, "script"), os.path.join(home.path, "after")
    with open(script, "w", encoding="utf-8") as file:
        file.write(f'trap "" HUP\n"{home.launcher}" kill web > {after}.log 2>&1\necho $$ > {after}\n')
    create(server, "web", "--", "sh", "-c", f"sh {script}; :")
    number(after)
    assert server.sessions() == ["proj"]
    with open(f"{after}.log", encoding="utf-8") as file:
        assert pane_processes.CALLS in file.read()


def test_to_keep_them_is_said(server: Server, home: Home, left: list[int]) -> None:
    up = os.path.join(home.path, "up")
    create(server, "web", "--", "sh", "-c", f'trap "" HUP; echo $$ > {up}; exec sleep 1000')
    left.append(number(up))
    done = home.viewsync("kill", "web", "--keep-processes")
    assert done.code == 0
    assert done.out.splitlines()[-1] == "Session 'web' removed; 1 process of it lives on"
    assert f"process {left[0]} (sleep) lives on: it ignores the end of its terminal" in done.err
    assert processes.alive(left[0])


def test_windows_that_another_session_shows_are_left_alone(server: Server, home: Home, left: list[int]) -> None:
    made = create(server, "web", "--", "sh", "-c", 'trap "" HUP; exec sleep 1000')
    server.tmux("link-window", "-s", "web:", "-t", "proj:9")
    left.append(made["pid"])
    done = kill(home, "web")
    assert (done.killed, done.live_on, done.remains) == (True, ("proj",), pane_processes.Finished())
    assert processes.alive(made["pid"])


def test_a_pid_that_is_no_child_of_the_server_is_not_its_panes(server: Server) -> None:
    identity = server.tmux("display-message", "-p", "#{pid}.#{start_time}").strip()
    assert pane_processes.read(identity, server.socket, {"%0": os.getpid(), "%1": 1}) == {}
    assert pane_processes.read(f"{os.getpid()}.1", server.socket, {"%0": server.pid or 0}) == {}


def test_what_another_pane_started_is_that_ones_whatever_its_environment_says(server: Server) -> None:
    identity = server.tmux("display-message", "-p", "#{pid}.#{start_time}").strip()
    (mine, pid), (other, its) = [line.split() for line in server.tmux(*SHOWN).splitlines()]
    assert mine != other
    server.tmux("send-keys", "-t", other, f"TMUX_PANE={mine} sleep 1000", "Enter")
    until(lambda: [seen for seen in procfs.children(int(its)) if seen.name == "sleep"], "it")
    panes = {mine: int(pid)}
    assert "sleep" in [program.name for program in pane_processes.read(identity, server.socket, panes)[mine]]
    assert [program.name for program in pane_processes.read(identity, server.socket, panes, [int(its)])[mine]] == ["sh"]
