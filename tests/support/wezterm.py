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
    from collections.abc import Mapping, Sequence

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
elif words[2:3] in (["spawn"], ["split-pane"]) and "--" in words[3:]:
    given, argv = words[3 : words.index("--")], words[words.index("--") + 1 :]
    known = {{
        "spawn": {{"--pane-id": 1, "--window-id": 1, "--new-window": 0, "--workspace": 1}},
        "split-pane": {{"--pane-id": 1, "--right": 0, "--bottom": 0, "--percent": 1}},
    }}[words[2]]
    options = {{}}
    while given:
        option = given.pop(0)
        if option not in known or (known[option] and not given):
            sys.exit(f"error: unexpected argument '{{option}}' found")
        options[option] = given.pop(0) if known[option] else ""
    made = os.path.join(folder, "made")
    made = json.load(open(made)) if os.path.exists(made) else []
    listed = [pane["pane_id"] for pane in json.load(open(panes))]
    if "--window-id" in options and {{"--workspace", "--new-window"}} & set(options):
        sys.exit("error: the argument '--window-id' cannot be used with '--new-window'")
    if "--workspace" in options and "--new-window" not in options:
        sys.exit("error: the following required arguments were not provided: --new-window")
    beside = options.get("--pane-id") or os.environ.get("WEZTERM_PANE")
    if beside and int(beside) not in made + listed and "--new-window" not in options:
        sys.exit(f"pane {{beside}} not found")
    if words[2] == "split-pane" and os.path.exists(os.path.join(folder, "no room")):
        sys.exit("no space for split!")
    if not argv or argv[-1] in os.environ.get("FAKE_REFUSED", "").split():
        sys.exit("Unable to spawn " + " ".join(argv))
    pane = 100 + len(made)
    json.dump([*made, pane], open(os.path.join(folder, "made"), "w"))
    with open(os.path.join(folder, "spawned"), "a") as file:
        file.write(json.dumps([int(pid), *argv]) + "\\n")
    with open(os.path.join(folder, "asked"), "a") as file:
        file.write(json.dumps(words[2 : words.index("--")]) + "\\n")
    print(pane)
elif words[2:4] in (["activate-pane", "--pane-id"], ["zoom-pane", "--pane-id"]) and len(words) == 5:
    with open(os.path.join(folder, "asked"), "a") as file:
        file.write(json.dumps(words[2:]) + "\\n")
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
        home.env["VIEWSYNC_WEZTERM_TIMEOUT"] = "60"  # three seconds are few where twenty others want each core
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

    def show(self, pid: int, ttys: list[str], places: Sequence[Mapping[str, Any]] = ()) -> None:
        """The panes that it says it has; `places`: other fields of each."""
        panes = [{"window_id": 0, "tab_id": at, "pane_id": at, "tty_name": tty} for at, tty in enumerate(ttys)]
        for pane, place in zip(panes, places, strict=False):
            pane.update(place)
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

    def asked(self) -> list[Any]:
        """How tabs and splits were asked for, and where it was to go; the first that was made is pane 100."""
        return self._told("asked")

    def no_room(self) -> None:
        """From now on no pane is large enough to be split."""
        with open(os.path.join(self.folder, "no room"), "w", encoding="utf-8"):
            pass

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
