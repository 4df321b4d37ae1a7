"""The demo proves what it says, and leaves nothing."""

from __future__ import annotations

import glob
import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING

from tests.support.server import alive
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Home

STEPS = [
    r"^1\. A session `demo` with two windows",
    r"^    demo: window 0 \(editor\), 0 client\(s\)$",
    r"^2\. Two tabs",
    r"^3\. C-b 0 in the first tab, C-b 1 in the second",
    r"^4\. The first tab's client was killed",
    r"^5\. `tmux kill-session -t demo`",
    r"^6\. The second tab is closed too",
    r"^    demo: window 1 \(server\), 0 client\(s\)$",
    r"^Nothing is left",
]


def test_each_step_is_proved_and_nothing_is_left(home: Home) -> None:
    env = {"TMPDIR": home.path}
    done = home.viewsync("demo", env=env)
    assert done.code == 0, done
    text = done.out
    for step in STEPS:
        match = re.search(step, text, re.MULTILINE)
        assert match, f"{step} is not in {text}"
        text = text[match.end() :]
    pids = {int(pid) for line in re.findall("processes in the panes: (.*)", done.out) for pid in line.split()}
    assert len(pids) == 2
    until(lambda: not any(alive(pid) for pid in pids), "the end of the demo's programs")
    assert glob.glob(os.path.join(home.path, "viewsync-demo-*")) == []
    assert not os.path.exists(home.state)


def test_an_interrupted_demo_leaves_nothing_either(home: Home) -> None:
    process = subprocess.Popen(
        [home.launcher, "demo"], env={**home.env, "TMPDIR": home.path}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    with process.stdout:
        lines = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    assert process.wait(20) == 130
    pids = [int(pid) for pid in lines[2].partition(": ")[2].split()]
    assert pids
    until(lambda: not any(alive(pid) for pid in pids), "the end of the demo's programs")
    assert glob.glob(os.path.join(home.path, "viewsync-demo-*")) == []


def test_without_tmux_it_says_what_would_do(home: Home) -> None:
    done = home.viewsync("--tmux", "/nonexistent/tmux", "demo", env={"TMPDIR": home.path})
    assert (done.code, "install tmux" in done.err) == (4, True)
    assert glob.glob(os.path.join(home.path, "viewsync-demo-*")) == []
