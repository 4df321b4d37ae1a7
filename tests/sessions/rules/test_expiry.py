"""Which sessions a clean-up removes: written cases, then what must hold for anything that may be known of one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewsync.sessions.rules import health
from viewsync.sessions.rules.expiry import FORGET, Expiry, ExpiryCriteria, Limit, SessionFacts, decide
from viewsync.tmux.rules.model import END, KEEP

NOW = 1_795_000_000.0
HOUR = Limit(3600.0, "1h")

# A session that lives, was made a day ago and used half a day ago.
WEB = SessionFacts("web", health.ALIVE, created=NOW - 86400, active=NOW - 43200)
DEAD = {"status": health.DEAD, "only_dead": True}
GONE = "dead/missing/zombie"

CASES: dict[str, tuple[dict[str, Any], ExpiryCriteria, str, str]] = {
    "lives": ({}, ExpiryCriteria(), KEEP, "alive"),
    "missing": ({"status": health.MISSING}, ExpiryCriteria(), FORGET, GONE),
    "zombie": ({"status": health.ZOMBIE}, ExpiryCriteria(), FORGET, GONE),
    "no server": ({"status": health.SERVER}, ExpiryCriteria(), FORGET, GONE),
    "nothing but dead panes": (DEAD, ExpiryCriteria(), END, GONE),
    "dead beside a living pane": ({"status": health.DEAD}, ExpiryCriteria(), FORGET, GONE),
    "all": ({}, ExpiryCriteria(True), END, "all sessions mode"),
    "all, moved": (
        {"moved_to": "x"},
        ExpiryCriteria(True),
        KEEP,
        "its pane was moved into session 'x': `viewsync kill` ends that pane alone",
    ),
    "all, with another's pane in it": ({"guest": "x"}, ExpiryCriteria(True), KEEP, "the pane of 'x' was moved into it"),
    "dead, moved": (
        {**DEAD, "moved_to": "x"},
        ExpiryCriteria(),
        KEEP,
        "its pane was moved into session 'x': `viewsync kill` ends that pane alone",
    ),
    "all, dead": (DEAD, ExpiryCriteria(True), END, "all sessions mode"),
    "all, dead beside a living pane": ({"status": health.DEAD}, ExpiryCriteria(True), END, "all sessions mode"),
    "all, missing": ({"status": health.MISSING}, ExpiryCriteria(True), FORGET, "all sessions mode"),
    "all, zombie": ({"status": health.ZOMBIE}, ExpiryCriteria(True), FORGET, "all sessions mode"),
    "old": ({}, ExpiryCriteria(older_than=HOUR), END, "older than 1h"),
    "old and gone": (
        {"status": health.MISSING},
        ExpiryCriteria(older_than=HOUR),
        FORGET,
        f"{GONE} + older than 1h",
    ),
    "gone and not old": ({"status": health.MISSING, "created": NOW}, ExpiryCriteria(older_than=HOUR), FORGET, GONE),
    "d45 made long ago, used just now": (
        {"active": NOW - 60},
        ExpiryCriteria(older_than=HOUR),
        KEEP,
        "alive, but not old enough",
    ),
    "made just now, with an old use": (
        {"created": NOW},
        ExpiryCriteria(older_than=HOUR),
        KEEP,
        "alive, but not old enough",
    ),
    "old, and nobody knows its use": ({"active": 0.0}, ExpiryCriteria(older_than=HOUR), END, "older than 1h"),
    "d45 of unknown age": (
        {"created": 0.0, "active": 0.0},
        ExpiryCriteria(older_than=HOUR),
        KEEP,
        "alive, of unknown age",
    ),
    "d46 no age at all": (
        {"created": NOW, "active": NOW},
        ExpiryCriteria(older_than=Limit(0.0, "0s")),
        END,
        "older than 0s",
    ),
    "d46 made in the future": (
        {"created": NOW + 99, "active": 0.0},
        ExpiryCriteria(older_than=Limit(0.0, "0s")),
        END,
        "older than 0s",
    ),
    "exactly so old": ({"created": NOW - 3600, "active": 0.0}, ExpiryCriteria(older_than=HOUR), END, "older than 1h"),
    "idle": ({}, ExpiryCriteria(idle_than=HOUR), END, "idle for 1h"),
    "not idle": ({"active": NOW - 60}, ExpiryCriteria(idle_than=HOUR), KEEP, "alive, but not old enough"),
    "never used": ({"active": 0.0}, ExpiryCriteria(idle_than=HOUR), END, "idle for 1h"),
    "both": ({}, ExpiryCriteria(older_than=HOUR, idle_than=HOUR), END, "older than 1h + idle for 1h"),
    "attached": ({"attached": True}, ExpiryCriteria(True), KEEP, "attached"),
    "attached and dead": ({**DEAD, "attached": True}, ExpiryCriteria(), KEEP, "attached"),
    "quarantined": ({"quarantined": True}, ExpiryCriteria(True), KEEP, "quarantined"),
    "quarantined and missing": ({"status": health.MISSING, "quarantined": True}, ExpiryCriteria(), KEEP, "quarantined"),
    "leased": ({"leased": True}, ExpiryCriteria(True), KEEP, "somebody is sending to it"),
    "with a view": ({"viewed": True}, ExpiryCriteria(True), KEEP, "it has a view"),
    "missing pane, with a view": ({"status": health.MISSING, "viewed": True}, ExpiryCriteria(), FORGET, GONE),
    "being made": ({"status": health.MISSING, "making": True}, ExpiryCriteria(), KEEP, "it is just being created"),
    "no answer": ({"status": health.UNKNOWN, "doubt": "no answer"}, ExpiryCriteria(True), KEEP, "no answer"),
    "out of reach": (
        {"status": health.SERVER, "doubt": "its socket is gone"},
        ExpiryCriteria(),
        KEEP,
        "its socket is gone",
    ),
    "compat": ({}, ExpiryCriteria(True, compat=True), FORGET, "all sessions mode"),
    "compat, used just now": ({"active": NOW}, ExpiryCriteria(older_than=HOUR, compat=True), FORGET, "older than 1h"),
    "compat, attached": ({"attached": True}, ExpiryCriteria(True, compat=True), FORGET, "all sessions mode"),
    "compat, quarantined": ({"quarantined": True}, ExpiryCriteria(True, compat=True), KEEP, "quarantined"),
    "compat, dead": (DEAD, ExpiryCriteria(compat=True), FORGET, GONE),
}


@pytest.mark.parametrize("case", CASES)
def test_a_case(case: str) -> None:
    changes, wish, action, reason = CASES[case]
    (verdict,) = decide([WEB._replace(**changes)], wish, NOW)
    assert (verdict.name, verdict.action, verdict.reason) == ("web", action, reason)


def test_a_session_of_two_rows_ends_only_if_neither_is_kept() -> None:
    rows = [WEB._replace(session="$1"), WEB._replace(name="also", session="$1", active=NOW), WEB._replace(name="x")]
    wish = ExpiryCriteria(older_than=HOUR)
    assert [verdict.action for verdict in decide(rows, wish, NOW)] == [KEEP, KEEP, END]
    assert decide(rows, wish, NOW)[0].reason == "'also' names the same session, and is kept"
    assert [verdict.action for verdict in decide(rows, ExpiryCriteria(True), NOW)] == [END, END, END]


def test_only_what_would_have_gone_is_spared() -> None:
    attached = WEB._replace(attached=True)
    assert [verdict.spared for verdict in decide([attached], ExpiryCriteria(True), NOW)] == ["all sessions mode"]
    assert [verdict.spared for verdict in decide([attached], ExpiryCriteria(), NOW)] == [""]


times = st.one_of(st.just(0.0), st.floats(NOW - 10_000, NOW + 10))
sessions = st.lists(
    st.builds(
        SessionFacts,
        name=st.text(max_size=3),
        status=st.sampled_from(
            [health.ALIVE, health.DEAD, health.MISSING, health.ZOMBIE, health.SERVER, health.UNKNOWN]
        ),
        created=times,
        active=times,
        doubt=st.sampled_from(["", "no answer"]),
        making=st.booleans(),
        quarantined=st.booleans(),
        attached=st.booleans(),
        leased=st.booleans(),
        only_dead=st.booleans(),
        viewed=st.booleans(),
        session=st.sampled_from(["", "$1", "$2"]),
    ),
    max_size=6,
)
limits = st.one_of(st.none(), st.builds(Limit, seconds=st.floats(0, 20_000), text=st.just("1h")))
wishes = st.builds(ExpiryCriteria, everything=st.booleans(), older_than=limits, idle_than=limits, compat=st.booleans())


@given(sessions, wishes)
def test_there_is_one_verdict_a_session_and_it_has_a_reason(known: list[SessionFacts], wish: ExpiryCriteria) -> None:
    verdicts = decide(known, wish, NOW)
    assert [verdict.name for verdict in verdicts] == [session.name for session in known]
    assert all(verdict.reason and verdict.action in (KEEP, FORGET, END) for verdict in verdicts)


@given(sessions, wishes)
def test_what_is_protected_is_kept(known: list[SessionFacts], wish: ExpiryCriteria) -> None:
    for session, verdict in zip(known, decide(known, wish, NOW), strict=True):
        if session.making or session.quarantined or (not wish.compat and (session.attached or session.leased)):
            assert verdict.action == KEEP


@given(sessions, wishes)
def test_on_a_failed_reading_everything_is_kept(known: list[SessionFacts], wish: ExpiryCriteria) -> None:
    doubted = [session._replace(doubt="no answer") for session in known]
    unknown = [session._replace(status=health.UNKNOWN) for session in known]
    assert all(verdict.action == KEEP for verdict in decide(doubted + unknown, wish, NOW))


@given(sessions, wishes)
def test_what_lives_ends_only_when_it_was_asked_for(known: list[SessionFacts], wish: ExpiryCriteria) -> None:
    asked = wish.everything or wish.older_than or wish.idle_than
    for session, verdict in zip(known, decide(known, wish, NOW), strict=True):
        if wish.compat or session.status in (health.MISSING, health.ZOMBIE, health.SERVER):
            assert verdict.action != END
        if session.status == health.ALIVE and not asked:
            assert verdict.action == KEEP
        if verdict.action == END and not asked:
            assert session.only_dead
            assert verdict.save


@given(sessions, wishes)
def test_a_use_never_turns_keep_into_an_end(known: list[SessionFacts], wish: ExpiryCriteria) -> None:
    """Only --all does not look at it."""
    used = [session._replace(active=NOW if session.active else 0.0) for session in known]
    for before, after in zip(decide(known, wish, NOW), decide(used, wish, NOW), strict=True):
        if before.action == KEEP:
            assert after.action == KEEP


@given(sessions, wishes)
def test_deciding_twice_gives_the_same(known: list[SessionFacts], wish: ExpiryCriteria) -> None:
    first: list[Expiry] = decide(known, wish, NOW)
    assert decide(known, wish, NOW) == first
