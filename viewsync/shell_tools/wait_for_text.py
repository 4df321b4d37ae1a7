"""wait-for-text.sh: wait until a line of a pane has a pattern. Nothing is printed when it is found."""

from __future__ import annotations

from viewsync.errors import LockTimeout, ViewsyncError
from viewsync.shell_tools.tool import Call, Misuse, Tool, is_number, is_whole, needs_pane, note_use, verb_words
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.output import Result

_USAGE = """[-s NAME | [-S PATH] -t TARGET] -p PATTERN [options]

Waits until a line of a pane has the pattern. Without -s and -t: the only session that is registered.
What counts is what came since safe-send.sh last sent something there, without its echo. With VIEWSYNC_COMPAT=1 it is
all that the pane shows.

  -p, --pattern PATTERN    a regular expression (required)
  -s, --session NAME       a registered session
  -t, --target TARGET      session:window.pane
  -S, --socket PATH        the server on that socket (default: tmux's own)
  -F, --fixed              the pattern is plain text
  -T, --timeout SECONDS    a whole number (15)
  -i, --interval SECONDS   taken and not needed
  -l, --lines N            lines of history that count, too (1000)"""


def run(call: Call) -> Result:
    given = call.given
    if not given.get("--pattern="):
        raise Misuse("target and pattern are required")
    if not is_whole(given.get("--timeout=", "15")):
        raise Misuse("timeout must be an integer number of seconds")
    if not is_whole(given.get("--lines=", "1000")):
        raise Misuse("lines must be an integer")
    interval = given.get("--interval=", "0.5")
    if not is_number(interval) and not (interval.startswith(".") and is_whole(interval[1:])):
        raise Misuse("interval must be a positive number")
    needs_pane(given)
    note_use(call)
    words = verb_words(given) + (["--compat"] if call.compat else [])
    result = call.run_verb("wait", words, call.ctx)
    return result._replace(code=min(result.code, 1), lines=())


TOOL = Tool(
    usage=_USAGE,
    options={
        **dict.fromkeys(("-s", "--session"), "--session="),
        **dict.fromkeys(("-t", "--target"), "--target="),
        **dict.fromkeys(("-p", "--pattern"), "--pattern="),
        **dict.fromkeys(("-S", "--socket"), "--socket="),
        **dict.fromkeys(("-F", "--fixed"), "--fixed"),
        **dict.fromkeys(("-T", "--timeout"), "--timeout="),
        **dict.fromkeys(("-i", "--interval"), "--interval="),
        **dict.fromkeys(("-l", "--lines"), "--lines="),
    },
    run=run,
    misuse="",
    codes=((LockTimeout, 75), (ViewsyncError, 1)),
)
