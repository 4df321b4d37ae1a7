"""The server ends by itself only what the policy ends, whatever the sessions are like."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.wait import until
from viewsync.tmux import inventory, view_hooks
from viewsync.tmux.rules import hooks
from viewsync.tmux.rules.model import END
from viewsync.tmux.server import Tmux
from viewsync.views.rules import facts, policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.client import Tab
    from tests.support.server import Home, Server

SLOT = hooks.slot(hooks.EVENTS[0])
NOW = int(time.time())
MARKS = {
    "@viewsync_view": ("ID", "", "1", "$0", "ID"),
    "@viewsync_ends_alone": ("ID", "ID", "ID", "", "$0"),
    "@viewsync_parent_id": ("$0", "$0", "$0", "", "$77", "ID", "x'} ; kill-server"),
    "@viewsync_parent": ("proj", "proj", "", "it's, #{pid}}", "NAME"),
    "@viewsync_pin": ("", "", "", "1", "0", "no"),
    "@viewsync_quarantine": ("", "", "", "ID", "$0"),
    "@viewsync_away": ("", "", "", "TTY", "/dev/none"),  # the terminal of one that is on another session, or of none
    "@viewsync_lease": ("", "", "", "9999999999.1", "1000000000.1", "x"),
}


class State(NamedTuple):
    """One session: its marks, whether a client was ever on it or is, and its name."""

    marks: tuple[str, ...]
    attached: str  # "never", "once" or "now"
    name: str
    grouped: bool


states = st.builds(
    State,
    st.tuples(*(st.sampled_from(values) for values in MARKS.values())),
    st.sampled_from(("once", "once", "once", "now", "never")),
    st.sampled_from(("proj-view-17-{}", "proj-view-17-{}", "it's a-view-{}-1", "proj-view-{}", "mine{}")),
    st.sampled_from((True, True, True, False)),
)
PLAIN = State(("ID", "ID", "$0", "proj", "", "", "", ""), "once", "proj-view-17-{}", grouped=True)


class Scene:
    """One server, on which each case is played."""

    def __init__(self, server: Server, home: Home) -> None:
        self.server = server
        self.tmux = Tmux("tmux", 60.0, home.env)
        self.ran = 0
        self.on: list[Tab] = []
        self.away = home.program(["tmux", "-S", server.socket, "attach-session", "-t", "=proj:"])
        until(lambda: self.away.pid in server.clients(), "a client")

    def play(self, cases: list[State], inherited: str) -> tuple[set[str], set[str], set[str]]:
        """The names of the views that there were, that the policy ends, and that the server ended."""
        self.clear()
        for number, state in enumerate(cases):
            self.make(state, state.name.format(number))
        if inherited:
            self.server.tmux("set-option", "-g", "@viewsync_view", inherited)
        found = inventory.inventory(self.tmux, self.server.socket)
        verdicts = policy.decide(facts.of(found, {}, (), time.time(), 0.0), policy.Policy(), time.time())
        ends = {verdict.session for verdict in verdicts if verdict.action == END}
        before = {session.name for session in found.sessions}
        self.fire()
        return before, ends, before - set(self.server.sessions())

    def clear(self) -> None:
        self.server.run("set-hook", "-gu", SLOT)
        for tab in self.on:
            tab.end()
        self.on = []
        for name in self.server.sessions():
            if name != "proj":
                self.server.tmux("kill-session", "-t", f"={name}:")
        self.server.run("set-option", "-gu", "@viewsync_view")

    def make(self, state: State, name: str) -> None:
        group = ["-t", "=proj:"] if state.grouped else []
        session = self.server.tmux("new-session", "-d", "-P", "-F", "#{session_id}", *group, "-s", name)
        for mark, value in zip(MARKS, state.marks, strict=True):
            if value:
                said = value.replace("ID", session).replace("NAME", name).replace("TTY", self.away.tty)
                self.server.tmux("set-option", "-t", f"{session}:", mark, said)
        if state.attached != "never":
            self.attach(session, stay=state.attached == "now")

    def attach(self, session: str, *, stay: bool) -> None:
        tab = self.server.home.program(["tmux", "-S", self.server.socket, "attach-session", "-t", f"{session}:"])
        until(lambda: tab.pid in self.server.clients(), "a client")
        if stay:
            self.on.append(tab)
        else:
            tab.end()
            until(lambda: self.server.show(f"{session}:", "#{session_attached}") == "0", "its end")

    def fire(self) -> None:
        """Have the hook run, and wait for it."""
        version = self.server.tmux("display-message", "-p", "#{version}")
        self.ran += 1
        text = view_hooks.text(hooks.EVENTS[0], "true", version)
        self.server.tmux("set-hook", "-g", SLOT, text)
        self.server.tmux("set-hook", "-g", "client-detached[5000]", f"set-option -s @ran {self.ran}")
        tab = self.server.home.program(["tmux", "-S", self.server.socket, "attach-session", "-t", "=proj:"])
        until(lambda: tab.pid in self.server.clients(), "a client")
        tab.end()
        until(lambda: self.server.tmux("show-options", "-sqv", "@ran") == str(self.ran), "the hook")


@pytest.fixture
def scene(servers: Callable[..., Server], home: Home) -> Scene:
    return Scene(servers().start(), home)


@settings(max_examples=15, derandomize=True, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=st.lists(states, min_size=2, max_size=4), inherited=st.sampled_from(("", "", "", "", "$0", "1")))
def test_the_server_ends_nothing_that_the_policy_keeps(scene: Scene, cases: list[State], inherited: str) -> None:
    panes = scene.server.pane_pids()
    before, ends, gone = scene.play([*cases, PLAIN], inherited)
    assert gone <= ends
    assert not gone & {state.name.format(number) for number, state in enumerate(cases) if "TTY" in state.marks}
    plain = f"proj-view-17-{len(cases)}"
    assert plain in before
    if not inherited and all(state.marks[0] in ("ID", "") for state in cases):
        assert plain in gone, "and it does end what nothing keeps"
    assert set(panes) & set(scene.server.pane_pids()) == {pane for pane in panes if pane.startswith(("@0 ", "@1 "))}
