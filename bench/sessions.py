"""The benchmark of the session verbs. Prints ratios; nothing is asserted but that every run worked."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from bench import peers
from bench.measure import Subject, medians, process, processes, processor, table
from bench.session_peers import LIBTMUX, SH
from tests.support.server import Home, Server
from tests.support.typing import type_in
from tests.support.wait import until
from viewsync.tmux import pane_list

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = (1, 50, 200)
READ = ("list-panes", "-a", "-F", pane_list.PANE)  # what no verb that names a session can avoid


class Stage:
    """That many registered sessions on one server, each with a shell that has said `ready`."""

    def __init__(self, size: int) -> None:
        self.home = Home()
        self.server = Server(self.home).start("-s", "base", "cat")
        self.env = {**self.home.env, "CLAUDE_TMUX_SOCKET_DIR": self.home.state}
        self.made = 0
        for number in range(size):
            self.create(f"s{number}")
        self.name = f"s{size - 1}"
        self.registry = os.path.join(self.home.state, ".sessions.json")

    def create(self, name: str) -> None:
        words = [
            "create",
            "-S",
            self.server.socket,
            "-n",
            name,
            "-e",
            "PS1=$ ",
            "--",
            "sh",
            "-c",
            "echo ready; exec sh",
        ]
        process([self.home.launcher, *words], self.env)

    def fresh(self) -> str:
        """A name that is not there yet."""
        self.made += 1
        return f"new{self.made}"

    def end(self) -> None:
        self.server.stop()
        self.home.remove()

    def viewsync(self, *words: str) -> list[str]:
        return [self.home.launcher, *words]

    def sh(self, verb: str, name: str = "") -> list[str]:
        return ["sh", "-c", SH[verb], "sh", self.registry, self.server.socket, name or self.name]

    def libtmux(self, verb: str, name: str = "") -> list[str]:
        return [sys.executable, "-I", "-c", LIBTMUX[verb], self.server.socket, name or self.name]

    def floor(self, *calls: Sequence[str]) -> Subject:
        argvs = [["tmux", "-u", "-S", self.server.socket, *call] for call in calls]
        return Subject("floor", lambda: processes([peers.FLOOR, *argvs], self.env))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and sizes")
    quick = parser.parse_args().quick
    rounds = 5 if quick else 11
    print("Ratios of whole processes to the floor (medians, one run, one machine): the interpreter with argparse, json")
    print("and subprocess, plus the tmux calls that the verb cannot avoid.\n")
    version = subprocess.run(["jq", "--version"], capture_output=True, check=True, text=True).stdout.strip()
    print(f"sh+jq: {version}\n")
    verbs(SIZES[:2] if quick else SIZES, rounds)
    latency(8 if quick else 30)
    idle(3 if quick else 10)
    lines((50, 500, 5000), 3 if quick else 7)
    writers(200)


def verbs(sizes: Sequence[int], rounds: int) -> None:
    rows = []
    for size in sizes:
        stage = Stage(size)
        try:
            for verb, subjects in _subjects(stage).items():
                slow = size > 1 and verb in ("list --json", "cleanup --dry-run")
                ours, others = subjects[:2], subjects[2:]
                found = {**medians(ours, rounds), **medians(others, 1 if slow else rounds)}
                rows.append((verb, str(size), f"{found['floor'] * 1000:.1f}", *(_ratio(found, peer) for peer in PEERS)))
        finally:
            stage.end()
    print("### Every verb\n")
    head = ("verb", "sessions", "floor ms", *PEERS)
    print(table(head, sorted(rows, key=lambda row: (row[0], int(row[1])))), "\n")


PEERS = ("viewsync", "libtmux", "sh+jq", "tmuxp ls")


def _ratio(found: dict[str, float], name: str) -> str:
    return f"{found[name] / found['floor']:.2f}" if name in found else "-"


def _subjects(stage: Stage) -> dict[str, list[Subject]]:
    name, env, server = stage.name, stage.env, stage.server
    at = ("-S", server.socket, "-t", name)
    calls = {
        "health": (("health", "-s", name), (READ,)),
        "health -t": (("health", *at), (READ,)),
        "send": (("send", "-s", name, "-c", ":"), (READ, ("display-message", "-p", "x"))),
        "send -t": (("send", *at, "-c", ":"), (READ, ("display-message", "-p", "x"))),
        "wait": (("wait", "-s", name, "-p", "ready", "--all"), (READ, ("capture-pane", "-p"))),
        "wait -t": (("wait", *at, "-p", "ready", "--all"), (READ, ("capture-pane", "-p"))),
        "capture": (("capture", "-s", name), (READ, ("capture-pane", "-p"))),
        "list --json": (("list", "--json"), (READ,)),
        "cleanup --dry-run": (("cleanup", "--dry-run"), (READ,)),
    }
    found = {
        verb: [
            stage.floor(*floor),
            Subject("viewsync", lambda words=words: process(stage.viewsync(*words), env)),  # type: ignore[misc]
            *_others(stage, verb),
        ]
        for verb, (words, floor) in calls.items()
    }
    return {**found, "create": _creating(stage), "kill": _killing(stage)}


def _others(stage: Stage, verb: str) -> list[Subject]:
    found = [Subject("sh+jq", lambda: process(stage.sh(verb), stage.env))] if verb in SH else []
    if verb in LIBTMUX:
        found.append(Subject("libtmux", lambda: process(stage.libtmux(verb), stage.env)))
    if verb == "list --json" and (tmuxp := os.environ.get("TMUXP")):
        found.append(Subject("tmuxp ls", lambda: process([tmuxp, "ls"], stage.env)))
    return found


def _creating(stage: Stage) -> list[Subject]:
    def ours() -> None:
        process(stage.viewsync("create", "-S", stage.server.socket, "-n", stage.fresh()), stage.env)

    return [
        stage.floor(("list-sessions",), ("new-session", "-d", "bash")),
        Subject("viewsync", ours),
        Subject("sh+jq", lambda: process(stage.sh("create", stage.fresh()), stage.env)),
        Subject("libtmux", lambda: process(stage.libtmux("create", stage.fresh()), stage.env)),
    ]


def _killing(stage: Stage) -> list[Subject]:
    names = dict.fromkeys(("viewsync", "sh+jq", "libtmux", "floor"), "")

    def make(who: str) -> None:
        names[who] = stage.fresh()
        stage.create(names[who])

    def subject(who: str, argv: object) -> Subject:
        return Subject(who, lambda: process(argv(names[who]), stage.env), lambda: make(who))  # type: ignore[operator]

    def floor() -> None:
        tmux = ["tmux", "-u", "-S", stage.server.socket]
        processes([peers.FLOOR, [*tmux, *READ], [*tmux, "kill-session", "-t", f"={names['floor']}"]], stage.env)

    return [
        Subject("floor", floor, lambda: make("floor")),
        subject("viewsync", lambda name: stage.viewsync("kill", "-s", name)),
        subject("sh+jq", lambda name: stage.sh("kill", name)),
        subject("libtmux", lambda name: stage.libtmux("kill", name)),
    ]


def latency(samples: int) -> None:
    """From the moment that a program writes its line to the end of `viewsync wait`, which was there before."""
    print("### wait: from text on the screen to exit, in ms\n")
    rows = []
    for what, pause in (("answer within 2 s", 1.0), ("answer later", 3.5)):
        stage = Stage(1)
        try:
            found = [_latency(stage, pause) for _ in range(samples if pause < 2 else max(4, samples // 2))]
        finally:
            stage.end()
        found.sort()
        rows.append(
            (what, f"{statistics.median(found):.1f}", f"{found[int(len(found) * 0.95)]:.1f}", f"{found[-1]:.1f}")
        )
    print(table(("", "median", "p95", "worst"), rows), "\n")
    print("budget: 25 ms median within 2 s, 75 ms later\n")


def _latency(stage: Stage, pause: float) -> float:
    stamp = os.path.join(stage.home.path, "stamp")
    pane = stage.server.tmux("display-message", "-p", "-t", "=s0:", "#{pane_id}")
    code = f"import time; time.sleep({pause}); open({stamp!r}, 'w').write(str(time.time_ns())); print('MA'+'RK')"
    stage.server.tmux("clear-history", "-t", pane)
    waiting = subprocess.Popen(
        stage.viewsync("wait", "-s", "s0", "-p", "^MARK$", "-T", "20"), env=stage.env, stdout=subprocess.DEVNULL
    )
    type_in(stage.server, pane, f'{sys.executable} -I -S -c "{code}"')
    waiting.wait()
    ended = time.time_ns()
    with open(stamp, encoding="utf-8") as file:
        written = int(file.read())
    if waiting.returncode:
        raise RuntimeError("it was not found")
    return (ended - written) / 1e6


def idle(seconds: int) -> None:
    """What waiting for nothing costs: the processor's time of viewsync and all the tmux processes that it starts."""
    stage = Stage(1)
    try:
        before = processor()
        subprocess.run(
            stage.viewsync("wait", "-p", "never", "-T", "0.01"), env=stage.env, capture_output=True, check=False
        )
        start = processor()
        done = subprocess.run(
            stage.viewsync("wait", "-p", "never", "-T", str(seconds)), env=stage.env, capture_output=True, check=False
        )
        used = (processor() - start) - (start - before)  # without the start of Python itself
    finally:
        stage.end()
    if done.returncode != 1:
        raise RuntimeError(done.stderr)
    print("### wait: cost of waiting for nothing\n")
    print(f"{100 * used / seconds:.2f} % of a core over {seconds} s (budget 2 %)\n")


LINE_BY_LINE = """
while IFS= read -r line; do
    tmux -S "$1" send-keys -t =cat: -l -- "$line"
    tmux -S "$1" send-keys -t =cat: Enter
done
"""


def lines(counts: Sequence[int], rounds: int) -> None:
    """A block of lines into `cat`, until the last one has been read; against a line at a time, as sh does it."""
    rows = []
    stage = Stage(1)
    try:
        out = os.path.join(stage.home.path, "out")
        process(
            stage.viewsync("create", "-S", stage.server.socket, "-n", "cat", "--", "sh", "-c", f"cat > {out}"),
            stage.env,
        )
        for count in counts:
            text = "".join(f"{'x' * 30}{number:08}\n" for number in range(count))

            def whole(argv: list[str], text: str = text) -> None:
                size = os.path.getsize(out)
                process(argv, stage.env, stdin=text)
                until(lambda: os.path.getsize(out) >= size + len(text), "all of it")

            subjects = [Subject("viewsync", lambda: whole(stage.viewsync("send", "-s", "cat", "--file", "-")))]
            if count <= 500:
                subjects.append(Subject("sh", lambda: whole(["sh", "-c", LINE_BY_LINE, "sh", stage.server.socket])))
            found = medians(subjects, rounds if count < 5000 else 3)
            rows.append((str(count), f"{found['viewsync'] * 1000:.1f}", _times(found)))
    finally:
        stage.end()
    print("### send: lines until `cat` has read them all\n")
    print(table(("lines", "viewsync ms", "a line at a time / viewsync"), rows), "\n")


def _times(found: dict[str, float]) -> str:
    return f"{found['sh'] / found['viewsync']:.1f}" if "sh" in found else "-"


def writers(count: int) -> None:
    """That many processes that write to the registry at once."""
    stage = Stage(1)
    try:
        begin = time.perf_counter()
        words = [
            stage.viewsync("registry", "add", f"w{number}", stage.server.socket, f"w{number}:0.0")
            for number in range(count)
        ]
        running = [
            subprocess.Popen(argv, env=stage.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for argv in words
        ]
        failed = sum(bool(started.wait()) for started in running)
        for started in running:
            if started.stderr:
                started.stderr.close()
        took = time.perf_counter() - begin
        rows = len(stage.home.registry()["sessions"])
    finally:
        stage.end()
    print(f"### {count} writers at once\n\nfailed: {failed}, rows lost: {count + 1 - rows}, {took:.1f} s in all\n")


if __name__ == "__main__":
    main()
