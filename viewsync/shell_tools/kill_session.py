"""kill-session.sh: end exactly one session, and forget it."""

from __future__ import annotations

from viewsync.errors import Ambiguous, NotRegistered, ViewsyncError
from viewsync.registry import rows
from viewsync.shell_tools import tool
from viewsync.shell_tools.tool import Call, Misuse, Tool, verb_words
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.output import Result

_USAGE = """[-s NAME | -S PATH -t TARGET] [--dry-run] [-v]

Ends a tmux session and removes it from the registry. Without -s, -S and -t: the only one that is registered.

  -s, --session NAME       a registered session
  -S, --socket PATH        the server on that socket, with -t
  -t, --target TARGET      session:window.pane on it
  --dry-run                only say what would be done
  -v, --verbose            say more"""

_NEEDS = {
    "--session=": "-s requires a session name",
    "--socket=": "-S requires a socket path",
    "--target=": "-t requires a target pane",
}


def run(call: Call) -> Result:
    if bool(call.given.get("--socket=")) != bool(call.given.get("--target=")):
        raise Misuse("Both -S and -t must be specified together")
    return call.run_verb("kill", [*verb_words(call.given), "--compat"], call.ctx)


def explain(error: ViewsyncError, call: Call | None) -> list[str]:
    if isinstance(error, Ambiguous) and call:
        names = [f"  - {row.name}" for row in rows.read(call.ctx.registry)]
        return ["Multiple sessions found, specify -s session-name:", *names]
    if isinstance(error, NotRegistered) and error.message == "No sessions found in registry":
        return ["No sessions in registry"]
    return tool.explain(error, call)


TOOL = Tool(
    usage=_USAGE,
    options={
        **dict.fromkeys(("-s", "--session"), "--session="),
        **dict.fromkeys(("-S", "--socket"), "--socket="),
        **dict.fromkeys(("-t", "--target"), "--target="),
        "--dry-run": "--dry-run",
        **dict.fromkeys(("-v", "--verbose"), "--verbose"),
    },
    run=run,
    needs=_NEEDS,
    codes=((Misuse, 3),),
    explain=explain,
)
