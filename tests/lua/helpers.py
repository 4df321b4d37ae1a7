"""What the tests of the layers share: opening and closing views, and reading what was run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lua.fake import Gui, config

if TYPE_CHECKING:
    from tests.lua.fake_mux import Tab, Window


def only(*layers: str) -> str:
    return config(f"{{ layers = {{ {', '.join(repr(layer) for layer in layers)} }} }}")


def view(gui: Gui, window: Window) -> Tab:
    """A tab on a view that somebody else opened: its user variable is all there is to see."""
    tab = gui.mux.new_tab(window, ["sh"], {})
    gui.set_user_var(tab, "viewsync_parent", "proj")
    return tab


def triggers(gui: Gui) -> list[str]:
    return [argv[argv.index("--trigger") + 1] for argv in gui.ran]


def ttys(argv: list[str]) -> list[str]:
    return [argv[n + 1] for n, word in enumerate(argv) if word == "--live-tty"]


def close(gui: Gui, tab: Tab, window: Window) -> None:
    """As WezTerm: the tab goes, and the titles are drawn anew."""
    gui.mux.close_tab(tab)
    gui.fire("update-status", window)


def seen(gui: Gui, window: Window) -> None:
    """The module has had its look at what there is."""
    gui.advance(5)
    gui.fire("update-status", window)
    gui.advance(5)


def callbacks(gui: Gui) -> int:
    """How many WezTerm keeps for this configuration."""
    assert gui.current
    return sum(name.startswith("user-defined-") for name in gui.current.surface["events"])
