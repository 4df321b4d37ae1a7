"""Opening tabs: what reaches the command, where, and what others are told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lua.fake import Gui, config
from tests.lua.fake_mux import Info, Tab

HOSTILE = [
    "it's",
    'say "x"',
    "$(touch f)",
    "`touch f`",
    "-rf",
    "--new",
    "--",
    "=proj",
    "@1",
    "%0",
    "#{pid}",
    "a b\tc",
    "a\nb",
    "日本 ✓",
    "a;b;",
    "\\",
    "*",
]


def spawn(gui: Gui, parent: Any, options: dict[str, Any] | None = None) -> Tab:
    """In the last window, from its gui Window; the tab that came of it."""
    window = list(gui.mux.windows.values())[-1]
    table = gui.lua.table_from(options) if options is not None else None
    body = "return viewsync.spawn_tab_with_session(...)"
    tab, pane = gui.run(body, gui.window_object(window), None, parent, table)
    assert tab is not None, pane
    assert pane.id == window.tabs[-1].panes[0].id
    return window.tabs[-1]


@pytest.fixture
def ready(gui: Gui) -> Gui:
    gui.load(config("{ viewsync_path = '/opt/viewsync' }"))
    gui.open_window()
    return gui


def argv(tab: Tab) -> list[str]:
    return tab.panes[0].argv


def test_a_tab_runs_the_command_itself_with_no_shell(ready: Gui) -> None:
    assert argv(spawn(ready, "proj")) == ["/opt/viewsync", "open", "--", "proj"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"create": True}, ["--create"]),
        ({"create": False, "new": True}, ["--new"]),
        ({"socket_name": "work"}, ["-L", "work"]),
        ({"socket_path": "/run/tmux.sock"}, ["-S", "/run/tmux.sock"]),
        ({"title": "-t"}, ["--title=-t", "--tab-title=\uebc8 -t"]),
        ({"cwd": "/a b"}, ["--cwd=/a b"]),
        ({"window": "@3"}, ["--window=@3"]),
        ({"window": "@3", "new": True, "socket_name": "w"}, ["--new", "-L", "w", "--window=@3"]),
    ],
)
def test_options_become_flags(ready: Gui, options: dict[str, Any], words: list[str]) -> None:
    assert argv(spawn(ready, "proj", options)) == ["/opt/viewsync", "open", *words, "--", "proj"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_reaches_the_command_unchanged(ready: Gui, name: str) -> None:
    assert argv(spawn(ready, name)) == ["/opt/viewsync", "open", "--", name]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_title_or_folder_reaches_the_command_unchanged(ready: Gui, name: str) -> None:
    words = argv(spawn(ready, "proj", {"title": name, "cwd": name}))
    assert [words[2], words[4]] == [f"--title={name}", f"--cwd={name}"]


@pytest.mark.parametrize("name", ["", 7, None, True, {}])
def test_a_name_that_is_none_opens_nothing(ready: Gui, name: Any) -> None:
    name = ready.lua.table_from(name) if name == {} else name
    assert ready.run("return viewsync.spawn_tab_with_session(nil, nil, ...)", name)[0] is None
    assert "must be a non-empty string" in ready.take_errors()[0]
    assert len(ready.mux.windows[0].tabs) == 1


def test_an_error_of_wezterm_is_logged_shown_and_returned(ready: Gui) -> None:
    window = ready.window_object(ready.mux.windows[0])
    tab, why = ready.run("return viewsync.spawn_tab_with_session(..., nil, 'a\\0b')", window)
    assert tab is None
    assert "nul byte" in why
    assert ready.toasts == [why]
    assert ready.take_errors() == [f"viewsync: {why}"]


def test_a_window_that_has_gone_is_an_error_and_no_crash(ready: Gui) -> None:
    gone = ready.window_object(ready.open_window())
    ready.mux.close_window(ready.mux.windows[1])
    tab, why = ready.run("return viewsync.spawn_tab_with_session(..., nil, 'proj')", gone)
    assert tab is None
    assert "window id 1 not found in mux" in why
    assert len(ready.take_errors()) == 1


WINDOWS = {
    "a gui Window": ("window", []),
    # The only way to tell the two apart is to ask, and to ask for what is not there raises.
    "a MuxWindow": ("window:mux_window()", ["MuxWindow has no mux_window"]),
    "a pane alone": ("nil, window:active_tab():active_pane()", []),
}


@pytest.mark.parametrize("given", WINDOWS)
def test_the_window_may_be_given_as(ready: Gui, given: str) -> None:
    words, asked = WINDOWS[given]
    first = ready.mux.windows[0]
    ready.open_window()
    body = f"local window = ...; local w, p = {words}; viewsync.spawn_tab_with_session(w, p, 'proj')"
    ready.run(body, ready.window_object(first))
    assert len(first.tabs) == 2
    assert ready.take_violations() == asked


def test_without_window_and_pane_a_new_window_is_opened(ready: Gui) -> None:
    ready.run("viewsync.spawn_tab_with_session(nil, nil, 'proj')")
    assert argv(ready.mux.windows[1].tabs[0]) == ["/opt/viewsync", "open", "--", "proj"]


def test_beside_a_remote_tab_the_new_one_is_local_all_the_same(ready: Gui) -> None:
    window = ready.mux.windows[0]
    ready.mux.new_tab(window, ["sh"], {}, domain="SSH:far")
    assert spawn(ready, "proj").panes[0].domain == "local"


def test_the_domain_can_be_set_for_all_tabs_and_for_one(gui: Gui) -> None:
    gui.load(config("{ domain = { DomainName = 'unix' } }"))
    gui.open_window()
    assert spawn(gui, "proj").panes[0].domain == "unix"
    other = gui.lua.table_from({"DomainName": "WSL:Debian"})
    assert spawn(gui, "proj", {"domain": other}).panes[0].domain == "WSL:Debian"


def test_the_path_of_tmux_goes_along_in_the_environment(gui: Gui) -> None:
    gui.load(config("{ tmux_path = '/opt/tmux' }"))
    gui.open_window()
    assert spawn(gui, "proj").panes[0].env == {"VIEWSYNC_TMUX": "/opt/tmux"}


def test_no_environment_is_set_where_there_is_nothing_to_say(ready: Gui) -> None:
    assert spawn(ready, "proj").panes[0].env == {}


# Titles


def test_a_tab_has_its_sessions_name_as_title(ready: Gui) -> None:
    assert spawn(ready, "proj").title == "\uebc8 proj"


def test_title_and_icon_of_ones_own(ready: Gui) -> None:
    assert spawn(ready, "proj", {"title": "Work", "icon": "md_rocket"}).title == "\U000f0463 Work"
    assert spawn(ready, "proj", {"icon": "★"}).title == "★ proj"
    assert spawn(ready, "proj", {"icon": ""}).title == "proj"


def test_a_title_of_ones_own_is_noted_for_restore_and_the_usual_one_is_not(ready: Gui) -> None:
    assert argv(spawn(ready, "proj", {"icon": "★"}))[2:] == ["--tab-title=★ proj", "--", "proj"]
    assert argv(spawn(ready, "proj"))[2:] == ["--", "proj"]


def test_no_control_character_gets_into_a_title(ready: Gui) -> None:
    assert spawn(ready, "a\x1b]0;x\x07\nb", {"icon": ""}).title == "a ]0;x b"


def test_titles_can_be_left_alone(gui: Gui) -> None:
    gui.load(config("{ set_title = false }"))
    gui.open_window()
    assert spawn(gui, "proj").title == ""


CUSTOM = {
    "a table": "{ title = 'Work', icon = '★', socket_name = 'w' }",
    "the old order": "'Work', '★', { socket_name = 'w' }",
}


@pytest.mark.parametrize("order", CUSTOM)
def test_a_custom_session_by(ready: Gui, order: str) -> None:
    window = ready.mux.windows[0]
    body = f"return viewsync.spawn_tab_with_custom_session(..., nil, 'proj', {CUSTOM[order]})"
    ready.run(body, ready.window_object(window))
    assert window.tabs[-1].title == "★ Work"
    assert argv(window.tabs[-1])[2:] == ["-L", "w", "--title=Work", "--tab-title=★ Work", "--", "proj"]


def test_a_custom_session_without_a_title_opens_nothing(ready: Gui) -> None:
    assert ready.run("return viewsync.spawn_tab_with_custom_session(nil, nil, 'proj')")[0] is None
    assert ready.take_errors() == ["viewsync: spawn_tab_with_custom_session needs a title"]


def test_the_options_that_were_given_stay_as_they_were(ready: Gui) -> None:
    body = """local opts = { new = true }
    viewsync.spawn_tab_with_custom_session(nil, nil, 'proj', 'Work', nil, opts)
    return opts.title"""
    assert ready.run(body) == (None,)


def test_a_session_of_another_host(ready: Gui) -> None:
    window = ready.open_window()
    body = "return viewsync.spawn_tab_with_session(..., nil, 'api', { host = 'web', socket_name = 'work' }) ~= nil"
    assert ready.run(body, ready.window_object(window)) == (True,)
    tab = window.tabs[-1]
    assert tab.panes[0].argv[1:] == ["open", "--host=web", "-L", "work", "--", "api"]
    assert tab.title == "\uebc8 api on web"
    for given in ("{ host = '-oProxyCommand=x' }", "{ host = '' }", "{ host = 'web', into = 'here' }"):
        assert ready.run(f"return viewsync.spawn_tab_with_session(nil, nil, 'api', {given})")[0] is None
    assert len(ready.take_errors()) == 3


def test_a_window_is_named_after_the_session_of_its_tab(gui: Gui) -> None:
    gui.load(config(after="wezterm.on('format-window-title', function(tab) return viewsync.tab_title(tab) end)"))
    assert gui.sync("format-window-title", tab_info({"viewsync_parent": "proj"})) == "\uebc8 proj"
    assert gui.sync("format-window-title", tab_info({})) is None


def tab_info(user_vars: dict[str, str], title: str = "") -> Info:
    return Info(tab_title=title, active_pane=Info(user_vars=user_vars, title="zsh"))


@pytest.mark.parametrize(
    ("info", "title"),
    [
        (tab_info({"viewsync_parent": "proj"}), "\uebc8 proj"),
        (tab_info({"viewsync_parent": "proj"}, "★ Work"), "★ Work"),
        (tab_info({"viewsync_parent": "a\x1bb"}), "\uebc8 a b"),
        (tab_info({}), None),
        (tab_info({}, "mine"), None),
        (tab_info({"viewsync_parent": ""}), None),
        (tab_info({"viewsync_parent": "", "viewsync_far": "api on web"}), "\uebc8 api on web"),
        (tab_info({"viewsync_parent": "proj", "viewsync_far": "api on web"}), "\uebc8 proj"),
        (tab_info({"viewsync_far": "api on web"}, "★ Work"), "★ Work"),
        (Info(active_pane=None), None),
        (None, None),
    ],
)
def test_tab_title_in_a_users_format_tab_title(gui: Gui, info: Any, title: str | None) -> None:
    gui.load(config(after="wezterm.on('format-tab-title', function(tab) return viewsync.tab_title(tab) end)"))
    assert gui.sync("format-tab-title", info) == title


def test_format_tab_title_is_left_to_the_user(gui: Gui) -> None:
    events = gui.load(config()).surface["events"].keys()
    assert {name for name in events if not name.startswith("user-defined-")} == {
        "update-status",
        "user-var-changed",
        "window-config-reloaded",
        "window-focus-changed",
    }


# What others hear

LISTEN = """heard = {}
wezterm.on('viewsync.view-opened', function(window, pane, view)
  heard = { window:window_id(), pane:pane_id(), view.parent, view.title, view.socket_name, view.window }
end)"""


def test_others_hear_of_a_view_that_was_opened(gui: Gui) -> None:
    gui.load(config(after=LISTEN))
    window = gui.open_window()
    tab = spawn(gui, "proj", {"socket_name": "work", "window": "@2"})
    heard = dict(gui.lua.globals().heard.items())
    assert heard == {1: window.id, 2: tab.panes[0].id, 3: "proj", 4: "proj", 5: "work", 6: "@2"}


def test_an_error_of_theirs_is_logged_and_the_tab_is_open(gui: Gui) -> None:
    gui.load(config(after="wezterm.on('viewsync.view-opened', function() error('theirs') end)"))
    gui.open_window()
    assert argv(spawn(gui, "proj"))[-1] == "proj"
    (error,) = gui.take_errors()
    assert error.startswith("viewsync: a handler of viewsync.view-opened: ")
    assert "theirs" in error


def test_it_works_before_apply_to_config_and_without_it(gui: Gui) -> None:
    gui.load("viewsync = require('viewsync') return {}")
    gui.open_window()
    assert argv(spawn(gui, "proj"))[1:] == ["open", "--", "proj"]
