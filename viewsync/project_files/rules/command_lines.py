"""The line of shell that starts a program which runs: of its words, as the system knows them."""

from __future__ import annotations

import shlex

from viewsync.project_files.rules.environment import SHORTEST
from viewsync.text import shell_names
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def is_shell(words: Sequence[str]) -> bool:
    """A shell that waits for its user, rather than one that runs a script or a line."""
    if not words or words[0].removeprefix("-").rpartition("/")[2] not in shell_names.ALL:
        return False
    return all(word.startswith("-") for word in words[1:])  # `-c` has a word behind it


def line(words: Sequence[str], secrets: Sequence[tuple[str, str]] = ()) -> str:
    """ "" for what cannot be typed. A program that wrote a title over its words (`npm run dev`) gave them as one.

    `secrets`: names and values; in the place of a value stands its variable.
    """
    found = list(words)
    if len(found) > 1 and not any(found[1:]):
        found = found[:1]
    if len(found) == 1 and " " in found[0]:
        found = found[0].split()
    text = " ".join(_quoted(word, longest_first(secrets)) for word in found)
    return text if text.isprintable() else ""


def longest_first(secrets: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """One may hold another. Those that are too short stand in words that have nothing to do with them."""
    return sorted(
        (secret for secret in secrets if len(secret[1]) >= SHORTEST), key=lambda pair: len(pair[1]), reverse=True
    )


def _quoted(word: str, secrets: Sequence[tuple[str, str]]) -> str:
    for at, (name, value) in enumerate(secrets):
        if value in word:
            parts = [_quoted(part, secrets[at + 1 :]) if part else "" for part in word.split(value)]
            return f'"${name}"'.join(parts)
    return shlex.quote(word)
