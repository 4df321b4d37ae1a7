"""The benchmark of opening and cleaning up views. Prints ratios; nothing is asserted but that every run worked."""

from __future__ import annotations

import argparse
import os
import statistics
import time
from typing import TYPE_CHECKING

from bench import peers
from bench.measure import Subject, medians, process, processes, table
from bench.stage import Stage
from tests.support import forked
from tests.support.wait import until
from viewsync.tmux import inventory, views
from viewsync.tmux.rules import hooks
from viewsync.tmux.rules.model import END, Verdict
from viewsync.tmux.server import Tmux

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.support.client import Tab

SIZES = (1, 50, 200, 1000)


def main() -> None:
    forked.wanted = False  # a tab is measured with its start
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and sizes")
    quick = parser.parse_args().quick
    sizes = SIZES[:2] if quick else SIZES
    rounds = 5 if quick else 15
    print("Ratios of whole processes (medians, one run, one machine). 1.0 is the floor: the interpreter with argparse,")
    print("json and subprocess, plus the tmux calls that the verb cannot avoid.\n")
    steady(sizes, rounds)
    appearing(5 if quick else 20)
    killing(sizes, 3 if quick else 5)
    deaths(10 if quick else 40)
    together(50)


def steady(sizes: tuple[int, ...], rounds: int) -> None:
    """With that many views which are all kept: what a verb costs when nothing has to be done."""
    rows = []
    for size in sizes:
        stage = Stage()
        try:
            stage.fill(size, pinned=True)
            process([stage.home.launcher, "sweep"], stage.home.env)
            for verb, subjects in _verbs(stage).items():
                ours, others = subjects[:2], subjects[2:]
                # The others take up to ten seconds a run with 1,000 views: one is enough to see by how much.
                found = {**medians(ours, rounds), **medians(others, max(1, rounds // size))}
                rows.append(_row(verb, size, found))
        finally:
            stage.end()
    print("### Nothing to do: all views are kept\n")
    print(table(("verb", "views", "floor ms", "viewsync", "libtmux", "sh"), sorted(rows, key=lambda row: row[0])), "\n")


def _verbs(stage: Stage) -> dict[str, list[Subject]]:
    socket, env = stage.server.socket, stage.home.env
    inside = {**env, "TMUX": f"{socket},1,0"}
    read = ["tmux", "-u", "-S", socket, "list-sessions", "-F", inventory.SESSION]
    act = ["tmux", "-u", "-S", socket, "if-shell", "-F", "1", "display-message -p x"]
    opening = {"before": lambda: _forget_new(stage)}

    def floor(*calls: list[str]) -> Subject:
        return Subject("floor", lambda: processes([peers.FLOOR, *calls], env))

    def peer(name: str, argv: list[str], **more: object) -> Subject:
        return Subject(name, lambda: process(argv, env), **more)  # type: ignore[arg-type]  # only `before`

    return {
        "open --json": [
            floor(read, act),
            Subject(
                "viewsync",
                lambda: process([stage.home.launcher, "open", "--json", "-S", socket, "proj"], env),
                **opening,
            ),
            peer("libtmux", peers.libtmux(peers.LIBTMUX_OPEN, socket), **opening),
            peer("sh", peers.sh(peers.SH_OPEN, socket), **opening),
        ],
        "hook": [
            floor(read),
            Subject("viewsync", lambda: process([stage.home.launcher, "hook"], inside)),
            peer("libtmux", peers.libtmux(peers.LIBTMUX_SWEEP, socket)),
            peer("sh", peers.sh(peers.SH_SWEEP, socket)),
        ],
        "views --json": [
            floor(read),
            Subject("viewsync", lambda: process([stage.home.launcher, "views", "--json"], env)),
            peer("libtmux", peers.libtmux(peers.LIBTMUX_LIST, socket)),
            peer("sh", peers.sh(peers.SH_LIST, socket)),
        ],
        "sweep": [
            floor(read),
            Subject("viewsync", lambda: process([stage.home.launcher, "sweep"], env)),
            peer("libtmux", peers.libtmux(peers.LIBTMUX_SWEEP, socket)),
            peer("sh", peers.sh(peers.SH_SWEEP, socket)),
        ],
    }


def _forget_new(stage: Stage) -> None:
    """Take away what the last run opened: the views that are not pinned."""
    rows = stage.server.tmux("list-sessions", "-F", "#{?@viewsync_pin,1,0} #{session_name}").splitlines()
    for row in rows:
        pinned, name = row.split(" ", 1)
        if pinned == "0" and "-view-" in name:
            stage.server.run("kill-session", "-t", f"={name}")


def _row(verb: str, size: int, found: dict[str, float]) -> tuple[str, ...]:
    floor = found["floor"]
    return (
        verb,
        str(size),
        f"{floor * 1000:.1f}",
        *(f"{found[name] / floor:.2f}" for name in ("viewsync", "libtmux", "sh")),
    )


def appearing(rounds: int) -> None:
    """From the start of a tab's program, as a key press has it started, to tmux's first picture in that tab."""
    stage = Stage()
    try:
        socket, env = stage.server.socket, stage.home.env
        opening = [stage.home.launcher, "open", "-S", socket, "proj"]

        def tab(name: str, argv: Sequence[str]) -> Subject:
            return Subject(name, lambda: _picture(stage, argv), lambda: _close(stage))

        found = medians(
            [
                tab("tmux", ["tmux", "-u", "-S", socket, "new-session", "-t", "=proj:"]),
                tab("viewsync", opening),
                tab("typed", ["sh", "-c", '"$@"; exit $?', "sh", *opening]),
                Subject("floor", lambda: process(peers.FLOOR, env)),
            ],
            rounds,
        )
    finally:
        stage.end()
    print(f"### From the start of a tab to its first picture (medians of {rounds})\n")
    shown = ("tmux", "floor", "viewsync", "typed")
    head = ("tmux alone ms", "interpreter ms", "viewsync ms", "typed in a shell ms", "viewsync / (tmux + interpreter)")
    ratio = found["viewsync"] / (found["tmux"] + found["floor"])
    print(table(head, [(*(f"{found[name] * 1000:.1f}" for name in shown), f"{ratio:.2f}")]), "\n")


def _picture(stage: Stage, argv: Sequence[str]) -> None:
    tab = stage.home.program(argv)
    while b"\033[?1049h" not in tab.output:
        if tab.ended():
            raise RuntimeError(f"{argv}: {tab.text()}")
        time.sleep(0.0005)  # the reader of the terminal is a thread of ours


def _close(stage: Stage) -> None:
    """What the last run opened; no free view is left to the next one."""
    while stage.home.tabs:
        stage.home.tabs.pop().end()
    until(lambda: not stage.server.clients(), "the end of the clients")
    stage.clear()
    for name in stage.server.sessions():
        if name != "proj":
            stage.server.run("kill-session", "-t", f"={name}")


def killing(sizes: tuple[int, ...], rounds: int) -> None:
    """A sweep that has to end them all, against one reading and one call that ends them."""
    rows = []
    for size in sizes:
        stage = Stage()
        try:
            rows.append(_killing(stage, size, rounds if size < 1000 else 3))
        finally:
            stage.end()
    print("### A sweep that ends all views\n")
    print("budget: 3 x list-sessions + one call for all kills, each with its check, beside the interpreter\n")
    head = ("views", "list ms", "bare kills ms", "checked kills ms", "sweep ms", "budget ms", "sweep / budget")
    print(table(head, rows), "\n")


def _killing(stage: Stage, size: int, rounds: int) -> tuple[str, ...]:
    socket, env = stage.server.socket, {**stage.home.env, "VIEWSYNC_GRACE": "0"}
    scripts: dict[str, str] = {}

    def refill() -> None:
        stage.clear()
        names = stage.fill(size)
        found = inventory.inventory(Tmux("tmux", 60.0, env), socket)
        ending = [
            Verdict(socket, session.id, session.name, END, "", "proj")
            for session in found.sessions
            if session.name in names
        ]
        scripts["checked"] = views.script(found.server, ending, time.time(), 0.0)
        scripts["bare"] = "".join(f"kill-session -t '{verdict.id}'\n" for verdict in ending)

    def call(*words: str, script: str = "") -> Callable[[], None]:
        argv = ["tmux", "-u", "-S", socket, *words]
        return lambda: process(argv, env, scripts.get(script))

    found = medians(
        [
            Subject("floor", lambda: process(peers.FLOOR, env)),
            Subject("list", call("list-sessions", "-F", inventory.SESSION), refill),
            Subject("checked", call("source-file", "-", script="checked")),
            Subject("bare", call("source-file", "-", script="bare"), refill),
            Subject("sweep", lambda: process([stage.home.launcher, "sweep"], env), refill),
        ],
        rounds,
    )
    budget = 3 * found["list"] + found["checked"] + found["floor"]
    cells = (found["list"], found["bare"], found["checked"], found["sweep"], budget)
    return (str(size), *(f"{seconds * 1000:.1f}" for seconds in cells), f"{found['sweep'] / budget:.2f}")


def deaths(count: int) -> None:
    """From a client's death to its view being gone, with the hooks alone, one at a time."""
    ours, own = [], []
    for _ in range(count):  # by turns, so that both have the same machine
        ours.append(_dying(1)[0])
        own.append(_noticed(1))
    view, word = statistics.median(ours), statistics.median(own)
    print(f"### From a client's death to its view being gone, hooks only ({count} times)\n")
    print(f"median {view * 1000:.1f} ms; tmux's own word of it {word * 1000:.1f} ms")
    print(f"{view / word:.2f} times tmux's own (budget 3)\n")


def together(count: int) -> None:
    """That many clients dying at once."""
    one, _ = _dying(1)
    gone, starts = _dying(count)
    word = _noticed(count)
    print(f"### {count} clients dying at once, hooks only\n")
    print(
        f"all views gone after {gone * 1000:.1f} ms, one after {one * 1000:.1f}; tmux's word of all {word * 1000:.1f}"
    )
    print(f"{gone / max(one, word):.2f} times the larger of the two (budget 3); viewsync was started {starts} times")


def _dying(count: int) -> tuple[float, int]:
    """Seconds from the death of so many clients to the end of their views, and how often viewsync was started."""
    stage = Stage()
    log = os.path.join(stage.home.path, "starts")
    try:
        stage.count_starts(log)
        tabs = [stage.server.open("proj")[0] for _ in range(count)]
        until(lambda: sum(bool(row.get("attached")) for row in stage.home.rows().values()) == count, "the rows")
        until(lambda: not stage.server.tmux("show-options", "-sqv", hooks.RUNNING), "the end of the openings")
        before = _lines(log)
        took = _seconds(tabs, lambda: not stage.server.views())
        return took, _lines(log) - before
    finally:
        stage.end()


def _noticed(count: int) -> float:
    """Seconds from the death of so many clients to a hook of tmux's telling of all of them."""
    stage = Stage()
    try:
        attach = ["tmux", "-S", stage.server.socket, "new-session", "-t", "=proj:"]
        tabs = [stage.home.program(attach) for _ in range(count)]
        until(lambda: len(stage.server.clients()) == count, "the clients")
        stage.server.tmux("set-hook", "-g", "client-detached[1]", "set-option -sa @seen x")
        return _seconds(tabs, lambda: len(stage.server.tmux("show-options", "-sqv", "@seen")) == count)
    finally:
        stage.end()


def _seconds(tabs: Sequence[Tab], done: Callable[[], bool]) -> float:
    start = time.perf_counter()
    for tab in tabs:
        tab.process.kill()
    while not done():
        pass
    return time.perf_counter() - start


def _lines(path: str) -> int:
    if not os.path.exists(path):
        return 0
    with open(path, encoding="utf-8") as file:
        return len(file.readlines())


if __name__ == "__main__":
    main()
