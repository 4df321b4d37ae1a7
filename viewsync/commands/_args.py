"""Arguments that several verbs share."""

from __future__ import annotations

import sys

from viewsync.errors import UsageError
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from viewsync.context import Context
    from viewsync.projects.listing import Known, Scope
    from viewsync.registry.targets import TargetArgs

# What exit codes mean that many verbs share.
REFUSED = "an argument is wrong, or viewsync refused"
NO_SESSION = "no session has exactly that name"
TMUX = "tmux failed, or did not answer in time; or its host was not reached"
STATE = "the state folder or the registry cannot be used"


def completes(kinds: str, action: argparse.Action) -> None:
    """What an argument's values are, for whoever presses Tab, where its name does not say it (completion/names.py)."""
    action.completes = kinds  # type: ignore[attr-defined]  # argparse leaves alone what it does not know


def json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON value")


def server(parser: argparse.ArgumentParser, long: str = "") -> None:
    """-L and -S; `long` is another spelling of -S."""
    parser.add_argument(
        "-L",
        dest="label",
        default="",
        metavar="NAME",
        help="the tmux server with that name (as tmux -L; a WezTerm workspace)",
    )
    names = ["-S", long] if long else ["-S"]
    parser.add_argument(
        *names, dest="socket", default="", metavar="PATH", help="the tmux server on that socket (as tmux -S)"
    )


def target(parser: argparse.ArgumentParser) -> None:
    """Which session: -S or -L with -t, else -s, else the only one that is registered."""
    parser.add_argument("-s", "--session", default="", metavar="NAME", help="a registered session")
    parser.add_argument(
        "-t", "--target", default="", metavar="TARGET", help="session:window.pane, or a tmux id; names match exactly"
    )
    server(parser, long="--socket")


def host(parser: argparse._ActionsContainer) -> None:
    """Another machine, for verbs that need nothing but tmux there."""
    completes(
        "host",
        parser.add_argument(
            "--host",
            type=_host,
            metavar="HOST",
            help="on another host, any that your ssh reaches; HOST:SESSION names a session there, too",
        ),
    )


def _host(text: str) -> str:
    """A variable that is not set does not mean this host, where a session of the same name might end."""
    if not text.strip():
        raise UsageError("--host takes a host", "name one that `ssh` takes, or leave it out for this host")
    return text


def reached(
    parsed: argparse.Namespace, ctx: Context, given: TargetArgs | None = None, *, timed: bool = False
) -> tuple[Context, TargetArgs]:
    """What `target` and `host` read, and the context that reaches it. `timed`: the time is that of where it is."""
    wanted = given or asked(parsed)
    if not (parsed.host or ":" in wanted.session):
        return ctx, wanted
    from viewsync.hosts import reaching

    one_host(parsed)
    return reaching.target(ctx, parsed.host or "", wanted, timed=timed)


def named_there(parsed: argparse.Namespace, ctx: Context) -> tuple[str, str]:
    """The host and the name that `session` and `host` mean, "" for this host. What is registered here under just that
    name stays what it means.
    """
    host, name = parsed.host or "", parsed.name
    if ":" in name and not host and name not in ctx.registry.read()["sessions"]:
        from viewsync.hosts import reaching

        host, name = reaching.named(ctx, name, parsed.label, parsed.socket)
    one_host(parsed)
    if host and (parsed.project or parsed.here):
        raise UsageError("--project and --here narrow what is known on this host", "leave them out with --host")
    return host, name


def one_host(parsed: argparse.Namespace) -> None:
    if parsed.host == "all":
        raise UsageError(
            "--host all names no session's host", "`viewsync find --host all` looks on all of them; name the one"
        )


def share(ctx: Context) -> None:
    """For who types into sessions: where hosts share an index, one sender of all of them at a time."""
    if ctx.index:
        from viewsync.index import leases

        ctx.shared_lease = leases.hold


def everywhere(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--everywhere", action="store_true", help="on all hosts that share the index (setting `index`)")


def called(parser: argparse.ArgumentParser) -> None:
    """Another name for a command's session."""
    parser.add_argument(
        "--as", dest="called", type=_called, metavar="SESSION", help="another name for the session, this time"
    )


def windows(parser: argparse.ArgumentParser) -> None:
    """Some of a command's windows."""
    completes(
        "command-window",
        parser.add_argument(
            "-w",
            "--window",
            dest="windows",
            action="append",
            default=[],
            metavar="WINDOW",
            help="only this window of the file, also a manual one; repeat for more",
        ),
    )


def _called(text: str) -> str:
    if not text:
        raise UsageError("--as takes a session's name")
    return text


def scope(parser: argparse._ActionsContainer) -> None:
    """Only sessions of one project."""
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--project", type=_project, metavar="NAME", help="only sessions of the project with that name")
    one.add_argument("--here", action="store_true", help="only sessions of the project that this folder belongs to")


def session(parser: argparse.ArgumentParser) -> None:
    """Any session by its name."""
    parser.add_argument("name", metavar="NAME", help="the session's exact name")
    server(parser)
    scope(parser)


def session_of(parsed: argparse.Namespace, ctx: Context) -> Known:
    """Which `session` means: a registered one, or a project's."""
    from viewsync.projects import listing

    within = scope_of(parsed, ctx)
    return listing.find(ctx, parsed.name, parsed.label, parsed.socket, every=True, scope=within)


def _project(text: str) -> str:
    """A variable that is not set narrows nothing, where what is not meant might end."""
    if not text.strip():
        raise UsageError("--project takes a project's name", "`viewsync status` lists projects with their sessions")
    return text


def scope_of(parsed: argparse.Namespace, ctx: Context) -> Scope:
    """What `scope` read."""
    if not (parsed.project or parsed.here):
        from viewsync.projects.listing import EVERYWHERE

        return EVERYWHERE
    from viewsync.projects import current_project

    return current_project.scope(ctx.env, parsed.project or "", here=parsed.here)


def asked(parsed: argparse.Namespace) -> TargetArgs:
    """What `target` read."""
    from viewsync.registry.targets import TargetArgs

    return TargetArgs(parsed.label, parsed.socket, parsed.target, parsed.session)


def dry_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="show what would happen, and change nothing")


def yes(parser: argparse.ArgumentParser, what: str = "do not ask") -> None:
    parser.add_argument("-y", "--yes", action="store_true", help=what)


def whose(parser: argparse.ArgumentParser) -> None:
    """Which of two commands of one name."""
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--own", action="store_true", help="among the commands of your own, which any folder has")
    one.add_argument("--here", action="store_true", help="among the commands of the project that this folder is in")


def agreed(question: str, refusal: UsageError, *, otherwise: bool = False) -> bool:
    """What a person says to it, `otherwise` for Enter alone. `refusal` where there is nobody to ask."""
    from viewsync.output import printable, say

    if not sys.stdin.isatty():
        raise refusal
    say(f"{printable(question)} [{'Y/n' if otherwise else 'y/N'}] ", end="")
    line = sys.stdin.readline()
    if not line.endswith("\n"):  # the end of the input: nobody has said anything
        say("")
        return False
    return line.strip().lower() in (("y", "yes", "") if otherwise else ("y", "yes"))


def seconds(text: str) -> float:
    """A number of seconds from 0 on."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        raise UsageError(f"not a number of seconds: {text!r}", "use a number of at least 0")
    return value


def duration(text: str, what: str) -> float:
    """`30m`, `2h`, `1d`, `500ms`, or seconds; `what` names the argument in the error."""
    from viewsync.text import durations

    value = durations.seconds(text)
    if value is None:
        raise UsageError(
            f"{what}: not a duration: {text!r}", "use a number with ms, s, m, h or d behind it, such as 30m"
        )
    return value


def count(text: str, problem: str) -> int:
    """A whole number from 0 on."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise UsageError(f"{problem}: {text!r}", "use a whole number of at least 0")
    return int(text)


def window(text: str) -> str:
    if text and not (text.startswith("@") and text[1:].isdecimal()):
        raise UsageError(f"not a tmux window id: {text!r}", "a window id looks like @5")
    return text


def teller(parsed: argparse.Namespace) -> Callable[[str], None]:
    """Prints each change before it is made. With --json the one value at the end tells of all.

    Nobody listening any more (`viewsync install | head`) is no reason to stop half way.
    """
    from viewsync.output import give_up, named, printable

    would = "would " if getattr(parsed, "dry_run", False) else ""

    def tell(text: str) -> None:
        if parsed.json:
            return
        try:
            print(printable(named(would + text)), flush=True)
        except OSError:
            give_up(sys.stdout)

    return tell
