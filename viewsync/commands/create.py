"""Make a session for a program or an agent to drive, and register it under its name.

Prints one JSON value. Exit codes: 0 done, 1 arguments, 2 the name is taken, 3 tmux or the program failed,
4 the registry failed.
"""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

from viewsync.actions import creating
from viewsync.commands import args
from viewsync.errors import LockTimeout, SessionExists, StateError, TmuxError, UsageError, ViewsyncError
from viewsync.output import Result

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

CODES = ((LockTimeout, 75), (SessionExists, 2), (TmuxError, 3), (StateError, 4), (ViewsyncError, 1))


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-n", "--name", default="", help="the session's name (required)")
    parser.add_argument("-w", "--window", default="shell", metavar="NAME", help="the window's name (shell)")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--python", dest="type", action="store_const", const="python-repl", help="run a Python REPL")
    kinds.add_argument("--gdb", dest="type", action="store_const", const="debugger", help="run gdb")
    kinds.add_argument("--shell", dest="type", action="store_const", const="shell", help="run bash (the default)")
    parser.add_argument("command", nargs="*", metavar="-- COMMAND", help="run that program instead")
    parser.add_argument("--cwd", default="", metavar="DIR", help="the folder to run it in")
    parser.add_argument("-e", dest="environment", action="append", default=[], metavar="NAME=VALUE", help="a variable")
    parser.add_argument("--size", default="", metavar="WxH", help="columns and rows while nobody is attached")
    parser.add_argument("--no-register", action="store_true", help="leave it out of the registry")
    args.server(parser, long="--socket")
    args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if not parsed.name:
        raise UsageError("Session name is required (use -n <name>)", "`viewsync create --help` tells more")
    if parsed.type and parsed.command:
        raise UsageError("a session runs one program", "give either -- COMMAND or one of --python, --gdb and --shell")
    request = creating.Request(
        name=parsed.name,
        label=parsed.label,
        socket=parsed.socket,
        window=parsed.window,
        type=creating.PROGRAM if parsed.command else parsed.type or "shell",
        command=parsed.command,
        cwd=parsed.cwd,
        environment=parsed.environment,
        size=parsed.size,
        register=not parsed.no_register,
    )
    done = creating.create(ctx, request)
    attach = ctx.tmux.argv(done.socket, "attach-session", "-t", f"={parsed.name}")
    data = {
        "name": parsed.name,
        "socket": done.socket,
        "target": done.made.target,
        "type": request.type,
        "pid": done.made.pid if done.running else None,
        "window": parsed.window,
        "registered": done.registered,
        "session_id": done.made.session_id,
        "pane_id": done.made.pane_id,
        "attach": attach,
    }
    told = [f"attach with: {shlex.join(attach)}"] if sys.stderr.isatty() else []
    code = 0 if done.registered or parsed.no_register else 4
    return Result(data, code=code, warnings=[*done.warnings, *told], always_json=True)
