"""List the tmux sessions of one server, or with --all of all your servers, registered or not."""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.errors import UsageError, ViewsyncError
from viewsync.output import Result
from viewsync.registry import rows
from viewsync.sessions import finding
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.tmux.rules.model import TmuxSession

EXIT_CODES = {
    0: "done, even if no name matches",
    1: "an argument is wrong, or no tmux server answers",
}
CODES = ((ViewsyncError, 1),)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-L", "--socket", dest="label", default="", metavar="NAME", help="the server with that name (as tmux -L)"
    )
    parser.add_argument(
        "-S", "--socket-path", dest="socket", default="", metavar="PATH", help="the server on that socket (as tmux -S)"
    )
    _args.host(parser)
    _args.everywhere(parser)
    parser.add_argument("-A", "--all", action="store_true", help="all your servers")
    parser.add_argument(
        "-q", "--query", default="", metavar="TEXT", help="only names that contain TEXT, in upper or lower case"
    )
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if parsed.everywhere:
        return _everywhere(parsed, ctx)
    if parsed.all and (parsed.label or parsed.socket):
        raise UsageError("Cannot combine --all with -L or -S", "give one of them")
    if parsed.all and parsed.host:
        raise UsageError("--all means all servers of this host", "give --host with -L or -S, or alone")
    if parsed.label and parsed.socket:
        raise UsageError("Use either -L or -S, not both", "each names a server")
    errors: list[str] = []
    if parsed.all:
        servers, errors = finding.everywhere(ctx, parsed.query)
        if not servers:
            raise ViewsyncError("No tmux servers found", "; ".join(errors) or "start one with `tmux`")
    elif parsed.host:
        servers, errors = _far(parsed, ctx)
    else:
        servers = [finding.one(ctx, parsed.label, parsed.socket, parsed.query)]
    lines = [line for server in servers for line in _lines(server)]
    return Result({"servers": [_data(server) for server in servers], "errors": errors}, lines, warnings=errors)


def _far(parsed: argparse.Namespace, ctx: Context) -> tuple[list[finding.FoundServer], list[str]]:
    """Of one host, or of all, and which of these have not answered."""
    from viewsync.hosts import asking, reaching

    def find(ctx: Context, host: str) -> finding.FoundServer:
        far = reaching.socket(host, parsed.label, parsed.socket)
        return finding.on(reaching.context(ctx, host), far, far, parsed.query)

    answers, errors = asking.each(ctx, parsed.host, find)
    return list(answers.values()), errors


def _everywhere(parsed: argparse.Namespace, ctx: Context) -> Result:
    from viewsync.commands import _everywhere

    if parsed.all or parsed.label or parsed.socket or parsed.host:
        raise UsageError("--everywhere means all servers of all hosts", "leave out -L, -S, --all and --host")
    servers, errors = _everywhere.found(ctx, parsed.query)
    return Result(
        {"servers": servers, "errors": errors}, _everywhere.found_lines(servers, ctx.clock()), warnings=errors
    )


def _lines(server: finding.FoundServer) -> list[str]:
    if not server.sessions:
        return [f"No sessions found on {server.label}"]
    told = [
        f"  - {session.name} ({_state(session)}, started {rows.stamp(session.created)})" for session in server.sessions
    ]
    return [f"Sessions on {server.label}:", *told]


def _data(server: finding.FoundServer) -> dict[str, Any]:
    return {
        "socket": server.socket,
        "sessions": [
            {
                "name": session.name,
                "id": session.id,
                "attached": _state(session) == "attached",
                "created_at": rows.stamp(session.created),
                "windows": session.windows,
            }
            for session in server.sessions
        ],
    }


def _state(session: TmuxSession) -> str:
    return "attached" if session.attached or session.clients else "detached"
