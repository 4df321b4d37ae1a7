"""What an agent reads of the hosts' shared index."""

from __future__ import annotations

import asyncio
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from tests.mcp.agent import ERAS, agent, refusal, run, settled, stays, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.index.conftest import Host
    from tests.mcp.agent import Agent
    from tests.support.redis_server import RedisServer
    from tests.support.server import Home, Server


def test_an_agent_reads_what_happened_on_all_hosts(server: Server, home: Home, host: Callable[..., Host]) -> None:
    host("alpha").ok("create", "-S", server.socket, "-n", "web")
    uri = "viewsync://events/everywhere"

    async def work() -> None:
        async with agent(home) as here:
            assert uri in {str(resource.uri) for resource in (await here.client.list_resources()).resources}
            told = [(one["host"], one["event"], one["session"]) for one in (await here.read(uri))["events"]]
            assert told == [("alpha", "create", "web")]

    home.env |= host("beta").env
    run(work)


@pytest.mark.parametrize("era", ERAS)
def test_an_agent_who_subscribed_hears_of_other_hosts_and_also_after_the_index_was_away(
    server: Server, home: Home, host: Callable[..., Host], redis: RedisServer, era: str
) -> None:
    alpha, uri = host("alpha"), "viewsync://events/everywhere"
    heard: list[str] = []

    async def told(message: Any) -> None:
        if found := getattr(getattr(message, "params", None), "uri", None):
            heard.append(str(found))

    async def happens(name: str) -> None:
        """It is told of, and nobody hears of what was read."""
        await asyncio.to_thread(alpha.ok, "create", "-S", server.socket, "-n", name)
        await until(lambda: uri in heard, f"news of {name}")
        await settled(lambda: heard)
        heard.clear()

    async def hears(here: Agent) -> None:
        await happens("web")
        for _ in range(3):
            await here.read(uri)
        await stays(lambda: heard)
        assert heard == []
        redis.kill()
        redis.start()
        await happens("more")

    async def work() -> None:
        async with agent(home, era=era, heard=told) as here:
            if era == "legacy":
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # the SDK's, of what its newer era has instead
                    await here.client.subscribe_resource(uri)
                    await hears(here)
                    await here.client.unsubscribe_resource(uri)
            else:
                async with here.client.listen(resource_subscriptions=[uri]):
                    await hears(here)
            with redis.client() as client:
                await until(lambda: not client.info("clients")["blocked_clients"], "the end of the waiting")

    home.env |= host("beta").env
    run(work)


def test_where_hosts_share_no_index_nobody_can_subscribe_to_it(home: Home) -> None:
    async def work() -> None:
        async with agent(home, era="legacy") as here:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with pytest.raises(refusal(), match="the setting index names none"):
                    await here.client.subscribe_resource("viewsync://events/everywhere")

    run(work)
