"""One session in detail: whatever text is in it comes back as it is, and a session that is gone is no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from viewsync.errors import MissingSession
from viewsync.tmux import project_list, session_detail
from viewsync.tmux.rules import marks
from viewsync.tmux.server import ServerGone, Tmux
from viewsync.tmux.session_detail import DetailRequest

if TYPE_CHECKING:
    from tests.support.server import Server
    from viewsync.tmux.rules.project_model import Sessions

NOTHING = DetailRequest([], [], [])


def without_times(found: Sessions) -> Sessions:
    """Its panes may still be starting: the times of their output are of the moment."""
    return found._replace(sessions=tuple(session._replace(activity=0, output=0) for session in found.sessions))


def test_values_come_back(server: Server) -> None:
    hostile = "a$b\"c`d\\e\n;'#{pid} \t😀"
    server.tmux("set-environment", "-t", "=proj:", "HOSTILE", hostile)
    server.tmux("set-option", "-t", "=proj:", "@mine", hostile)
    server.tmux("set-option", "-w", "-t", "=proj:two", "@its", hostile)
    server.tmux("set-option", "-t", "=proj:", "mouse", "off")
    tmux = Tmux("tmux", 2.0, server.home.env)
    found = project_list.read(tmux, server.socket)
    asked = DetailRequest(["HOSTILE", "ABSENT"], ["@mine", "mouse"], ["@its"])
    seen = session_detail.see(tmux, found.server, found.sessions[0].id, asked)
    assert dict(seen.environment) == {"HOSTILE": hostile}
    assert dict(seen.options) == {"@mine": hostile, "mouse": "0"}
    assert [(window.name, window.options["@its"]) for window in seen.windows] == [("one", ""), ("two", hostile)]
    assert [len(window.panes) for window in seen.windows] == [1, 1]


def test_marks_that_somebody_else_set_are_only_text(server: Server) -> None:
    hostile = "a\tb\n@9 c\t;'#{pid}"
    for name in (marks.WINDOW, marks.LAYOUT):
        server.tmux("set-option", "-w", "-t", "=proj:one", name, hostile)
    server.tmux("set-option", "-p", "-t", "=proj:one", marks.PANE, hostile)
    tmux = Tmux("tmux", 2.0, server.home.env)
    found = project_list.read(tmux, server.socket)
    seen = session_detail.see(tmux, found.server, found.sessions[0].id, NOTHING)
    assert [(window.key, window.layout) for window in seen.windows] == [(hostile, hostile), ("", "")]
    assert [window.panes[0].key for window in seen.windows] == [hostile, ""]


def test_how_a_window_is_laid_out(server: Server) -> None:
    server.tmux("split-window", "-d", "-h", "-t", "=proj:two", "cat")
    tmux = Tmux("tmux", 2.0, server.home.env)
    found = project_list.read(tmux, server.socket)
    seen = session_detail.see(tmux, found.server, found.sessions[0].id, NOTHING)
    one, two = (window.shown for window in seen.windows)
    assert one is not None
    assert two is not None
    assert (one.pane, one.cells) == (seen.windows[0].panes[0].id, ())
    assert [cell.pane for cell in two.cells] == [pane.id for pane in seen.windows[1].panes]
    assert two.across


def test_a_session_that_is_gone_and_one_of_another_server(server: Server) -> None:
    tmux = Tmux("tmux", 2.0, server.home.env)
    found = project_list.read(tmux, server.socket)
    with pytest.raises(MissingSession):
        session_detail.see(tmux, found.server, "$99", NOTHING)
    with pytest.raises(MissingSession):
        session_detail.see(tmux, found.server._replace(start=1), found.sessions[0].id, NOTHING)


def test_among_all_sessions_of_its_server(server: Server) -> None:
    server.tmux("new-session", "-d", "-s", "other")
    server.tmux("set-option", "-t", "=proj:", "@mine", "x\nV\t1\t1\t1")
    tmux = Tmux("tmux", 2.0, server.home.env)
    found = project_list.read(tmux, server.socket)
    asked = DetailRequest(["ABSENT"], ["@mine"], [])
    sessions, seen = session_detail.among_all(tmux, found.server, found.sessions[0].id, asked)
    assert without_times(sessions) == without_times(found)
    assert seen == session_detail.see(tmux, found.server, found.sessions[0].id, asked)


def test_among_all_one_that_is_gone_is_none(server: Server) -> None:
    tmux = Tmux("tmux", 2.0, server.home.env)
    found = project_list.read(tmux, server.socket)
    id_ = found.sessions[0].id
    for other, session in ((found.server, "$99"), (found.server._replace(start=1), id_)):
        asked = DetailRequest(["A"], ["status"], ["@b"])
        sessions, seen = session_detail.among_all(tmux, other, session, asked)
        assert (without_times(sessions), seen) == (without_times(found), None)


def test_among_all_where_no_server_runs(server: Server) -> None:
    tmux = Tmux("tmux", 2.0, server.home.env)
    found = project_list.read(tmux, server.socket)
    server.stop()
    with pytest.raises(ServerGone):
        session_detail.among_all(tmux, found.server, found.sessions[0].id, NOTHING)


def test_a_time_variable_is_asked_for_only_where_the_session_is(server: Server) -> None:
    """3.2a ends with all sessions of the user's where it is not (trap F)."""
    tmux = Tmux("tmux", 2.0, server.home.env)
    found = project_list.read(tmux, server.socket)
    asked = DetailRequest([], ["session_created", "window_activity"], ["session_activity"])
    sessions, seen = session_detail.among_all(tmux, found.server, "$99", asked)
    assert (without_times(sessions), seen) == (without_times(found), None)
    assert server.sessions() == ["proj"]
