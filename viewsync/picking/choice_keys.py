"""The key of a choice, by which a program hands it back."""

from __future__ import annotations

import binascii  # base64 would import `re` for the same

from viewsync.errors import UsageError
from viewsync.light import json
from viewsync.picking.rules.choice import KINDS, SESSION, Choice
from viewsync.text import host_names

_URL_SAFE = str.maketrans("+/", "-_")
_BACK = str.maketrans("-_", "+/")


def key(choice: Choice) -> str:
    """Letters, digits, `-` and `_`: whatever the names hold, nothing in it means anything to a shell, or to fzf."""
    told = json.dumps([choice.kind, choice.name, choice.socket, choice.path])
    return binascii.b2a_base64(told.encode("ascii"), newline=False).decode("ascii").translate(_URL_SAFE).rstrip("=")


def read_key(text: str) -> Choice:
    try:
        padded = text.translate(_BACK).encode("ascii") + b"=" * (-len(text) % 4)
        told = json.loads(binascii.a2b_base64(padded))
    except (ValueError, RecursionError):  # binascii.Error is one
        told = None
    if not _sound(told) or key(Choice(*told)) != text:
        raise UsageError(f"not a key of a choice: {text!r}", "`viewsync pick --json` prints the keys")
    return Choice(*told)


def _sound(told: object) -> bool:
    if not isinstance(told, list) or len(told) != 4:
        return False
    if not all(isinstance(part, str) and "\0" not in part for part in told):
        return False
    kind, name, socket, path = told
    host, colon, rest = socket.partition(":")
    there = kind == SESSION and colon and rest and host_names.is_host(host) and name.startswith(f"{host}:")
    return kind in KINDS and bool(socket.startswith("/") or there) and bool(name if kind == SESSION else path)
