"""Hooks of the user's beside views: making one calls none that acts on what it shares, and the rest are called once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import stays, until
from viewsync.tmux.rules import hooks
from viewsync.tmux.views import MARKS

if TYPE_CHECKING:
    from tests.support.server import Home, Server

# As people have them: each does something to the window that it is called with.
PUBLIC = {
    "after-new-session": "split-window",
    "session-created": "rename-window renamed-by-hook",
    "window-linked": "split-window ; select-layout even-vertical",
    "window-unlinked": "rename-window unlinked-by-hook",
    "after-select-window": "pipe-pane -o 'cat >> ~/piped'",
    "session-window-changed": "rename-window changed-by-hook",
}


def windows(server: Server) -> list[str]:
    shown = "#{window_id} #{window_name} #{window_panes} #{pane_pipe}"
    return sorted(server.tmux("list-windows", "-t", "=proj:", "-F", shown).splitlines())


def log(home: Home) -> list[str]:
    path = os.path.join(home.path, "hooks.log")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


def noted(what: str) -> str:
    return f"run-shell -b 'echo {what} >> ~/hooks.log'"


def loud(server: Server) -> tuple[str, ...]:
    return hooks.loud(server.tmux("display-message", "-p", "#{version}"))


def test_no_hook_acts_on_the_windows_that_a_new_view_shares(server: Server, home: Home) -> None:
    """What a version calls all the same, `doctor` names."""
    server.open("proj", "--new")  # sets our own hooks
    for event in PUBLIC.keys() - set(loud(server)):
        server.tmux("set-hook", "-g", event, PUBLIC[event])
    before = stays(lambda: windows(server))
    server.open("proj", "--new")
    server.open("proj", "--new", "--window", "@0")
    assert home.viewsync("open", "proj", "--new", "--json", "-S", server.socket).code == 0
    assert stays(lambda: windows(server)) == before


def test_a_hook_for_new_windows_is_called_once_and_not_for_each_view(server: Server, home: Home) -> None:
    if "window-linked" in loud(server):
        pytest.skip("this tmux looks for that hook where it cannot be kept from a view")
    server.open("proj", "--new")
    server.open("proj", "--new")
    server.tmux("set-hook", "-g", "window-linked", noted("linked"))
    server.tmux("new-window", "-d", "-t", "=proj:")
    until(lambda: log(home), "the hook")
    assert stays(lambda: log(home)) == ["linked"]


def test_client_attached_is_called_once_for_a_view(server: Server, home: Home) -> None:
    """For a new one, and for one that is used again."""
    server.tmux("set-hook", "-g", "client-attached", noted("attached-#{session_name}"))
    tab, view = server.open("proj")
    until(lambda: log(home), "the hook")
    assert stays(lambda: log(home)) == [f"attached-{view}"]
    server.tmux("set-option", "-t", f"={view}:", "@viewsync_pin", "1")
    tab.close()
    until(lambda: not server.clients(), "the end of the client")
    _, again = server.open("proj")
    assert again == view
    until(lambda: len(log(home)) > 1, "the hook")
    assert stays(lambda: log(home)) == [f"attached-{view}"] * 2


def test_the_parents_own_hooks_come_along_and_ours_with_them(server: Server, home: Home) -> None:
    """A session's own hook stands for those of all sessions, ours among them."""
    server.tmux("set-hook", "-t", "=proj:", "client-attached", noted("own-attached"))
    server.tmux("set-hook", "-t", "=proj:", "client-detached", noted('own-detached "two  words"'))
    server.tmux("set-hook", "-t", "=proj:", "session-created", noted("never"))
    tab, view = server.open("proj")
    until(lambda: log(home), "the hook")
    tab.close()
    until(lambda: view not in server.sessions(), "the end of the view, by our hook")
    until(lambda: len(log(home)) > 1, "the parent's own hook")
    assert stays(lambda: log(home)) == ["own-attached", "own-detached two  words"]


def test_a_promoted_session_is_the_users_again(server: Server, home: Home) -> None:
    tab, view = server.open("proj")
    server.tmux("kill-session", "-t", "=proj")
    tab.close()
    until(lambda: server.sessions() == ["proj"], f"the promotion of {view}")
    until(lambda: not server.tmux("show-hooks", "-t", "=proj:"), "no hooks of ours")


@pytest.mark.parametrize("event", ["after-new-session", "session-created", "client-attached"])
def test_a_view_that_a_hook_renames_ends_with_its_tab(server: Server, home: Home, event: str) -> None:
    server.tmux("set-hook", "-g", event, "rename-session mine")
    tab, _ = server.open("proj")
    assert home.viewsync("sweep").code == 0
    tab.close()
    until(lambda: home.viewsync("sweep").code == 0 and server.sessions() == ["proj"], "the end of the view")
    until(lambda: home.viewsync("sweep").code == 0 and not home.rows(), "the end of its row")


def test_a_renamed_view_without_any_mark_is_known_by_its_client(server: Server, home: Home) -> None:
    """As a hook leaves it that runs before our marks. A session of somebody's in that group stays."""
    tab, view = server.open("proj", env={**home.env, "VIEWSYNC_HOOKS": "0"})
    server.tmux("new-session", "-d", "-t", "=proj:", "-s", "theirs")
    for mark in MARKS:
        server.tmux("set-option", "-u", "-t", f"={view}:", mark)
    server.tmux("rename-session", "-t", f"={view}:", "mine")
    assert home.rows()[view]["state"] == "creating"
    assert home.viewsync("sweep").code == 0
    assert list(home.rows()) == ["mine"]
    tab.close()
    until(lambda: home.viewsync("sweep").code == 0 and "mine" not in server.sessions(), "the end of the view")
    assert server.sessions() == ["proj", "theirs"]
