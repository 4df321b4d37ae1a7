"""Tabs on sessions of another host: its server ends their views, whatever becomes of the connection."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import stays, until
from viewsync.context import Context
from viewsync.tmux.rules import hooks

if TYPE_CHECKING:
    from tests.support.client import Tab
    from tests.support.far_host import FarHost
    from tests.support.server import Home, Server


def opened(home: Home, proj: Server, *words: str) -> tuple[Tab, str]:
    """A tab, and the view that it got."""
    before = set(proj.clients())
    tab = home.tab("open", *words)
    until(lambda: tab.ended() or set(proj.clients()) - before, "a client on the far server")
    assert not tab.ended(), tab.text()
    [new] = set(proj.clients()) - before
    return tab, proj.clients()[new]


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh", "fish", "tcsh"])
def test_two_tabs_have_a_window_of_their_own_each(home: Home, proj: Server, far: FarHost, shell: str) -> None:
    far.login(shell, before="echo Welcome")
    _, one = opened(home, proj, "far:proj")
    _, two = opened(home, proj, "--host", "far", "proj")
    assert one != two
    proj.tmux("select-window", "-t", f"={one}:0")
    proj.tmux("select-window", "-t", f"={two}:1")
    assert (proj.show(f"={one}:", "#{window_name}"), proj.show(f"={two}:", "#{window_name}")) == ("one", "two")
    assert proj.show(f"={one}:", "#{session_group}") == "proj"
    assert home.registry()["views"] == {}  # it would be nobody's here


def test_a_closed_tab_takes_its_view_along_and_nothing_else(home: Home, proj: Server) -> None:
    before = proj.pane_pids()
    tab, gone = opened(home, proj, "far:proj")
    _, other = opened(home, proj, "far:proj")
    tab.hang_up()
    until(lambda: gone not in proj.sessions(), "the end of the closed tab's view")
    assert stays(proj.sessions) == ["proj", other]
    assert proj.pane_pids() == before


@pytest.mark.parametrize("how", ["ssh is killed", "the connection is cut", "the shared connection is killed"])
def test_however_the_connection_ends_no_view_is_left(home: Home, proj: Server, far: FarHost, how: str) -> None:
    before = proj.pane_pids()
    tab, _ = opened(home, proj, "far:proj")
    if how == "ssh is killed":
        tab.signal(signal.SIGKILL)
    elif how == "the connection is cut":
        far.cut()
    else:
        [pid] = far.shared()
        os.kill(pid, signal.SIGKILL)
    until(lambda: proj.sessions() == ["proj"], "the end of its view")
    assert proj.pane_pids() == before


def test_what_is_typed_arrives_and_the_terminal_has_its_size(home: Home, proj: Server) -> None:
    tab, view = opened(home, proj, "far:proj")
    until(lambda: proj.show(f"={view}:", "#{window_width}") == "80", "the terminal's width")
    tab.type("echo from''here\r")
    until(lambda: "fromhere" in proj.tmux("capture-pane", "-p", "-t", f"={view}:"), "what was typed")


def test_a_view_has_its_parents_options_and_variables_and_nobody_sees_them(
    home: Home, proj: Server, far: FarHost
) -> None:
    nasty = "a;b \\ \"q\" 'z' $HOME #{pid} }"
    proj.tmux("set-option", "-t", "=proj:", "status-left", nasty)
    proj.tmux("set-environment", "-t", "=proj:", "FOO", f"secret {nasty}")
    tab, view = opened(home, proj, "far:proj")
    until(lambda: proj.tmux("show-options", "-v", "-t", f"={view}:", "status-left") == nasty, "the options")
    assert proj.tmux("show-environment", "-t", f"={view}:", "FOO") == f"FOO=secret {nasty}"
    for pid in [tab.pid, *proj.clients()]:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            assert b"secret" not in file.read()
    until(lambda: not [name for name in os.listdir("/tmp") if name.startswith("viewsync-open-")], "the file's end")


def test_a_free_view_is_taken(home: Home, proj: Server) -> None:
    """One that waits for its own viewsync's lease to end is not, and one that is in use neither."""
    _, used = opened(home, proj, "far:proj")
    proj.tmux("new-session", "-d", "-t", "proj", "-s", "proj-view-1-2")
    proj.tmux("set-option", "-t", "=proj-view-1-2:", "@viewsync_view", proj.show("=proj-view-1-2:", "#{session_id}"))
    _, taken = opened(home, proj, "far:proj")
    assert taken == "proj-view-1-2"
    assert used in proj.clients().values()


def test_hooks_of_that_hosts_own_viewsync_stay(home: Home, proj: Server) -> None:
    for event in hooks.EVENTS:
        proj.tmux("set-hook", "-g", hooks.slot(event), "run-shell -b '/its/own/viewsync hook'")
    before = proj.tmux("show-hooks", "-g")
    opened(home, proj, "far:proj")
    assert proj.tmux("show-hooks", "-g") == before


def test_a_viewsync_that_is_installed_there_has_its_row_and_history(home: Home, proj: Server, far: FarHost) -> None:
    tab, view = opened(home, proj, "far:proj")
    assert far.home.viewsync("sweep").code == 0
    assert list(far.home.rows()) == [view]
    tab.hang_up()
    until(lambda: proj.sessions() == ["proj"], "the end of its view")
    assert far.home.viewsync("sweep").code == 0
    assert far.home.rows() == {}
    told = [event.event for event in Context(far.home.env).history.find("session = ?", (view,))]
    assert (told[0], told[-1], home.rows()) == ("end", "found", {})


def test_no_path_of_ours_is_called_there(home: Home, proj: Server) -> None:
    opened(home, proj, "far:proj")
    shown = "".join(proj.tmux("show-options", "-gv", hooks.slot(event)) for event in hooks.EVENTS)
    assert "viewsync hook" in shown
    assert home.path not in shown


def test_a_terminal_that_the_host_does_not_know(home: Home, proj: Server) -> None:
    before = set(proj.clients())
    home.tab("open", "far:proj", env={"TERM": "a-new-terminal"})
    until(lambda: set(proj.clients()) - before, "a client")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("far:nope",), "there is no session 'nope' on far:default"),
        (("far:nope",), "(--create makes it)"),
        (("far:pro",), "(did you mean proj? --create makes a new one)"),
        (
            ("far:proj", "-L", "none"),
            "there is no session 'proj': no tmux server on far:none (--create makes it",
        ),
        (("--host", "far", "a.b", "--create"), "tmux would rewrite '.' in a session's name"),
        (("far:proj", "--cwd", "x"), "--cwd takes a whole path on far"),
    ],
)
def test_what_cannot_be_opened_says_why(home: Home, proj: Server, words: tuple[str, ...], said: str) -> None:
    tab = home.tab("open", *words)
    assert tab.wait() != 0
    assert said in until(tab.text, "an answer")
    assert proj.sessions() == ["proj"]


def test_create_makes_a_session_that_is_not_there(home: Home, proj: Server, far: FarHost) -> None:
    tab = home.tab("open", "far:new", "--create", "--cwd", far.home.path, env={"MINE": "only here"})
    until(lambda: tab.ended() or proj.clients(), "a client on the far server")
    assert proj.show("=new:", "#{pane_current_path}") == far.home.path
    assert "MINE" not in proj.tmux("show-environment", "-t", "=new:")


def test_a_session_here_whose_name_has_a_colon_is_meant(home: Home, proj: Server, server: Server) -> None:
    server.tmux("new-session", "-d", "-s", "far:proj")
    if "far:proj" not in server.sessions():
        pytest.skip("only tmux 3.7a and newer keep a colon in a name")
    server.open("far:proj")
    assert proj.clients() == {}
    home.viewsync("kill", "far:proj")
    home.viewsync("send", "-s", "far:proj", "-c", "echo not-there")
    assert (proj.sessions(), "not-there" in proj.tmux("capture-pane", "-p", "-t", "=proj:")) == (["proj"], False)


def test_a_window_is_no_name_of_a_session_to_end(home: Home, proj: Server) -> None:
    for words in (("far:proj:0",), ("--host", "far", "-s", "proj:0.0")):
        done = home.viewsync("kill", *words)
        assert (done.code, "-t names a window" in done.err, proj.sessions()) == (3, True, ["proj"]), done


def test_a_name_that_reads_as_an_id_is_a_name(home: Home, proj: Server) -> None:
    for name in ("$0", "@0", "%0", "=proj"):
        done = home.viewsync("kill", f"far:{name}")
        assert (done.code, proj.sessions()) == (2, ["proj"]), (name, done)


def test_a_host_that_is_not_there(home: Home, proj: Server, far: FarHost) -> None:
    far.stop()
    tab = home.tab("open", "far:proj")
    assert tab.wait() == 4
    assert "far cannot be reached: Connection refused" in tab.text()


def test_a_view_whose_client_had_no_terminal_any_more_is_ended(home: Home, proj: Server, far: FarHost) -> None:
    """As of a tab that was killed while its ssh was on the way: tmux makes the view, and takes no such client."""
    before = proj.pane_pids()
    path = os.path.join(home.path, "wrapped", "ssh")
    with open(path, encoding="utf-8") as file:
        script = file.read()
    without = 'for word; do shift; [ "$word" = -t ] || set -- "$@" "$word"; done\n'
    with open(path, "w", encoding="utf-8") as file:
        file.write(script.replace("exec ", f"{without}exec ", 1))
    home.env["VIEWSYNC_GRACE"] = "3"
    tab = home.tab("open", "far:proj")
    assert tab.wait() != 0
    until(lambda: "open terminal failed" in tab.text(), "what tmux says")
    until(lambda: proj.sessions() == ["proj"], "the end of the view that it made")
    assert proj.pane_pids() == before
    with open(path, "w", encoding="utf-8") as file:
        file.write(script)
    _, view = opened(home, proj, "far:proj")
    until(lambda: not proj.show(f"={view}:", "#{@viewsync_lease}"), "the end of its lease")
    assert stays(proj.sessions, 3.5) == ["proj", view]
