"""Calls that are about one session are done in the order in which they came, though each has a process for itself."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from viewsync.mcp.rules import turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping


class Turns:
    def __init__(self) -> None:
        self._going_on: dict[asyncio.Event, turns.Call] = {}  # until each is over, in the order in which they came

    @contextlib.asynccontextmanager
    async def turn(self, tool: str, given: Mapping[str, Any]) -> AsyncIterator[None]:
        """It begins once those are over that came before, and that it may be about."""
        call, over = turns.call(tool, given), asyncio.Event()
        before = [event for event, earlier in self._going_on.items() if turns.comes_behind(call, earlier)]
        self._going_on[over] = call
        try:
            for event in before:
                await event.wait()
            yield
        finally:
            del self._going_on[over]
            over.set()
