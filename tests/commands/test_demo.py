"""The demo proves what it says, and leaves nothing."""

from __future__ import annotations

import contextlib
import glob
import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.client import Tab
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
    assert process.wait(60) == 130
    pids = [int(pid) for pid in lines[2].partition(": ")[2].split()]
    assert pids
    until(lambda: not any(alive(pid) for pid in pids), "the end of the demo's programs")
    assert glob.glob(os.path.join(home.path, "viewsync-demo-*")) == []


CAPTIONS = (
    "1. A session `demo` with two windows",
    "viewsync open demo",  # typed into the tabs
    "2. Two tabs, each with `viewsync open demo`",
    "3. C-b 0 in the first tab, C-b 1 in the second",
    "request 1: 200 OK",
    "4. The first tab's client was killed",
    "5. `tmux kill-session -t demo`",
    "6. The second tab is closed too",
    "Nothing is left",
)


def at_work(home: Home) -> list[str]:
    """Processes of a demo: its folder is in the environment of all, but of the one that plays it."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/environ", "rb") as file:
            if f"={home.path}/viewsync-demo-".encode() in file.read():
                found.append(pid)
    return found


class Watched:
    """The demo in a terminal of its own."""

    def __init__(self, home: Home, *words: str, size: tuple[int, int] = (90, 24), **env: str) -> None:
        self.home = home
        # The shell stays, so that the terminal's settings can be read behind the demo.
        line = 'trap : INT; stty -a >"$0"; "$@"; echo "code=$?"; stty -a >"$0.after"; read -r line'
        argv = ["sh", "-c", line, f"{home.path}/stty", home.launcher, "demo", *words]
        self.tab = Tab(argv, {**home.env, "TMPDIR": home.path, **env}, size)
        home.tabs.append(self.tab)

    def sees(self, text: str) -> None:
        until(lambda: text in self.text(), f"{text!r} in {self.text()}")

    def text(self) -> str:
        """Without what only moves and colours; words that are drawn again keep their places."""
        return re.sub(r"\033\[[0-9;?]*[A-Za-z]|\033\(B", "", self.tab.text())

    def pid(self) -> int:
        """Of the demo itself."""
        with open(f"/proc/{self.tab.pid}/task/{self.tab.pid}/children", encoding="ascii") as file:
            return int(file.read().split()[0])

    def left_nothing(self, code: int) -> None:
        self.sees(f"code={code}")
        until(lambda: os.path.exists(f"{self.home.path}/stty.after"), "the terminal's settings")
        until(lambda: not at_work(self.home), "the end of all that it started")
        assert glob.glob(os.path.join(self.home.path, "viewsync-demo-*")) == []
        assert not os.path.exists(self.home.state)
        with open(f"{self.home.path}/stty") as before, open(f"{self.home.path}/stty.after") as after:
            assert before.read() == after.read()


def test_on_a_terminal_it_plays_by_itself_in_two_panes(home: Home) -> None:
    watched = Watched(home, "--pause", "0.2s")
    watched.left_nothing(0)
    text = watched.text()
    for caption in CAPTIONS:
        assert caption in text, text
        text = text[text.index(caption) + len(caption) :]
    assert "\033[?1049h" in watched.tab.text()
    assert watched.tab.text().rindex("\033[?1049l") < watched.tab.text().rindex("Nothing is left")


@pytest.mark.parametrize("key", ["q", "\x03"], ids=["q", "C-c"])
def test_whoever_watches_can_leave_and_do_nothing_else(home: Home, key: str) -> None:
    watched = Watched(home, "--pause", "60s", TMUX="/nonexistent/tmux,1,0", TMUX_PANE="%0")  # as inside of tmux
    watched.sees("1. A session `demo`")
    watched.tab.type("exit\r\x02d" + key)
    watched.left_nothing(0)
    assert "exit" not in watched.text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_of_it_and_gives_the_terminal_back(home: Home, number: signal.Signals) -> None:
    watched = Watched(home, "--pause", "60s")
    watched.sees("q leaves the demo")
    os.kill(watched.pid(), number)
    watched.left_nothing(128 + number)


def test_a_closed_tab_ends_all_of_it(home: Home) -> None:
    tab = home.tab("demo", "--pause", "60s", env={"TMPDIR": home.path})
    until(lambda: "q leaves the demo" in tab.text(), "the demo")
    tab.hang_up()
    until(lambda: not home.processes() and not at_work(home), "the end of all that it started")
    assert glob.glob(os.path.join(home.path, "viewsync-demo-*")) == []


@pytest.mark.parametrize(
    ("size", "term"), [((71, 24), "xterm"), ((90, 24), "no-such-terminal")], ids=["narrow", "unknown"]
)
def test_what_is_no_terminal_for_it_gets_the_steps_in_print(home: Home, size: tuple[int, int], term: str) -> None:
    watched = Watched(home, size=size, TERM=term)
    watched.left_nothing(0)
    assert "processes in the panes" in watched.text()
    assert "q leaves the demo" not in watched.text()


def test_without_tmux_it_says_what_would_do(home: Home) -> None:
    done = home.viewsync("--tmux", "/nonexistent/tmux", "demo", env={"TMPDIR": home.path})
    assert (done.code, "install tmux" in done.err) == (4, True)
    assert glob.glob(os.path.join(home.path, "viewsync-demo-*")) == []
