"""A command file in the user's editor, for the verbs that open one."""

from __future__ import annotations

import sys

from viewsync.commands import _args
from viewsync.errors import UsageError
from viewsync.output import complain, say
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.errors import BadFile
    from viewsync.project_files.keeping import Edited


def edit(ctx: Context, file: str, *, yes: bool = False) -> Edited:
    """`yes`: what is sound is kept, also where `run` would refuse it."""
    from viewsync.project_files import keeping

    return keeping.edit(ctx, file, keeping.Asking(sys.stdin.isatty(), _again, lambda: yes or _anyway()))


def warnings(edited: Edited) -> list[str]:
    return [f"`run` would refuse it: {edited.problem}"] if edited.problem else []


def _again(error: BadFile) -> bool:
    if not sys.stdin.isatty():
        return False
    for line in (f"{error.message} ({error.hint})" if error.hint else error.message, *error.more):
        complain(line)
    return _agreed("Edit it again?", otherwise=True)


def _anyway() -> bool:
    return sys.stdin.isatty() and _agreed("Keep it all the same? `run` refuses it so.")


def _agreed(question: str, *, otherwise: bool = False) -> bool:
    """^C at a question is a no to it: what was written is not forgotten without a word."""
    try:
        return _args.agreed(question, UsageError(""), otherwise=otherwise)
    except KeyboardInterrupt:
        say("")
        return False
