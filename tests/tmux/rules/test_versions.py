"""What belongs to which version: docs/explanation/tmux-traps.md tells of the crashes."""

from __future__ import annotations

import pytest

from viewsync.tmux.rules import versions
from viewsync.tmux.rules.versions import escapes_names, number, pads_lines


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
    found = versions.known(version, versions.OF_SOME)
    assert [any(text.startswith(beginning) for text in found) for beginning in known] == [True] * len(known)
    assert len(found) == len(known)


@pytest.mark.parametrize(("version", "crashes"), [("3.2a", True), ("3.3a", True), ("3.7c", True), ("next-3.8", False)])
def test_destroy_unattached_crashes_every_release(version: str, crashes: bool) -> None:
    assert versions.crashes_unattached(version) is crashes


def test_the_versions_of_trap_e() -> None:
    versions_ = ("3.2a", "3.6b", "3.7", "3.7a", "3.7b", "3.7c", "next-3.8", "odd")
    assert [version for version in versions_ if versions.dies_with_a_session(version)] == ["3.7", "3.7a", "3.7b"]


@pytest.mark.parametrize(
    ("version", "parts"),
    [
        ("3.3a", (3, 3, "a")),
        ("3.4", (3, 4, "")),
        ("next-3.8", (3, 8, "")),
        ("tmux 3.7c", (3, 7, "c")),
        ("openbsd-7.5", (7, 5, "")),
        ("3.10", (3, 10, "")),
        ("master", (0, 0, "")),
        ("", (0, 0, "")),
    ],
)
def test_version_numbers(version: str, parts: tuple[int, int, str]) -> None:
    assert number(version) == parts
    assert number("3.2a") < number("3.3") < number("3.3a") < number("3.10")


def test_the_versions_that_keep_backslashes_doubled() -> None:
    assert [version for version in ("3.2a", "3.5a", "3.7", "3.7a", "3.7c", "3.8") if escapes_names(version)] == [
        "3.7a",
        "3.7c",
        "3.8",
    ]


def test_the_versions_that_fill_lines_up_with_blanks() -> None:
    assert [
        version for version in ("3.2", "3.2a", "3.3", "3.3a", "3.7c", "next-3.8", "odd") if pads_lines(version)
    ] == [
        "3.2",
        "3.2a",
    ]
