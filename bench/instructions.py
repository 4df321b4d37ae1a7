"""Instructions that a verb executes, counted by valgrind: unlike times the same at every run, whatever else goes on.

Of the whole process with the interpreter's start, without the programs that it starts. `bench/run instructions` counts
this checkout, `bench/run instructions BEFORE [AFTER]` others side by side, each a folder with a `viewsync` in it:
`git worktree add --detach BEFORE COMMIT` makes one.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from bench.measure import process, table
from tests.support.projects import Project
from tests.support.running import FOUR
from tests.support.server import ROOT, Home, Server
from viewsync.setup.rules import launcher

if TYPE_CHECKING:
    from collections.abc import Sequence

FLOOR = "python -I -S -c pass"
_COUNTED = re.compile(r"Total instructions: (\d+)")


class Stage:
    """A parent with a view, a registered session and a project's session."""

    def __init__(self, checkout: str) -> None:
        self.home = Home()
        self.server = Server(self.home).start("-s", "proj", "cat")
        # As the launcher starts it, but for -I: Python would pass over the seed, by which the counts are the same.
        code = launcher.start(sys.executable, checkout).partition(" -c '")[2].partition("'")[0]
        self.python = [sys.executable, "-s", "-S", "-X", "utf8", "-c", code, checkout]
        self.env = {
            **self.home.env,
            "PYTHONHASHSEED": "0",
            "TMUX": f"{self.server.socket},1,0",
        }
        self.project = Project(self.home)
        self.project.command("dev", FOUR)
        self.run(
            "create", "-S", self.server.socket, "-n", "web", "-e", "PS1=$ ", "--", "sh", "-c", "echo ready; exec sh"
        )
        self.run("wait", "-s", "web", "-p", "ready", "--all")
        self.run("run", "dev")
        _, self.view = self.server.open("proj")  # with a client on it: what is to be said of it stays the same

    def argv(self, *words: str) -> list[str]:
        """A shell tool is called by the name of a link."""
        called, rest = (words[0], words[1:]) if words[0].endswith(".sh") else (self.home.launcher, words)
        return [*self.python, called, *rest]

    def run(self, *words: str) -> None:
        process(self.argv(*words), self.env, cwd=self.project.root)

    def forget_new(self, verb: str) -> None:
        """What the last `open` made; and what `create` makes, and `kill` ends, is not there, or is."""
        for name in self.server.views():
            if name != self.view:
                self.server.tmux("kill-session", "-t", f"={name}")
        there = NEW in self.home.registry()["sessions"]
        if verb == ("create" if there else "kill"):
            self.run(*VERBS["kill" if there else "create"])

    def count(self, argv: Sequence[str]) -> int:
        return _count(self, argv)

    def count_verb(self, verb: str, rounds: int) -> int:
        """The least: what a slow machine adds are further looks at something that takes long."""
        words = VERBS[verb]
        self.forget_new(verb)
        self.run(*words)  # compiles what it imports
        counts = []
        for _ in range(rounds):
            self.forget_new(verb)
            counts.append(self.count(self.argv(*words)))
        return min(counts)

    def end(self) -> None:
        self.server.stop()
        self.home.remove()


NEW = "new"  # the session that `create` makes
VERBS = {
    "--version": ("--version",),
    "open --json": ("open", "--json", "proj"),
    "hook": ("hook",),
    "send": ("send", "-s", "web", "-c", ":"),
    "health": ("health", "-s", "web"),
    "wait": ("wait", "-s", "web", "-p", "ready", "--all"),
    "capture": ("capture", "-s", "web"),
    "list --json": ("list", "--json"),
    "create": ("create", "-L", "default", "-n", NEW),
    "kill": ("kill", NEW),  # and more for each process that there is
    "run, nothing to do": ("run", "dev"),
    "safe-send.sh": ("safe-send.sh", "-s", "web", "-c", ":"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", nargs="*", metavar="CHECKOUT", help="a folder with a `viewsync` in it; none: this")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parsed = parser.parse_args()
    if not shutil.which("valgrind"):
        raise SystemExit("bench.instructions: valgrind is missing: apt-get install valgrind")
    checkouts = [os.path.realpath(path) for path in parsed.checkout] or [ROOT]
    counted = [_counts(checkout, 1 if parsed.quick else 3) for checkout in checkouts]
    floor = counted[0][FLOOR]
    print("### Instructions of the whole process, in millions (and in times of the interpreter's start)\n")
    names = ("before", "after") if len(counted) == 2 else tuple(map(os.path.basename, checkouts))
    changes = ("after / before",) if len(counted) == 2 else ()
    rows = []
    for verb in counted[0]:
        found = [counts[verb] for counts in counted]
        shown = [f"{count / 1e6:.1f} ({count / floor:.2f})" for count in found]
        rows.append((verb, *shown, *(f"{found[1] / found[0]:.3f}" for _ in changes)))
    print(table(("verb", *names, *changes), rows), "\n")


def _counts(checkout: str, rounds: int) -> dict[str, int]:
    stage = Stage(checkout)
    try:
        found = {FLOOR: stage.count([sys.executable, "-I", "-S", "-c", "pass"])}
        for verb in VERBS:
            found[verb] = stage.count_verb(verb, rounds)
    finally:
        stage.end()
    return found


def _count(stage: Stage, argv: Sequence[str]) -> int:
    log, errors = os.path.join(stage.home.path, "valgrind.log"), os.path.join(stage.home.path, "errors")
    # It counts and does nothing else, which callgrind needs half as much time again for.
    options = ["--tool=exp-bbv", "--instr-count-only=yes", f"--log-file={log}.%p"]
    options += [f"--{what}-out-file=/dev/null" for what in ("bb", "pc")]
    with open(errors, "w+", encoding="utf-8") as file:  # no pipe: a server that it starts would keep it open
        started = subprocess.Popen(
            ["valgrind", *options, *argv],
            cwd=stage.project.root,
            env=stage.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=file,
        )
        if started.wait(timeout=300):
            file.seek(0)
            raise RuntimeError(f"{argv}: exit code {started.returncode}: {file.read()}")
    with open(f"{log}.{started.pid}", encoding="utf-8") as file:  # programs that it starts have others
        match = _COUNTED.search(file.read())
    if not match:
        raise RuntimeError(f"{argv}: valgrind counted nothing")
    return int(match[1])


if __name__ == "__main__":
    main()
