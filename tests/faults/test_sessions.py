"""The session verbs while everything goes wrong: a clear error, nothing lost, nothing that reconcile cannot mend."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.store.support import start
from tests.support.sessions import by_jq, create, rows
from tests.support.typing import screen
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Done, Home, Server

VERBS = {
    "create": ("create", "-n", "other", "-S", "SOCKET", "--", "sh"),
    "send": ("send", "-s", "web", "-c", "echo x"),
    "send a block": ("send", "-s", "web", "-m", "-c", "echo x\necho y", "-w", "^y$"),
    "wait": ("wait", "-s", "web", "-p", "never", "-T", "3"),
    "exec": ("exec", "-s", "web", "-T", "5", "--", "echo x"),
    "capture": ("capture", "-s", "web"),
    "health": ("health", "-s", "web"),
    "list": ("list",),
    "rename": ("rename", "-s", "web", "-n", "other"),
    "quarantine": ("quarantine", "-s", "web"),
    "cleanup": ("cleanup", "--all"),
    "kill": ("kill", "-s", "web"),
    "reconcile": ("reconcile", "--repair"),
}


@pytest.fixture
def web(servers: Callable[..., Server]) -> Server:
    server = servers()
    made = create(server, "web", "-e", "PS1=$ ", "--", "bash", "--norc")
    until(lambda: screen(server, made["pane_id"]).startswith("$"), "a prompt")
    return server


def words(verb: str, server: Server) -> list[str]:
    return [server.socket if word == "SOCKET" else word for word in VERBS[verb]]


def clear(done: Done) -> None:
    """No bug, and not more than a person reads."""
    assert done.code != 70, done
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) <= 8, done.err


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("call", [1, 2])
def test_tmux_dies_in_the_middle(web: Server, home: Home, verb: str, call: int) -> None:
    """Just before the first, or the second, thing that is said to it."""
    wrapper, count = os.path.join(home.path, "dying"), os.path.join(home.path, "count")
    with open(wrapper, "w", encoding="utf-8") as file:
        file.write(
            f'#!/bin/sh\necho x >> {count}\n[ "$(wc -l < {count})" = {call} ] && kill -9 {web.pid}\nexec tmux "$@"\n'
        )
    os.chmod(wrapper, 0o700)
    done = home.viewsync(*words(verb, web), env={"VIEWSYNC_TMUX": wrapper})
    clear(done)
    if verb == "create" and done.code == 0:  # it was made in the next server
        web.pid = int(web.tmux("display-message", "-p", "#{pid}"))
    home.viewsync("reconcile", "--repair")
    assert home.viewsync("reconcile").code == 0
    assert set(rows(home)) <= {"web", "other"}
    assert home.viewsync("list").code == 0


@pytest.mark.parametrize("verb", VERBS)
def test_the_registrys_lock_is_held_for_ever(web: Server, home: Home, verb: str) -> None:
    by_jq(home, '.sessions.web.last_active = "2025-01-01T00:00:00Z"')  # so that whoever uses it has to say so
    before = rows(home)
    holder = start(["flock", f"{home.state}/.sessions.lock", "sh", "-c", "echo held; cat"])
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        done = home.viewsync(*words(verb, web), env={"LOCK_TIMEOUT": "0.3"})
        clear(done)
        assert rows(home) == before
        if verb in ("create", "rename"):
            assert done.code == 75
            assert web.sessions() == ["web"]
        if verb in ("send", "exec", "capture", "health", "list"):
            assert done.code == 0, done
    finally:
        holder.communicate(timeout=60)
    home.viewsync("reconcile", "--repair")
    assert home.viewsync("reconcile").code == 0


@pytest.mark.parametrize("verb", VERBS)
def test_no_file_may_grow(web: Server, home: Home, verb: str) -> None:
    """As on a disk that is full: nobody may write a byte into a file. tmux's own sockets are none."""
    before = rows(home)
    argv = ["sh", "-c", 'ulimit -f 0; trap "" XFSZ; exec "$@"', "sh", home.launcher, *words(verb, web)]
    done = subprocess.run(argv, env=home.env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 70, done
    assert "Traceback" not in done.stderr
    if verb not in ("kill", "cleanup"):  # these end what they were told to, and say that the row stayed
        assert "web" in web.sessions() or "other" in web.sessions()
    assert set(before) <= set(rows(home)) | {"web"}
    home.viewsync("reconcile", "--repair")
    assert home.viewsync("reconcile").code == 0
