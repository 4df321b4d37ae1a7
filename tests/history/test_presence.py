"""Attaching, leaving and ending of registered sessions, as sweeps, hooks and the sweeper see it."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from tests.support.sessions import count, counting_tmux, create, rows
from tests.support.wait import until
from tests.test_hot_path import imported
from viewsync.context import Context
from viewsync.history import presence
from viewsync.history.rules import presence as rule
from viewsync.registry import rows as registry_rows
from viewsync.store.history_database import History
from viewsync.system import process_table
from viewsync.tmux import inventory, pane_list, sockets
from viewsync.usage import sampling

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.support.server import Home, Server


def told(home: Home, name: str = "web") -> list[str]:
    """Oldest first."""
    return [event.event for event in History(home.state).find("session = ?", (name,))][::-1]


def attach(server: Server, name: str = "web") -> int:
    tab = server.home.program(["tmux", "-u", "-S", server.socket, "attach-session", "-t", f"={name}"])
    until(lambda: tab.pid in server.clients(), "the client")
    return len(server.home.tabs) - 1


def test_a_sweep_sees_who_came_and_who_left(server: Server, home: Home) -> None:
    create(server, "web")
    home.viewsync("sweep")
    assert told(home) == ["create"]
    tab = attach(server)
    home.viewsync("sweep")
    home.viewsync("sweep")
    assert told(home) == ["create", "attach"]
    assert rows(home)["web"]["attached_since"] > 0
    home.tabs[tab].hang_up()
    until(lambda: not server.clients(), "the detach")
    home.viewsync("sweep")
    assert told(home) == ["create", "attach", "detach"]
    assert "attached_since" not in rows(home)["web"]
    last = History(home.state).find("event = 'detach'", ())[0]
    assert last.seconds is not None
    assert last.seconds >= 0


def test_who_comes_by_a_view_is_seen_at_once_and_the_time_of_leaving_is_the_servers(server: Server, home: Home) -> None:
    create(server, "web")
    tab, _ = server.open("web")
    until(lambda: told(home) == ["create", "attach"], "what the hook wrote")
    tab.hang_up()
    until(lambda: server.sessions() == ["proj", "web"], "the end of the view")
    left = int(server.tmux("show-options", "-sv", "@viewsync_ended").rsplit("=", 1)[1])
    until(lambda: time.time() > left + 2, "another second")
    home.viewsync("sweep")
    assert told(home) == ["create", "attach", "detach"]
    assert left <= History(home.state).find("event = 'detach'", ())[0].at < left + 1


def test_a_sweep_sees_what_ended_without_us_and_says_so_once(server: Server, home: Home) -> None:
    create(server, "web")
    server.tmux("kill-session", "-t", "=web")
    home.viewsync("sweep")
    home.viewsync("sweep")
    assert told(home) == ["create", "gone"]
    assert rows(home)["web"]["ended_at"] > 0
    home.viewsync("cleanup")
    assert told(home) == ["create", "gone", "forget"]


def test_the_sweeper_sees_a_server_that_is_gone(servers: Callable[..., Server], home: Home) -> None:
    server = servers("other")
    create(server, "web")
    os.kill(server.pid, signal.SIGKILL)
    ctx = Context(home.env)
    until(lambda: sockets.state(server.socket) != "live", "its end")
    sampling.take(ctx, "sweeper")
    sampling.take(ctx, "sweeper")
    assert told(home) == ["create", "gone"]


def test_a_server_that_does_not_answer_ended_nothing(server: Server, home: Home) -> None:
    create(server, "web")
    os.kill(server.pid, signal.SIGSTOP)
    sampling.take(Context({**home.env, "VIEWSYNC_TMUX_TIMEOUT": "0.2"}), "sweeper")
    os.kill(server.pid, signal.SIGCONT)
    assert told(home) == ["create"]
    assert "ended_at" not in rows(home)["web"]


def test_no_further_tmux_call_is_made(server: Server, home: Home) -> None:
    env, log = counting_tmux(home)
    home.viewsync("sweep", env=env)
    without = count(log)
    create(server, "web")
    attach(server)
    home.viewsync("sweep", env=env)
    assert told(home)[-1] == "attach"
    assert count(log) == 2 * without


def test_of_two_sweeps_at_once_one_tells(server: Server, home: Home) -> None:
    create(server, "web")
    ctx = Context(home.env)
    known = ctx.registry.read()["sessions"]
    attach(server)
    found = inventory.inventory(ctx.tmux, server.socket)
    changes = rule.compare(found.server, rule.of_inventory(found), known, ctx.clock())
    presence.write(ctx, changes, "one")
    presence.write(ctx, changes, "two")
    assert [event.trigger for event in ctx.history.find("event = 'attach'", ())] == ["one"]


def test_samples_are_of_the_whole_tree_of_every_pane(server: Server, home: Home) -> None:
    create(server, "web", "--", "sh", "-c", "sleep 1000 & exec sleep 1000")
    server.tmux("split-window", "-t", "=web:", "exec sleep 1000")
    ctx = Context(home.env)
    until(lambda: "sleep" in server.tmux("list-panes", "-s", "-t", "=web:", "-F", "#{pane_current_command}"), "it")

    def taken() -> bool:
        sampling.take(ctx, "sweeper")
        return ctx.history.samples(0)[-1].processes == 3

    until(taken, "both panes and the background process")
    last = ctx.history.samples(0)[-1]
    assert (last.session, last.socket, last.server) == ("web", server.socket, rows(home)["web"]["server"])
    assert last.memory > 100_000


def test_what_has_the_number_of_a_dead_panes_program_by_now_is_not_counted(server: Server, home: Home) -> None:
    create(server, "web")
    ctx = Context(home.env)
    (row,) = registry_rows.read(ctx.registry)
    found = pane_list.read(ctx.tmux, server.socket)
    others = tuple(pane._replace(pid=os.getpid(), dead=True) for pane in found.panes)
    assert sampling._sample(row, found, process_table.read(), 1.0) is not None
    assert sampling._sample(row, found._replace(panes=others), process_table.read(), 1.0) is None


def test_without_registered_sessions_nothing_is_read_or_written(server: Server, home: Home) -> None:
    env, log = counting_tmux(home)
    ctx = Context({**home.env, **env})
    sampling.take(ctx, "sweeper")
    assert not os.path.exists(log)
    assert not os.path.exists(os.path.join(home.state, "history.db"))


def test_old_samples_go(server: Server, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    create(server, "web")
    early = Context(home.env, clock=lambda: 1000.0)
    sampling.take(early, "sweeper")
    assert len(early.history.samples(0)) == 1
    sampling.take(Context(home.env), "sweeper")
    assert [sample.at > 1000 for sample in early.history.samples(0)] == [True]


def test_the_sweeper_takes_them(server: Server, home: Home) -> None:
    create(server, "web")
    tab = home.tab("sweeper", "run")
    until(lambda: History(home.state).samples(0), "a sample")
    tab.signal(signal.SIGTERM)
    tab.wait()
    assert {sample.session for sample in History(home.state).samples(0)} == {"web"}


def test_a_hook_pays_for_it_only_where_sessions_are_registered(server: Server, home: Home) -> None:
    inside = {"TMUX": f"{server.socket},1,0"}
    assert "viewsync.history.rules.presence" not in imported(home, "hook", **inside)
    create(server, "web")
    assert "viewsync.history.rules.presence" in imported(home, "hook", **inside)
    assert not imported(home, "hook", **inside) & {"psutil", "rich", "sqlite3", "logging"}


def test_a_script_that_registers_the_name_anew_may_mean_another_session(server: Server, home: Home) -> None:
    create(server, "web")
    server.tmux("kill-session", "-t", "=web")
    home.viewsync("sweep")
    assert "ended_at" in rows(home)["web"]
    server.tmux("new-session", "-d", "-s", "web")
    home.viewsync("registry", "add", "web", server.socket, "web:0.0", "shell")
    assert not set(rule.FIELDS) & set(rows(home)["web"])
