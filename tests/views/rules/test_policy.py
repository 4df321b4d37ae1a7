"""The policy: written cases, then what must hold for any facts at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewsync.tmux.rules.model import END, KEEP, PROMOTE
from viewsync.views.rules.facts import ViewFacts
from viewsync.views.rules.policy import Policy, decide

NOW = 1_795_000_000.0

# An unattached view that was used an hour ago, of a parent that is there: the plain orphan.
ORPHAN = ViewFacts(
    socket="/s",
    id="$7",
    name="proj-view-1795000000-1",
    group="proj",
    group_size=2,
    ours=True,
    attached=False,
    lease=0.0,
    leased_for=10.0,
    created=int(NOW) - 7200,
    last_attached=int(NOW) - 3600,
    pinned=False,
    quarantined=False,
    parent="proj",
    parent_taken=True,
    idle_since=NOW - 10,
    away=False,
    tracked=False,
)

_JUST_MADE = "just made, and waits for its first client"
_LINGERS = "kept for reuse for 60 s after its detach"

CASES = {
    "orphan": ({}, {}, END, "orphan: nobody is on it"),
    "not ours": ({"ours": False}, {}, KEEP, "not ours"),
    "attached": ({"attached": True}, {}, KEEP, "attached"),
    "leased": ({"lease": NOW + 1}, {}, KEEP, "reserved by a lease"),
    "leased when the clock was ahead": (
        {"lease": NOW + 90_000, "idle_since": NOW - 9},
        {},
        KEEP,
        "reserved by a lease",
    ),
    "a lease of then, long seen": ({"lease": NOW + 90_000, "idle_since": NOW - 10}, {}, END, "orphan: nobody is on it"),
    "a long lease": ({"lease": NOW + 80_000, "leased_for": 90_000.0}, {}, KEEP, "reserved by a lease"),
    "made when the clock was ahead": (
        {"last_attached": 0, "created": int(NOW) + 90_000, "idle_since": NOW - 14},
        {},
        KEEP,
        _JUST_MADE,
    ),
    "made then, long seen": (
        {"last_attached": 0, "created": int(NOW) + 90_000, "idle_since": NOW - 15},
        {},
        END,
        "orphan: nobody is on it",
    ),
    "lease over": ({"lease": NOW - 1}, {}, END, "orphan: nobody is on it"),
    "just made": (
        {"last_attached": 0, "created": int(NOW) - 14},
        {},
        KEEP,
        _JUST_MADE,
    ),
    "never used": ({"last_attached": 0, "created": int(NOW) - 15}, {}, END, "orphan: nobody is on it"),
    "attached once, young": ({"created": int(NOW), "last_attached": int(NOW)}, {}, END, "orphan: nobody is on it"),
    "pinned": ({"pinned": True}, {}, KEEP, "pinned"),
    "quarantined": ({"quarantined": True}, {}, KEEP, "quarantined"),
    "last holder": (
        {"group_size": 1, "parent_taken": False},
        {},
        PROMOTE,
        "last holder of its windows: its parent is gone",
    ),
    "last holder in no group": (
        {"group_size": 0, "parent_taken": False},
        {},
        PROMOTE,
        "last holder of its windows: its parent is gone",
    ),
    "last holder, name taken": (
        {"group_size": 1},
        {},
        KEEP,
        "last holder of its windows, and its parent's name is taken",
    ),
    "last holder, parent unknown": (
        {"group_size": 1, "parent": "", "parent_taken": False},
        {},
        KEEP,
        "last holder of its windows, and its parent's name is not known",
    ),
    "last holder, attached": ({"group_size": 1, "attached": True, "parent_taken": False}, {}, KEEP, "attached"),
    "last holder, pinned": ({"group_size": 1, "pinned": True, "parent_taken": False}, {}, KEEP, "pinned"),
    "away": ({"away": True}, {}, KEEP, "its client is on another session, and may come back"),
    "away, last holder": (
        {"away": True, "group_size": 1, "parent_taken": False},
        {},
        PROMOTE,
        "last holder of its windows: its parent is gone",
    ),
    "lingers": ({}, {"linger": 60.0}, KEEP, _LINGERS),
    "lingered enough": ({"idle_since": NOW - 61}, {"linger": 60.0}, END, "orphan: nobody is on it"),
    "lingers, first seen now": (
        {"idle_since": 0.0},
        {"linger": 60.0},
        KEEP,
        _LINGERS,
    ),
    "tracked": ({"tracked": True}, {}, KEEP, "its WezTerm pane is still there"),
    "tracked, first seen now": ({"tracked": True, "idle_since": 0.0}, {}, KEEP, "its WezTerm pane is still there"),
    "stale": ({"tracked": True, "idle_since": NOW - 301}, {}, END, "stale: tracked, but nobody came back"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_case(case: str) -> None:
    changes, policy, action, reason = CASES[case]
    (verdict,) = decide([ORPHAN._replace(**changes)], Policy(**policy), NOW)  # type: ignore[arg-type]  # a table
    assert (verdict.action, verdict.reason) == (action, reason)
    assert (verdict.socket, verdict.id, verdict.session) == (ORPHAN.socket, ORPHAN.id, ORPHAN.name)


def test_in_doubt_everything_is_kept_and_the_doubt_is_the_reason() -> None:
    facts = [ORPHAN, ORPHAN._replace(id="$8", group_size=1, parent_taken=False)]
    assert [(verdict.action, verdict.reason) for verdict in decide(facts, Policy(), NOW, "half an answer")] == [
        (KEEP, "half an answer")
    ] * 2


def members(*last_attached: int) -> list[ViewFacts]:
    """A group whose parent is gone: nothing but views."""
    size = len(last_attached)
    return [
        ORPHAN._replace(id=f"${at}", name=f"v-{at}", last_attached=at, group_size=size, parent_taken=False)
        for at in last_attached
    ]


def test_where_all_of_a_group_would_end_the_one_used_last_is_promoted() -> None:
    assert [verdict.action for verdict in decide(members(3, 9, 5), Policy(), NOW)] == [END, PROMOTE, END]


def test_where_one_of_the_group_stays_the_others_may_end() -> None:
    first, second = members(3, 9)
    verdicts = decide([first._replace(attached=True), second], Policy(), NOW)
    assert [verdict.action for verdict in verdicts] == [KEEP, END]


def test_a_member_that_was_not_shown_holds_the_windows_too() -> None:
    assert [verdict.action for verdict in decide(members(3, 9, 5)[:2], Policy(), NOW)] == [END, END]


def test_equal_groups_of_two_servers_are_two_groups() -> None:
    mine = members(3, 9)
    theirs = [view._replace(socket="/other") for view in members(4, 2)]
    assert [verdict.action for verdict in decide(mine + theirs, Policy(), NOW)] == [END, PROMOTE, PROMOTE, END]


times = st.integers(int(NOW) - 10_000, int(NOW) + 10)
any_facts = st.builds(
    ViewFacts,
    socket=st.sampled_from(["/s", "/t"]),
    id=st.just(""),
    name=st.just(""),
    group=st.sampled_from(["a", "b"]),
    group_size=st.integers(0, 4),
    ours=st.booleans(),
    attached=st.booleans(),
    lease=st.one_of(st.just(0.0), times.map(float)),
    leased_for=st.just(10.0),
    created=times,
    last_attached=st.one_of(st.just(0), times),
    pinned=st.booleans(),
    quarantined=st.booleans(),
    parent=st.sampled_from(["", "proj"]),
    parent_taken=st.booleans(),
    idle_since=st.one_of(st.just(0.0), times.map(float)),
    away=st.booleans(),
    tracked=st.booleans(),
)
some_facts = st.lists(any_facts, max_size=7).map(
    lambda found: [view._replace(id=f"${index}", name=f"v{index}") for index, view in enumerate(found)]
)
policies = st.builds(
    Policy,
    grace=st.sampled_from([0.0, 15.0]),
    linger=st.sampled_from([0.0, 60.0]),
    stale_after=st.sampled_from([0.0, 300.0]),
)


@given(some_facts, policies)
def test_there_is_one_verdict_per_session_and_it_has_a_reason(facts: list[ViewFacts], policy: Policy) -> None:
    verdicts = decide(facts, policy, NOW)
    assert [verdict.id for verdict in verdicts] == [view.id for view in facts]
    assert all(verdict.reason and verdict.action in (KEEP, END, PROMOTE) for verdict in verdicts)


@given(some_facts, policies, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(facts: list[ViewFacts], policy: Policy, random: object) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a Random
    assert sorted(decide(shuffled, policy, NOW)) == sorted(decide(facts, policy, NOW))


def test_of_a_group_whose_size_is_told_in_two_ways_one_stays_in_whatever_order() -> None:
    views = [ORPHAN._replace(id=f"${size}", name=f"v{size}", group_size=size) for size in (2, 3)]
    for order in (views, views[::-1]):
        assert {verdict.action for verdict in decide(order, Policy(), NOW)} == {KEEP, END}


@given(some_facts, policies)
def test_deciding_twice_gives_the_same(facts: list[ViewFacts], policy: Policy) -> None:
    assert decide(facts, policy, NOW) == decide(facts, policy, NOW)


@given(some_facts, policies)
def test_what_is_protected_is_kept(facts: list[ViewFacts], policy: Policy) -> None:
    for view, verdict in zip(facts, decide(facts, policy, NOW), strict=True):
        if not view.ours or view.attached or view.pinned or view.quarantined or view.lease >= NOW:
            assert verdict.action == KEEP
        if view.group_size <= 1:
            assert verdict.action != END


def test_the_one_that_was_spared_for_the_windows_may_end_once_somebody_is_on_another_of_them() -> None:
    spared, other = (ORPHAN._replace(id=f"${at}", parent="", last_attached=int(NOW) - at) for at in (60, 90))
    assert [verdict.action for verdict in decide([spared, other], Policy(), NOW)] == [KEEP, END]
    assert [verdict.action for verdict in decide([spared, other._replace(attached=True)], Policy(), NOW)] == [END, KEEP]


@given(some_facts.filter(bool), policies, st.data())
def test_attaching_a_client_never_turns_keep_into_an_end(
    facts: list[ViewFacts], policy: Policy, data: st.DataObject
) -> None:
    before = decide(facts, policy, NOW)
    on = data.draw(st.sampled_from(facts))
    after = decide([view._replace(attached=view.attached or view is on) for view in facts], policy, NOW)
    for view, old, new in zip(facts, before, after, strict=True):
        # One that was spared for its windows alone may end: the one that somebody is on has them now.
        held = old.reason.startswith("last holder") and (view.socket, view.group) == (on.socket, on.group)
        if view is on or (old.action == KEEP and not held):
            assert new.action == KEEP


@given(some_facts, policies)
def test_a_group_never_ends_whole(facts: list[ViewFacts], policy: Policy) -> None:
    ended: dict[tuple[str, str], int] = {}
    sizes: dict[tuple[str, str], int] = {}
    for view, verdict in zip(facts, decide(facts, policy, NOW), strict=True):
        key = (view.socket, view.group)
        sizes[key] = min(sizes.get(key, 99), view.group_size) if view.group_size > 1 else sizes.get(key, 99)
        ended[key] = ended.get(key, 0) + (verdict.action == END)
    consistent = {
        key for key in ended if len({view.group_size for view in facts if (view.socket, view.group) == key}) == 1
    }
    assert all(ended[key] < sizes[key] for key in consistent)


@given(some_facts, policies)
def test_in_doubt_nothing_dies(facts: list[ViewFacts], policy: Policy) -> None:
    assert all(verdict.action == KEEP for verdict in decide(facts, policy, NOW, "doubt"))
