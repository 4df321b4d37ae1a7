"""What crashes some version of tmux (docs/explanation/tmux-traps.md), and that viewsync never brings it about.

Which file says each of the commands is in tests/tmux/test_dangerous_commands.py.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.support.server import alive
from tests.support.wait import stays, until
from viewsync.tmux import view_hooks
from viewsync.tmux import views as tmux_views
from viewsync.tmux.inventory import inventory
from viewsync.tmux.rules import hooks, model, versions
from viewsync.tmux.rules.model import END, PROMOTE, Verdict
from viewsync.tmux.server import Tmux

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.projects import Project
    from tests.support.server import Home, Server

NO_HOOKS = {"VIEWSYNC_HOOKS": "0"}
PROJECT = "session:\n  windows:\n    - name: one\n    - name: two\n      focus: true\n"
TIMES = ("session_created", "session_activity", "session_last_attached", "client_activity", "client_created")


@pytest.fixture
def recorder(home: Home) -> str:
    """A tmux that is the real one and writes down each call: its words, and what it is given on stdin."""
    path = os.path.join(home.path, "recording-tmux")
    with open(path, "w", encoding="utf-8") as file:
        file.write(
            f'#!/bin/sh\nlog={home.path}/call-$$\nprintf "%s\\n" "$@" >$log\n'
            'for last; do :; done\nif [ "$last" = - ]; then tee -a $log | tmux "$@"; else exec tmux "$@"; fi\n'
        )
    os.chmod(path, 0o700)
    return path


def calls(home: Home) -> list[str]:
    found = []
    for name in os.listdir(home.path):
        if name.startswith("call-"):
            with open(os.path.join(home.path, name), encoding="utf-8") as file:
                found.append(file.read())
    return found


def detached(server: Server, view: str) -> None:
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")


def whole_life(server: Server, env: dict[str, str]) -> None:
    """All that viewsync says to tmux: new, reused and reserved views, the detour, ends, a promotion."""
    home = server.home
    home.viewsync("open", "--json", "--lease", "0", "-S", server.socket, "proj", env=env)
    first, view = server.open("proj", env=env)
    second, other = server.open("proj", "--window", server.show("=proj:1", "#{window_id}"), env=env)
    first.hang_up()
    detached(server, view)
    again, _ = server.open("proj", env=env)
    server.tmux("rename-session", "-t", "=proj", "away")
    server.tmux("new-session", "-d", "-s", "proj")
    third, last = server.open("proj", env=env)
    third.hang_up()
    server.tmux("kill-session", "-t", "=proj")
    again.hang_up()
    second.hang_up()
    until(lambda: not server.clients(), "the end of all clients")
    want = ["away", "proj"]
    until(lambda: home.viewsync("sweep", env=env) and server.sessions() == want, "the promotion")  # a lease of 0 s ends
    home.viewsync("hook", env={**env, "TMUX": f"{server.socket},{server.pid},0"})
    assert {view, other, last}.isdisjoint(server.sessions())


# --- A: destroy-unattached -------------------------------------------------------------------------------------------


def test_a_a_view_never_has_destroy_unattached_on(server: Server) -> None:
    server.tmux("set-option", "-t", "=proj:", "destroy-unattached", "off")
    server.tmux("set-option", "-g", "destroy-unattached", "on")
    _, attached = server.open("proj")
    reserved = server.home.viewsync("open", "--json", "--new", "-S", server.socket, "proj").json()["view"]
    for view in (attached, reserved):
        value = ["show-options", "-v", "-t", f"={view}:", "destroy-unattached"]
        until(partial(server.tmux, *value), "the option")
        assert server.tmux(*value) == "off"
    assert stays(server.sessions) == ["proj", *sorted((attached, reserved), key=server.sessions().index)]


def test_a_a_parents_own_destroy_unattached_is_not_taken_over(server: Server, home: Home) -> None:
    client = home.program(["tmux", "-S", server.socket, "attach-session", "-t", "=proj"])
    until(lambda: client.pid in server.clients(), "a client on the parent")
    server.tmux("set-option", "-t", "=proj:", "destroy-unattached", "on")
    _, view = server.open("proj")
    until(lambda: server.tmux("show-options", "-t", f"={view}:", "@viewsync_view"), "the mark")
    assert server.tmux("show-options", "-v", "-t", f"={view}:", "destroy-unattached") == "off"


def test_a_the_server_outlives_our_views_where_the_user_has_it_on(server: Server, home: Home) -> None:
    """With the user's global `on`, one suspended client on one of *their* sessions ends the server; on ours not."""
    server.tmux("set-option", "-t", "=proj:", "destroy-unattached", "off")
    server.tmux("set-option", "-g", "destroy-unattached", "on")
    before = server.pane_pids()
    done = threading.Event()
    poller = threading.Thread(target=lambda: [server.run("list-sessions") for _ in iter(done.is_set, True)])
    poller.start()
    try:
        for _ in range(10):
            tab, view = server.open("proj")
            server.tmux("suspend-client", "-t", tab.tty)
            detached(server, view)
            tab.end()
            until(lambda: server.sessions() == ["proj"], "the end of the view")
    finally:
        done.set()
        poller.join()
    assert alive(server.pid)
    assert server.pane_pids() == before


# --- B: the hijacked group -------------------------------------------------------------------------------------------


def assert_apart(server: Server, before: list[str], first: str, second: str) -> None:
    """A new window in each group is seen there alone, and no window was lost."""
    for session, name in ((first, "more-one"), (second, "more-two")):
        server.tmux("new-window", "-d", "-t", f"={session}:", "-n", name)
    one = server.tmux("list-windows", "-t", f"={first}", "-F", "#{window_name}").split()
    two = server.tmux("list-windows", "-t", f"={second}", "-F", "#{window_name}").split()
    assert ("more-one" in one, "more-two" in one) == (True, False)
    assert ("more-one" in two, "more-two" in two) == (False, True)
    assert set(before) <= set(server.pane_pids())
    assert alive(server.pid)


@pytest.mark.parametrize("how", ["attached", "reserved"])
def test_b_a_promoted_session_that_is_renamed_gives_its_group_to_nobody(server: Server, home: Home, how: str) -> None:
    tab, _ = server.open("proj")
    server.tmux("kill-session", "-t", "=proj")
    tab.hang_up()
    until(lambda: server.sessions() == ["proj"], "the promotion")
    server.tmux("rename-session", "-t", "=proj", "second")
    server.tmux("new-session", "-d", "-s", "proj", "-n", "third")
    before = server.pane_pids()
    if how == "attached":
        _, view = server.open("proj")
    else:
        view = home.viewsync("open", "--json", "-S", server.socket, "proj").json()["view"]
    assert "third" in server.tmux("list-windows", "-t", f"={view}", "-F", "#{window_name}")
    assert set(server.sessions()) == {"second", "proj", view}
    assert_apart(server, before, "second", "proj")


def test_b_a_name_that_went_round_three_sessions_joins_the_right_one(server: Server) -> None:
    before = server.pane_pids()
    views = []
    for number in range(3):
        _, view = server.open("proj")
        views.append(view)
        server.tmux("rename-session", "-t", "=proj", f"old{number}")
        server.tmux("new-session", "-d", "-s", "proj", "-n", f"fresh{number}")
        before = sorted({*before, *server.pane_pids()})
    _, last = server.open("proj")
    assert server.show(f"={last}:", "#{window_name}") == "fresh2"
    assert_apart(server, before, views[0], last)
    assert_apart(server, before, views[1], views[2])
    assert not [name for name in server.sessions() if name.startswith("viewsync-detour")]


@pytest.mark.parametrize("name", ["a,b}c", "#{pid}", "it's", 'say "x"', "日本"])
def test_b_the_guard_reads_names_as_they_are(server: Server, name: str) -> None:
    escaped = name.replace("#", "##")
    server.tmux("new-session", "-d", "-s", escaped, "-n", "old")
    server.tmux("new-session", "-d", "-t", f"={name}:", "-s", "grouped")
    server.tmux("rename-session", "-t", f"={name}:", "away")
    server.tmux("new-session", "-d", "-s", escaped, "-n", "mine")
    before = server.pane_pids()
    _, view = server.open("--", name)
    assert server.show(f"={view}:", "#{window_name}") == "mine"
    assert name in server.sessions()
    assert_apart(server, before, "grouped", view)


# --- D: what no call of ours says together ---------------------------------------------------------------------------


def test_d_and_f_hold_for_all_that_a_whole_life_says(server: Server, home: Home, recorder: str) -> None:
    whole_life(server, {"VIEWSYNC_TMUX": recorder, "VIEWSYNC_GRACE": "0", **NO_HOOKS})
    said = calls(home)
    assert any("kill-session" in call for call in said)
    assert any("select-window" in call for call in said)
    assert any("viewsync-detour-" in call for call in said)
    for call in said:
        assert not ("kill-session" in call and "select-window" in call), call
        assert_times_are_asked_of_existing_sessions(call)


def assert_times_are_asked_of_existing_sessions(call: str) -> None:
    """Trap F: a time variable in a condition stands one step inside a test that its session is there."""
    for match in re.finditer("|".join(TIMES), call):
        before = call[: match.start()]
        if "\nlist-sessions\n-F\n" in before and "if-shell -F -t" not in before:
            assert match[0].startswith("session_")  # each row is a session that exists
            continue
        target = re.findall(r"if-shell -F -t '(\$\d+):' ", before)[-1]
        head = before[: before.rindex(f"if-shell -F -t '{target}:' ")]
        assert head.endswith(f"if-shell -F -t '{target}:' '#{{==:#{{session_id}},{target}}}' {{ "), call


def test_d_holds_for_all_that_a_project_says(server: Server, home: Home, project: Project, recorder: str) -> None:
    """The window that is ended beside a selection is never the last of its session."""
    env = {"VIEWSYNC_TMUX": recorder}
    project.command("good", PROJECT)
    project.command("bad", PROJECT + "      options: {mode-keys: nonsense}\n")
    assert project.viewsync("run", "bad", env=env).code == 4
    assert project.viewsync("run", "good", env=env).code == 0
    assert project.viewsync("kill-session", "myapp-main-dev", env=env).code == 0
    said = calls(home)
    assert [call for call in said if "kill-session -t" in call]
    assert [call for call in said if "select-window" in call]
    assert not [call for call in said if "kill-session -t" in call and "select-window" in call]


@pytest.fixture
def control(server: Server, home: Home) -> Iterator[int]:
    """The process of a client as iTerm2 is one: with it a selection and a kill in one go end the server."""
    client = subprocess.Popen(
        ["tmux", "-C", "-S", server.socket, "attach-session", "-t", "=proj"],
        env=home.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    try:
        until(lambda: client.pid in server.clients(), "the control client")
        yield client.pid
    finally:
        client.communicate(timeout=60)


def test_d_a_control_client_is_no_danger(server: Server, control: int) -> None:
    before = server.pane_pids()
    for number in range(12):
        tab, view = server.open("proj")
        server.tmux("select-window", "-t", f"={view}:{number % 2}")
        tab.hang_up()
        until(lambda: server.sessions() == ["proj"], "the end of the view")
    assert server.clients() == {control: "proj"}
    assert server.pane_pids() == before


def test_d_nor_is_it_while_projects_come_and_go(server: Server, project: Project, control: int) -> None:
    before = server.pane_pids()
    project.command("good", PROJECT)
    project.command("bad", PROJECT + "      options: {mode-keys: nonsense}\n")
    for _ in range(3):
        assert project.viewsync("run", "bad").code == 4
        assert project.viewsync("run", "good").code == 0
        assert project.viewsync("kill-session", "myapp-main-dev").code == 0
    assert server.clients() == {control: "proj"}
    assert server.pane_pids() == before


# --- E: detach-on-destroy --------------------------------------------------------------------------------------------

STEP = "set-option -t '$7:' detach-on-destroy on"


def line(action: str, version: str) -> str:
    """What one verdict says to a server of that version."""
    verdict = Verdict("/s", "$7", "v", action, "", "proj")
    return tmux_views.script(model.Server("/s", 1, 1, version), [verdict], 1.0, 15.0)


@pytest.mark.parametrize("version", ["3.7", "3.7a", "3.7b"])
def test_e_the_versions_that_crash_get_another_detach_on_destroy_first(version: str) -> None:
    text = line(END, version)
    assert text.index(STEP) < text.index("kill-session")


@pytest.mark.parametrize("version", ["3.2a", "3.3a", "3.6b", "3.7c", "3.8", "next-3.8", "odd"])
def test_e_other_versions_get_nothing_more_than_the_kill(version: str) -> None:
    text = line(END, version)
    assert "detach-on-destroy" not in text


@pytest.mark.parametrize("value", ["previous", "next"])
def test_e_what_tmux_refuses_half_way_takes_no_server_with_it(server: Server, project: Project, value: str) -> None:
    server.run("set-option", "-g", "detach-on-destroy", value)  # tmux before 3.5 does not know it
    server.tmux("new-session", "-d", "-s", "other")
    project.command("bad", PROJECT + "      options: {mode-keys: nonsense}\n")
    assert project.viewsync("run", "bad").code == 4
    project.command("good", PROJECT)
    assert project.viewsync("run", "good").code == 0
    assert project.viewsync("kill-session", "myapp-main-dev").code == 0
    assert server.sessions() == ["proj", "other"]
    assert alive(server.pid)


@pytest.mark.parametrize("version", ["3.7b", "3.3a"])
def test_e_the_extra_step_changes_no_verdict(servers: Callable[..., Server], home: Home, version: str) -> None:
    """On the real server: the idle view goes, the attached one stays, whatever detach-on-destroy says."""
    server = servers(conf="set -g detach-on-destroy off\n").start()
    tab, idle = server.open("proj", env=NO_HOOKS)
    other, attached = server.open("proj", env=NO_HOOKS)
    tab.hang_up()
    detached(server, idle)
    tmux = Tmux("tmux", 5.0, home.env)
    found = inventory(tmux, server.socket)
    verdicts = [
        Verdict(server.socket, session.id, session.name, END, "", "proj")
        for session in found.sessions
        if session.name != "proj"
    ]
    done = tmux_views.act(tmux, found.server._replace(version=version), verdicts, 4e9, 15.0)
    assert dict(zip([verdict.session for verdict in verdicts], done, strict=True)) == {idle: True, attached: False}
    assert server.clients() == {other.pid: attached}
    assert server.sessions() == ["proj", attached]


def test_e_a_promotion_never_kills() -> None:
    text = line(PROMOTE, "3.7b")
    assert "kill-session" not in text


# --- F: a time variable of a missing session -------------------------------------------------------------------------


def test_f_acting_on_a_session_that_is_gone_says_no(server: Server, home: Home) -> None:
    tmux = Tmux("tmux", 5.0, home.env)
    found = inventory(tmux, server.socket)
    gone = [Verdict(server.socket, "$99", "v", action, "", "p") for action in (END, PROMOTE)]
    assert tmux_views.act(tmux, found.server, gone, 4e9, 15.0) == [False, False]
    assert server.sessions() == ["proj"]


# --- K and L: what waits in a hook ------------------------------------------------------------------------------------


def test_k_and_l_nothing_waits_in_our_hooks(server: Server) -> None:
    """But in 3.2, at the top: an if-shell without -F waits, and a run-shell without -b."""
    for version in ("3.1c", "3.2a", "3.3a", "3.4", "3.7b", "3.8"):
        for event in hooks.EVENTS:
            text = view_hooks.text(event, "viewsync", version)
            top = re.match(r"(?:run-shel -C '(?:[^']|'\\'')*' ; )*", text)
            assert top
            rest = text[top.end() :]
            assert bool(top[0]) == (version == "3.2a")
            assert re.findall(r"run-shel \S+", rest) == ["run-shel -b"]
            assert all(said.startswith("if-shell -F") for said in re.findall(r"if-shell \S+", rest))


def test_l_of_many_that_die_at_once_other_peoples_hooks_see_each(server: Server) -> None:
    version = server.tmux("display-message", "-p", "#{version}")
    if not versions.runs_options(version):
        pytest.skip("3.2 has no other way than to wait")
    tabs = [server.open("proj")[0] for _ in range(12)]
    server.tmux("set-hook", "-g", "client-detached[9000]", "set-option -sa @seen x")
    for tab in tabs:
        tab.signal(signal.SIGKILL)
    until(lambda: server.sessions() == ["proj"], "the end of all views")
    until(lambda: server.tmux("show-options", "-sqv", "@seen") == "x" * 12, "the word of each")


def test_no_window_of_ours_ends_a_server_whose_sizes_are_manual(server: Server, project: Project) -> None:
    """Trap J, by every verb that makes a session, a view or a window. The sizes of others stay."""
    server.tmux("resize-window", "-t", "=proj:0", "-x", "90", "-y", "20")
    server.tmux("set-option", "-w", "-u", "-t", "=proj:0", "window-size")
    server.tmux("set-option", "-gw", "window-size", "manual")
    project.command("two-windows", PROJECT)
    server.open("proj")
    where = ("-S", server.socket)
    done = server.home.viewsync("open", "proj", "--json", "--new", *where)
    assert done.code == 0, done.err
    server.open("other", "--create")
    for words in (("create", "-n", "shell", *where), ("run", "two-windows", *where)):
        done = project.viewsync(*words)
        assert done.code == 0, (words, done.err)
    assert int(server.tmux("display-message", "-p", "#{pid}")) == server.pid
    assert {"proj", "other", "shell"} < set(server.sessions())
    assert server.tmux("show-options", "-gwv", "window-size") == "manual"
    assert server.show("=proj:0", "#{window_width}x#{window_height}") == "90x20"


def test_a_server_that_starts_with_manual_sizes_outlives_its_first_session(
    servers: Callable[..., Server], home: Home
) -> None:
    """tmux's own `new-session` ends it, so that nobody else would start it at all."""
    server = servers("manual", "set -gw window-size manual\n")
    home.env["XDG_CONFIG_HOME"] = home.path
    os.symlink(server.conf, os.path.join(home.path, ".tmux.conf"))
    done = home.viewsync("create", "-n", "first", "-S", server.socket)
    server.pid = int(server.tmux("display-message", "-p", "#{pid}"))
    assert (done.code, server.sessions()) == (0, ["first"]), done.err
    assert server.tmux("show-options", "-gwv", "window-size") == "manual"


def test_a_window_about_which_an_event_waits_is_linked_for_tmux(server: Server) -> None:
    """So nothing of ours ever says unlink-window (tests/tmux/test_dangerous_commands.py)."""
    server.tmux("new-window", "-d", "-t", "=proj:", "-n", "other")
    server.run("unlink-window", "-t", "=proj:other")
    assert "other" in server.tmux("list-windows", "-t", "=proj", "-F", "#{window_name}").split()
    server.run("rename-window", "-t", "=proj:other", "another", ";", "unlink-window", "-t", "=proj:another")
    version = server.tmux("display-message", "-p", "#{version}")
    there = "another" in server.tmux("list-windows", "-t", "=proj", "-F", "#{window_name}").split()
    assert there == versions.tells_at_once(version)
