"""restore-registry.sh: put a copy of the registry back. The one that is there is kept first."""

from __future__ import annotations

from viewsync.output import say
from viewsync.registry import backups
from viewsync.shell_tools.tool import FILE, Call, Tool, verb_words
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.output import Result

_USAGE = """[FILE] [--merge] [--dry-run]

Puts back a copy that backup-registry.sh made; without FILE the newest one in backups/. No session is touched.

  --merge                  only add names that are missing
  --dry-run                only say what would change"""


def run(call: Call) -> Result:
    given = call.given
    if FILE not in given:
        given = {**given, FILE: backups.newest(call.ctx)}
        say(f"restoring from {given[FILE]}")
    return call.run_verb("restore-registry", verb_words(given), call.ctx)


TOOL = Tool(usage=_USAGE, options={flag: flag for flag in ("--merge", "--dry-run")}, run=run, file=True)
