"""A Redis, and hosts that share an index in it: state folders with a host name each."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.redis_server import RedisServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.support.server import Done, Home


class Host(NamedTuple):
    home: Home
    env: dict[str, str]

    @property
    def state(self) -> str:
        return self.env["VIEWSYNC_STATE_DIR"]

    def viewsync(self, *words: str, env: Mapping[str, str] | None = None) -> Done:
        return self.home.viewsync(*words, env={**self.env, **(env or {})})

    def ok(self, *words: str, env: Mapping[str, str] | None = None) -> Done:
        done = self.viewsync(*words, env=env)
        assert done.code == 0, done
        return done


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    found = RedisServer()
    try:
        yield found.start()
    finally:
        found.remove()


@pytest.fixture
def host(home: Home, redis: RedisServer) -> Callable[..., Host]:
    """`host("beta")`: another state folder of that home, with that name. The bound is for a machine that is busy."""

    def make(name: str, **more: str) -> Host:
        env = {"VIEWSYNC_INDEX": redis.url, "VIEWSYNC_INDEX_HOST": name, "VIEWSYNC_INDEX_TIMEOUT": "20", **more}
        return Host(home, {"VIEWSYNC_STATE_DIR": os.path.join(home.path, name), **env})

    return make
