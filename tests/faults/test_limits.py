"""Few files, many files, and every umask."""

from __future__ import annotations

import os
import resource
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from tests.commands.test_monitor import ENTERED
from tests.support.odd_start import Odd
from tests.support.sessions import create, note_pid, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


@pytest.mark.parametrize("files", [5, 7, 8, 9])
def test_where_no_program_can_be_run_nothing_is_forgotten(server: Server, home: Home, files: int) -> None:
    """Each of them lets Python begin, but no sh, as the launcher is one."""
    create(server, "sh", "--", "sh")
    server.open("sh")
    before = (list(rows(home)), list(home.rows()), server.sessions())
    for words in (["cleanup"], ["cleanup", "--views"], ["sweep"], ["reconcile"], ["list"], ["views"], ["health"]):
        done = home.run(Odd(files=files).start(sys.executable, "-I", "-X", "utf8", "-m", "viewsync", *words))
        told = done.err + done.out
        assert "cannot run tmux: Too many open files" in told, (words, done)
        assert "install tmux" not in told
        assert "a bug" not in told
    assert (list(rows(home)), list(home.rows()), server.sessions()) == before


def test_the_monitor_runs_below_a_program_that_leaks_a_thousand_files(server: Server, home: Home) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if resource.RLIM_INFINITY != hard < 2000:
        pytest.skip(f"no more than {hard} files may be open here")
    tab = home.program(Odd(files=2000, inherited=1100).start(home.launcher, "monitor"))
    until(lambda: (ENTERED in tab.text() and "0 sessions" in tab.text()) or tab.ended(), "its picture")
    tab.type("q")
    assert tab.wait() == 0, tab.text()


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o002])
def test_panes_have_our_umask_as_with_plain_tmux(servers: Callable[..., Server], home: Home, umask: int) -> None:
    server = servers()
    made = Odd(umask=umask).start(
        home.launcher, "create", "-S", server.socket, "-n", "sh", "--", "sh", "-c", "umask; cat"
    )
    assert home.run(made).code == 0
    note_pid(server)
    until(lambda: f"{umask:04o}" in server.tmux("capture-pane", "-p", "-t", "=sh:"), "its umask")


def test_nobody_else_writes_into_what_we_make_whatever_the_umask(server: Server, home: Home) -> None:
    """Not into the folders above our own, either: who could, could put another one in its place."""
    odd = Odd(umask=0)
    home.env["VIEWSYNC_STATE_DIR"] = os.path.join(home.path, "made/for/state")
    home.env["XDG_CONFIG_HOME"] = os.path.join(home.path, "config")
    home.env.pop("VIEWSYNC_DIRS")
    for words in (
        ["install"],
        ["create", "-S", server.socket, "-n", "sh", "--", "sh"],
        ["exec", "--", "true"],
        ["sweep"],
    ):
        done = home.run(odd.start(home.launcher, *words))
        assert done.code == 0, done
    private = home.env["VIEWSYNC_STATE_DIR"]
    open_to_others = []
    for folder, folders, names in os.walk(home.path):
        folders[:] = [name for name in folders if os.path.join(folder, name) != private]
        for name in (*folders, *names):
            found = os.lstat(os.path.join(folder, name))
            if found.st_mode & 0o022 and not stat.S_ISLNK(found.st_mode) and not stat.S_ISSOCK(found.st_mode):
                open_to_others.append(os.path.join(folder, name))
    assert open_to_others == []
    for path in (private, os.path.dirname(private)):
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o700
    assert list(rows(home)) == []  # of the other folder
