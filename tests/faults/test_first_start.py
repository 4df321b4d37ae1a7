"""The first start after a boot: /tmp is empty, and tmux, which makes the folder of its sockets, has not run yet."""

from __future__ import annotations

import os
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import note_pid
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.projects import Project
    from tests.support.server import Home, Server


@pytest.fixture
def folder(home: Home) -> str:
    return os.path.join(home.path, f"tmux-{os.geteuid()}")


@pytest.fixture
def first(servers: Callable[..., Server], folder: str) -> Iterator[Server]:
    """The server `w`, which nobody has started, in a folder that is not there."""
    found = servers("w")
    os.rmdir(folder)
    yield found
    if os.path.exists(found.socket):
        note_pid(found)


def mode(folder: str) -> str:
    return f"{stat.S_IMODE(os.lstat(folder).st_mode):04o}"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_create_makes_the_folder_as_tmux_does(first: Server, home: Home, folder: str, umask: int) -> None:
    words = ["create", "-L", "w", "-n", "sh"]
    done = subprocess.run([home.launcher, *words], env=home.env, umask=umask, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    ours = mode(folder)
    note_pid(first)
    plain = os.path.join(home.path, "plain")
    os.mkdir(plain)
    start = ["tmux", "-f", "/dev/null", "-L", "w", "new-session", "-d", "-P", "-F", "#{pid}", "sleep 600"]
    env = {**home.env, "TMUX_TMPDIR": plain}
    pid = subprocess.run(start, env=env, umask=umask, capture_output=True, text=True, check=True).stdout
    os.kill(int(pid), 15)
    assert ours == mode(os.path.join(plain, os.path.basename(folder))) == "0700"


def test_open_makes_a_session_and_the_folder(first: Server, home: Home, folder: str) -> None:
    done = home.viewsync("open", "--json", "--create", "-L", "w", "proj")
    assert (done.code, done.err, mode(folder)) == (0, "", "0700")
    assert first.sessions() == ["proj", done.json()["view"]]


def test_a_tab_opens(first: Server, home: Home) -> None:
    tab = home.tab("open", "--create", "-L", "w", "proj")
    until(lambda: (first.sessions() and first.clients().get(tab.pid)) or tab.ended(), "a client")
    assert not tab.ended(), tab.text()


def test_a_project_session_is_made(first: Server, project: Project, folder: str) -> None:
    project.command("dev", "session: {windows: [{name: a}]}\n")
    done = project.viewsync("run", "dev", "-L", "w", "--json")
    assert (done.code, mode(folder)) == (0, "0700"), done
    note_pid(first)


def test_many_at_once_make_it_once(first: Server, home: Home, folder: str) -> None:
    tabs = [home.tab("create", "-L", "w", "-n", f"sh{number}") for number in range(6)]
    assert [tab.wait() for tab in tabs] == [0] * 6
    assert (len(first.sessions()), mode(folder)) == (6, "0700")


def test_who_only_looks_makes_nothing(first: Server, home: Home, folder: str) -> None:
    for line in ("views -L w", "find -L w", "health -L w -t x", "open --json -L w x"):
        assert home.viewsync(*line.split()).code != 0
    assert not os.path.exists(folder)


def test_for_a_path_nothing_is_made(first: Server, home: Home) -> None:
    """As tmux makes nothing for -S."""
    missing = os.path.join(home.path, "missing")
    done = home.viewsync("create", "-S", os.path.join(missing, "sock"), "-n", "sh")
    assert (done.code, "No such file or directory" in done.err) == (3, True), done
    assert not os.path.exists(missing)


@pytest.mark.parametrize("kind", ["open", "link", "file", "foreign"])
def test_a_folder_that_tmux_refuses_is_refused(first: Server, home: Home, folder: str, kind: str) -> None:
    """Somebody else may have made it: then they could put a server of theirs in the place of ours."""
    elsewhere = os.path.join(home.path, "elsewhere")
    os.mkdir(elsewhere)
    if kind == "link":
        os.symlink(elsewhere, folder)
    elif kind == "file":
        with open(folder, "w", encoding="utf-8"):
            pass
    else:
        os.mkdir(folder)
        os.chmod(folder, 0o707 if kind == "open" else 0o700)
    if kind == "foreign":
        if os.geteuid() != 0:
            pytest.skip("only root may give a folder away")
        os.chown(folder, 54321, -1)
    said = {"open": "open to others", "foreign": "belongs to another user"}.get(kind, "is not a folder")
    for words, code in (
        (("create", "-L", "w", "-n", "sh"), 3),
        (("open", "--json", "--create", "-L", "w", "proj"), 4),
        (("views", "-L", "w"), 4),
    ):
        done = home.viewsync(*words)
        assert (done.code, said in done.err, done.err.count("\n")) == (code, True, 1), done
    assert os.path.isfile(folder) or os.listdir(folder) == []
    plain = subprocess.run(["tmux", "-L", "w", "new-session", "-d"], env=home.env, capture_output=True, check=False)
    assert plain.returncode == 1
