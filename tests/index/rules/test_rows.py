"""What another host says of its sessions: whoever can write to the index can write anything there."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from viewsync.events import Event
from viewsync.index.rules import events, keys, rows
from viewsync.index.rules.rows import FarView, Row

ROW = Row(
    "web", "/s", "web:0.0", "shell", "shop", "alive", 7, 1000.0, 1100.0, True, "", (FarView("v", "$2", True),), "$1"
)


def stored(document: str | bytes, *, epoch: int = 5, at: int = 2_000_000, ttl: int = 180_000) -> bytes:
    raw = document.encode() if isinstance(document, str) else document
    return b"%d %d %d %s" % (epoch, at, ttl, raw)


def read(raw: bytes, *, ends: float = 2180.0, index_now: float = 2010.0, now: float = 2010.0) -> rows.HostRows | None:
    return rows.read("alpha#1", raw, ends, index_now, now)


def test_a_document_says_what_was_written() -> None:
    found = read(stored(rows.document("alpha", 2000.0, rows.body([ROW]))))
    assert found == rows.HostRows("alpha#1", "alpha", (ROW,), True, 2000.0)


def test_the_times_of_a_clock_that_is_two_hours_off_are_ours() -> None:
    wrong = ROW._replace(created=ROW.created + 7200, active=ROW.active + 7200)
    found = read(stored(rows.document("alpha", 2000.0 + 7200, rows.body([wrong]))))
    assert found
    assert found.rows == (ROW,)


def test_what_has_run_out_is_not_known_and_not_dead() -> None:
    dead = ROW._replace(status="dead")
    found = read(stored(rows.document("alpha", 2000.0, rows.body([dead]))), index_now=9000.0, now=9000.0)
    assert found
    assert (found.live, found.seen, found.rows[0].status) == (False, 2000.0, "unknown")


def test_more_rows_than_anybody_reads_are_counted() -> None:
    many = [ROW._replace(name=f"s{number}") for number in range(rows.MOST_ROWS + 3)]
    found = read(stored(rows.document("alpha", 2000.0, rows.body(many))))
    assert found
    assert (len(found.rows), found.left_out) == (rows.MOST_ROWS, 3)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
ROWS = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(Row._fields, ANYTHING)), max_size=4)


@settings(max_examples=40)
@given(ANYTHING, ROWS, ANYTHING, st.binary(max_size=40))
def test_no_document_is_believed_further_than_its_kinds(now: Any, told: Any, host: Any, raw: bytes) -> None:
    read(raw)
    read(stored(raw))
    found = read(stored(json.dumps({"form": 1, "host": host, "now": now, "rows": told})))
    assert found
    for row in found.rows:
        assert row.name
        assert row.status in ("alive", "dead", "missing", "zombie", "server", "unknown")
        assert 0 <= row.created < 253402300799
        assert [type(value) for value in row] == [type(value) for value in ROW]
    assert rows.body(found.rows)  # which sorts them


@settings(max_examples=40)
@given(ANYTHING, st.fixed_dictionaries({}, optional=dict.fromkeys(Event._fields, ANYTHING)))
def test_no_event_is_believed_further_than_its_kinds(anything: Any, told: Any) -> None:
    for one in (anything, told, {"event": "create", **told}):
        found = events.read(b"1-1", {b"h": b"alpha#1", b"n": b"3", b"e": json.dumps(one).encode()})
        if found:
            assert 0 <= found.event.at < 253402300799
            assert isinstance(found.event.session, str)
            assert isinstance(found.event.gui, int)


def test_an_epoch_is_later_than_all_that_were() -> None:
    assert keys.next_epoch(5, 1.0) == 1000
    assert keys.next_epoch(5000, 1.0) == 5001
