"""What may be wrong with an index."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.support.redis_server import Between, as_a_web_server, slowly
from viewsync.index.rules import keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.redis_server import RedisServer

SECRET = "hunter2secret"  # noqa: S105  nobody's


@contextlib.contextmanager
def failing(how: str, redis: RedisServer) -> Iterator[str]:
    """The address of an index with that fault."""
    with contextlib.ExitStack() as over:
        if how == "killed":
            redis.kill()
            yield redis.url
        elif how == "slow":
            between = Between(redis.folder, how, slowly(redis.socket, 2.0))
            over.callback(between.close)
            yield between.url
        elif how == "not a redis":
            between = Between(redis.folder, "web", as_a_web_server)
            over.callback(between.close)
            yield between.url
        elif how == "an address of something else":
            yield f"http://me:{SECRET}@127.0.0.1:1"
        else:
            with redis.client() as client:
                if how == "read-only":
                    client.replicaof("127.0.0.1", "1")
                elif how == "full":
                    client.config_set("maxmemory", "1")
                elif how == "dropping":
                    client.config_set("maxmemory", "1gb")
                    client.config_set("maxmemory-policy", "allkeys-lru")
                elif how == "another's keys":
                    client.set(keys.EVENTS, "something else")
                elif how == "may not":
                    client.execute_command(
                        "ACL", "SETUSER", "me", "on", f">{SECRET}", "~viewsync:*", "+@all", "-@write"
                    )
                else:
                    client.config_set("requirepass", "something else")
            user = {"wrong password": f":{SECRET}@", "may not": f"me:{SECRET}@"}.get(how, "")
            yield redis.url.replace("unix://", f"unix://{user}")
