"""What is told of processes: by procfs, by psutil and by ps alike; and by none of them, where none can be seen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.server import ROOT
from tests.support.unseen import unseeing
from tests.support.wait import stays, until
from viewsync.system import processes, procfs, without_procfs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A process with a child, a name that needs care, and words with a space."""
    with subprocess.Popen(["sh", "-c", "exec 2>&-; sleep 600 & wait", "a b", "-i"], start_new_session=True) as started:
        until(lambda: procfs.children(started.pid) and (seen := procfs.stat(started.pid)) and seen.sleeps, "its child")
        yield started
        os.killpg(started.pid, signal.SIGKILL)


def told_blindly(code: str, *words: object) -> str:
    """What that Python prints that sees no process."""
    argv = [*unseeing(), sys.executable, "-c", code, *map(str, words)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout.strip()


def test_psutil_and_procfs_say_the_same(child: subprocess.Popen[bytes]) -> None:
    one, other = procfs.stat(child.pid), without_procfs.stat(child.pid)
    assert one
    assert other
    assert (one.name, one.parent, one.ended) == (other.name, other.parent, other.ended)
    assert 0.5 < one.memory / other.memory < 2  # the kernel has two counts, and one of them lags behind
    assert abs(one.cpu_with_children - other.cpu_with_children) < 0.05
    assert abs(one.age - other.age) < 5
    assert without_procfs.command_line(child.pid) == procfs.command_line(child.pid)
    assert without_procfs.everything().keys() >= {child.pid, os.getpid()}


def test_ps_and_procfs_say_the_same(child: subprocess.Popen[bytes]) -> None:
    one, other = procfs.stat(child.pid), without_procfs.rows()[child.pid]
    assert one
    assert (one.name, one.parent, one.group, one.foreground) == (
        other.name,
        other.parent,
        other.group,
        other.foreground,
    )
    assert (one.sleeps, one.ended) == (other.sleeps, other.ended)
    assert without_procfs.words(child.pid) == " ".join(procfs.command_line(child.pid)).split()


def test_a_zombie_has_ended_by_all_three() -> None:
    child = subprocess.Popen(["true"])
    until(lambda: not processes.alive(child.pid), "its end")
    seen = (procfs.stat(child.pid), without_procfs.stat(child.pid), without_procfs.rows()[child.pid])
    assert [zombie and zombie.ended for zombie in seen] == [True, True, True]
    child.wait()


def test_of_one_that_is_gone_nothing_is_told() -> None:
    child = subprocess.Popen(["true"])
    child.wait()
    assert (procfs.stat(child.pid), procfs.command_line(child.pid), procfs.children(child.pid)) == (None, [], [])
    assert (without_procfs.stat(child.pid), without_procfs.command_line(child.pid)) == (None, [])
    assert child.pid not in without_procfs.rows()
    assert without_procfs.words(child.pid) == []


def test_what_cannot_be_seen_is_alive_and_is_who_was_meant(child: subprocess.Popen[bytes]) -> None:
    code = "import sys; from viewsync.system import processes as p; pid, start = sys.argv[1:]; "
    code += "print(p.alive(int(pid)), p.alive(int(pid), float(start)), p.start_time(int(pid)), p.command_lines())"
    start = processes.start_time(child.pid)
    assert told_blindly(code, child.pid, start) == "True True 0.0 None"
    gone = subprocess.Popen(["true"])
    gone.wait()
    assert told_blindly(code, gone.pid, start) == "False False 0.0 None"


def test_a_table_of_nobody_says_of_nobody_that_he_is_gone() -> None:
    assert told_blindly("from viewsync.system import process_table as t; print(t.read().runs(1, 5.0))") == "True"


def test_nothing_below_a_process_is_not_the_same_as_nothing_known(child: subprocess.Popen[bytes]) -> None:
    code = "import sys; from viewsync.system import process_tree as t; print(t.below(int(sys.argv[1]), 0.0))"
    assert told_blindly(code, child.pid) == "None"
    gone = subprocess.Popen(["true"])
    gone.wait()
    assert told_blindly(code, gone.pid) == "[]"


def test_an_environment_that_may_be_in_use_is_kept(tmp_path: Path) -> None:
    folder = str(tmp_path)
    os.makedirs(os.path.join(folder, "1.0-1"))
    with open(os.path.join(folder, "1.0-1", "pyvenv.cfg"), "w", encoding="utf-8"):
        pass
    code = "import sys; from viewsync.system import venvs as e; print(e.unused(sys.argv[1]))"
    assert told_blindly(code, folder) == "[]"
    seeing = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, cwd=ROOT)
    assert seeing.stdout.strip() == f"['{folder}/1.0-1']"


def test_a_number_that_may_be_another_process_by_now_is_not_signalled(tmp_path: Path) -> None:
    """That of a dd which was killed, of which only a file tells."""
    folder = str(tmp_path)
    with subprocess.Popen(["sleep", "600"]) as stranger:
        try:
            with open(os.path.join(folder, "keeper"), "w", encoding="ascii") as file:
                file.write(str(stranger.pid))
            code = "import sys; from viewsync.panes.exec_folder import ExecFolder as F; F(sys.argv[1], b'').remove()"
            told_blindly(code, folder)
            assert not os.path.exists(folder)
            assert stays(stranger.poll, 0.3) is None
        finally:
            stranger.kill()
