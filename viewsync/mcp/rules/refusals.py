"""What is said to a line that is no message: the SDK drops it, and whoever sent it would wait for an answer."""

from __future__ import annotations

import json
from typing import Any

_PARSE_ERROR, _INVALID_REQUEST = -32700, -32600  # JSON-RPC 2.0, section 5.1


def refusal(line: str) -> dict[str, Any]:
    """The answer, with the id that the line has, null where none can be read."""
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        return _error(None, _PARSE_ERROR, f"this line is no JSON: {error.msg}, at character {error.pos + 1}")
    except RecursionError:
        return _error(None, _PARSE_ERROR, "this line is nested too deeply")
    except ValueError:
        return _error(None, _PARSE_ERROR, "a number in this line has too many digits")
    number = found.get("id") if isinstance(found, dict) else None
    known = number if _is_id(number) else None
    if _has_half(found):
        return _error(known, _PARSE_ERROR, "it holds half a character (a lone surrogate): send whole ones")
    return _error(known, _INVALID_REQUEST, f"this is no request of JSON-RPC 2.0: {_wrong(found)}")


def _wrong(found: Any) -> str:
    if isinstance(found, list):
        return "send each request of a batch as a line of its own"
    if not isinstance(found, dict):
        return "a request is an object"
    if found.get("jsonrpc") != "2.0":
        return '"jsonrpc" must be "2.0"'
    if not isinstance(found.get("method"), str):
        return '"method" must be a text'
    if "id" in found and not _is_id(found["id"]):
        return '"id" must be a text or a whole number'
    if not isinstance(found.get("params", {}), dict):
        return '"params" must be an object'
    return "its values are not those of the protocol"


def _is_id(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and not _has_half(value)


def _has_half(value: Any) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in json.dumps(value, ensure_ascii=False))


def _error(number: str | int | None, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}
