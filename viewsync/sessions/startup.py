"""Wait until a new session's prompt is there, and send it its first commands."""

from __future__ import annotations

import time

from viewsync.errors import ViewsyncError
from viewsync.panes import sending, waiting
from viewsync.panes.next_line import NextLine
from viewsync.registry.targets import PaneAddress, TargetArgs
from viewsync.system import line_discipline
from viewsync.tmux import screen as tmux_screen
from viewsync.tmux.rules.model import Server
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from viewsync.context import Context
    from viewsync.panes.waiting import Outcome
    from viewsync.sessions.creating import Created
    from viewsync.text.patterns import Pattern
    from viewsync.tmux.rules.screen import Screen

# By the type of what `create` runs. The shell's has its cursor behind it, and so a space, as a banner mostly has not; a
# shell whose prompt is another one is known to wait there by what it does.
PROMPTS = {
    "shell": r"[$#%>] $",
    "python-repl": r"^>>> ?$",
    "debugger": r"^\(gdb\) ?$",
}


def prepare(ctx: Context, made: Created, prompt: Pattern, commands: Sequence[str], timeout: float) -> str:
    """Why it is not ready after `timeout` seconds in all, "" when it is. The session stays, whatever comes."""
    deadline = time.monotonic() + timeout
    pid, _, start = made.made.server.partition(".")
    server = Server(made.socket, int(pid), int(start), "")
    far = made.socket if ctx.tmux.far else ""
    asked = TargetArgs(socket="" if far else made.socket, target=made.made.pane_id, far=far)

    def wish() -> waiting.WaitCondition:
        left = max(0.0, deadline - time.monotonic())
        return waiting.WaitCondition(patterns=[prompt], timeout=left, shell=prompt.text == PROMPTS["shell"])

    try:
        place = PaneAddress(made.socket, server, made.made.pane_id)
        if problem := _problem(waiting.wait(ctx, place, wish(), None), prompt, timeout):
            return problem
        for number, command in enumerate(commands):
            # Nobody else can have typed anything yet: what the cursor stands behind is a program's question.
            message = sending.Message(
                text=command, block="\n" in command, draft=sending.KEEP if number else sending.REFUSE
            )
            taken = _taken(ctx, place) if commands[number + 1 :] else None
            sent = sending.send(ctx, asked, message, sending.Patience(), wish()._replace(taken=taken))
            if sent.outcome and (problem := _problem(sent.outcome, prompt, timeout)):
                return f"after the command {command!r}: {problem}"
    except ViewsyncError as error:
        return error.message
    return ""


def _taken(ctx: Context, place: PaneAddress) -> Callable[[Screen], bool]:
    """Whether a program that the line has started, as `read`, `cat` or a shell on another machine, waits for the next
    one: it may show the prompt of the first one never again.
    """
    shown = tmux_screen.read(ctx.tmux, place.socket, place.pane_id, 0)
    taker = NextLine(shown.pid, line_discipline.path(shown.pid), _cursor(shown))
    return lambda screen: taker.ready(_cursor(screen))


def _cursor(shown: Screen) -> str:
    return f"{shown.column},{shown.row},{shown.history}"


def _problem(outcome: Outcome, prompt: Pattern, timeout: float) -> str:
    if outcome.kind == waiting.FOUND:
        return ""
    if outcome.kind == waiting.EXITED:
        return f"the program ended before its prompt appeared: {prompt.text}"
    return f"the prompt did not appear within {timeout:g}s: {prompt.text}"
