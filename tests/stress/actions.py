"""What users do, by dice: in tmux, on terminals, by verbs, and with the registry's file. Each action is a step."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from typing import TYPE_CHECKING, Any

from tests.stress import leaving, reading
from tests.stress.reading import Ends
from tests.support.server import alive, listens
from tests.support.wait import until

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from tests.stress.model import Model
    from tests.stress.reading import Place, Session
    from tests.support.server import Server

ANCHOR = "anchor"  # a session that nobody touches, so that the server stays
NAMES = ("web", "api", "two words", "a#b;c", "db", "logs", "ümlaut", "notes", "web-view-1735324800-5432")
MOST = {"sessions": 9, "views": 10, "panes": 40, "tabs": 4}
_COPIES = 12


class Actions:
    """`any()` does one of them. How often each is done, relative to the others, stands in WEIGHTS."""

    def __init__(self, model: Model, dice: random.Random) -> None:
        self.model = model
        self.dice = dice
        self.registry = os.path.join(model.home.state, ".sessions.json")
        self.copies: list[bytes] = []
        self.made = 0
        self.by_name: dict[str, Callable[[], None]] = {name: getattr(self, name) for name in WEIGHTS}

    def any(self) -> None:
        (name,) = self.dice.choices(list(WEIGHTS), list(WEIGHTS.values()))
        self.model.counts[name] += 1
        self.by_name[name]()

    # --- whom it meets ------------------------------------------------------------------------------------------------

    def _session(self, *, view: bool | None = None) -> Session | None:
        """Any but the anchor; a view or none, where that is said."""
        found = [session for session in self.model.last.sessions.values() if session.name != ANCHOR]
        found = [session for session in found if view is None or session.view is view]
        return self.dice.choice(sorted(found)) if found else None

    def _place(self) -> Place | None:
        anchor = {session.id for session in self.model.last.sessions.values() if session.name == ANCHOR}
        found = [place for place in self.model.last.places if place.session not in anchor]
        return self.dice.choice(found) if found else None

    def _full(self, what: str) -> bool:
        sessions = self.model.last.sessions.values()
        views = sum(session.view for session in sessions)
        counts = {"views": views, "sessions": len(sessions) - views, "panes": len(self.model.last.pids)}
        counts["tabs"] = len(self.model.tabs)
        return counts[what] >= MOST[what]

    def _name(self) -> str:
        self.made += 1
        return self.dice.choice((*NAMES, f"s{self.made}"))

    # --- in tmux ------------------------------------------------------------------------------------------------------

    def new_session(self) -> None:
        if not self._full("sessions"):
            self.model.tmux(f"new-session -d -s '{self._name()}'")

    def group(self) -> None:
        """A session of the user's own beside another one. Not where tmux would put it into a group that has its name
        from another session, and crash: docs/explanation/tmux-traps.md, B.
        """
        if self._full("sessions") or not (session := self._session()):
            return
        if session.sharing > 1 or self._group_is_free(session.name):
            self.model.tmux(f"has-session -t '{session.id}:' ; new-session -d -t '{session.id}:'")

    def _group_is_free(self, name: str) -> bool:
        return name not in self.model.server.tmux("list-sessions", "-F", "#{session_group}").splitlines()

    def rename(self) -> None:
        if session := self._session():
            self.model.tmux(f"rename-session -t '{session.id}:' '{self._name()}'")

    def kill_session(self) -> None:
        if session := self._session():
            self.model.tmux(f"kill-session -t '{session.id}:'", lambda now: reading.sessions(now, session.id))

    def new_window(self) -> None:
        if not self._full("panes") and (session := self._session()):
            self.model.tmux(f"new-window -d -t '{session.id}:'")

    def split(self) -> None:
        if not self._full("panes") and (place := self._place()):
            self.model.tmux(f"split-window -d -t {place.pane}")

    def select_window(self) -> None:
        if place := self._place():
            self.model.tmux(f"select-window -t '{place.session}:{place.window}'")

    def kill_window(self) -> None:
        if place := self._place():
            ends = place.window
            self.model.tmux(f"kill-window -t {ends}", lambda now: Ends(frozenset(now.of_window(ends))))

    def kill_pane(self) -> None:
        if place := self._place():
            self.model.tmux(f"kill-pane -t {place.pane}", lambda _: Ends(frozenset({place.pid})))

    def program_ends(self) -> None:
        if place := self._place():
            self.model.note(f"kill -9 {place.pid}")
            self.model.may_end(Ends(frozenset({place.pid})))
            with contextlib.suppress(ProcessLookupError):  # it has been so already, and tmux is about to hear of it
                os.kill(place.pid, signal.SIGKILL)

    def link(self) -> None:
        if (place := self._place()) and (session := self._session()):
            self.model.tmux(f"link-window -d -s {place.window} -t '{session.id}:'")

    def unlink(self) -> None:
        """Which tmux refuses where it would end it, but for a window about which an event waits: up to 3.7 that counts
        as a link of it, and the window ends (`faults/test_traps.py`).
        """
        if place := self._place():
            target = f"{place.session}:{place.window}"
            self.model.tmux(
                f"unlink-window -t '{target}'",
                lambda now: reading.moved(now, place.window)._replace(pids=frozenset(now.of_window(place.window))),
            )

    def break_pane(self) -> None:
        if (place := self._place()) and (session := self._session()):
            self.model.tmux(
                f"break-pane -d -s {place.pane} -t '{session.id}:'", lambda now: reading.moved(now, place.pane)
            )

    def join_pane(self) -> None:
        if (place := self._place()) and (other := self._place()) and place.window != other.window:
            self.model.tmux(f"join-pane -d -s {place.pane} -t {other.pane}", lambda now: reading.moved(now, place.pane))

    def swap_window(self) -> None:
        if (place := self._place()) and (other := self._place()):
            self.model.tmux(f"swap-window -d -s '{place.session}:{place.window}' -t '{other.session}:{other.window}'")

    # --- on terminals -------------------------------------------------------------------------------------------------

    def attach(self) -> None:
        """By tmux itself, to a parent or a view."""
        if not self._full("tabs") and (session := self._session()):
            server = self.model.server
            self._arrives(["tmux", "-u", "-S", server.socket, "attach-session", "-t", f"{session.id}:"])

    def open(self) -> None:
        if not self._full("tabs") and (session := self._session(view=False)):
            home = self.model.home
            new = self.dice.choice(([], ["--new"]))
            self._arrives([home.launcher, "open", "-S", self.model.server.socket, *new, "--", session.name])

    def _arrives(self, argv: list[str]) -> None:
        self.model.note(" ".join(argv))
        tab = self.model.home.program(argv)
        until(lambda: tab.ended() or tab.pid in self.model.look().clients, f"the client of {argv}")
        self.model.tabs[tab.pid] = tab

    def leave(self) -> None:
        here = sorted(pid for pid in self.model.tabs if pid in self.model.last.clients)
        if here:
            pid, way = self.dice.choice(here), self.dice.choice(leaving.WAYS)
            self.model.note(f"client {pid} leaves by {way}")
            tab = self.model.leaves(pid)
            if way == "detach-client":
                self.model.tmux(f"detach-client -t {tab.tty}")
            else:
                leaving.leave(self.model.server, tab, way)

    def switch(self) -> None:
        here = sorted(tty for _, tty in self.model.last.clients.values())
        if here and (session := self._session()):
            self.model.tmux(f"switch-client -c {self.dice.choice(here)} -t '{session.id}:'")

    # --- by verbs -----------------------------------------------------------------------------------------------------

    def reserve(self) -> None:
        if not self._full("views") and (session := self._session(view=False)):
            lease = self.dice.choice(("0", "1"))
            self.model.verb("open", "--json", "--lease", lease, "-S", self.model.server.socket, "--", session.name)

    def create(self) -> None:
        if not self._full("sessions"):
            self.model.verb("create", "-n", self._registerable(), "-S", self.model.server.socket, "--", "cat")

    def _registerable(self) -> str:
        self.made += 1
        return self.dice.choice(("web", "api", "db", f"r{self.made}"))

    def _registered(self) -> str:
        return self.dice.choice(sorted(self._rows()) or ["web"])

    def _rows(self) -> dict[str, Any]:
        """None while the registry is one that we have cut."""
        with contextlib.suppress(ValueError):
            rows: dict[str, Any] = self.model.home.registry()["sessions"]
            return rows
        return {}

    def kill(self) -> None:
        name, views = self._registered(), self.dice.choice(([], ["--views"]))
        meant = self._meant([name])
        done = self.model.verb("kill", "-s", name, *views)
        if done.code not in (2, 3):
            self.model.may_end(meant)
        self.model.look()

    def _meant(self, names: list[str]) -> Ends:
        """Who names a registered session may mean the one that is called so by now, and its own pane elsewhere."""
        now, rows = self.model.look(), self._rows()
        ids = {rows.get(name, {}).get("session_id") for name in names}
        meant = {session.id for session in now.sessions.values() if session.id in ids or session.name in names}
        whole = meant.union(*(now.views_of(session) for session in meant))
        pids = {rows.get(name, {}).get("pid") for name in names} & now.pids
        return Ends(frozenset(now.held_by(whole) | pids), frozenset(whole))

    def verb_rename(self) -> None:
        self.model.verb("rename", "-s", self._registered(), "-n", self._registerable())

    def pin(self) -> None:
        if view := self._session(view=True):
            off = self.dice.choice(([], ["--off"], ["--off"]))
            if off:
                self.model.may_go(view.name)
            self.model.verb("pin", *off, "-S", self.model.server.socket, "--", view.name)

    def quarantine(self) -> None:
        views = [session.name for session in self.model.last.sessions.values() if session.view]
        name = self.dice.choice([*sorted(views), self._registered()])
        for verb in self.dice.choice((["quarantine"], ["release"], ["quarantine", "release"])):
            self.model.may_go(name)
            self.model.verb(verb, "-s", name)

    def adopt(self) -> None:
        """Who does takes sessions for views that are named so, and shares their windows."""
        if session := self._session(view=False):
            found = self.model.last.sessions
            named = [other for other in found.values() if re.search(r"-view-\d+-\d+$", other.name)]
            found.update({other.id: other._replace(view=True) for other in named})
            self.model.verb("adopt", "--yes", "-S", self.model.server.socket, "--", session.name)

    def reconcile(self) -> None:
        self.model.verb("reconcile", *self.dice.choice(([], ["--repair"])))

    def sweep(self) -> None:
        self.model.verb("sweep")

    def hook(self) -> None:
        self.model.verb("hook")

    def cleanup(self) -> None:
        """With --all it ends all that is registered, if nobody is on it."""
        words = self.dice.choice(([], ["--views"], ["--all"]))
        meant = self._meant(sorted(self._rows()) if words == ["--all"] else [])
        self.model.verb("cleanup", *words)
        self.model.may_end(meant)
        self.model.look()

    def read_only(self) -> None:
        self.model.verb(*self.dice.choice((["list"], ["views"], ["find", "-A"], ["sweep", "--dry-run"])))

    # --- the registry's file ------------------------------------------------------------------------------------------

    def keep_copy(self) -> None:
        if os.path.exists(self.registry):
            with open(self.registry, "rb") as file:
                self.copies = [*self.copies, file.read()][-_COPIES:]

    def roll_back(self) -> None:
        if self.copies:
            self._write(self.dice.choice(self.copies), "an old copy")

    def lose_registry(self) -> None:
        way = self.dice.choice(("cut", "emptied", "removed"))
        if way == "removed":
            self.model.note("the registry is removed")
            if os.path.exists(self.registry):
                os.unlink(self.registry)
        else:
            self._write(b'{"version": "1.0", "sess' if way == "cut" else b"", way)

    def _write(self, data: bytes, what: str) -> None:
        """As an editor does it: nothing reads a half of it."""
        self.model.note(f"the registry is {what}")
        mine = f"{self.registry}.mine"
        with open(mine, "wb") as file:
            file.write(data)
        os.replace(mine, self.registry)

    # --- the server ---------------------------------------------------------------------------------------------------

    def crash(self) -> None:
        """The server dies. The next one has sessions with the same ids, and perhaps the same names."""
        model = self.model
        model.note("the server dies")
        for pid in list(model.tabs):
            model.leaves(pid)
        os.kill(model.server.pid, signal.SIGKILL)
        until(lambda: not alive(model.server.pid), "the server's end")
        # A child of it that has not begun its program yet holds the socket for a moment, and whoever connects is lost.
        until(lambda: not listens(model.server.socket), "that nobody listens any more")
        begin(model.server)
        model.started()


def begin(server: Server) -> None:
    server.start("-s", ANCHOR)
    for name in ("web", "api"):
        server.tmux("new-session", "-d", "-s", name)


WEIGHTS = {
    "new_session": 40,
    "group": 15,
    "rename": 25,
    "kill_session": 40,
    "new_window": 45,
    "split": 25,
    "select_window": 20,
    "kill_window": 20,
    "kill_pane": 20,
    "program_ends": 12,
    "link": 15,
    "unlink": 12,
    "break_pane": 10,
    "join_pane": 10,
    "swap_window": 8,
    "attach": 15,
    "open": 20,
    "leave": 30,
    "switch": 15,
    "reserve": 30,
    "create": 15,
    "kill": 12,
    "verb_rename": 6,
    "pin": 8,
    "quarantine": 8,
    "adopt": 4,
    "reconcile": 8,
    "sweep": 10,
    "hook": 8,
    "cleanup": 12,
    "read_only": 8,
    "keep_copy": 8,
    "roll_back": 8,
    "lose_registry": 3,
    "crash": 0.3,
}
