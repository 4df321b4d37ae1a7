"""What process trees use, of all of them in one pass."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.support.wait import until
from viewsync.system import process_table, processes, procfs

if TYPE_CHECKING:
    import pytest


def test_a_tree_is_a_process_with_all_that_it_started() -> None:
    script = "x=$(seq 400000 | wc -l); sleep 60 & echo ready; wait"
    shell = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert shell.stdout
        assert shell.stdout.readline() == "ready\n"
        found = until(lambda: (tree := process_table.read().tree([shell.pid])).processes == 2 and tree, "both")
        assert found
        assert found.memory > 100_000
        # What ended children used stays the tree's.
        assert found.cpu == process_table.read().tree([shell.pid, shell.pid]).cpu
        table = process_table.read()
        assert table.runs(shell.pid)
        assert table.runs(shell.pid, processes.start_time(shell.pid))
        assert not table.runs(shell.pid, processes.start_time(shell.pid) + 5)
    finally:
        children = [pid for pid, process in process_table.read().processes.items() if process.parent == shell.pid]
        for pid in children:
            os.kill(pid, 9)
        shell.kill()
        shell.communicate()
    assert process_table.read().tree([shell.pid]) == process_table.TreeUse(0, 0, 0)


def test_what_ended_children_used_is_the_trees() -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(6_000_000))'])"
    python = subprocess.Popen(
        [sys.executable, "-c", f"{code}; print('done', flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert python.stdout
    assert python.stdout.readline() == "done\n"
    ours = process_table.read().processes[python.pid].cpu
    with open(f"/proc/{python.pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    alone = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    assert ours > alone
    python.communicate("")


def test_a_process_that_waits_to_be_reaped_is_none() -> None:
    child = subprocess.Popen(["true"])
    until(lambda: not processes.alive(child.pid), "its end")
    assert not process_table.read().runs(child.pid)
    child.wait()


def test_psutil_says_the_same_where_there_is_no_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = process_table.read().processes[os.getpid()]
    monkeypatch.setattr(os.path, "isdir", lambda _: False)
    monkeypatch.setattr(procfs, "hidden", lambda: False)  # as on a system that never has a /proc
    theirs = process_table.read().processes[os.getpid()]
    assert theirs.parent == ours.parent
    assert abs(theirs.cpu - ours.cpu) < 1
    assert abs(theirs.memory - ours.memory) < 50_000_000
