"""A throwaway tmux server with a parent and many views, for the benchmark."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from tests.support.server import Home, Server

if TYPE_CHECKING:
    from collections.abc import Sequence

PARENT = "proj"


class Stage:
    def __init__(self) -> None:
        self.home = Home()
        self.server = Server(self.home).start()
        self.server_id = self.server.tmux("display-message", "-p", "#{pid}.#{start_time}")
        self.made = 0

    def count_starts(self, log: str) -> None:
        """Have each start of viewsync by a hook leave a line there."""
        launcher = os.path.join(self.home.path, "counted")
        with open(launcher, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\n[ "$1" != hook ] || echo x >>{log}\nexec {self.home.launcher} "$@"\n')
        os.chmod(launcher, 0o700)
        self.home.env["VIEWSYNC_LAUNCHER"] = launcher
        self.server.tmux("set-environment", "-g", "VIEWSYNC_LAUNCHER", launcher)

    def source(self, lines: Sequence[str]) -> None:
        path = os.path.join(self.home.path, "bench.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        done = self.server.run("source-file", path, timeout=300)
        if done.code:
            raise RuntimeError(done.err)

    def fill(self, count: int, *, pinned: bool = False) -> list[str]:
        """As many views more, with their rows, as if their tabs were closed an hour ago."""
        now = int(time.time())
        names = [f"{PARENT}-view-{now - 3600}-{self.made + number}" for number in range(count)]
        self.made += count
        lines = [
            f"new-session -d -t =proj: -s {name} ; set-option -t ={name}: @viewsync_view 1 ; "
            f"set-option -t ={name}: @viewsync_parent {PARENT}"
            + (f" ; set-option -t ={name}: @viewsync_pin 1" if pinned else "")
            for name in names
        ]
        self.source(lines)
        self.write_rows(names)
        return names

    def write_rows(self, names: Sequence[str]) -> None:
        path = os.path.join(self.home.state, ".sessions.json")
        os.makedirs(self.home.state, mode=0o700, exist_ok=True)
        data = self.home.registry()
        for name in names:
            data["views"][name] = {
                "socket": self.server.socket,
                "server": self.server_id,
                "parent": PARENT,
                "parent_id": "$0",
                "state": "open",
                "created": time.time() - 3600,
                "pid": 4000000,
                "tty": "",
                "gui": 0,
                "pane": -1,
                "window": "@0",
                "attached": False,
                "idle_since": time.time(),
            }
        with open(path, "w", encoding="utf-8") as file:
            json.dump(data, file)

    def clear(self) -> None:
        """Only the parent is left, and an empty registry."""
        self.source([f"kill-session -t ={name}" for name in self.server.views()])
        for name in (".sessions.json", "history.db", "history.db-wal", "history.db-shm"):
            path = os.path.join(self.home.state, name)
            if os.path.exists(path):
                os.unlink(path)

    def end(self) -> None:
        for tab in self.home.tabs:
            tab.end()
        self.server.stop()
        self.home.remove()
