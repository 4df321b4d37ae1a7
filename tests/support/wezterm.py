"""A fake `wezterm` program: exactly the `cli` verbs that viewsync uses, as facts/wezterm.md section 4 has them.

The GUI is a real process with a socket file of its name. The fake refuses every verb and option that the real one
lacks, and a call without --no-auto-start, which would start a server of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.server import Home

_PROGRAM = """#!{python} -I
import json, os, sys

folder = {folder!r}
words = sys.argv[1:]
if words[:2] != ["cli", "--no-auto-start"]:
    sys.exit(f"fake wezterm: refused: {{words}}")
socket = os.environ["WEZTERM_UNIX_SOCKET"]
pid = socket.rpartition("gui-sock-")[2]
if pid == socket:
    pid = open(socket).read()
if os.path.exists(os.path.join(folder, "hang")):
    import signal
    signal.pause()
if not os.path.exists(socket) or not os.path.exists(f"/proc/{{pid}}"):
    sys.exit("failed to connect to Socket")
panes = os.path.join(folder, f"panes-{{pid}}.json")
if words[2:] == ["list", "--format", "json"]:
    print(open(panes).read())
elif words[2:4] == ["spawn", "--"] and words[4:]:
    with open(os.path.join(folder, "spawned"), "a") as file:
        file.write(json.dumps([int(pid), *words[4:]]) + "\\n")
    print(100)
elif words[2:4] == ["set-tab-title", "--pane-id"] and words[5] == "--" and len(words) == 7:
    with open(os.path.join(folder, "titles"), "a") as file:
        file.write(json.dumps(words[6]) + "\\n")
else:
    sys.exit(f"fake wezterm: refused: {{words}}")
"""


class FakeWezterm:
    def __init__(self, home: Home) -> None:
        self.folder = os.path.join(home.path, ".local", "share", "wezterm")
        os.makedirs(self.folder, exist_ok=True)
        self.program = os.path.join(home.path, "wezterm")
        with open(self.program, "w", encoding="utf-8") as file:
            file.write(_PROGRAM.format(python=sys.executable, folder=self.folder))
        os.chmod(self.program, 0o700)
        home.env["VIEWSYNC_WEZTERM"] = self.program
        self.guis: list[subprocess.Popen[bytes]] = []

    def start(self) -> int:
        """A GUI that lives; its pid."""
        gui = subprocess.Popen(["sleep", "1000"])
        self.guis.append(gui)
        with open(self.socket(gui.pid), "w", encoding="utf-8"):
            self.show(gui.pid, [])
        return gui.pid

    def mux(self, pid: int) -> dict[str, str]:
        """What a mux domain's server of that pid gives the programs in its panes: the socket does not name it."""
        path = os.path.join(self.folder, "sock")
        with open(path, "w", encoding="utf-8") as file:
            file.write(str(pid))
        self.show(pid, [])
        return {"WEZTERM_UNIX_SOCKET": path, "WEZTERM_PANE": "0"}

    def socket(self, pid: int) -> str:
        return os.path.join(self.folder, f"gui-sock-{pid}")

    def show(self, pid: int, ttys: list[str]) -> None:
        """The panes that it says it has."""
        panes = [{"window_id": 0, "tab_id": at, "pane_id": at, "tty_name": tty} for at, tty in enumerate(ttys)]
        with open(os.path.join(self.folder, f"panes-{pid}.json"), "w", encoding="utf-8") as file:
            json.dump(panes, file)

    def env(self, pid: int, pane: int = 0) -> dict[str, str]:
        """What it gives the programs in its panes."""
        return {"WEZTERM_UNIX_SOCKET": self.socket(pid), "WEZTERM_PANE": str(pane)}

    def crash(self, pid: int) -> None:
        for gui in self.guis:
            if gui.pid == pid:
                gui.kill()
                gui.wait()

    def hang(self) -> None:
        with open(os.path.join(self.folder, "hang"), "w", encoding="utf-8"):
            pass

    def go_on(self) -> None:
        os.unlink(os.path.join(self.folder, "hang"))

    def spawned(self) -> list[Any]:
        """[gui pid, argv...] of each tab that was asked for."""
        return self._told("spawned")

    def titles(self) -> list[Any]:
        """What tabs were called, in turn."""
        return self._told("titles")

    def _told(self, name: str) -> list[Any]:
        try:
            with open(os.path.join(self.folder, name), encoding="utf-8") as file:
                return [json.loads(line) for line in file]
        except FileNotFoundError:
            return []

    def end(self) -> None:
        for gui in self.guis:
            self.crash(gui.pid)
