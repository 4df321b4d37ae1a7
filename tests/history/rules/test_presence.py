"""Who came, who left, what ended: once each, and nothing on the strength of what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from viewsync.history.rules import presence
from viewsync.registry.rules.row import registered
from viewsync.tmux.rules.model import Inventory, Pane, Panes, Server, TmuxSession

if TYPE_CHECKING:
    from viewsync.registry_shape import SessionRow

SERVER = Server("/s", 7, 100, "3.4")
NOW = 2000.0


def row(**more: Any) -> SessionRow:
    known: Any = {"socket": "/s", "target": "web:0.0", "server": "7.100", "session_id": "$1", **more}
    values: SessionRow = known
    return values


def changes(values: SessionRow, *seen: presence.SessionPresence) -> list[tuple[str, float, float | None]]:
    found = presence.compare(SERVER, seen, {"web": values}, NOW)
    return [(one.event, one.at, one.seconds) for change in found for one in change.events]


FREE = presence.SessionPresence("$1", "web", False, 0.0)
BUSY = presence.SessionPresence("$1", "web", True, 1900.0)


def test_who_comes_and_who_leaves_is_told_once() -> None:
    assert changes(row(), BUSY) == [("attach", 1900.999, None)]
    assert changes(row(attached_since=1900.0), BUSY) == []
    assert changes(row(attached_since=1900.0), FREE) == [("detach", NOW, 100.0)]
    assert changes(row(), FREE) == []


def test_nobody_came_later_than_now() -> None:
    assert changes(row(), BUSY._replace(since=NOW)) == [("attach", NOW, None)]
    assert changes(row(), BUSY._replace(since=0.0)) == [("attach", NOW, None)]


def test_a_session_that_is_gone_is_told_once_and_whoever_was_on_it_left() -> None:
    assert changes(row(created_at="1970-01-01T00:25:00Z")) == [("gone", NOW, 500.0)]
    assert changes(row(attached_since=1990.0)) == [("detach", NOW, 10.0), ("gone", NOW, None)]
    assert changes(row(ended_at=1950.0)) == []


def test_what_the_row_remembers() -> None:
    (came,) = presence.compare(SERVER, [BUSY], {"web": row()}, NOW)
    assert (came.before, came.after) == ({}, {"attached_since": 1900.999})
    (left,) = presence.compare(SERVER, [FREE], {"web": row(attached_since=1900.0)}, NOW)
    assert (left.before, left.after) == ({"attached_since": 1900.0}, {})
    (ended,) = presence.compare(SERVER, [], {"web": row(attached_since=1900.0)}, NOW)
    assert ended.after == {"ended_at": NOW}


def test_a_row_without_ids_means_whatever_has_its_name() -> None:
    named: SessionRow = {"socket": "/s", "target": "web:0.0"}
    assert changes(named, BUSY) == [("attach", 1900.999, None)]
    (back,) = presence.compare(SERVER, [FREE], {"web": {**named, "ended_at": 1.0}}, NOW)
    assert (back.events, back.after) == ((), {})


def test_what_is_not_this_servers_is_left_alone() -> None:
    assert changes(row(socket="/other")) == []
    assert changes(row(state="creating", maker=1)) == []
    # A later server on the same socket: the session went with the one before.
    assert [change[0] for change in changes(row(server="6.50"), BUSY)] == ["gone"]


def test_values_of_another_kind_count_as_none() -> None:
    assert changes(row(attached_since="soon", ended_at=True), BUSY) == [("attach", 1900.999, None)]
    assert presence.gone(registered("web", row(ended_at="x")), row(ended_at="x"), NOW) is not None


def test_somebody_on_a_view_is_on_the_session() -> None:
    web = TmuxSession("$1", "web", "web", 2, 100, 0, 0, False, False, "", False, 0.0, "@1", 1)
    view = web._replace(id="$2", name="web-view-1-1", clients=True)
    other = web._replace(id="$3", name="other", group="", group_size=0)
    found = presence.of_inventory(Inventory(SERVER, (web, view, other), (), (), True))
    assert {session.id: session.attached for session in found} == {"$1": True, "$2": True, "$3": False}
    pane = Pane("$1", "web", "@1", 0, "w", True, "%1", 0, True, False, 5, 0, 0, group="web")
    panes = (pane, pane._replace(session="$2", attached=True), pane._replace(session="$3", group=""))
    seen = presence.of_panes(Panes(SERVER, panes, True))
    assert {session.id: session.attached for session in seen} == {"$1": True, "$2": True, "$3": False}
