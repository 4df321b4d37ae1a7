"""Arguments that several verbs share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewsync.errors import UsageError

if TYPE_CHECKING:
    import argparse


def json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON value")


def server(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-L",
        dest="label",
        default="",
        metavar="NAME",
        help="the tmux server of that name (a WezTerm workspace)",
    )
    parser.add_argument("-S", dest="socket", default="", metavar="PATH", help="the tmux server on that socket")


def dry_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")


def seconds(text: str) -> float:
    """A number of seconds from 0 on."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        raise UsageError(f"not a number of seconds: {text!r}", "a number from 0 on")
    return value


def window(text: str) -> str:
    if text and not (text.startswith("@") and text[1:].isdigit()):
        raise UsageError(f"not a tmux window id: {text!r}", "a window id looks like @5")
    return text
