"""Add to a project's session what is missing, and change in it what differs. Nothing in it is ended.

Also of one that was left half made: then all that comes after the making is done here, too.
"""

from __future__ import annotations

from viewsync.projects import building, lifecycle, readiness
from viewsync.projects.rules import diff
from viewsync.projects.typing_lines import Typing
from viewsync.registry import reservation
from viewsync.tmux import build
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.context import Context
    from viewsync.projects.building import Added
    from viewsync.projects.reserving import Running
    from viewsync.projects.rules.diff import Pair
    from viewsync.registry.rules.row import Registered
    from viewsync.tmux.build import ScriptLine
    from viewsync.tmux.rules.project_model import SeenPane


class Completion(NamedTuple):
    windows: Sequence[str]  # that were added, in words
    panes: Sequence[str]
    warnings: Sequence[str]
    unmade: Sequence[str]  # those of the warnings that tell what of the file is not there


def complete(ctx: Context, there: Running, row: Registered | None, *, apply: bool) -> Completion:
    """`row`: reserved, None where the session can have none. `apply`: change what differs, as far as that can be."""
    plan, server, session = there.plan, there.server, there.live.id
    lifecycle.trusted(ctx, plan, steps=there.half)
    pairs = diff.pairs(plan, there.seen, begun=there.half)
    added = _added(ctx, there, pairs)
    unmade = [*added.problems]
    if apply:
        lines = _changes(there, pairs, building.options(ctx, plan, server))
        unmade += build.run(ctx.tmux, server, lines).problems
    untyped = _untyped(pairs) if there.half else []
    # What was typed is not known to the line, and a command that comes twice may do harm.
    unmade += [
        f"{place.what}: the run that was stopped typed only the first of its commands; type the others"
        for place, pane in _with_commands(pairs)
        if there.half and pane and pane.partly
    ]
    if untyped and _touched(there):
        unmade += [f"{pane.what}: its commands were never typed, and somebody may be at work in it" for pane in untyped]
        untyped = []
    unregistered = row is not None and not row.session_id
    typing = [*untyped, *added.typing]
    if not typing and not unregistered:
        return Completion(added.windows, added.panes, unmade, unmade)
    typed = readiness.type_all(ctx, server, session, typing)
    later = build.run(ctx.tmux, server, added.after).problems
    warnings = [*unmade, *typed.problems, *later]
    unmade += [*typed.untyped, *later]
    if row is not None and unregistered:
        first = next((pane.id for pair in pairs for pane in pair.places if pane), added.first)
        warnings += lifecycle.remember(ctx, plan, server, session, there.name) if there.half else []
        warnings += reservation.complete_with(ctx, row, server, session, first, typed.shown)
        if there.half:
            warnings += lifecycle.told(lifecycle.after(ctx, plan, there.name, server.socket))
    return Completion(added.windows, added.panes, warnings, unmade)


def _added(ctx: Context, there: Running, pairs: Sequence[Pair]) -> Added:
    placeholder = next((window for window in there.seen.windows if window.placeholder), None)
    if placeholder and placeholder.panes:
        begun = build.Begun(there.server, there.live.id, placeholder.id, placeholder.panes[0].id)
        return building.furnish(ctx, there.plan, begun, pairs)
    path = building.path(there.plan.environment)
    return building.add(ctx.tmux, building.Target(there.server, there.live.id, path=path), pairs)


def _changes(there: Running, pairs: Sequence[Pair], options: building.Options) -> list[ScriptLine]:
    """What brings the session to its plan, and ends nothing."""
    plan, seen = there.plan, there.seen
    lines = [
        build.variable(seen.id, name, value) for name, value in plan.environment if seen.environment.get(name) != value
    ]
    lines += [build.option(seen.id, name, value) for name, value in options.of_session]
    for pair in pairs:
        if pair.seen is None:
            continue
        what, window = diff.title(pair.window, pair.number), pair.seen.id
        if pair.window.name and not diff.same_name(pair.window.name, pair.seen.name):
            lines.append(build.rename(window, pair.window.name, f"name of {what}"))
        for name, value in (*options.of_windows, *pair.window.all_options):
            lines.append(build.window_option(window, name, value, f"{what}: option {name}"))
        if (layout := diff.layout(pair)) and layout.can:
            lines += building.laid_out(there.server, window, pair)
    return lines


def _untyped(pairs: Sequence[Pair]) -> list[Typing]:
    """Panes that were made by a run which ended before it typed. Marks are set before, so one without has nothing."""
    return [
        Typing(pane.id, place.what, place.pane.commands, place.pane.paces)
        for place, pane in _with_commands(pairs)
        if pane and (pane.untyped or not pane.key)
    ]


def _with_commands(pairs: Sequence[Pair]) -> list[tuple[building.Place, SeenPane | None]]:
    places = [building.Place(pair, at) for pair in pairs for at in range(len(pair.places))]
    return [(place, place.pair.places[place.place]) for place in places if place.pane.commands]


def _touched(there: Running) -> bool:
    """Somebody was on it, and may have typed into it."""
    return bool(there.live.last_attached or there.live.in_use or there.live.group)
