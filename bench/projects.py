"""The benchmark of project sessions. Prints ratios; nothing is asserted but that every run worked."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from bench.measure import Subject, medians, process, table
from tests.support.projects import Project
from tests.support.server import Home, Server

if TYPE_CHECKING:
    from collections.abc import Sequence

MANY = 50
BUDGET = 0.5  # of tmuxp's time

OURS = """session:
  name_template: "{{project}}-{{task}}"
  windows:
    - {name: editor, layout: main-vertical, panes: [echo editor, echo shell]}
    - {name: server, command: echo server}
    - {name: tests, command: echo tests}
    - {name: logs, layout: even-horizontal, panes: [echo one, echo two]}
"""
TMUXP = """session_name: %s
start_directory: %s
windows:
  - {window_name: editor, layout: main-vertical, panes: [echo editor, echo shell]}
  - {window_name: server, panes: [echo server]}
  - {window_name: tests, panes: [echo tests]}
  - {window_name: logs, layout: even-horizontal, panes: [echo one, echo two]}
"""


BARE = """session:
  name_template: "{{project}}-{{task}}"
  windows:
    - {name: editor, layout: main-vertical, panes: [null, null]}
    - {name: server}
    - {name: tests}
    - {name: logs, layout: even-horizontal, panes: [null, null]}
"""


class Stage:
    """A project, its command, the same layout for tmuxp, and a server that runs already."""

    def __init__(self) -> None:
        self.home = Home()
        self.server = Server(self.home).start("-s", "base", "cat")
        self.project = Project(self.home)
        self.project.command("dev", OURS)
        self.project.command("bare", BARE)
        self.made = 0

    def run(self, *words: str) -> None:
        done = self.project.viewsync(*words)
        if done.code:
            raise RuntimeError(f"{words}: exit code {done.code}: {done.err}")

    def make(self, command: str = "dev") -> None:
        self.made += 1
        self.run("run", command, f"task=t{self.made}")

    def tmuxp(self, program: str) -> None:
        """The same by tmuxp; its file is written before the clock runs."""
        process([program, "load", "-d", "-y", "-S", self.server.socket, self.file], self.home.env)

    def new_file(self) -> None:
        self.made += 1
        self.file = self.project.write(f"p{self.made}.yaml", TMUXP % (f"p{self.made}", self.project.root))

    def clear(self) -> None:
        """Back to what it was, so that no round finds more than the one before."""
        for name in self.server.sessions():
            if name != "base":
                self.server.tmux("kill-session", "-t", f"={name}")
        self.run("reset-sessions")

    def end(self) -> None:
        self.server.stop()
        self.home.remove()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = 5 if parser.parse_args().quick else 15
    program = os.environ.get("TMUXP")
    if not program:
        raise SystemExit("bench.projects: bench/run sets TMUXP")
    stage = Stage()
    try:
        found = _measure(stage, program, rounds)
    finally:
        stage.end()
    print("### Project sessions: a project of four windows and six panes\n")
    print(table(("", "ms", "of tmuxp's time"), _rows(found)), "\n")
    print(f"budget: {BUDGET:g} of the time of `tmuxp load -d`, which does not wait for its shells before it types\n")


def _measure(stage: Stage, program: str, rounds: int) -> dict[str, float]:
    def clear_and_write() -> None:
        stage.clear()
        stage.new_file()

    making = [
        Subject("viewsync run", stage.make, stage.clear),
        Subject("viewsync run, nothing to type", lambda: stage.make("bare"), stage.clear),
        Subject("tmuxp load -d", lambda: stage.tmuxp(program), clear_and_write),
    ]
    found = medians(making, rounds)
    stage.clear()
    for _ in range(MANY):
        stage.make()
    again = f"task=t{stage.made}"
    reading = [
        Subject(f"viewsync status, {MANY} sessions", lambda: stage.run("status")),
        Subject(f"viewsync status --json, {MANY} sessions", lambda: stage.run("status", "--json")),
        Subject(f"viewsync run, it is there, {MANY} sessions", lambda: stage.run("run", "dev", again)),
    ]
    return {**found, **medians(reading, rounds)}


def _rows(found: dict[str, float]) -> Sequence[Sequence[str]]:
    peer = found["tmuxp load -d"]
    return [(name, f"{took * 1000:.1f}", f"{took / peer:.2f}") for name, took in found.items()]


if __name__ == "__main__":
    main()
