"""What must be so whatever anybody does: a server that is looked at before and after each step.

A step is an action of a user (in tmux, on a terminal, by a verb), while hooks and a sweeper do what they do.
The user's actions that end something say what of it: the reading before such an action is made in the very command
that acts, so that nothing can happen in between. What else is missing afterwards, viewsync has ended.
"""

from __future__ import annotations

import collections
import importlib
import os
import subprocess
from typing import TYPE_CHECKING

from tests.stress import reading
from tests.stress.reading import Ends, Reading
from viewsync.cli import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.support.client import Tab
    from tests.support.server import Done, Home, Server

_TOLD = 60  # of the last steps, where something is wrong
_CUT = "========"


class Violated(AssertionError):
    pass


class Model:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.home: Home = server.home
        self.steps: collections.deque[str] = collections.deque(maxlen=_TOLD)
        self.counts: collections.Counter[str] = collections.Counter()
        self.tabs: dict[int, Tab] = {}  # terminals that somebody is at, by the process id of their client
        self.leaving: list[Tab] = []
        self.started()

    def started(self) -> None:
        """Another server, of which nothing is known yet."""
        self.ended_pids: set[int] = set()
        self.ended_sessions: set[str] = set()
        self.left: set[int] = set()  # clients that may be gone
        self.last = Reading({}, [], {})
        self.look()

    # --- looking ------------------------------------------------------------------------------------------------------

    def look(self) -> Reading:
        return self.compare(self._say(reading.COMMANDS)[0])

    def compare(self, now: Reading) -> Reading:
        """Nothing is missing that no user's action may have ended."""
        before, self.last = self.last, now
        gone = before.pids - now.pids - self.ended_pids
        if gone:
            raise self.violated(f"panes ended: {[place for place in before.places if place.pid in gone]}")
        for session in before.sessions.values():
            if (
                session.id in now.sessions
                or (session.view and not session.kept)
                or self.may_be_gone(before, session.id)
            ):
                continue
            raise self.violated(f"a session ended that is no view, or is to be kept: {session}")
        for pid, (session_id, _) in before.clients.items():
            if pid not in now.clients and pid not in self.left and not self.may_be_gone(before, session_id):
                raise self.violated(f"client {pid} was thrown out of {before.sessions[session_id]}")
        return now

    def may_be_gone(self, before: Reading, session: str) -> bool:
        return session in self.ended_sessions or {place.pid for place in before.of(session)} <= self.ended_pids

    def violated(self, what: str) -> Violated:
        return Violated("\n".join([what, "the last steps:", *self.steps]))

    # --- acting -------------------------------------------------------------------------------------------------------

    def note(self, text: str) -> None:
        self.steps.append(f"{self.counts.total()}: {text}")

    def tmux(self, command: str, ends: Callable[[Reading], Ends] | None = None) -> None:
        """A command of tmux's, with a reading just before and just after it. It may fail."""
        self.note(f"tmux {command}")
        mark = f"display-message -p {_CUT}\n"
        before, after = self._say(f"{reading.COMMANDS}{mark}{command}\n{mark}{reading.COMMANDS}")
        self.compare(before)
        if ends:
            pids, sessions = ends(before)
            self.ended_pids |= pids - after.pids
            self.ended_sessions |= sessions - set(after.sessions)
        self.compare(after)

    def may_end(self, ends: Ends) -> None:
        """For what ends by and by, or where somebody else does it."""
        self.ended_pids |= ends.pids
        self.ended_sessions |= ends.sessions

    def may_go(self, name: str) -> None:
        """It was pinned or in quarantine, and from now on is not."""
        for session in [session for session in self.last.sessions.values() if session.name == name]:
            self.last.sessions[session.id] = session._replace(kept=False)

    def _say(self, commands: str) -> list[Reading]:
        argv = ["tmux", "-u", "-S", self.server.socket, "source-file", "-"]
        done = self.home.run(argv, stdin=commands)
        parts: list[list[str]] = [[]]
        for line in done.out.splitlines():
            if line == _CUT:
                parts.append([])
            else:
                parts[-1].append(line)
        if len(parts) > 1:
            parts = [parts[0], parts[-1]]
        readings = [reading.parsed(part) for part in parts]
        if not all(found.sessions for found in readings):
            raise self.violated(f"no reading of the server: {done}")
        return readings

    def verb(self, *words: str, env: Mapping[str, str] | None = None) -> Done:
        """viewsync, which may end nothing but what was said by `may_end`."""
        self.note(f"viewsync {' '.join(words)}")
        inside = {"TMUX": f"{self.server.socket},{self.server.pid},0"}
        done = self.home.viewsync(*words, env={**inside, **(env or {})})
        self.note(f"    {done.code} {(done.err or done.out).strip()[:200]!r}")
        verb = importlib.import_module(f"viewsync.commands.{COMMANDS[words[0]].module}")
        # 75: for five seconds the lock was others', which on a busy machine may be.
        if done.code not in {*verb.EXIT_CODES, 75} or "Traceback" in done.err + done.out:
            raise self.violated(f"viewsync {words}: {done}")
        return done

    # --- terminals ----------------------------------------------------------------------------------------------------

    def leaves(self, pid: int) -> Tab:
        """That client goes by a user's wish."""
        self.left.add(pid)
        tab = self.tabs.pop(pid)
        self.leaving.append(tab)
        return tab

    def put_away(self) -> None:
        """Terminals whose client has gone, in whatever way."""
        for pid in [pid for pid, tab in self.tabs.items() if tab.ended()]:
            self.leaves(pid)
        for tab in [tab for tab in self.leaving if tab.pid not in self.last.clients]:
            tab.end()
            self.leaving.remove(tab)
            self.home.tabs.remove(tab)


def lock_is_free(home: Home) -> bool:
    path = os.path.join(home.state, ".sessions.lock")
    return subprocess.run(["flock", "-n", path, "true"], check=False).returncode == 0
