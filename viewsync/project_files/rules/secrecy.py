"""Which files may say a secret, so that nothing of them is written anywhere."""

from __future__ import annotations

from viewsync.project_files.rules.nodes import TEXT, Node
from viewsync.text.variables import looks_secret

LIST = "secrets"


def may_hold_secrets(node: Node) -> bool:
    """Where it lists some, where the name of a value sounds like one, or where a word anywhere looks like one."""
    return (
        LIST in node.fields
        or any(field.kind == TEXT and field.text and looks_secret(name, "") for name, field in node.fields.items())
        or any(map(_looks_secret, node.text.split()))
        or any(map(may_hold_secrets, (*node.items, *node.fields.values())))
    )


def _looks_secret(word: str) -> bool:
    name, equals, value = word.partition("=")
    return looks_secret(name.rpartition("-")[2] if equals else "", value) or looks_secret("", word)
