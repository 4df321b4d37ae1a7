"""viewsync reconcile: the registry against the servers, both ways; a repair ends nothing and holds."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.sessions import add_row, by_jq, create, listed, rows
from tests.support.wait import until
from viewsync.context import Context
from viewsync.sessions import reconciling
from viewsync.system import processes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server
    from viewsync.sessions.rules.drift import Finding

DEAD_PID = 2**22 + 7  # more than any Linux gives


def found(home: Home, *words: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """What `--json` says of this home: other servers of the machine's user are not ours to count."""
    data: dict[str, Any] = home.viewsync("reconcile", "--json", *words, env=env).json()
    mine = [finding for finding in data["findings"] if not str(finding["socket"]).startswith("/tmp/tmux-")]
    return {**data, "findings": [finding for finding in mine if finding["kind"] != "unregistered"]}


def kinds(home: Home, *words: str) -> dict[str, str]:
    return {finding["name"]: finding["kind"] for finding in found(home, *words)["findings"]}


def repaired(home: Home) -> list[dict[str, Any]]:
    """What one repair did. It changes nothing that lives, and the next one finds nothing to do."""
    done = found(home, "--repair")["findings"]
    before = home.registry()
    assert found(home, "--repair")["repaired"] == 0
    assert home.registry() == before
    return [finding for finding in done if finding["repaired"]]


def test_nothing_is_amiss(server: Server, home: Home) -> None:
    create(server, "web")
    done = home.viewsync("reconcile")
    assert done.code == 0
    assert "proj: not registered" in done.out
    assert found(home)["findings"] == []
    assert found(home)["remaining"] == 0


def test_a_report_changes_nothing(server: Server, home: Home) -> None:
    add_row(home, "gone", server)
    add_row(home, "proj", server)
    before = home.registry()
    done = home.viewsync("reconcile", "--report")
    assert done.code == 1
    assert "gone: the session no longer exists (--repair: forget it)" in done.out
    assert home.registry() == before


def test_rows_whose_sessions_are_gone(servers: Callable[..., Server], home: Home) -> None:
    one, two = servers("one").start("-s", "first"), servers("two")
    for server, name in ((one, "killed"), (one, "alive"), (two, "lost")):
        create(server, name)
    one.tmux("kill-session", "-t", "=killed")
    two.stop()
    add_row(home, "kept", one, quarantined=True)
    assert kinds(home) == {"killed": "gone", "lost": "gone"}
    assert len(repaired(home)) == 2
    assert list(rows(home)) == ["alive", "kept"]
    events = Context(home.env).history.find("trigger = ?", ["reconcile"])
    assert {(event.session, event.event) for event in events} == {("killed", "gone"), ("lost", "gone")}


def test_a_server_whose_socket_was_deleted_is_not_gone(server: Server, home: Home) -> None:
    create(server, "web")
    os.unlink(server.socket)
    os.kill(server.pid, signal.SIGSTOP)
    home.env["VIEWSYNC_TMUX_TIMEOUT"] = "0.1"
    assert kinds(home, "--repair") == {"web": "unknown"}
    assert list(rows(home)) == ["web"]
    os.kill(server.pid, signal.SIGCONT)


def test_half_made_rows(server: Server, home: Home) -> None:
    half = {"state": "creating", "maker": DEAD_PID, "maker_start": 1.5}
    add_row(home, "proj", server, **half)
    add_row(home, "never", server, **half)
    me = os.getpid()
    busy = {"state": "creating", "maker": me, "maker_start": processes.start_time(me)}
    add_row(home, "busy", server, **busy)
    assert kinds(home) == {"proj": "half-made", "never": "half-made"}
    assert len(repaired(home)) == 2
    assert list(rows(home)) == ["proj", "busy"]
    row = rows(home)["proj"]
    assert not {"state", "maker", "maker_start"} & row.keys()
    assert (row["session_id"], row["pid"]) == ("$0", int(server.show("=proj:one", "#{pane_pid}")))
    assert listed(home)["proj"]["status"] == "alive"


def test_a_session_that_is_older_than_a_half_made_row_is_not_its_session(server: Server, home: Home) -> None:
    """Somebody's own session of that name must not become one that a clean-up ends."""
    add_row(home, "proj", server, created_at="2099-01-01T00:00:00Z", state="creating", maker=DEAD_PID)
    assert (
        repaired(home)[0]["text"]
        == "the viewsync that was creating it ended, and the session with that name is older than its row"
    )
    assert (rows(home), server.sessions()) == ({}, ["proj"])


def test_renamed_outside(server: Server, home: Home) -> None:
    create(server, "web")
    create(server, "db")
    server.tmux("rename-session", "-t", "=web", "api")
    server.tmux("rename-session", "-t", "=db", "x")
    add_row(home, "x", server, session_id="$99")
    assert kinds(home) == {"web": "renamed", "db": "renamed", "x": "gone"}
    assert len(repaired(home)) == 3
    assert {name: row["target"] for name, row in rows(home).items()} == {"api": "api:0.0", "x": "x:0.0"}


def test_names_that_moved_on_and_names_that_were_exchanged(server: Server, home: Home) -> None:
    ids = {name: create(server, name)["session_id"] for name in ("a", "b", "c", "d")}
    for name, new in (("b", "b2"), ("a", "b"), ("c", "x"), ("d", "c"), ("x", "d")):
        server.tmux("rename-session", "-t", f"={name}", new)
    assert len(repaired(home)) == 4
    after = {name: row["session_id"] for name, row in rows(home).items()}
    assert after == {"b2": ids["b"], "b": ids["a"], "d": ids["c"], "c": ids["d"]}


def test_a_name_that_another_row_has_is_for_a_person_to_decide(servers: Callable[..., Server], home: Home) -> None:
    one, two = servers("one").start("-s", "first"), servers("two").start("-s", "first")
    create(one, "a")
    create(two, "b")
    one.tmux("rename-session", "-t", "=a", "b")
    assert home.viewsync("reconcile", "--repair").code == 1
    assert list(rows(home)) == ["a", "b"]


def test_a_row_that_changed_since_it_was_read_stays(server: Server, home: Home) -> None:
    for name in ("web", "db"):
        create(server, name)
        server.tmux("kill-session", "-t", f"={name}")
    ctx = Context(home.env)
    every = reconciling.findings(ctx, reconciling.read(ctx))
    create(server, "web")
    failed = reconciling.repair(ctx, [finding for finding in every if finding.row])
    assert failed == {("gone", "web", server.socket): "it changed during the repair"}
    assert (list(rows(home)), server.sessions()) == (["web"], ["proj", "web"])


def test_a_name_that_was_taken_since_it_was_read_stays_whose_it_is(server: Server, home: Home) -> None:
    made = create(server, "web")
    server.tmux("rename-session", "-t", "=web", "api")
    ctx = Context(home.env)
    every = reconciling.findings(ctx, reconciling.read(ctx))
    add_row(home, "api", server, note="theirs")
    failed = reconciling.repair(ctx, [finding for finding in every if finding.row])
    assert failed == {("renamed", "web", server.socket): "another session took the name"}
    assert rows(home)["api"]["note"] == "theirs"
    assert (rows(home)["web"]["session_id"], rows(home)["web"]["target"]) == (made["session_id"], "web:0.0")


def test_a_row_that_never_was_called_like_its_session_keeps_its_name(server: Server, home: Home) -> None:
    add_row(home, "mine", server, target="proj:1.0")
    assert [finding["kind"] for finding in repaired(home)] == ["no-ids"]
    server.tmux("rename-session", "-t", "=proj", "work")
    assert [finding["kind"] for finding in repaired(home)] == ["renamed"]
    assert rows(home)["mine"]["target"] == "work:1.0"


def test_a_respawned_pane(server: Server, home: Home) -> None:
    made = create(server, "web")
    server.tmux("respawn-pane", "-k", "-t", made["pane_id"], "cat")
    pid = int(server.show(made["pane_id"], "#{pane_pid}"))
    assert [finding["kind"] for finding in repaired(home)] == ["respawned"]
    assert (rows(home)["web"]["pid"], rows(home)["web"]["pid_start"]) == (pid, processes.start_time(pid))


def test_renamed_and_respawned_at_once(server: Server, home: Home) -> None:
    made = create(server, "web")
    server.tmux("respawn-pane", "-k", "-t", made["pane_id"], "cat")
    server.tmux("rename-session", "-t", "=web", "api")
    assert {finding["kind"] for finding in repaired(home)} == {"renamed", "respawned"}
    assert str(rows(home)["api"]["pid"]) == server.show(made["pane_id"], "#{pane_pid}")


def test_a_row_of_the_shell_tools_gets_its_ids(servers: Callable[..., Server], home: Home) -> None:
    server = servers(conf="set -g base-index 1\nset -g pane-base-index 1\n").start("-s", "web")
    add_row(home, "web", server, note="kept")
    assert [finding["kind"] for finding in repaired(home)] == ["no-ids"]
    row = rows(home)["web"]
    assert (row["target"], row["session_id"], row["pane_id"], row["note"]) == ("web:1.1", "$0", "%0", "kept")
    server.tmux("rename-session", "-t", "=web", "api")
    assert listed(home)["web"]["status"] == "alive"


def test_what_only_a_person_can_decide_remains(server: Server, home: Home) -> None:
    made = create(server, "web")
    by_jq(home, ".sessions.also = .sessions.web")
    create(server, "bare")
    server.tmux("split-window", "-d", "-t", "=bare:", "cat")
    server.tmux("kill-pane", "-t", rows(home)["bare"]["pane_id"])
    add_row(home, "rel", server, socket="./rel.sock")
    done = home.viewsync("reconcile", "--repair")
    assert done.code == 1
    assert kinds(home, "--repair") == {"web": "twice", "bare": "no-pane", "rel": "unknown"}
    assert made["session_id"] == rows(home)["also"]["session_id"]


def test_d54_rows_of_a_server_that_hangs_stay(servers: Callable[..., Server], home: Home) -> None:
    hung, well = servers("hung").start("-s", "a"), servers("well").start("-s", "b")
    add_row(home, "a", hung)
    add_row(home, "gone", well)
    os.kill(hung.pid, signal.SIGSTOP)
    done = found(home, "--repair", env={"VIEWSYNC_TMUX_TIMEOUT": "1"})
    os.kill(hung.pid, signal.SIGCONT)
    assert [(finding["name"], finding["kind"]) for finding in done["findings"]] == [("a", "unknown"), ("gone", "gone")]
    assert list(rows(home)) == ["a"]


def test_story_9_a_session_without_a_row_can_get_one(server: Server, home: Home) -> None:
    made = create(server, "ci-1", "--no-register")
    server.open("ci-1")
    assert rows(home) == {}
    lines = [line for line in home.viewsync("reconcile").out.splitlines() if "-view-" in line]
    assert lines == []
    done = home.viewsync("reconcile", "--register", "ci-1", "--json")
    assert done.fields() == {"name": "ci-1", "socket": server.socket, "registered": True}
    row = rows(home)["ci-1"]
    assert (row["session_id"], row["pane_id"], row["pid"]) == (made["session_id"], made["pane_id"], made["pid"])
    assert listed(home)["ci-1"]["status"] == "alive"
    assert found(home)["findings"] == []
    assert home.viewsync("reconcile", "--register", "ci-1").code == 3


def test_which_session_is_registered_is_not_guessed(servers: Callable[..., Server], home: Home) -> None:
    one, two = servers("one").start("-s", "web"), servers("two").start("-s", "web")
    done = home.viewsync("reconcile", "--register", "web")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert rows(home) == {}
    assert home.viewsync("reconcile", "--register", "web", "-S", two.socket).code == 0
    assert rows(home)["web"]["socket"] == two.socket
    assert home.viewsync("reconcile", "--register", "web", "-S", one.socket).code == 2


def leftovers(home: Home) -> list[str]:
    return sorted(
        os.path.relpath(os.path.join(folder, name), home.state)
        for folder, folders, files in os.walk(home.state)
        for name in [*folders, *files]
    )


def put(home: Home, name: str, text: str = "", *, old: bool = False) -> None:
    path = os.path.join(home.state, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    if old:
        os.utime(path, (1, 1))
        os.utime(os.path.dirname(path), (1, 1))


def test_d52_what_killed_writers_left_is_removed(server: Server, home: Home) -> None:
    create(server, "web")
    me, start = os.getpid(), processes.start_time(os.getpid())
    own = f"{server.pid}.{server.show('=proj:', '#{start_time}')}-1"
    put(home, f".sessions.json.tmp-{DEAD_PID}")
    put(home, ".sessions.aB3xY9", old=True)
    put(home, f"leases/{DEAD_PID}.1795000000-4")
    put(home, "exec/deaddeaddeaddead/maker", f"{DEAD_PID} 12.5\n")
    put(home, "exec/0000000000000000/out", old=True)
    put(home, f"backups/x.json.tmp-{DEAD_PID}")
    put(home, f"backups/dead.json.tmp-{me}", old=True)  # nobody writes for a day: another process has its number
    put(home, "exec/deaddeadbeefbeef/maker", f"{DEAD_PID} 12.5\n")
    put(home, "exec/deaddeadbeefbeef/begun", f"{me}\n", old=True)  # we are no relay
    put(home, "blocks/deaddeaddeaddead.py", old=True)
    put(home, "blocks/aaaaaaaaaaaaaaaa.py")
    keep = [
        f".sessions.json.tmp-{me}",
        ".sessions.zzzzzz",
        ".sessions.json.corrupt-1-2",
        f"leases/{own}",
        "leases/notes.txt",
        "exec/aaaaaaaaaaaaaaaa/out",
        "blocks/aaaaaaaaaaaaaaaa.py",
    ]
    for name in keep:
        put(home, name)
    put(home, "exec/bbbbbbbbbbbbbbbb/maker", f"{me} {start}\n")
    put(home, "exec/cccccccccccccccc/maker", f"{DEAD_PID} 12.5\n")
    relay = os.path.join(home.state, "exec/cccccccccccccccc/relay")
    running = subprocess.Popen(["sh", "-c", "read line", relay], stdin=subprocess.PIPE)
    put(home, "exec/cccccccccccccccc/begun", f"{running.pid}\n")
    assert len(repaired(home)) == 9
    running.communicate()
    names = leftovers(home)
    assert set(keep) < set(names)
    assert {"exec/bbbbbbbbbbbbbbbb/maker", "exec/cccccccccccccccc/maker"} < set(names)
    assert not [name for name in names if "dead" in name or "0" * 16 in name or str(DEAD_PID) in name]
    assert ".sessions.aB3xY9" not in names


@pytest.mark.parametrize(
    "name", ["exec/mine", "exec/0123456789ABCDEF", "blocks/mine.py", "blocks/0123456789abcdef.txt"]
)
def test_what_has_another_name_is_somebody_elses(server: Server, home: Home, name: str) -> None:
    put(home, f"{name}/work" if name.startswith("exec") else name, old=True)
    os.utime(os.path.join(home.state, name), (1, 1))
    before = leftovers(home)
    assert repaired(home) == []
    assert set(before) <= set(leftovers(home))


@pytest.mark.parametrize("folder", ["exec", "blocks", "backups", "leases"])
def test_what_a_link_leads_to_is_somebody_elses(server: Server, home: Home, folder: str) -> None:
    names = {"exec": "0123456789abcdef/out", "blocks": "0123456789abcdef.py", "backups": f"x.json.tmp-{DEAD_PID}"}
    name = names.get(folder, f"{DEAD_PID}.1795000000-4")
    put(home, f"../elsewhere/{name}", old=True)
    os.symlink(os.path.join(home.path, "elsewhere"), os.path.join(home.state, folder))
    assert repaired(home) == []
    assert os.path.exists(os.path.join(home.path, "elsewhere", name))


def test_d52_a_lease_that_somebody_holds_stays(server: Server, home: Home) -> None:
    from viewsync.store import lock

    put(home, f"leases/{DEAD_PID}.1795000000-4")
    held = lock.try_exclusive(os.path.join(home.state, "leases", f"{DEAD_PID}.1795000000-4"))
    assert held is not None
    assert repaired(home) == []
    os.close(held)
    assert len(repaired(home)) == 1


def test_buffers_that_senders_left_are_deleted(server: Server, home: Home) -> None:
    for name in ("vs-0011", "notes", "vs-x y"):
        server.tmux("set-buffer", "-b", name, "text")
    assert found(home)["findings"] == []  # they may be on their way
    ctx = Context(home.env, clock=lambda: time.time() + 100)

    def buffers() -> list[Finding]:
        every = reconciling.findings(ctx, reconciling.read(ctx))
        return [finding for finding in every if finding.kind == "buffer" and finding.socket == server.socket]

    assert [buffer.name for buffer in buffers()] == ["vs-0011"]
    assert reconciling.repair(ctx, buffers()) == {}
    assert buffers() == []
    assert server.tmux("list-buffers", "-F", "#{buffer_name}").split("\n") == ["vs-x y", "notes"]


@pytest.mark.parametrize("words", [("--report", "--repair"), ("--register",), ("-S", "/x"), ("--nonsense",)])
def test_a_wrong_argument(home: Home, words: tuple[str, ...]) -> None:
    done = home.viewsync("reconcile", *words)
    assert (done.code, done.err.count("\n")) == (1, 1), done


def test_d41_a_corrupt_registry_is_no_empty_one(server: Server, home: Home) -> None:
    put(home, ".sessions.json", "{not json")
    done = home.viewsync("reconcile", "--repair")
    assert (done.code, done.out) == (5, "")
    with open(os.path.join(home.state, ".sessions.json"), encoding="utf-8") as file:
        assert file.read() == "{not json"


def test_a_locked_registry_is_said(server: Server, home: Home) -> None:
    add_row(home, "gone", server)
    holder = home.program(["flock", os.path.join(home.state, ".sessions.lock"), "sh", "-c", "echo held; read line"])
    until(lambda: "held" in holder.text(), "the lock")
    assert home.viewsync("reconcile", env={"LOCK_TIMEOUT": "0.1"}).code == 1
    assert home.viewsync("reconcile", "--repair", env={"LOCK_TIMEOUT": "0.1"}).code == 75
    assert list(rows(home)) == ["gone"]


def test_no_pane_is_touched(server: Server, home: Home) -> None:
    create(server, "web")
    add_row(home, "proj", server, state="creating", maker=DEAD_PID)
    add_row(home, "gone", server)
    before = (server.pane_pids(), server.sessions())
    repaired(home)
    assert (server.pane_pids(), server.sessions()) == before
