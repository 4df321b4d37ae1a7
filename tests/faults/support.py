"""What the tests of the layers and of what is never ended share."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.client import Tab
    from tests.support.server import Done, Home, Server

NO_HOOKS = {"VIEWSYNC_HOOKS": "0"}
EAGER = {**NO_HOOKS, "VIEWSYNC_GRACE": "0"}  # nothing is spared for being new


def hook(server: Server, env: Mapping[str, str] = NO_HOOKS) -> Done:
    """The hook as tmux would call it, waited for."""
    return server.home.viewsync("hook", env={"TMUX": f"{server.socket},{server.pid},0", **env})


def every_layer(server: Server) -> None:
    """All that can clean up, one after the other."""
    hook(server, EAGER)
    server.home.viewsync("sweep", env=EAGER)
    server.home.viewsync("cleanup", "--views", env=EAGER)
    server.home.viewsync("cleanup", "--views", "--from-gui", "--trigger", "wezterm-tab", env=EAGER)


def reason(server: Server, view: str) -> str:
    """What `sweep` says of that view."""
    verdicts = server.home.viewsync("sweep", "--dry-run", "--json").json()["verdicts"]
    return next(f"{verdict['action']}: {verdict['reason']}" for verdict in verdicts if verdict["session"] == view)


def detached(server: Server, view: str) -> None:
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")


def close(server: Server, tab: Tab, view: str, how: str) -> None:
    """Five ways for a client to end."""
    if how == "detach-client":
        server.tmux("detach-client", "-s", f"={view}")
    elif how == "prefix d":
        tab.type("\x02d")
    elif how == "terminal closed":
        tab.hang_up()
    else:
        tab.signal(getattr(signal, f"SIG{how}"))


def script(home: Home, name: str, body: str) -> str:
    """A program of the test's own."""
    path = os.path.join(home.path, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\n{body}\n")
    os.chmod(path, 0o700)
    return path


def touch(path: str) -> None:
    with open(path, "w", encoding="utf-8"):
        pass


def read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()
