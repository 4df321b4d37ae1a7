"""The command line: the table of verbs is the feature list. Only the named verb's module is imported."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from viewsync import __version__, errors, output
from viewsync.context import Context

if TYPE_CHECKING:
    from collections.abc import Sequence


class Command(NamedTuple):
    module: str
    summary: str
    hidden: bool = False


COMMANDS = {
    "open": Command("open", "open a view of a session in this terminal"),
    "views": Command("views", "list sessions with their views, and what the next sweep does with each"),
    "cleanup": Command("cleanup", "end views that nobody uses, and say why"),
    "sweep": Command("sweep", "one pass over all of your tmux servers"),
    "sweeper": Command("sweeper", "run, start or stop the resident sweeper"),
    "pin": Command("pin", "keep a view from every clean-up, or no longer"),
    "adopt": Command("adopt", "take over views that an older configuration made"),
    "restore": Command("restore", "open again the views that a WezTerm which is gone had"),
    "create": Command("create", "make and register a session for a program or an agent"),
    "list": Command("list", "list registered sessions with their health"),
    "find": Command("find", "list the tmux sessions of a server, or of all"),
    "health": Command("health", "say whether a pane and its program live"),
    "kill": Command("kill", "end a session and forget it"),
    "install": Command("install", "set up tmux hooks and the WezTerm module"),
    "uninstall": Command("uninstall", "take back what install did"),
    "doctor": Command("doctor", "check every link of the chain"),
    "demo": Command("demo", "show views and their clean-up on a throwaway server"),
    "hook": Command("hook", "called by tmux's hooks", hidden=True),
}


class Formatter(argparse.HelpFormatter):
    """With a width of its own: to ask the terminal for one, argparse imports shutil, lzma and bz2 (5 ms)."""

    def __init__(self, prog: str) -> None:
        columns = os.environ.get("COLUMNS", "")
        super().__init__(prog, width=int(columns) if columns.isdigit() and int(columns) > 40 else 100)


class Parser(argparse.ArgumentParser):
    """Errors become ours, with our exit code; the rest is argparse's."""

    def error(self, message: str) -> NoReturn:
        raise errors.UsageError(message, f"`{self.prog} --help` tells more")


def main(argv: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in words[: words.index("--")] if "--" in words else "--json" in words
    try:
        return _run(words, as_json)
    except errors.ViewsyncError as error:
        output.show_error(error, as_json)
        return error.code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python would complain again at exit
        return 0


def _run(words: list[str], as_json: bool) -> int:
    overrides: dict[str, str] = {}
    while len(words) > 1 and words[0] == "--tmux":
        overrides["VIEWSYNC_TMUX"] = words[1]
        words = words[2:]
    verb = words[0] if words else "--help"
    if verb in ("-h", "--help", "help"):
        print(usage())
        return 0
    if verb in ("-V", "--version"):
        print(f"viewsync {__version__}")
        return 0
    if verb not in COMMANDS:
        raise errors.UsageError(f"there is no verb {verb!r}", "`viewsync --help` lists them")
    ctx = Context(overrides=overrides)
    try:
        return _command(verb, words[1:], ctx, as_json)
    except (errors.ViewsyncError, KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:
        ctx.log.exception("a bug in %s %r", verb, words[1:])
        where = os.path.join(_log_folder(ctx), "viewsync.log")
        print(f"viewsync: a bug: {type(error).__name__}; the details are in {where}", file=sys.stderr)
        return 70


def _command(verb: str, words: list[str], ctx: Context, as_json: bool) -> int:
    module = importlib.import_module(f"viewsync.commands.{COMMANDS[verb].module}")
    parser = Parser(prog=f"viewsync {verb}", description=module.__doc__, allow_abbrev=False, formatter_class=Formatter)
    module.arguments(parser)
    try:
        result: output.Result = module.run(parser.parse_args(words), ctx)
    except errors.ViewsyncError as error:
        codes = getattr(module, "CODES", ())
        error.code = next((code for kind, code in codes if isinstance(error, kind)), error.code)
        raise
    output.show(result, as_json)
    sys.stdout.flush()
    return result.code


def usage() -> str:
    lines = [
        "usage: viewsync [--tmux PATH] VERB ...",
        "",
        "A tmux view of its own for every WezTerm tab.",
        "",
    ]
    lines += [f"  {verb:<10} {each.summary}" for verb, each in COMMANDS.items() if not each.hidden]
    return "\n".join([*lines, "", "`viewsync VERB --help` tells more. `viewsync --version` prints the version."])


def _log_folder(ctx: Context) -> str:
    from viewsync import paths

    return paths.log_dir(ctx.env)
