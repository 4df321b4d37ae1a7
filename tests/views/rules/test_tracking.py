"""Rows brought in line with what a server says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from viewsync.tmux.rules.model import Client, Inventory, Server, TmuxSession
from viewsync.views.rules import facts, tracking
from viewsync.views.rules.tracking import Changes, compare, rows_of

if TYPE_CHECKING:
    from viewsync.registry_shape import ViewRow

NOW = 1_795_000_000.0
SERVER = Server("/s", 100, 1_794_000_000, "3.3a")
PARENT = TmuxSession("$0", "proj", "proj", 2, 1_794_000_000, 0, 0, False, False, "", False, 0.0, "@1", 2)
VIEW = PARENT._replace(
    id="$1",
    name="proj-view-1795000000-1",
    created=int(NOW),
    attached=1,
    clients=True,
    marked=True,
    marked_parent="proj",
    window="@2",
)
CLIENT = Client(500, "/dev/pts/5", "$1")


def row(**fields: Any) -> ViewRow:
    known: Any = {
        "socket": "/s",
        "server": "100.1794000000",
        "parent": "proj",
        "parent_id": "$0",
        "state": "creating",
        "created": NOW - 1,
        "pid": 500,
        "tty": "/dev/pts/5",
        "gui": 77,
        "pane": 3,
        "window": "@1",
        "attached": False,
        "idle_since": 0,
        **fields,
    }
    values: ViewRow = known
    return values


def look(
    views: dict[str, ViewRow],
    *sessions: TmuxSession,
    clients: tuple[Client, ...] = (CLIENT,),
    running: set[str] | None = None,
) -> Changes:
    return compare(Inventory(SERVER, (PARENT, *sessions), clients, (), True), views, running or set(), NOW, "test")


def kinds(changes: Changes) -> list[tuple[str, str]]:
    return [(event.event, event.session) for event in changes.events]


def test_a_view_that_was_made_is_completed_by_its_client() -> None:
    changes = look({VIEW.name: row()}, VIEW)
    done = changes.rows[VIEW.name]
    assert done is not None
    assert (done["state"], done["attached"], done["window"], done["gui"], done["pane"]) == ("open", True, "@2", 77, 3)
    assert kinds(changes) == [("open", VIEW.name)]
    assert changes.events[0].gui == 77


def test_a_client_that_went_to_another_view_is_still_of_its_tab() -> None:
    left = row(state="open", session_id="$9", attached=True, title="★ Work", opener=500)
    reserved = row(pid=600, tty="", gui=0, pane=-1)
    changes = look({"proj-view-2-2": left, VIEW.name: reserved}, VIEW)
    done = changes.rows[VIEW.name]
    assert done is not None
    assert (done["gui"], done["pane"], done["title"], done["tty"]) == (77, 3, "★ Work", "/dev/pts/5")
    assert [event.gui for event in changes.events if event.session == VIEW.name] == [77]


def test_a_row_whose_view_was_never_made_is_dropped() -> None:
    changes = look({"proj-view-2-2": row(pid=501)})
    assert changes.rows == {"proj-view-2-2": None}
    assert kinds(changes) == [("lost", "proj-view-2-2")]


def test_a_row_whose_opener_is_on_its_way_stays() -> None:
    name = "proj-view-2-2"
    assert look({name: row(pid=501)}, running={name}).rows == {}
    assert look({name: row(pid=501, created=NOW - 61)}, running={name}).rows == {name: None}


def test_a_reused_view_takes_over_where_its_client_sits() -> None:
    old = row(state="open", pid=400, tty="/dev/pts/4", gui=11, idle_since=NOW - 5)
    changes = look({VIEW.name: old, "proj-view-2-2": row()}, VIEW)
    done = changes.rows[VIEW.name]
    assert done is not None
    assert (done["pid"], done["tty"], done["gui"], done["idle_since"]) == (500, "/dev/pts/5", 77, 0)
    assert changes.rows["proj-view-2-2"] is None
    assert kinds(changes) == [("reuse", VIEW.name)]


def test_a_client_that_got_the_number_of_another_one_is_another_one() -> None:
    """It is neither the one that was on the view, nor the one that was about to open it."""
    again = CLIENT._replace(start=9.0, leader=499, leader_start=8.0)
    before = row(state="open", attached=True, pid_start=2.0, leader=498, leader_start=1.0)
    opening = {"proj-view-2-2": row(pid_start=2.0, gui=78)}
    changes = look({VIEW.name: before, **opening}, VIEW, clients=(again,))
    done = changes.rows[VIEW.name]
    assert done is not None
    assert (done["gui"], done["pid_start"], done["leader"], done["leader_start"]) == (0, 9.0, 499, 8.0)
    assert set(kinds(changes)) == {("reuse", VIEW.name), ("lost", "proj-view-2-2")}


def test_a_row_that_knows_no_start_is_completed_and_stays_what_it_is() -> None:
    """As older versions wrote it."""
    known = CLIENT._replace(start=9.0, leader=499, leader_start=8.0)
    changes = look({VIEW.name: row(state="open", attached=True, window="@2")}, VIEW, clients=(known,))
    done = changes.rows[VIEW.name]
    assert done is not None
    assert (done["gui"], done["pid_start"], done["leader"], done["leader_start"]) == (77, 9.0, 499, 8.0)
    assert changes.events == []
    unknown = look({VIEW.name: done}, VIEW)  # now it is the system that does not tell
    assert unknown.rows == {}


def test_a_client_that_we_did_not_open_belongs_to_no_wezterm() -> None:
    changes = look({VIEW.name: row(state="open", pid=400)}, VIEW)
    assert changes.rows[VIEW.name]["gui"] == 0  # type: ignore[index]  # it is there


def test_a_detach_is_stamped_when_it_is_first_seen() -> None:
    left = VIEW._replace(attached=0, clients=False, last_attached=int(NOW) - 50)
    changes = look({VIEW.name: row(state="open", attached=True)}, left, clients=())
    done = changes.rows[VIEW.name]
    assert done is not None
    assert (done["attached"], done["idle_since"]) == (False, NOW)
    assert kinds(changes) == [("detach", VIEW.name)]
    later = compare(Inventory(SERVER, (PARENT, left), (), (), True), {VIEW.name: done}, (), NOW + 60, "test")
    assert later.rows == {}


def test_a_stamp_is_kept_in_the_time_that_the_machine_was_awake_too() -> None:
    """So a clock that is set, ahead or back, neither ends what lingers nor keeps it."""
    left = VIEW._replace(attached=0, clients=False, last_attached=int(NOW) - 50)
    found = Inventory(SERVER, (PARENT, left), (), (), True)
    changes = compare(found, {VIEW.name: row(state="open", attached=True)}, (), NOW, "test", 1000.0)
    done = changes.rows[VIEW.name]
    assert done is not None
    for now in (NOW + 90_000, NOW + 60, NOW - 90_000):
        assert tracking.idle_since(done, now, 1060.0) == now - 60
    assert compare(found, {VIEW.name: done}, (), NOW + 90_000, "test", 1060.0).rows == {}


def test_a_stamp_from_a_clock_that_was_ahead_counts_as_now() -> None:
    """One of the version before, which knew of nothing but the clock, and an attach of which tmux says the same."""
    left = VIEW._replace(attached=0, clients=False, last_attached=int(NOW) + 90_000)
    found = Inventory(SERVER, (PARENT, left), (), (), True)
    changes = compare(found, {VIEW.name: row(state="open", idle_since=NOW + 90_001)}, (), NOW, "test", 1000.0)
    done = changes.rows[VIEW.name]
    assert done is not None
    assert done["idle_since"] == NOW
    assert compare(found, {VIEW.name: done}, (), NOW + 60, "test", 1060.0).rows == {}, "it is not renewed each time"


def test_a_stamp_older_than_the_last_attach_is_renewed() -> None:
    left = VIEW._replace(attached=0, clients=False, last_attached=int(NOW) - 5)
    changes = look({VIEW.name: row(state="open", idle_since=NOW - 100)}, left, clients=())
    assert changes.rows[VIEW.name]["idle_since"] == NOW  # type: ignore[index]  # it is there


def test_a_suspended_client_is_attached() -> None:
    suspended = VIEW._replace(attached=0, clients=True)
    changes = look({VIEW.name: row(state="open", attached=True)}, suspended, clients=())
    assert changes.rows[VIEW.name]["attached"] is True  # type: ignore[index]  # it is there
    assert changes.events == []


def test_a_view_that_somebody_else_ended_is_forgotten() -> None:
    assert kinds(look({VIEW.name: row(state="open")})) == [("gone", VIEW.name)]


def test_rows_of_the_server_that_had_this_socket_before_go() -> None:
    views = {VIEW.name: row(server="99.1793000000", state="open")}
    assert rows_of(SERVER, views) == {}
    assert look(views).rows == {VIEW.name: None}


def test_rows_of_another_socket_are_not_looked_at() -> None:
    assert look({VIEW.name: row(socket="/t", state="open")}).rows == {}


def test_a_marked_view_without_a_row_gets_one() -> None:
    changes = look({}, VIEW)
    done = changes.rows[VIEW.name]
    assert done is not None
    assert (done["parent"], done["parent_id"], done["state"]) == ("proj", "$0", "open")
    assert ("found", VIEW.name) in kinds(changes)


def test_a_view_that_lost_its_mark_gets_it_again() -> None:
    bare = VIEW._replace(marked=False, marked_parent="")
    assert look({VIEW.name: row()}, bare).unmarked == [("$1", VIEW.name, "proj")]


def test_a_renamed_parent_is_known_by_its_id() -> None:
    found = Inventory(SERVER, (PARENT._replace(name="renamed"), VIEW), (CLIENT,), (), True)
    changes = compare(found, {VIEW.name: row()}, (), NOW, "test")
    assert changes.rows[VIEW.name]["parent"] == "renamed"  # type: ignore[index]  # it is there


def test_a_parent_stuck_on_its_detour_gets_its_name_back() -> None:
    found = Inventory(SERVER, (PARENT._replace(name="viewsync-detour-9"), VIEW), (CLIENT,), (), True)
    changes = compare(found, {VIEW.name: row(detour="viewsync-detour-9")}, (), NOW, "test")
    assert changes.detours == [("$0", "viewsync-detour-9", "proj")]
    done = changes.rows[VIEW.name]
    assert done is not None
    assert (done["parent"], done["detour"]) == ("proj", "viewsync-detour-9")
    over = look({VIEW.name: done}, VIEW)
    assert "detour" not in (over.rows[VIEW.name] or {})


def test_the_facts_are_of_our_sessions_alone() -> None:
    stranger = VIEW._replace(id="$2", name="theirs-view-1795000000-1", marked=False)
    found = Inventory(SERVER, (PARENT, VIEW, stranger), (CLIENT,), (), True)
    (fact,) = facts.of(found, {VIEW.name: row(state="open")}, {VIEW.name}, NOW, 0.0)
    assert (fact.name, fact.ours, fact.attached, fact.parent_taken, fact.tracked) == (VIEW.name, True, True, True, True)
    registered = facts.of(found, {stranger.name: row(state="open", session_id="$2")}, {stranger.name}, NOW, 0.0)
    assert [(view.name, view.tracked) for view in registered] == [(VIEW.name, False), (stranger.name, True)]


def test_of_an_end_it_says_how_long_the_view_was_there_and_whether_the_server_ended_it() -> None:
    gone = look({VIEW.name: row(state="open", created=NOW - 60)}).events
    assert [(event.event, event.seconds, event.detail) for event in gone] == [("gone", 60, "")]
    unknown = look({VIEW.name: row(state="open", created=0)}).events
    assert [(event.event, event.seconds) for event in unknown] == [("gone", None)]
    told = f"$1={VIEW.name}=@2={int(NOW) - 10} "
    views = {VIEW.name: row(state="open", session_id="$1", created=NOW - 60)}
    alone = compare(Inventory(SERVER, (PARENT,), (), (), True, ended=told), views, set(), NOW, "sweeper").events
    assert [(event.event, event.trigger, event.detail) for event in alone] == [("end", "hook", "server")]
    assert alone[0].seconds is not None
    assert 50 <= alone[0].seconds < 51


def test_a_view_whose_client_came_and_went_unseen_was_not_made_without_one() -> None:
    unattached = VIEW._replace(attached=0, clients=False)
    never = look({VIEW.name: row()}, unattached, clients=()).events
    was = look({VIEW.name: row()}, unattached._replace(last_attached=int(NOW)), clients=()).events
    assert [event.reason for event in (*never, *was)] == ["made without a client", "client 500 was on it"]
