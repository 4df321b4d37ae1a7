"""Show the steps that a project's command runs, and allow them. No step runs before you do.

You trust what would happen: the commands, folders, time limits and variables, options that run something, tmux_config,
and, unless every step is plain (`touch`, `echo`), the contents of the project's files. If any of that changes, you are
asked again, also between two steps. The commands of windows need no trust: they are typed into a shell because you ran
that file.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.errors import UsageError, ViewsyncError
from viewsync.output import Result, printable
from viewsync.project_files import loading, locating
from viewsync.projects import trust
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.project_files.rules.plan import Plan
    from viewsync.projects.trust import Standing

EXIT_CODES = {
    0: "trusted, or there is nothing to trust",
    1: "not trusted, or an argument or a file is wrong",
    5: "the state folder or the record of trusted steps cannot be used",
}


_NOT_COVERED = (
    "not covered: what git ignores, other projects' files, programs of the system, what steps fetch and run themselves"
)


class ShownCommand(NamedTuple):
    plan: Plan
    standing: Standing


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.completes(
        "command files",
        parser.add_argument(
            "name",
            nargs="?",
            default="",
            metavar="NAME",
            help="a command, or the path of its file (default: all commands)",
        ),
    )
    parser.add_argument("arguments", nargs="*", metavar="key=value", help="an argument for its templates")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--yes", action="store_true", help="trust what is shown, without asking")
    what.add_argument("--show", action="store_true", help="only show the steps")
    what.add_argument("--revoke", action="store_true", help="stop trusting it")
    _args.called(parser)
    parser.add_argument("--append", action="store_true", help="only what `viewsync run --append` runs of it")
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    shown, problems = _read(parsed, ctx)
    if parsed.revoke:
        return _revoked(ctx, shown, problems)
    if not parsed.json:
        for line in (line for command in shown for line in _lines(command)):
            print(printable(line), flush=True)
    wanted = [command for command in shown if _needs(command)]
    said_yes = bool(wanted) and not parsed.show and (parsed.yes or _asked([command.plan.command for command in wanted]))
    for command in wanted if said_yes else ():
        trust.accept(ctx, command.plan, command.standing.items)
    lines = [f"trusted: {command.plan.command}" for command in wanted] if said_yes else []
    code = 1 if problems or (wanted and not said_yes) else 0
    data = {"commands": [_data(ctx, command) for command in shown], "errors": problems}
    return Result(data, lines, code, problems)


def _read(parsed: argparse.Namespace, ctx: Context) -> tuple[list[ShownCommand], list[str]]:
    """One that cannot be read is an error; of all of them, a warning."""
    if parsed.name:
        return [_shown(ctx, parsed.name, parsed.arguments, parsed.called or "", appended=parsed.append)], []
    root = locating.project_root()
    if not root:
        raise UsageError("there is no project here", "change to its folder, or name a command's file")
    shown, problems = [], []
    for name in locating.names(root):
        try:
            shown.append(_shown(ctx, name, [], appended=parsed.append))
        except ViewsyncError as error:
            problems.append(f"{name}: {error.message}")
    return shown, problems


def _shown(ctx: Context, name: str, given: list[str], called: str = "", *, appended: bool) -> ShownCommand:
    plan = loading.plan(loading.load(ctx, loading.Request(name, given, called=called)))._replace(appended=appended)
    return ShownCommand(plan, trust.standing(ctx, plan))


def _needs(shown: ShownCommand) -> bool:
    return shown.standing.status in (trust.CHANGED, trust.UNTRUSTED)


def _lines(shown: ShownCommand) -> list[str]:
    standing = shown.standing
    lines = [f"{shown.plan.command} ({shown.plan.file}): {standing.status}"]
    for item in standing.items:
        new = standing.status == trust.CHANGED and item in standing.new
        lines += [f"  {'* ' if new else ''}{line}" for line in item.lines]
    if any(item.about or item.text.startswith('["tree"') for item in standing.items):
        lines.append(f"  {_NOT_COVERED}")
    if standing.status == trust.CHANGED:
        lines.append(
            "  (* new, or changed since you trusted it)" if standing.new else "  (fewer steps, or in a different order)"
        )
    return lines


def _asked(names: list[str]) -> bool:
    refusal = UsageError(
        f"not trusted: {', '.join(names)}, and there is no terminal to ask on", "pass --yes to trust what is shown"
    )
    return _args.agreed(f"Trust the steps of {', '.join(names)}?", refusal)


def _revoked(ctx: Context, shown: list[ShownCommand], problems: list[str]) -> Result:
    gone = [
        command.plan.command for command in shown if trust.revoke(ctx, command.plan.identity.root, command.plan.command)
    ]
    lines = [f"no longer trusted: {command}" for command in gone] or ["none of that was trusted"]
    revoked = [{"command": command, "status": trust.UNTRUSTED} for command in gone]
    return Result({"commands": revoked, "errors": problems}, lines, 1 if problems else 0, problems)


def _data(ctx: Context, shown: ShownCommand) -> dict[str, Any]:
    now = trust.standing(ctx, shown.plan)
    return {
        "command": shown.plan.command,
        "file": shown.plan.file,
        "root": shown.plan.identity.root,
        "status": now.status,
        "steps": [list(item.lines) for item in now.items],
    }
