"""Opening a view, with real servers and real clients."""

from __future__ import annotations

import json
import os
import signal
import termios
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import stays, until
from viewsync.output import as_text
from viewsync.tmux.rules import hooks
from viewsync.tmux.rules.versions import ends_groups_by_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


def test_two_tabs_have_a_window_of_their_own_each(server: Server) -> None:
    first, one = server.open("proj")
    _, two = server.open("proj")
    assert one != two
    server.tmux("select-window", "-t", f"={one}:0")
    server.tmux("select-window", "-t", f"={two}:1")
    assert server.show(f"={one}:", "#{window_name}") == "one"
    assert server.show(f"={two}:", "#{window_name}") == "two"
    assert server.clients()[first.pid] == one


def test_a_closed_tab_takes_its_view_along_and_nothing_else(server: Server) -> None:
    before = server.pane_pids()
    closed, gone = server.open("proj")
    _, stays_open = server.open("proj")
    closed.hang_up()
    until(lambda: gone not in server.sessions(), "the end of the closed tab's view")
    assert stays(server.sessions) == ["proj", stays_open]
    assert server.pane_pids() == before


def test_a_new_view_starts_on_its_parents_current_window(server: Server) -> None:
    server.tmux("select-window", "-t", "=proj:1")
    _, view = server.open("proj")
    until(lambda: server.show(f"={view}:", "#{window_name}") == "two", "the parent's window")


def test_a_view_has_its_parents_options_environment_and_folder(server: Server, home: Home) -> None:
    nasty = "a;b \\ \"q\" 'z' $HOME #{pid} }"
    server.tmux("set-option", "-t", "=proj:", "status-left", nasty)
    server.tmux("set-option", "-t", "=proj:", "@mine", "multi\nline")
    server.tmux("set-option", "-t", "=proj:", "history-limit", "777")
    server.tmux("set-environment", "-t", "=proj:", "FOO", nasty)
    server.tmux("set-environment", "-t", "=proj:", "LINES2", "one\ntwo")
    server.tmux("set-environment", "-r", "-t", "=proj:", "GONE")
    _, view = server.open("proj")
    target = f"={view}:"
    until(lambda: server.tmux("show-options", "-v", "-t", target, "history-limit") == "777", "the options")
    assert server.tmux("show-options", "-v", "-t", target, "status-left") == nasty
    assert server.tmux("show-options", "-v", "-t", target, "@mine") == "multi\nline"
    assert server.tmux("show-environment", "-t", target, "FOO") == f"FOO={nasty}"
    assert server.tmux("show-environment", "-t", target, "LINES2") == "LINES2=one\ntwo"
    assert server.tmux("show-environment", "-t", target, "GONE") == "-GONE"
    assert server.show(target, "#{session_path}") == server.show("=proj:", "#{session_path}")


def test_a_pattern_in_update_environment_is_matched_as_tmux_does(server: Server, home: Home) -> None:
    """A variable that the tab has comes from the tab, whatever way the pattern names it; the rest is the parent's."""
    for number, pattern in enumerate(("SSH_*", "[WX]AYLAND_?", "PLAIN")):
        server.tmux("set-option", "-g", f"update-environment[{number}]", pattern)
    for number in range(3, 10):
        server.tmux("set-option", "-gu", f"update-environment[{number}]")
    old = ("SSH_AUTH_SOCK", "SSH_TTY", "WAYLAND_1", "XAYLAND_12", "PLAIN")
    for name in old:
        server.tmux("set-environment", "-t", "=proj:", name, "old")
    mine = {"SSH_AUTH_SOCK": "mine", "WAYLAND_1": "mine", "XAYLAND_12": "mine"}
    _, view = server.open("proj", env={**home.env, **mine})
    target = f"={view}:"
    until(lambda: server.run("show-environment", "-t", target, "SSH_TTY").code == 0, "the parent's variables")
    shown = server.tmux("show-environment", "-t", target).splitlines()
    said = [line for name in old for line in shown if line.lstrip("-").partition("=")[0] == name]
    assert said == ["SSH_AUTH_SOCK=mine", "SSH_TTY=old", "WAYLAND_1=mine", "XAYLAND_12=old", "-PLAIN"]


def test_the_folder_is_the_parents_or_the_one_asked_for(servers: Callable[..., Server], home: Home) -> None:
    odd = os.path.join(home.path, "a #{pid} 'folder' ;")
    os.mkdir(odd)
    server = servers().start("-s", "proj", "-c", odd.replace("#", "##").replace(";", "\\;"))
    assert server.show("=proj:", "#{session_path}") == odd
    _, view = server.open("proj")
    assert server.show(f"={view}:", "#{session_path}") == odd
    _, other = server.open("proj", "--new", "--cwd", home.path)
    assert server.show(f"={other}:", "#{session_path}") == home.path


def test_the_row_is_completed_with_what_the_server_gave(server: Server, home: Home) -> None:
    tab, view = server.open("proj")
    row = until(lambda: home.rows().get(view, {}).get("state") == "open" and home.rows()[view], "the row")
    assert (row["parent"], row["pid"], row["tty"], row["attached"]) == ("proj", tab.pid, tab.tty, True)


def test_a_free_view_is_reused_on_its_own_window(server: Server, home: Home) -> None:
    env = {"VIEWSYNC_HOOKS": "0"}
    tab, view = server.open("proj", env=env)
    server.tmux("select-window", "-t", f"={view}:1")
    tab.signal(signal.SIGHUP)
    tab.wait()
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    _, again = server.open("proj", env=env)
    assert again == view
    assert server.show(f"={view}:", "#{window_name}") == "two"
    _, new = server.open("proj", "--new", env=env)
    assert new != view
    home.viewsync("sweep")
    assert set(home.rows()) == {view, new}


def test_a_suspended_client_keeps_its_view_to_itself(server: Server) -> None:
    env = {"VIEWSYNC_HOOKS": "0"}
    _, view = server.open("proj", env=env)
    server.tmux("suspend-client", "-t", server.tmux("list-clients", "-F", "#{client_name}"))
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the suspension")
    _, other = server.open("proj", env=env)
    assert other != view


def test_a_pinned_or_leased_view_is_known_as_such(server: Server, home: Home) -> None:
    reserved = home.viewsync("open", "--json", "-S", server.socket, "--lease", "600", "proj").json()
    assert reserved["action"] == "created"
    _, other = server.open("proj")
    assert other != reserved["view"]
    listing = home.viewsync("views", "--json").json()
    views = {view["name"]: view for view in listing["parents"][0]["views"]}
    assert views[reserved["view"]]["reason"] == "reserved by a lease"


def test_the_terminal_is_told_and_its_end_of_file_is_off(server: Server) -> None:
    tab, _ = server.open("proj", "--title", "my\033]0;title")
    until(lambda: "\033]1337;SetUserVar=viewsync_parent=cHJvag==\a" in tab.text(), "the parent's name")
    until(lambda: "\033]0;my ]0;title\a" in tab.text(), "the title")
    assert termios.tcgetattr(tab.master)[6][termios.VEOF] == b"\0"


def test_json_opens_without_a_terminal_and_says_how_to_attach(server: Server, home: Home) -> None:
    opened = home.viewsync("open", "--json", "-S", server.socket, "proj").json()
    assert opened["view"] in server.sessions()
    tab = home.program(opened["attach"])
    until(lambda: server.clients().get(tab.pid) == opened["view"], "the client")


def test_without_a_terminal_open_says_what_would_do(server: Server, home: Home) -> None:
    done = home.viewsync("open", "-S", server.socket, "proj")
    assert done.code == 1
    assert done.err == "viewsync: open needs a terminal to become a tmux client (--json opens without attaching)\n"
    assert server.sessions() == ["proj"]
    assert not home.rows()


@pytest.mark.parametrize("name", ["pro", "proj:", "Proj", "=proj", "$0", "proj-view", "%0", "@0", ""])
def test_a_missing_parent_is_named_with_the_nearest(server: Server, home: Home, name: str) -> None:
    done = home.viewsync("open", "--json", "-S", server.socket, "--", name)
    assert done.code == 3, done
    assert done.json()["error"]["kind"] == "missing-session"
    assert server.sessions() == ["proj"]
    if name in ("pro", "Proj"):
        assert "did you mean proj" in done.err


NAMES = [
    "-dash",
    "--new",
    "=equals",
    "@at",
    "$0",
    "%percent",
    "%H%M",
    "{curly}",
    "a space",
    "trailing;",
    "semi;colon",
    'it\'s "quoted"',
    "#{pid}",
    "#(touch INJECTED)",
    "`touch INJECTED`$(touch INJECTED)",
    "日本 naïve 🎉",
    "comma,brace}",
    "star*[a-z]?",
    "|&<>",
    "~",
    "!x",
]


def test_exactly_that_name_is_opened(server: Server, home: Home) -> None:
    """Of all of them at once, with one that is the beginning, the pattern or the number of another."""
    for name in NAMES:
        given = name.replace("#", "##").removesuffix(";") + "\\;" * name.endswith(";")
        made = server.tmux("new-session", "-d", "-P", "-F", "#{session_id}", "-s", given)
        server.tmux("new-window", "-d", "-t", f"{made}:")
    assert server.sessions() == ["proj", *NAMES]
    tabs = {name: home.tab("open", "-S", server.socket, "--", name) for name in NAMES}
    views = {}
    for name, tab in tabs.items():
        until(lambda tab=tab: tab.pid in server.clients() or tab.ended(), "a client")  # type: ignore[misc]
        assert not tab.ended(), (name, tab.text())
        views[name] = view = server.clients()[tab.pid]
        assert server.show(f"={view}:", "#{session_group}#{session_windows}") == f"{name}2"
        parent = ("show-options", "-v", "-t", f"={view}:", "@viewsync_parent")
        until(lambda name=name, parent=parent: server.tmux(*parent) == name, "the mark")  # type: ignore[misc]
        assert home.rows()[view]["parent"] == name
    for tab in tabs.values():
        tab.hang_up()
    until(lambda: not set(views.values()) & set(server.sessions()), "the end of the views")
    assert server.sessions() == ["proj", *NAMES]
    assert not os.path.exists(os.path.join(home.path, "INJECTED"))
    assert not os.path.exists("INJECTED")


def test_create_makes_a_missing_parent_and_the_server(servers: Callable[..., Server], home: Home) -> None:
    server = servers()
    tab = home.tab("open", "--create", "-S", server.socket, "fresh one;")
    until(lambda: tab.ended() or server.run("list-clients").out, "a client")
    assert not tab.ended(), tab.text()
    server.pid = int(server.tmux("display-message", "-p", "#{pid}"))
    assert "fresh one;" in server.sessions()


def test_create_takes_a_parent_that_somebody_else_made_just_now(server: Server, home: Home) -> None:
    faster = os.path.join(home.path, "faster-tmux")
    with open(faster, "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\ncase " $* " in *" new-session -d -P "*) tmux "$@" > /dev/null ;; esac\nexec tmux "$@"\n')
    os.chmod(faster, 0o700)
    done = home.viewsync("open", "--create", "--json", "-S", server.socket, "new", env={"VIEWSYNC_TMUX": faster})
    assert done.json()["parent"] == "new"
    assert server.sessions() == ["proj", "new", done.json()["view"]]


@pytest.mark.parametrize("name", ["a.b", "a:b", "", "back\\slash", "tab\there", "$9", "=x", "-x"])
def test_create_refuses_a_name_that_tmux_would_rewrite(server: Server, home: Home, name: str) -> None:
    done = home.viewsync("open", "--create", "--json", "-S", server.socket, "--", name)
    assert done.code == 1
    assert "cannot create a session" in done.err
    assert server.sessions() == ["proj"]


@pytest.mark.parametrize("given", ["a.b", "a:b", "$dollar", "back\\slash"])
def test_a_name_that_tmux_rewrote_is_said_to_be_missing(server: Server, home: Home, given: str) -> None:
    """Which ones it rewrites depends on its version: 3.7a and newer keep `.` and `:`, 3.5a keeps `$`."""
    server.tmux("new-session", "-d", "-s", given)
    kept = server.sessions()[-1]
    done = home.viewsync("open", "--json", "-S", server.socket, given)
    if kept != given:
        assert done.code == 3
        plain = "\\" not in kept and "$" not in kept
        assert f"did you mean {kept if plain else repr(kept)}?" in done.json()["error"]["hint"]
        done = home.viewsync("open", "--json", "-S", server.socket, kept)
    assert done.code == 0
    assert server.show(f"={done.json()['view']}:", "#{session_group}") == kept


@pytest.mark.parametrize("name", ["back\\slash", "$dollar"])
def test_a_parent_keeps_an_escaped_name_through_the_detour(server: Server, name: str) -> None:
    first = server.tmux("new-session", "-d", "-P", "-F", "#{session_id}", "-s", name)
    kept = server.sessions()[-1]
    server.open("--", kept)
    server.tmux("rename-session", "-t", f"{first}:", "moved")
    server.tmux("new-session", "-d", "-s", name)
    server.open("--", kept)
    assert kept in server.sessions()


def test_a_view_of_a_view_is_a_view_of_its_parent(server: Server, home: Home) -> None:
    _, view = server.open("proj")
    _, other = server.open(view)
    assert home.rows()[other]["parent"] == "proj"


def test_the_group_of_a_renamed_parent_is_not_hijacked(server: Server) -> None:
    """Trap B: without the guard the second view would show the first session's windows, and destroy proj's."""
    _, view = server.open("proj")
    first = server.show(f"={view}:", "#{session_id}")
    server.tmux("rename-session", "-t", "=proj:", "renamed")
    server.tmux("new-session", "-d", "-s", "proj", "-n", "mine")
    before = server.pane_pids()
    _, second = server.open("proj")
    assert server.show(f"={second}:", "#{window_name}") == "mine"
    server.tmux("new-window", "-t", "=proj:", "-n", "more")
    assert set(before) <= set(server.pane_pids())
    assert server.show(f"{first}:", "#{session_windows}") == "2"
    names = {view}
    if ends_groups_by_name(server.tmux("display-message", "-p", "#{version}")):  # a pass may have been here
        names.add(view.replace("proj", "renamed"))
    assert server.sessions() in (["renamed", name, "proj", second] for name in names)


def test_a_gone_parents_work_is_opened_through_its_view(server: Server, home: Home) -> None:
    _, view = server.open("proj")
    server.tmux("kill-session", "-t", "=proj:")
    _, other = server.open("proj")
    assert server.show(f"={other}:", "#{session_windows}") == "2"
    assert home.rows()[other]["parent"] == "proj"
    assert set(server.sessions()) == {view, other}


def test_a_large_environment_still_opens(server: Server) -> None:
    for number in range(40):
        server.tmux("set-environment", "-t", "=proj:", f"BIG{number}", "x" * 1000)
    _, view = server.open("proj")
    until(lambda: server.tmux("show-options", "-t", f"={view}:", "@viewsync_view"), "the mark")
    assert server.tmux("show-environment", "-t", f"={view}:", "BIG39") == "BIG39=" + "x" * 1000


def test_a_terminal_that_has_the_number_of_a_dead_panes_is_no_pane(server: Server, home: Home) -> None:
    server.tmux("set-option", "-g", "remain-on-exit", "on")
    inside = {"TMUX": f"{server.socket},{server.pid},0"}
    line = f'read -r line; exec "{home.launcher}" open -S "{server.socket}" proj'

    def dead() -> str:
        pane = server.tmux("new-window", "-dP", "-F", "#{pane_id}", "-t", "=proj:", "true")
        until(lambda: server.show(pane, "#{pane_dead}") == "1", "its end")
        return server.show(pane, "#{pane_tty}")

    def again() -> bool:
        """A tab gets the number that the terminal of a pane had, unless somebody is faster."""
        tty = dead()
        return home.program(["sh", "-c", line], env=inside).tty == tty

    until(again, "the number of a dead pane's terminal")
    tab = home.tabs[-1]
    tab.type("\n")
    until(lambda: server.on_terminal(tab) or tab.ended(), "a client")
    assert not tab.ended(), tab.text()


def test_a_pane_of_the_same_server_is_not_nested(server: Server, home: Home) -> None:
    server.tmux("new-window", "-t", "=proj:", "-n", "nest", f"{home.launcher} open proj; sleep 100")
    until(
        lambda: "pane of the same tmux server" in server.tmux("capture-pane", "-p", "-J", "-t", "=proj:nest"),
        "the error",
    )
    assert server.sessions() == ["proj"]


def test_a_corrupt_registry_stops_no_tab(server: Server, home: Home) -> None:
    """It is set aside, and the next sweep writes down again what the server knows."""
    _, first = server.open("proj")
    # What the opening set off would set it aside, too, and then no tab would meet it.
    until(lambda: home.rows()[first]["state"] == "open", "the note of the opening")
    until(lambda: not server.tmux("show-options", "-sqv", hooks.RUNNING), "the end of what the hooks started")
    damaged = os.path.join(home.state, "damaged")
    with open(damaged, "w", encoding="utf-8") as file:
        file.write('{"views": ')
    os.replace(damaged, os.path.join(home.state, ".sessions.json"))  # a hook may read it at any time
    _, second = server.open("proj")
    until(lambda: set(home.rows()) == {first, second}, "both rows")
    (aside,) = [name for name in os.listdir(home.state) if ".corrupt-" in name]
    with open(os.path.join(home.state, aside), encoding="utf-8") as file:
        assert file.read() == '{"views": '
    with open(os.path.join(home.state, "log", "viewsync.log"), encoding="utf-8") as file:
        assert "is not JSON" in file.read()


@pytest.mark.parametrize(
    ("words", "problem", "code"),
    [
        (("open",), "there is no session 'nonsense'", 3),
        (("attach",), "there is no session 'nonsense'", 3),
        (("run", "--attach"), "nonsense", 1),
    ],
)
def test_an_error_stays_readable_in_a_tab_that_would_close(
    server: Server, home: Home, words: tuple[str, ...], problem: str, code: int
) -> None:
    tab = home.tab(*words, "-S", server.socket, "nonsense", env={"WEZTERM_PANE": "3"})
    until(lambda: "press Enter to close this tab" in tab.text(), "the error")
    assert problem in tab.text()
    stays(tab.ended, 0.3)
    tab.type("\n")
    assert tab.wait() == code


def test_json_is_for_strict_readers_whatever_a_name_holds() -> None:
    assert set(json.loads(as_text({"name": "a\udcffb\ud800"}))["name"]) == {"a", "b", "\ufffd"}


def test_values_that_only_some_tmux_keeps_in_braces_reach_the_view(server: Server) -> None:
    """3.2a reads `%H` there as the beginning of `%if`, and a backslash beside a `"` twice."""
    server.tmux("set-option", "-t", "=proj:", "status-right", "%H:%M")
    server.tmux("set-option", "-t", "=proj:", "@odd", '"a\\b"')
    server.tmux("set-environment", "-t", "=proj:", "TIMEFORMAT", "%R")
    server.tmux("set-environment", "-t", "=proj:", "ODD", '"a\\b"')
    _, view = server.open("proj")
    options = [server.tmux("show-options", "-v", "-t", f"={view}:", name) for name in ("status-right", "@odd")]
    assert options == ["%H:%M", '"a\\b"']
    variables = [server.tmux("show-environment", "-t", f"={view}:", name) for name in ("TIMEFORMAT", "ODD")]
    assert variables == ["TIMEFORMAT=%R", 'ODD="a\\b"']
