"""What `viewsync help json` and `viewsync help events` say, as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewsync.json_output import envelope, events, schemas
from viewsync.json_output.verbs import OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

_WIDTH = 100
_BEGIN = """\
With --json, a verb prints one JSON object to standard output, and nothing else. Warnings and
errors also go to standard error, in words.

Every object begins with:
"""
_FIELDS = """\

Then come the verb's own fields, below. `viewsync schema output VERB` prints them with their types,
as a JSON schema with a sentence for each. New fields may be added at any time; one that exists
keeps its name, its place and its meaning as long as `schema` stays the same.

Verbs that may find only part of what they read have `errors`, a list of what they could not read:
empty where all is well. What they do print is true.

A verb that could not do what was asked prints this in place of its own fields:
"""
_MORE = """\

{streams} print an object a line, each with the same beginning.
{always} print JSON also without --json.
The shell tools (list-sessions.sh, ...) print what they always did, without this beginning.

Fields by verb:
"""


def lines(hidden: Container[str] = ()) -> list[str]:
    """For `viewsync help json`, without verbs that help does not show."""
    streams = _joined(verb for verb, output in OUTPUTS.items() if output.stream)
    always = _joined(verb for verb, output in OUTPUTS.items() if output.always)
    text = _BEGIN + _table(schemas.fields(envelope.Head)) + _FIELDS + _table(schemas.fields(envelope.ErrorOutput)[1:])
    return [*(text + _MORE.format(streams=streams, always=always)).splitlines(), *_by_verb(hidden)]


def event_lines() -> list[str]:
    """For `viewsync help events`."""
    names = [f"  {name:<17} {about}" for name, about in events.EVENTS.items()]
    told = [
        line
        for name, shape in events.LUA_EVENTS.items()
        for line in ["", f"{name}: {schemas.about(shape)}", *_table(schemas.fields(shape)).splitlines()]
    ]
    return [
        "The history (`history.db` in the state folder, table `events`) has a line for each:",
        "",
        *names,
        "",
        "Each with these fields, of which `viewsync schema events` prints the JSON schema:",
        "",
        *_table(schemas.fields(events.HistoryEvent)).splitlines(),
        "",
        "`viewsync events` prints them; `viewsync events --help` says how.",
        "",
        "In WezTerm, the module announces (wezterm.on takes a handler):",
        *told,
    ]


def _by_verb(hidden: Container[str]) -> list[str]:
    found = []
    for verb in (verb for verb in OUTPUTS if verb not in hidden):
        for when, fields in schemas.forms(verb):
            names = [field.path for field in fields if "." not in field.path]
            found += _wrapped(f"{verb} ({when})" if when else verb, names)
    return found


def _wrapped(head: str, names: list[str]) -> list[str]:
    found, line = [f"  {head}"], "    "
    for name in names:
        word = name + ("" if name == names[-1] else ",")
        if len(line) + len(word) > _WIDTH:
            found.append(line.rstrip())
            line = "    "
        line += f"{word} "
    return [*found, line.rstrip()]


def _table(fields: list[schemas.Field]) -> str:
    width = max(len(field.path) for field in fields)
    return "".join(f"  {field.path:<{width}}  {field.about}\n" for field in fields)


def _joined(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
