"""pane-health.sh: whether a pane lives, and its program."""

from __future__ import annotations

from viewsync.errors import LockTimeout, TmuxError, TmuxMissing, ViewsyncError
from viewsync.shell_tools.tool import Call, Misuse, Tool, needs_pane, note_use, verb_words
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.output import Result

_USAGE = """[-s NAME | [-S PATH] -t TARGET] [--format json|text]

Says whether a pane lives, and its program. Without -s and -t: the only session that is registered.
Exit codes: 0 healthy, 1 dead, 2 missing, 3 zombie, 4 no tmux server. 1 stands for wrong arguments, too, and for a
session that is not registered.

  -s, --session NAME       a registered session
  -t, --target TARGET      session:window.pane, or a session's name
  -S, --socket PATH        the server on that socket (default: tmux's own)
  --format json|text       how to say it (json)"""


def run(call: Call) -> Result:
    if call.given.get("--format=", "json") not in ("json", "text"):
        raise Misuse("format must be 'json' or 'text'")
    needs_pane(call.given)
    note_use(call)
    return call.run_verb("health", verb_words(call.given), call.ctx)


TOOL = Tool(
    usage=_USAGE,
    options={
        **dict.fromkeys(("-s", "--session"), "--session="),
        **dict.fromkeys(("-t", "--target"), "--target="),
        **dict.fromkeys(("-S", "--socket"), "--socket="),
        "--format": "--format=",
    },
    run=run,
    misuse="",
    codes=((LockTimeout, 75), (TmuxMissing, 1), (TmuxError, 4), (ViewsyncError, 1)),
)
