"""One evaluation of a configuration: a Lua state of its own, with the host functions of fake_wezterm.lua."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.lua.fake_mux import MuxPane, MuxTab, MuxWindow
from tests.lua.shared_data import LuaError, Userdata, json_encode, json_parse, lupa

if TYPE_CHECKING:
    from tests.lua.fake import Gui

ROOT = Path(__file__).resolve().parents[2]
SURFACE = Path(__file__).with_name("fake_wezterm.lua")

COALESCED = frozenset(
    {"update-status", "update-right-status", "window-config-reloaded", "window-focus-changed", "window-resized"}
)
ASYNC_EVENTS = COALESCED | {
    "bell",
    "gui-attached",
    "gui-startup",
    "mux-startup",
    "new-tab-button-click",
    "open-uri",
    "user-var-changed",
}
SYNC_EVENTS = frozenset(
    {"augment-command-palette", "format-tab-title", "format-window-title", "mux-is-process-stateful"}
)


class Evaluation:
    """One Lua state: every (re)load of the configuration has its own."""

    def __init__(self, gui: Gui, *, headless: bool = False) -> None:
        self.gui = gui
        self.config: Any = None
        self.scheduled: list[tuple[float, str]] = []
        self.is_event_emission = False
        self.lua = lupa.LuaRuntime(
            unpack_returned_tuples=True,
            register_eval=False,
            register_builtins=False,
            attribute_handlers=(self._get, self._set),
        )
        self.lua.globals().python = None
        host = self.lua.table_from(self._host(headless))
        self.surface = self.lua.execute(SURFACE.read_text(), host)
        self._yielding: dict[str, Any] = {}

    def _host(self, headless: bool) -> dict[str, Any]:
        gui = self.gui
        return {
            "all_windows": self._all_windows,
            "call_after": self._call_after,
            "get_pane": lambda id_: MuxPane(gui.mux, gui.mux.pane(id_).id),
            "get_tab": lambda id_: MuxTab(gui.mux, gui.mux.tab(id_).id),
            "get_window": lambda id_: MuxWindow(gui.mux, gui.mux.window(id_).id),
            "getenv": gui.env.get,
            "global": gui.shared,
            "global_pairs": lambda value: self.lua.table_from(value.pairs()),
            "headless": headless,
            "home": gui.env["HOME"],
            "is_event": is_event,
            "json_encode": json_encode,
            "json_parse": partial(json_parse, self.lua),
            "log": lambda level, text: gui.logs.append((level, text)),
            "set_active_workspace": gui.mux.set_active_workspace,
            "package_path": f"{ROOT}/lua/?.lua",
            "time": lambda: int(gui.clock),
            "violation": gui.violations.append,
            "watch": gui.watched.append,
        }

    def _get(self, value: Any, key: Any) -> Any:
        if isinstance(value, Userdata):
            return value.lua_index(key, self)
        raise LuaError(f"attempt to index a {type(value).__name__} ({key})")

    def _set(self, value: Any, key: Any, new: Any) -> None:
        if not isinstance(value, Userdata):
            raise LuaError(f"attempt to index a {type(value).__name__} ({key})")
        value.lua_newindex(key, new)

    def _all_windows(self) -> Any:
        mux = self.gui.mux
        return self.lua.table_from([MuxWindow(mux, id_) for id_ in mux.windows])

    def _call_after(self, seconds: float, name: str) -> None:
        if self.is_event_emission:
            self.gui.schedule(self, seconds, name)
        else:
            self.scheduled.append((seconds, name))

    def yielding(self, name: str) -> Any:
        if name not in self._yielding:
            self._yielding[name] = self.surface["yielding"](name)
        return self._yielding[name]

    def evaluate(self, source: str) -> None:
        """As WezTerm: in a coroutine, so that only `require` is a boundary to a yield."""
        chunk = self.lua.eval("function(source) return load(source, '=config') end")(source)
        if isinstance(chunk, tuple):
            raise AssertionError(chunk[1])
        last_word, outcome = self.surface["run"].coroutine(chunk).send(None)
        if last_word != "finished":
            self.gui.violations.append(f"{last_word} yielded while the configuration loaded")
            return
        if not outcome[1]:
            raise AssertionError(f"the configuration failed: {outcome[2]}")
        self.config = outcome[2]


def is_event(name: Any) -> bool:
    """WezTerm takes any name; here one of its own, or, with a dot, one that a plugin emits."""
    return isinstance(name, str) and (name in ASYNC_EVENTS | SYNC_EVENTS or "." in name)
