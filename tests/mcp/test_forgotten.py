"""What was forgotten before somebody read it, or was too much at once, is no gap that nobody notices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from viewsync.context import Context
from viewsync.events import Event
from viewsync.mcp import resources
from viewsync.mcp.rules.policy import Policy
from viewsync.store import history_keeping

if TYPE_CHECKING:
    import sqlite3

    from tests.support.server import Home


def lines(count: int, at: float = 0.0) -> list[Event]:
    return [Event(at + number, "step", "t", "/s", "1.1", "web") for number in range(count)]


def changes(ctx: Context, since: int) -> dict[str, Any]:
    found = resources.answer(ctx, Policy(), {"what": "changes", "since": since})
    return dict(json.loads(found["text"]))


def forget(ctx: Context, before: float) -> None:
    def work(database: sqlite3.Connection) -> int:
        return history_keeping.forget(database, before, ())

    ctx.history.within(work, writes=True)


@pytest.mark.parametrize(("since", "missed"), [(0, False), (2, True), (6, False), (10, False), (12, True)])
def test_lines_that_were_forgotten_unread_are_missed(home: Home, since: int, missed: bool) -> None:
    """A number beyond the last one is of another history, that was set aside."""
    ctx = Context(home.env)
    ctx.history.add(lines(10))
    forget(ctx, 6.0)
    found = changes(ctx, since)
    assert (found["missed"], found["newest"]) == (missed, 10)


def test_a_new_history_has_missed_nothing(home: Home) -> None:
    ctx = Context(home.env)
    assert not changes(ctx, 0)["missed"]
    ctx.history.add(lines(3))
    assert not changes(ctx, -1)["missed"]


def test_more_than_one_answer_holds_is_missed(home: Home) -> None:
    ctx = Context(home.env)
    ctx.history.add(lines(1200))
    assert changes(ctx, 1)["missed"]
    assert not changes(ctx, 300)["missed"]


def test_lines_of_a_session_and_of_its_views_newest_first(home: Home) -> None:
    ctx = Context(home.env)
    views = [event._replace(session="v", parent="web", what="view", at=event.at + 0.5) for event in lines(5)]
    both = [event._replace(parent="web", at=event.at + 0.7) for event in lines(2)]
    ctx.history.add([*lines(5), *views, *both, *(event._replace(session="other") for event in lines(5))])
    found = ctx.history.about("web", 1000)
    assert found == sorted([*lines(5), *views, *both], key=lambda event: -event.at)
    assert ctx.history.about("web", 3) == found[:3]
    assert ctx.history.about("nobody", 3) == []
