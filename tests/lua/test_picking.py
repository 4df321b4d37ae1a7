"""The picker of sessions and of their windows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.lua.fake import Answer, Gui, config
from tests.lua.shared_data import to_python

if TYPE_CHECKING:
    from tests.lua.conftest import Viewsync
    from tests.lua.fake_mux import Window

SOCKET = "/tmp/tmux-0/default"


def parent(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "socket": SOCKET, "windows": 2, "attached": 1, "exists": True, "views": [], **fields}


@pytest.fixture
def window(gui: Gui, viewsync: Viewsync) -> Window:
    viewsync.answers["views"] = {"parents": [parent("proj"), parent("other", windows=1, attached=0)]}
    gui.load(config())
    return gui.open_window()


def pick(gui: Gui, window: Window) -> list[dict[str, Any]]:
    gui.press(window, "s", "LEADER|CTRL")
    return gui.rows()


def labels(gui: Gui) -> list[str]:
    return [choice["label"] for choice in gui.selectors[-1]["choices"]]


def test_the_picker_lists_the_sessions(gui: Gui, window: Window) -> None:
    rows = pick(gui, window)
    assert gui.ran[0][1:] == ["pick", "--json"]
    assert [row["label"] for row in rows] == ["proj  2 windows  1 client", "other  1 window  0 clients"]
    assert gui.selectors[0]["fuzzy"]
    assert gui.selectors[0]["fuzzy_description"] == "Session: "


def test_who_is_on_a_view_counts_as_on_its_session(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    viewsync.answers["views"] = {"parents": [parent("proj", attached=0, views=[{"attached": 1}, {"attached": 1}])]}
    assert pick(gui, window)[0]["label"] == "proj  2 windows  2 clients"


def test_the_chosen_session_opens_on_its_server(gui: Gui, window: Window) -> None:
    rows = pick(gui, window)
    gui.choose(window, rows[1])
    assert window.tabs[-1].panes[0].argv[1:] == ["open", "-S", SOCKET, "--", "other"]


def test_leaving_the_picker_opens_nothing(gui: Gui, window: Window) -> None:
    pick(gui, window)
    gui.choose(window, None)
    assert len(window.tabs) == 1


def test_a_session_that_is_not_there_yet_is_made(gui: Gui, window: Window) -> None:
    pick(gui, window)
    gui.choose(window, gui.selectors[-1]["choices"][-1])
    gui.enter_line(window, "fresh one")
    assert window.tabs[-1].panes[0].argv[1:] == ["open", "--create", "--", "fresh one"]


@pytest.mark.parametrize("line", [None, ""])
def test_no_name_makes_none(gui: Gui, window: Window, line: str | None) -> None:
    pick(gui, window)
    gui.choose(window, gui.selectors[-1]["choices"][-1])
    gui.enter_line(window, line)
    assert len(window.tabs) == 1


def test_what_was_used_last_comes_first(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    old, new = [{"attached": 0, "last_attached": when} for when in (100, 200)]
    parents = [parent("never"), parent("old", views=[old]), parent("new", views=[new, old])]
    viewsync.answers["views"] = {"parents": parents}
    assert [row["label"].split()[0] for row in pick(gui, window)] == ["new", "old", "never"]
    gui.choose(window, gui.rows()[2])
    assert [row["label"].split()[0] for row in pick(gui, window)] == ["never", "new", "old"]


def test_the_session_of_this_tab_is_marked(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    gui.set_user_var(window.tabs[0], "viewsync_parent", "proj")
    gui.set_user_var(window.tabs[0], "viewsync_socket", SOCKET)
    viewsync.answers["views"] = {"parents": [parent("proj"), parent("proj", socket="/tmp/tmux-0/work")]}
    marked = [row["label"].endswith("(this tab)") for row in pick(gui, window)]
    assert marked == [True, False]


# The keys that follow the chord


def test_keys_typed_before_the_list_is_there_do_not_reach_the_program_below(gui: Gui, window: Window) -> None:
    gui.holding = True
    gui.press(window, "s", "LEADER|CTRL")
    gui.type(window, "pro")
    assert gui.rows() == []
    gui.holding = False
    gui.settle()
    gui.type(window, "j")
    assert len(gui.rows()) == 2
    assert window.tabs[0].panes[0].typed == ""


def test_an_enter_before_the_list_is_there_chooses_nothing(gui: Gui, window: Window) -> None:
    gui.holding = True
    gui.press(window, "s", "LEADER|CTRL")
    gui.choose(window, gui.selectors[-1]["choices"][0])
    gui.holding = False
    gui.settle()
    assert (len(window.tabs), len(gui.rows())) == (1, 2)


def test_who_leaves_it_before_the_list_is_there_sees_no_second_one(gui: Gui, window: Window) -> None:
    gui.holding = True
    gui.press(window, "s", "LEADER|CTRL")
    gui.choose(window, None)
    gui.holding = False
    gui.settle()
    assert gui.selectors == []


def test_what_was_read_within_a_minute_is_there_at_once(gui: Gui, window: Window) -> None:
    pick(gui, window)
    gui.choose(window, None)
    gui.holding = True
    gui.press(window, "s", "LEADER|CTRL")
    gui.type(window, "pro")
    assert (len(gui.rows()), gui.selectors[-1]["typed"]) == (2, "pro")
    gui.holding = False
    gui.settle()
    assert gui.selectors[-1]["typed"] == "pro"


def test_what_is_known_can_be_read_again(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    pick(gui, window)
    viewsync.answers["views"] = {"parents": [parent("later")]}
    assert len(pick(gui, window)) == 2
    gui.choose(window, gui.selectors[-1]["choices"][-1])
    assert [row["label"].split()[0] for row in gui.rows()] == ["later"]


def test_what_is_old_is_read_again_by_itself(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    pick(gui, window)
    viewsync.answers["views"] = {"parents": [parent("later")]}
    gui.advance(120)
    assert [row["label"].split()[0] for row in pick(gui, window)] == ["later"]


# A window of a session


def windows(*names: str) -> list[dict[str, Any]]:
    return [{"id": f"@{at}", "index": at, "name": name, "current": at == 1} for at, name in enumerate(names)]


def pick_window(gui: Gui, viewsync: Viewsync, window: Window) -> list[dict[str, Any]]:
    viewsync.answers["views"] = {"parents": [parent("proj", window_list=windows("vim", "a\nb")), parent("empty")]}
    pick(gui, window)
    gui.choose(window, next(row for row in gui.selectors[-1]["choices"] if "window of" in row["label"]))
    return gui.rows()


def test_a_window_of_a_session_is_chosen_and_the_tab_begins_there(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    rows = pick_window(gui, viewsync, window)
    assert gui.ran[-1][1:] == ["views", "--all", "--windows", "--json"]
    assert [row["label"] for row in rows] == ["proj  0: vim", "proj  1: a b"]
    assert gui.selectors[-1]["title"] == "viewsync: choose a window for the new tab"
    gui.choose(window, rows[1])
    assert window.tabs[-1].panes[0].argv[1:] == ["open", "-S", SOCKET, "--window=@1", "--", "proj"]


def test_leaving_the_windows_opens_nothing(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    pick_window(gui, viewsync, window)
    gui.choose(window, None)
    assert (len(window.tabs), gui.selectors) == (1, [])


def test_windows_can_have_a_key_of_their_own(gui: Gui, viewsync: Viewsync) -> None:
    viewsync.answers["views"] = {"parents": [parent("proj", window_list=windows("vim"))]}
    key = "{ key = 'F5', mods = 'ALT', action = viewsync.pick_window({ into = 'right' }) }"
    gui.load(config(after=f"table.insert(config.keys, {key})"))
    window = gui.open_window()
    gui.press(window, "F5", "ALT")
    gui.choose(window, gui.rows()[0])
    assert window.tabs[0].panes[1].argv[1:] == ["open", "-S", SOCKET, "--window=@0", "--", "proj"]


# What is no session


def other(kind: str, name: str, key: str) -> dict[str, Any]:
    return {"kind": kind, "name": name, "key": key, "detail": "~/x\ny", "socket": SOCKET, "last_attached": None}


OTHERS = [
    other("project", "myapp dev", "cHJv-_"),
    other("worktree", "myapp fix", "d29y"),
    other("folder", "~/a", "Zm9s"),
]


def with_others(viewsync: Viewsync) -> None:
    session = {**other("session", "proj", "c2Vz"), "windows": 1, "clients": 0}
    viewsync.answers["pick"] = {"choices": [*OTHERS, session], "errors": []}


def test_all_that_pick_offers_is_there_behind_the_sessions(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    with_others(viewsync)
    rows = pick(gui, window)
    own = ["project  myapp dev  ~/x y", "worktree  myapp fix  ~/x y", "folder  ~/a  ~/x y"]
    assert [row["label"] for row in rows] == ["proj  1 window  0 clients", *own]
    assert labels(gui)[4:] == ["a window of a session ...", "a new session ..."]
    gui.choose(window, rows[1])
    assert window.tabs[-1].panes[0].argv[1:] == ["pick", "--open=cHJv-_"]
    assert window.tabs[-1].title == "\uebc8 myapp dev"
    assert [row["label"] for row in pick(gui, window)][1:] == own  # at once, as they are known


def test_a_session_of_another_host_is_opened_by_its_key(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    far = {**other("session", "web:api", "ZmFy"), "socket": "web:default", "detail": "0 views, on web"}
    viewsync.answers["pick"] = {"choices": [far], "errors": []}
    [row] = pick(gui, window)
    assert row["label"] == "session  web:api  0 views, on web"
    gui.choose(window, row)
    assert window.tabs[-1].panes[0].argv[1:] == ["pick", "--open=ZmFy"]


@pytest.mark.parametrize("is_url", [False, True])
def test_projects_and_worktrees_are_those_of_the_panes_folder(gui: Gui, window: Window, *, is_url: bool) -> None:
    pane = window.tabs[0].panes[0]
    pane.folder, pane.folder_is_url = "/src/my app%", is_url
    pick(gui, window)
    assert gui.ran[0][1:] == ["pick", "--json", "--cwd=/src/my app%"]


# Into this tab


@pytest.fixture
def here(gui: Gui, viewsync: Viewsync) -> Window:
    """A tab on proj, and a key that has it go to another session."""
    parents = [parent("proj"), parent("other"), parent("far", socket="/tmp/tmux-0/work")]
    viewsync.answers["views"] = {"parents": parents}
    viewsync.answers["attach"] = {"view": "other-view-1-1"}
    gui.load(
        config(
            after="""table.insert(config.keys,
            { key = 'F5', mods = 'ALT', action = viewsync.pick_session({ into = 'here' }) })"""
        )
    )
    window = gui.open_window()
    gui.run("viewsync.spawn_tab_with_session(..., nil, 'proj')", gui.window_object(window))
    gui.set_user_var(window.tabs[1], "viewsync_parent", "proj")
    gui.set_user_var(window.tabs[1], "viewsync_socket", SOCKET)
    gui.mux.close_tab(window.tabs[0])
    return window


def test_the_tab_goes_to_the_session_and_is_called_after_it(gui: Gui, here: Window) -> None:
    gui.press(here, "F5", "ALT")
    assert gui.selectors[-1]["title"] == "viewsync: choose a session for this tab"
    assert [row["label"].split()[0] for row in gui.rows()] == ["proj", "other"]  # of its own server alone
    gui.choose(here, gui.rows()[1])
    (tab,) = here.tabs
    assert gui.ran[-1][1:] == ["attach", "--json", f"--client={tab.panes[0].tty}", "-S", SOCKET, "--", "other"]
    assert (tab.title, tab.panes[0].user_vars["viewsync_parent"]) == ("\uebc8 other", "other")
    assert tab.panes[0].typed == ""
    gui.press(here, "F5", "ALT")
    assert next(row["label"] for row in gui.rows() if "(this tab)" in row["label"]).startswith("other")


def test_the_tab_goes_to_what_is_no_session_yet(gui: Gui, viewsync: Viewsync, here: Window) -> None:
    with_others(viewsync)
    viewsync.answers["pick"]["choices"][0] = {**OTHERS[0], "socket": "/tmp/tmux-0/work"}
    gui.press(here, "F5", "ALT")
    row = gui.rows()[1]  # what would be on another server is not offered
    assert "worktree" in row["label"]
    viewsync.answers["pick"] = {"name": "myapp-fix", "view": "myapp-fix-view-1-1"}
    gui.choose(here, row)
    (tab,) = here.tabs
    assert gui.ran[-1][1:] == ["pick", "--json", "--open=d29y", f"--client={tab.panes[0].tty}"]
    assert tab.title == "\uebc8 myapp-fix"


def test_a_title_of_ones_own_stays(gui: Gui, here: Window) -> None:
    here.tabs[0].title = "mine"
    gui.press(here, "F5", "ALT")
    gui.choose(here, gui.rows()[1])
    assert here.tabs[0].title == "mine"


def test_a_session_that_is_not_there_yet_is_made_for_this_tab(gui: Gui, here: Window) -> None:
    gui.press(here, "F5", "ALT")
    gui.choose(here, gui.selectors[-1]["choices"][-1])
    gui.enter_line(here, "fresh one")
    tty = here.tabs[0].panes[0].tty
    assert gui.ran[-1][1:] == ["attach", "--json", f"--client={tty}", "--create", "-S", SOCKET, "--", "fresh one"]


def test_why_it_cannot_go_there_is_shown_and_the_tab_stays(gui: Gui, viewsync: Viewsync, here: Window) -> None:
    viewsync.answers["attach"] = Answer('{"error": {"message": "nobody is there"}}', "", success=False)
    gui.press(here, "F5", "ALT")
    gui.choose(here, gui.rows()[1])
    assert gui.toasts == ["nobody is there"]
    assert gui.take_errors() == ["viewsync: nobody is there"]
    assert (here.tabs[0].title, len(here.tabs)) == ("\uebc8 proj", 1)


def test_a_tab_that_is_not_ours_is_left_alone(gui: Gui, here: Window) -> None:
    gui.mux.new_tab(here, ["sh"], {})
    gui.press(here, "F5", "ALT")
    assert gui.toasts == ["this tab shows no session that viewsync opened"]
    assert len(gui.take_errors()) == 1
    assert gui.selectors == []


@pytest.mark.parametrize("name", ["a", "ab", "abc", "日本", "it's $(x)"])
def test_wezterm_is_told_any_name_as_it_is(gui: Gui, here: Window, name: str) -> None:
    body = "return viewsync.spawn_tab_with_session(nil, ..., select(2, ...), { into = 'here', window = '@7' })"
    gui.run(body, gui.pane_object(here.tabs[0]), name)
    assert gui.ran[-1][4:] == ["--window=@7", "-S", SOCKET, "--", name]
    assert here.tabs[0].panes[0].user_vars["viewsync_parent"] == name


# Where it opens


def pick_into(gui: Gui, viewsync: Viewsync, into: str) -> Window:
    viewsync.answers["views"] = {"parents": [parent("proj")]}
    key = f"{{ key = 'F5', mods = 'ALT', action = viewsync.pick_session({{ into = '{into}' }}) }}"
    gui.load(config(after=f"table.insert(config.keys, {key})"))
    window = gui.open_window()
    gui.press(window, "F5", "ALT")
    gui.choose(window, gui.rows()[0])
    return window


@pytest.mark.parametrize("into", ["right", "down"])
def test_it_opens_beside_the_pane_and_the_tab_keeps_its_title(gui: Gui, viewsync: Viewsync, into: str) -> None:
    (tab,) = pick_into(gui, viewsync, into).tabs
    assert tab.panes[1].argv[1:] == ["open", "-S", SOCKET, "--", "proj"]
    assert tab.title == ""


@pytest.mark.parametrize(("into", "workspace"), [("window", "default"), ("workspace", "proj")])
def test_it_opens_in_a_window_and_in_a_workspace(gui: Gui, viewsync: Viewsync, into: str, workspace: str) -> None:
    window = pick_into(gui, viewsync, into)
    assert len(window.tabs) == 1
    (_, other) = gui.mux.windows.values()
    assert other.tabs[0].panes[0].argv[-1] == "proj"
    assert gui.mux.active_workspace == other.workspace == workspace


def test_without_a_pane_there_is_nothing_to_split(gui: Gui, window: Window) -> None:
    body = "return viewsync.spawn_tab_with_session(..., nil, 'proj', { into = 'down' })"
    assert gui.run(body, gui.window_object(window))[1] == "cannot open a tab on proj: there is no pane to split"
    assert len(gui.take_errors()) == 1


def test_the_palette_has_entries_made_once(gui: Gui, window: Window) -> None:
    gui.load(config(after="wezterm.on('augment-command-palette', function() return viewsync.palette_entries() end)"))
    entries = to_python(gui.sync("augment-command-palette"))
    assert entries == to_python(gui.sync("augment-command-palette"))
    by_name = {entry["brief"]: entry["action"]["EmitEvent"] for entry in entries}
    gui.fire(by_name["viewsync: open a session in a tab"], window)
    assert len(gui.rows()) == 2
    assert all(isinstance(entry["icon"], str) for entry in entries)


def test_a_session_on_another_server_says_so(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    viewsync.answers["views"] = {"parents": [parent("proj", socket="/tmp/tmux-0/work")]}
    assert pick(gui, window)[0]["label"] == "proj  2 windows  1 client  on work"


def test_a_parent_that_is_gone_is_not_offered(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    viewsync.answers["views"] = {"parents": [parent("gone", exists=False), parent("proj")]}
    assert [row["label"].split()[0] for row in pick(gui, window)] == ["proj"]


@pytest.mark.parametrize("name", ["a'b", "$(x)", "-rf", "日本", "a\nb", '{"name": "x"}', "a|b:c"])
def test_any_name_survives_the_way_through_the_picker(gui: Gui, viewsync: Viewsync, window: Window, name: str) -> None:
    viewsync.answers["views"] = {"parents": [parent(name)]}
    (row,) = pick(gui, window)
    assert "\n" not in row["label"]
    gui.choose(window, row)
    assert window.tabs[-1].panes[0].argv[-1] == name


def test_no_session_at_all_is_said(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    viewsync.answers["views"] = {"parents": []}
    assert pick(gui, window) == []
    assert labels(gui) == ["a new session ..."]
    assert gui.toasts == []


def test_a_tmux_that_cannot_be_run_is_not_called_a_lack_of_sessions(
    gui: Gui, viewsync: Viewsync, window: Window
) -> None:
    viewsync.answers["views"] = {"parents": [], "errors": ["cannot run /no/tmux"]}
    gui.press(window, "s", "LEADER|CTRL")
    assert labels(gui) == ["a new session ...", "cannot run /no/tmux"]
    assert gui.toasts == ["cannot run /no/tmux"]
    assert gui.take_errors() == ["viewsync: cannot run /no/tmux"]


def test_a_list_that_cannot_be_had_is_said(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    viewsync.answers["views"] = Answer('{"error": {"message": "no server"}}', "", success=False)
    gui.press(window, "s", "LEADER|CTRL")
    assert gui.toasts == ["no server"]
    assert gui.take_errors() == ["viewsync: no server"]


def test_the_window_may_close_while_the_list_is_made(gui: Gui, window: Window) -> None:
    gui.holding = True
    gui.press(window, "s", "LEADER|CTRL")
    gui.mux.close_window(window)
    gui.holding = False
    gui.settle()
    (error,) = gui.take_errors()
    assert error.startswith("viewsync: pick: ")


def test_a_picker_of_ones_own_passes_its_options_on(gui: Gui, viewsync: Viewsync) -> None:
    viewsync.answers["views"] = {"parents": [parent("proj")]}
    key = "{ key = 'F5', mods = 'ALT', action = viewsync.pick_session({ new = true, socket_name = 'x' }) }"
    gui.load(config(after=f"table.insert(config.keys, {key})"))
    window = gui.open_window()
    gui.press(window, "F5", "ALT")
    gui.choose(window, gui.selectors[-1]["choices"][0])
    assert window.tabs[-1].panes[0].argv[1:] == ["open", "--new", "-S", SOCKET, "--", "proj"]


def test_a_selector_leaves_no_callback_behind_each_time(gui: Gui, window: Window) -> None:
    assert gui.current
    before = len(list(gui.current.surface["events"].keys()))
    for _ in range(5):
        pick(gui, window)
    assert len(list(gui.current.surface["events"].keys())) == before


def test_choose_works_without_a_selector(gui: Gui, window: Window) -> None:
    row = json.dumps({"name": "proj", "socket": SOCKET})
    tab, _ = gui.run("return viewsync.choose(..., nil, select(2, ...))", gui.window_object(window), row)
    assert tab is not None


@pytest.mark.parametrize("row", ["", "proj", "7", "[]"])
def test_choose_refuses_what_is_no_row(gui: Gui, window: Window, row: str) -> None:
    tab, _ = gui.run("return viewsync.choose(nil, nil, ...)", row)
    assert tab is None
    assert len(window.tabs) == 1
    assert len(gui.take_errors()) == 1
