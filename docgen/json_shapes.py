"""The fields of `--json`, and the events, as viewsync/json_output declares them."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
from typing import Any

from docgen import markdown
from viewsync import cli, events

# Where an older viewsync has no declaration, the pages have what its sources say of events.
_DECLARED = importlib.util.find_spec("viewsync.json_output") is not None


def page() -> str:
    history = (
        "## Events of the history",
        "What the history (`history.db` beside the registry) has a line for. None holds what was typed, or a secret.",
        markdown.table(
            ("event", "meaning"), ((markdown.code(n), markdown.text(what)) for n, what in _events().items())
        ),
    )
    if not _DECLARED:
        return markdown.page("# JSON and events", *history)
    return markdown.page("# JSON and events", *_every_verb(), *history, *_lines_and_announcements())


def of_verb(verb: str) -> list[str]:
    """The fields that it prints, a table for each form."""
    output = _part("verbs").OUTPUTS.get(verb) if _DECLARED else None
    if output is None:
        return []
    found = ["Fields of `--json`, beside [those that every verb has](../json.md):"]
    if output.always:
        found = ["It prints JSON also without `--json`. " + found[0]]
    if output.stream:
        found = ["Each line is an object of its own. " + found[0]]
    for form in output.forms:
        found += [
            markdown.text(f"{form.when}:") if form.when else "",
            markdown.text(_part("schemas").about(form.shape)),
        ]
        found.append(_fields(form.shape))
    return found


def _every_verb() -> list[str]:
    envelope = _part("envelope")
    verbs = ", ".join(
        f"[{markdown.code(verb)}](verbs/{verb}.md)"
        for verb in _part("verbs").OUTPUTS
        if verb in cli.COMMANDS and not cli.COMMANDS[verb].hidden
    )
    return [
        "With `--json` a verb prints one JSON object on standard output, and nothing else there.",
        "## Every verb",
        "Each object begins with:",
        _fields(envelope.Head),
        "A verb that could not do what was asked prints this in the place of its own fields:",
        _fields(envelope.ErrorOutput),
        f"The fields of each verb are on its page: {verbs}.",
        "`viewsync schema output VERB` prints them as a JSON schema.",
    ]


def _lines_and_announcements() -> list[str]:
    declared = _part("events")
    found = ["## A line of the history", markdown.text(_part("schemas").about(declared.HistoryEvent))]
    found.append(_fields(declared.HistoryEvent))
    for name, shape in declared.LUA_EVENTS.items():
        found += [f"## {markdown.code(name)}", markdown.text(_part("schemas").about(shape)), _fields(shape)]
    return found


def _fields(shape: Any) -> str:
    rows = [
        (markdown.code(f.path), markdown.text(f.type), markdown.text(f.about)) for f in _part("schemas").fields(shape)
    ]
    return markdown.table(("field", "type", "meaning"), rows)


def _events() -> dict[str, str]:
    if _DECLARED:
        return dict(_part("events").EVENTS)
    with open(os.path.abspath(events.__file__), encoding="utf-8") as file:
        named = re.findall(r'^[A-Z_]+ = \(?("[a-z-]+"(?:, "[a-z-]+")*)\)?(?: +# (.*))?$', file.read(), re.MULTILINE)
    return {name: what for names, what in named for name in re.findall(r'"([a-z-]+)"', names) if name != "hook"}


def _part(name: str) -> Any:
    return importlib.import_module(f"viewsync.json_output.{name}")
