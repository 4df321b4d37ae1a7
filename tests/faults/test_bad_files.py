"""One bad thing among our files, or a project's, stops nothing else: it is named, and all others are used."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from typing import TYPE_CHECKING, Any

from tests.projects.test_ending import FILE, NAME
from tests.projects.test_steps import read, start
from tests.support.projects import in_git
from viewsync.store import pending_steps

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home, Server

project = in_git

BAD: list[Any] = [None, True, 7, -1.5, 10**30, [], [[]], [7], {}, {"a": [1]}, "", "a\0b", "\ud800", "x" * 5000]
VERBS = [
    ["views"],
    ["list"],
    ["status"],
    ["sweep"],
    ["cleanup", "--dry-run"],
    ["cleanup", "--views", "--dry-run"],
    ["stats"],
    ["analyze"],
    ["restore", "--plan"],
    ["doctor"],
    ["reconcile"],
    ["trust", "dev", "--show"],
    ["print", "dev"],
    ["worktree", "list"],
    ["sweeper", "status"],
    ["complete", "run", ""],
]


def write(path: str, data: bytes) -> None:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def spoil(home: Home) -> None:
    """Beside each good thing, bad ones."""
    pending = os.path.join(home.state, "pending")
    (name,) = os.listdir(pending)
    with open(os.path.join(pending, name), encoding="utf-8") as file:
        record = json.load(file)
    gone = "999999.1"
    number = 0
    for key in record:
        for bad in BAD:
            if key == "place" and isinstance(bad, str):
                continue  # of another pid namespace, it may be
            number += 1
            text = json.dumps({**record, "steps": [], "server": gone, "session_id": f"${number}", key: bad})
            write(os.path.join(pending, f"{gone}-{number}.json"), text.encode())
    write(os.path.join(pending, f"{gone}-{number + 1}.json"), b"\xff\xfe")
    os.mkfifo(os.path.join(pending, f"{gone}-{number + 2}.json"))
    path = os.path.join(home.state, "trust.json")
    with open(path, encoding="utf-8") as file:
        trusted = json.load(file)
    trusted["trusted"] |= {"/other": {f"c{at}": bad for at, bad in enumerate(BAD)}, "/third": 7}
    write(path, json.dumps(trusted).encode())
    for name in (".sweeper.timer", ".sweeper.lock"):
        write(os.path.join(home.state, name), b'{"at": [], "pid": "\xff", "problems": 7}')
    write(os.path.join(home.state, "leases", "no lease"), b"\0")
    with sqlite3.connect(os.path.join(home.state, "history.db")) as database:
        (columns,) = [[row[1] for row in database.execute("PRAGMA table_info(events)")]]
        names = ", ".join(columns[1:])
        for column in columns[1:]:
            for value in ("X'ff00'", "CAST(X'ff' AS TEXT)", "1e999", "''"):
                chosen = ", ".join(value if name == column else name for name in columns[1:])
                database.execute(f"INSERT INTO events ({names}) SELECT {chosen} FROM events WHERE id = 1")  # noqa: S608
    database.close()


def test_a_bad_entry_of_a_file_of_ours_stops_no_verb_and_no_good_entry(
    server: Server, home: Home, project: Project
) -> None:
    assert start(project, server, FILE).code == 0
    spoil(home)
    for words in VERBS:
        done = project.viewsync(*words, env={"VIEWSYNC_TMUX_TIMEOUT": "60"})
        assert done.code not in (70, 75), (words, done)
        assert "Traceback" not in done.err
        assert done.code == 0 or words[0] in ("doctor", "reconcile", "sweeper"), (words, done)
    checks = {check["name"]: check for check in project.viewsync("doctor", "--json").json()["checks"]}
    assert "not used" in checks["state folder"]["found"] or "set aside" in checks["state folder"]["found"]
    left = pending_steps.unusable(home.state)
    assert len(left) > 100
    done = project.viewsync("reconcile", "--repair")
    assert done.code != 70, done
    assert "set-aside" in done.err
    names = os.listdir(os.path.join(home.state, "pending"))
    assert {name.partition(".set-aside-")[0] for name in names if ".set-aside-" in name} >= {
        *map(os.path.basename, left)
    }
    assert pending_steps.unusable(home.state) == {}
    before = read(project, "cleaned")
    assert project.viewsync("kill-session", NAME, "-S", server.socket).code == 0
    assert read(project, "cleaned") == f"{before}stop {NAME}\nsave\n"


def test_a_bad_file_beside_a_projects_own_stops_no_other(server: Server, project: Project) -> None:
    project.command("dev", "session:\n  windows: [{name: a}]\n")
    folder = os.path.join(project.root, ".viewsync", "commands")
    write(os.path.join(folder, "bytes.yaml"), b"\xff\xfe\0\0: [")
    write(os.path.join(folder, "words.yaml"), b"session: [}")
    os.mkdir(os.path.join(folder, "folder.yaml"))
    os.mkfifo(os.path.join(folder, "pipe.yaml"))
    os.symlink("nowhere", os.path.join(folder, "link.yaml"))
    os.symlink("loop.yaml", os.path.join(folder, "loop.yaml"))
    write(os.path.join(folder, "\udcff.yaml"), b"session: {}")
    for words in (["run", "dev", "--no-attach"], ["print", "dev"], ["status"], ["complete", "run", ""], ["sweep"]):
        done = project.viewsync(*words, "-S", server.socket) if words[0] in ("run",) else project.viewsync(*words)
        assert done.code == 0, (words, done)
    for name in ("bytes", "words", "folder", "pipe", "link", "loop"):
        done = project.viewsync("print", name)
        assert (done.code, "Traceback" in done.err) in ((1, False), (3, False)), (name, done)
    shutil.rmtree(folder)
