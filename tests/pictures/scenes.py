"""What each picture shows. Whatever is different each time (ids, terminals, memory) is written as if it were not."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from tests.lua.fake import Answer, Gui, config
from tests.pictures.drawing import Frame
from viewsync.events import Event, Sample
from viewsync.store import own_files
from viewsync.store.history_database import History

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.pictures.screen import Screen
    from tests.pictures.workshop import Workshop


class Scene(NamedTuple):
    title: str
    draw: Callable[[Workshop], list[Frame]]


_VIEW = re.compile(r"-view-\d{10}-(\d{9})")
_AT = re.compile(r"\d\d-\d\d \d\d:\d\d:\d\d")


def two_tabs(workshop: Workshop) -> list[Frame]:
    """Each tab is a real client, in a terminal of its own, on a view that `viewsync open` made."""
    tabs = workshop.tabs
    tabs[1].press("C-b", "1")
    tabs[1].sees("shop listens on")
    tabs[1].sees("1:server*")
    tabs[0].sees("def total")
    assert len({workshop.server.clients()[tab.pid()] for tab in tabs}) == len(tabs)
    return [Frame(_lines(tab), tab.columns, ("1 shop", "2 shop"), chosen) for chosen, tab in enumerate(tabs)]


def views(workshop: Workshop) -> list[Frame]:
    screen = workshop.filled.says("viewsync views", 108)
    return _frame(screen, _as_if(_lines(screen), TERMINAL=("pts/7", "pts/9")))


def sessions(workshop: Workshop) -> list[Frame]:
    screen = workshop.filled.says("viewsync list", 98)
    return _frame(screen, _as_if(_lines(screen), PID=("48213", "51907", "50122", "48377")))


def status(workshop: Workshop) -> list[Frame]:
    screen = workshop.filled.says("viewsync status", 98)
    return _frame(screen, _lines(screen))


def monitor(workshop: Workshop) -> list[Frame]:
    """Its keys stand in its last line."""
    screen = workshop.filled.says("viewsync monitor", 118, 18, sees="q quit")
    return _frame(screen, _as_if(_lines(screen), MEMORY=("3.9 MB", "1.6 MB"), CPU=("0.0%",)))


_NOON = 1795262400.0  # of Saturday, 2026-11-21 in UTC
_WEEK = (  # days before, project, hours after eight, hours that it lived
    (6, "shop", 1, 5.5), (5, "shop", 0, 7), (5, "api", 2, 1.5), (4, "shop", 1, 6.25), (4, "blog", 3, 2),
    (3, "api", 0, 8), (3, "shop", 2, 3), (2, "shop", 1, 7.5), (2, "api", 4, 2.5), (1, "blog", 1, 4), (0, "shop", 0, 3),
)  # fmt: skip


def analyze(workshop: Workshop) -> list[Frame]:
    """Of a history whose events are written here: a week of them cannot be had in a second."""
    history = History(own_files.secure(f"{workshop.home.path}/week"))
    for number, (days, project, hours, lived) in enumerate(_WEEK):
        began, there = _NOON - 4 * 3600 - days * 86400 + hours * 3600, lived * 3600
        made = Event(began, "create", "run", "/s", "1.1", f"{project}-{number}", project=project)
        left = made._replace(at=began + there / 2, event="detach", trigger="hook", seconds=there / 2)
        history.add([made, left, made._replace(at=began + there, event="kill", trigger="kill")])
        used = Sample(
            began + there, made.socket, made.server, made.session, project, 55 * lived, 38_000_000 + number, 4
        )
        history.add_samples([used._replace(at=began, cpu=0.0), used], 0)
    week = {"VIEWSYNC_STATE_DIR": f"{workshop.home.path}/week", "TZ": "UTC"}
    screen = workshop.says("viewsync analyze", 98, 25, at=_NOON, **week)
    return _frame(screen, _lines(screen))


def picker(workshop: Workshop) -> list[Frame]:
    """The rows that the module gives WezTerm's selector: the module runs in Lua 5.4, and asks the real verb. WezTerm
    itself is not there: the selector is drawn as WezTerm's documentation describes it.
    """
    home = workshop.filled.home
    gui = Gui(home=home.path)
    gui.programs[f"{home.path}/.local/bin/viewsync"] = lambda argv: Answer(home.viewsync(*argv[1:]).out)
    gui.load(config())
    window = gui.open_window()
    window.tabs[0].panes[0].folder = home.path
    gui.press(window, "s", "LEADER|CTRL")
    (selector,) = gui.selectors
    first, *others = [f"    {row['label']}" for row in selector["choices"]]
    assert selector["fuzzy"]
    lines = [selector["fuzzy_description"], f"\033[7m{first.ljust(_PICKER)}\033[0m", *others]
    return [Frame(lines, _PICKER, (selector["title"],))]


_PICKER = 60


def _frame(screen: Screen, lines: Sequence[str | Text]) -> list[Frame]:
    return [Frame(lines, screen.columns, ("shop",))]


def _lines(screen: Screen) -> list[str]:
    return [_AT.sub("11-21 10:20:41", _VIEW.sub(r"-view-1795230381-\1", line)) for line in screen.lines()]


def _as_if(lines: Sequence[str], **columns: tuple[str, ...]) -> list[Text]:
    """With those values, in turn, in the cells of a column that have one, and the column as wide as they need."""
    texts = [Text.from_ansi(line.rstrip()) for line in lines]
    for name, values in columns.items():
        left_over = itertools.cycle(values)
        at = next(number for number, text in enumerate(texts) if re.search(rf"\b{name}\b", text.plain))
        head = texts[at].plain
        left = head.index(name)
        found = re.search(r"\S", head[left + len(name) :])
        right = left + len(name) + found.start() if found else len(head)
        wide = max(map(len, (name, *values))) + 2
        for row in range(at, len(texts)):
            text = texts[row]
            if not text.plain:
                break
            cell = text[left:right]
            has_one = row > at and re.search(r"\d", cell.plain)
            shown = next(left_over) if has_one else cell.plain.strip()
            style = cell.spans[0].style if cell.spans else ""
            texts[row] = Text.assemble(text[:left], (shown.ljust(wide), style), text[right:])
    return texts


SCENES = {
    "two-tabs": Scene("Two tabs of one tmux session, each on a window of its own", two_tabs),
    "views": Scene("What viewsync views prints: a session, its views, and what the next sweep does with each", views),
    "list": Scene("What viewsync list prints: the registered sessions with their health", sessions),
    "status": Scene("What viewsync status prints: the sessions of all projects", status),
    "monitor": Scene("viewsync monitor: sessions, views and cleanups, live", monitor),
    "analyze": Scene("What viewsync analyze prints: a week by day and by project", analyze),
    "picker": Scene("The rows of the WezTerm session picker, one for each tmux session", picker),
}
