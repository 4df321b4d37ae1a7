"""Which tabs that tmux sent elsewhere get which view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from viewsync.tmux.rules.model import Client, Inventory, Server, TmuxSession
from viewsync.views.rules import facts, switches

if TYPE_CHECKING:
    from viewsync.registry_shape import ViewRow

NOW = 1_795_000_000.0
SERVER = Server("/s", 100, 1_794_000_000, "3.3a")
TTY = "/dev/pts/5"


def session(number: int, name: str, group: str, **fields: Any) -> TmuxSession:
    plain = TmuxSession(
        f"${number}", name, group, 2, 1_794_000_000, int(NOW) - 60, 0, False, False, "", False, 0.0, f"@{number}", 2
    )
    return plain._replace(**fields)


PROJ, OTHER = session(0, "proj", "proj"), session(1, "other", "other")
LEFT = session(2, "proj-view-1795000000-1", "proj", marked=True, marked_parent="proj")
OTHERS = session(3, "other-view-1795000000-3", "other", marked=True, marked_parent="other")
AGAIN = session(4, "other-view-1795000000-4", "other", marked=True, marked_parent="other")
CLIENT = Client(500, TTY, "$1", start=7.0, last=LEFT.name, sizes=True)


def row(of: TmuxSession, pid: int = 500, **fields: Any) -> ViewRow:
    known: Any = {
        "socket": "/s",
        "server": "100.1794000000",
        "session_id": of.id,
        "parent": of.marked_parent,
        "parent_id": {"proj": "$0", "other": "$1"}[of.marked_parent],
        "state": "open",
        "created": NOW - 60,
        "pid": pid,
        "pid_start": 7.0,
        "opener": pid,
        "tty": TTY,
        **fields,
    }
    values: ViewRow = known
    return values


class Case(NamedTuple):
    """What is otherwise than where a tab went from its view to another session, and what it gets."""

    gets: str  # "new" or the id of a view, then the last session; "" for nothing, "later" for that
    client: Client = CLIENT
    clients: tuple[Client, ...] = ()
    sessions: tuple[TmuxSession, ...] = ()
    rows: tuple[tuple[TmuxSession, ViewRow], ...] = ((LEFT, row(LEFT)),)


BACK = ((LEFT, row(LEFT)), (AGAIN, row(AGAIN)))
RETURNED = CLIENT._replace(last=AGAIN.name)
THERE = Client(600, "/dev/pts/6", "$3", start=8.0)
OF_ANOTHER = ((LEFT, row(LEFT)), (OTHERS, row(OTHERS, 600, pid_start=8.0)))

CASES = {
    "a tab": Case("new $2"),
    "somebody else's client": Case("", rows=((LEFT, row(LEFT, opener=0)),)),
    "of an older version": Case("", rows=((LEFT, {**row(LEFT), "opener": 9}),)),
    "a later process of that number": Case("", CLIENT._replace(start=99.0)),
    "one whose start nobody knows": Case("new $2", CLIENT._replace(start=0.0)),
    "in the midst of a key sequence": Case("later", CLIENT._replace(busy=True)),
    "on its view": Case("", CLIENT._replace(session="$2")),
    "on a session that ends when nobody is on it": Case("", sessions=(OTHER._replace(kept_unattached=False),)),
    "on a view that was renamed": Case("", sessions=(OTHER._replace(renamed=True),)),
    "back, and it has a view there": Case("$4 $2", rows=BACK, sessions=(AGAIN,)),
    "to another session with the same windows": Case(
        "new $2", rows=((LEFT, row(LEFT)), (AGAIN, row(AGAIN, parent="another"))), sessions=(AGAIN,)
    ),
    "back, but somebody is on that view": Case("new $2", rows=BACK, sessions=(AGAIN._replace(clients=True),)),
    "back, but that view is quarantined": Case("new $2", rows=BACK, sessions=(AGAIN._replace(quarantined=True),)),
    "from its view of it": Case("$4 $2", RETURNED, rows=BACK, sessions=(AGAIN,)),
    "from it, where it was just put": Case(
        "", RETURNED, rows=((LEFT, row(LEFT)), (AGAIN, row(AGAIN, put_on=NOW - 9))), sessions=(AGAIN,)
    ),
    "from it, long after": Case(
        "$4 $2", RETURNED, rows=((LEFT, row(LEFT)), (AGAIN, row(AGAIN, put_on=NOW - 10))), sessions=(AGAIN,)
    ),
    "from it, put there when the clock was ahead": Case(
        "$4 $2", RETURNED, rows=((LEFT, row(LEFT)), (AGAIN, row(AGAIN, put_on=NOW + 90))), sessions=(AGAIN,)
    ),
    "from elsewhere, soon after": Case(
        "$4 $2", rows=((LEFT, row(LEFT)), (AGAIN, row(AGAIN, put_on=NOW - 1))), sessions=(AGAIN,)
    ),
    "to its parent": Case("$2 ", CLIENT._replace(session="$0")),
    "from a session that is gone": Case("new ", CLIENT._replace(last="gone")),
    "from nowhere": Case("new ", CLIENT._replace(last="")),
    "to the view of another tab, which is on it": Case(
        "new $2", CLIENT._replace(session="$3"), (THERE,), (OTHERS._replace(clients=True),), OF_ANOTHER
    ),
    "to the view of another tab, which is not": Case(
        "", CLIENT._replace(session="$3"), (), (OTHERS._replace(clients=True),), OF_ANOTHER
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_case(case: str) -> None:
    gets, client, clients, changed, rows = CASES[case]
    there = {session.id: session for session in (PROJ, OTHER, LEFT, *changed)}
    found = Inventory(SERVER, tuple(there.values()), (client, *clients), (), True)
    views = {of.name: values for of, values in rows}
    done = switches.find(found, views, [], NOW)
    if done.later:
        assert (gets, done.now) == ("later", [])
        return
    told = [f"{move.own.id if move.own else 'new'} {move.last}" for move in done.now if move.client == client]
    assert told == ([gets] if gets else [])


def test_who_opened_and_went_on_before_anybody_wrote_it_down_is_a_tab() -> None:
    """It got a free view, whose row names whoever was on it before."""
    found = Inventory(SERVER, (PROJ, OTHER, LEFT), (CLIENT,), (), True)
    opener = row(LEFT, session_id="", state="creating")
    (switch,) = switches.find(found, {LEFT.name: row(LEFT, 400)}, [opener], NOW).now
    assert (switch.own, switch.last) == (None, LEFT.id)


@pytest.mark.parametrize(
    ("on", "clients", "row_of", "away"),
    [
        (TTY, (CLIENT,), row(LEFT), True),
        (TTY, (), row(LEFT), True),  # suspended: tmux 3.7 and newer do not list it
        (TTY, (CLIENT._replace(start=99.0),), row(LEFT), False),  # another one, on a terminal of the same name
        ("", (), row(LEFT), False),
        (TTY, (CLIENT,), row(LEFT, opener=0), False),
    ],
)
def test_a_view_is_kept_for_a_tab_that_lives(on: str, clients: tuple[Client, ...], row_of: ViewRow, away: bool) -> None:
    other = OTHER._replace(on=(on,) if on else (), clients=bool(on))
    found = Inventory(SERVER, (PROJ, other, LEFT), clients, (), True)
    (told,) = facts.of(found, {LEFT.name: row_of}, (), NOW, 0.0)
    assert told.away is away
