"""What `viewsync monitor` costs with a hundred sessions, ten of which print all the time: percent of one core."""

from __future__ import annotations

import argparse
import os
import time
from typing import TYPE_CHECKING

from tests.support.client import Tab
from tests.support.server import Home, Server
from tests.support.wait import until
from viewsync.store import own_files
from viewsync.store.registry_file import RegistryFile

if TYPE_CHECKING:
    from viewsync.registry_shape import SessionRow

_SESSIONS = 100
_BUSY = 10
_BUDGET = 2.0  # percent, of a monitor that looks every two seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="watch it for 20 s instead of 60")
    seconds = 20.0 if parser.parse_args().quick else 60.0
    home = Home()
    server = Server(home)
    try:
        fill(home, server)
        own, tmux = measure(home, server, seconds)
    finally:
        for tab in home.tabs:
            tab.end()
        server.stop()
        home.remove()
    print(f"viewsync monitor, {_SESSIONS} sessions, {_BUSY} of them printing, a round every 2 s, over {seconds:g} s:")
    print(f"  itself and the tmux clients that it starts: {own:.2f} % of a core (budget {_BUDGET:g} %)")
    print(f"  the tmux server: {tmux:.2f} % more than without it")


def fill(home: Home, server: Server) -> None:
    """Sessions, and the rows that `viewsync create` would have written."""
    busy = "while :; do date; sleep 0.5; done"
    server.start("-s", "work-0", "-x", "120", "-y", "40", busy)
    for number in range(1, _SESSIONS):
        command = busy if number < _BUSY else "exec sh"
        server.tmux("new-session", "-d", "-s", f"work-{number}", "-x", "120", "-y", "40", command)
    fields = ("session_name", "session_id", "pane_id", "pane_pid", "pid", "start_time")
    told = server.tmux("list-panes", "-a", "-F", "\t".join(f"#{{{field}}}" for field in fields))
    with RegistryFile(own_files.secure(home.state)).change() as data:
        for line in told.splitlines():
            name, session, pane, pid, *identity = line.split("\t")
            row: SessionRow = {"socket": server.socket, "target": f"{name}:0.0", "type": "shell", "pid": int(pid)}
            row |= {"created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "session_id": session}
            data["sessions"][name] = {**row, "pane_id": pane, "server": ".".join(identity)}


def measure(home: Home, server: Server, seconds: float) -> tuple[float, float]:
    """Percent of one core: the monitor with its children, and the server beyond what it uses by itself."""
    before = cpu(server.pid)
    time.sleep(seconds / 2)
    idle = (cpu(server.pid) - before) / (seconds / 2)
    tab = Tab([home.launcher, "monitor"], home.env, (120, 50))
    home.tabs.append(tab)
    until(lambda: "work-10" in tab.text(), "the picture")
    time.sleep(3)  # its start is not what is measured
    own, tmux, begin = cpu(tab.pid), cpu(server.pid), time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - begin
    return 100 * (cpu(tab.pid) - own) / took, 100 * ((cpu(server.pid) - tmux) / took - idle)


def cpu(pid: int) -> float:
    """Seconds that a process and its ended children have used."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
