"""The module, the real command line and real tmux together; only WezTerm itself is a fake."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.lua.evaluation import ROOT
from tests.lua.fake import config
from tests.lua.real_gui import RealGui, close_as_wezterm
from tests.support.wait import stays, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lua.fake_mux import Tab, Window
    from tests.support.server import Home, Server


def load(gui: RealGui, home: Home, *layers: str) -> None:
    names = ", ".join(repr(layer) for layer in layers)
    gui.load(config(f"{{ viewsync_path = '{home.launcher}', layers = {{ {names} }} }}"))


@pytest.fixture
def gui(home: Home, server: Server) -> Iterator[RealGui]:
    gui = RealGui(home.env)
    yield gui
    gui.finish()
    gui.check()


@pytest.fixture
def hookless(gui: RealGui, server: Server) -> Iterator[RealGui]:
    """Layer 1 is off: nothing sets the hooks, and at the end there are none."""
    gui.env["VIEWSYNC_HOOKS"] = "0"
    yield gui
    for event in ("client-detached", "client-session-changed"):
        assert server.tmux("show-options", "-gqv", f"{event}[4242]") == ""


def open_tab(gui: RealGui, server: Server, window: Window, parent: str = "proj") -> tuple[Tab, str]:
    """A tab from Lua, once its client is attached; with its view's name."""
    gui.run("assert(viewsync.spawn_tab_with_session(...))", gui.window_object(window), None, parent)
    tab = window.tabs[-1]
    terminal = gui.terminal(tab)
    view = gui.until(
        lambda: server.clients().get(terminal.pid) or (terminal.ended() and terminal.text()), f"a client on {parent}"
    )
    return tab, str(view)


def is_gone(server: Server, *views: str) -> bool:
    return not set(views) & set(server.sessions())


def hang_up(gui: RealGui, server: Server, *tabs: Tab) -> None:
    """As WezTerm does it, and tmux has seen it: a clean-up that comes sooner keeps what is still attached."""
    pids = {gui.terminal(tab).pid for tab in tabs}
    for tab in tabs:
        close_as_wezterm(gui.terminal(tab))
    until(lambda: not pids & set(server.clients()), "the end of the clients")


def close(gui: RealGui, server: Server, tab: Tab) -> None:
    window = next(window for window, mux_tab in gui.mux.tabs() if mux_tab is tab)
    hang_up(gui, server, tab)
    gui.mux.close_tab(tab)
    gui.fire("update-status", window)


# Opening and closing


def test_two_tabs_look_at_two_windows_and_one_closes_alone(gui: RealGui, home: Home, server: Server) -> None:
    load(gui, home, "tab", "window", "timer", "user-var")
    window = gui.open_window()
    (first, gone), (_, stayed) = open_tab(gui, server, window), open_tab(gui, server, window)
    pids = server.pane_pids()
    server.tmux("select-window", "-t", f"={gone}:one")
    server.tmux("select-window", "-t", f"={stayed}:two")
    assert server.show(f"={gone}:", "#{window_name}") == "one"
    close(gui, server, first)
    gui.until(lambda: is_gone(server, gone), "the end of the closed tab's view")
    assert server.show(f"={stayed}:", "#{window_name} #{session_attached}") == "two 1"
    assert server.pane_pids() == pids


@pytest.mark.parametrize("quits", [False, True])
def test_a_tab_that_closes_types_nothing_into_its_pane(gui: RealGui, home: Home, server: Server, quits: bool) -> None:
    load(gui, home)
    tab, view = open_tab(gui, server, gui.open_window())
    made = os.path.join(home.path, "made")
    server.tmux("send-keys", "-t", "=proj:", "-l", f": > {made}")
    until(lambda: made in server.tmux("capture-pane", "-p", "-J", "-t", "=proj:"), "the text at the prompt")
    pids = server.pane_pids()
    close_as_wezterm(gui.terminal(tab), quits=quits)
    until(lambda: is_gone(server, view), "the end of its view")
    assert not stays(lambda: os.path.exists(made))
    assert server.pane_pids() == pids


def test_a_tab_knows_its_session_and_finds_tmux_where_the_option_says(gui: RealGui, home: Home, server: Server) -> None:
    """This tmux attaches when we say so: as it does, it throws away what the terminal has not read yet."""
    tmux, ready = os.path.join(home.path, "patient-tmux"), os.path.join(home.path, "ready")
    with open(tmux, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\n[ -t 0 ] && until [ -e {ready} ]; do sleep 0.02; done\nexec tmux "$@"\n')
    os.chmod(tmux, 0o700)
    gui.load(config(f"{{ viewsync_path = '{home.launcher}', tmux_path = '{tmux}' }}"))
    gui.run("assert(viewsync.spawn_tab_with_session(..., nil, 'proj'))", gui.window_object(gui.open_window()))
    tab = gui.mux.windows[0].tabs[-1]
    gui.until(lambda: tab.panes[0].user_vars, "its user variables")
    assert tab.panes[0].user_vars == {"viewsync_parent": "proj", "viewsync_socket": server.socket}
    assert server.clients() == {}
    with open(ready, "w", encoding="utf-8"):
        gui.until(lambda: gui.terminal(tab).pid in server.clients(), "a client")


def test_a_session_that_is_missing_ends_in_the_tab_with_a_word_why(gui: RealGui, home: Home) -> None:
    load(gui, home)
    window = gui.open_window()
    gui.run("assert(viewsync.spawn_tab_with_session(...))", gui.window_object(window), None, "prj")
    terminal = gui.terminal(window.tabs[-1])
    until(
        lambda: "did you mean proj?" in terminal.text() and "press Enter to close this tab" in terminal.text(),
        "the nearest name",
    )
    terminal.type("\n")
    assert terminal.wait() == 3


def test_create_makes_the_session(gui: RealGui, home: Home, server: Server) -> None:
    load(gui, home)
    gui.open_window()
    gui.run("assert(viewsync.spawn_tab_with_session(nil, nil, 'new', { create = true }))")
    gui.until(lambda: "new" in server.sessions() and server.clients(), "the session and its client")


# The picker


@pytest.mark.parametrize("name", ["proj", "it's $(touch here) #{pid} `id`", "-dash", "日本 ✓"])
def test_the_picker_opens_the_session_that_was_chosen(gui: RealGui, home: Home, server: Server, name: str) -> None:
    load(gui, home)
    window = gui.open_window()
    if name != "proj":
        server.tmux("new-session", "-d", "-s", name.replace("#", "##"), "-x", "80", "-y", "24")
    gui.press(window, "s", "LEADER|CTRL")
    gui.until(gui.rows, "the picker")
    (row,) = [row for row in gui.rows() if row["label"].startswith(f"{name}  ")]
    gui.choose(window, row)
    terminal = gui.terminal(window.tabs[-1])
    view = gui.until(lambda: server.clients().get(terminal.pid), "a client")
    assert server.show(f"={view}:", "#{session_group}") == server.show(f"={name}:", "#{session_group}") != ""
    assert not os.path.exists(os.path.join(home.path, "here"))


# Each layer alone


def test_with_no_layer_at_all_a_view_stays(hookless: RealGui, home: Home, server: Server) -> None:
    """Else the tests below would prove nothing."""
    load(hookless, home)
    tab, view = open_tab(hookless, server, hookless.open_window())
    close(hookless, server, tab)
    hookless.ahead += 600
    assert not hookless.stays(lambda: is_gone(server, view))
    assert server.sessions() == ["proj", view]


def test_layer_2_alone_a_closed_tab(hookless: RealGui, home: Home, server: Server) -> None:
    load(hookless, home, "tab")
    window = hookless.open_window()
    (tab, gone), (_, stayed) = open_tab(hookless, server, window), open_tab(hookless, server, window)
    close(hookless, server, tab)
    hookless.until(lambda: is_gone(server, gone), "the end of its view")
    assert server.sessions() == ["proj", stayed]


def test_layer_3_alone_a_closed_window(hookless: RealGui, home: Home, server: Server) -> None:
    load(hookless, home, "window")
    window, other = hookless.open_window(), hookless.open_window()
    tabs = [open_tab(hookless, server, window) for _ in range(2)]
    _, stayed = open_tab(hookless, server, other)
    hang_up(hookless, server, *[tab for tab, _ in tabs])
    hookless.mux.close_window(window)
    hookless.fire("window-focus-changed", other)
    hookless.until(lambda: is_gone(server, *[view for _, view in tabs]), "the end of both views")
    assert server.sessions() == ["proj", stayed]


def orphan(gui: RealGui, server: Server, window: Window) -> str:
    """A view whose tab was closed, and which nobody has noticed."""
    tab, view = open_tab(gui, server, window)
    close(gui, server, tab)
    assert not gui.stays(lambda: is_gone(server, view), 0.3)
    return view


def test_layer_4_alone_the_timer(hookless: RealGui, home: Home, server: Server) -> None:
    load(hookless, home, "timer")
    view = orphan(hookless, server, hookless.open_window())
    hookless.ahead += 60
    hookless.until(lambda: is_gone(server, view), "the end of its view")


def test_layer_5_alone_the_user_variable(hookless: RealGui, home: Home, server: Server) -> None:
    load(hookless, home, "user-var")
    window = hookless.open_window()
    tab, stayed = open_tab(hookless, server, window)
    view = orphan(hookless, server, window)
    value = base64.b64encode(b"detached").decode()
    with open(hookless.terminal(tab).tty, "wb") as tty:
        tty.write(f"\033]1337;SetUserVar=TMUX_CLEANUP_TRIGGER={value}\a".encode())
    hookless.until(lambda: is_gone(server, view), "the end of its view")
    assert server.sessions() == ["proj", stayed]


def test_the_key_alone_and_its_toast(hookless: RealGui, home: Home, server: Server) -> None:
    load(hookless, home)
    window = hookless.open_window()
    _, stayed = open_tab(hookless, server, window)
    gone = orphan(hookless, server, window)
    hookless.press(window, "c", "LEADER|CTRL")
    hookless.until(lambda: hookless.toasts, "the toast")
    assert hookless.toasts == ["1 view ended, 1 kept"]
    assert is_gone(server, gone)
    assert server.sessions() == ["proj", stayed]


def test_a_last_holder_is_promoted_and_its_work_lives(hookless: RealGui, home: Home, server: Server) -> None:
    load(hookless, home)
    window = hookless.open_window()
    orphan(hookless, server, window)
    server.tmux("kill-session", "-t", "=proj:")
    pids = server.pane_pids()
    hookless.press(window, "c", "LEADER|CTRL")
    hookless.until(lambda: hookless.toasts, "the toast")
    assert hookless.toasts == ["0 views ended, 1 promoted"]
    assert (server.sessions(), server.pane_pids()) == (["proj"], pids)


def test_a_pane_that_lives_keeps_the_view_that_it_left(hookless: RealGui, home: Home, server: Server) -> None:
    load(hookless, home)
    window = hookless.open_window()
    tab, view = open_tab(hookless, server, window)
    server.tmux("switch-client", "-c", hookless.terminal(tab).tty, "-t", "=proj:")
    hookless.press(window, "c", "LEADER|CTRL")
    hookless.until(lambda: hookless.toasts, "the toast")
    assert hookless.toasts == ["0 views ended, 1 kept"]
    assert not is_gone(server, view)


def test_a_closed_tab_is_no_reason_to_end_what_another_terminal_had(
    hookless: RealGui, home: Home, server: Server
) -> None:
    load(hookless, home, "tab")
    stranger, left = server.open("proj", env={"VIEWSYNC_HOOKS": "0"})
    tab, view = open_tab(hookless, server, hookless.open_window())
    stranger.hang_up()
    until(lambda: left not in server.clients().values(), "the end of the other client")
    close(hookless, server, tab)
    hookless.until(lambda: is_gone(server, view), "the end of our view")
    assert server.sessions() == ["proj", left]


def test_picker_and_timer_know_another_server(hookless: RealGui, home: Home, server: Server, servers: Any) -> None:
    load(hookless, home, "timer")
    other = servers("work").start("-s", "far")
    window = hookless.open_window()
    hookless.press(window, "s", "LEADER|CTRL")
    hookless.until(hookless.rows, "the picker")
    rows = {row["label"]: row for row in hookless.rows()}
    hookless.choose(window, rows["far  1 window  0 clients  on work"])
    (view,) = hookless.until(lambda: set(other.clients().values()), "a client")
    close(hookless, other, window.tabs[-1])
    hookless.ahead += 60
    hookless.until(lambda: is_gone(other, view), "the end of its view")
    assert server.sessions() == ["proj"]


def test_a_window_that_is_picked_is_the_new_views_own_and_nobody_else_moves(
    gui: RealGui, home: Home, server: Server
) -> None:
    load(gui, home)
    window = gui.open_window()
    _, beside = open_tab(gui, server, window)
    gui.press(window, "s", "LEADER|CTRL")
    rows = gui.until(gui.rows, "the picker") and gui.selectors[-1]["choices"]
    gui.choose(window, next(row for row in rows if "window of" in row["label"]))
    windows = {row["label"]: row for row in gui.until(gui.rows, "the windows")}
    gui.choose(window, windows["proj  0: one"])
    view = gui.until(lambda: set(server.clients().values()) - {beside}, "the new view").pop()
    shown = {name: server.show(f"={name}:", "#{window_name}") for name in (view, beside, "proj")}
    assert shown == {view: "one", beside: "two", "proj": "two"}


def test_a_tab_is_switched_to_another_session_and_knows_it(gui: RealGui, home: Home, server: Server) -> None:
    server.tmux("new-session", "-d", "-s", "other")
    load(gui, home)
    window = gui.open_window()
    tab, _ = open_tab(gui, server, window)
    gui.until(lambda: tab.panes[0].user_vars.get("viewsync_parent"), "its word of what it shows")
    pids = server.pane_pids()
    action = gui.lua.eval("viewsync.pick_session({ into = 'here' }).EmitEvent")
    gui.fire(action, window)
    rows = {row["label"].split()[0]: row for row in gui.until(gui.rows, "the picker")}
    gui.choose(window, rows["other"])
    gui.until(lambda: tab.panes[0].user_vars["viewsync_parent"] == "other", "the other session")
    (view,) = server.clients().values()
    assert server.show(f"={view}:", "#{@viewsync_parent}") == "other"
    assert (tab.title, server.pane_pids()) == ("\uebc8 other", pids)


# After a crash


def test_after_a_crash_each_view_opens_again_on_its_window(gui: RealGui, home: Home, server: Server) -> None:
    server.tmux("new-session", "-d", "-s", "other")
    server.tmux("new-session", "-d", "-s", "third")
    parents = [["proj", "tab"], ["other", "right"], ["third", "window"]]
    order = {"env": home.env, "viewsync": home.launcher, "parents": parents}
    crashed = subprocess.Popen(
        [sys.executable, "-m", "tests.lua.gui_process"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        tabs = told(crashed, order)
        until(lambda: set(tabs) <= set(server.clients()), "the clients")
        view = server.clients()[tabs[0]]
        server.tmux("select-window", "-t", f"={view}:one")
        assert crashed.stdin
        crashed.stdin.write("sweep\n")
        crashed.stdin.flush()
        until(
            lambda: any("layout" in gui for gui in home.registry().get("guis", {}).values()),
            "its word of where its panes stand",
        )
        until(lambda: home.rows().get(view, {}).get("window") == server.show(f"={view}:", "#{window_id}"), "the window")
    finally:
        crashed.kill()
        crashed.communicate()
    until(lambda: server.clients() == {} and server.views() == [], "the end of what the GUI had")

    gui.load(config(f"{{ viewsync_path = '{home.launcher}', restore_key = {{ key = 'r', mods = 'LEADER' }} }}"))
    gui.press(gui.open_window(), "r", "LEADER")
    gui.until(lambda: gui.toasts, "the toast")
    assert gui.toasts == ["3 tabs restored"]
    gui.until(lambda: len(server.clients()) == 3, "the clients")
    argvs = [[[pane.argv[-1] for pane in tab.panes] for tab in window.tabs] for window in gui.mux.windows.values()]
    assert argvs == [[["sh"], ["proj", "other"]], [["third"]]]
    shown = {server.show(f"={name}:", "#{session_group} #{window_name}") for name in server.clients().values()}
    assert {text for text in shown if text.startswith("proj")} == {"proj one"}
    assert len(shown) == 3


def told(process: subprocess.Popen[str], order: dict[str, Any]) -> list[int]:
    """Gives a gui_process its order; the pids of its tabs."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()
    pids: list[int] = json.loads(process.stdout.readline())
    return pids
