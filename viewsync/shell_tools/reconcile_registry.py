"""reconcile-registry.sh: compare the registry with all servers, and with --repair make good what differs."""

from __future__ import annotations

from viewsync.shell_tools.tool import Call, Misuse, Tool, verb_words
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.output import Result

_USAGE = """[--report | --repair]

Compares the registry with all tmux servers. No session is ended.
Exit codes: 0 nothing differs any more, 1 something does, or wrong arguments, 5 the registry cannot be used.

  --report                 only say what differs (default)
  --repair                 make good what can be"""


def run(call: Call) -> Result:
    if len(call.given) > 1:
        raise Misuse("--report and --repair are mutually exclusive")
    return call.run_verb("reconcile", verb_words(call.given), call.ctx)


TOOL = Tool(usage=_USAGE, options={flag: flag for flag in ("--report", "--repair")}, run=run)
