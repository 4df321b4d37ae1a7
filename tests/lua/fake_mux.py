"""WezTerm's windows, tabs and panes, and the Lua objects for them (lua-api-crates/mux)."""

from __future__ import annotations

import base64
import re
import struct
import urllib.parse
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.lua.shared_data import LuaError, Userdata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Pane:
    id: int
    argv: list[str]
    env: dict[str, str]
    domain: str
    tty: str | None
    user_vars: dict[str, str] = field(default_factory=dict)
    close: Callable[[], None] = lambda: None
    typed: str = ""
    folder: str | None = None
    folder_is_url: bool = False  # an object with the path in it, as since 20240127; else a string
    left: int = 0
    top: int = 0
    cols: int = 80
    rows: int = 24


@dataclass
class Tab:
    id: int
    panes: list[Pane]
    title: str = ""
    focused: Pane | None = None
    zoomed: Pane | None = None

    @property
    def active(self) -> Pane:
        return self.focused if self.focused in self.panes and self.focused else self.panes[0]


@dataclass
class Window:
    id: int
    tabs: list[Tab] = field(default_factory=list)
    active: Tab | None = None
    right_status: str = ""
    workspace: str = "default"


class Mux:
    """Ids only ever grow, and none is used twice in one process."""

    def __init__(self) -> None:
        self.windows: dict[int, Window] = {}
        self.active_workspace = "default"
        self._ids = {kind: count() for kind in ("window", "tab", "pane")}
        self.next_tty: Callable[[Pane], str | None] = lambda pane: f"/dev/pts/{100 + pane.id}"

    def set_active_workspace(self, name: str) -> None:
        if name not in {window.workspace for window in self.windows.values()}:
            raise LuaError(f'"{name}" is not an existing workspace')
        self.active_workspace = name

    def new_window(self, workspace: str = "") -> Window:
        window = Window(next(self._ids["window"]), workspace=workspace or self.active_workspace)
        self.windows[window.id] = window
        return window

    def new_tab(self, window: Window, argv: list[str], env: dict[str, str], domain: str = "local") -> Tab:
        pane = self.new_pane(argv, env, domain)
        tab = Tab(next(self._ids["tab"]), [pane])
        window.tabs.append(tab)
        window.active = tab
        return tab

    def new_pane(self, argv: list[str], env: dict[str, str], domain: str) -> Pane:
        pane = Pane(next(self._ids["pane"]), argv, env, domain, tty=None)
        if domain == "local":  # a pane that lives in a mux server has no tty name here
            pane.tty = self.next_tty(pane)
        return pane

    def split(self, pane: Pane, new: Pane, direction: str, size: float) -> None:
        """The new pane takes its part, one cell is between (mux/src/tab.rs, compute_split_size)."""
        (size,) = struct.unpack("f", struct.pack("f", size))
        across = direction in ("Right", "Left")
        room = pane.cols if across else pane.rows
        cells = int(size) if size >= 1 else max(1, room * (int(size * 100) if size else 50) // 100)
        left = room - cells - 1
        if left < 1:
            raise LuaError("No space for split!")
        new.left, new.top, new.cols, new.rows = pane.left, pane.top, pane.cols, pane.rows
        second = new if direction in ("Right", "Bottom") else pane
        first = pane if second is new else new
        sizes = {id(new): cells, id(pane): left}
        for half in (first, second):
            setattr(half, "cols" if across else "rows", sizes[id(half)])
        begin = "left" if across else "top"
        setattr(second, begin, getattr(first, begin) + sizes[id(first)] + 1)

    def close_tab(self, tab: Tab) -> None:
        for window in list(self.windows.values()):
            if tab in window.tabs:
                window.tabs.remove(tab)
                window.active = window.tabs[-1] if window.tabs else None
                if not window.tabs:
                    del self.windows[window.id]
        for pane in tab.panes:
            pane.close()

    def close_window(self, window: Window) -> None:
        for tab in list(window.tabs):
            self.close_tab(tab)

    def tabs(self) -> Iterator[tuple[Window, Tab]]:
        for window in self.windows.values():
            for tab in window.tabs:
                yield window, tab

    def window(self, window_id: int) -> Window:
        if window_id not in self.windows:
            raise LuaError(f"window id {window_id} not found in mux")
        return self.windows[window_id]

    def tab(self, tab_id: int) -> Tab:
        for _, tab in self.tabs():
            if tab.id == tab_id:
                return tab
        raise LuaError(f"tab id {tab_id} not found in mux")

    def place(self, pane_id: int) -> tuple[Window, Tab, Pane] | None:
        for window, tab in self.tabs():
            for pane in tab.panes:
                if pane.id == pane_id:
                    return window, tab, pane
        return None

    def activate(self, pane: Pane) -> None:
        """The pane, and the tab that it is in."""
        place = self.place(pane.id)
        assert place
        place[0].active, place[1].focused = place[1], pane

    def pane(self, pane_id: int) -> Pane:
        place = self.place(pane_id)
        if place is None:
            raise LuaError(f"pane id {pane_id} not found in mux")
        return place[2]


class MuxObject(Userdata):
    """A handle by id: a method looks the thing up when it is called, and raises if it has gone."""

    yields: frozenset[str] = frozenset()

    def __init__(self, mux: Mux, id_: int) -> None:
        self.mux = mux
        self.id = id_

    def lua_index(self, key: Any, evaluation: Any) -> Any:
        if key in self.yields:
            return evaluation.yielding(key)
        method = getattr(self, f"lua_{key}", None) if isinstance(key, str) else None
        if method is None or key in ("index", "newindex"):
            evaluation.gui.violations.append(f"{type(self).__name__} has no {key}")
            return super().lua_index(key, evaluation)
        return lambda _self, *args: method(evaluation, *args)


class MuxWindow(MuxObject):
    yields = frozenset({"spawn_tab", "gui_window"})

    def lua_window_id(self, _: Any) -> int:
        return self.id

    def lua_tabs(self, evaluation: Any) -> Any:
        tabs = self.mux.window(self.id).tabs
        return evaluation.lua.table_from([MuxTab(self.mux, tab.id) for tab in tabs])

    def lua_get_workspace(self, _: Any) -> str:
        return self.mux.window(self.id).workspace

    def lua_tabs_with_info(self, evaluation: Any) -> Any:
        window = self.mux.window(self.id)
        infos = [
            {"index": at, "is_active": tab is window.active, "tab": MuxTab(self.mux, tab.id)}
            for at, tab in enumerate(window.tabs)
        ]
        return evaluation.lua.table_from([evaluation.lua.table_from(info) for info in infos])

    def lua_active_tab(self, _: Any) -> MuxTab | None:
        active = self.mux.window(self.id).active
        return MuxTab(self.mux, active.id) if active else None


class MuxTab(MuxObject):
    def lua_tab_id(self, _: Any) -> int:
        return self.id

    def lua_window(self, _: Any) -> MuxWindow | None:
        for window, tab in self.mux.tabs():
            if tab.id == self.id:
                return MuxWindow(self.mux, window.id)
        return None

    def lua_panes(self, evaluation: Any) -> Any:
        panes = self.mux.tab(self.id).panes
        return evaluation.lua.table_from([MuxPane(self.mux, pane.id) for pane in panes])

    def lua_active_pane(self, _: Any) -> MuxPane:
        return MuxPane(self.mux, self.mux.tab(self.id).active.id)

    def lua_panes_with_info(self, evaluation: Any) -> Any:
        tab = self.mux.tab(self.id)
        infos = [
            {
                "index": at,
                "is_active": pane is tab.active,
                "is_zoomed": pane is tab.zoomed,
                "left": pane.left,
                "top": pane.top,
                "width": pane.cols,
                "height": pane.rows,
                "pixel_width": pane.cols * 8,
                "pixel_height": pane.rows * 16,
                "pane": MuxPane(self.mux, pane.id),
            }
            for at, pane in enumerate(tab.panes)
        ]
        return evaluation.lua.table_from([evaluation.lua.table_from(info) for info in infos])

    def lua_set_zoomed(self, _: Any, zoomed: bool) -> None:
        tab = self.mux.tab(self.id)
        tab.zoomed = tab.active if zoomed else None

    def lua_activate(self, _: Any) -> None:
        self.mux.activate(self.mux.tab(self.id).active)

    def lua_get_title(self, _: Any) -> str:
        return self.mux.tab(self.id).title

    def lua_set_title(self, _: Any, title: str) -> None:
        self.mux.tab(self.id).title = title


class MuxPane(MuxObject):
    yields = frozenset({"split", "move_to_new_tab", "move_to_new_window"})

    def lua_pane_id(self, _: Any) -> int:
        return self.id

    def lua_window(self, _: Any) -> MuxWindow | None:
        place = self.mux.place(self.id)
        return MuxWindow(self.mux, place[0].id) if place else None

    def lua_tab(self, _: Any) -> MuxTab | None:
        place = self.mux.place(self.id)
        return MuxTab(self.mux, place[1].id) if place else None

    def lua_get_tty_name(self, _: Any) -> str | None:
        return self.mux.pane(self.id).tty

    def lua_get_current_working_dir(self, evaluation: Any) -> Any:
        pane = self.mux.pane(self.id)
        if pane.folder is None:
            return None
        if pane.folder_is_url:
            return evaluation.lua.table_from({"file_path": pane.folder})
        return f"file://host{urllib.parse.quote(pane.folder)}"

    def lua_activate(self, _: Any) -> None:
        self.mux.activate(self.mux.pane(self.id))

    def lua_inject_output(self, evaluation: Any, text: str) -> None:
        """As if the program in the pane had written it. A mux domain's pane takes none, and says nothing."""
        pane = self.mux.pane(self.id)
        match = re.fullmatch(r"\x1b\]1337;SetUserVar=([^=]+)=([A-Za-z0-9+/]*=*)\x07", text)
        if not match:
            evaluation.gui.violations.append(f"inject_output would show {text!r}")
        elif pane.domain == "local":
            pane.user_vars[match[1]] = base64.b64decode(match[2], validate=True).decode()
            place = self.mux.place(self.id)
            assert place
            evaluation.gui.emit("user-var-changed", place[0], match[1], pane.user_vars[match[1]])

    def lua_get_user_vars(self, evaluation: Any) -> Any:
        return evaluation.lua.table_from(self.mux.pane(self.id).user_vars)


class GuiWindow(MuxObject):
    """A Window of wezterm-gui: it notifies by id, so some of it works after the window has gone."""

    yields = frozenset(
        {
            "active_key_table",
            "active_pane",
            "effective_config",
            "get_config_overrides",
            "get_dimensions",
            "is_focused",
            "leader_is_active",
            "perform_action",
        }
    )

    def lua_window_id(self, _: Any) -> int:
        return self.id

    def lua_mux_window(self, _: Any) -> MuxWindow:
        return MuxWindow(self.mux, self.id)

    def lua_active_tab(self, evaluation: Any) -> MuxTab | None:
        return MuxWindow(self.mux, self.id).lua_active_tab(evaluation)

    def lua_toast_notification(
        self, evaluation: Any, title: str, text: str, _url: str | None = None, _ms: int | None = None
    ) -> None:
        for value in (title, text):
            if not isinstance(value, str):
                raise LuaError("error converting Lua value to String")
        if evaluation.gui.has_notification_daemon:
            evaluation.gui.toasts.append(text)

    def lua_set_right_status(self, _: Any, text: str) -> None:
        if not isinstance(text, str):
            raise LuaError("error converting Lua value to String")
        if self.id in self.mux.windows:
            self.mux.windows[self.id].right_status = text


class Info(Userdata):
    """TabInformation and PaneInformation: fields, no methods."""

    def __init__(self, **fields: Any) -> None:
        self.fields = fields

    def lua_index(self, key: Any, evaluation: Any) -> Any:
        if key not in self.fields:
            return super().lua_index(key, evaluation)
        value = self.fields[key]
        return evaluation.lua.table_from(value) if isinstance(value, dict) else value
