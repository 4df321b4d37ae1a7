"""Who shares a session's windows."""

from __future__ import annotations

from viewsync.tmux.rules.model import Pane, Panes, Server
from viewsync.views.rules import groups
from viewsync.views.rules.groups import View


def pane(
    session: str, name: str, number: int, group: str = "", *, attached: bool = False, marked: bool = False
) -> Pane:
    made = Pane(session, name, "@0", 0, "w", True, f"%{number}", 0, True, False, 1, 0, 0)
    return made._replace(group=group, attached=attached, marked=marked)


INDEX = groups.index(
    Panes(
        Server("/s", 1, 2, "3.3a"),
        (
            pane("$0", "web", 0, "web"),
            pane("$0", "web", 1, "web"),
            pane("$1", "v2", 0, "web", attached=True, marked=True),
            pane("$2", "v1", 0, "web"),
            pane("$3", "other", 3),
            pane("$4", "$3", 4, "$3", attached=True),
            pane("$5", "on", 5, attached=True),
        ),
        True,
    )
)


def test_views_are_marked_or_known_by_their_ids() -> None:
    assert groups.views(INDEX, "$0", ()) == [View("v2", "$1", True)]
    assert groups.views(INDEX, "$0", ("$2", "$3")) == [View("v1", "$2", False), View("v2", "$1", True)]
    assert groups.views(INDEX, "$3", ("$3",)) == []
    assert groups.views(INDEX, "$99", ()) == []


def test_a_session_is_in_use_through_any_of_its_group() -> None:
    used = {session: groups.in_use(INDEX, session) for session in ("$0", "$1", "$2", "$3", "$4", "$5", "$99")}
    assert used == {"$0": True, "$1": True, "$2": True, "$3": False, "$4": True, "$5": True, "$99": False}
