"""Pick a session, a project, a worktree or a folder from one list, and open a view of it.

Sessions of all your tmux servers, the commands of projects, the worktrees of this repository, and the folders that
zoxide knows. fzf asks where it is installed, else viewsync itself does. What does not run yet is made: a project is
run, and a folder gets a session of its name, unless one has that folder. Inside tmux, your client goes there, as with
`attach`. In a popup: `tmux display-popup -E 'viewsync pick'`.
"""

from __future__ import annotations

import os
import sys

from viewsync.commands import _args, _tab
from viewsync.errors import UsageError, ViewsyncError
from viewsync.output import Result, complain, printable, show_error, table
from viewsync.picking import choice_keys, choices
from viewsync.picking.rules.choice import HEAD, WIDEST
from viewsync.system import terminal
from viewsync.text import cells
from viewsync.tmux import sockets
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.picking.choices import Offer
    from viewsync.picking.going import Reached
    from viewsync.picking.rules.choice import Choice

EXIT_CODES = {
    0: "done",
    1: "an argument or a project's file is wrong, what was picked is gone, or there is no terminal",
    3: "the session that was picked is gone",
    4: _args.TMUX,
    5: _args.STATE,
    75: "another process is making this session, or holds the registry",
    129: "the terminal is gone",
    130: "you left without picking anything",
    131: "SIGQUIT ended it",
    143: "SIGTERM ended it",
}

_LEFT = 130


def arguments(parser: argparse.ArgumentParser) -> None:
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--list", action="store_true", help="print the choices, and open nothing")
    how.add_argument("--open", default="", metavar="KEY", help="open the choice with that key, without asking")
    how.add_argument("--preview", default="", metavar="KEY", help="print what the choice with that key looks like")
    parser.add_argument("--own", action="store_true", help="ask without fzf")
    parser.add_argument(
        "--cwd", default="", metavar="DIR", help="the folder whose project and worktrees are offered (this one)"
    )
    parser.add_argument(
        "--client",
        default="",
        metavar="TTY",
        help="with --open: the tmux client on that terminal goes there, not yours",
    )
    _args.server(parser)
    parser.add_argument(
        "--json", action="store_true", help="print the choices as one JSON value; with --open, what to attach to"
    )


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if parsed.client and not parsed.open:
        raise UsageError("--client only works with --open", "--open KEY says what it is to go to")
    if parsed.preview:
        return _previewed(ctx, choice_keys.read_key(parsed.preview), as_json=parsed.json)
    try:
        if parsed.open:
            return _opened(parsed, ctx, choice_keys.read_key(parsed.open))
        offer = _offer(parsed, ctx)
        if parsed.list or parsed.json:
            return _listed(offer)
        _refuse_terminal(ctx)
        return _picked(parsed, ctx, offer)
    except ViewsyncError as error:
        if parsed.json or parsed.client:
            raise
        return _seen(ctx, error)


def _seen(ctx: Context, error: ViewsyncError) -> Result:
    """A popup closes with us, and nobody could read why."""
    popup = ctx.env.get("TMUX") and not ctx.env.get("TMUX_PANE") and terminal.name()
    if not popup or not sockets.is_inside(ctx.env, sockets.socket_inside(ctx.env)):
        return _tab.told(ctx, error)
    show_error(error, as_json=False)
    complain("press Enter to close this")
    terminal.wait_for_key(120)
    return Result(code=error.code)


def _offer(parsed: argparse.Namespace, ctx: Context) -> Offer:
    try:
        folder = os.path.abspath(parsed.cwd or os.curdir)
    except OSError:  # ours was removed: it has no project
        folder = os.sep
    socket = sockets.socket_of(ctx.env, parsed.label, parsed.socket)
    return choices.read(ctx, folder, socket, alone=bool(parsed.label or parsed.socket))


def _refuse_terminal(ctx: Context) -> None:
    if not terminal.name() or ctx.env.get("TERM", "") in ("", "dumb"):
        raise UsageError(
            "pick needs a terminal that can draw", "--list prints the choices, and --open KEY opens one of them"
        )


def _picked(parsed: argparse.Namespace, ctx: Context, offer: Offer) -> Result:
    if not offer.choices:
        hint = "; ".join(offer.problems) or "`viewsync open --create NAME` makes a session"
        raise UsageError("there is nothing to pick", hint)
    from viewsync.picking import fzf

    program = "" if parsed.own else fzf.there(ctx)
    problem = printable("; ".join(offer.problems))
    if program:
        chosen, code = fzf.choose(ctx, program, offer.choices, _rows(offer.choices), problem), _LEFT
    else:
        from viewsync.picking import own_picker, preview  # with rich, 40 ms

        def look(choice: Choice, room: int) -> list[str]:
            return preview.lines(ctx, choice, room, colours=False)

        chosen, code = own_picker.choose(ctx, offer.choices, look, problem)
    return _opened(parsed, ctx, chosen) if chosen else Result(code=code, printed=True)


def _rows(found: list[Choice]) -> list[str]:
    """In columns, for fzf."""
    names = [printable(choice.name) for choice in found]
    widest = min(WIDEST, max(map(cells.width, names)))
    return [
        f"{choice.kind:<9} {cells.pad(name, widest)}  {printable(choice.detail)}".rstrip()
        for choice, name in zip(found, names, strict=True)
    ]


def _opened(parsed: argparse.Namespace, ctx: Context, choice: Choice) -> Result:
    from viewsync.picking import going  # a list of the choices needs none of it
    from viewsync.projects import attaching

    if choice.host:
        return _far(parsed, ctx, choice)
    if parsed.client:
        return _moved(ctx, going.reach(ctx, choice), parsed.client)
    if not (parsed.json or terminal.name() or sockets.is_inside(ctx.env, choice.socket)):  # before anything is made
        hint = "in a terminal it is; --json makes what does not run yet, and prints how to attach to it"
        raise UsageError(f"there is no terminal to open {choice.name!r} in", hint)
    reached = going.reach(ctx, choice)
    if parsed.json:
        return Result(_data(ctx, reached), warnings=reached.warnings)
    for warning in reached.warnings:
        complain(warning)
    attaching.go(ctx, reached.server, reached.session, reached.name)
    return Result(lines=[f"switched to {reached.name}"])


def _far(parsed: argparse.Namespace, ctx: Context, choice: Choice) -> Result:
    """A view of another host's session, in this terminal."""
    if parsed.client:
        raise UsageError(
            f"no tmux client of this host can go to {choice.name!r}", "`viewsync open` shows it in a terminal"
        )
    from viewsync.hosts import details, opening, reaching
    from viewsync.views.opening import OpenRequest

    session = choice.name.removeprefix(f"{choice.host}:")
    if parsed.json:
        far = reaching.context(ctx, choice.host)
        known, seen = details.find(far, choice.socket, session)
        words = far.tmux.to_attach(choice.socket, session)
        return Result({"name": known.name, "socket": choice.socket, "session_id": seen.id, "attach": words})
    opening.become_client(ctx, choice.host, OpenRequest(parent=session, socket=choice.socket))
    raise AssertionError("the process is ssh by now")


def _moved(ctx: Context, reached: Reached, tty: str) -> Result:
    from viewsync.views import moving

    moved = moving.move(ctx, reached.server.socket, reached.name, tty)
    data = {**_data(ctx, reached), "view": moved.view}
    return Result(data, [f"switched {tty} to {moved.view}"], warnings=reached.warnings)


def _data(ctx: Context, reached: Reached) -> dict[str, Any]:
    socket = reached.server.socket
    attach = ctx.tmux.to_attach(socket, reached.name)
    return {"name": reached.name, "socket": socket, "session_id": reached.session, "attach": attach}


def _previewed(ctx: Context, choice: Choice, *, as_json: bool) -> Result:
    """fzf says how much room there is."""
    from viewsync.picking import preview

    room = ctx.env.get("FZF_PREVIEW_LINES", "")[:4]
    lines = preview.lines(ctx, choice, int(room) if room.isdecimal() and int(room) else 50, colours=_coloured(ctx))
    if not as_json:
        sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    return Result({"lines": lines})  # with colours, as `capture --ansi`


def _coloured(ctx: Context) -> bool:
    return "FZF_PREVIEW_LINES" in ctx.env and not ctx.env.get("NO_COLOR")


def _listed(offer: Offer) -> Result:
    rows = [(choice.kind, choice.name, choice.detail) for choice in offer.choices]
    lines = table(HEAD, rows) if rows else ["Nothing to pick."]
    data = {"choices": [_choice(choice) for choice in offer.choices], "errors": offer.problems}
    return Result(data, lines, code=0, warnings=offer.problems)


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "key": choice_keys.key(choice),
        "kind": choice.kind,
        "name": choice.name,
        "detail": choice.detail,
        "socket": choice.socket,
        "path": choice.path or None,
        "session": choice.session or None,
        "windows": choice.windows,
        "clients": choice.clients,
        "last_attached": choice.used or None,
        "current": choice.current,
    }
