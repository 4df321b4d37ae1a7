"""find-sessions.sh: the tmux sessions of a server or of all, registered or not. Here --socket is a -L name."""

from __future__ import annotations

from viewsync.shell_tools.tool import Call, Misuse, Tool, verb_words
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.output import Result

_USAGE = """[-L NAME | -S PATH | -A] [-q TEXT]

Lists the tmux sessions of a server, or of all.

  -L, --socket NAME        the server of that name
  -S, --socket-path PATH   the server on that socket
  -A, --all                every server of yours
  -q, --query TEXT         only names that hold that text, in any case"""


def run(call: Call) -> Result:
    given = call.given
    named = [flag for flag in ("--socket=", "--socket-path=") if given.get(flag)]
    if "--all" in given and named:
        raise Misuse("Cannot combine --all with -L or -S")
    if len(named) == 2:
        raise Misuse("Use either -L or -S, not both")
    return call.run_verb("find", verb_words(given), call.ctx)


TOOL = Tool(
    usage=_USAGE,
    options={
        **dict.fromkeys(("-L", "--socket"), "--socket="),
        **dict.fromkeys(("-S", "--socket-path"), "--socket-path="),
        **dict.fromkeys(("-A", "--all"), "--all"),
        **dict.fromkeys(("-q", "--query"), "--query="),
    },
    run=run,
    misuse="",
    error="",
)
