"""Targets: names match whole, ids mean what has them, and nothing falls back to something else."""

from __future__ import annotations

from typing import Any

import pytest

from viewsync.registry.rules.lookup import by_row, by_target
from viewsync.registry.rules.row import registered
from viewsync.tmux.rules.model import Pane, Panes, Server

SERVER = Server("/s", 10, 20, "3.3a")


def pane(session: str, name: str, at: int, index: int, number: int, **fields: Any) -> Pane:
    made = Pane(session, name, f"@{number}", at, "shell", at == 0, f"%{number}", index, True, False, 1, 0, 0)
    return made._replace(**fields)


PANES = Panes(
    SERVER,
    (
        pane("$0", "web-prod", 0, 0, 0),
        pane("$1", "web", 0, 0, 1, active=False),
        pane("$1", "web", 0, 1, 2, window="@1"),
        pane("$1", "web", 3, 0, 3, window_name="a.b"),
        pane("$2", "$0", 0, 0, 4),
        pane("$3", "build.0", 0, 0, 5, window_name="build"),
        pane("$4", "a:b", 0, 0, 6),
        pane("$5", "one", 1, 1, 7, window_active=True, base=1, pane_base=1),
    ),
    True,
)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("web", "%2"),
        ("=web", "%2"),
        ("web:", "%2"),
        ("web:0", "%2"),
        ("web:0.0", "%1"),
        ("web:0.1", "%2"),
        ("web:@3", "%3"),
        ("web:3.0", "%3"),
        ("web:a.b", "%3"),
        ("web:0.%1", "%1"),
        ("$1:0.0", "%1"),
        ("%3", "%3"),
        ("@3", "%3"),
        ("build.0", "%5"),
        ("build.0:0.0", "%5"),
        ("a:b:0.0", "%6"),
        ("$0:0.0", "%0"),  # an id, although a session has it as its name
        ("web:7.0", "session $1"),
        ("web:0.9", "session $1"),
        ("one:0.0", "session $5"),
        ("we", ""),
        ("web-*", ""),
        ("*eta", ""),
        ("{last}", ""),
        ("~", ""),
        ("build", ""),
        ("0", ""),
        ("0.0", ""),
        ("%99", ""),
        ("$99", ""),
        ("", ""),
    ],
)
def test_a_target_means_exactly_one_pane_or_none(target: str, expected: str) -> None:
    found = by_target(PANES, target)
    assert (found.pane.id if found.pane else f"session {found.session}" if found.session else "") == expected


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("web", {"target": "web:0.0"}, ("$1", "%1")),
        ("web", {"target": "web:0.1"}, ("$1", "%2")),
        ("web", {"target": "web:9.0"}, ("$1", "")),
        ("one", {"target": "one:0.0"}, ("$5", "%7")),  # base-index 1: the shell tools write 0.0 for every session
        ("$0", {"target": "$0:0.0"}, ("$2", "%4")),  # a name, since it is a row's
        ("alias", {"target": "web:0.1"}, ("$1", "%2")),
        ("we", {"target": "we:0.0"}, ("", "")),
        ("web", {"target": ""}, ("", "")),
        ("web", {"target": "web:0.0", "server": "10.20", "session_id": "$1", "pane_id": "%2"}, ("$1", "%2")),
        ("old", {"target": "old:0.0", "server": "10.20", "session_id": "$1", "pane_id": "%2"}, ("$1", "%2")),
        ("web", {"target": "web:0.0", "server": "10.20", "session_id": "$1", "pane_id": "%0"}, ("$0", "%0")),
        ("web", {"target": "web:0.0", "server": "10.20", "session_id": "$9", "pane_id": "%2"}, ("$1", "%2")),
        ("web", {"target": "web:0.0", "server": "10.20", "session_id": "$1", "pane_id": "%99"}, ("$1", "")),
        ("web", {"target": "web:0.0", "server": "10.21", "session_id": "$9", "pane_id": "%2"}, ("", "")),
        ("web", {"target": "web:0.0", "server": "10.21", "session_id": "$1", "pane_id": "%2"}, ("", "")),
    ],
)
def test_a_row_means_the_session_that_it_was_written_for(
    name: str, fields: dict[str, str], expected: tuple[str, str]
) -> None:
    found = by_row(PANES, registered(name, fields))
    assert (found.session, found.pane.id if found.pane else "") == expected


@pytest.mark.parametrize("number", ["12", True, None, -1, 10**30, float("inf"), float("nan")])
def test_values_of_another_kind_are_none(number: object) -> None:
    row = registered("x", {"socket": None, "target": 3, "pid": number, "pid_start": number, "session_id": []})
    assert row == registered("x", {})
