"""Remove registered sessions that have ended; with --views, end views that nobody uses. Every one with its reason.

Without --views, this forgets registered sessions whose program is gone. --all, --older-than and --idle-than also end
sessions that are alive, a project's after its cleanup steps. A session stays if somebody is attached to it, if it is
quarantined or being sent to, or if viewsync is not certain about it.
"""

from __future__ import annotations

import os

from viewsync.commands import _args, _verdicts
from viewsync.errors import LockTimeout, UsageError, ViewsyncError
from viewsync.output import Result, named
from viewsync.sessions import remains
from viewsync.sessions.rules.expiry import ExpiryCriteria, Limit
from viewsync.text import durations
from viewsync.tmux.rules.model import KEEP
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.sessions.expiring import ExpiryItem

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong, or the registry cannot be read",
    4: "with --views: a tmux server or the registry could not be read",
    5: "with --views: the state folder or the registry cannot be used",
}

_PERSON = "person"
_OF_SESSIONS = ("all", "older_than", "idle_than", "compat", "project", "here")
_OF_VIEWS = ("socket", "host", "from_gui", "only_gui", "live_tty", "layout")
_OF_THIS_HOST = ("from_gui", "only_gui", "live_tty", "layout")


def arguments(parser: argparse.ArgumentParser) -> None:
    ages = parser.add_argument_group("sessions")
    ages.add_argument("--all", action="store_true", help="end and forget every session")
    ages.add_argument(
        "--older-than", metavar="DUR", help="end sessions that were created and last used longer ago: 30m, 2h, 1d"
    )
    ages.add_argument("--idle-than", metavar="DUR", help="end sessions that were last used longer ago")
    ages.add_argument(
        "--compat", action="store_true", help="as the shell tool does: only forget sessions, by when they were created"
    )
    _args.scope(ages)
    views = parser.add_argument_group("views")
    views.add_argument("--views", action="store_true", help="end views that nobody uses")
    views.add_argument(
        "--socket", default="", metavar="NAME", help="only on this server: a name as in tmux -L, or a path"
    )
    _args.host(views)
    views.add_argument("--trigger", default=_PERSON, metavar="NAME", help="what started this cleanup, for the history")
    views.add_argument(
        "--from-gui",
        action="store_true",
        help="the parent process is a WezTerm, and --live-tty lists all of its panes",
    )
    views.add_argument(
        "--only-gui",
        action="store_true",
        help="with --from-gui: only views that this WezTerm opened",
    )
    views.add_argument(
        "--live-tty",
        action="append",
        default=[],
        metavar="TTY",
        help="the terminal of a WezTerm pane that exists; repeat for each",
    )
    views.add_argument(
        "--layout",
        default="",
        metavar="JSON",
        help="with --from-gui: the windows, tabs and splits that its panes stand in, for `restore`",
    )
    parser.add_argument("--verbose", action="store_true", help="also name what is kept")
    _args.dry_run(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    for name in _OF_SESSIONS if parsed.views else _OF_VIEWS:
        if getattr(parsed, name) not in (None, False, "", []):
            there = "without" if parsed.views else "with"
            raise UsageError(f"--{name.replace('_', '-')} only works {there} --views")
    if parsed.host:
        return _far(parsed, ctx)
    return _views(parsed, ctx) if parsed.views else _sessions(parsed, ctx)


def _far(parsed: argparse.Namespace, ctx: Context) -> Result:
    """Only what its own server would end by itself."""
    for name in _OF_THIS_HOST:
        if getattr(parsed, name):
            raise UsageError(f"--{name.replace('_', '-')} is for views of this host", "leave it out with --host")
    from viewsync.hosts import views as far_views

    with ctx.progress("cleaning up the views"):
        done = far_views.clean(ctx, parsed.host, parsed.socket, dry_run=parsed.dry_run)
    return _verdicts.result(done, dry_run=parsed.dry_run, verbose=parsed.verbose)


def _views(parsed: argparse.Namespace, ctx: Context) -> Result:
    from viewsync.sweeper import one_pass  # neither half pays for the other
    from viewsync.tmux import sockets as tmux_sockets

    sockets = None
    if parsed.socket:
        is_path = "/" in parsed.socket
        sockets = [tmux_sockets.socket_of(ctx.env, "" if is_path else parsed.socket, parsed.socket if is_path else "")]
    gui = None
    if parsed.from_gui:
        gui = one_pass.GuiPanes(os.getppid(), parsed.live_tty, parsed.only_gui, parsed.layout)
    asked = parsed.trigger == _PERSON  # for views, and gets them; WezTerm's timer is the sweep of who has no sweeper
    with ctx.progress("cleaning up the views"):
        done = one_pass.everything(
            ctx, parsed.trigger, dry_run=parsed.dry_run, sockets=sockets, gui=gui, projects=not asked
        )
    result = _verdicts.result(done, dry_run=parsed.dry_run, verbose=parsed.verbose)
    if gui:
        shown = one_pass.tabs(ctx, gui.ttys)
        result.data["tabs"] = [{"tty": tty, "parent": parent} for tty, parent in shown.items()]
    return result


def _sessions(parsed: argparse.Namespace, ctx: Context) -> Result:
    wish = ExpiryCriteria(parsed.all, _limit(parsed.older_than), _limit(parsed.idle_than), parsed.compat)
    try:
        return _expire(parsed, ctx, wish)
    except LockTimeout:
        raise
    except ViewsyncError as error:
        error.code = 1
        raise


def _limit(text: str | None) -> Limit | None:
    if text is None:
        return None
    value = durations.seconds(text, unit=True)
    if value is None:
        raise UsageError(f"Invalid duration format: {text}", "Use format like: 30m, 2h, 1d")
    return Limit(value, text)


def _expire(parsed: argparse.Namespace, ctx: Context, wish: ExpiryCriteria) -> Result:
    from viewsync.projects import cleaning

    scope = _args.scope_of(parsed, ctx)
    with ctx.progress("looking at the sessions"):
        items, errors = cleaning.plan(ctx, wish, scope)
    going = [item for item in items if item.verdict.action != KEEP]
    lines = _told(items, going, parsed) if items or not any(scope) else [f"No sessions{scope}."]
    warnings = errors + [_spared(item) for item in items if item.verdict.spared]
    if parsed.dry_run or not going:
        return Result(_data(items, errors, dry_run=parsed.dry_run), lines, warnings=warnings)
    tell = _args.teller(parsed)
    for line in lines:
        tell(line)
    with ctx.progress("ending them"):
        outcome = {item.listed.row.name: item for item in cleaning.carry_out(ctx, items)}
    items = [outcome.get(item.listed.row.name, item) for item in items]
    removed = sum(item.removed for item in items)
    warnings += [
        f"    Warning: {_problem(name, ended)}" for name, ended in outcome.items() if ended.problem or not ended.removed
    ]
    saved = [
        f"    {name}: its output was saved in {ended.evidence}" for name, ended in outcome.items() if ended.evidence
    ]
    warnings += [f"    {name}: {text}" for name, ended in outcome.items() for text in remains.told(ended.remains)]
    last = [f"Removed {removed} session(s) successfully."] if removed else []
    return Result(_data(items, errors, dry_run=False), [*saved, *last], warnings=warnings)


def _problem(name: str, item: ExpiryItem) -> str:
    """A cleanup step that failed has not kept its session."""
    return f"{name}: {item.problem}" if item.removed else f"Failed to remove {name}: {item.problem}"


def _told(items: list[ExpiryItem], going: list[ExpiryItem], parsed: argparse.Namespace) -> list[str]:
    """What will be done and why, in the tool's words."""
    if not items:
        return ["No sessions in registry."]
    spared = [item for item in items if parsed.verbose and item.verdict.action == KEEP]
    kept = [f"  {item.listed.row.name}: kept ({named(item.verdict.reason)})" for item in spared]
    if not going:
        return [*kept, "No sessions to clean up."]
    would = "Dry-run mode: Would remove" if parsed.dry_run else "Removing"
    head = f"{would} {len(going)} session(s):"
    return [*kept, head, *(f"  - {item.listed.row.name} ({named(item.verdict.reason)})" for item in going)]


def _spared(item: ExpiryItem) -> str:
    return f"{item.listed.row.name}: kept: {item.verdict.reason}"


def _data(items: list[ExpiryItem], errors: list[str], *, dry_run: bool) -> dict[str, Any]:
    removed = sum(item.removed for item in items)
    return {
        "removed": removed,
        "kept": sum(item.verdict.action == KEEP for item in items),
        "failed": 0 if dry_run else sum(item.verdict.action != KEEP and not item.removed for item in items),
        "dry_run": dry_run,
        "sessions": [
            {
                "name": item.listed.row.name,
                "socket": item.listed.row.socket,
                "status": item.listed.health.status,
                "action": item.verdict.action,
                "reason": item.verdict.reason,
                "removed": item.removed,
                "ended": item.ended,
                "evidence": item.evidence or None,
                "problem": item.problem or None,
                **remains.data(item.remains),
            }
            for item in items
        ],
        "errors": errors,
    }
