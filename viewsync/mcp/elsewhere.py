"""News of all hosts that share an index, for who subscribed: a worker waits in the index's stream, and tells when
something came. Nobody waits there while nobody wants to hear.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from viewsync.errors import ViewsyncError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from viewsync.mcp.workers import Workers

_AGAIN = 2.0  # seconds until a worker is asked again that could not say


class Elsewhere:
    def __init__(self, workers: Workers, tell: Callable[[], Awaitable[None]]) -> None:
        self._workers = workers
        self._tell = tell
        self._waiting: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """ViewsyncError where hosts share no index. One that is away is waited for."""
        if self._waiting:
            return
        found = await self._ask("")
        if (error := found.get("error")) and error["kind"] != "index":
            raise ViewsyncError(error["message"], error["hint"])
        self._waiting = self._waiting or asyncio.ensure_future(self._wait(found.get("since", "")))

    def stop(self) -> None:
        if self._waiting:
            self._waiting.cancel()
            self._waiting = None

    async def _wait(self, since: str) -> None:
        while True:
            try:
                found = await self._ask(since)
            except ViewsyncError:
                found = {"error": {}}
            if "error" in found:
                await asyncio.sleep(_AGAIN)
                continue
            happened = found["happened"] or not since  # while it was away nobody saw what did
            since = found["since"]
            if happened:
                await self._tell()

    async def _ask(self, since: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((await self._workers.ask({"what": "elsewhere", "since": since}))["text"])
        return found
