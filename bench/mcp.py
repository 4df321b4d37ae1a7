"""The benchmark of `viewsync mcp`: what a call takes above the tmux commands that it runs, and beside other servers.

Each server is talked to by the same client, with the same work, on the same tmux server, one after the other. It writes
lines and reads lines: what a client does with an answer is not the server's (the SDK's own one takes 1.5 ms).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import shutil
import statistics
import subprocess
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.measure import process, table
from tests.support.server import Home, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PEERS = os.environ.get("MCP_PEERS", "")  # folders with their programs, which bench/run makes
_WRAPPER = """#!/bin/sh
input=$(mktemp {log}.XXXXXX) && cat >"$input"
{{ printf '%s\\0' "$input" "$@"; printf '\\n\\0'; }} >>{log}
exec {tmux} "$@" <"$input"
"""

# The same work by each: what it is called there, and what it is given.
WORK: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {
    "viewsync": {
        "list": ("list", {}),
        "capture": ("capture", {"session": "s"}),
        "send": ("send", {"session": "s", "text": ":"}),
    },
    "libtmux-mcp": {
        "list": ("list_sessions", {}),
        "capture": ("capture_pane", {"session_name": "t"}),
        "send": ("send_keys", {"session_name": "t", "keys": ":", "literal": True}),
    },
    "tmux-mcp": {
        "list": ("tmux_list_sessions", {}),
        "capture": ("tmux_read_pane", {"target": "t"}),
        "send": ("tmux_send_keys", {"target": "t", "keys": ":"}),
    },
}


class Ran(NamedTuple):
    """A tmux command that a call runs, and what it gets on standard input."""

    argv: list[str]
    text: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds")
    rounds = 15 if parser.parse_args().quick else 150
    home = Home()
    server = Server(home).start("-s", "base", "cat")
    try:
        for name in ("s", "t"):  # what a peer has typed is no draft in ours
            process([home.launcher, "create", "-L", "default", "-n", name, "--", "sh"], home.env)
        compare(home, rounds)
    finally:
        server.stop()
        home.remove()


def compare(home: Home, rounds: int) -> None:
    with contextlib.ExitStack() as stack:
        clients = {"viewsync": stack.enter_context(Client([home.launcher, "mcp"], home.env))}
        for name in ("libtmux-mcp", "tmux-mcp"):
            for folder in filter(None, PEERS.split(":")):
                if os.access(program := os.path.join(folder, name), os.X_OK):
                    clients[name] = stack.enter_context(Client([program], home.env))
        commands = {work: traced(home, work) for work in WORK["viewsync"]}
        works: dict[str, dict[str, Callable[[], object]]] = {}
        for work in WORK["viewsync"]:
            works[work] = {name: partial(client.call, *WORK[name][work]) for name, client in clients.items()}
            works[work]["tmux alone"] = partial(replay, commands[work], home.env)
        rows = []
        for work, subjects in works.items():
            took = medians(subjects, rounds)
            above = 1000 * (took["viewsync"] - took["tmux alone"])
            shown = [f"{1000 * took[name]:.1f}" if name in took else "-" for name in ("tmux alone", *WORK)]
            rows.append([work, str(len(commands[work])), *shown, f"{above:.1f}"])
    print(table(["ms a call", "tmux commands", "tmux alone", *WORK, "viewsync above tmux"], rows))


class Client:
    """Of one server, which ends with it."""

    def __init__(self, argv: list[str], env: Mapping[str, str]) -> None:
        self._server = subprocess.Popen(
            argv, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._number = 0
        who = {"name": "bench", "version": "1"}
        self._ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": who})
        self._write({"method": "notifications/initialized"})

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.close()
        self._server.wait(10)
        self._server.stdout.close()

    def call(self, tool: str, given: dict[str, Any]) -> None:
        result = self._ask("tools/call", {"name": tool, "arguments": given})
        if result.get("isError"):
            raise RuntimeError(f"{tool}: {result['content']}")

    def _ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        self._write({"id": self._number, "method": method, "params": params})
        assert self._server.stdout
        for line in self._server.stdout:
            answer = json.loads(line)
            if answer.get("id") == self._number:
                found: dict[str, Any] = answer["result"]
                return found
        raise RuntimeError(f"{method}: the server ended")

    def _write(self, message: dict[str, Any]) -> None:
        assert self._server.stdin
        self._server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self._server.stdin.flush()


def traced(home: Home, work: str) -> list[Ran]:
    """What a call runs, as a tmux of its own writes it down."""
    log, wrapper = os.path.join(home.path, "ran"), os.path.join(home.path, "tmux-that-notes")
    with open(wrapper, "w", encoding="utf-8") as file:
        file.write(_WRAPPER.format(log=shlex.quote(log), tmux=shlex.quote(shutil.which("tmux") or "tmux")))
    os.chmod(wrapper, 0o700)
    with Client([home.launcher, "mcp"], {**home.env, "VIEWSYNC_TMUX": wrapper}) as client:
        client.call(*WORK["viewsync"][work])  # what only the first one asks
        with open(log, "w", encoding="utf-8"):
            pass
        client.call(*WORK["viewsync"][work])
    with open(log, encoding="utf-8") as file:
        found = [words.split("\0")[:-1] for words in file.read().split("\n\0")[:-1]]
    return [Ran([shutil.which("tmux") or "tmux", *words], Path(given).read_text("utf-8")) for given, *words in found]


def replay(commands: list[Ran], env: Mapping[str, str]) -> None:
    for command in commands:
        ran = subprocess.run(command.argv, env=env, input=command.text, text=True, capture_output=True, check=True)
        if "refused" in ran.stdout:
            raise RuntimeError(ran.stdout)


def medians(subjects: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, run in subjects.items():
            begin = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - begin)
    return {name: statistics.median(found) for name, found in times.items()}


if __name__ == "__main__":
    main()
