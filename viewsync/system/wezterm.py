"""`wezterm cli`, asked from outside of WezTerm. Each GUI has a socket of its own, found by its pid."""

from __future__ import annotations

import os

from viewsync.errors import ViewsyncError
from viewsync.light import json, re
from viewsync.system import process, processes
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class WeztermError(ViewsyncError):
    kind = "wezterm"


class WeztermHangs(WeztermError):
    """It did not answer in time."""


class Wezterm:
    def __init__(self, program: str, timeout: float, env: Mapping[str, str]) -> None:
        self.program = program
        self.timeout = timeout  # seconds for one call: the client itself would wait for 60
        self.env = dict(env)

    def guis(self) -> dict[int, str]:
        """The sockets of the GUIs that may live, by pid. Stale sockets are normal (wezterm #4417), and their pids come
        back: only who answers there lives.
        """
        import glob  # and with it `re`: not for who asks no GUI

        found: dict[int, str] = {}
        for folder in self._folders():
            for path in sorted(glob.glob(os.path.join(glob.escape(folder), "gui-sock-*"))):
                pid = gui_pid(path)
                if processes.alive(pid):
                    found[pid] = path
        return found

    def ttys(self, socket: str) -> list[str]:
        """The terminals of all panes of one GUI, in one call."""
        return ttys_of(self.panes(socket))

    def panes(self, socket: str) -> list[dict[str, Any]]:
        text = self._cli(socket, "list", "--format", "json")
        try:
            panes = json.loads(text)
            return [dict(pane) for pane in panes]
        except (ValueError, TypeError, RecursionError):
            raise WeztermError(f"{self.program} cli list printed something other than JSON") from None

    def spawn(self, socket: str, argv: Sequence[str], *where: str) -> int:
        """A new tab that runs `argv`, in the window that somebody was last in or `where`; its pane id."""
        return self._new_pane(socket, "spawn", *where, "--", *argv)

    def split(self, socket: str, pane: int, argv: Sequence[str], into: str, percent: int) -> int:
        """A pane that runs `argv` beside that one, "right" of it or "down"; its pane id."""
        side = "--right" if into == "right" else "--bottom"
        words = ("--pane-id", str(pane), side, "--percent", str(percent))
        return self._new_pane(socket, "split-pane", *words, "--", *argv)

    def activate(self, socket: str, pane: int) -> None:
        """Go to that pane, and to its tab."""
        self._cli(socket, "activate-pane", "--pane-id", str(pane))

    def zoom(self, socket: str, pane: int) -> None:
        """Have its tab show that pane alone. WezTerm knows it from 20240127 on."""
        self._cli(socket, "zoom-pane", "--pane-id", str(pane))

    def _new_pane(self, socket: str, *words: str) -> int:
        said = self._cli(socket, *words).strip()
        if not said.isdigit():
            raise WeztermError(f"{self.program} cli {words[0]} named no pane: {said[:80]!r}")
        return int(said)

    def set_tab_title(self, socket: str, pane: int, title: str) -> None:
        self._cli(socket, "set-tab-title", "--pane-id", str(pane), "--", title)

    def _cli(self, socket: str, *words: str) -> str:
        # Without --no-auto-start a stale socket would start a wezterm-mux-server of its own.
        argv = [self.program, "cli", "--no-auto-start", *words]
        env = {**self.env, "WEZTERM_UNIX_SOCKET": socket}
        if env.get("TMUX") or self.env.get("WEZTERM_UNIX_SOCKET") != socket:
            env.pop("WEZTERM_PANE", None)  # a pane of another WezTerm's, where there is none of that number (#4439)
        try:
            done = process.run(argv, timeout=self.timeout, env=env)
        except process.TimedOut as error:
            raise WeztermHangs(error.message) from None
        except ViewsyncError as error:
            raise WeztermError(error.message) from None
        if done.code:
            raise WeztermError(f"{self.program} cli {words[0]}: {done.err.strip() or f'exit code {done.code}'}")
        return done.out

    def _folders(self) -> list[str]:
        home = self.env.get("HOME") or os.path.expanduser("~")
        named = [os.path.join(home, ".local", "share", "wezterm")]
        if self.env.get("XDG_RUNTIME_DIR"):
            named.insert(0, os.path.join(self.env["XDG_RUNTIME_DIR"], "wezterm"))
        return [folder for folder in named if os.path.isdir(folder)]


def ttys_of(panes: Sequence[Mapping[str, Any]]) -> list[str]:
    """The terminals of the panes that have one."""
    return [pane["tty_name"] for pane in panes if pane.get("tty_name")]


def mux_socket(env: Mapping[str, str]) -> str:
    """The socket of the mux domain's server in whose pane we are, "" in a pane of a GUI's own and elsewhere."""
    socket = env.get("WEZTERM_UNIX_SOCKET", "")
    return "" if gui_pid(socket) else socket


def gui_pid(socket: str) -> int:
    """The pid in `.../gui-sock-<pid>`, 0 for any other path."""
    match = re.search(r"/gui-sock-(\d+)\Z", socket)
    return int(match[1]) if match else 0
