"""Run the tool that we were called as. Errors and usage go where scripts look for them: stderr, and then stdout."""

from __future__ import annotations

import sys

from viewsync.errors import ViewsyncError
from viewsync.light import contextlib
from viewsync.output import as_text, printable, say
from viewsync.shell_tools.names import TOOLS
from viewsync.shell_tools.tool import Call, HelpWanted, Misuse, Tool, read, worded
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.context import Context
    from viewsync.output import Result
    from viewsync.shell_tools.tool import RunVerb


def run(name: str, words: Sequence[str], ctx: Context, run_verb: RunVerb) -> int:
    path = f"viewsync.shell_tools.{TOOLS[name]}"
    __import__(path)  # `importlib` takes as long as three of them
    tool: Tool = sys.modules[path].TOOL
    compat = ctx.env.get("VIEWSYNC_COMPAT", "") not in ("", "0")
    call = None
    try:
        call = Call(read(tool, words), ctx, compat, run_verb)
        result = tool.run(call)
    except HelpWanted:
        _usage(name, tool)
        return 0
    except ViewsyncError as error:
        _say_error(name, tool, error, call)
        return next((code for kind, code in tool.codes if isinstance(error, kind)), error.code)
    with contextlib.suppress(OSError):  # as in cli.py
        _show(result)
    return result.code


def _show(result: Result) -> None:
    _complain(result.warnings)
    if result.always_json:
        print(as_text(result.data))
    for line in () if result.always_json else result.lines:
        print(printable(line))


def _say_error(name: str, tool: Tool, error: ViewsyncError, call: Call | None) -> None:
    misused = isinstance(error, Misuse)
    first, *rest = tool.explain(error, call)
    if first:
        _complain([(tool.misuse if misused else tool.error) + first, *rest])
    if misused:
        _usage(name, tool)


def _complain(lines: Sequence[str]) -> None:
    for line in lines:
        say(printable(worded(line)))


def _usage(name: str, tool: Tool) -> None:
    print(f"Usage: {name} {tool.usage}\n  -h, --help               show this")
