"""Which crash belongs to which version: docs/tmux-traps.md tells of them."""

from __future__ import annotations

import pytest

from viewsync.tmux.rules import versions
from viewsync.tmux.server import number


@pytest.mark.parametrize(
    ("version", "known"),
    [
        ("3.1c", []),
        ("3.2", ["a format with a time"]),
        ("3.2a", ["a format with a time"]),
        ("3.3a", []),
        ("3.6", ["an open prompt"]),
        ("3.6b", ["an open prompt"]),
        ("3.7", ["the end of a session"]),
        ("3.7b", ["the end of a session"]),
        ("3.7c", []),
        ("next-3.8", []),
    ],
)
def test_what_only_some_versions_have(version: str, known: list[str]) -> None:
    found = versions.known(number(version), versions.OF_SOME)
    assert [any(text.startswith(each) for text in found) for each in known] == [True] * len(known)
    assert len(found) == len(known)


@pytest.mark.parametrize(("version", "crashes"), [("3.2a", True), ("3.3a", True), ("3.7c", True), ("next-3.8", False)])
def test_destroy_unattached_crashes_every_release(version: str, crashes: bool) -> None:
    assert versions.crashes_unattached(number(version)) is crashes


def test_the_versions_of_trap_e() -> None:
    versions_ = ("3.2a", "3.6b", "3.7", "3.7a", "3.7b", "3.7c", "next-3.8", "odd")
    assert [each for each in versions_ if versions.dies_with_a_session(number(each))] == ["3.7", "3.7a", "3.7b"]
