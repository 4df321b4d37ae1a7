"""What another host's processes say of a pane's shell. Where they do not say, nothing is typed."""

from __future__ import annotations

import pytest

from viewsync.hosts.rules import far_shells
from viewsync.system import procfs

_COUNTS = "0 4194304 10 20 0 0 1 2 3 4 20 0 1 0"


def process(pid: int, name: str, parent: int, foreground: int, *, group: int = 0, state: str = "S") -> str:
    return f"process {pid} ({name}) {state} {parent} {group or pid} 50 34816 {foreground} {_COUNTS} 700000 0 0"


def text(*lines: str, pane: str = "100 50 0", keys: bool = True) -> str:
    modes = "speed 38400 baud -icanon -echo" if keys else "speed 38400 baud icanon echo"
    return "\n".join([f"pane {pane}", *lines, "sleeps wait_woken", "uptime 9000.5", f"modes {modes}", ""])


def said(told: str) -> str:
    problem = far_shells.problem(far_shells.parse(told), "far:proj")
    return problem.message if problem else ""


BASH = process(100, "bash", 50, 100)
WORDS = "word bash\nword --norc"


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (text(BASH, WORDS), ""),
        (text(process(100, "-zsh", 50, 100), "word -zsh"), ""),
        (text(process(100, "dash", 50, 100), "word dash", keys=False), ""),
        (text(BASH, process(101, "bash", 100, 101), WORDS), ""),
        (text("row 100 50 100 100 Ss+ 0:00.01 /bin/zsh", "word -zsh"), ""),
        (text("row 100 50 100 100 Is+ 0:00.01 -zsh", "word -zsh"), ""),
        (text(BASH, WORDS, keys=False), "waits for something else than a command"),
        (text(process(100, "dash", 50, 100), "word dash", "reads 0 0x0 0x7f 0x1 0", keys=False), "waits for something"),
        (text(process(100, "bash", 50, 101), process(101, "vim", 100, 101), "word vim"), "is busy: vim runs in it"),
        (text(BASH, process(101, "git", 100, 100, group=100), WORDS), "is busy: git runs in it"),
        (text(process(100, "bash", 50, 100, state="R"), WORDS), "is busy: bash runs in it"),
        (text(BASH, "sleeps do_wait", WORDS).replace("sleeps wait_woken\n", ""), "is busy: bash runs in it"),
        (text(BASH, "word bash\nword script.sh"), "which is not a shell that exec knows"),
        (text(process(100, "fish", 50, 100), "word fish"), "which is not a shell that exec knows"),
        (text(process(100, "a) S 1 1 (b", 50, 100), "word x"), "runs a) S 1 1 (b, which is not a shell"),
        (text(BASH, WORDS, pane="100 50 1"), "has ended"),
        (text(BASH, WORDS, pane="100 51 0"), "cannot tell what runs in far:proj"),  # of another PID namespace
        (text(WORDS), "cannot tell"),
        (text(BASH), "cannot tell"),
        ("", "cannot tell"),
        ("process 100 (bash\nrow x\nmodes\nreads a b c d\nuptime -\npane", "cannot tell"),
    ],
)
def test_what_is_in_the_way(told: str, problem: str) -> None:
    assert problem in said(told)
    assert bool(said(told)) == bool(problem)


def test_whatever_it_does_shows_in_its_counts() -> None:
    def state(count: int) -> object:
        return far_shells.parse(text(BASH.replace(" 10 20 ", f" {count} 20 "), WORDS)).state

    assert state(1) == state(1) != state(2)


def test_what_waits_for_others_is_the_same_as_on_this_host() -> None:
    assert set(far_shells.AT_WORK) == procfs._AT_WORK
