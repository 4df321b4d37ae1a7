"""End exactly the session that you name, and forget it: a project's after its cleanup steps, with all of its views.

Without a name it is the only session that is registered.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.errors import Ambiguous, LockTimeout, UsageError, ViewsyncError
from viewsync.output import Result
from viewsync.projects import killing as of_any_kind
from viewsync.sessions import killing, remains
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.registry.targets import TargetArgs

EXIT_CODES = {
    0: "ended, and forgotten if it was registered",
    1: "one of the two failed, or a program could not be ended",
    2: "both failed",
    3: "an argument is wrong",
}
CODES = ((LockTimeout, 75), (Ambiguous, 2), (UsageError, 3), (ViewsyncError, 2))


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", default="", metavar="NAME", help="the session's exact name; -s is the same")
    _args.target(parser)
    _args.host(parser)
    _args.scope(parser)
    parser.add_argument("--views", action="store_true", help="also end views of it that somebody is on")
    parser.add_argument(
        "--keep-processes", action="store_true", help="let programs live on that ignore the end of their terminal"
    )
    parser.add_argument(
        "--compat", action="store_true", help="as the shell tool does: a project's cleanup steps follow the end"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="name the server and the session")
    _args.dry_run(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    ctx, asked = _args.reached(parsed, ctx, _asked(parsed), timed=True)
    if asked.far and (parsed.project or parsed.here):
        raise UsageError("--project and --here narrow what is known on this host", "leave them out with --host")
    if asked.far and not parsed.target and ":" in asked.target[:-1]:
        raise UsageError(f"no session's name: {asked.target[:-1]!r}", "-t names a window, whose whole session ends")
    views = killing.ALL if parsed.views else killing.IDLE
    wish = killing.Wish(views, keep_processes=parsed.keep_processes)
    if parsed.compat or asked.far:  # steps of another host's project are for that host's viewsync
        done = killing.kill(ctx, asked, wish, dry_run=parsed.dry_run)
    else:
        done = of_any_kind.kill(ctx, asked, wish, dry_run=parsed.dry_run, scope=_args.scope_of(parsed, ctx))
    meant = f"session {done.session_id}" if done.session_id else f"pane {done.pane}" if done.pane else "session -"
    warnings = [f"{done.name}: {meant} on {done.socket}"] if parsed.verbose else []
    data = {
        "name": done.name,
        "socket": done.socket,
        "session_id": done.session_id or None,
        "killed": done.killed,
        "registered": done.removed is not None,
        "deregistered": bool(done.removed),
        "live_on": list(done.live_on),
        "steps": [{"name": name, "problem": problem} for name, problem in done.steps],
        "problems": list(done.said),
        "pane_id": done.pane or None,
        "moved_to": done.moved_to or None,
        **remains.data(done.remains),
        "dry_run": parsed.dry_run,
    }
    if parsed.dry_run:
        code = 0 if done.found or done.removed is not None else 2
        return Result(data, _dry(done), code, [*warnings, *_problem(done)])
    code = _code(done)
    return Result(data, _lines(done, code), code, [*warnings, *_warnings(done, code)])


def _asked(parsed: argparse.Namespace) -> TargetArgs:
    asked = _args.asked(parsed)
    if parsed.name and (asked.session or asked.target):
        raise UsageError("NAME, -s and -t each name a session", "give one of them")
    asked = asked._replace(session=asked.session or parsed.name)
    if parsed.host:
        return asked
    if bool(asked.target) != bool(asked.socket or asked.label) and (asked.target or not asked.session):
        raise UsageError(
            "Both -S and -t must be specified together", "use -L NAME or -S PATH with -t, or name a session"
        )
    return asked


def _code(done: killing.Killed) -> int:
    if done.killed:
        return 1 if done.removed is False or done.remains.refused else 0
    return 1 if done.removed else 2


def _dry(done: killing.Killed) -> list[str]:
    second = f"Remove from registry: {done.name}"
    first = f'Kill tmux session: tmux -S "{done.socket}" kill-session -t "{done.name}"'
    if done.pane:
        words = f'tmux -S "{done.socket}" kill-pane -t "{done.pane}"'
        first = f"Kill its pane, which is in session {done.moved_to!r}: {words}"
    return [
        "Dry-run mode: Would perform the following operations:",
        f"  1. {first}",
        f"  2. {second if done.removed is not None else 'Session not in registry, skip deregistration'}",
    ]


def _lines(done: killing.Killed, code: int) -> list[str]:
    lines = [f"Killing tmux session: {done.name}"]
    if done.pane:
        lines = [f"Killing the pane of {done.name}: {done.pane}, which was moved into session {done.moved_to!r}"]
    if done.killed:
        lines.append("  ✓ Pane killed, and nothing else" if done.pane else "  ✓ Tmux session killed successfully")
    if done.removed is not None:
        lines.append(f"Removing from registry: {done.name}")
    if done.removed:
        lines.append("  ✓ Removed from registry successfully")
    if code:
        return lines
    if done.live_on:
        names = ", ".join(map(repr, done.live_on))
        return [
            *lines,
            f"Session '{done.name}' removed; its windows live on in {names}: end that, too, if they are to go",
        ]
    if done.remains.living:
        count = len(done.remains.living)
        what = "1 process of it lives on" if count == 1 else f"{count} processes of it live on"
        return [*lines, f"Session '{done.name}' removed; {what}"]
    if done.said:
        return [*lines, f"Session '{done.name}' removed"]
    return [*lines, f"Session '{done.name}' fully removed"]


def _problem(done: killing.Killed) -> list[str]:
    return [*done.said, *([f"  ✗ Failed to kill tmux session: {done.problem}"] if done.problem else [])]


def _warnings(done: killing.Killed, code: int) -> list[str]:
    lines = list(done.said) if done.killed else _problem(done)
    lines += [f"  {sentence}" for sentence in remains.told(done.remains)]
    if done.removed is False:
        lines.append(
            f"  ✗ Failed to remove from registry: {done.registry_problem or 'the name now belongs to another session'}"
        )
    if code == 1:
        lines.append(f"Warning: Partial removal of session '{done.name}'")
    if code == 2:
        lines.append(f"Error: Failed to remove session '{done.name}'")
    return lines
