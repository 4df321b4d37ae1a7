"""A pid comes back, and after a reboot with the same start time: who is who then."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.store.support import in_namespace, python, run
from tests.support.sessions import by_jq
from tests.support.wait import until
from viewsync.system import processes, procfs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Home, Server

ANOTHER_BOOT = "mount --bind {home}/boot_id /proc/sys/kernel/random/boot_id"


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has the number of another one."""
    process = subprocess.Popen(["sleep", "1000"])
    yield process
    process.kill()
    process.wait()


def after_a_reboot(home: Home, script: str) -> str:
    """What a shell script prints after one, which gave all processes the numbers and the start times that they had."""
    with open(os.path.join(home.path, "boot_id"), "w", encoding="utf-8") as file:
        file.write("ffffffff-0000-4000-8000-000000000000\n")
    done = in_namespace(f"{ANOTHER_BOOT.format(home=home.path)}\n{script}", home.env)
    assert done.code == 0, done
    return done.out


def test_a_start_time_says_of_which_boot_it_is(home: Home) -> None:
    pid, start = os.getpid(), processes.start_time(os.getpid())
    look = python("from viewsync.system import processes; print(processes.alive(int(sys.argv[1]), float(sys.argv[2])))")
    script = f"{look[0]} -I -c '{look[3]}' {pid} {start}"
    assert run(["sh", "-c", script]).out == "True\n"
    assert after_a_reboot(home, script) == "False\n"


def test_a_start_time_of_an_older_version_names_no_boot_and_is_understood() -> None:
    with open("/proc/self/stat", encoding="utf-8") as file:
        ticks = int(file.read().rpartition(")")[2].split()[19])
    old = ticks / os.sysconf("SC_CLK_TCK")
    assert processes.alive(os.getpid(), old)
    assert not processes.alive(os.getpid(), old + 1)
    assert processes.same(old, processes.start_time(os.getpid()))
    assert not processes.same(old, 0.0)


def test_start_times_keep_their_hundredths() -> None:
    hour = 360_000  # ticks, where there are 100 in a second
    times = [procfs.Stat("", [b"0"] * 19 + [b"%d" % ticks]).start for ticks in (hour, hour + 1, hour + 2)]
    assert [round(later - times[0], 2) for later in times] == [0.0, 0.01, 0.02]
    assert float(f"{times[1]:.2f}") == pytest.approx(times[1], abs=0.001)


def test_a_number_that_is_none_of_a_process() -> None:
    for number in (2**31, 2**70, 0, -5):
        assert not processes.alive(number)
        assert processes.start_time(number) == 0.0


def test_a_session_whose_maker_is_of_before_the_boot_is_half_made(home: Home) -> None:
    """Whatever process has the maker's number now, and even if it started as long after the boot as that did."""
    row = {"state": "creating", "maker": os.getpid(), "maker_start": processes.start_time(os.getpid())}
    script = f"{home.launcher} reconcile --json || :"
    row |= {"socket": f"{home.path}/none", "target": "web:0.0", "type": "shell", "created_at": "2026-01-01T00:00:00Z"}
    by_jq(home, ".sessions.web = $row", row=row)
    assert '"web"' not in run(["sh", "-c", script], home.env).out
    assert "half-made" in after_a_reboot(home, script)


def test_the_exit_status_is_of_a_child_of_the_one_that_is_named() -> None:
    """A number that tmux kept may be another one's, who waits to be reaped as well."""
    child = subprocess.Popen(["sh", "-c", "exit 3"])
    until(lambda: not processes.alive(child.pid), "its end")
    assert processes.exit_status(child.pid, os.getpid()) == 3
    assert processes.exit_status(child.pid, os.getppid()) is None
    assert child.wait() == 3


def test_when_a_process_began(other: subprocess.Popen[bytes]) -> None:
    assert abs(processes.began(other.pid) - time.time()) < 30
    assert processes.began(2**22 + 7) == 0.0


def test_a_server_is_known_by_its_start(server: Server, other: subprocess.Popen[bytes]) -> None:
    start = server.show("=proj:", "#{start_time}")
    assert processes.is_server(f"{server.pid}.{start}")
    assert not processes.is_server(f"{other.pid}.{int(start) - 100}")
    assert processes.is_server(f"{server.pid}.{int(start) - 100}")  # the clock may have been set
    for nonsense in ("", "12", f"{server.pid}.", f".{start}", "x.y"):
        assert not processes.is_server(nonsense)


def test_a_signal_reaches_who_is_meant_and_nobody_else(other: subprocess.Popen[bytes]) -> None:
    start = processes.start_time(other.pid)
    assert not processes.tell(other.pid, signal.SIGKILL, lambda: processes.alive(other.pid, start + 5))
    assert processes.alive(other.pid, start)
    assert processes.tell(other.pid, signal.SIGKILL, lambda: processes.alive(other.pid, start))
    until(lambda: not processes.alive(other.pid, start), "its end")
    assert not processes.tell(2**22 + 7, signal.SIGKILL, lambda: True)
