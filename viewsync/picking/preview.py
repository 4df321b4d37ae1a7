"""What a choice looks like before it is picked. Nothing in it can command the terminal."""

from __future__ import annotations

import os

from viewsync.errors import MissingSession, ViewsyncError
from viewsync.light import contextlib
from viewsync.picking.rules.choice import PROJECT, SESSION, Choice
from viewsync.text.printing import printable
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context

_MOST = 200  # entries of a folder that are read


def lines(ctx: Context, choice: Choice, room: int, *, colours: bool) -> list[str]:
    """At most `room` of them. What cannot be had is said in their place."""
    try:
        if choice.host:
            return _far_pane(ctx, choice, room, colours=colours)
        if choice.kind == SESSION:
            return _pane(ctx, choice, room, colours=colours)
        return (_plan(ctx, choice) if choice.kind == PROJECT else _folder(choice.path))[:room]
    except (MissingSession, ServerGone):
        return [printable(f"session {choice.name!r} is not there any more")]
    except ViewsyncError as error:
        return [printable(error.message)]


def _pane(ctx: Context, choice: Choice, room: int, *, colours: bool) -> list[str]:
    """The end of what the session's current pane shows: by its id, since a name may look like another one's target."""
    from viewsync.panes import capturing
    from viewsync.projects import attaching
    from viewsync.registry.targets import TargetArgs

    found = attaching.unregistered(ctx, choice.socket, choice.name)
    if found is None:
        raise MissingSession(choice.name)
    asked = TargetArgs(socket=choice.socket, target=f"{found[1]}:")
    captured = capturing.capture(ctx, asked, capturing.CaptureOptions(colours=colours))
    return [line.expandtabs() for line in captured.lines[-room:]]


def _far_pane(ctx: Context, choice: Choice, room: int, *, colours: bool) -> list[str]:
    from viewsync.hosts import reaching, soon
    from viewsync.panes import capturing
    from viewsync.picking.choices import SOON
    from viewsync.registry.targets import TargetArgs

    ctx.ssh.connect(choice.host, at_most=SOON)
    asked = TargetArgs(session=choice.name.removeprefix(f"{choice.host}:"))
    there = reaching.target(soon.hurried(ctx, SOON), choice.host, asked)
    captured = capturing.capture(*there, capturing.CaptureOptions(colours=colours))
    return [line.expandtabs() for line in captured.lines[-room:]]


def _plan(ctx: Context, choice: Choice) -> list[str]:
    """What `run` would make, without a word of what it types: that may hold a secret."""
    from viewsync.project_files import loading

    plan = loading.plan(loading.load(ctx, loading.Request(choice.path)))
    panes = [
        f"window   {window.name or '-'} ({len(window.panes)} pane{'s'[: len(window.panes) > 1]})"
        for window in plan.windows
    ]
    told = [f"session  {plan.name}", f"file     {plan.file}", f"folder   {plan.cwd}", *panes]
    return [printable(line) for line in told]


def _folder(path: str) -> list[str]:
    found = []
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            found.append(f"{entry.name}/" if entry.is_dir() else entry.name)
            if len(found) == _MOST:
                break
    return [printable(path), "", *map(printable, sorted(found))]
