"""The benchmark of `viewsync mcp`: what a call takes above the tmux commands that it runs, and beside other servers.

Each server is talked to by the same client, with the same work, on the same tmux server, one after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shlex
import shutil
import statistics
import subprocess
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from bench.measure import process, table
from tests.support.server import Home, Server

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

PEERS = os.environ.get("MCP_PEERS", "")  # folders with their programs, which bench/run makes
_WRAPPER = """#!/bin/sh
{{ printf '%s\\0' "$@"; printf '\\n\\0'; }} >>{log}
exec {tmux} "$@"
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
        asyncio.run(compare(home, rounds))
    finally:
        server.stop()
        home.remove()


async def compare(home: Home, rounds: int) -> None:
    async with contextlib.AsyncExitStack() as stack:
        clients = {"viewsync": await start(stack, [home.launcher, "mcp"], home.env)}
        for name in ("libtmux-mcp", "tmux-mcp"):
            for folder in filter(None, PEERS.split(":")):
                if os.access(program := os.path.join(folder, name), os.X_OK):
                    clients[name] = await start(stack, [program], home.env)
        commands = {work: await traced(home, work) for work in WORK["viewsync"]}
        works: dict[str, dict[str, Callable[[], Awaitable[object]]]] = {}
        for work in WORK["viewsync"]:
            works[work] = {name: call(client, *WORK[name][work]) for name, client in clients.items()}
            works[work]["tmux alone"] = replay(commands[work], home.env)
        rows = []
        for work, subjects in works.items():
            took = await medians(subjects, rounds)
            above = 1000 * (took["viewsync"] - took["tmux alone"])
            shown = [f"{1000 * took[name]:.1f}" if name in took else "-" for name in ("tmux alone", *WORK)]
            rows.append([work, str(len(commands[work])), *shown, f"{above:.1f}"])
    print(table(["ms a call", "tmux commands", "tmux alone", *WORK, "viewsync above tmux"], rows))


async def start(stack: contextlib.AsyncExitStack, argv: list[str], env: Mapping[str, str]) -> Client:
    quiet = stack.enter_context(open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  the stack closes it
    server = StdioServerParameters(command=argv[0], args=argv[1:], env=dict(env))
    return await stack.enter_async_context(Client(stdio_client(server, errlog=quiet), mode="legacy"))


def call(client: Client, tool: str, given: dict[str, Any]) -> Callable[[], Awaitable[object]]:
    async def run() -> None:
        result = await client.call_tool(tool, given)
        if result.is_error:
            raise RuntimeError(f"{tool}: {result.content}")

    return run


async def traced(home: Home, work: str) -> list[Ran]:
    """What a call runs, as a tmux of its own writes it down."""
    log, wrapper = os.path.join(home.path, "ran"), os.path.join(home.path, "tmux-that-notes")
    with open(wrapper, "w", encoding="utf-8") as file:
        file.write(_WRAPPER.format(log=shlex.quote(log), tmux=shlex.quote(shutil.which("tmux") or "tmux")))
    os.chmod(wrapper, 0o700)
    async with contextlib.AsyncExitStack() as stack:
        client = await start(stack, [home.launcher, "mcp"], {**home.env, "VIEWSYNC_TMUX": wrapper})
        await call(client, *WORK["viewsync"][work])()  # what only the first one asks
        with open(log, "w", encoding="utf-8"):
            pass
        await call(client, *WORK["viewsync"][work])()
    with open(log, encoding="utf-8") as file:
        found = [words.split("\0")[:-1] for words in file.read().split("\n\0")[:-1]]
    return [
        Ran([shutil.which("tmux") or "tmux", *words], ":" if "load-buffer" in " ".join(words) else "")
        for words in found
    ]


def replay(commands: list[Ran], env: Mapping[str, str]) -> Callable[[], Awaitable[object]]:
    async def run() -> None:
        for command in commands:
            subprocess.run(command.argv, env=env, input=command.text, text=True, capture_output=True, check=False)

    return run


async def medians(subjects: Mapping[str, Callable[[], Awaitable[object]]], rounds: int) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, run in subjects.items():
            begin = time.perf_counter()
            await run()
            times[name].append(time.perf_counter() - begin)
    return {name: statistics.median(found) for name, found in times.items()}


if __name__ == "__main__":
    main()
