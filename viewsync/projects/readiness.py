"""Wait until the shells of new panes stand at their prompts, all at once, with a bound; then type their commands.

What is typed before that is shown twice, or is eaten by whatever the startup files run.
"""

from __future__ import annotations

import os
import time

from viewsync.errors import ViewsyncError
from viewsync.light import re
from viewsync.system import line_discipline, processes, shells
from viewsync.text import shell_names
from viewsync.tmux import input as tmux_input
from viewsync.tmux import pane_states
from viewsync.tmux.rules import marks
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.context import Context
    from viewsync.project_files.rules.plan import Pace
    from viewsync.system.shells import Foreground
    from viewsync.tmux.pane_states import PaneState
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux

PATIENCE = 5.0  # seconds that a shell may take for its startup files
_BATCH = tmux_input.LARGEST_SCRIPT  # bytes of text in one call
_STILL = 0.15  # seconds without output after which a shell that edits no lines counts as ready, where that is all
_STEPS = (0.005, 0.01, 0.02)  # seconds between two looks, the last one from then on


class Typing(NamedTuple):
    pane: str  # its id
    what: str  # "pane 2 of window 'editor'"
    commands: Sequence[str]
    paces: Sequence[Pace] = ()  # of each, where any is not as usual


class Typed(NamedTuple):
    problems: list[str]  # what did not go as it should, a sentence each
    shown: dict[str, PaneState]  # how the session's panes stood then


def type_all(ctx: Context, server: Server, session: str, wanted: Sequence[Typing]) -> Typed:
    """Every command in its pane."""
    with ctx.progress("waiting for the prompts of the shells"):
        shown, unready = _wait(ctx.tmux, server, session, [typing.pane for typing in wanted if typing.commands])
    problems = []
    inputs: list[tuple[Typing, str]] = []
    paced: list[tuple[Typing, str, Pace]] = []
    for typing in (one for one in wanted if one.commands):
        state = shown.get(typing.pane)
        if state is None or state.dead:
            problems.append(f"{typing.what}: its program ended before anything was typed into it")
            continue
        if typing.pane in unready:
            problems.append(f"{typing.what}: no prompt within {PATIENCE:g} s; its commands were typed anyway")
        texts = [command.rstrip("\n") for command in typing.commands]
        if problem := next(filter(None, (_problem(text, state) for text in texts)), ""):
            problems.append(f"{typing.what}: nothing was typed: {problem}")
        elif typing.paces:
            paced += [(typing, text, pace) for text, pace in zip(texts, typing.paces, strict=True)]
        else:
            inputs += [(typing, text) for text in texts]
    problems += _type(ctx.tmux, server, inputs)
    return Typed([*problems, *_type_paced(ctx.tmux, server, paced)], shown)


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


def _type(tmux: Tmux, server: Server, inputs: Sequence[tuple[Typing, str]]) -> list[str]:
    """In one call for all, or in several where that would be too much for one."""
    problems: list[str] = []
    batch: list[tuple[Typing, str]] = []
    for typing in inputs:
        if batch and sum(map(_size, [*batch, typing])) > _BATCH:
            problems += _put(tmux, server, batch, {typing[0].pane})
            batch = []
        batch.append(typing)
    return problems + (_put(tmux, server, batch, set()) if batch else [])


def _type_paced(tmux: Tmux, server: Server, inputs: Sequence[tuple[Typing, str, Pace]]) -> list[str]:
    """One by one, with the rests between them."""
    problems: list[str] = []
    for at, (typing, text, pace) in enumerate(inputs):
        time.sleep(pace.before)
        more = {typing.pane} & {later[0].pane for later in inputs[at + 1 :]}
        problems += _put(tmux, server, [(typing, text)], more, enter=pace.enter)
        time.sleep(pace.after)
    return problems


def _size(each: tuple[Typing, str]) -> int:
    return len(each[1].encode("utf-8", "surrogateescape"))


def _put(
    tmux: Tmux, server: Server, batch: Sequence[tuple[Typing, str]], more: set[str], *, enter: bool = True
) -> list[str]:
    """`more`: the panes for which this is not all."""
    inputs = [(typing.pane, _input(text, enter)) for typing, text in batch]
    through = dict.fromkeys(typing.pane for typing, _ in batch if typing.pane not in more)
    try:
        refused = tmux_input.put_all(tmux, server, inputs, [(pane, marks.UNTYPED) for pane in through])
    except ViewsyncError as error:
        return [f"its commands may not have been typed: {error.message}"]
    pairs = zip(batch, refused, strict=True)
    return [f"{typing.what}: the command {text!r} was not typed: {why}" for (typing, text), why in pairs if why]


def _input(text: str, enter: bool) -> tmux_input.Input:
    """Told where the text begins and ends, a shell takes a TAB in it for a TAB, and a line's end not for Enter."""
    told = re.search(r"[\n\t]", text) and "\033[201~" not in text
    return tmux_input.Input(text, tmux_input.ASKED if told else tmux_input.NEVER, enter=enter)


def _problem(text: str, state: PaneState) -> str:
    longest = max(map(len, re.split(rb"[\r\n]", text.encode("utf-8", "surrogateescape"))))
    if longest > line_discipline.LONGEST_LINE and line_discipline.reads_lines(state.tty):
        return f"its terminal would cut a line of {longest} bytes"
    return ""
