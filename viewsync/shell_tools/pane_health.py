"""pane-health.sh: whether a pane lives, and its program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewsync.errors import MissingSession, UsageError, ViewsyncError
from viewsync.shell_tools.tool import Call, Misuse, Tool, needs_pane, verb_words

if TYPE_CHECKING:
    from viewsync.output import Result

_USAGE = """[-s NAME | [-S PATH] -t TARGET] [--format json|text]

Says whether a pane lives, and its program. Without -s and -t: the only session that is registered.
Exit codes: 0 healthy, 1 dead, 2 missing, 3 zombie, 4 no tmux server, 64 wrong arguments (1 with VIEWSYNC_COMPAT=1).

  -s, --session NAME       a registered session
  -t, --target TARGET      session:window.pane, or a session's name
  -S, --socket PATH        the server on that socket (default: tmux's own)
  --format json|text       how to say it (json)"""


def run(call: Call) -> Result:
    if call.given.get("--format=", "json") not in ("json", "text"):
        raise Misuse("format must be 'json' or 'text'")
    needs_pane(call.given)
    return call.run_verb("health", verb_words(call.given), call.ctx)


def code_of(error: ViewsyncError, compat: bool) -> int:
    """1 is promised to mean dead, and a script may act on it: a typing error is told apart, unless asked not to."""
    if compat and isinstance(error, (UsageError, MissingSession)):
        return 1
    return 64 if isinstance(error, Misuse) else error.code


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
    code_of=code_of,
)
