"""A session as it stands, in what two tools that made it from one file would have to agree."""

from __future__ import annotations

import contextlib
import os
import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.peers.rates import PROPERTY
from tests.support.projects import Project
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Done, Home, Server

_PANE = (
    *("window_index", "window_name", "window_active", "pane_index", "pane_active", "pane_title", "pane_pid"),
    *("pane_left", "pane_top", "pane_width", "pane_height", "pane_start_command", "pane_current_path", "window_id"),
)
# What viewsync sets by itself: a session that it makes ends when it is told to, and has a size.
_OWN = re.compile(r"^(@viewsync\S* .*|destroy-unattached off|default-size .*)\n?", re.MULTILINE)
_HOSTNAME = os.uname().nodename
_VARIABLES = ("WHO", "WHERE", "LATE")


def project(home: Home) -> Project:
    """One in which files find what they name, and shells that record what is typed."""
    found = Project(home)
    for folder in ("src/me/deep", "src/deep"):
        os.makedirs(os.path.join(home.path, folder))
        os.makedirs(os.path.join(found.root, folder))
    found.write("setup", '#!/bin/sh\necho "$*" >>"$HOME/setup-ran"\n', program=True)
    with open(os.path.join(home.path, "own.conf"), "w", encoding="utf-8") as file:
        file.write("set -g default-size 200x50\nset -g status-left own\nset -g base-index 3\n")
    os.mkdir(os.path.join(home.path, "typed"))
    recorder = os.path.join(os.path.dirname(__file__), "recorder")
    home.env |= {"SHELL": recorder, "WHO": "me", "COLUMNS": "200", "LINES": "50"}
    return found


class Case(NamedTuple):
    path: str
    text: str
    lines: int  # that are typed by it
    server: str  # its name, where the file itself says it
    differs: str  # the key by which it does not come out the same, "" where it does


def case(project: Project, path: str) -> Case:
    """A file of these tests in the project."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    said = dict(re.findall(r"^# (typed|server|differs): (\S+)$", text, re.MULTILINE))  # JSON has no comments
    there = project.write(os.path.basename(path), text)
    return Case(there, text, int(said.get("typed", 2)), said.get("server", ""), said.get("differs", ""))


def imported(project: Project, server: Server, case: Case) -> tuple[dict[str, Any], Done]:
    """What viewsync makes of that file, and what its import said."""
    told = project.viewsync("import", case.path, "-o", ".viewsync/commands/new.yaml")
    assert told.code == 0, told
    assert project.viewsync("trust", "new", "--yes").code == 0
    named = () if case.server else ("-S", server.socket)
    done = project.viewsync("run", "new", "--no-attach", *named)
    assert done.code == 0, (done, told)
    return snapshot(project, server, case.lines), told


def snapshot(project: Project, server: Server, lines: int) -> dict[str, Any]:
    """Of the server's one session, and the server ends. `lines`: how many are typed in all, by the file."""
    home = project.home
    server.pid = int(server.tmux("display-message", "-p", "#{pid}"))
    with contextlib.suppress(AssertionError):  # then the comparison tells which ones are missing
        until(lambda: sum(text.count("\n") for text in _typed(home).values()) >= lines, "what is typed", 30)
    time.sleep(0.1)  # for what should not be typed
    (session,) = server.sessions()
    typed = _typed(home)
    rows = server.tmux("list-panes", "-s", "-F", "\t".join(f"#{{{name}}}" for name in _PANE)).splitlines()
    found: dict[str, Any] = {"name": session}
    found["options"] = _without_ours(server.tmux("show-options"))
    for kind in ("g", "gw"):
        found[f"global options {kind}"] = _without_ours(server.tmux("show-options", f"-{kind}"))
    # What whoever started it has is the session's with us, and the whole server's with theirs.
    callers = {f"{name}={home.env.get(name)}" for name in _VARIABLES}
    told = [server.run("show-environment", name).out.strip() for name in _VARIABLES]
    found["environment"] = [value for value in told if value and value not in callers]
    for row in rows:
        pane = dict(zip(_PANE, row.split("\t"), strict=True))
        pid, window = pane.pop("pane_pid"), pane.pop("window_id")
        where = f"pane {pane['window_index']}.{pane['pane_index']}"
        if pane["pane_title"] == _HOSTNAME:
            pane["pane_title"] = ""
        pane["typed"] = typed.get(pid, "")
        pane["options"] = _without_ours(server.tmux("show-options", "-w", "-t", window))
        if "automatic-rename off" not in pane["options"]:
            pane["window_name"] = ""  # as its program is called, now or in a moment
        with open(f"/proc/{pid}/environ", encoding="utf-8", errors="replace") as file:
            there = dict(pair.partition("=")[::2] for pair in file.read().split("\0"))
        pane["environment"] = str({name: there.get(name) for name in _VARIABLES})
        found |= {f"{where} {name}": value for name, value in pane.items()}
    ran = os.path.join(home.path, "setup-ran")
    with contextlib.suppress(FileNotFoundError), open(ran, encoding="utf-8") as file:
        found["setup"] = file.read()
    server.stop()
    for left in os.listdir(os.path.join(home.path, "typed")):
        os.unlink(os.path.join(home.path, "typed", left))
    with contextlib.suppress(FileNotFoundError):
        os.unlink(ran)
    return found


def _typed(home: Home) -> dict[str, str]:
    """By the pid of the pane. Lines without anything in them do nothing."""
    folder = os.path.join(home.path, "typed")
    found = {}
    for pid in os.listdir(folder):
        with open(os.path.join(folder, pid), encoding="utf-8") as file:
            found[pid] = "".join(line for line in file if line.strip())
    return found


def _without_ours(text: str) -> str:
    return "\n".join(sorted(_OWN.sub("", f"{text}\n").splitlines()))


def hold(
    peer: str,
    record: Callable[[str, object], None],
    case: Case,
    theirs: dict[str, Any],
    ours: dict[str, Any],
    told: Done,
) -> None:
    """The two are the same; or the file says by which key they are not, and import names it in a line."""
    found = different(theirs, ours)
    record(PROPERTY, f"{peer} {'different' if found else 'same'}")
    if case.differs:
        assert found, "it comes out the same by now"
        assert any(case.differs in line for line in told.err.splitlines()), (told, found)
    else:
        assert found == [], (found, told)


def different(theirs: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """Each in words."""
    names = dict.fromkeys([*theirs, *ours])
    return [
        f"{name}: theirs {theirs.get(name)!r}, ours {ours.get(name)!r}"
        for name in names
        if theirs.get(name) != ours.get(name)
    ]
