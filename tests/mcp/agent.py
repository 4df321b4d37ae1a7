"""An agent: the SDK's own client, on the pipes of a real `viewsync mcp`."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.support import forked
from viewsync.mcp.tools import TOOLS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence

    import mcp_types as types
    from mcp.client.client import Client

    from tests.support.server import Home

ERAS = ("legacy", "auto")  # `initialize`, and what came with 2026-07-28


class Answer(NamedTuple):
    data: dict[str, Any]
    failed: bool
    texts: list[str]
    marked: list[str]  # the fields that hold what programs printed

    @property
    def error(self) -> dict[str, Any]:
        found: dict[str, Any] = self.data["error"]
        return found


class Agent:
    def __init__(self, client: Client) -> None:
        self.client = client
        self.progress: list[tuple[float, float | None]] = []

    async def call(self, tool: str, **arguments: Any) -> Answer:
        async def told(progress: float, total: float | None, message: str | None) -> None:
            self.progress.append((progress, total))

        result = await self.client.call_tool(tool, arguments, progress_callback=told)
        texts = [content.text for content in result.content if content.type == "text"]
        assert json.loads(texts[-1]) == result.structured_content
        marked = (result.meta or {}).get("viewsync/data", [])
        return Answer(result.structured_content, result.is_error, texts, marked)

    async def done(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """A call that must not fail: what it tells."""
        answer = await self.call(tool, **arguments)
        assert not answer.failed, answer
        assert answer.data["schema"] == 1
        return answer.data

    async def refused(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """A call that must fail: its error."""
        answer = await self.call(tool, **arguments)
        assert answer.failed, answer
        assert answer.data["verb"] == (TOOLS[tool].does if tool in TOOLS else "mcp")
        return answer.error

    async def read(self, uri: str) -> dict[str, Any]:
        result = await self.client.read_resource(uri)
        (content,) = result.contents
        found: dict[str, Any] = json.loads(getattr(content, "text"))  # noqa: B009  mypy knows blobs, too
        return found


@contextlib.asynccontextmanager
async def agent(
    home: Home, *words: str, era: str = "auto", env: Mapping[str, str] | None = None, heard: Any = None
) -> AsyncIterator[Agent]:
    full = {**home.env, **(env or {})}
    command = forked.agents_start([home.launcher, "mcp", *words], full)
    async with connected(command, full, mode=era, message_handler=heard) as client:
        yield Agent(client)


def connected(command: Sequence[str], env: Mapping[str, str], **how: Any) -> Client:
    """The SDK is imported here, since each process of the tests reads all files, and few run these tests."""
    from mcp.client.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    program, *words = command
    return Client(stdio_client(StdioServerParameters(command=program, args=words, env=dict(env))), **how)


def refusal() -> type[Exception]:
    """What the SDK raises for an error that the server answered with."""
    from mcp.shared.exceptions import MCPError

    return MCPError


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), 120))


async def until(reading: Callable[[], Any], what: str) -> Any:
    """As tests/support/wait.py has it, while the client goes on."""
    for _ in range(6000):
        if found := reading():
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(f"waited for {what}; last seen: {reading()!r}")


async def stays(reading: Callable[[], Any], seconds: float = 0.6) -> None:
    """The reading must not change for that long."""
    first = repr(reading())
    for _ in range(int(seconds / 0.01)):
        await asyncio.sleep(0.01)
        assert repr(reading()) == first


async def settled(reading: Callable[[], Any]) -> None:
    """It has not changed for a while."""
    same = 0
    last = ""
    while same < 40:
        await asyncio.sleep(0.01)
        now = repr(reading())
        same, last = (same + 1, last) if now == last else (0, now)


def names(result: types.ListToolsResult) -> list[str]:
    return [tool.name for tool in result.tools]
