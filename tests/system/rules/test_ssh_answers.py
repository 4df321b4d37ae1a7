"""Why ssh failed, as it says it."""

from __future__ import annotations

import pytest

from viewsync.system.rules import ssh_answers

_CHANGED = """\
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
Host key for web has changed and you have requested strict checking.
Host key verification failed.
"""


@pytest.mark.parametrize(
    ("said", "message", "early"),
    [
        (_CHANGED, "has another host key than the one that you know it by, so nothing was sent", True),
        ("Host key verification failed.\r\n", "has a host key that you have not accepted yet", True),
        (
            "me@web: Permission denied (publickey,password).\r\n",
            "wants a password, a passphrase or another key, and viewsync has nobody to ask",
            True,
        ),
        (
            "ssh: Could not resolve hostname web: Name or service not known\r\n",
            "is not known by that name",
            True,
        ),
        (
            "ssh: connect to host web port 22: No route to host\r\n",
            "cannot be reached: No route to host",
            True,
        ),
        ("kex_exchange: read: broken\n", "cannot be reached: kex_exchange: read: broken", False),
        ("", "cannot be reached: ssh gave no reason", False),
    ],
)
def test_each_problem_has_a_line_of_its_own(said: str, message: str, early: bool) -> None:
    found = ssh_answers.problem(said, "ssh web")
    assert (found.message, found.early) == (message, early)
    assert "`ssh web`" in found.hint


def test_no_more_of_a_strangers_words_than_a_line_holds() -> None:
    assert len(ssh_answers.problem("x" * 10_000, "ssh web").message) < 300
