"""What Linux tells in /proc: the only file that reads it.

Elsewhere (macOS, FreeBSD), and where it is hidden, every answer here is an empty one and `there` says so. Who asks then
has a second way (without_procfs.py), or goes on without knowing: nothing is ended, and nothing typed into, because
something is not known.
"""

from __future__ import annotations

import os
import time

BOOT = 2.0**28  # seconds, 8.5 years: so far apart are the start times of two boots

_AT_ONCE = 8192  # bytes of one read
_LISTENS = 0x10000  # the kernel's __SO_ACCEPTCON
# Where in the kernel a process sleeps that is at work: for a child, for its own clock, or for what a child writes.
_AT_WORK = frozenset(
    ["do_wait", "hrtimer_nanosleep", "do_nanosleep", "sigsuspend", "do_sigsuspend", "pipe_read", "anon_pipe_read"]
)

_boot = -1.0  # where those of this one begin, once that is known


class Stat:
    """One process, as proc(5) tells of it."""

    __slots__ = ("fields", "name")

    def __init__(self, name: str, fields: list[bytes]) -> None:
        self.name = name
        self.fields = fields  # those behind the name, the state first

    @property
    def ended(self) -> bool:
        """It only waits to be reaped, which in a container without an init nobody ever does."""
        return self.fields[0] in (b"Z", b"X")

    @property
    def sleeps(self) -> bool:
        return self.fields[0] == b"S"

    @property
    def parent(self) -> int:
        return int(self.fields[1])

    @property
    def group(self) -> int:
        return int(self.fields[2])

    @property
    def session(self) -> int:
        return int(self.fields[3])

    @property
    def terminal(self) -> int:
        """The device of its controlling terminal, 0 without one."""
        return int(self.fields[4])

    @property
    def foreground(self) -> int:
        """The process group in the foreground of its terminal, -1 without one."""
        return int(self.fields[5])

    @property
    def work(self) -> list[bytes]:
        """Counters that move with whatever it and its ended children do: page faults and time."""
        return self.fields[7:15]

    @property
    def cpu(self) -> float:
        """Seconds."""
        return (int(self.fields[11]) + int(self.fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def cpu_with_children(self) -> float:
        """Those that ended and were reaped."""
        return self.cpu + (int(self.fields[13]) + int(self.fields[14])) / os.sysconf("SC_CLK_TCK")

    @property
    def start(self) -> float:
        """Seconds since a moment that each boot has for itself: what started in another one is never equal."""
        return _boot_moment() + self.since_boot

    @property
    def since_boot(self) -> float:
        return int(self.fields[19]) / os.sysconf("SC_CLK_TCK")

    @property
    def age(self) -> float:
        return max(time.clock_gettime(time.CLOCK_BOOTTIME) - self.since_boot, 0.01)

    @property
    def began(self) -> float:
        """In epoch seconds, as the clock goes now: one that was set meanwhile moves it."""
        return time.time() - self.age

    @property
    def memory(self) -> int:
        """Resident bytes."""
        return int(self.fields[21]) * os.sysconf("SC_PAGE_SIZE")

    @property
    def exit_status(self) -> int | None:
        """Of one that `ended`; None of one that a signal ended, and on Linux before 3.5."""
        code = int(self.fields[49]) if self.ended and len(self.fields) > 49 else -1  # as wait(2) gives it
        return None if code < 0 or code & 0x7F else code >> 8


def there() -> bool:
    """Whether processes can be seen here at all."""
    return os.path.isdir("/proc/self")


def hidden() -> bool:
    """Whether this is a Linux that shows nothing. psutil knows nothing then, and an old one prints a traceback."""
    return not there() and os.uname().sysname == "Linux"


def pids() -> list[int]:
    return [int(name) for name in _names("/proc") if name.isdigit()]


def stat(pid: int) -> Stat | None:
    """None when it is gone, or may not be looked at."""
    head, _, tail = _read(f"/proc/{pid}/stat").rpartition(b")")
    fields = tail.split()
    return Stat(head.partition(b"(")[2].decode("utf-8", "replace"), fields) if len(fields) > 21 else None


def our_files() -> list[int]:
    """The numbers of the files that this process has open, that of the reading itself perhaps among them."""
    return [int(name) for name in _names("/proc/self/fd") if name.isdigit()]


def command_line(pid: int) -> list[str]:
    """The words that it was started with."""
    return _read(f"/proc/{pid}/cmdline").decode("utf-8", "surrogateescape").split("\0")[:-1]


def environment(pid: int, having: bytes = b"") -> dict[str, str]:
    """The variables that it was started with; none where `having` is not among them."""
    raw = _read(f"/proc/{pid}/environ")
    words = raw.decode("utf-8", "surrogateescape").split("\0") if having in raw else []
    return dict(word.split("=", 1) for word in words if "=" in word)


def children(pid: int) -> list[Stat]:
    """Those that its main thread started and that run. A kernel may not tell."""
    return list(children_by_pid(pid).values())


def children_by_pid(pid: int) -> dict[int, Stat]:
    found = {int(child): stat(int(child)) for child in _read(f"/proc/{pid}/task/{pid}/children").split()}
    return {number: child for number, child in found.items() if child and not child.ended}


def program(pid: int) -> str:
    """The name of the file that it runs; "" where that is not told."""
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return ""


def folder(pid: int) -> str:
    """That it is in; "" where that is not told, as of another user's."""
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


def blocked_signals(pid: int) -> set[int] | None:
    """Those that it does not hear at this moment; None where that is not told."""
    return _signals(pid, b"SigBlk:")


def ignored_signals(pid: int) -> set[int] | None:
    """None where that is not told."""
    return _signals(pid, b"SigIgn:")


def _signals(pid: int, mask_name: bytes) -> set[int] | None:
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith(mask_name):
            mask = int(line.split()[1], 16)
            return {number for number in range(1, 65) if mask >> (number - 1) & 1}
    return None


def sleeps_in(pid: int) -> str:
    """In which function of the kernel; "" or "0" where that is not told."""
    # A compiler puts `.isra.0` and the like behind the names of those that it has changed.
    return _read(f"/proc/{pid}/wchan").decode("ascii", "replace").partition(".")[0]


def waits_for_others(pid: int) -> bool:
    """Whether a process that sleeps waits for another one, or in a sleep of its own, and for nothing typed."""
    return sleeps_in(pid) in _AT_WORK


def naps(pid: int) -> bytes:
    """How often it began to wait for something, as a number; b"" where that is not told."""
    return _read(f"/proc/{pid}/status").rpartition(b"\nvoluntary_ctxt_switches:")[2].split(b"\n", 1)[0].strip()


def reads(pid: int) -> int:
    """How many bytes at most it waits for in a read(2), 0 where it waits for something else or that is not told."""
    words = _in_read(pid)
    return int(words[3], 16) if words else 0


def reads_terminal(pid: int, terminal: str) -> bool:
    """Whether it waits for what is typed there. Where the kernel tells no system call, where it sleeps is enough."""
    if not _read(f"/proc/{pid}/syscall"):
        return sleeps_in(pid) in ("n_tty_read", "wait_woken") and terminal_of(pid) == terminal
    words = _in_read(pid)
    return bool(words) and _file(pid, int(words[1], 16)) in (terminal, "/dev/tty")


def _in_read(pid: int) -> list[bytes]:
    """The numbers of the system call and of its arguments."""
    words = _read(f"/proc/{pid}/syscall").split()
    number = b"63" if os.uname().machine in ("aarch64", "riscv64") else b"0"
    return words if len(words) > 3 and words[0] == number else []


def terminal_of(pid: int) -> str:
    """The path of the terminal that it reads, "" where there is none, or that is not told."""
    path = _file(pid, 0)
    return path if path.startswith(("/dev/pts/", "/dev/tty")) else ""


def uses_no_terminal(pid: int) -> bool:
    """Whether its input, output and errors go elsewhere, or nowhere, as far as that is told."""
    return not any(_file(pid, number).startswith(("/dev/pts/", "/dev/tty")) for number in range(3))


def output_of(pid: int) -> str:
    """The path of the file that it writes to, "" where that is not told."""
    return _file(pid, 1)


def _file(pid: int, number: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/fd/{number}")
    except OSError:
        return ""


def open_counters(pid: int) -> int:
    """A descriptor of what it has read and written, to be read again and again; -1 where it may not be."""
    try:
        return os.open(f"/proc/{pid}/io", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1


def _boot_moment() -> float:
    """0 where the kernel names no boot. With more digits of its name, hundredths of a second would be lost."""
    global _boot
    if _boot < 0:
        name = _read("/proc/sys/kernel/random/boot_id")[:4]
        _boot = (int(name, 16) + 1) * BOOT if name else 0.0
    return _boot


def listening() -> list[tuple[str, int]]:
    """The UNIX sockets that somebody listens on, each as the path that it was bound to, whatever stands there by now,
    and its number.
    """
    found = []
    for line in _read("/proc/net/unix").decode("utf-8", "surrogateescape").split("\n")[1:]:
        fields = line.split(maxsplit=7)  # the address, references, protocol, flags, type, state, number and path
        if len(fields) == 8 and int(fields[3], 16) & _LISTENS:
            found.append((fields[7], int(fields[6])))
    return found


def sockets(pid: int) -> set[int]:
    """The numbers of those that it has open; none of somebody else's process."""
    found: set[int] = set()
    try:
        names = _names(f"/proc/{pid}/fd") if os.stat(f"/proc/{pid}").st_uid == os.geteuid() else []
    except OSError:  # it ended just now
        return found
    for name in names:
        try:
            kind, _, number = os.readlink(f"/proc/{pid}/fd/{name}").partition(":")
        except OSError:  # it was closed just now
            continue
        if kind == "socket":
            found.add(int(number.strip("[]")))
    return found


def boot() -> str:
    """The name of this one, "" where the kernel names none."""
    return _read("/proc/sys/kernel/random/boot_id").decode("ascii", "replace").strip()


def pid_namespace() -> str:
    """The number of ours, "" where that is not told."""
    try:
        return os.readlink("/proc/self/ns/pid").removeprefix("pid:[").removesuffix("]")
    except OSError:
        return ""


def mounts() -> str:
    """The filesystems that we see, as proc(5) has them in `mountinfo`."""
    return _read("/proc/self/mountinfo").decode("utf-8", "replace")


def unknown_user() -> int:
    """The uid that files of users without one here have, if the machine's root is one of them, as in a container's
    user namespace; -1 where root has its own.
    """
    try:
        lines = _read("/proc/self/uid_map").splitlines()
        if not lines or any(int(line.split()[1]) == 0 for line in lines):
            return -1
        return int(_read("/proc/sys/kernel/overflowuid"))
    except (OSError, ValueError, IndexError):
        return -1


def _read(path: str) -> bytes:
    """Without a file object: of hundreds of processes that is most of what a look costs."""
    found = b""
    try:
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # there is none, it ended just now, or it is somebody else's
        return found
    try:
        while part := os.read(number, _AT_ONCE):
            found += part
    except OSError:
        return b""
    finally:
        os.close(number)
    return found


def _names(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []
