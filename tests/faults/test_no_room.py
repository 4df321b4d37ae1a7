"""Full disk, no descriptors, memory or processes: a line, a code, nothing is lost, and with room again all goes on."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import two_users
from tests.support.odd_start import Odd
from tests.support.sessions import create
from tests.support.wait import until
from viewsync import cli

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.server import Done, Home, Server

PYTHON = (sys.executable, "-I", "-X", "utf8", "-m", "viewsync")
ASKING = ("list", "health -s web", "capture -s web", "wait -s web -p never -T 1", "sweep --dry-run")
WRITING = (
    "create -n new -S SOCKET -- cat",
    "heartbeat -s web",
    "quarantine -s web",
    "rename -s web -n api",
    "open --json -S SOCKET proj",
    "kill -s web",
)
# No more than it has when it begins, and so many bytes.
SCARCE = """
import resource, sys
from viewsync.cli import main
with open("/proc/self/statm") as file:
    most = int(file.read().split()[0]) * resource.getpagesize() + int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_AS, (most, most))
sys.exit(main())
"""
PASSES = ("sweep", "cleanup", "reconcile --repair")


class FullDisk:
    """The state folder is a small disk of its own, that only what runs by `words` sees, and is full."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.filler = os.path.join(home.state, "filler")
        script = f"mount -t tmpfs -o size=256k,mode=700 none {home.state} && cp -a {home.path}/kept/. {home.state} && "
        self.holder = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", f"{script} echo ready && exec cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.holder.stdout
        if self.holder.stdout.readline() != b"ready\n":
            pytest.skip("no mount namespace can be made here, so there is no disk that could be full")

    def words(self, *argv: str) -> list[str]:
        return ["nsenter", "-t", str(self.holder.pid), "--mount", "--wd=/", *argv]

    def run(self, *words: str) -> Done:
        return self.home.run(self.words(self.home.launcher, *words))

    def fill(self) -> None:
        done = self.home.run(self.words("dd", "if=/dev/zero", f"of={self.filler}", "bs=512"))
        assert "No space left" in done.err, done

    def empty(self) -> None:
        assert self.home.run(self.words("rm", self.filler)).code == 0

    def registry(self) -> str:
        return self.home.run(self.words("cat", os.path.join(self.home.state, ".sessions.json"))).out

    def end(self) -> None:
        self.holder.kill()
        self.holder.communicate()


@pytest.fixture
def disk(server: Server, home: Home) -> Iterator[FullDisk]:
    create(server, "web", "--", "cat")
    os.rename(home.state, os.path.join(home.path, "kept"))
    os.mkdir(home.state, mode=0o700)
    found = FullDisk(home)
    yield found
    found.end()


def told(done: Done, reason: str) -> None:
    assert "Traceback" not in done.err + done.out, done
    assert done.code not in (0, 70, -1), done
    assert reason in done.err, done


def test_on_a_full_disk_nothing_is_lost_and_with_room_again_all_goes_on(server: Server, disk: FullDisk) -> None:
    disk.fill()
    before, sessions, panes = disk.registry(), server.sessions(), server.pane_pids()
    assert '"web"' in before
    for verb in ASKING:
        done = disk.run(*verb.split())
        assert done.code == (1 if verb.startswith("wait") else 0), (verb, done)
    for verb in WRITING[:-1]:
        told(disk.run(*verb.replace("SOCKET", server.socket).split()), "No space left on device")
        assert (disk.registry(), server.pane_pids()) == (before, panes), verb
    for verb in PASSES:
        done = disk.run(*verb.split())
        assert "Traceback" not in done.err + done.out, done
        assert done.code != 70, done
    assert (disk.registry(), server.sessions()) == (before, sessions)
    disk.empty()
    for verb in (*PASSES, "heartbeat -s web", "kill -s web"):
        done = disk.run(*verb.split())
        assert done.code == 0, (verb, done)
    assert server.sessions() == ["proj"]


@pytest.mark.parametrize("files", [5, 8, 10])
def test_without_descriptors_nothing_is_lost(server: Server, home: Home, files: int) -> None:
    """Each lets Python begin. What asks, too, cannot start tmux."""
    create(server, "web", "--", "cat")
    before, sessions, panes = home.registry(), server.sessions(), server.pane_pids()
    for verb in (*ASKING, *WRITING, "send -s web -c true", "exec -s web -- true"):
        words = verb.replace("SOCKET", server.socket).split()
        done = home.run(Odd(files=files).start(*PYTHON, *words))
        assert "Traceback" not in done.err + done.out, (verb, done)
        assert done.code != 70, (verb, done)
        assert "install tmux" not in done.err, (verb, done)
        if done.code == 0 and verb in ASKING:  # these were enough for it
            continue
        if done.code == 0:
            break
        assert (server.sessions(), server.pane_pids()) == (sessions, panes), (verb, done)
        assert home.registry()["sessions"].keys() == before["sessions"].keys(), (verb, done)
    assert home.viewsync("reconcile", "--repair").code == 0


@pytest.mark.parametrize("called", ["_run", "_guarded"])
def test_where_python_has_no_room_for_a_call_that_is_said(
    called: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it says then is no MemoryError, and came out once in some thousand runs of the test below."""

    def fail(*_: object) -> int:
        raise SystemError("error return without exception set")

    monkeypatch.setattr(cli, called, fail)
    assert cli.main(["list"]) == 70
    assert capsys.readouterr().err.startswith("viewsync: there is not enough memory")


@pytest.mark.parametrize("extra", [0, 1 << 20, 3 << 20])
def test_without_memory_no_verb_says_what_it_does_not_know(server: Server, home: Home, extra: int) -> None:
    """An error that nobody catches ends Python with 1, which `health` has for a program that is dead."""
    create(server, "web", "--", "cat")
    before, panes = home.registry()["sessions"].keys(), server.pane_pids()
    for verb in ("health -s web", "list", "sweep", "heartbeat -s web", "send -s web -c true", "wait -s web -p x -T 9"):
        done = home.run([sys.executable, "-I", "-X", "utf8", "-c", SCARCE, str(extra), *verb.split()])
        assert "Traceback" not in done.err + done.out, (verb, done)
        if "Timed out" in done.err:  # there was enough for it, and that is so
            continue
        not_sent = verb.startswith("send") and done.code == 1  # its own code for that
        assert not_sent or done.code in (0, 4, 5, 70), (verb, done)
        assert len(done.err.splitlines()) == (done.code != 0), (verb, done)
        assert (home.registry()["sessions"].keys(), server.pane_pids()) == (before, panes), (verb, done)
    assert home.viewsync("health", "-s", "web").code == 0


def test_without_processes_nothing_is_lost(servers: Callable[..., Server], other: Home) -> None:
    """Of a user that is not root, whom the limit does not hold."""
    done = other.viewsync("create", "-n", "web", "-L", "default", "--", "cat")
    assert done.code == 0, done
    before = other.registry()
    pid = int(str(before["sessions"]["web"]["server"]).partition(".")[0])
    try:
        for verb in (*ASKING, *WRITING, *PASSES, "send -s web -c true", "exec -s web -- true"):
            words = verb.replace("-S SOCKET", "-L default").split()
            done = other.run([two_users.python(), *Odd(processes=1).start(other.launcher, *words)[1:]])
            assert "Traceback" not in done.err + done.out, (verb, done)
            assert done.code != 70, (verb, done)
            if verb not in ("heartbeat -s web", "reconcile --repair"):
                assert "Resource temporarily unavailable" in done.err + done.out, (verb, done)
            assert other.registry()["sessions"].keys() == before["sessions"].keys(), (verb, done)
        assert other.viewsync("health", "-s", "web").code == 0
        assert other.viewsync("kill", "-s", "web").code == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 15)
    until(lambda: not other.processes(), "the end of the server")
