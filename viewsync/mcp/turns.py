"""Calls that are about one session are done in the order in which they came, though each has a process for itself."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from viewsync.errors import ViewsyncError
from viewsync.mcp.rules import turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping


class NotBegun(ViewsyncError):
    kind = "not-begun"


class Turn:
    def __init__(self, call: turns.Call) -> None:
        self.call = call
        self.over = asyncio.Event()
        self._went_well = True  # as long as it is not begun: who leaves then has done nothing

    def begin(self) -> None:
        self._went_well = False

    def answered(self, data: Mapping[str, Any]) -> None:
        self._went_well = turns.went_well(self.call, data)

    async def after(self, earlier: Turn) -> None:
        """NotBegun where it rests on one that failed, of which its caller had not heard."""
        await earlier.over.wait()
        if turns.rests_on(self.call, earlier.call) and not earlier._went_well:
            self._went_well = False
            problem = f"the {earlier.call.tool} before it did not end well, so this {self.call.tool} was not done"
            raise NotBegun(problem, "look at the session, then ask again")


class Turns:
    def __init__(self) -> None:
        self._going_on: list[Turn] = []  # in the order in which they came

    @contextlib.asynccontextmanager
    async def turn(self, tool: str, given: Mapping[str, Any]) -> AsyncIterator[Turn]:
        """It begins once those are over that came before, and that it may be about."""
        mine = Turn(turns.call(tool, given))
        before = [earlier for earlier in self._going_on if turns.comes_behind(mine.call, earlier.call)]
        self._going_on.append(mine)
        try:
            for earlier in before:
                await mine.after(earlier)
            mine.begin()
            yield mine
        finally:
            self._going_on.remove(mine)
            mine.over.set()
