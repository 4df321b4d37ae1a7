"""Wait until the shells of new panes stand at their prompts, all at once, with a bound; then have their commands typed.

What is typed before that is shown twice, or is eaten by whatever the startup files run.
"""

from __future__ import annotations

import os
import time

from viewsync.light import re
from viewsync.projects import typing_lines
from viewsync.system import line_discipline, processes, shells
from viewsync.text import shell_names
from viewsync.tmux import pane_states
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.context import Context
    from viewsync.projects.typing_lines import Typing
    from viewsync.system.shells import Foreground
    from viewsync.tmux.pane_states import PaneState
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux

PATIENCE = 5.0  # seconds that a shell may take for its startup files
_STILL = 0.15  # seconds without output after which a shell that edits no lines counts as ready, where that is all
_STEPS = (0.005, 0.01, 0.02)  # seconds between two looks, the last one from then on


class Typed(NamedTuple):
    problems: list[str]  # what did not go as it should, a sentence each
    untyped: list[str]  # those of them by which something was not typed, or may be lost
    shown: dict[str, PaneState]  # how the session's panes stood then


def type_all(ctx: Context, server: Server, session: str, wanted: Sequence[Typing]) -> Typed:
    """Every command in its pane."""
    with ctx.progress("waiting for the prompts of the shells"):
        shown, unready = _wait(ctx.tmux, server, session, [typing.pane for typing in wanted if typing.commands])
    hurried: list[tuple[str, str]] = []  # panes, in words, each with what went wrong
    untyped: list[tuple[str, str]] = []
    typed: list[Typing] = []
    for typing in (one for one in wanted if one.commands):
        state = shown.get(typing.pane)
        if state is None or state.dead:
            untyped.append((typing.what, "its program ended before anything was typed into it"))
            continue
        if typing.pane in unready:
            hurried.append((typing.what, f"no prompt within {PATIENCE:g} s; its commands were typed anyway"))
        if problem := next(filter(None, (_problem(text, state) for text in typing.commands)), ""):
            untyped.append((typing.what, f"nothing was typed: {problem}"))
        else:
            typed.append(typing)
    with ctx.progress("typing the commands, each line when the one before was taken"):
        untyped += typing_lines.type_all(ctx.tmux, server, session, typed, shown, unready)
    return Typed([*_told(hurried), *_told(untyped)], _told(untyped), shown)


def _told(problems: Sequence[tuple[str, str]]) -> list[str]:
    """What went wrong in several panes in the same way is one sentence."""
    places: dict[str, list[str]] = {}
    for what, problem in problems:
        places.setdefault(problem, []).append(what)
    return [
        f"{there[0]}{f' and {len(there) - 1} more' if there[1:] else ''}: {problem}"
        for problem, there in places.items()
    ]


def _wait(tmux: Tmux, server: Server, session: str, panes: Sequence[str]) -> tuple[dict[str, PaneState], set[str]]:
    """How all of the session's stand in the end, and which of these are not ready."""
    start = time.monotonic()
    waiting = set(panes)
    since: dict[str, tuple[str, float]] = {}  # where the cursor of each is, and from when on
    looks: dict[str, Foreground | None] = {}  # what its terminal was busy with at the last look
    steps = iter(_STEPS)
    step = 0.0
    while True:
        shown = pane_states.read(tmux, server, session)
        now = time.monotonic()
        for pane in list(waiting):
            state = shown.get(pane)
            if state and since.get(pane, ("", 0.0))[0] != state.cursor:
                since[pane] = (state.cursor, now)
            if state is None or state.dead:
                waiting.discard(pane)
                continue
            last, looks[pane] = looks.get(pane), shells.foreground(state.pid)
            if _ready(state, now - since[pane][1], looks[pane] if looks[pane] == last else None):
                waiting.discard(pane)
        if not waiting or now - start > PATIENCE:
            return shown, waiting
        step = next(steps, step)
        time.sleep(step)


def _ready(state: PaneState, still: float, found: Foreground | None) -> bool:
    """`found`: what its terminal is busy with, when that is as it was at the look before, its counters too."""
    if not state.moved:
        return False
    if not line_discipline.reads_lines(state.tty):
        return True
    words = processes.command_line(state.pid)
    edits = bool(words) and os.path.basename(words[0]).lstrip("-") in shell_names.EDITING
    return not edits and (still >= _STILL or bool(found and found.waiting and found.work))


def _problem(text: str, state: PaneState) -> str:
    longest = max(map(len, re.split(rb"[\r\n]", typing_lines.encoded(text.rstrip("\n")))))
    if longest > line_discipline.LONGEST_LINE and line_discipline.reads_lines(state.tty):
        return f"its terminal would cut a line of {longest} bytes"
    return ""
