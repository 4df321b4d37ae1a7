"""JSON schemas (draft 2020-12) and tables, made from the declarations beside this file."""

from __future__ import annotations

import types
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NamedTuple,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from viewsync.json_output import envelope, events
from viewsync.json_output.verbs import OUTPUTS, Form
from viewsync.output import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


class Field(NamedTuple):
    """A row of the reference. `path`: sessions[].views[].name."""

    path: str
    type: str  # string, integer or null
    about: str  # a sentence, without its full stop


def of_verb(verb: str, *, closed: bool = False, more: Sequence[Form] = ()) -> dict[str, Any]:
    """What `viewsync VERB --json` prints; of a stream, each of its lines. `closed`: no other field may be there."""
    output = OUTPUTS[verb]
    forms = [_form(verb, form, closed) for form in (*output.forms, *more, Form(envelope.ErrorOutput, "an error"))]
    return {"$schema": _DRAFT, "title": f"viewsync {verb} --json", "anyOf": forms}


def of_shape(shape: Any) -> dict[str, Any]:
    """An object with those fields, and no other."""
    return _object(shape, closed=True)


def of_events() -> dict[str, Any]:
    """A line of the history."""
    schema = _object(events.HistoryEvent, closed=False)
    known = [{"const": name, "description": about} for name, about in events.EVENTS.items()]
    schema["properties"]["event"]["oneOf"] = known
    return {"$schema": _DRAFT, "title": "a line of viewsync's history", **schema}


def fields(shape: Any, before: str = "") -> list[Field]:
    """Of a TypedDict, what stands inside of each field below it."""
    found = []
    for name, hint in _hints(shape).items():
        kind, sentence = _parts(hint)
        optional = "" if name in shape.__required_keys__ else " (may be missing)"
        found.append(Field(f"{before}{name}", _type(kind), sentence + optional))
        inner, suffix = _inner(kind)
        if inner:
            found += fields(inner, f"{before}{name}{suffix}.")
    return found


def about(shape: Any) -> str:
    """What a TypedDict says of itself, in one line."""
    return " ".join((shape.__doc__ or "").split())


def forms(verb: str) -> list[tuple[str, list[Field]]]:
    """The forms that a verb prints: when, and its fields without the head."""
    return [(form.when, fields(form.shape)) for form in OUTPUTS[verb].forms]


def _form(verb: str, form: Form, closed: bool) -> dict[str, Any]:
    common = _object(envelope.Head, closed)["properties"]
    always = {"schema": SCHEMA, "verb": verb}
    first = {name: {"description": common[name]["description"], "const": value} for name, value in always.items()}
    found = _object(form.shape, closed)
    found["properties"] = {**first, **found["properties"]}
    found["required"] = [*first, *found["required"]]
    return {"title": form.when, **found} if form.when else found


def _object(shape: Any, closed: bool) -> dict[str, Any]:
    properties = {}
    for name, hint in _hints(shape).items():
        kind, sentence = _parts(hint)
        properties[name] = {"description": sentence, **_schema(kind, closed)}
    required = [name for name in properties if name in shape.__required_keys__]
    found: dict[str, Any] = {"type": "object", "properties": properties, "required": required}
    if text := about(shape):
        found["description"] = text
    return {**found, "additionalProperties": False} if closed else found


def _schema(kind: Any, closed: bool) -> dict[str, Any]:
    if kind is Any:
        return {}
    if is_typeddict(kind):
        return _object(kind, closed)
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"enum": list(inside)}
    if origin in (Union, types.UnionType):
        one, null = (_schema(part, closed) for part in inside)  # something or null: nothing else is declared
        if set(one) == {"type"}:
            return {"type": [one["type"], null["type"]]}
        return {"anyOf": [one, null]}
    if origin is list:
        return {"type": "array", "items": _schema(inside[0], closed)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(inside[1], closed) or True}
    return {"type": _PLAIN[kind]}


def _hints(shape: Any) -> dict[str, Any]:
    return get_type_hints(shape, include_extras=True)


def _parts(hint: Any) -> tuple[Any, str]:
    assert get_origin(hint) is Annotated, hint
    kind, sentence = get_args(hint)
    return kind, sentence


def _type(kind: Any) -> str:
    """As people say it."""
    if kind is Any:
        return "anything"
    if is_typeddict(kind):
        return "object"
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " | ".join(f"`{value}`" for value in inside)
    if origin in (Union, types.UnionType):
        return " or ".join(_type(part) for part in inside)
    if origin is list:
        return f"list of {_type(inside[0])}s" if not get_args(inside[0]) else f"list of {_type(inside[0])}"
    return "object" if origin is dict else _PLAIN[kind]


def _inner(kind: Any) -> tuple[Any, str]:
    """The object in a field, and what stands behind its name for it: [] where it is one of a list."""
    if is_typeddict(kind):
        return kind, ""
    for part in get_args(kind) if get_origin(kind) is not Literal else ():
        inner, suffix = _inner(part)
        if inner:
            return inner, f"[]{suffix}" if get_origin(kind) is list else suffix
    return None, ""
