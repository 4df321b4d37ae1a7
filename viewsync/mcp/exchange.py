"""What the client asks, line by line, and what was answered.

Each line that asks for something is answered, also one that the SDK cannot read and would drop. And who hangs up at
once (`printf ... | viewsync mcp`) still gets the answers, but for what waits for a program: that ends with the client.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, TypeVar

import mcp_types as types
from pydantic import ValidationError
from pydantic_core import from_json

from viewsync.errors import ViewsyncError
from viewsync.mcp.rules import refusals

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from mcp.shared.message import SessionMessage

    from viewsync.mcp.client_pipes import Answers, Lines

Answer = TypeVar("Answer")

_LAST = 60.0  # seconds in which the last answers come once nobody asks any more
_STEP = 0.01  # seconds between two looks


class HungUp(ViewsyncError):
    kind = "hung-up"


class Exchange:
    def __init__(self, lines: Lines, answers: Answers) -> None:
        self._lines = lines
        self._answers = answers
        self._open: set[types.RequestId] = set()
        self._hung_up = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[str]:
        """The lines that are messages."""
        async for line in self._lines:
            if self._answers.problem:
                return
            if self._is_message(line):
                yield line
            elif line.strip():
                await self._answers.write(json.dumps(refusals.refusal(line)) + "\n")
        await self._settled()

    def _is_message(self, line: str) -> bool:
        try:
            message = types.jsonrpc_message_adapter.validate_json(line, by_name=False)
        except ValidationError:
            return False
        if isinstance(message, types.JSONRPCNotification):
            if message.method == "notifications/cancelled":
                self._leave((message.params or {}).get("requestId"))
            return '"id"' not in line or "id" not in from_json(line)  # what it has there is none, and it is a request
        if isinstance(message, types.JSONRPCRequest) and message.method != "subscriptions/listen":
            self._open.add(message.id)
        return True

    def _leave(self, number: Any) -> None:
        if isinstance(number, (str, int)):
            self._open.discard(number)

    async def until_hung_up(self, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """HungUp once nobody asks any more, and then it is not begun."""
        hung_up = HungUp("the client hung up while this waited", "keep the connection open")
        if self._hung_up.is_set():
            raise hung_up
        done, gone = asyncio.ensure_future(work()), asyncio.ensure_future(self._hung_up.wait())
        try:
            await asyncio.wait((done, gone), return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                raise hung_up
            return await done
        finally:
            done.cancel()
            gone.cancel()

    async def _settled(self) -> None:
        self._hung_up.set()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _LAST
        while self._open and loop.time() < deadline:
            await asyncio.sleep(_STEP)

    def answering(self, writes: Any) -> Answering:
        return Answering(writes, self._open)


class Answering:
    """The SDK's stream of what is written."""

    def __init__(self, writes: Any, unanswered: set[types.RequestId]) -> None:
        self._writes = writes
        self._open = unanswered

    async def send(self, item: SessionMessage) -> None:
        await self._writes.send(item)
        if isinstance(item.message, (types.JSONRPCResponse, types.JSONRPCError)) and item.message.id is not None:
            self._open.discard(item.message.id)

    async def aclose(self) -> None:
        await self._writes.aclose()

    async def __aenter__(self) -> Answering:
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self.aclose()
