"""Set up the tmux hooks, the WezTerm module, completions, the manual page and the state folder.

Each change is announced before it is made.

Whatever is set up already stays as it is. `viewsync uninstall` removes everything again.
"""

from __future__ import annotations

import argparse
import os
from shlex import quote

from viewsync.commands import _args
from viewsync.output import Result
from viewsync.setup import activation, installing, manifest, reading_aids
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong, or something could not be set up",
    4: _args.TMUX,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tmux-conf",
        default="",
        metavar="PATH",
        help="add the line to this tmux configuration (default: the one that tmux reads)",
    )
    parser.add_argument(
        "--wezterm-dir",
        default="",
        metavar="DIR",
        help="put viewsync.lua into this folder (default: the one that WezTerm reads)",
    )
    parser.add_argument(
        "--sweeper",
        default="",
        choices=("systemd", "launchd", "timer", "none"),
        help="run the sweeper as a user service, or once each minute by a timer of systemd or launchd"
        " (default: as before; none the first time)",
    )
    parser.add_argument(
        "--tools",
        default="",
        metavar="DIR",
        help="put the shell tools (safe-send.sh, ...) and lib/registry.sh there (default: as before)",
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="with --tools: keep each file that is there under such a name as NAME.orig, until uninstall puts it back",
    )
    parser.add_argument(
        "--here",
        action="store_true",
        help="only load the hooks into the tmux server you are in (for a plugin manager)",
    )
    # From install.sh: what it installs into, and the folders that it made.
    parser.add_argument("--prefix", default="", help=argparse.SUPPRESS)
    parser.add_argument("--made", default="", help=argparse.SUPPRESS)
    _args.dry_run(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if parsed.here:
        activation.load_here(ctx, manifest.caller(ctx), resurrected=manifest.has_resurrect(ctx))
        return Result({"changes": ["load the hooks"], "notes": [], "dry_run": False})
    options = manifest.InstallOptions(
        dry_run=parsed.dry_run,
        conf=parsed.tmux_conf,
        wezterm_dir=parsed.wezterm_dir,
        sweeper=parsed.sweeper,
        tools=parsed.tools,
        replace=parsed.replace,
        prefix=parsed.prefix,
        made=tuple(filter(None, parsed.made.split("\n"))),
    )
    report = installing.install(ctx, options, _args.teller(parsed))
    notes = [*report.notes, *_advice(ctx, report)]
    data = {"changes": report.changes, "notes": notes, "dry_run": parsed.dry_run}
    lines = [] if report.changes else ["everything is set up already"]
    return Result(data, [*lines, *notes], warnings=report.warnings)


def _advice(ctx: Context, report: installing.InstallReport) -> list[str]:
    advice = []
    module = report.record.module
    if not manifest.loaded_by(ctx, module):
        advice += [
            "for WezTerm, add this to wezterm.lua, before it returns the config:",
            f"  local viewsync = {manifest.module_expression(ctx, module)}",
            "  viewsync.apply_to_config(config)",
        ]
    if functions := reading_aids.zsh_folder(ctx.env, manifest.home(ctx.env), report.record.files):
        advice.append(f"for completions in zsh, add to ~/.zshrc, before compinit: fpath=({quote(functions)} $fpath)")
    folder = os.path.dirname(report.record.launcher)
    if folder not in ctx.env.get("PATH", "").split(os.pathsep):
        advice.append(f"{folder} is not in your PATH; add it, or run {report.record.launcher}")
    return advice
