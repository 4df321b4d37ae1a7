"""From a plan to a tmux session, and what is missing of one. Nothing that is there is ended but for the placeholder."""

from __future__ import annotations

import os

from viewsync.errors import MissingSession, TmuxError, UsageError
from viewsync.projects import plan_checks
from viewsync.projects.rules import diff
from viewsync.projects.typing_lines import Typing
from viewsync.tmux import build, pane_states
from viewsync.tmux.build import NewPane, ScriptLine
from viewsync.tmux.rules import marks, session_names
from viewsync.tmux.rules.versions import number
from viewsync.tmux.server import ServerGone
from viewsync.tmux.sessions import NewSession
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.context import Context
    from viewsync.errors import ViewsyncError
    from viewsync.project_files.rules.plan import Plan, PlannedPane
    from viewsync.projects.rules.diff import Pair
    from viewsync.tmux.build import Begun
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux

_SIZE = (200, 50)  # columns and rows until somebody attaches
_SMALLEST = (80, 24)
_AT_ONCE = ("remain-on-exit",)  # options of a window whose program may end before anything else is said


class Place(NamedTuple):
    """A pane to be made: which window of the plan, and which pane in it."""

    pair: Pair
    place: int

    @property
    def pane(self) -> PlannedPane:
        return self.pair.window.panes[self.place]

    @property
    def what(self) -> str:
        return f"pane {self.place + 1} of {diff.title(self.pair.window, self.pair.number)}"


class Target(NamedTuple):
    server: Server
    session: str
    window_options: tuple[tuple[str, str], ...] = ()  # of the session's options those that are its windows'
    placeholder: str = ""  # the window that goes when others are there
    path: str = ""  # the PATH that the plan gives the session
    appended: bool = False  # to a session of somebody else's: behind its windows, each with its mark at once


class Added(NamedTuple):
    typing: list[Typing]
    windows: list[str]
    panes: list[str]
    problems: list[str]
    after: list[ScriptLine]  # what has to be said once all was typed
    first: str = ""  # the pane that the session is registered with
    alone: bool = False  # the placeholder has gone, so that the session ends with its programs


def begin(ctx: Context, plan: Plan, name: str, socket: str) -> Begun:
    """An empty session of that name, with the plan's environment and marks."""
    if problem := session_names.refusal(name):
        raise UsageError(f"cannot create a session {name!r}: {problem}")
    new = NewSession(name, plan.cwd, environment=plan.environment, size=_size(ctx.env))
    return build.begin(ctx.tmux, socket, new, marks.of(plan.identity, plan.command))


def _size(env: Mapping[str, str]) -> tuple[int, int]:
    """Of our terminal; one that is small, or a pane, says nothing of the one that will show it."""
    for handle in (0, 1, 2):
        try:
            size = os.get_terminal_size(handle)
        except OSError:
            continue
        if size.columns >= _SMALLEST[0] and size.lines >= _SMALLEST[1] and not env.get("TMUX"):
            return size.columns, size.lines
    return _SIZE


def furnish(ctx: Context, plan: Plan, begun: Begun, wanted: Sequence[Pair]) -> Added:
    """All that the plan says, into a session that was begun, and that may have a part of it. TmuxError where tmux
    refuses any of it.
    """
    plan_checks.check_layouts(plan, number(begun.server.version)[:2])
    plan_checks.check_options(plan, begun.server.version)
    found = options(ctx, plan, begun.server)
    config = ""
    if plan.tmux_config:
        config = build.source(ctx.tmux, begun.server, begun.pane, plan.tmux_config)
    lines = [build.option(begun.session, name, value) for name, value in found.of_session]
    lines += [build.global_option(name, value, found.windows_have(name)) for name, value in plan.global_options]
    lines.append(build.out_of_the_way(begun.session, begun.window))
    added = add(
        ctx.tmux,
        Target(begun.server, begun.session, found.of_windows, begun.window, path(plan.environment)),
        wanted,
        lines,
    )
    if added.problems:
        raise _lost(ctx, begun, added) or TmuxError("; ".join(added.problems))
    told = [f"tmux_config {plan.tmux_config}: {config}; the session is kept"] if config else []
    return added._replace(problems=told)


def _lost(ctx: Context, begun: Begun, added: Added) -> ViewsyncError | None:
    """Of a pane that is gone again, what went wrong is that, and not what tmux says of each line about it. The
    placeholder does not end by itself: where it was gone before it was to go, somebody else has ended the session.
    """
    try:
        shown = pane_states.read(ctx.tmux, begun.server, begun.session)
    except ServerGone:
        shown = {}
    except TmuxError:
        return None
    if not shown and not added.alone:
        return ended_meanwhile("it")
    lost = [typing for typing in added.typing if typing.pane not in shown]
    return ended_at_once(ctx.env, added._replace(typing=lost)) if lost else None


def ended_meanwhile(what: str) -> MissingSession:
    return MissingSession(f"{what} was ended by somebody else meanwhile", "run it again to have one")


def ended_at_once(env: Mapping[str, str], added: Added) -> TmuxError:
    """A user whose shell is nologin has tmux start that in each pane."""
    more = f" and {len(added.typing) - 1} more" if added.typing[1:] else ""
    return TmuxError(
        f"what runs in {added.typing[0].what if added.typing else 'it'}{more} ended at once, or somebody ended it",
        f"name a shell that stays with `shell:` in the file; SHELL is {env.get('SHELL', '')!r}",
    )


class Options(NamedTuple):
    """Those of the session itself, and those that its windows get."""

    of_session: tuple[tuple[str, str], ...]
    of_windows: tuple[tuple[str, str], ...] = ()
    names: frozenset[str] = frozenset()  # of all that windows can have, where any is set

    def windows_have(self, name: str) -> bool:
        return name.partition("[")[0] in self.names


def options(ctx: Context, plan: Plan, server: Server) -> Options:
    shell = plan_checks.shell(ctx.env, plan)
    if not plan.options and not plan.global_options:
        return Options(tuple(shell))
    names = build.of_windows(ctx.tmux, server.socket)
    of_windows = tuple(option for option in plan.options if option[0].partition("[")[0] in names)
    of_session = (*shell, *(option for option in plan.options if option not in of_windows))
    return Options(of_session, of_windows, names)


def add(tmux: Tmux, target: Target, wanted: Sequence[Pair], first: Sequence[ScriptLine] = ()) -> Added:
    """The windows and panes that the pairs have none for. What tmux refuses is told, and the rest is made.

    `first`: what has to be said before the first window is made.
    """
    places = [Place(pair, at) for pair in wanted for at, there in enumerate(pair.places) if there is None]
    found = {(pair.number, at): there.id for pair in wanted for at, there in enumerate(pair.places) if there}
    windows = {pair.number: pair.seen.id for pair in wanted if pair.seen}
    problems: list[str] = []
    fresh = [pair for pair in wanted if pair.seen is None]
    opened = _new_windows(tmux, target, fresh, first, problems)
    windows |= {at: made.window for at, made in opened.items()}
    found |= {(at, 0): made.pane for at, made in opened.items()}
    split = [
        place for place in places if (place.pair.number, place.place) not in found and place.pair.number in windows
    ]
    found |= _splits(tmux, target, split, windows, found, problems)
    new = [place for place in places if (place.pair.number, place.place) in found]
    # Of a session that was left half made, windows without their mark have nothing else yet.
    bare = [pair for pair in wanted if pair.seen and not pair.seen.key] if target.placeholder else []
    marked = [*new, *(Place(pair, at) for pair in bare for at, there in enumerate(pair.places) if there)]
    dressing = sorted([*fresh, *bare], key=lambda pair: pair.number)
    finished = build.run(tmux, target.server, _finish(target, marked, windows, found, dressing))
    problems += finished.problems
    return Added(
        typing=[
            Typing(found[place.pair.number, place.place], place.what, place.pane.commands, place.pane.paces)
            for place in new
        ],
        windows=[diff.title(new_pair.window, new_pair.number) for new_pair in fresh if new_pair.number in windows],
        panes=[place.what for place in new if place.pair.seen],
        problems=problems,
        after=[line for pair in dressing if pair.number in windows for line in _after(windows[pair.number], pair)],
        first=next((found[key] for key in sorted(found)), ""),
        alone=build.PLACEHOLDER_ENDED in finished.out,
    )


def _new_pane(target: Target, pane: PlannedPane) -> NewPane:
    return NewPane(pane.cwd, pane.environment, pane.shell, path(pane.environment) or target.path)


def path(environment: Sequence[tuple[str, str]]) -> str:
    """The PATH among variables, "" where there is none."""
    return dict(environment).get("PATH", "")


def _at_once(target: Target, pair: Pair) -> list[tuple[str, str]]:
    options = [option for option in (*target.window_options, *pair.window.options) if option[0] in _AT_ONCE]
    return [*options, (marks.WINDOW, pair.key)] if target.appended else options


def _new_windows(
    tmux: Tmux, target: Target, fresh: Sequence[Pair], first: Sequence[ScriptLine], problems: list[str]
) -> dict[int, build.MadePane]:
    if not fresh and not first:
        return {}
    lines = [
        *first,
        *(
            build.new_window(
                target.session,
                pair.window.name,
                _new_pane(target, pair.window.panes[0]),
                pair.number,
                pair.window.position,
                _at_once(target, pair),
                behind=target.appended,
            )
            for pair in fresh
        ),
    ]
    said = build.run(tmux, target.server, lines)
    opened = dict(build.made(said))
    # A user's command-alias may do something else, and without an error.
    missing = [diff.title(pair.window, pair.number) for pair in fresh if pair.number not in opened]
    problems += said.problems or [f"{what}: tmux made no window" for what in missing]
    return opened


def _splits(
    tmux: Tmux,
    target: Target,
    split: Sequence[Place],
    windows: dict[int, str],
    found: dict[tuple[int, int], str],
    problems: list[str],
) -> dict[tuple[int, int], str]:
    """The last ones first: each comes directly behind the pane that is split, and so before those made earlier. Where
    each is to be half of the one before, in their order: the window's current pane is the one that is split.
    """
    if not split:
        return {}
    stacked = [at for at, place in enumerate(split) if place.pair.window.stacked and not place.pair.seen]
    lines = [
        build.stacked(windows[split[at].pair.number], _new_pane(target, split[at].pane), at, split[at].what)
        for at in stacked
    ]
    for at in reversed(range(len(split))):
        if at in stacked:
            continue
        each = split[at]
        window = each.pair.number
        there = {place: pane for (of, place), pane in found.items() if of == window}
        others = [pane.id for pane in each.pair.seen.panes] if each.pair.seen else []
        before = [place for place in there if place < each.place]
        pane = there[max(before)] if before else there[min(there)] if there else others[0]
        tiled = "" if each.pair.seen else windows[window]
        lines.append(build.split(pane, _new_pane(target, each.pane), at, each.what, tiled))
    said = build.run(tmux, target.server, lines)
    opened = {(split[at].pair.number, split[at].place): made.pane for at, made in build.made(said).items()}
    missing = [place.what for place in split if (place.pair.number, place.place) not in opened]
    problems += said.problems or [f"{what}: tmux made no pane" for what in missing]
    return opened


def _finish(
    target: Target,
    new: Sequence[Place],
    windows: dict[int, str],
    found: dict[tuple[int, int], str],
    fresh: Sequence[Pair],
) -> list[ScriptLine]:
    """Marks, options, layouts and focus, and the placeholder goes."""
    lines = [
        build.pane_mark(found[place.pair.number, place.place], place.place, untyped=bool(place.pane.commands))
        for place in new
    ]
    grown = {place.pair.number: place.pair for place in new}
    for number_, pair in grown.items():
        inherited = target.window_options if pair in fresh else ()
        lines += dressed(target.server, windows[number_], pair, inherited, fresh=pair in fresh)
    lines += [
        build.title(found[place.pair.number, place.place], place.pane.title, place.what)
        for place in new
        if place.pane.title
    ]
    for pair in fresh:
        focus = next((at for at, pane in enumerate(pair.window.panes) if pane.focus), 0)
        if (focus or pair.window.stacked) and (pair.number, focus) in found:
            lines.append(build.focus_pane(found[pair.number, focus]))
    if target.placeholder:
        there = [pair for pair in fresh if pair.number in windows]
        if chosen := next((pair for pair in there if pair.window.focus), there[0] if there else None):
            lines.append(build.focus_window(target.session, windows[chosen.number]))
        lines.append(build.end_placeholder(target.placeholder))
    return lines


def dressed(
    server: Server, window: str, pair: Pair, inherited: Sequence[tuple[str, str]], *, fresh: bool
) -> list[ScriptLine]:
    """A window's mark, options and layout."""
    what = diff.title(pair.window, pair.number)
    lines = [build.window_option(window, marks.WINDOW, pair.key, what)]
    for name, value in (*inherited, *pair.window.options) if fresh else ():
        lines.append(build.window_option(window, name, value, f"{what}: option {name}"))
    return [*lines, *laid_out(server, window, pair)]


def _after(window: str, pair: Pair) -> list[ScriptLine]:
    what = diff.title(pair.window, pair.number)
    return [
        build.window_option(window, name, value, f"{what}: option {name}") for name, value in pair.window.options_after
    ]


def laid_out(server: Server, window: str, pair: Pair) -> list[ScriptLine]:
    layout, panes, what = pair.window.layout, len(pair.window.panes), diff.title(pair.window, pair.number)
    if not layout:
        return []
    lines = [] if panes == 1 else [build.layout(server, window, layout, panes, f"{what}: layout")]
    return [*lines, build.window_option(window, marks.LAYOUT, marks.encoded(layout), what)]


def undo(tmux: Tmux, begun: Begun) -> bool:
    """End a session that this run began, into which nothing was typed. False when it may still be there."""
    try:
        said = build.run(tmux, begun.server, [build.end_unused(begun.server, begun.session)]).out
        return "kept" not in said or not pane_states.read(tmux, begun.server, begun.session)
    except ServerGone:
        return True
    except TmuxError:
        return False
