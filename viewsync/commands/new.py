"""Make a command file: from a template, or from what runs in a session.

It becomes a command of the project that this folder is in, or with --own one of yours that is found from any folder. At
a terminal your editor opens it. No file is ever overwritten.
"""

from __future__ import annotations

import sys

from viewsync.commands import _args, _editing
from viewsync.errors import UsageError
from viewsync.output import Result
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.project_files.locating import Entry

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong, the command already exists, or its file is not right yet",
    3: _args.NO_SESSION,
    4: _args.TMUX,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="what the command is called")
    source = parser.add_mutually_exclusive_group()
    _args.completes(
        "command-template",
        source.add_argument(
            "--template", default="", metavar="TEMPLATE", help="begin with this template, or the path of one"
        ),
    )
    _args.completes(
        "parent",
        source.add_argument(
            "--from",
            dest="session",
            default="",
            metavar="SESSION",
            help="write what runs in this session, as freeze does; `.` is the one you are in",
        ),
    )
    _args.server(parser)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--own", action="store_true", help="among the commands of your own, which any folder has")
    where.add_argument(
        "--here", action="store_true", help="in this folder's project; where there is none, make one of the folder"
    )
    parser.add_argument("--no-edit", action="store_true", help="only write the file")
    _args.yes(parser, "do not ask, and do not open an editor; outside of a project it is a command of your own")
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    from viewsync.project_files import keeping

    entry = _entry(parsed, ctx)
    if entry.exists:
        raise keeping.exists(entry)
    notes: list[str] = []
    session = None
    if parsed.session:
        session, text, notes = _frozen(parsed, ctx, entry)
    else:
        text = keeping.template(ctx.env, parsed.template)
    keeping.make(entry, text)
    data = {"name": entry.name, "file": entry.file, "own": not entry.root, "session": session, "notes": notes}
    _args.teller(parsed)(f"wrote {entry.file}")  # also where the editor fails
    if parsed.no_edit or parsed.yes or parsed.json or not sys.stdin.isatty() or not sys.stdout.isatty():
        return Result({**data, "edited": False})
    edited = _editing.edit(ctx, entry.file)
    return Result({**data, "edited": edited.changed}, warnings=_editing.warnings(edited))


def _entry(parsed: argparse.Namespace, ctx: Context) -> Entry:
    from viewsync.project_files import locating

    root = "" if parsed.own else locating.project_root()
    own = parsed.own or (not root and not parsed.here)
    if own and not parsed.own and not parsed.yes:
        entry = locating.place(parsed.name, ctx.env, own=True)
        refusal = locating.outside("pass --own for a command of your own, or --here to make this folder a project")
        question = f"There is no project here. Make it a command of your own, {entry.file}?"
        if not _args.agreed(question, refusal, otherwise=True):
            raise refusal
    return locating.place(parsed.name, ctx.env, own=own, root=root or ("" if own else locating.current_folder()))


def _frozen(parsed: argparse.Namespace, ctx: Context, entry: Entry) -> tuple[str, str, list[str]]:
    from viewsync.projects import freezing
    from viewsync.registry.targets import TargetArgs
    from viewsync.tmux import sockets

    name = "" if parsed.session == "." else parsed.session
    if not name and not sockets.is_inside(ctx.env, sockets.socket_inside(ctx.env)):
        raise UsageError("you are in no tmux session", "name the session: --from SESSION")
    asked = TargetArgs(parsed.label, parsed.socket, "", "")
    base = entry.root or ctx.env.get("HOME", "")
    found = freezing.freeze(ctx, name, asked, base=base)
    return found.name, found.text, found.notes
