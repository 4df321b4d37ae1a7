"""monitor-pane.sh: the last lines of a pane, and with --follow those that come."""

from __future__ import annotations

from viewsync.shell_tools.tool import Call, Misuse, Tool, captured, needs_pane, verb_words
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.output import Result

_USAGE = """[-s NAME | [-S PATH] -t TARGET] [--follow] [options]

Prints the last lines of a pane. Without -s and -t: of the only session that is registered.

  -s, --session NAME       a registered session
  -t, --target TARGET      session:window.pane
  -S, --socket PATH        the server on that socket (default: tmux's own)
  -f, --follow             go on with the lines that come, until the program ends
  -n, --lines N            so many of the last lines (10)
  -T, --timeout SECONDS    with --follow: end after so long (never)
  --timestamps             the time before each line, in UTC: with --follow when it came, else now"""


def run(call: Call) -> Result:
    needs_pane(call.given)
    given = {"--lines=": "10", **call.given}
    if given.pop("--follow", None) is not None:
        return call.run_verb("follow", verb_words(given), call.ctx)
    if "--timeout=" in given:
        raise Misuse("-T needs --follow")
    return captured(call, given)


TOOL = Tool(
    usage=_USAGE,
    options={
        **dict.fromkeys(("-s", "--session"), "--session="),
        **dict.fromkeys(("-t", "--target"), "--target="),
        **dict.fromkeys(("-S", "--socket"), "--socket="),
        **dict.fromkeys(("-f", "--follow"), "--follow"),
        **dict.fromkeys(("-n", "--lines"), "--lines="),
        **dict.fromkeys(("-T", "--timeout"), "--timeout="),
        "--timestamps": "--timestamps",
    },
    run=run,
)
