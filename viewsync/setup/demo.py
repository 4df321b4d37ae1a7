"""The demo: views and their clean-up on a throwaway server, with real clients on real terminals.

Everything lives in one temporary folder and under one tmux server of its own, and goes with them.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
import time

from viewsync import paths
from viewsync.errors import ViewsyncError
from viewsync.light import contextlib, signal
from viewsync.output import named
from viewsync.setup.rules import launcher as launcher_text
from viewsync.system import process, processes, signals
from viewsync.tmux import guarded_kill, pane_list, sessions
from viewsync.tmux.server import Tmux, clean
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from viewsync.context import Context

_ROW = "    #{session_name}: window #{window_index} (#{window_name}), #{session_attached} client(s)"
_PIPE = "alive"
_PATIENCE = 8.0  # seconds for a step that takes a few hundredths of one


class DemoError(ViewsyncError):
    kind = "demo"


class DemoTab:
    """A terminal with a client in it."""

    def __init__(self, argv: list[str], env: dict[str, str]) -> None:
        self.pid, self.master = process.on_terminal(argv, env)
        self.output = b""

    def drain(self) -> None:
        with contextlib.suppress(OSError):  # nothing to read, or nobody there any more
            self.output += os.read(self.master, 65536)

    def choose(self, window: str) -> None:
        os.write(self.master, f"\x02{window}".encode())  # C-b and its number

    def end(self, number: int = signal.SIGKILL) -> None:
        """The program dies and its terminal disappears."""
        if self.master < 0:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)
        os.close(self.master)
        self.master = -1
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


class _Plain(Tmux):
    def _words(self, socket: str, *words: str) -> list[str]:
        """Without anybody's configuration."""
        return [self.program, "-u", "-f", os.devnull, "-S", socket, *words]


class Stage:
    """The throwaway server, its folder, and the tabs on it."""

    EDITOR: Sequence[str] = ("sleep", "600")  # what runs in the two windows
    SERVER: Sequence[str] = ("sleep", "601")

    def __init__(self, ctx: Context, folder: str, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.say = say
        self.socket = os.path.join(folder, "demo.sock")
        self.env = {
            **clean(ctx.env),
            "HOME": folder,
            "TMUX_TMPDIR": folder,
            "VIEWSYNC_STATE_DIR": os.path.join(folder, "state"),
            "VIEWSYNC_CONFIG": os.path.join(folder, "config.toml"),
            "TERM": "xterm",  # that of the tabs, which nobody sees
        }
        for name in ("WEZTERM_UNIX_SOCKET", "WEZTERM_PANE", "CLAUDE_TMUX_SOCKET_DIR"):
            self.env.pop(name, None)
        self.pipe = self._pipe()
        self.launcher = self.env["VIEWSYNC_LAUNCHER"] = self._launcher()
        self.tmux: Tmux = _Plain(ctx.config["tmux"], ctx.config["tmux_timeout"], self.env)
        self.tabs: list[DemoTab] = []
        self.server = 0
        self.server_start = 0.0
        self.session = ""

    def _pipe(self) -> int:
        """Our end of a pipe whose other end every viewsync of the demo holds: so we see when they all have ended."""
        os.mkfifo(os.path.join(self.folder, _PIPE), 0o600)
        return os.open(os.path.join(self.folder, _PIPE), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)

    def _launcher(self) -> str:
        """Not the installed one: tmux hooks are to hold the pipe, too."""
        path, pipe = (os.path.join(self.folder, name) for name in ("viewsync", _PIPE))
        with open(path, "w", encoding="utf-8") as file:
            start = launcher_text.start(sys.executable, paths.imported_from())
            file.write(f"#!/bin/sh\n{start} 9<>{shlex.quote(pipe)}\n")
        os.chmod(path, 0o700)
        return path

    def ask(self, *words: str) -> str:
        return self.tmux.ask(self.socket, *words).rstrip("\n")

    def start(self) -> None:
        new = sessions.NewSession("demo", window="editor", argv=self.EDITOR)
        made = sessions.make(self.tmux, self.socket, new)
        self.server, self.session = int(made.server.partition(".")[0]), made.session_id
        self.server_start = processes.start_time(self.server)
        self.ask("new-window", "-d", "-t", "=demo:", "-n", "server", *self.SERVER)

    def kill(self) -> None:
        guarded_kill.kill(self.tmux, pane_list.read(self.tmux, self.socket).server, self.session)

    def open(self) -> None:
        tab = self.new_tab()
        self.tabs.append(tab)
        self.until(lambda: self.view(tab), "a tmux client", tab)

    def new_tab(self) -> DemoTab:
        return DemoTab([self.launcher, "open", "-S", self.socket, "demo"], self.env)

    def tell(self, step: str) -> None:
        """A step that is done, and what tmux says then."""
        self.say(named(step))
        for line in self.table():
            self.say(line)
        self.say(f"    processes in the panes: {self.panes()}")

    def view(self, tab: DemoTab) -> str:
        """The name of the session that its client is on, "" when it is on none."""
        rows = self.ask("list-clients", "-F", "#{client_pid} #{client_session}").splitlines()
        return dict(row.split(" ", 1) for row in rows).get(str(tab.pid), "")

    def sessions(self) -> list[str]:
        return self.ask("list-sessions", "-F", "#{session_name}").splitlines()

    def table(self) -> list[str]:
        return self.ask("list-sessions", "-F", _ROW).splitlines()

    def panes(self) -> str:
        rows = self.ask("list-panes", "-a", "-F", "#{pane_pid}").split()
        return " ".join(sorted(set(rows), key=int))

    def window(self, view: str) -> str:
        return self.ask("display-message", "-p", "-t", f"={view}:", "#{window_index}")

    def until(self, condition: Callable[[], object], what: str, tab: DemoTab | None = None) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            self.look()
            for open_tab in self.tabs:
                open_tab.drain()
            if time.monotonic() > deadline:
                said = tab.output.decode("utf-8", "replace").strip() if tab else ""
                raise DemoError(f"{what} did not appear within {_PATIENCE:g} s", said or "see `viewsync doctor`")
            time.sleep(0.02)

    def look(self) -> None:
        """Between two tries."""

    def end(self) -> None:
        """Everything that was started ends; a hook that is still at work would make the folder again."""
        with contextlib.suppress(OSError):
            os.unlink(self.launcher)  # no other hook begins
        for tab in self.tabs:
            tab.end()
        if self.server:
            end_server(self.server, self.server_start)
        deadline = time.monotonic() + _PATIENCE
        while self._at_work() and time.monotonic() < deadline:
            time.sleep(0.02)
        os.close(self.pipe)

    def _at_work(self) -> bool:
        """Whether anybody has the other end of the pipe, into which nobody writes."""
        try:
            return bool(os.read(self.pipe, 1))
        except BlockingIOError:
            return True


def end_server(pid: int, start: float) -> None:
    """Ask it to, give it a moment to go, then end it."""

    def lives() -> bool:
        return processes.alive(pid, start)

    deadline = time.monotonic() + 3
    processes.tell(pid, signal.SIGTERM, lives)
    while lives() and time.monotonic() < deadline:
        time.sleep(0.02)
    processes.tell(pid, signal.SIGKILL, lives)


def run(ctx: Context, say: Callable[[str], None]) -> None:
    """Play it. Raises DemoError at the first step that does not prove what it says."""
    play(lambda folder: Stage(ctx, folder, say))
    say("Nothing is left: the demo's server and its folder are gone.")


def play(stage_in: Callable[[str], Stage]) -> None:
    """On a stage in that folder, of which nothing is left, also where somebody ends us."""
    with signals.exiting():
        folder = tempfile.mkdtemp(prefix="viewsync-demo-")
        stage: Stage | None = None
        try:
            stage = stage_in(folder)
            for step in (_set_up, _independent, _closed, _promoted):
                step(stage)
        finally:
            with signals.deferred():
                if stage:
                    stage.end()
                _remove(folder)


def _remove(folder: str) -> None:
    """Also where no file can be opened any more, as by rmtree to look into a folder: then it has the pipe at most."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        os.unlink(os.path.join(folder, _PIPE))
    with contextlib.suppress(OSError):
        os.rmdir(folder)


def _set_up(stage: Stage) -> None:
    stage.start()
    stage.tell("1. A session `demo` with two windows, on a tmux server of its own:")
    stage.open()
    stage.open()
    stage.tell("2. Two tabs, each with `viewsync open demo`, each on a view of its own:")


def _independent(stage: Stage) -> None:
    first, second = stage.tabs
    first.choose("0")
    second.choose("1")
    one, two = stage.view(first), stage.view(second)
    stage.until(lambda: (stage.window(one), stage.window(two)) == ("0", "1"), "two windows at once")
    stage.tell("3. C-b 0 in the first tab, C-b 1 in the second: they move independently.")


def _closed(stage: Stage) -> None:
    first, second = stage.tabs
    gone, kept, panes = stage.view(first), stage.view(second), stage.panes()
    first.end(signal.SIGKILL)
    stage.until(lambda: gone not in stage.sessions(), "the end of the closed tab's view")
    if stage.view(second) != kept or stage.window(kept) != "1" or stage.panes() != panes:
        raise DemoError("closing one tab changed the other", "this is a bug")
    what = f"{gone} is gone, the rest is untouched:"
    stage.tell(f"4. The first tab's client was killed (-9) and its terminal closed. {what}")


def _promoted(stage: Stage) -> None:
    last, panes = stage.view(stage.tabs[1]), stage.panes()
    stage.kill()
    stage.tell("5. `tmux kill-session -t demo`. Its windows live on in the last view:")
    stage.tabs[1].end(signal.SIGHUP)
    stage.until(lambda: stage.sessions() == ["demo"], "the promotion of the last view")
    if stage.panes() != panes:
        raise DemoError("a process in a pane was lost", "this is a bug")
    stage.tell(f"6. The second tab is closed too. {last} holds the last of the work, so it becomes `demo` again:")
