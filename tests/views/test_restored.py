"""Views and tmux-resurrect: what it saves has none, and those that came back from a file are cleaned up or promoted."""

from __future__ import annotations

import os
import time
from shlex import quote
from typing import TYPE_CHECKING

from viewsync.context import Context
from viewsync.sweeper import one_pass
from viewsync.tmux.rules import hooks

if TYPE_CHECKING:
    from tests.support.server import Home, Server

# As its scripts/helpers.sh runs one (execute_hook), from a shell that the server started.
_RUN = (
    """hook=$(tmux show-option -gqv @resurrect-hook-post-save-layout); printf -v args '%q ' "$1"; eval "$hook $args\""""
)


def sweep_later(home: Home, *, dry_run: bool = False) -> list[str]:
    """When nobody who restores is still at it. What it was about."""
    done = one_pass.everything(Context(home.env, lambda: time.time() + 150), "sweeper", dry_run=dry_run)
    assert done.errors == []
    return [verdict.session for verdict in done.verdicts]


def save(server: Server, home: Home, text: str) -> str:
    """What is left of a file of its format in which that text stood."""
    path = os.path.join(home.path, "it's a save.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o640)
    server.tmux("set-option", "-g", hooks.RESURRECT, hooks.saved_command(hooks.caller(home.launcher)))
    script = os.path.join(home.path, "execute_hook")
    with open(script, "w", encoding="utf-8") as file:
        file.write(_RUN)
    assert server.tmux("run-shell", f"bash {quote(script)} {quote(path)} 2>&1") == ""
    assert os.stat(path).st_mode & 0o777 == 0o640
    with open(path, encoding="utf-8") as file:
        return file.read()


def lines(name: str) -> str:
    return f"pane\t{name}\t0\t1\t:*\t0\tt\t:/\t1\tsh\t:\nwindow\t{name}\t0\t:one\t1\t:*\tb25d,80x24,0,0,0\toff\n"


def was_a_view(server: Server, home: Home, parent: str = "proj") -> str:
    """The name of one that is in the history, and no more."""
    tab, view = server.open(parent, env={"VIEWSYNC_HOOKS": "0"})
    home.viewsync("sweep")
    server.tmux("kill-session", "-t", f"={view}")
    tab.end()
    home.viewsync("sweep")
    assert view not in home.rows()
    return view


def test_a_save_has_the_sessions_windows_and_no_view(server: Server, home: Home) -> None:
    _, view = server.open("proj")
    old = "proj-view-1735324800-1"
    server.tmux("new-session", "-d", "-t", "=proj:", "-s", old)
    server.tmux("rename-session", "-t", "=proj:", "web")
    grouped = f"grouped_session\tweb\t{view}\t:\t:0\n"
    stranger = f"grouped_session\t{old}\t{view}\t:\t:0\n"
    left = save(server, home, f"{grouped}{stranger}{lines(view)}state\t{view}\t\n")
    assert left == f"grouped_session\t{old}\tweb\t:\t:0\n{lines('web')}state\tweb\t\n"


def test_a_save_has_none_that_came_back_or_ended_just_now(server: Server, home: Home) -> None:
    view = was_a_view(server, home)
    grouped = f"grouped_session\t{view}\tproj\t:\t:0\n"
    assert save(server, home, f"{grouped}{lines('proj')}") == lines("proj")


def test_views_that_came_back_are_cleaned_up(server: Server, home: Home) -> None:
    view = was_a_view(server, home)
    unknown = "proj-view-1735324800-5432"
    for name in (view, unknown):
        server.tmux("new-session", "-d", "-t", "=proj:", "-s", name)
    panes = {line.split()[1:][-1] for line in server.pane_pids()}
    home.viewsync("sweep", env={"VIEWSYNC_GRACE": "0"})  # somebody may be restoring just now
    assert view in server.sessions()
    assert view not in sweep_later(home, dry_run=True)
    assert view in server.sessions()
    sweep_later(home)
    assert server.sessions() == ["proj", unknown]
    assert {line.split()[1:][-1] for line in server.pane_pids()} == panes


def test_one_that_alone_holds_the_windows_gets_its_sessions_name(server: Server, home: Home) -> None:
    view = was_a_view(server, home)
    server.tmux("rename-session", "-t", "=proj:", view)
    server.tmux("rename-session", "-t", f"={view}:", "--", view)
    sweep_later(home)
    assert server.sessions() == ["proj"]
    assert server.tmux("list-windows", "-t", "=proj:", "-F", "#W") == "one\ntwo"


def test_one_with_windows_of_its_own_is_left_where_the_name_is_taken(server: Server, home: Home) -> None:
    view = was_a_view(server, home)
    server.tmux("new-session", "-d", "-s", view, "-n", "work")
    sweep_later(home)
    assert server.sessions() == ["proj", view]
    _, shown = server.open(view)
    assert server.show(f"={shown}:", "#W") == "work"


def test_two_without_their_session_become_it_together(server: Server, home: Home) -> None:
    views = [was_a_view(server, home), was_a_view(server, home)]
    server.tmux("rename-session", "-t", "=proj:", views[0])
    server.tmux("new-session", "-d", "-t", f"={views[0]}:", "-s", views[1])
    sweep_later(home)
    sweep_later(home)
    assert server.sessions() == ["proj"]
    assert server.tmux("list-windows", "-t", "=proj:", "-F", "#W") == "one\ntwo"
