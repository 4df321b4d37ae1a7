"""Starts the server: the workers first, since a process with threads is not to be forked."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

from viewsync import output
from viewsync.errors import ViewsyncError
from viewsync.mcp import calls, policy_file
from viewsync.mcp.caller import Caller
from viewsync.mcp.workers import Nursery, Workers

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.mcp.calls import RunVerb

_PARTS = ("panes.sending", "panes.waiting", "panes.executing", "panes.capturing", "store.history_database")


def serve(ctx: Context, run_verb: RunVerb, policy: str) -> None:
    """Until the client hangs up."""
    folder = ctx.folder
    file = policy_file.PolicyFile(policy_file.path(ctx.env, policy), named=bool(policy))
    try:
        file.policy()
    except ViewsyncError as error:
        output.say(f"viewsync: {output.printable(error.message)}")
    for part in _PARTS:  # once, for all workers
        importlib.import_module(f"viewsync.{part}")
    import sqlite3  # noqa: F401  the same

    nursery = Nursery(calls.Calls(ctx, run_verb, file, Caller(ctx.env)).answer)
    from viewsync.mcp.server import Server

    async def work() -> None:
        workers = Workers(nursery)
        try:
            await Server(workers, folder).run()
        finally:
            workers.close()

    asyncio.run(work())
