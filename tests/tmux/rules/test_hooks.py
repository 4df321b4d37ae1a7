"""The text of the hooks, read by a real tmux."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.server import ROOT, Home, Server
from tests.support.wait import until
from viewsync.tmux import view_hooks
from viewsync.tmux.rules import hooks

if TYPE_CHECKING:
    from collections.abc import Callable


def test_the_file_in_the_repository_is_the_text_of_the_rule() -> None:
    with open(os.path.join(ROOT, "hooks", "viewsync.conf"), encoding="utf-8") as file:
        assert file.read() == view_hooks.configuration("viewsync")


def words(path: str) -> list[str]:
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


@pytest.mark.parametrize("folder", ["plain", "with space", "it's", 'a"b', "$HOME", "#{pid}", "a;b", "`x`", "é{}"])
def test_any_launcher_is_called(servers: Callable[..., Server], home: Home, folder: str) -> None:
    launcher = os.path.join(home.path, folder, "viewsync")
    os.mkdir(os.path.dirname(launcher))
    canary = os.path.join(home.path, "called")
    with open(launcher, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\necho "$@ $VIEWSYNC_STATE_DIR $VIEWSYNC_CONFIG" >> {canary}\n')
    os.chmod(launcher, 0o700)
    conf = os.path.join(home.path, "hooks.conf")
    caller = hooks.caller(launcher, f"/{folder}/state", f"/{folder}/c.toml")
    with open(conf, "w", encoding="utf-8") as file:
        file.write(view_hooks.configuration(caller))
    server = servers().start()
    server.tmux("source-file", conf)
    server.tmux("source-file", conf)
    texts = [server.tmux("show-options", "-gv", hooks.slot(event)) for event in hooks.EVENTS]
    assert hooks.stand(texts, caller)
    assert not hooks.stand(texts, hooks.caller(launcher, "/elsewhere", f"/{folder}/c.toml"))
    assert hooks.call(texts, hooks.caller(launcher))
    assert not hooks.call(texts, "x")
    server.tmux("set-option", "-t", "=proj:", "@viewsync_view", "$0")
    tab = home.program(["tmux", "-S", server.socket, "attach-session", "-t", "=proj"])
    until(lambda: server.run("list-clients").out, "a client")
    tab.hang_up()
    assert set(until(lambda: words(canary), "the hook")) == {f"hook /{folder}/state /{folder}/c.toml"}


@pytest.mark.parametrize(
    "folder", ["plain", "with space", "it's", 'a"b', "$HOME", "#{pid}", "a;b", "`x`", "é{}", "a,b"]
)
def test_any_launcher_is_told_of_an_end(servers: Callable[..., Server], home: Home, folder: str) -> None:
    canary = os.path.join(home.path, "called")
    launcher = os.path.join(home.path, folder, "viewsync")
    os.mkdir(os.path.dirname(launcher))
    with open(launcher, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\necho "$@ $VIEWSYNC_STATE_DIR" >> {canary}\n')
    os.chmod(launcher, 0o700)
    caller = hooks.caller(launcher, f"/{folder}/state")
    server = servers().start()
    server.tmux("set-option", "-t", "=proj:", hooks.MARK, "1")
    server.tmux("set-option", "-sF", hooks.MARKED, hooks.COUNT)
    server.tmux("set-hook", "-g", hooks.slot(hooks.ENDED), hooks.ended_text(caller))
    assert hooks.call([server.tmux("show-options", "-gqv", hooks.slot(hooks.ENDED))], caller)
    server.tmux("kill-session", "-t", "=proj")  # the last one: the server ends with it
    assert until(lambda: words(canary), "the hook") == [f"hook session-closed /{folder}/state"]


def test_an_end_is_told_while_the_one_before_is_being_told(servers: Callable[..., Server], home: Home) -> None:
    """The server waits for its jobs when it ends, not for what its queue has behind them."""
    canary, go = os.path.join(home.path, "called"), os.path.join(home.path, "go")
    launcher = os.path.join(home.path, "waiting")
    with open(launcher, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\necho $2 >> {canary}\nwhile [ ! -e {go} ]; do sleep 0.02; done\n")
    os.chmod(launcher, 0o700)
    server = servers().start()
    server.tmux("new-session", "-d", "-s", "first")
    server.tmux("set-option", "-s", hooks.MARKED, "xx")
    server.tmux("set-hook", "-g", hooks.slot(hooks.ENDED), hooks.ended_text(launcher))
    server.tmux("kill-session", "-t", "=first")
    server.tmux("kill-session", "-t", "=proj")  # the last one
    try:
        assert until(lambda: words(canary) if len(words(canary)) == 2 else [], "both") == [hooks.ENDED] * 2
    finally:
        with open(go, "w", encoding="utf-8"):
            pass


def test_hooks_that_stand_are_recognised(server: Server, home: Home) -> None:
    home.viewsync("open", "--json", "-S", server.socket, "proj")
    texts = [server.tmux("show-options", "-gv", hooks.slot(event)) for event in hooks.EVENTS]
    caller = hooks.caller(home.launcher, home.state, os.path.join(home.path, "config", "config.toml"))
    assert hooks.stand(texts, caller)
    assert not hooks.stand(texts[:1], caller)
    assert not hooks.stand(texts, "/another/viewsync")
