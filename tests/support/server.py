"""A real tmux server of a test's own: its own HOME, TMUX_TMPDIR, socket, state folder and launcher."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.support import declared, forked, tmux_client
from tests.support.client import Tab
from tests.support.wait import until
from viewsync.setup.rules import launcher
from viewsync.tmux.rules.language import undollared
from viewsync.tmux.rules.versions import escapes_dollars

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_ROOM = 4 << 30  # bytes, for what all tests have at once
_SOON = 30.0  # seconds in which no system gives out all of its 32,768 numbers or more
_LAUNCHER = f"#!/bin/sh\n{launcher.start(sys.executable, ROOT)}\n"


class Done(NamedTuple):
    code: int
    out: str
    err: str

    def json(self) -> Any:
        """As it is declared, and with no other field."""
        return declared.checked(self.out)

    def fields(self) -> dict[str, Any]:
        """The verb's own, without what all of them begin with."""
        found: dict[str, Any] = self.json()
        assert found.pop("schema") == 1
        assert found.pop("verb")
        return found


@functools.cache
def in_memory() -> str:
    """In memory, where it has room: a disk takes its time for each write that is to last. Short: a UNIX socket's path
    takes 107 bytes.
    """
    with contextlib.suppress(OSError):
        found = os.statvfs("/dev/shm")
        memory = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        if not found.f_flag & os.ST_NOEXEC and min(found.f_bavail * found.f_frsize, memory) > _ROOM:
            return "/dev/shm"
    return "/tmp"


class Home:
    """Everything a user has, in a temporary folder: nothing of the real one is seen or touched."""

    uid = os.geteuid()  # whose it is, and who runs what is run for it

    def __init__(self) -> None:
        self.path = os.path.realpath(tempfile.mkdtemp(prefix="vs-", dir=in_memory()))
        self._made_at = time.monotonic(), _last_pid()
        self.state = os.path.join(self.path, "state")
        self.launcher = self._write_launcher()
        self.env = {
            "HOME": self.path,
            "LANG": "C.UTF-8",
            "PATH": os.environ["PATH"],
            "SHELL": "/bin/sh",
            "TERM": "xterm-256color",
            "TMUX_TMPDIR": self.path,
            "VIEWSYNC_STATE_DIR": self.state,
            # As the installed launcher has it: state, log and config folder.
            "VIEWSYNC_DIRS": "\n".join(os.path.join(self.path, folder) for folder in ("state", "state/log", "config")),
            "VIEWSYNC_LAUNCHER": self.launcher,
        }
        # A pane's login shell would take the machine's own path, and with it perhaps another tmux than the tests have.
        with open(os.path.join(self.path, ".profile"), "w", encoding="utf-8") as file:
            file.write(f"PATH={shlex.quote(self.env['PATH'])}\n")
        self.tabs: list[Tab] = []

    def _write_launcher(self) -> str:
        path = os.path.join(self.path, "viewsync")
        with open(path, "w", encoding="utf-8") as file:
            file.write(_LAUNCHER)
        os.chmod(path, 0o700)
        return path

    def viewsync(
        self, *words: str, env: Mapping[str, str] | None = None, stdin: str = "", timeout: float = 60.0
    ) -> Done:
        """The real command line, as a process of its own."""
        return self.run([self.launcher, *words], env, stdin, timeout)

    def as_module(self, *words: str) -> Done:
        """By a Python that has viewsync, where no program of that name is known."""
        path = os.path.dirname(shutil.which("tmux") or "")
        return self.run([sys.executable, "-m", "viewsync", *words], {"VIEWSYNC_LAUNCHER": "", "PATH": path})

    def run(
        self, argv: Sequence[str], env: Mapping[str, str] | None = None, stdin: str = "", timeout: float = 60.0
    ) -> Done:
        return self.call(argv, {**self.env, **(env or {})}, stdin.encode(), timeout)

    def call(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        stdin: bytes | None = None,
        timeout: float = 60.0,
        cwd: str = "",
    ) -> Done:
        """In that environment alone. The launcher that we wrote is called without the start of a Python, by whatever
        name: of a link to it, or of a copy.
        """
        if self.may_fork(argv, env):
            code, out, err = forked.run(argv, env, stdin, timeout, cwd)
        else:
            standard: dict[str, Any] = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
            how = {"cwd": cwd or None, **standard, **self.as_user()}
            done = subprocess.run(argv, env=env, capture_output=True, timeout=timeout, check=False, **how)
            code, out, err = done.returncode, done.stdout, done.stderr
        return _done(code, out, err)

    def may_fork(self, argv: Sequence[str], env: Mapping[str, str]) -> bool:
        return not self.as_user() and _is_launcher(argv[0]) and forked.possible(argv, env)

    def as_user(self) -> dict[str, Any]:
        """What subprocess needs to run something as whose home this is."""
        return {}

    def tab(self, *words: str, env: Mapping[str, str] | None = None) -> Tab:
        """A terminal tab that runs `viewsync WORDS`."""
        return self.program([self.launcher, *words], env=env)

    def program(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> Tab:
        if "fish" in argv:  # else, at its first start, it has a Python read all manual pages, for many seconds
            os.makedirs(os.path.join(self.path, ".local/share/fish/generated_completions"), exist_ok=True)
        env = {**self.env, **(env or {})}
        tab = Tab(argv, env, fork=self.may_fork(argv, env))
        self.tabs.append(tab)
        return tab

    def registry(self) -> dict[str, Any]:
        try:
            with open(os.path.join(self.state, ".sessions.json"), encoding="utf-8") as file:
                data: dict[str, Any] = json.load(file)
                return data
        except FileNotFoundError:
            return {"version": "1.0", "sessions": {}, "views": {}}

    def rows(self) -> dict[str, Any]:
        views: dict[str, Any] = self.registry()["views"]
        return views

    def remove(self) -> None:
        for tab in self.tabs:
            tab.end()
        # A hook may still be at work for a server that is gone: it would make the folder again.
        try:
            until(lambda: not self.processes(), "the end of what this home started")
        except AssertionError as error:
            left = [(pid, _called(pid)) for pid in self.processes()]
            for pid, _ in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            raise AssertionError(f"{error}: {left}") from None
        finally:
            shutil.rmtree(self.path, ignore_errors=True)

    def processes(self) -> list[int]:
        """Everything that runs with this home, or with a folder in it as home or for its state, in its environment, and
        the tabs: of a fork another one is told.
        """
        mine = [f"\0{name}={self.path}".encode() for name in ("HOME", "VIEWSYNC_STATE_DIR")]
        oldest = self._oldest()
        found = [tab.pid for tab in self.tabs if not tab.ended()]
        for pid in filter(str.isdigit, os.listdir("/proc")):
            if int(pid) < oldest or int(pid) in found:
                continue
            with contextlib.suppress(OSError), open(f"/proc/{pid}/environ", "rb") as file:
                seen = b"\0" + file.read()
                if any(setting in seen for setting in mine):
                    found.append(int(pid))
        return found

    def _oldest(self) -> int:
        """The lowest number that a process of ours can have: most that runs did before there was this home."""
        when, last = self._made_at
        began_anew = _last_pid() < last or time.monotonic() > when + _SOON
        return 0 if began_anew else last + 1


def _done(code: int, out: bytes, err: bytes) -> Done:
    return Done(code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


def _is_launcher(path: str) -> bool:
    """Nobody put another program in its place."""
    if os.path.isabs(path) and os.access(path, os.X_OK):
        with contextlib.suppress(OSError), open(path, "rb") as file:
            return file.read(len(_LAUNCHER) + 1) == _LAUNCHER.encode()
    return False


def _called(pid: int) -> str:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read(300).replace(b"\0", b" ").decode("utf-8", "replace")
    return ""


def _last_pid() -> int:
    """The number that was given to a process last."""
    with open("/proc/loadavg", encoding="ascii") as file:
        return int(file.read().split()[-1])


class Server:
    """One tmux server of that home; `label` as in `tmux -L`."""

    def __init__(self, home: Home, label: str = "default", conf: str = "") -> None:
        self.home = home
        folder = os.path.join(home.path, f"tmux-{home.uid}")
        self.socket = os.path.join(folder, label)
        self.conf = "/dev/null"
        if conf:
            self.conf = os.path.join(home.path, f"{label}.conf")
            with open(self.conf, "w", encoding="utf-8") as file:
                file.write(conf)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        os.chown(folder, home.uid, -1)
        self.pid = 0

    def start(self, *words: str) -> Server:
        """Start it with one session, `new-session WORDS` (default: one called `proj`, with two windows, and in each of
        them a shell that reads no file first).
        """
        one = ["new-session", "-d", *(words or ("-s", "proj", "-n", "one", "sh", "-i"))]
        two = [] if words else [";", "new-window", "-t", "=proj:", "-n", "two", "sh", "-i"]
        self.pid = int(self.tmux(*one, *two, ";", "display-message", "-p", "#{pid}").splitlines()[-1])
        return self

    def run(self, *words: str, timeout: float = 60.0) -> Done:
        argv = ["tmux", "-u", "-f", self.conf, "-S", self.socket]
        done = self._asked(words, timeout) or self.home.run([*argv, *words], timeout=timeout)
        if "\\$" in done.out and "capture-pane" not in words:
            version = self.home.run([*argv, "display-message", "-p", "#{version}"], timeout=timeout).out
            done = done._replace(out=undollared(done.out)) if escapes_dollars(version) else done
        return done

    def _asked(self, words: Sequence[str], timeout: float) -> Done | None:
        if self.home.as_user() or not tmux_client.may_ask(words):
            return None
        answer = tmux_client.ask(self.socket, words, self.home.env, os.getcwd(), timeout)
        return answer and _done(*answer)

    def tmux(self, *words: str) -> str:
        done = self.run(*words)
        assert done.code == 0, f"tmux {words}: {done.err}"
        return done.out.rstrip("\n")

    def sessions(self) -> list[str]:
        """Names, in the order of their ids; none when the server is gone."""
        done = self.run("list-sessions", "-F", "#{session_id}\t#{session_name}")
        rows = [line.split("\t") for line in done.out.splitlines()]
        return [name for _, name in sorted(rows, key=lambda row: int(row[0][1:]))]

    def views(self) -> list[str]:
        return [name for name in self.sessions() if "-view-" in name]

    def clients(self) -> dict[int, str]:
        """Session name by the client's process id; none while a server that starts has no session yet."""
        done = self.run("list-clients", "-F", "#{client_pid}\t#{client_session}")
        assert done.code == 0 or done.err == "no current target\n", done
        return {int(pid): name for pid, name in (row.split("\t") for row in done.out.splitlines())}

    def show(self, target: str, fmt: str) -> str:
        return self.tmux("display-message", "-p", "-t", target, fmt)

    def pane_pids(self) -> list[str]:
        """The processes in the panes: what must survive everything."""
        return sorted(set(self.tmux("list-panes", "-a", "-F", "#{window_id} #{pane_id} #{pane_pid}").splitlines()))

    def remove_hooks(self) -> None:
        for event in ("client-detached", "client-session-changed"):
            self.tmux("set-hook", "-gu", f"{event}[4242]")

    def open(self, *words: str, env: Mapping[str, str] | None = None) -> tuple[Tab, str]:
        """A tab on a view; returns it once its client is attached, with the view's name."""
        tab = self.home.tab("open", "-S", self.socket, *words, env=env)
        view = until(lambda: self.clients().get(tab.pid) or (tab.ended() and f"ended: {tab.text()}"), "a client")
        assert not tab.ended(), tab.text()
        return tab, str(view)

    def open_from_shell(self, *words: str, env: Mapping[str, str] | None = None) -> tuple[Tab, str]:
        """A tab with a shell in it, from which a view was opened; the shell is there when the client ends."""
        line = '"$@"; read -r line'
        tab = self.home.program(
            ["sh", "-c", line, "sh", self.home.launcher, "open", "-S", self.socket, *words], env=env
        )
        view = until(lambda: self.on_terminal(tab) or (tab.ended() and f"ended: {tab.text()}"), "a client")
        assert not tab.ended(), tab.text()
        return tab, str(view)

    def on_terminal(self, tab: Tab) -> str:
        """The session that the client on that tab's terminal is on, "" when there is none."""
        rows = self.tmux("list-clients", "-F", "#{client_tty}\t#{client_session}").splitlines()
        return dict(row.split("\t") for row in rows).get(tab.tty, "")

    def stop(self) -> None:
        """By its own process id, after asking it to end."""
        if not self.pid:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGCONT)
            os.kill(self.pid, signal.SIGTERM)
        try:
            until(lambda: not alive(self.pid), f"the end of tmux server {self.pid}")
        except AssertionError:
            os.kill(self.pid, signal.SIGKILL)


def listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(path)
        except OSError:
            return False
    return True


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(FileNotFoundError, ProcessLookupError), open(f"/proc/{pid}/stat", "rb") as file:
        return file.read().rpartition(b")")[2].split()[0] != b"Z"
    return True
