"""The lock: flock(1) and ours exclude each other, nobody waits for ever, and nobody's file is harmed."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.store.support import python, start
from tests.support.wait import stays, until
from viewsync.errors import LockTimeout
from viewsync.store import lock
from viewsync.system import processes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Home, Server

HOLD = """
from viewsync.store.lock import exclusive
with exclusive(sys.argv[1], 20):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="vs-") as folder:
        yield os.path.join(folder, ".sessions.lock")


def held(argv: list[str]) -> subprocess.Popen[str]:
    """A process that says when it holds the lock, and lets go when its stdin ends."""
    process = start(argv)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def let_go(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=60)


def flock(path: str) -> list[str]:
    return ["flock", path, "sh", "-c", "echo held; cat"]


def test_flock_1_waits_for_us(path: str) -> None:
    holder = held(python(HOLD, path))
    assert subprocess.run(["flock", "-n", path, "true"], check=False).returncode == 1
    let_go(holder)
    assert subprocess.run(["flock", "-n", path, "true"], check=False).returncode == 0


@pytest.mark.parametrize("ours", [True, False])
def test_we_wait_for_whoever_holds_it(path: str, ours: bool) -> None:
    holder = held(python(HOLD, path) if ours else flock(path))
    with pytest.raises(LockTimeout, match=r"Failed to acquire lock after 0\.1s"), lock.exclusive(path, 0.1):
        pass
    let_go(holder)
    with lock.exclusive(path, 0.1):
        pass


@pytest.mark.parametrize("writes", [True, False])
def test_a_queue_that_moves_is_waited_for(path: str, writes: bool) -> None:
    """Each write ends with a rename beside the lock. Here one holder stands for a queue of them."""
    holder = held(python(HOLD, path))
    begin = time.monotonic()
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.2) and time.monotonic() - begin < 2.5:
            if writes:
                with open(f"{path}.new", "w", encoding="utf-8"):
                    os.rename(f"{path}.new", f"{path}.written")
        let_go(holder)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        if writes:
            with lock.exclusive(path, 1.0):
                assert time.monotonic() - begin > 1.5
        else:
            with pytest.raises(LockTimeout), lock.exclusive(path, 1.0):
                pass
    finally:
        over.set()
        worker.join()


def test_a_verb_that_cannot_have_the_lock_ends_with_75(server: Server, home: Home) -> None:
    os.mkdir(home.state, mode=0o700)
    holder = held(flock(os.path.join(home.state, ".sessions.lock")))
    env = {"LOCK_TIMEOUT": "0.2", "TMUX": f"{server.socket},{server.pid},0"}
    done = home.viewsync("open", "--json", "-S", server.socket, "proj", env=env)
    assert done.code == 75
    assert done.json()["error"]["kind"] == "lock-timeout"
    assert server.sessions() == ["proj"]
    assert home.viewsync("hook", env=env).code == 0
    assert home.viewsync("views", env=env).code == 0  # reading needs no lock
    let_go(holder)
    assert home.viewsync("open", "--json", "-S", server.socket, "proj", env=env).code == 0


def test_a_holder_that_is_killed_lets_go(path: str) -> None:
    holder = held(python(HOLD, path))
    holder.kill()
    let_go(holder)
    with lock.exclusive(path, 5):
        pass


def test_the_lock_file_is_never_replaced(path: str) -> None:
    with lock.exclusive(path, 1):
        pass
    inode = os.stat(path).st_ino
    with lock.exclusive(path, 1):
        assert os.stat(path).st_ino == inode
    assert os.stat(path).st_ino == inode


@pytest.mark.parametrize("kind", ["file", "folder", "nothing"])
def test_a_symlink_in_its_place_is_set_aside_and_the_victim_untouched(path: str, kind: str) -> None:
    victim = os.path.join(os.path.dirname(path), "victim.txt")
    if kind == "file":
        with open(victim, "w", encoding="utf-8") as file:
            file.write("precious")
    elif kind == "folder":
        os.mkdir(victim)
        with open(os.path.join(victim, "owner"), "w", encoding="utf-8") as file:
            file.write(f"{dead_pid()} {os.uname().nodename} 1\n")
    os.symlink(victim, path)
    with lock.exclusive(path, 1):
        assert not os.path.islink(path)
    (aside,) = [name for name in os.listdir(os.path.dirname(path)) if "set-aside" in name]
    assert os.readlink(os.path.join(os.path.dirname(path), aside)) == victim
    if kind == "file":
        with open(victim, encoding="utf-8") as file:
            assert file.read() == "precious"
    elif kind == "folder":
        assert os.listdir(victim) == ["owner"]
    else:
        assert not os.path.exists(victim)


# --- the shell tools' directory in its place -------------------------------------------------------------------------


def directory(path: str, owner: str | None) -> None:
    os.mkdir(path)
    if owner is not None:
        with open(os.path.join(path, "owner"), "w", encoding="utf-8") as file:
            file.write(owner)


def mine() -> str:
    """As the shell tools write it."""
    return f"{os.getpid()} {os.uname().nodename} {int(time.time())}\n"


def dead_pid() -> int:
    gone = subprocess.Popen(["true"])
    gone.wait()
    return gone.pid


def test_a_directory_of_a_living_process_is_honoured(path: str) -> None:
    directory(path, mine())
    with pytest.raises(LockTimeout), lock.exclusive(path, 0.1):
        pass
    assert os.listdir(path) == ["owner"]


@pytest.mark.parametrize("when", ["soon", "2026-01-01T00:00:00Z"])
def test_a_directory_of_a_living_process_that_says_no_time_is_honoured(path: str, when: str) -> None:
    directory(path, f"{os.getpid()} {os.uname().nodename} {when}\n")
    os.utime(path, (1, 1))
    with pytest.raises(LockTimeout), lock.exclusive(path, 0.1):
        pass


@pytest.mark.parametrize("kind", ["theirs", "ours", "of an earlier boot"])
def test_the_directory_of_a_dead_process_whose_number_another_one_has_is_cleared(path: str, kind: str) -> None:
    """Of the shell tools' only the time tells: the process that has the number began later."""
    start = processes.start_time(os.getpid())
    began = int(processes.began(os.getpid()))
    owner = {
        "theirs": f"{began - 3600}",
        "ours": f"{began + 10} {start - 5}",
        "of an earlier boot": f"{began + 10} {start + 2.0**28}",
    }[kind]
    directory(path, f"{os.getpid()} {os.uname().nodename} {owner}\n")
    with lock.exclusive(path, 1):
        assert not os.path.isdir(path)


def test_a_directory_of_another_machine_is_honoured(path: str) -> None:
    directory(path, f"{dead_pid()} another-host 1\n")
    with pytest.raises(LockTimeout), lock.exclusive(path, 0.1):
        pass
    assert os.listdir(path) == ["owner"]


def test_the_directory_of_a_dead_process_is_cleared(path: str) -> None:
    directory(path, f"{dead_pid()} {os.uname().nodename} 1\n")
    with lock.exclusive(path, 1):
        assert not os.path.isdir(path)


@pytest.mark.parametrize("owner", [None, "", "12"])
def test_a_directory_whose_maker_was_killed_before_it_wrote_its_name(path: str, owner: str | None) -> None:
    directory(path, owner)
    with pytest.raises(LockTimeout), lock.exclusive(path, 0.1):
        pass
    os.utime(path, (1, 1))  # it stands there since 1970
    if owner is None:
        with lock.exclusive(path, 1):
            assert not os.path.isdir(path)
        return
    with lock.exclusive(path, 1):
        assert not os.path.isdir(path)


def test_a_directory_is_cleared_by_one_and_never_taken_from_the_next(path: str) -> None:
    """Many see the dead owner at once; whoever makes the next directory keeps it."""
    for _ in range(30):
        directory(path, f"{dead_pid()} {os.uname().nodename} 1\n")
        threads = [threading.Thread(target=lock._clear_dead, args=(path, os.path.join(path, "owner"))) for _ in "12345"]
        for thread in threads:
            thread.start()
        until(lambda: not os.path.exists(path), "the end of the dead one's")
        directory(path, mine())
        for thread in threads:
            thread.join()
        assert os.listdir(path) == ["owner"]
        os.unlink(os.path.join(path, "owner"))
        os.rmdir(path)


def test_the_directory_is_the_lock_where_flock_1_is_missing(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS, seen here by what `_has_flock` answers there."""
    monkeypatch.setattr(lock, "_has_flock", lambda: False)
    with lock.exclusive(path, 1):
        assert os.path.isdir(path)
        with open(os.path.join(path, "owner"), encoding="utf-8") as file:
            pid, host, made, start, place = file.read().split()
        assert (pid, host, place) == (str(os.getpid()), os.uname().nodename, processes.place())
        assert abs(int(made) - time.time()) < 30
        assert float(start) == processes.start_time(os.getpid())
        with pytest.raises(LockTimeout), lock.exclusive(path, 0.05):
            pass
    assert not os.path.exists(path)


# --- taken at once, and kept -----------------------------------------------------------------------------------------


def test_try_exclusive_has_it_at_once_or_not_at_all(path: str) -> None:
    handle = lock.try_exclusive(path)
    assert handle is not None
    before = time.monotonic()
    assert lock.try_exclusive(path) is None
    assert time.monotonic() - before < 1
    os.close(handle)
    again = lock.try_exclusive(path)
    assert again is not None
    os.close(again)


def test_try_exclusive_is_not_inherited_by_children(path: str) -> None:
    handle = lock.try_exclusive(path)
    assert handle is not None
    child = subprocess.Popen(["sh", "-c", "echo up; cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout
    assert child.stdout.readline() == b"up\n"
    os.close(handle)
    again = lock.try_exclusive(path)
    assert again is not None
    os.close(again)
    child.communicate(timeout=60)


def test_waiting_writers_come_in_one_by_one(path: str) -> None:
    first = held(python(HOLD, path))
    second = start(python(HOLD, path))
    assert second.poll() is None
    stays(lambda: second.poll(), 0.1)
    let_go(first)
    assert second.stdout
    assert second.stdout.readline() == "held\n"
    let_go(second)


_PASSING = """
import os
from viewsync.store.lock import for_a_while
path, alone = sys.argv[1:]
for _ in range(300):
    with for_a_while(path, 60):
        os.close(os.open(alone, os.O_CREAT | os.O_EXCL))  # fails where another one is within
        os.unlink(alone)
print("done", flush=True)
"""


def test_a_lock_whose_file_goes_lets_one_in_at_a_time_and_leaves_nothing(path: str) -> None:
    """Also who waits for the file of one that is about to remove it, and after one that was killed."""
    with open(path, "w", encoding="utf-8"):
        pass
    many = [start(python(_PASSING, path, f"{path}.alone")) for _ in range(4)]
    assert [process.communicate(timeout=120)[0] for process in many] == ["done\n"] * 4
    assert os.listdir(os.path.dirname(path)) == []


def test_who_comes_too_late_for_such_a_lock_is_told(path: str) -> None:
    with lock.for_a_while(path, 0):
        with pytest.raises(LockTimeout), lock.for_a_while(path, 0):
            raise AssertionError("two hold it")
        assert os.path.exists(path)
    with lock.for_a_while(path, 0):
        pass
    assert not os.path.exists(path)
