"""What runs in a pane, and what of it outlives the pane's end.

The end hangs up the pane's terminal, and most programs end with that. Some ignore it: those of the pane's own process
group, and of the one in its terminal's foreground, are then told to end, and are ended. What was put into the
background (`nohup`, `&`, `disown`) or into a session of its own (`setsid`) was to live on, and is only told of; by
whichever shell of the pane, and in whichever process group: a script's `nohup server &` is in the script's own. So is
who waits for our own end.

A pid alone proves nothing: each process is the one that started when it did, and a pane's is a child of its server.
"""

from __future__ import annotations

import os
import time

from viewsync.light import signal
from viewsync.system import processes, procfs
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_HANGUP, _TERM, _KILL = 1.0, 5.0, 2.0  # seconds that a program gets to end
_SETTLE = 0.3  # and a job, once the shell that tells it is gone
_STEPS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02)  # seconds between two looks, the last one from then on

BACKGROUND, OWN_SESSION = "it runs in the background", "it has a session of its own"
CALLS = "it has called for this end"
_REFUSES = "it could not be ended"
_KEPT = "it ignores the end of its terminal"


class Program(NamedTuple):
    """One process."""

    pid: int
    start: float  # as processes.start_time has it
    name: str
    session: int
    group: int
    why: str = ""  # why it may live on, "" for one that may not

    def runs(self) -> bool:
        return processes.alive(self.pid, self.start)


class Finished(NamedTuple):
    """`ended`: those that had to be told, with the signal that it took; `living`: each with why."""

    ended: tuple[tuple[Program, str], ...] = ()
    living: tuple[Program, ...] = ()

    @property
    def refused(self) -> bool:
        """Something lives that was to end."""
        return any(program.why == _REFUSES for program in self.living)


class _Seen(NamedTuple):
    parent: int
    group: int
    session: int
    foreground: int
    start: float
    name: str


def read(server: str, socket: str, panes: Mapping[str, int], others: Iterable[int] = ()) -> dict[str, list[Program]]:
    """By the pane's id; nothing where that cannot be seen. We are not among them. `panes`: the pid that tmux gave for
    each one; `others`: of the server's other panes, below which nothing is theirs; `server`: "pid.start".
    """
    number = int(server.partition(".")[0])
    table = _table() if panes else {}
    if number not in table or not processes.is_server(server):
        return {}
    known = {pid for pid in others if pid in table and table[pid].parent == number}
    known |= _below(table, known)
    traces = _traces(table, socket, number, panes, known)
    found = {}
    for pane, pid in panes.items():
        first = table.get(pid)
        if first is None or first.parent == number:  # else the pid is somebody else's by now
            found[pane] = _of_pane(table, pid, traces.get(pane, []))
    return found


def left(pid: int, start: float) -> list[Program]:
    """What runs on of a pane that is gone, whose own program had that pid and start; nothing once that has ended."""
    if pid == os.getpid() or not processes.alive(pid, start):
        return []
    table = _table()
    return _of_pane(table, pid, ()) if pid in table and processes.same(table[pid].start, start) else []


def _of_pane(table: Mapping[int, _Seen], pid: int, traces: Iterable[int]) -> list[Program]:
    inside = {member for member, seen in table.items() if seen.session == pid}
    front = {table[member].foreground for member in inside}
    mine = {member for member in inside if table[member].group in {pid, *front}}
    jobs = {member for member in inside - mine if _is_job(table, member)}
    jobs |= _below({member: seen for member, seen in table.items() if seen.group not in front}, jobs)
    mine |= inside & _below(table, {member for member in mine if table[member].group != pid}) - jobs
    left = {member for member in mine - {pid} if _left_terminal(table, member)}
    mine -= left | _below(table, left)
    callers = _callers(table) & inside
    others = {*_below(table, inside), *traces} - inside
    return [
        *(_program(table, member, "") for member in sorted(mine - callers) if member != os.getpid()),
        *(_program(table, member, CALLS) for member in sorted(callers)),
        *(_program(table, member, BACKGROUND) for member in sorted(inside - mine - callers) if member != os.getpid()),
        *(_program(table, member, OWN_SESSION) for member in sorted(others) if member != os.getpid()),
    ]


def _program(table: Mapping[int, _Seen], pid: int, why: str) -> Program:
    seen = table[pid]
    return Program(pid, seen.start, seen.name, seen.session, seen.group, why)


def _below(table: Mapping[int, _Seen], roots: set[int]) -> set[int]:
    """Whatever they started, and what that started."""
    found: set[int] = set()
    left = set(roots)
    while left:
        left = {pid for pid, seen in table.items() if seen.parent in left} - found - roots
        found |= left
    return found


def _is_job(table: Mapping[int, _Seen], pid: int) -> bool:
    """Whether a shell with job control gave it a group of its own, as far as is known: such a one ignores what stops
    those that write from the background. Others do that, too (`timeout`), and mean nothing by it.
    """
    seen = table[pid]
    parent = table.get(seen.parent)
    if parent is None or parent.group == seen.group:
        return False
    ignored = procfs.ignored_signals(seen.parent)
    return ignored is None or bool(ignored & {signal.SIGTTOU, signal.SIGTTIN, signal.SIGTSTP})


def _left_terminal(table: Mapping[int, _Seen], pid: int) -> bool:
    """Whether it was put into the background without a group of its own: by a shell without job control, which has it
    ignore the keys that interrupt, or since it was left by who started it. It uses no terminal then.
    """
    parent = table.get(table[pid].parent)
    alone = parent is None or parent.session != table[pid].session
    ignored = procfs.ignored_signals(pid) or set()
    return (alone or {signal.SIGINT, signal.SIGQUIT} <= ignored) and procfs.uses_no_terminal(pid)


def _callers(table: Mapping[int, _Seen]) -> set[int]:
    """Who started us, and who started that."""
    found: set[int] = set()
    pid = os.getppid()
    while pid in table and pid not in found:
        found.add(pid)
        pid = table[pid].parent
    return found


def _traces(
    table: Mapping[int, _Seen], socket: str, server: int, panes: Iterable[str], known: set[int]
) -> dict[str, list[int]]:
    """What has left its parents behind still says in its environment which pane it was started in."""
    found: dict[str, list[int]] = {pane: [] for pane in panes}
    began = table[server].start
    for pid, seen in table.items():
        if seen.start < began or pid in known:  # before there was such a pane, or another one's
            continue
        environment = procfs.environment(pid, b"TMUX_PANE=%")
        pane = environment.get("TMUX_PANE", "")
        if pane in found and environment.get("TMUX", "").startswith(f"{socket},{server},"):
            found[pane].append(pid)
    return found


def finish(found: Sequence[Program], *, keep: bool) -> Finished:
    """Once the pane is gone: end what has to, in a few seconds at most, and say what lives on. `keep`: end nothing."""
    mine = [program for program in found if not program.why]
    told: dict[Program, str] = {}
    living = outlast(mine, _SETTLE if keep else _HANGUP)
    for name, number, patience in () if keep else (("TERM", signal.SIGTERM, _TERM), ("KILL", signal.SIGKILL, _KILL)):
        living = _with_new_ones(living)
        for program in living:
            if _tell(program, number):
                told[program] = name
        living = outlast(living, patience)
    others = outlast([program for program in found if program.why in (BACKGROUND, CALLS)], _SETTLE)
    others += [program for program in found if program.why == OWN_SESSION and program.runs()]
    stays = [program._replace(why=_KEPT if keep else _REFUSES) for program in living]
    return Finished(
        tuple((program, name) for program, name in told.items() if program not in living), (*stays, *others)
    )


def outlast(programs: Sequence[Program], patience: float) -> list[Program]:
    """Those that still run after that many seconds."""
    deadline, steps, step = time.monotonic() + patience, iter(_STEPS), 0.0
    living = [program for program in programs if program.runs()]
    while living and time.monotonic() < deadline:
        step = next(steps, step)
        time.sleep(step)
        living = [program for program in living if program.runs()]
    return living


def _with_new_ones(living: list[Program]) -> list[Program]:
    """With what they have started since. A group is theirs as long as one of them is in it."""
    if not living:
        return []
    table = _table()
    known = {program.pid for program in living}
    places = {(program.session, program.group) for program in living if program.runs()}
    new = {pid for pid, seen in table.items() if (seen.session, seen.group) in places} - known - _callers(table)
    return [
        *living,
        *(_program(table, pid, "") for pid in new if pid != os.getpid() and not _left_terminal(table, pid)),
    ]


def _tell(program: Program, number: int) -> bool:
    """A stopped one hears nothing but KILL until it goes on."""
    done = processes.tell(program.pid, number, program.runs)
    processes.tell(program.pid, signal.SIGCONT, program.runs)
    return done


def _table() -> dict[int, _Seen]:
    """All that live."""
    if procfs.there():
        found = {pid: procfs.stat(pid) for pid in procfs.pids()}
        return {
            pid: _Seen(stat.parent, stat.group, stat.session, stat.foreground, stat.start, stat.name)
            for pid, stat in found.items()
            if stat and not stat.ended
        }
    from viewsync.system import without_procfs

    starts = without_procfs.everything()
    return {
        pid: _Seen(row.parent, row.group, _session(pid), row.foreground, starts[pid].start, row.name)
        for pid, row in without_procfs.rows().items()
        if pid in starts and not row.ended
    }


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return 0
