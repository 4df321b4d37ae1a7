"""The commands at doctor's end: what can lose work before what leaves orphans, and that before a convenience."""

from __future__ import annotations

from viewsync.setup.rules import mending
from viewsync.setup.rules.checks import CONVENIENCE, FAIL, INSTALL, OK, ORPHANS, WARN, WORK, Check


def check(name: str, status: str, command: str, at_stake: str = ORPHANS, **more: str) -> Check:
    return Check(name, status, "found", command=command, at_stake=at_stake, **more)


def test_the_most_important_comes_first_and_each_command_once() -> None:
    found = [
        check("nice", FAIL, "nicer", CONVENIENCE),
        check("hooks", WARN, "install"),
        check("file", FAIL, "install"),
        check("warned", WARN, "look", WORK),
        check("failed", FAIL, "rescue", WORK),
        check("fine", OK, "nothing", WORK),
        check("helpless", FAIL, "", WORK),
    ]
    said = [(mend.command, [mended.name for mended in mend.checks]) for mend in mending.commands(found)]
    assert said == [("rescue", ["failed"]), ("look", ["warned"]), ("install", ["file", "hooks"]), ("nicer", ["nice"])]


def test_what_is_left_has_its_reason() -> None:
    found = [
        check("again", FAIL, "install", fix=INSTALL),
        check("yours", WARN, "unset", decision="it is yours"),
        Check("by hand", WARN, "found", "restart it"),
        Check("nothing", WARN, "found"),
        Check("fine", OK, "found"),
    ]
    assert [why for _, why in mending.left(found)] == [
        "it was mended, and is there again",
        "you decide: it is yours",
        "restart it",
        "no command mends it",
    ]
