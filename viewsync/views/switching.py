"""A tab that tmux itself sent to another session gets a view of that one (`rules/switches.py`)."""

from __future__ import annotations

from viewsync.errors import ViewsyncError
from viewsync.registry.safe_reading import read_registry
from viewsync.system import processes
from viewsync.tmux import inventory, view_origin
from viewsync.tmux import switching as tmux_switching
from viewsync.tmux.rules.versions import runs_options
from viewsync.tmux.switching import ToView
from viewsync.typed import TYPE_CHECKING
from viewsync.views import opening
from viewsync.views.opening import OpenRequest
from viewsync.views.rules import switches, tracking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from viewsync.context import Context
    from viewsync.registry_shape import GuiRow, ViewRow
    from viewsync.tmux.guarded_join import NewView
    from viewsync.tmux.rules.model import Inventory
    from viewsync.tmux.view_origin import Origin
    from viewsync.views.rules.switches import Switch


def follow(
    ctx: Context,
    found: Inventory,
    views: Mapping[str, ViewRow],
    before: Mapping[str, ViewRow],
    guis: Mapping[str, GuiRow],
    meant: Callable[[ViewRow], bool],
    errors: list[str],
) -> bool:
    """`views`: the rows as they are, `before`: as they were. Whether there is somebody to look after in a moment."""
    switched = switches.find(found, views, before.values(), ctx.clock())
    wanted = [switch for switch in switched.now if meant(switch.row)]
    if wanted:
        try:
            _follow(ctx, found, wanted, guis)
        except ViewsyncError as error:
            errors.append(error.message)
    return bool(switched.later)


def left_by(ctx: Context, socket: str, terminal: str, session: str) -> str:
    """The id of the view of that session which the client on that terminal left, "" where there is none."""
    views = read_registry(ctx)[0]["views"]
    found = inventory.inventory(ctx.tmux, socket)
    client = next((client for client in found.clients if client.tty == terminal), None)
    if client is None:
        return ""
    client = client._replace(start=processes.start_time(client.pid, cheaply=True))
    return switches.left_by(found, views, client, session)


def _follow(ctx: Context, found: Inventory, wanted: Sequence[Switch], guis: Mapping[str, GuiRow]) -> None:
    """Rows first: by its name the registry knows a view that somebody's crash leaves without its mark."""
    origins = _origins(ctx, found, wanted)
    wanted = [switch for switch in wanted if switch.own or switch.joins.id in origins]
    planned = [_plan(ctx, found, switch, origins, guis) for switch in wanted]
    now = ctx.clock()
    with ctx.registry.change() as data:
        for switch, to in zip(wanted, planned, strict=True):
            if to.new:
                data["views"][to.new.name] = _row(found, switch, to.new, now)
    done = tmux_switching.switch(ctx.tmux, found.server, planned)
    with ctx.registry.change() as data:
        for to, moved in zip(planned, done, strict=True):
            name = to.new.name if to.new else to.own.name if to.own else ""
            row = data["views"].get(name, {})
            if moved and row:
                row["put_on"] = now
            elif to.new and not moved and row.get("state") == tracking.CREATING:
                del data["views"][name]


def _origins(ctx: Context, found: Inventory, wanted: Sequence[Switch]) -> dict[str, Origin]:
    """By session, of those that are still there."""
    origins = {}
    for session in dict.fromkeys(switch.joins.id for switch in wanted if not switch.own):
        try:
            origin = view_origin.read(ctx.tmux, found.server.socket, session)
        except ViewsyncError as error:  # who was on it is somewhere else by now, and its next hook tells of that
            ctx.log.warning("%s", error.message)
            continue
        if origin.session == session:
            origins[session] = origin
    return origins


def _plan(
    ctx: Context, found: Inventory, wanted: Switch, origins: Mapping[str, Origin], guis: Mapping[str, GuiRow]
) -> ToView:
    new = None
    if not wanted.own:
        request = OpenRequest(parent=wanted.parent, socket=found.server.socket, window=wanted.on.window)
        new = opening.new_view(ctx, request, wanted.parent, wanted.joins, origins[wanted.joins.id])
        alone = not ctx.config["linger"] and not tracking.pane_may_stay(wanted.row, guis)
        new = new._replace(ends_alone=alone)
    quiet = runs_options(found.server.version) and bool(wanted.last)
    return ToView(
        client=wanted.client.tty,
        sizes=wanted.client.sizes,
        on=wanted.on,
        last=wanted.last,
        quiet=quiet and not tmux_switching.hears(ctx.tmux, found.server, wanted.last),
        own=wanted.own,
        new=new,
        may_end=wanted.on.marked,
    )


def _row(found: Inventory, wanted: Switch, new: NewView, now: float) -> ViewRow:
    """Of a tab that has a view already: whose it is, and where."""
    of_tab = ("pid", "pid_start", "tty", "leader", "leader_start", "opener", "gui", "gui_start", "pane")
    row: ViewRow = {
        "socket": found.server.socket,
        "server": found.server.identity,
        "parent": new.parent,
        "parent_id": new.origin.session,
        "state": tracking.CREATING,
        "created": now,
        "window": new.window,
        "attached": False,
        "idle_since": 0,
        "detour": new.detour,
        "moved_from": wanted.on.id,
    }
    for field in of_tab:
        if field in wanted.row:
            row[field] = wanted.row[field]  # type: ignore[literal-required]  # of those that stand above
    return row
