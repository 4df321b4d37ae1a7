"""What is there against the plan: what is missing, what is beyond it, and what is not as the plan says."""

from __future__ import annotations

from viewsync.light import re
from viewsync.project_files.rules import environment
from viewsync.tmux.rules import layouts, marks
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.project_files.rules.plan import Plan, PlannedWindow
    from viewsync.tmux.rules.project_model import SeenPane, SeenSession, SeenWindow

MISSING = "missing"  # in the session; running the plan again makes it
EXTRA = "extra"  # in the session and not in the plan; it stays, always
DIFFERENT = "different"
_HIDDEN = "(secret)"


class Difference(NamedTuple):
    kind: str
    what: str  # "window 'editor'", "option mouse"
    wanted: str = ""
    found: str = ""
    can: bool = True  # it can be made as the plan says without ending anything
    quiet: bool = False  # a client may have done it by its size: told to who asks, not on every run


class Pair(NamedTuple):
    """A window of the plan, and the one that it is in the session, None where there is none."""

    number: int  # in the plan
    key: str
    window: PlannedWindow
    seen: SeenWindow | None
    places: tuple[SeenPane | None, ...]  # for each of the plan's panes the one that it is


def unmade(plan: Plan) -> list[Pair]:
    """Of a session that has nothing yet."""
    keys = marks.keys([window.name for window in plan.windows])
    return [
        Pair(number, key, window, None, _places(window, None))
        for number, (key, window) in enumerate(zip(keys, plan.windows, strict=True))
        if not window.skipped
    ]


def pairs(plan: Plan, seen: SeenSession, *, begun: bool = False) -> list[Pair]:
    """Those that were asked for; with `begun` also the others that are there, of a session that was left half made."""
    return [pair for pair in _all_pairs(plan, seen) if not pair.window.skipped or (begun and pair.seen)]


def appended(plan: Plan, seen: SeenSession, owner: str) -> list[Pair]:
    """In a session that is not the plan's: by marks alone, which say whose windows they are. A name proves nothing."""
    keys = [f"{owner} {key}" for key in marks.keys([planned.name for planned in plan.windows])]
    marked = {window.key: window for window in reversed(seen.windows) if window.key}
    return [
        Pair(number, key, window, marked.get(key), _places(window, marked.get(key)))
        for number, (key, window) in enumerate(zip(keys, plan.windows, strict=True))
        if not window.skipped
    ]


def _all_pairs(plan: Plan, seen: SeenSession) -> list[Pair]:
    """By their marks. A session that was left half made has windows without them: those go by name, in order."""
    keys = marks.keys([planned.name for planned in plan.windows])
    marked = {seen_window.key: seen_window for seen_window in reversed(seen.windows) if seen_window.key}
    unmarked = [seen_window for seen_window in seen.windows if not seen_window.key and not seen_window.placeholder]
    found = []
    for number, (key, window) in enumerate(zip(keys, plan.windows, strict=True)):
        there = marked.get(key)
        if there is None and window.name:
            there = next((seen_window for seen_window in unmarked if same_name(window.name, seen_window.name)), None)
            unmarked = [seen_window for seen_window in unmarked if seen_window is not there]
        found.append(Pair(number, key, window, there, _places(window, there)))
    return found


def _places(window: PlannedWindow, seen: SeenWindow | None) -> tuple[SeenPane | None, ...]:
    if seen is None:
        return (None,) * len(window.panes)
    marked = {pane.key: pane for pane in reversed(seen.panes) if pane.key}
    # A window without a mark was not finished: its panes go by their order.
    free = [pane for pane in seen.panes if not pane.key] if not (seen.key and marked) else []
    found = []
    for place in range(len(window.panes)):
        there = marked.get(str(place)) or (free.pop(0) if free else None)
        found.append(there)
    return tuple(found)


def compare(plan: Plan, seen: SeenSession) -> list[Difference]:
    """Without the value of a secret, neither the plan's nor the session's."""
    secrets = [value for name, value in plan.environment if name in plan.secrets]
    secrets += [value for name, value in seen.environment.items() if value and name in plan.secrets]
    return [
        difference._replace(
            what=environment.hidden(difference.what, secrets),
            wanted=environment.hidden(difference.wanted, secrets),
            found=environment.hidden(difference.found, secrets),
        )
        for difference in _compared(plan, seen)
    ]


def _compared(plan: Plan, seen: SeenSession) -> list[Difference]:
    found = []
    for name, value in plan.environment:
        there = seen.environment.get(name)
        if there != value:
            wanted, has = (_HIDDEN, there and _HIDDEN) if name in plan.secrets else (value, there)
            found.append(Difference(DIFFERENT, f"variable {name}", wanted, has or ""))
    if not _same_folder(plan.cwd, seen.folder):
        found.append(Difference(DIFFERENT, "folder", plan.cwd, seen.folder, can=False))
    found += _options("option", plan.options, seen.options)
    matched = _all_pairs(plan, seen)
    for pair in matched:
        found += [] if pair.window.skipped else _window(pair)
    ours = {pair.seen.id for pair in matched if pair.seen}
    found += [
        Difference(EXTRA, f"window {window.name!r}", found=window.id, can=False)
        for window in seen.windows
        if window.id not in ours and not window.placeholder
    ]
    return found


def _window(pair: Pair) -> list[Difference]:
    what = title(pair.window, pair.number)
    seen = pair.seen
    if seen is None:
        return [Difference(MISSING, what)]
    found = []
    if pair.window.name and not same_name(pair.window.name, seen.name):
        found.append(Difference(DIFFERENT, f"name of {what}", pair.window.name, seen.name))
    if laid_out := layout(pair):
        found.append(laid_out)
    found += _options(f"{what}: option", pair.window.all_options, seen.options)
    for place, (pane, there) in enumerate(zip(pair.window.panes, pair.places, strict=True)):
        if there is None:
            found.append(Difference(MISSING, f"pane {place + 1} of {what}"))
        elif there.folder and not _same_folder(pane.cwd, there.folder):  # before 3.3 tmux does not tell it
            found.append(
                Difference(DIFFERENT, f"folder of pane {place + 1} of {what}", pane.cwd, there.folder, can=False)
            )
    ours = {known.id for known in pair.places if known}
    extra = [seen_pane for seen_pane in seen.panes if seen_pane.id not in ours]
    return [*found, *(Difference(EXTRA, f"pane in {what}", found=seen_pane.id, can=False) for seen_pane in extra)]


def layout(pair: Pair) -> Difference | None:
    """By how the window is. Where that proves nothing, by the layout that it got: tmux scales it for each client."""
    wanted, seen = pair.window.layout, pair.seen
    if not wanted or seen is None:
        return None
    ours = [place.id for place in pair.places if place]
    whole = len(ours) == len(pair.places)  # else running the plan adds what is missing, and lays it out
    found = layouts.verdict(wanted, seen.shown, ours, seen.columns) if whole else layouts.UNKNOWN
    meant = layouts.likeness(seen.layout, wanted, seen.columns)
    if found == layouts.SAME or (found == layouts.UNKNOWN and meant == layouts.SAME):
        return None
    quiet = found != layouts.OTHER and meant != layouts.OTHER
    word = seen.layout
    if seen.shown and (found == layouts.OTHER or (found == layouts.SIZES and quiet)):
        word = layouts.word(seen.shown, seen.columns)
    can = layouts.named(wanted) or len(seen.panes) <= len(pair.places)  # tmux has a tree for so many panes only
    return Difference(DIFFERENT, f"layout of {title(pair.window, pair.number)}", wanted, word, can, quiet)


def title(window: PlannedWindow, number: int) -> str:
    return f"window {window.name!r}" if window.name else f"window {number + 1}"


def same_name(wanted: str, found: str) -> bool:
    """tmux may keep a window's name with a backslash before each of its own, and before a `$`."""
    return wanted == found or ("\\" in found and wanted == re.sub(r"\\([\\$])", r"\1", found))


def _options(what: str, wanted: Sequence[tuple[str, str]], found: Mapping[str, str]) -> list[Difference]:
    return [
        Difference(DIFFERENT, f"{what} {name}", value, found.get(name, ""))
        for name, value in wanted
        if _switch(value) != _switch(found.get(name, ""))
    ]


def _switch(value: str) -> str:
    """tmux takes several words for one of its switches, and tells `1`."""
    return {"on": "1", "yes": "1", "off": "0", "no": "0"}.get(value.lower(), value)


def _same_folder(wanted: str, found: str) -> bool:
    return wanted.rstrip("/") == found.rstrip("/")
