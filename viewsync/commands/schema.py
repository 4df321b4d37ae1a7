"""Print a JSON schema: of a project's files, of what a verb prints with --json, or of the history's events.

An editor that knows it checks a command file as you write: run `viewsync schema > FILE`, and make this the first line
of the YAML file: `# yaml-language-server: $schema=FILE`.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.errors import UsageError
from viewsync.output import Result, as_text
from viewsync.text.nearest import did_you_mean
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong",
}

_FILES = ("command", "project")
_OUTPUT = "output"
_EVENTS = "events"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kind",
        nargs="?",
        choices=[*_FILES, _OUTPUT, _EVENTS],
        default="command",
        help="a kind of file (command), or output or events",
    )
    parser.add_argument("verb", nargs="?", default="", metavar="VERB", help="with output: what this verb prints")
    _args.json(parser)


def run(parsed: argparse.Namespace, _ctx: Context) -> Result:
    if bool(parsed.verb) != (parsed.kind == _OUTPUT):
        raise UsageError(
            "only `schema output` takes a VERB, and it needs one", "for example `viewsync schema output list`"
        )
    found = _file(parsed.kind) if parsed.kind in _FILES else _printed(parsed.verb)
    return Result(found, as_text(found).split("\n"))


def _file(kind: str) -> Mapping[str, Any]:
    from viewsync.project_files.rules.schema import SCHEMAS

    return SCHEMAS[kind]


def _printed(verb: str) -> Mapping[str, Any]:
    from viewsync.json_output import schemas
    from viewsync.json_output.verbs import OUTPUTS

    if not verb:
        return schemas.of_events()
    if verb not in OUTPUTS:
        raise UsageError(f"no verb {verb!r} prints fields", did_you_mean(verb, OUTPUTS, "see `viewsync help json`"))
    return schemas.of_verb(verb)
