"""Create a session for a program or an agent to drive, and register it under its name.

This prints one JSON value. With --wait, it returns when the prompt is there: a line that matches PATTERN or the
template's prompt; for --python `^>>> ?$`, for --gdb `^\\(gdb\\) ?$`, for a shell one of `$ # % >` and a space at the
end. If the prompt does not appear in time, the session stays, and `ready` is false.
"""

from __future__ import annotations

import sys

from viewsync.commands import _args
from viewsync.errors import LockTimeout, SessionExists, StateError, TmuxError, UsageError, ViewsyncError
from viewsync.light import quote
from viewsync.output import Result
from viewsync.sessions import creating
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.sessions.templates import Template
    from viewsync.text.patterns import Pattern

EXIT_CODES = {
    0: "the session exists and is registered",
    1: _args.REFUSED,
    2: "a session has that name",
    3: "tmux or the program failed, or the prompt did not appear",
    4: "the registry or the state folder cannot be used",
}
CODES = ((LockTimeout, 75), (SessionExists, 2), (TmuxError, 3), (StateError, 4), (ViewsyncError, 1))


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-n", "--name", default="", help="the session's name (required)")
    parser.add_argument("-w", "--window", default="shell", metavar="NAME", help="the window's name (shell)")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--python", dest="type", action="store_const", const="python-repl", help="run a Python REPL")
    kinds.add_argument("--gdb", dest="type", action="store_const", const="debugger", help="run gdb")
    kinds.add_argument("--shell", dest="type", action="store_const", const="shell", help="run bash (the default)")
    kinds.add_argument(
        "--template",
        default=None,
        metavar="NAME",
        help="run what a template says: bash, gdb, ..., a path; bash begins with FILE.sh",
    )
    parser.add_argument("command", nargs="*", metavar="-- COMMAND", help="run this program instead")
    parser.add_argument("--cwd", default="", metavar="DIR", help="the folder to start in")
    parser.add_argument(
        "-e",
        dest="environment",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a variable; NAME alone takes your value; repeat for more",
    )
    parser.add_argument("--size", default="", metavar="WxH", help="columns and rows while nobody is attached (200x50)")
    parser.add_argument("--history-limit", default="", metavar="N", help="lines that its panes keep (tmux's setting)")
    parser.add_argument(
        "--wait", nargs="?", const="", default=None, metavar="PATTERN", help="return when the prompt (PATTERN) is there"
    )
    parser.add_argument(
        "--wait-timeout", default="15", metavar="DURATION", help="with --wait: give up after this long (15)"
    )
    parser.add_argument("--no-register", action="store_true", help="do not register the session")
    _args.server(parser, long="--socket")
    _args.host(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if not parsed.name:
        raise UsageError("Session name is required (use -n <name>)", "see `viewsync create --help`")
    if (parsed.type or parsed.template is not None) and parsed.command:
        raise UsageError(
            "a session runs one program", "give either -- COMMAND or one of --python, --gdb, --shell and --template"
        )
    template = None if parsed.host else _template(parsed, ctx)
    kind = creating.PROGRAM if parsed.command else parsed.type or "shell"
    request = creating.CreateRequest(
        name=parsed.name,
        label=parsed.label,
        socket=parsed.socket,
        window=parsed.window,
        type=template.type if template else kind,
        command=template.program if template else parsed.command,
        cwd=parsed.cwd,
        environment=[*_variables(template), *parsed.environment],
        size=parsed.size,
        history_limit=_args.count(parsed.history_limit, "--history-limit: not a number of lines")
        if parsed.history_limit
        else None,
        register=not parsed.no_register,
    )
    prompt = _prompt(parsed, template, kind)
    timeout = _args.duration(parsed.wait_timeout, "--wait-timeout")
    ctx, host = _where(parsed, ctx)
    done = _made(ctx, host, request)
    problem = _prepared(ctx, done, prompt, template, timeout) if prompt else ""
    attach = ctx.tmux.to_attach(done.socket, request.name)
    data = {
        "name": request.name,
        "socket": done.socket,
        "target": done.made.target,
        "type": request.type,
        "pid": done.made.pid if done.running else None,
        "window": parsed.window,
        "registered": done.registered,
        "session_id": done.made.session_id,
        "pane_id": done.made.pane_id,
        "ready": not problem if prompt else None,
        "withheld": list(done.withheld),
        "attach": attach,
    }
    told = [f"attach with: {' '.join(map(quote, attach))}"] if sys.stderr.isatty() else []
    failed = [f"the session exists, but is not ready: {problem}"] if problem else []
    code = 4 if not (done.registered or parsed.no_register or host) else 3 if problem else 0
    return Result(data, code=code, warnings=[*done.warnings, *failed, *told], always_json=True)


def _where(parsed: argparse.Namespace, ctx: Context) -> tuple[Context, str]:
    """The host of --host, "" for this one, and the context that reaches it. HOST:NAME means none: to make something on
    another machine for a colon in a name would be a surprise.
    """
    host = parsed.host or ""
    _args.one_host(parsed)
    if not host:
        return ctx, ""
    from viewsync.hosts import reaching

    if parsed.template is not None:
        raise UsageError("a template is for sessions of this host", f"say what {host} is to run: -- COMMAND")
    return reaching.context(ctx, host), host


def _made(ctx: Context, host: str, request: creating.CreateRequest) -> creating.Created:
    if not host:
        return creating.create(ctx, request)
    from viewsync.hosts import creating as far_creating

    return far_creating.create(ctx, host, request)


def _template(parsed: argparse.Namespace, ctx: Context) -> Template | None:
    if parsed.template is None:
        return None
    from viewsync.sessions import templates

    return templates.load(ctx, parsed.template)


def _variables(template: Template | None) -> list[str]:
    """What -e says comes behind them, and wins."""
    return [f"{name}={value}" for name, value in template.environment.items()] if template else []


def _prompt(parsed: argparse.Namespace, template: Template | None, kind: str) -> Pattern | None:
    """What is to be waited for; None when nothing is."""
    if parsed.wait is None and not (template and template.commands):
        return None
    from viewsync.panes import waiting
    from viewsync.sessions import startup

    text = parsed.wait or (template.prompt if template else startup.PROMPTS.get(kind, ""))
    if not text:
        raise UsageError(
            "viewsync does not know the prompt of that program",
            "name a line that shows that it is ready: --wait PATTERN",
        )
    return waiting.pattern(text)


def _prepared(ctx: Context, done: creating.Created, prompt: Pattern, template: Template | None, timeout: float) -> str:
    from viewsync.sessions import startup

    with ctx.progress("waiting for the prompt"):
        return startup.prepare(ctx, done, prompt, template.commands if template else (), timeout)
