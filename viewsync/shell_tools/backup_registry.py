"""backup-registry.sh: copy the registry to a file."""

from __future__ import annotations

from viewsync.shell_tools.tool import Call, Tool, verb_words
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.output import Result

_USAGE = """[FILE]

Copies the registry to a new file; without FILE to one in backups/ in the registry's folder, named by the time.
"""


def run(call: Call) -> Result:
    return call.run_verb("backup", verb_words(call.given), call.ctx)


TOOL = Tool(usage=_USAGE, options={}, run=run, file=True)
