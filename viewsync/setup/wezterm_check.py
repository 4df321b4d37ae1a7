"""Each WezTerm that runs: whether it answers, and whether the Lua module in it told us of its panes."""

from __future__ import annotations

from viewsync.errors import ViewsyncError
from viewsync.registry.safe_reading import read_registry
from viewsync.setup.rules.checks import CONVENIENCE, OK, WARN, Check
from viewsync.system import processes
from viewsync.system.wezterm import WeztermHangs
from viewsync.text import durations
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views import wezterm_panes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.context import Context
    from viewsync.registry_shape import GuiRow

_SILENT = 600.0  # seconds: the module tells every minute, unless its option `interval` says otherwise


class _Wezterm(NamedTuple):
    pid: int
    socket: str
    is_gui: bool


def running(ctx: Context) -> Check:
    guis = read_registry(ctx)[0]["guis"]
    found = [_Wezterm(pid, socket, True) for pid, socket in ctx.wezterm.guis().items()]
    found += [_Wezterm(pid, socket, False) for pid, socket in wezterm_panes.muxes(guis).items()]
    if not found:
        return Check("WezTerm", WARN, "no running WezTerm was found", "that is fine outside of WezTerm")
    said, hints = [], []
    for wezterm in found:
        words, hint = _one(ctx, wezterm, guis)
        said.append(words)
        hints += [hint] if hint and hint not in hints else []
    return Check("WezTerm", WARN if hints else OK, "; ".join(said), "; ".join(hints), at_stake=CONVENIENCE)


def _one(ctx: Context, wezterm: _Wezterm, guis: Mapping[str, GuiRow]) -> tuple[str, str]:
    """What is said of it, and what would do, "" where nothing need be done."""
    name = f"{'GUI' if wezterm.is_gui else 'mux server'} {wezterm.pid}"
    try:
        panes = len(ctx.wezterm.ttys(wezterm.socket))
    except WeztermHangs as error:
        return f"{name} hangs: {error.message}", f"what runs in tmux goes on without it: `kill {wezterm.pid}` ends it"
    except ViewsyncError as error:
        hint = f"remove {wezterm.socket} if no WezTerm has it; set `wezterm` in config.toml if that is another program"
        return f"{name}: {error.message}", hint
    shown = f"{name}: {panes} pane{'' if panes == 1 else 's'}"
    if not wezterm.is_gui:
        return shown, ""
    told = _told(guis.get(str(wezterm.pid), {}), wezterm.pid)
    if not told:
        hint = (
            "if it started just now, wait a minute; else load the module in wezterm.lua and reload that "
            "(CTRL+SHIFT+r): WezTerm's log says why one does not load"
        )
        return f"{shown}, the Lua module in it never told of them", hint
    ago = max(0.0, ctx.clock() - told)
    shown += f", of which the Lua module told {durations.shown(ago)} ago"
    hint = "reload the configuration of that WezTerm (CTRL+SHIFT+r), unless its option `interval` is that long"
    return shown, hint if ago > _SILENT else ""


def _told(row: GuiRow, pid: int) -> float:
    """When the module last told us, 0 for never. An earlier process that had the number is none."""
    return float(row.get("told") or 0) if processes.alive(pid, float(row.get("start") or 0)) else 0.0
