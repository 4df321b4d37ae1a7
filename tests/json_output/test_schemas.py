"""The declaration itself: every verb with --json has one, every field a sentence, and every event a name."""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import re
from typing import TYPE_CHECKING, Annotated, TypedDict

import jsonschema
import pytest

from tests.support.server import ROOT
from viewsync import cli, events
from viewsync.json_output import page, schemas
from viewsync.json_output.envelope import ErrorOutput
from viewsync.json_output.events import EVENTS, LUA_EVENTS, HistoryEvent, ViewOpened
from viewsync.json_output.verbs import OUTPUTS, WITHOUT
from viewsync.sessions.rules import expiry
from viewsync.tmux.rules import model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Home

CHECKER = jsonschema.Draft202012Validator


def options(verb: str) -> set[str]:
    module = importlib.import_module(f"viewsync.commands.{cli.COMMANDS[verb].module}")
    parser = argparse.ArgumentParser(add_help=False)
    module.arguments(parser)
    return set(all_options(parser))


def all_options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from action.option_strings
        for part in action.choices.values() if isinstance(action.choices, dict) else ():
            yield from all_options(part)


@pytest.mark.parametrize("verb", cli.COMMANDS)
def test_a_verb_has_json_and_a_declaration_or_a_reason(verb: str) -> None:
    assert (verb in OUTPUTS) != (verb in WITHOUT)
    assert ("--json" in options(verb)) == (verb in OUTPUTS or verb == "schema")


@pytest.mark.parametrize("verb", OUTPUTS)
def test_the_schema_of_a_verb(home: Home, verb: str) -> None:
    CHECKER.check_schema(schemas.of_verb(verb, closed=True))
    for _, fields in schemas.forms(verb):
        for field in fields:
            assert field.about, field
            assert field.about.endswith("...") or not field.about.endswith("."), field


def test_schemas_are_printed(home: Home) -> None:
    assert home.viewsync("schema", "output", "list").json() == schemas.of_verb("list")
    assert home.viewsync("schema", "events").json() == schemas.of_events()
    told = home.viewsync("schema", "events", "--json").json()
    assert (told.pop("schema"), told.pop("verb"), told) == (1, "schema", schemas.of_events())
    for words, hint in (
        (("output",), "for example `viewsync schema output list`"),
        (("command", "list"), "for example `viewsync schema output list`"),
        (("output", "lsit"), "did you mean list?"),
        (("output", "mcp"), "see `viewsync help json`"),
    ):
        done = home.viewsync("schema", *words)
        assert (done.code, done.out, hint in done.err) == (1, "", True), done


class Part(TypedDict):
    name: Annotated[str, "its name"]


class _Whole(TypedDict):
    """Some
    thing."""

    parts: Annotated[list[Part], "its parts"]
    one: Annotated[Part | None, "one of them"]
    size: Annotated[int | None, "how many"]


class Whole(_Whole, total=False):
    sizes: Annotated[dict[str, float], "by name"]


def test_what_is_made_of_a_declaration() -> None:
    assert schemas.fields(Whole) == [
        ("parts", "list of objects", "its parts"),
        ("parts[].name", "string", "its name"),
        ("one", "object or null", "one of them"),
        ("one.name", "string", "its name"),
        ("size", "integer or null", "how many"),
        ("sizes", "object", "by name (may be missing)"),
    ]


def test_a_field_that_is_not_declared_fails_and_an_older_reader_takes_a_new_one() -> None:
    told = {"schema": 1, "verb": "heartbeat", "name": "web", "last_active": "2026-11-23T10:00:00Z"}
    strict, lenient = (CHECKER(schemas.of_verb("heartbeat", closed=closed)) for closed in (True, False))
    assert strict.is_valid(told)
    assert (strict.is_valid({**told, "new": 1}), lenient.is_valid({**told, "new": 1})) == (False, True)
    for field in told:
        assert not lenient.is_valid({name: value for name, value in told.items() if name != field}), field
    assert not lenient.is_valid({**told, "schema": 2})
    error = {"code": 1, "kind": "usage", "message": "m", "hint": ""}
    assert strict.is_valid({"schema": 1, "verb": "heartbeat", "error": error})
    assert not strict.is_valid({"schema": 1, "verb": "heartbeat", "error": error, "new": 1})
    assert schemas.fields(ErrorOutput)[0].path == "error"


def sources(*parts: str) -> Iterator[ast.Call]:
    """Every call in the package, or in a file of it."""
    for folder, _, files in os.walk(os.path.join(ROOT, "viewsync")):
        for path in (os.path.join(folder, name) for name in files if name.endswith(".py")):
            if path.endswith(os.path.join("", *parts)):
                with open(path, encoding="utf-8") as file:
                    yield from (node for node in ast.walk(ast.parse(file.read())) if isinstance(node, ast.Call))


def word(call: ast.Call, at: int) -> str:
    """One of its arguments, "" where that is no word."""
    given = [argument.value for argument in call.args[at : at + 1] if isinstance(argument, ast.Constant)]
    return given[0] if given and isinstance(given[0], str) else ""


def test_every_event_is_declared() -> None:
    """Those with a name in events.py, those recorded by a word, and what `reconcile` records of a repair."""
    named = {value for name, value in vars(events).items() if name.isupper() and isinstance(value, str)}
    words = {events.ORPHAN, events.HOOK, events.BY_ITSELF, events.CLIENTLESS, events.SERVER_GONE}  # said of an event
    kinds = {"recording.event": 2, "Event": 1, "_record": 1}  # which argument it is
    recorded = {word(call, kinds.get(ast.unparse(call.func), 99)) for call in sources()} - {""}
    drift = sources("sessions", "rules", "drift.py")
    repaired = {word(call, 0) for call in drift if ast.unparse(call.func) == "_finding"} - {""}
    assert {"register", "quarantine", "release", "rename", "worktree", "worktree-removed"} <= recorded
    assert {"half-made", "no-ids", "respawned", "renamed", "quarantined"} <= repaired
    assert (named - words) | recorded | repaired | set(events.RENAMES) <= set(EVENTS)
    assert {model.KEEP, model.END, model.PROMOTE, expiry.FORGET} <= set(EVENTS)
    assert list(HistoryEvent.__annotations__) == list(events.Event._fields)
    CHECKER.check_schema(schemas.of_events())


def test_what_the_wezterm_module_announces_is_declared() -> None:
    with open(os.path.join(ROOT, "lua", "viewsync.lua"), encoding="utf-8") as file:
        module = file.read()
    assert set(re.findall(r'announce\("([a-z.-]+)"', module)) == set(LUA_EVENTS)
    table = re.findall(r'announce\("viewsync.view-opened".*?\{(.*?)\}', module, re.DOTALL)[0]
    assert re.findall(r"(\w+) = ", table) == list(ViewOpened.__annotations__)


def test_the_page_of_the_help_names_every_verb_and_fits() -> None:
    lines = page.lines()
    assert [line for line in (*lines, *page.event_lines()) if len(line) > 100] == []
    for verb in OUTPUTS:
        assert any(line.startswith(f"  {verb}") for line in lines), verb
    shown = "\n".join(page.event_lines())
    for name in (*EVENTS, *HistoryEvent.__annotations__, "viewsync.view-opened", "viewsync.cleaned"):
        assert name in shown
