"""rename-session.sh: give a session another name, in tmux and in the registry."""

from __future__ import annotations

from viewsync.shell_tools.tool import Call, Misuse, Tool, needs_pane, verb_words
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.output import Result

_USAGE = """[-s NAME | -S PATH -t TARGET] -n NAME

Gives a session another name, in tmux and in the registry. Without -s and -t: the only session that is registered.

  -n, --name NAME          its new name (required)
  -s, --session NAME       a registered session
  -t, --target TARGET      session:window.pane, or a session's name
  -S, --socket PATH        the server on that socket (default: tmux's own)"""


def run(call: Call) -> Result:
    if not call.given.get("--name="):
        raise Misuse("a new name is required (use -n <name>)")
    needs_pane(call.given)
    return call.run_verb("rename", verb_words(call.given), call.ctx)


TOOL = Tool(
    usage=_USAGE,
    options={
        **dict.fromkeys(("-n", "--name"), "--name="),
        **dict.fromkeys(("-s", "--session"), "--session="),
        **dict.fromkeys(("-t", "--target"), "--target="),
        **dict.fromkeys(("-S", "--socket"), "--socket="),
    },
    run=run,
)
