"""Which project sessions their timeouts end. What is in use, or not certain, never."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from viewsync.projects.rules.expiry import Candidate, decide
from viewsync.sessions.rules import health
from viewsync.sessions.rules.expiry import SessionFacts
from viewsync.tmux.rules.model import END, KEEP

NOW = 1_000_000.0
OLD = Candidate(SessionFacts("x", health.ALIVE, created=NOW - 200_000, active=NOW - 90_000), 86400.0, auto_cleanup=True)


def one(candidate: Candidate) -> tuple[str, str]:
    (verdict,) = decide([candidate], NOW)
    return verdict.action, verdict.reason


def test_an_old_one_ends_and_is_saved_first() -> None:
    (verdict,) = decide([OLD], NOW)
    assert (verdict.action, verdict.reason, verdict.save) == (END, "unused for 1d", True)


@pytest.mark.parametrize(
    "candidate",
    [
        OLD._replace(timeout=0.0),
        OLD._replace(auto_cleanup=False),
        OLD._replace(timeout=90_000.0),
        OLD._replace(busy="vim runs in pane %1"),
        *(
            OLD._replace(known=OLD.known._replace(**change))
            for change in (
                {"active": NOW},
                {"active": NOW + 500},
                {"created": NOW, "active": 0.0},
                {"created": 0.0, "active": 0.0},
                {"status": health.UNKNOWN},
                {"status": health.MISSING},
                {"status": health.ZOMBIE},
                {"status": health.SERVER},
                {"doubt": "who knows"},
                {"making": True},
                {"quarantined": True},
                {"attached": True},
                {"leased": True},
                {"viewed": True},
            )
        ),
    ],
)
def test_whatever_keeps_it_keeps_it(candidate: Candidate) -> None:
    assert one(candidate)[0] == KEEP


def test_a_dead_pane_alone_is_no_reason() -> None:
    young = OLD._replace(known=OLD.known._replace(status=health.DEAD, only_dead=True, active=NOW - 10))
    assert one(young)[0] == KEEP
    assert one(young._replace(known=young.known._replace(active=NOW - 90_000)))[0] == END


def test_protections_together_never_end_one() -> None:
    names = ("quarantined", "attached", "leased", "viewed", "making")
    for chosen in itertools.product((False, True), repeat=len(names)):
        if any(chosen):
            change: dict[str, Any] = dict(zip(names, chosen, strict=True))
            known = OLD.known._replace(**change)
            assert one(OLD._replace(known=known))[0] == KEEP
