"""Files held against their schema: every problem, with its line and with what would do."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml

from viewsync.project_files import yaml_files
from viewsync.project_files.rules import checking
from viewsync.project_files.rules.schema import SCHEMAS


def told(text: str, kind: str = "command") -> list[str]:
    found = checking.problems(yaml_files.parse(text, "F"), SCHEMAS[kind])
    return [f"{problem.message} ({problem.hint})" if problem.hint else problem.message for problem in found]


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_schemas_are_schemas(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(dict(SCHEMAS[kind]))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "F:1: the file must hold a mapping, not a list"),
        ("just words", "F:1: the file must hold a mapping, not 'just words'"),
        ("sesion: {}", "F:1: there is no key 'sesion' (did you mean session?)"),
        ("name: x\nwindows: []", "F:2: there is no key 'windows' (it stands below session:)"),
        ("session:\n  task: 5", "F:2: session.task must be text, not '5' (write it in quotes: \"5\")"),
        ("session:\n  auto_attach: maybe", "F:2: session.auto_attach must be true or false, not 'maybe'"),
        ("session: x", "F:1: session must be a mapping, not 'x'"),
        (
            "session:\n  windows:\n    - commands:\n      - enter: no",
            "F:4: session.windows[0].commands[0].type is missing",
        ),
        (
            "session:\n  windows:\n    - name: a\n      window_name: b",
            "F:4: there is no key 'window_name' in session.windows[0] (there are: name, command,",
        ),
        ("environment:\n  a-b: 1", "F:2: environment.a-b: 'a-b' is not a name (letters, digits and _)"),
        ("environment:\n  A: ~", "F:2: environment.A must be text or a number or true or false, not empty"),
        ("environment:\n  A: [1]", "F:2: environment.A must be text or a number or true or false, not a list"),
        ("steps:\n- {run: x, on_failure: stop}", "F:2: steps[0].on_failure must be abort or continue, not 'stop'"),
        ("secrets: [a b]", "F:1: secrets[0]: 'a b' is not a name"),
        ("steps: 5", "F:1: steps must be a list or a mapping, not '5'"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, problem: str) -> None:
    (found,) = told(text)
    assert found.startswith(problem)


def test_all_of_it_is_told_in_order() -> None:
    assert [problem.split(": ")[0] for problem in told("a: 1\nname: [1]\nsession:\n  b: 2")] == ["F:1", "F:2", "F:4"]


def test_a_key_with_nothing_behind_it_is_as_if_it_were_not_there() -> None:
    assert told("session:\nsteps:\nenvironment:\n") == []


def test_of_a_project_too() -> None:
    assert told("sessions:\n  default_taks: x", "project") == [
        "F:2: there is no key 'default_taks' in sessions (did you mean default_task?)"
    ]
    assert told("defaults: {shell: zsh, tmux_session_prefix: prj}\ntmux: {session_timeout: 24h}", "project") == []


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"session": {"windows": [{"name": "a", "panes": ["x", None, {"commands": ["a"]}]}]}},
        {"session": {"windows": [{"panes": []}]}},
        {"session": {"windows": "x"}},
        {"steps": ["a", {"run": "b", "timeout": 3}]},
        {"steps": {"a": "b", "c": {"run": "x"}}},
        {"steps": [1]},
        {"environment": {"A": True, "B": 1.5}},
        {"environment": {"A B": "x"}},
        {"arguments": {"a": None, "b": 1, "c": {"required": True}, "d": {"x": 1}}},
        {"worktree": {"branch": 1}},
        {"session": {"session_timeout": 5, "focus": "x"}},
        {"secrets": ["A", "b c"]},
    ],
)
def test_it_says_what_a_validator_of_the_schema_says(value: Any) -> None:
    valid = jsonschema.Draft202012Validator(dict(SCHEMAS["command"])).is_valid(value)
    assert (told(yaml.safe_dump(value)) == []) is valid
