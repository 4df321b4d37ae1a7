"""What has come apart: written cases, and what must hold for any registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewsync.registry.rules import lookup
from viewsync.registry.rules.row import Registered, registered
from viewsync.sessions.rules import drift
from viewsync.sessions.rules.drift import ComparedRow, Finding, RowChange
from viewsync.tmux.rules.model import Pane, Panes, Server

if TYPE_CHECKING:
    from viewsync.registry_shape import SessionRow

PANE = Pane("$1", "web", "@1", 0, "shell", True, "%1", 0, True, False, 77, 0, 0)
READING = Panes(Server("/s", 10, 20, "3.3a"), (PANE,), True)
API = PANE._replace(session="$2", session_name="api", quarantined=True)
FOUND = lookup.SessionMatch("$1", "web", PANE)
FIELDS: SessionRow = {
    "socket": "/s",
    "target": "web:0.0",
    "pid": 77,
    "server": "10.20",
    "session_id": "$1",
    "pane_id": "%1",
}


def row(name: str = "web", **fields: Any) -> Registered:
    return registered(name, {**FIELDS, **fields})


def seen(one: Registered, **fields: Any) -> ComparedRow:
    return ComparedRow(one, "", READING, FOUND, making=False, pid_start=1.5, made_since=True)._replace(**fields)


NOTHING = {"found": lookup.NOTHING}
NO_SERVER = {"found": lookup.NOTHING, "reading": None}
RENAMED = {"found": FOUND._replace(session_name="api")}
MOVED = {"found": FOUND._replace(session="$2", session_name="api", pane=API, moved=True)}
HALF = {"state": "creating", "maker": 5, "session_id": "", "server": "", "pane_id": ""}
IDS: SessionRow = {
    "server": "10.20",
    "session_id": "$1",
    "target": "web:0.0",
    "pane_id": "%1",
    "pid": 77,
    "pid_start": 1.5,
}

CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str, RowChange | None]] = {
    "well": ({}, {}, "", None),
    "gone": ({}, NOTHING, "gone", RowChange(remove=True)),
    "no server": ({}, NO_SERVER, "gone", RowChange(remove=True)),
    "gone, quarantined": ({"quarantined": True}, NOTHING, "", None),
    "no answer": ({}, {**NO_SERVER, "doubt": "no answer"}, "unknown", None),
    "being made": (HALF, {**NOTHING, "making": True}, "", None),
    "never made": (HALF, NOTHING, "half-made", RowChange(remove=True)),
    "made, and not written down": (HALF, {}, "half-made", RowChange(values=IDS, drop=drift.MAKING)),
    "a project's, which its file tells of": ({**HALF, "project": "myapp"}, {}, "half-made", None),
    "another's of that name": (HALF, {"made_since": False}, "half-made", RowChange(remove=True)),
    "by name alone": ({"server": "", "session_id": "", "pane_id": ""}, {}, "no-ids", RowChange(values=IDS)),
    "respawned": ({"pid": 5}, {}, "respawned", RowChange(values={"pid": 77, "pid_start": 1.5})),
    "dead": ({"pid": 5}, {"found": FOUND._replace(pane=PANE._replace(dead=True))}, "", None),
    "pane gone": ({}, {"found": FOUND._replace(pane=None)}, "no-pane", None),
    "renamed": ({}, RENAMED, "renamed", RowChange(name="api")),
    "of another name, renamed": (
        {"target": "old:0.0"},
        RENAMED,
        "renamed",
        RowChange(values={"target": "api:0.0"}),
    ),
    "of another name": ({"target": "web:0.0"}, {}, "", None),
    "moved": ({}, MOVED, "moved", RowChange(values={"target": "api:0.0"})),
    "moved, and written down": ({"target": "api:0.0"}, MOVED, "", None),
}


@pytest.mark.parametrize("case", CASES)
def test_a_case(case: str) -> None:
    fields, changes, kind, change = CASES[case]
    found = drift.rows([seen(row(**fields), **changes)])
    assert [(finding.kind, finding.change) for finding in found] == ([(kind, change)] if kind else [])
    assert all(bool(finding.repair) == bool(finding.change) for finding in found)


def test_two_rows_of_one_session() -> None:
    found = drift.rows([seen(row()), seen(row("also"))])
    assert [(finding.kind, finding.name, finding.repair) for finding in found] == [("twice", "also", "")]


def test_a_pane_that_was_moved_into_the_session_of_another_row_is_no_second_row_of_it() -> None:
    reading = READING._replace(panes=(PANE, API))
    host = lookup.SessionMatch("$2", "api", API._replace(id="%2"))
    found = drift.rows([seen(row("api", target="api:0.0", session_id="$2"), found=host), seen(row(), **MOVED)])
    assert {finding.kind for finding in found} == {"moved"}
    assert drift.strangers(reading, {"$2"}, ()) == [PANE]


def test_strangers_are_neither_registered_nor_views() -> None:
    others = (
        PANE._replace(session="$2", session_name="own"),
        PANE._replace(session="$3", session_name="v", marked=True),
        PANE._replace(session="$4", session_name="row"),
    )
    reading = READING._replace(panes=(PANE, *others))
    assert [stranger.session_name for stranger in drift.strangers(reading, {"$1"}, {"$4"})] == ["own"]


names = st.sampled_from(["a", "b", "c", "d"])
anything = st.dictionaries(
    names,
    st.tuples(names, st.sampled_from(["there", "gone", "no answer", "making"]), st.sampled_from(["", "a", "x"])),
    max_size=4,
)


def build(spec: dict[str, tuple[str, str, str]]) -> list[ComparedRow]:
    """Rows whose sessions are called otherwise by now, are gone, or of which nobody knows."""
    made = []
    for number, (name, (now, state, alias)) in enumerate(sorted(spec.items())):
        session = f"${number}"
        pane = PANE._replace(session=session, session_name=now, id=f"%{number}")
        fields = {"session_id": session, "pane_id": f"%{number}", "target": f"{alias or name}:0.0"}
        found = lookup.NOTHING if state == "gone" else lookup.SessionMatch(session, now, pane)
        doubt = state if state == "no answer" else ""
        made.append(seen(row(name, **fields), found=found, doubt=doubt, making=state == "making"))
    return made


def apply(rows: list[ComparedRow], found: list[Finding]) -> list[ComparedRow]:
    """What a repair leaves, as the next comparison sees it."""
    changes = [finding for finding in found if finding.change]
    left = []
    for compared in rows:
        one = compared.row
        mine = [finding.change for finding in changes if finding.name == one.name and finding.change]
        if any(change.remove for change in mine):
            continue
        for change in mine:
            values: dict[str, Any] = {**(change.values or {})}
            one = one._replace(**values)
            if change.name:
                one = one._replace(name=change.name, target=f"{change.name}:0.0")
        left.append(compared._replace(row=one))
    return left


@given(anything)
def test_a_repair_holds_and_loses_no_row_of_what_may_live(spec: dict[str, tuple[str, str, str]]) -> None:
    before = build(spec)
    after = apply(before, drift.rows(before))
    assert len({compared.row.name for compared in after}) == len(after)
    assert {compared.row.session_id for compared in after} >= {
        compared.row.session_id for compared in before if compared.found.session
    }
    assert not [finding for finding in drift.rows(after) if finding.repair]
