"""What an agent reads of the hosts' shared index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mcp.agent import agent, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.index.conftest import Host
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
