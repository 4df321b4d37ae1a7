"""Which WezTerm panes live: told by WezTerm's Lua, asked of `wezterm cli`, remembered for the tmux hook."""

from __future__ import annotations

from viewsync.errors import ViewsyncError
from viewsync.light import contextlib
from viewsync.registry.safe_reading import read_registry
from viewsync.system import processes, terminal_owner
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from viewsync.context import Context
    from viewsync.registry_shape import GuiRow, ViewRow
    from viewsync.store.registry_file import RegistryFile
    from viewsync.views.rules.layouts import PlacedPane

_GONE_KEPT = 3  # WezTerms that are gone, of which the layout is kept: the one that went last is restored


def tracked(views: Mapping[str, ViewRow], guis: Mapping[str, GuiRow]) -> set[str]:
    """The views that nobody is on, opened in a pane which a WezTerm that lives was last heard to have, and still has.

    A closed tab's terminal is gone at once, so a memory of it protects nothing; the terminal that gets its number next
    has another owner.
    """
    live = [(int(pid), gui) for pid, gui in guis.items() if _lives(pid, gui)]
    left = {name: row for name, row in views.items() if not row.get("attached")}
    return {name for name, row in left.items() if any(_is_in(row, pid, gui) for pid, gui in live) and _is_there(row)}


def _lives(pid: str, gui: GuiRow) -> bool:
    return pid.isdecimal() and processes.alive(int(pid), float(gui.get("start") or 0), gui.get("place", ""))


def _is_in(row: ViewRow, pid: int, gui: GuiRow) -> bool:
    """Whether the view's terminal is one of that GUI's, as far as both are known."""
    tty = row.get("tty")
    if not tty or tty not in gui.get("ttys", ()):
        return False
    changed = gui.get("changed", {}).get(tty)
    return not changed or changed == terminal_owner.changed(tty) or opened_by(row, pid, gui.get("start") or 0)


def opened_by(row: ViewRow, gui: int, start: float) -> bool:
    """Whether the view was opened from the WezTerm of that pid, which started then."""
    known = row.get("gui_start")
    return row.get("gui") == gui and (not known or not start or processes.same(known, start))


def _is_there(row: ViewRow) -> bool:
    return terminal_owner.has(int(row.get("leader") or 0), float(row.get("leader_start") or 0), row["tty"])


def remember(
    registry: RegistryFile,
    pid: int,
    ttys: Sequence[str],
    now: float,
    arrange: Callable[[Any], list[dict[str, Any]]] = lambda _: [],
    *,
    told: bool = False,
) -> None:
    """Keep the complete list of one GUI's terminals; forget GUIs that are gone, but for their layout, which `restore`
    wants. `told`: it told us by itself. `arrange` makes the layout of the one that was known; one of nothing is none.
    """
    row: GuiRow = {
        "start": processes.start_time(pid),
        "place": processes.place(),
        "ttys": sorted(set(ttys)),
        "changed": {tty: terminal_owner.changed(tty) for tty in ttys},
    }
    if told:
        row["told"] = now
    with registry.change() as data:
        guis = data["guis"]
        known = _same(guis, pid, row["start"])
        if layout := arrange(known.get("layout")):
            row |= {"layout": layout, "placed": now}
        guis[str(pid)] = {**known, **row}
        _forget_gone(guis, now)


def _forget_gone(guis: dict[str, GuiRow], now: float) -> None:
    gone = {pid: guis.pop(pid) for pid in [pid for pid, gui in guis.items() if not _lives(pid, gui)]}
    if not gone:
        return
    from viewsync.views.rules import restoring  # seldom

    with_layout = {pid: gui for pid, gui in gone.items() if gui.get("layout")}
    since = now - restoring.AT_MOST
    for pid in sorted(with_layout, key=lambda pid: float(gone[pid].get("placed") or 0))[-_GONE_KEPT:]:
        if float(gone[pid].get("placed") or 0) > since:
            guis[pid] = {
                "start": gone[pid].get("start", 0),
                "layout": gone[pid]["layout"],
                "placed": gone[pid]["placed"],
            }


def layout_of(guis: Mapping[str, GuiRow], pid: int, start: float) -> list[PlacedPane]:
    """Where the panes of that WezTerm stood when somebody last told of it, [] where nobody did."""
    from viewsync.views.rules import layouts  # only for this

    return layouts.read(_same(guis, pid, start).get("layout"))


def _same(guis: Mapping[str, GuiRow], pid: int, start: float) -> GuiRow:
    """What is known of it, and not of one before it that had its number."""
    known = guis.get(str(pid), {})
    return known if not start or processes.same(known.get("start") or 0, start) else {}


def note_mux(guis: dict[str, GuiRow], socket: str, row: ViewRow) -> None:
    """A view is opened in a pane of a mux domain: where its server is asked, and that it has this pane."""
    pid, start, tty = row["gui"], row["gui_start"], row["tty"]
    known = _same(guis, pid, start)
    guis[str(pid)] = {
        **known,
        "start": start,
        "socket": socket,
        "ttys": sorted({*known.get("ttys", ()), tty}),
        "changed": {**known.get("changed", {}), tty: terminal_owner.changed(tty)},
    }


def muxes(guis: Mapping[str, GuiRow]) -> dict[int, str]:
    """The sockets of the mux domains' servers that live and had a view in a pane, by pid."""
    return {int(pid): gui["socket"] for pid, gui in guis.items() if gui.get("socket") and _lives(pid, gui)}


def ask(ctx: Context) -> None:
    """Ask every WezTerm that can be reached from outside, one call each. `doctor` names those that do not answer."""
    ask_each(ctx, ctx.wezterm.guis())
    ask_muxes(ctx)


def ask_muxes(ctx: Context) -> list[tuple[int, float]]:
    """Those that answered, with when they started. A GUI does not know the terminals of its mux domains."""
    return ask_each(ctx, muxes(read_registry(ctx)[0]["guis"]))


def ask_each(ctx: Context, sockets: Mapping[int, str]) -> list[tuple[int, float]]:
    answered = []
    if sockets:
        from viewsync.system.wezterm import ttys_of  # only where there is a WezTerm
        from viewsync.views.rules import layouts
    for pid, socket in sockets.items():
        with contextlib.suppress(ViewsyncError):
            panes = ctx.wezterm.panes(socket)

            def arrange(before: Any, panes: Sequence[dict[str, Any]] = panes) -> list[dict[str, Any]]:
                return layouts.of_cli(panes, before)

            remember(ctx.registry, pid, ttys_of(panes), ctx.clock(), arrange)
            answered.append((pid, processes.start_time(pid)))
    return answered
