"""The benchmark of many hosts: three by ssh, a hundred in the index, and what an index costs while nothing is new.

The hosts are sshd of our own on 127.0.0.1, and those of the index are rows that we write there as hosts do.
"""

from __future__ import annotations

import argparse
import os
import time
from typing import TYPE_CHECKING

from bench.measure import Subject, medians, process, processes, table
from tests.support.far_host import FarHost
from tests.support.redis_server import RedisServer
from tests.support.server import Home, Server
from viewsync.index.rules import keys, rows
from viewsync.index.rules.rows import Row
from viewsync.store import own_files
from viewsync.store.registry_file import RegistryFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from redis import Redis

_FAR = ("one", "two", "three")
_SESSIONS = 200  # of a host
_FLEETS = (25, 50, 100)  # hosts in the index
_BUDGET = 2.0  # times the local list of as many rows
_HOUR = 3_600_000  # ms
_ROUNDS = 10  # in which nothing changes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    quick = parser.parse_args().quick
    by_ssh(3 if quick else 11)
    in_the_index(3 if quick else 9)
    with_nothing_new(5 if quick else 21)


def by_ssh(rounds: int) -> None:
    home = Home()
    far = [FarHost(home, name) for name in _FAR]
    servers: list[Server] = []
    try:
        for host in far:
            servers.append(host.start().server())
            fill(host.home, servers[-1])
        env = {**home.env, "VIEWSYNC_HOSTS": " ".join(_FAR)}
        panes = ["tmux list-panes -a -F '#{session_name} #{pane_id} #{pane_pid} #{pane_dead}'"]
        shared = ["-o", "ControlMaster=auto", "-o", f"ControlPath={home.path}/.ssh/%n", "-o", "ControlPersist=60"]
        ssh = os.path.join(home.path, "wrapped", "ssh")
        plain = [[ssh, name, *panes] for name in _FAR]
        warm = [[ssh, *shared, name, *panes] for name in _FAR]
        subjects = [
            Subject("viewsync list --host all", lambda: process([home.launcher, "list", "--host", "all"], env)),
            Subject("ssh HOST tmux list-panes, one by one", lambda: processes(plain, home.env)),
            Subject("the same through a warm master", lambda: processes(warm, home.env)),
        ]
        for subject in subjects:
            subject.run()
        found = medians(subjects, rounds)
        for name in _FAR:
            process([ssh, *shared, "-O", "exit", name], home.env)
    finally:
        for host, server in zip(far, [*servers, *[None] * len(far)], strict=False):
            host.remove([server] if server else [])
        home.remove()
    plainly = found[subjects[1].name]
    print(f"### {len(_FAR)} hosts x {_SESSIONS} sessions by ssh\n")
    lines = [(name, f"{took * 1000:.0f}", f"{took / plainly:.2f}") for name, took in found.items()]
    print(table(("", "ms", "of plain ssh's time"), lines), "\n")


def fill(home: Home, server: Server) -> None:
    path = os.path.join(home.path, "fill.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"new-session -d -s work-{number} 'exec sleep 86400'\n" for number in range(1, _SESSIONS))
    server.tmux("source-file", path)


def in_the_index(rounds: int) -> None:
    """The local list has rows of one server that has none of their panes: it reads no pane, so it is the quickest."""
    redis = RedisServer()
    home = Home()
    server = Server(home).start()
    try:
        redis.start()
        env = {**home.env, "VIEWSYNC_STATE_DIR": os.path.join(home.path, "reader"), "VIEWSYNC_INDEX": redis.url}
        env |= {"VIEWSYNC_INDEX_HOST": "reader", "VIEWSYNC_INDEX_TIMEOUT": "60"}
        found = [_fleet(redis, home, server, hosts, env, rounds) for hosts in _FLEETS]
    finally:
        server.stop()
        home.remove()
        redis.remove()
    print(f"### Hosts in the index, {_SESSIONS} rows each (budget: {_BUDGET:g} times the local list)\n")
    lines = []
    for hosts, (here, everywhere) in zip(_FLEETS, found, strict=True):
        each = everywhere / (hosts * _SESSIONS)
        numbers = (f"{here * 1000:.0f}", f"{everywhere * 1000:.0f}", f"{everywhere / here:.2f}", f"{each * 1e6:.0f}")
        lines.append((str(hosts), str(hosts * _SESSIONS), *numbers))
    print(table(("hosts", "rows", "list: ms", "list --everywhere: ms", "ratio", "microseconds a row"), lines), "\n")


def _fleet(
    redis: RedisServer, home: Home, server: Server, hosts: int, env: Mapping[str, str], rounds: int
) -> tuple[float, float]:
    """Seconds: of the local list of as many rows, and of the one of the index."""
    publish(redis, hosts)
    register(home, server, hosts * _SESSIONS)
    here = Subject("list", lambda: process([home.launcher, "list", "--json"], home.env))
    there = Subject("everywhere", lambda: process([home.launcher, "list", "--everywhere", "--json"], env))
    found = medians([here, there], rounds)
    return found[here.name], found[there.name]


def publish(redis: RedisServer, hosts: int) -> None:
    """Rows as hosts have them that were seen just now."""
    now = time.time()
    with redis.client() as client:
        client.flushall()
        for host in range(hosts):
            row = Row("", f"/tmp/tmux-1000/{host}", "", "shell", "shop", "alive", 100_000, now - 3600, now - 60)
            told = [
                row._replace(name=f"work-{number}", target=f"work-{number}:0.0", id=f"${number}", windows=3)
                for number in range(_SESSIONS)
            ]
            text = rows.document(f"host-{host}", now, rows.body(told))
            client.hset(keys.ROWS, f"host-{host}#{host:012x}", f"1 {int(now * 1000)} {_HOUR} {text}")
            client.zadd(keys.ENDS, {f"host-{host}#{host:012x}": now * 1000 + _HOUR})


def register(home: Home, server: Server, count: int) -> None:
    identity = server.tmux("display-message", "-p", "#{pid}.#{start_time}")
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with RegistryFile(own_files.secure(home.state)).change() as data:
        for number in range(count):
            data["sessions"][f"work-{number}"] = {
                "socket": server.socket,
                "target": f"work-{number}:0.0",
                "type": "shell",
                "pid": 100_000 + number,
                "created_at": made,
                "last_active": made,
                "session_id": f"${1000 + number}",
                "pane_id": f"%{1000 + number}",
                "server": identity,
            }


def with_nothing_new(rounds: int) -> None:
    """What the index hears of a host's rounds, and of verbs on it, while nothing changes there."""
    redis = RedisServer()
    home = Home()
    server = Server(home).start()
    try:
        redis.start()
        env = {**home.env, "VIEWSYNC_INDEX": redis.url, "VIEWSYNC_INDEX_TIMEOUT": "60"}
        process([home.launcher, "create", "-S", server.socket, "-n", "web"], env)
        process([home.launcher, "sweeper", "once"], env)
        with redis.client() as client:
            rows = [
                (f"{' '.join(verb)}, {times} times, nothing changes", *heard(client, home, env, verb, times))
                for verb, times in ((("sweeper", "once"), _ROUNDS), (("list",), _ROUNDS), (("health",), _ROUNDS))
            ]
            make = ("create", "-S", server.socket, "-n", "more")
            rows.append(("create, once", *heard(client, home, env, make, 1)))
        bare = Subject("without", lambda: process([home.launcher, "list"], home.env))
        found = medians([bare, Subject("with", lambda: process([home.launcher, "list"], env))], rounds)
    finally:
        server.stop()
        home.remove()
        redis.remove()
    print("### What the index hears of a host (budget where nothing changed: nothing)\n")
    print(table(("", "connections", "commands", "bytes"), [[str(cell) for cell in row] for row in rows]), "\n")
    print(f"list takes {found['with'] / found['without']:.2f} times what it takes without an index.\n")


def heard(client: Redis, home: Home, env: Mapping[str, str], verb: Sequence[str], times: int) -> tuple[int, int, int]:
    """Connections, commands and bytes of others than the one who asks."""
    first, before = _stats(client), _stats(client)
    for _ in range(times):
        process([home.launcher, *verb], env)
    after = _stats(client)
    connections, commands, size = (now - then for now, then in zip(after, before, strict=True))
    return connections, commands, size - (before[2] - first[2])


def _stats(client: Redis) -> tuple[int, int, int]:
    told = client.info("everything")
    calls = sum(each["calls"] for name, each in told.items() if name.startswith("cmdstat_") and name != "cmdstat_info")
    return told["total_connections_received"], calls, told["total_net_input_bytes"]


if __name__ == "__main__":
    main()
