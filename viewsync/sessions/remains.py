"""What the programs of an ended session came to: seen before the end, looked at after it."""

from __future__ import annotations

import time

from viewsync.errors import TmuxError
from viewsync.system import pane_processes, processes
from viewsync.system.pane_processes import Finished, Program
from viewsync.tmux import pane_list
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from viewsync.registry.rules.row import Registered
    from viewsync.tmux.rules.model import Pane, Panes, Server
    from viewsync.tmux.server import Tmux

NOTHING = Finished()
_SOON = 1.0  # seconds in which a shell ends, and most other programs
_ENDING = 2.0  # seconds that a server takes at most to end


class Before(NamedTuple):
    """The programs of the panes that are to end, by the pane's id."""

    server: Server
    programs: dict[str, list[Program]]

    def of(self, done: Finished, panes: Iterable[Pane]) -> Finished:
        """What became of those in these panes."""
        mine = {program.pid for pane in panes for program in self.programs.get(pane.id, ())}
        ended = tuple((program, name) for program, name in done.ended if program.pid in mine)
        return Finished(ended, tuple(program for program in done.living if program.pid in mine))


def see(reading: Panes, panes: Iterable[Pane]) -> Before:
    mine = {pane.id: pane.pid for pane in panes if not pane.dead}
    others = {pane.pid for pane in reading.panes if pane.id not in mine}
    return see_all(reading.server, mine, others)


def see_all(server: Server, pids: Mapping[str, int], others: Iterable[int] = ()) -> Before:
    """`pids`: by the pane's id, 0 for a dead one; `others`: of the server's other panes."""
    running = {pane: pid for pane, pid in pids.items() if pid}
    return Before(server, pane_processes.read(server.identity, server.socket, running, others))


def finish(tmux: Tmux, before: Before, *, keep: bool = False, shared: bool = False) -> Finished:
    """Of those panes that are gone: a window that another session shows (`shared`: one does) lives on."""
    programs = [program for mine in before.programs.values() for program in mine]
    ending = [program for program in programs if program.why in ("", pane_processes.CALLS)]
    pane_processes.outlast(ending, 0.0 if shared else _SOON)
    if not pane_processes.outlast(programs, 0.0):
        return NOTHING  # as nearly always, and the server is asked nothing more
    try:
        now = pane_list.read(tmux, before.server.socket)
        there = {pane.id for pane in now.panes} if now.server == before.server else set()
        if now.server == before.server and not now.complete:
            there = set(before.programs)
    except ServerGone:
        there = set() if _ended(before.server) else set(before.programs)
    except TmuxError:
        there = set(before.programs)  # nobody knows, so nothing of it is touched
    gone = [program for pane, programs in before.programs.items() if pane not in there for program in programs]
    return pane_processes.finish(list(dict.fromkeys(gone)), keep=keep)


def of_row(row: Registered, *, keep: bool) -> Finished:
    """Of a session that is gone, by the pid and the start of its program. A row that has not both proves nothing."""
    found = pane_processes.left(row.pid, row.pid_start) if row.pid and row.pid_start else []
    return pane_processes.finish(found, keep=keep or row.quarantined) if found else NOTHING


def _ended(server: Server) -> bool:
    """Whether the server is gone, and not its socket alone. It answers no more while it ends."""
    deadline = time.monotonic() + _ENDING
    while processes.is_server(server.identity):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def told(done: Finished) -> list[str]:
    """A sentence each for those that had to be ended, and for those that live on."""
    ended = [
        f"process {program.pid} ({program.name}) ignored the end of its terminal, and was ended by {name}"
        for program, name in done.ended
    ]
    return [*ended, *(f"process {program.pid} ({program.name}) lives on: {program.why}" for program in done.living)]


def data(done: Finished) -> dict[str, list[dict[str, int | str]]]:
    """The same for programs."""
    return {
        "ended_processes": [
            {"pid": program.pid, "command": program.name, "signal": name} for program, name in done.ended
        ],
        "living_processes": [
            {"pid": program.pid, "command": program.name, "why": program.why} for program in done.living
        ],
    }
