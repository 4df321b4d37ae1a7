"""Starts the server: the workers first, since a process with threads is not to be forked."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import sys
from typing import TYPE_CHECKING

from viewsync import output
from viewsync.errors import ViewsyncError
from viewsync.mcp import calls, policy_file
from viewsync.mcp.caller import Caller
from viewsync.mcp.workers import Nursery, Workers
from viewsync.store import history_database
from viewsync.system import signals

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.mcp.calls import RunVerb

_PARTS = ("panes.sending", "panes.waiting", "panes.executing", "panes.capturing")


def serve(ctx: Context, run_verb: RunVerb, policy: str) -> int:
    """Until the client hangs up. The exit code."""
    assert ctx.folder  # one that cannot be used is told of before anything begins
    file = policy_file.PolicyFile(policy_file.path(ctx.env, policy), named=bool(policy))
    try:
        file.policy()
    except ViewsyncError as error:
        output.complain(error.message)
    if sys.stdin.isatty():
        output.complain("this speaks MCP on standard input, and an MCP client starts it; ^C ends it")
    for part in _PARTS:  # once, for all workers
        importlib.import_module(f"viewsync.{part}")
    import sqlite3  # noqa: F401  the same

    history_database.stay_open()
    nursery = Nursery(calls.Calls(ctx, run_verb, file, Caller(ctx.env)).answer)
    from viewsync.mcp.server import Server

    async def work() -> OSError | None:
        workers = Workers(nursery)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if not signals.ignores(number):
                asyncio.get_running_loop().add_signal_handler(number, _leave, workers, number)
        try:
            return await Server(workers, ctx.folder).run()
        finally:
            workers.close()

    problem = asyncio.run(work())
    if problem:
        output.complain(f"cannot write the answers: {problem.strerror}")
    return output.UNWRITTEN if problem else 0


def _leave(workers: Workers, number: int) -> None:
    """At once: a thread waits for the client's next word, and only the client could end that."""
    workers.close()
    os._exit(128 + number)
