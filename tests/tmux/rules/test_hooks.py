"""The text of the hooks, read by a real tmux."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.server import ROOT, Home, Server
from tests.support.wait import until
from viewsync.tmux import end_hooks, view_hooks
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
    server.tmux("set-option", "-s", hooks.MARKED, "x")
    server.tmux("set-hook", "-g", hooks.slot(hooks.ENDED), end_hooks.text(caller))
    assert hooks.call([server.tmux("show-options", "-gqv", hooks.slot(hooks.ENDED))], caller)
    server.tmux("kill-session", "-t", "=proj")  # the last one: the server ends with it
    assert until(lambda: words(canary), "the hook") == [f"hook session-closed /{folder}/state"]


@pytest.mark.parametrize("meanwhile", ["it failed", "it was killed", "the clock was set back"])
def test_ends_are_told_to_one_at_a_time(servers: Callable[..., Server], home: Home, meanwhile: str) -> None:
    canary, fails, go = (os.path.join(home.path, name) for name in ("called", "fails", "go"))
    launcher = os.path.join(home.path, "waiting")
    with open(launcher, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\necho $2 >> {canary}\nwhile [ ! -e {go} ]; do sleep 0.02; done\n[ ! -e {fails} ]\n")
    os.chmod(launcher, 0o700)
    server = servers().start()
    for name in ("first", "second", "third"):
        server.tmux("new-session", "-d", "-s", name)
    server.tmux("set-option", "-s", hooks.MARKED, "xxxx")
    server.tmux("set-hook", "-g", hooks.slot(hooks.ENDED), end_hooks.text(launcher))
    try:
        server.tmux("kill-session", "-t", "=first")
        until(lambda: words(canary), "the first")
        server.tmux("kill-session", "-t", "=second")
        until(lambda: server.tmux("show-options", "-sqv", hooks.TOLD_MORE) == "1", "the word of the second")
        assert words(canary) == [hooks.ENDED]
        if meanwhile == "it failed":
            with open(fails, "w", encoding="utf-8"), open(go, "w", encoding="utf-8"):
                pass
            until(lambda: not server.tmux("show-options", "-sqv", hooks.TELLING), "the note of the failure")
        else:
            now = int(server.tmux("display-message", "-p", "#{T;l:%s}"))
            until_when = now - 1 if meanwhile == "it was killed" else now + 10 * hooks.PATIENCE
            server.tmux("set-option", "-s", hooks.TELLING, str(until_when))
        server.tmux("kill-session", "-t", "=third")
        until(lambda: len(words(canary)) == 2, "the next one")
    finally:
        with open(go, "w", encoding="utf-8"):
            pass


def test_a_server_that_ends_waits_for_the_one_that_it_has_told(servers: Callable[..., Server], home: Home) -> None:
    """The server waits for its jobs when it ends, not for what its queue has behind them."""
    canary, go = os.path.join(home.path, "called"), os.path.join(home.path, "go")
    launcher = os.path.join(home.path, "waiting")
    with open(launcher, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\nwhile [ ! -e {go} ]; do sleep 0.02; done\necho $2 >> {canary}\n")
    os.chmod(launcher, 0o700)
    server = servers().start()
    server.tmux("new-session", "-d", "-s", "first")
    server.tmux("set-option", "-s", hooks.MARKED, "xx")
    server.tmux("set-hook", "-g", hooks.slot(hooks.ENDED), end_hooks.text(launcher))
    server.tmux("kill-session", "-t", "=first")
    server.tmux("kill-session", "-t", "=proj")  # the last one
    with open(go, "w", encoding="utf-8"):
        pass
    assert until(lambda: words(canary), "the hook") == [hooks.ENDED]


def test_hooks_that_stand_are_recognised(server: Server, home: Home) -> None:
    home.viewsync("open", "--json", "-S", server.socket, "proj")
    texts = [server.tmux("show-options", "-gv", hooks.slot(event)) for event in hooks.EVENTS]
    caller = hooks.caller(home.launcher, home.state, os.path.join(home.path, "config", "config.toml"))
    assert hooks.stand(texts, caller)
    assert not hooks.stand(texts[:1], caller)
    assert not hooks.stand(texts, "/another/viewsync")
