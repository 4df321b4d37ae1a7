"""capture-clean.sh: what a pane shows, as text for a log: no escape sequence, no line cut where the pane is narrow."""

from __future__ import annotations

from viewsync.shell_tools.tool import Call, Misuse, Tool, captured, needs_pane
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.output import Result

_USAGE = """[-s NAME | [-S PATH] -t TARGET] [--strip-ansi] [--timestamps] [options]

Prints what a pane shows, as plain text; lines that were wrapped are whole. Without -s and -t: the only session that is
registered.

  -s, --session NAME       a registered session
  -t, --target TARGET      session:window.pane
  -S, --socket PATH        the server on that socket (default: tmux's own)
  -l, --lines N            the last N lines, with the history (default: the screen)
  --strip-ansi             plain text (default)
  --ansi                   keep colours and text attributes
  --timestamps             the time of the capture before each line, in UTC"""


def run(call: Call) -> Result:
    if {"--strip-ansi", "--ansi"} <= call.given.keys():
        raise Misuse("--strip-ansi and --ansi are mutually exclusive")
    needs_pane(call.given)
    return captured(call, call.given, "--join")


TOOL = Tool(
    usage=_USAGE,
    options={
        **dict.fromkeys(("-s", "--session"), "--session="),
        **dict.fromkeys(("-t", "--target"), "--target="),
        **dict.fromkeys(("-S", "--socket"), "--socket="),
        **dict.fromkeys(("-l", "--lines"), "--lines="),
        **{flag: flag for flag in ("--strip-ansi", "--ansi", "--timestamps")},
    },
    run=run,
)
