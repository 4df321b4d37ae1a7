"""Serve sessions to an agent by the Model Context Protocol, on standard input and output.

An MCP client starts this; docs/how-to/agents.md has the configuration of each. It needs `viewsync[mcp]`. A policy file,
mcp.toml in the configuration folder, says what an agent may do; without one it reaches what the registry holds.
"""

from __future__ import annotations

import sys

from viewsync import paths
from viewsync.errors import ViewsyncError
from viewsync.output import Result
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from viewsync.context import Context

EXIT_CODES = {
    0: "the client hung up",
    1: "the extra is not installed, or an argument is wrong",
    5: "the state folder cannot be used",
}
RUNS_VERBS = True  # `run` gets what runs one


class NotInstalled(ViewsyncError):
    kind = "not-installed"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--policy", default="", metavar="FILE", help="the policy file, instead of mcp.toml")
    parser.add_argument(
        "--skill", action="store_true", help="print the skill file (SKILL.md) for agents, and serve nothing"
    )


def run(parsed: argparse.Namespace, ctx: Context, run_verb: Callable[[str, Sequence[str], Context], Result]) -> Result:
    if parsed.skill:
        with open(paths.shared_file("skills", "viewsync", "SKILL.md"), encoding="utf-8") as file:
            return Result(lines=file.read().splitlines())
    _check_sdk()
    from viewsync.mcp import serving

    return Result(printed=True, code=serving.serve(ctx, run_verb, parsed.policy))


def _check_sdk() -> None:
    """Without importing it: it takes a second, and the workers do without."""
    from importlib import metadata

    how = f"install it with: {sys.executable} -m pip install 'viewsync[mcp]'"
    try:
        version = metadata.version("mcp")
    except metadata.PackageNotFoundError:
        raise NotInstalled("viewsync mcp needs the package mcp, which is not installed", how) from None
    if not version.partition(".")[0].isdecimal() or int(version.partition(".")[0]) < 2:
        raise NotInstalled(f"viewsync mcp needs version 2 of the package mcp, and {version} is installed", how)
