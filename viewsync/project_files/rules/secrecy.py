"""Which files may say a secret, so that nothing of them is written anywhere."""

from __future__ import annotations

from viewsync.light import re
from viewsync.project_files.rules.nodes import BOOLEAN, NULL, Node
from viewsync.text.variables import looks_secret

LIST = "secrets"


def may_hold_secrets(node: Node) -> bool:
    """Where it lists some, or where the name of a value, or a word anywhere, sounds or looks like one."""
    return (
        LIST in node.fields
        or any(_says(field) and looks_secret(name, "") for name, field in node.fields.items())
        or any(map(_looks_secret, node.text.split()))
        or any(map(may_hold_secrets, (*node.items, *node.fields.values())))
    )


def _says(node: Node) -> bool:
    """Whether it may say a secret itself, or with what is below it: the default of an argument."""
    return bool(node.fields or node.items or (node.text and node.kind not in (BOOLEAN, NULL)))


def _looks_secret(word: str) -> bool:
    """It has one, or one may be behind it: `DB_PASSWORD='x'`, `--password x`, `{"token":"x"}`, `Authorization: x`."""
    return looks_secret("", word) or any(map(_sounds_secret, re.findall(r"\w+", word)))


def _sounds_secret(name: str) -> bool:
    return looks_secret(name, "") or name.lower() in ("authorization", "bearer")
