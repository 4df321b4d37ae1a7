"""Registered sessions on real servers, and the registry as the shell tools use it: jq under flock(1)."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def create(server: Server, name: str, *words: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """`viewsync create` on that server, which it may start; what it printed."""
    done = server.home.viewsync("create", "-S", server.socket, "-n", name, *words, env=env)
    assert done.code == 0, done
    note_pid(server)
    printed: dict[str, Any] = done.json()
    return printed


def note_pid(server: Server) -> None:
    """Of a server that viewsync started, so that the fixture ends it."""
    server.pid = server.pid or int(server.tmux("display-message", "-p", "#{pid}"))


def rows(home: Home) -> dict[str, Any]:
    found: dict[str, Any] = home.registry()["sessions"]
    return found


def listed(home: Home, *words: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """`viewsync list --json` as its rows by name."""
    return {session["name"]: session for session in home.viewsync("list", "--json", *words, env=env).json()["sessions"]}


def by_jq(home: Home, program: str, **values: Any) -> None:
    """Change the registry as the shell tools do: jq's output beside it and renamed, under flock(1)."""
    path = _registry(home)
    words = [word for name, value in values.items() for word in ("--argjson", name, json.dumps(value))]
    script = 'file=$1; shift; jq "$@" "$file" > "$file.new" && mv "$file.new" "$file"'
    argv = ["flock", f"{home.state}/.sessions.lock", "sh", "-euc", script, "sh", path, *words, program]
    subprocess.run(argv, check=True, timeout=20)


def add_row(home: Home, name: str, server: Server, **fields: Any) -> None:
    """As create-session.sh writes it, but without jq, whose start alone takes what two of viewsync's take."""
    row = {"socket": server.socket, "target": f"{name}:0.0", "type": "shell", "pid": 1}
    row |= {"created_at": "2025-11-23T10:00:00Z", "last_active": "2025-11-23T12:00:00Z", **fields}
    path = _registry(home)
    with open(f"{home.state}/.sessions.lock", "a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        data["sessions"][name] = row
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            json.dump(data, file, indent=2)
        os.rename(f"{path}.new", path)


def _registry(home: Home) -> str:
    os.makedirs(home.state, mode=0o700, exist_ok=True)
    path = os.path.join(home.state, ".sessions.json")
    if not os.path.exists(path):
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"sessions":{},"version":"1.0"}')
    return path


def counting_tmux(home: Home) -> tuple[dict[str, str], str]:
    """The environment for a tmux that writes a line into a file whenever it is started, and that file."""
    log, path = os.path.join(home.path, "tmux.log"), os.path.join(home.path, "tmux")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\necho x >> {log}\nexec tmux "$@"\n')
    os.chmod(path, 0o700)
    return {"VIEWSYNC_TMUX": path}, log


def count(log: str) -> int:
    with open(log, encoding="utf-8") as file:
        return len(file.readlines())
