"""The health of a pane, from what tmux and the process table say."""

from __future__ import annotations

import pytest

from viewsync.registry.rules.lookup import NOTHING, SessionMatch
from viewsync.sessions.rules.health import ALIVE, DEAD, MISSING, SERVER, ZOMBIE, Health, judge
from viewsync.tmux.rules.model import Pane

PANE = Pane("$1", "web", "@1", 0, "shell", True, "%1", 0, True, False, 77, 0, 0)


@pytest.mark.parametrize(
    ("found", "running", "expected"),
    [
        (None, False, Health(SERVER)),
        (NOTHING, False, Health(MISSING)),
        (SessionMatch("$1", "web"), False, Health(MISSING, session_exists=True)),
        (SessionMatch("$1", "web", PANE._replace(dead=True)), False, Health(DEAD, True, True, True)),
        (SessionMatch("$1", "web", PANE._replace(dead=True)), True, Health(DEAD, True, True, True)),
        (SessionMatch("$1", "web", PANE), False, Health(ZOMBIE, True, True, False, 77, False)),
        (SessionMatch("$1", "web", PANE), True, Health(ALIVE, True, True, False, 77, True)),
    ],
)
def test_each_state_is_told_apart(found: SessionMatch | None, running: bool, expected: Health) -> None:
    assert judge(found, running) == expected


def test_only_a_missing_server_is_not_running() -> None:
    assert not judge(None, running=False).server_running
    assert judge(NOTHING, running=False).server_running
