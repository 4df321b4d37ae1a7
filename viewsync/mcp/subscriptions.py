"""Who wants to hear of which resource, in both of the protocol's ways: `resources/subscribe`, and since 2026-07-28
`subscriptions/listen`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ResourcesListChanged, ResourceUpdated
from mcp.shared.exceptions import MCPError

from viewsync.errors import ViewsyncError
from viewsync.mcp.elsewhere import Elsewhere
from viewsync.mcp.rules import uris
from viewsync.mcp.watching import Watching

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.session import ServerSession

    from viewsync.mcp.workers import Workers

    RequestContext = ServerRequestContext[Any, Any]

_REST = 0.1  # seconds in which several changes are one


class Subscriptions:
    def __init__(self, workers: Workers, folder: str) -> None:
        self._workers = workers
        self._folder = folder
        self._wanted: Counter[str] = Counter()
        self._heard_by: dict[str, ServerSession] = {}  # of `resources/subscribe`: by the resource
        self._bus = InMemorySubscriptionBus()
        self._listen = ListenHandler(self._bus)
        self._watching: Watching | None = None
        self._elsewhere = Elsewhere(workers, lambda: self._told(uris.EVENTS_EVERYWHERE))
        self._telling: asyncio.Task[None] | None = None
        self._terminals: dict[str, str] = {}  # the terminal of a session whose output is wanted
        self._rows: dict[str, str] = {}
        self._since = 0

    async def subscribe(self, context: RequestContext, params: types.SubscribeRequestParams) -> types.EmptyResult:
        uri = str(params.uri)
        await self._want([uri])
        self._heard_by[uri] = context.session
        return types.EmptyResult()

    async def unsubscribe(self, context: RequestContext, params: types.UnsubscribeRequestParams) -> types.EmptyResult:
        del context
        uri = str(params.uri)
        if self._heard_by.pop(uri, None):
            self._leave([uri])
        return types.EmptyResult()

    async def listen(
        self, context: RequestContext, params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        wanted = [str(uri) for uri in params.notifications.resource_subscriptions or ()]
        if params.notifications.resources_list_changed:
            wanted.append(uris.SESSIONS)
        await self._want(wanted)
        try:
            return await self._listen(context, params)
        finally:
            self._leave(wanted)

    def stop(self) -> None:
        self._elsewhere.stop()
        if self._telling:
            self._telling.cancel()
        if self._watching:
            self._watching.stop()

    async def _want(self, wanted: list[str]) -> None:
        for uri in wanted:
            if uri not in uris.OF_ALL and not uris.session_of(uri)[0]:
                raise MCPError(types.INVALID_PARAMS, f"there is no resource {uri!r}", {"uri": uri})
        if not wanted:
            return
        try:
            if uris.EVENTS_EVERYWHERE in wanted:
                await self._elsewhere.begin()
            await self._watch([name for name, output in map(uris.session_of, wanted) if output])
        except (OSError, ViewsyncError) as error:
            why = error.message if isinstance(error, ViewsyncError) else error.strerror or error
            raise MCPError(types.INTERNAL_ERROR, f"cannot watch for changes: {why}") from None
        self._wanted.update(wanted)

    async def _watch(self, outputs: list[str]) -> None:
        if self._watching is None:
            watching = Watching(asyncio.get_running_loop(), self._folder)
            watching.begin()
            await self._changes()
            self._watching = watching
            self._telling = asyncio.ensure_future(self._tell())
        for name in outputs:
            found = json.loads((await self._workers.ask({"what": "terminal", "session": name}))["text"])
            if "error" in found:
                raise ViewsyncError(found["error"]["message"], found["error"]["hint"])
            if found["path"]:
                self._watching.terminal(found["path"])
                self._terminals[name] = found["path"]

    def _leave(self, uris_left: list[str]) -> None:
        self._wanted.subtract(uris_left)
        self._wanted += Counter()
        if uris.EVENTS_EVERYWHERE not in self._wanted:
            self._elsewhere.stop()
        wanted = {name for name, output in map(uris.session_of, self._wanted) if output}
        self._terminals = {name: path for name, path in self._terminals.items() if name in wanted}
        if self._watching:
            self._watching.leave_terminals(set(self._terminals.values()))

    async def _tell(self) -> None:
        """As long as the server runs."""
        assert self._watching is not None
        while True:
            await self._watching.state.wait()
            await asyncio.sleep(_REST)
            self._watching.state.clear()
            printed, self._watching.terminals = self._watching.terminals, set()
            try:
                await self._publish(printed)
            except Exception:
                logging.getLogger(__name__).debug("a change could not be told", exc_info=True)

    async def _publish(self, printed: set[str]) -> None:
        changed, listed = await self._changes()
        changed |= {uris.of_output(name) for name, path in self._terminals.items() if path in printed}
        if listed:
            await self._bus.publish(ResourcesListChanged())
        for uri in sorted(changed & set(self._wanted)):
            await self._told(uri)

    async def _told(self, uri: str) -> None:
        await self._bus.publish(ResourceUpdated(uri=uri))
        if session := self._heard_by.get(uri):
            await session.send_resource_updated(uri)

    async def _changes(self) -> tuple[set[str], bool]:
        """The resources that changed since it was asked before, and whether there are others."""
        found = await self._workers.ask({"what": "changes", "since": self._since})
        data = json.loads(found["text"])
        if "error" in data:
            return set(), False
        rows, events = data["sessions"], data["events"]
        before, self._rows = self._rows, rows
        self._since = data["newest"] or -1
        named = {name for name in {*before, *rows} if before.get(name) != rows.get(name)}
        happened = {event["session"] for event in events if event["session"]} | (
            rows.keys() if data["missed"] else set()
        )
        changed = {uris.of_session(name) for name in named | happened}
        changed |= {uris.of_output(name) for name in happened}
        changed |= {uris.SESSIONS} if named else set()
        changed |= {uris.EVENTS} if events or data["missed"] else set()
        return changed, before.keys() != rows.keys()
