"""What --json prints, held against its declaration (viewsync/json_output), with no field that is not declared."""

from __future__ import annotations

import functools
import json
from typing import Any

from viewsync.json_output import schemas
from viewsync.json_output.verbs import WITHOUT


@functools.cache
def _forms(verb: str | None) -> list[Any]:
    from jsonschema import Draft202012Validator

    if verb is None:  # where there is no such verb: the error that each has
        error = schemas.of_verb("list", closed=True)["anyOf"][-1]
        error["properties"]["verb"] = {"const": None}
        return [Draft202012Validator(error)]
    return [Draft202012Validator(form) for form in schemas.of_verb(verb, closed=True)["anyOf"]]


def checked(text: str) -> Any:
    """The one JSON value in it. Of a verb that has a declaration, it is as that says."""
    told = json.loads(text)
    if isinstance(told, dict) and "verb" in told and told["verb"] not in WITHOUT:
        wrong = [list(form.iter_errors(told)) for form in _forms(told["verb"])]
        nearest = min(wrong, key=len)
        assert not nearest, [f"{error.json_path}: {error.message}" for error in nearest]
    return told
