"""Which shell a pane of another host runs, and what is in the way of a command for it: by that host's own processes.

A text for its sh tells of them (`looks`), from /proc or by ps; `parse` understands it. What it does not tell is not
known, and then nothing is typed.
"""

from __future__ import annotations

from viewsync.errors import ViewsyncError
from viewsync.panes.rules import exec_script
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

SHELLS = frozenset(["sh", "bash", "dash", "ash", "zsh"])
_EDITING = frozenset(["bash", "zsh"])  # these read key by key, if nobody tells them not to
_NOT_EDITING = frozenset(["--noediting", "dumb"])
_STARTS = 5.0  # seconds that a program has run after which no shell runs it for its prompt
# Where in the kernel a process sleeps that waits for another one, or in a sleep of its own (system/procfs.py).
AT_WORK = ("do_wait", "hrtimer_nanosleep", "do_nanosleep", "sigsuspend", "do_sigsuspend", "pipe_read", "anon_pipe_read")
_TICKS = 100  # of a second, in which Linux counts

_LOOKS = """\
set -- $(tm display-message -p -t '@PANE@' '#{pane_pid} #{pid} #{pane_dead} #{pane_tty}')
echo "pane $1 $2 $3"
p=$1 y=$4 l=
echo "command $(tm display-message -p -t '@PANE@' '#{pane_current_command}')"
if [ -r "/proc/$p/stat" ]; then
IFS= read -r s <"/proc/$p/stat"
set -- ${s##*) }
l=$6 v=$5
{ k="/proc/$l/task/$l/children" c=
if [ -e "$k" ]; then
read -r c <"$k"
set -- "/proc/$p" "/proc/$l"
for k in $c; do set -- "$@" "/proc/$k"; done
else set -- /proc/[0-9]*; fi
for f do
IFS= read -r s <"$f/stat" || continue
t=${s##*) }
t=${t#* * * * }
if [ "${t%% *}" = "$v" ]; then printf 'process %s\\n' "$s"; fi
done
read -r s _ </proc/uptime && echo "uptime $s"
s=; read -r s <"/proc/$l/wchan"; echo "sleeps $s"
s=; read -r s <"/proc/$l/syscall"; echo "reads $s"
tr '\\n\\0' ' \\n' <"/proc/$l/cmdline" | sed 's/^/word /'
tr '\\n\\0' ' \\n' <"/proc/$l/environ" | sed -n 's/^PS[12]=/variable &/p'
} 2>/dev/null
else
set -f
ps -t "${y#/dev/}" -o pid= -o ppid= -o pgid= -o tpgid= -o stat= -o time= -o comm= 2>/dev/null | sed 's/^/row /'
l=$(ps -o tpgid= -p "$p" 2>/dev/null)
for w in $(ps -o args= -p ${l:-0} 2>/dev/null); do printf 'word %s\\n' "$w"; done
fi
[ -c "$y" ] && echo "modes $(stty -a <"$y" | tr ';\\n' '  ')"
"""


class Process(NamedTuple):
    pid: int
    name: str
    state: str
    parent: int
    group: int
    foreground: int  # the process group that its terminal listens to
    work: tuple[str, ...]  # counters that move with whatever it does
    start: float | None  # seconds since that host's boot

    @property
    def runs(self) -> bool:
        return self.state not in ("Z", "X")


class Look(NamedTuple):
    pane: int  # the pid of the pane's own program, 0 where tmux has not told
    server: int
    dead: bool
    processes: Mapping[int, Process]  # those of the pane's terminal
    words: tuple[str, ...]  # that what the terminal listens to was started with
    variables: Mapping[str, str]
    keys: bool | None  # whether the terminal hands over key by key, and shows nothing; None is not known
    at_work: bool
    reading: int  # bytes that it waits for in a read(2), 0 where that is not known
    uptime: float
    command: str  # what tmux calls what the terminal listens to

    @property
    def leader(self) -> Process | None:
        """What the terminal listens to."""
        own = self.processes.get(self.pane)
        return self.processes.get(own.foreground) if own else None

    @property
    def state(self) -> tuple[Process | None, str]:
        """Twice the same where nothing happens: between two programs of a loop, too, a shell is alone for a moment."""
        return self.leader, self.program

    @property
    def program(self) -> str:
        """What has the terminal: a shell without job control starts programs in a group that is its own."""
        leader = self.leader
        if not leader:
            return "another program"
        return next(
            (
                one.name
                for one in self.processes.values()
                if one.runs and (one.parent, one.group) == (leader.pid, leader.pid)
            ),
            leader.name,
        )

    @property
    def waits(self) -> bool:
        leader = self.leader
        return bool(leader and leader.state == "S" and self.program == leader.name and not self.at_work)

    @property
    def is_shell(self) -> bool:
        return self.program in SHELLS and exec_script.is_interactive(self.words)


def looks(pane: str) -> str:
    """`pane`: its id."""
    return _LOOKS.replace("@PANE@", pane)


def parse(text: str) -> Look:
    told: dict[str, list[str]] = {}
    for line in text.split("\n"):
        kind, _, rest = line.partition(" ")
        told.setdefault(kind, []).append(rest)
    pane = [*told.get("pane", [""])[0].split(), "", "", ""]
    found = [*map(_of_proc, told.get("process", ())), *map(_of_ps, told.get("row", ()))]
    modes = told.get("modes", [""])[0].split()
    call = told.get("reads", [""])[0].split()
    return Look(
        pane=_number(pane[0]),
        server=_number(pane[1]),
        dead=pane[2] == "1",
        processes={one.pid: one for one in found if one},
        words=tuple(told.get("word", ())),
        variables=dict(_variable(one) for one in told.get("variable", ())),
        keys=("-icanon" in modes and "-echo" in modes) if {"icanon", "-icanon"} & set(modes) else None,
        at_work=told.get("sleeps", [""])[0].partition(".")[0] in AT_WORK,
        reading=int(call[3], 16) if len(call) > 3 and call[0] in ("0", "63") else 0,
        uptime=_seconds(told.get("uptime", ["0"])[0]),
        command=told.get("command", [""])[0],
    )


def problem(look: Look, target: str) -> ViewsyncError | None:
    """What is in the way of a command, as far as the processes and the terminal tell."""
    own, leader = look.processes.get(look.pane), look.leader
    if look.dead or (look.pane and look.processes and not own):
        return ViewsyncError(f"the program in {target} has ended", "make another session there")
    # A pane's program is its server's child: elsewhere these numbers are those of other processes.
    if not (own and look.pane and own.parent == look.server) or not look.words:
        return ViewsyncError(
            f"cannot tell what runs in {target}: its host does not show its processes",
            "nothing was typed; `viewsync send` types without looking",
        )
    name = look.program
    if leader == own and look.waits and not look.is_shell:
        known = " ".join(sorted(SHELLS))
        return ViewsyncError(
            f"{target} runs {name}, which is not a shell that exec knows on other hosts",
            f"it knows: {known}; `viewsync send -w` asks any program",
        )
    if not (leader and look.waits and look.is_shell):
        return ViewsyncError(f"{target} is busy: {name} runs in it", "wait for its end, or use another session")
    if look.keys or (look.keys is False and not edits(look) and look.reading != 1):
        return None
    return ViewsyncError(
        f"{target} is busy: {name} waits for something else than a command, as `read` does",
        "answer it with `viewsync send`, or press C-c there",
    )


def edits(look: Look) -> bool:
    """Whether that shell edits its line, if it waits for one."""
    return look.program in _EDITING and not _NOT_EDITING.intersection(look.words)


def is_sure(look: Look) -> bool:
    """Whether it waits for a line of its own language, whatever its prompt is like."""
    return look.keys is True or (look.program in ("sh", "dash", "ash") and look.reading > 1)


def is_hopeless(look: Look) -> bool:
    """Whether what is in the way is nothing that a shell runs for its prompt."""
    own, leader = look.processes.get(look.pane), look.leader
    if not own or look.dead:
        return True
    if leader == own:
        return look.waits and not look.is_shell
    return leader is not None and leader.start is not None and look.uptime - leader.start > _STARTS


def _of_proc(line: str) -> Process | None:
    """As proc(5) has it."""
    pid, _, rest = line.partition(" (")
    name, _, tail = rest.rpartition(") ")
    fields = tail.split()
    if len(fields) < 20 or not pid.isdecimal():
        return None
    start = _seconds(fields[19]) / _TICKS
    parent, group, foreground = map(_number, (fields[1], fields[2], fields[5]))
    return Process(int(pid), name.removeprefix("-"), fields[0], parent, group, foreground, tuple(fields[7:15]), start)


def _of_ps(line: str) -> Process | None:
    fields = line.split(None, 6)
    if len(fields) < 7 or not fields[0].isdecimal():
        return None
    pid, parent, group, foreground = map(_number, fields[:4])
    name = fields[6].rpartition("/")[2].removeprefix("-")
    state = "S" if fields[4][0] == "I" else fields[4][0]  # BSD has I for one that has slept for long
    return Process(pid, name, state, parent, group, foreground, (fields[5],), None)


def _variable(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0


def _seconds(text: str) -> float:
    whole, _, rest = text.partition(".")
    return float(text) if whole.isdecimal() and (not rest or rest.isdecimal()) else 0.0
