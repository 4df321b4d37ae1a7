"""safe-send.sh: send a line, text or a block to a pane. Nothing is printed when it is done."""

from __future__ import annotations

from viewsync.errors import NotRegistered, StateError, TmuxMissing, UsageError
from viewsync.shell_tools.tool import Call, Misuse, Tool, is_number, is_whole, needs_pane, verb_words
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.output import Result

_USAGE = """[-s NAME | [-S PATH | -L NAME] -t TARGET] -c TEXT [options]

Sends a line to a pane, and Enter. Without -s and -t: to the only session that is registered.
Exit codes: 0 sent, 1 not sent, 2 the pattern did not come in time, 3 the pane is not ready, 4 wrong arguments, or a
session that is not registered.

  -c, --command TEXT       what to send (required); "" sends Enter alone, and the name of a key that key
  -s, --session NAME       a registered session
  -t, --target TARGET      session:window.pane
  -S, --socket PATH        the server on that socket (default: tmux's own)
  -L, --socket-name NAME   the server of that name
  -l, --literal            the text alone, without Enter
  -m, --multiline          several lines as one block
  -w, --wait PATTERN       wait for an answer that has the pattern
  -T, --timeout SECONDS    for so long (30)
  -r, --retries N          attempts (3)
  -i, --interval SECONDS   between two attempts (0.5)
  -v, --verbose            say on stderr what is done"""


def run(call: Call) -> Result:
    _check(call)
    given = {option: value for option, value in call.given.items() if value or option != "--wait="}
    loud = given.pop("--verbose", None) is not None
    words = verb_words(given) + (["--compat"] if call.compat else [])
    result = call.run_verb("send", words, call.ctx)
    told = f"[safe-send] sent to {result.data['target']}: {result.data['outcome']}"
    return result._replace(lines=(), warnings=[*([told] if loud else []), *result.warnings])


def _check(call: Call) -> None:
    given = call.given
    if given.get("--socket=") and given.get("-L="):
        raise Misuse("Cannot specify both -S and -L options")
    needs_pane(given)
    if "--command=" not in given:
        raise Misuse('command is required (use -c "" to send just Enter)')
    if not is_number(given.get("--timeout=", "30")):
        raise Misuse("timeout must be a positive number")
    retries = given.get("--retries=", "3")
    if not is_whole(retries) or not retries.strip("0"):
        raise Misuse("retries must be a positive integer (>= 1)")
    if not is_number(given.get("--interval=", "0.5")):
        raise Misuse("interval must be a positive number")
    if "--multiline" in given and "--literal" in given:
        raise Misuse("Error: --multiline and --literal are mutually exclusive")


TOOL = Tool(
    usage=_USAGE,
    options={
        **dict.fromkeys(("-s", "--session"), "--session="),
        **dict.fromkeys(("-t", "--target"), "--target="),
        **dict.fromkeys(("-c", "--command"), "--command="),
        **dict.fromkeys(("-S", "--socket"), "--socket="),
        **dict.fromkeys(("-L", "--socket-name"), "-L="),
        **dict.fromkeys(("-l", "--literal"), "--literal"),
        **dict.fromkeys(("-m", "--multiline"), "--multiline"),
        **dict.fromkeys(("-w", "--wait"), "--wait="),
        **dict.fromkeys(("-T", "--timeout"), "--timeout="),
        **dict.fromkeys(("-r", "--retries"), "--retries="),
        **dict.fromkeys(("-i", "--interval"), "--interval="),
        **dict.fromkeys(("-v", "--verbose"), "--verbose"),
    },
    run=run,
    misuse="",
    codes=((UsageError, 4), (NotRegistered, 4), (StateError, 4), (TmuxMissing, 4)),
)
