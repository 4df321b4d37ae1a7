"""A home with a line break, a tab or bytes that are no UTF-8 in its path: installed, hooked in, and taken back."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.setup.test_installing import hooks_of
from tests.support.server import ROOT
from tests.support.tree import tree
from viewsync import paths
from viewsync.tmux.rules import hooks

if TYPE_CHECKING:
    from tests.support.server import Home, Server

NAMES = ["line\nbreak", "tab\there", "\udcff\udcfe", "\x01\x7f\x1b[m", "bell\aback\\slash é"]


@pytest.fixture(params=NAMES, ids=ascii)
def odd(request: pytest.FixtureRequest, home: Home) -> Home:
    home.env["HOME"] = os.path.join(home.path, request.param)
    os.mkdir(home.env["HOME"])
    home.launcher = shutil.copy(home.launcher, home.env["HOME"])
    home.env["VIEWSYNC_LAUNCHER"] = home.launcher
    for name in ("VIEWSYNC_STATE_DIR", "VIEWSYNC_DIRS"):
        del home.env[name]
    return home


def test_hooks_are_known_again_and_taken_away(odd: Home, server: Server) -> None:
    before = tree(odd.env["HOME"])
    assert odd.viewsync("install").code == 0
    assert all(hooks_of(server))
    assert odd.viewsync("install").out.startswith("everything is set up already")
    assert odd.viewsync("open", "--json", "-S", server.socket, "proj").code == 0
    found = odd.viewsync("doctor", "--json").json()["checks"]
    wrong = [check for check in found if check["status"] == "fail"]
    assert wrong == []
    assert odd.viewsync("cleanup", "--views", env={"VIEWSYNC_GRACE": "0"}).code == 0
    assert odd.viewsync("uninstall", "--purge").code == 0
    assert hooks_of(server) == ["", ""]
    assert tree(odd.env["HOME"]) == before


def test_exec_says_so_in_a_line_where_no_shell_takes_the_path(odd: Home, server: Server) -> None:
    """A name of printable text is no problem."""
    assert odd.viewsync("create", "-S", server.socket, "-n", "a", "--", "sh").code == 0
    done = odd.viewsync("exec", "-s", "a", "--", "echo hi")
    assert done == (0, "hi\n", "") or (done.code, done.err.count("\n"), "VIEWSYNC_STATE_DIR" in done.err) == (
        125,
        1,
        True,
    )


def test_a_launcher_names_no_folders_that_it_cannot(home: Home) -> None:
    assert paths.baked({"XDG_STATE_HOME": "/a\nb", "XDG_CONFIG_HOME": "/c"}) == ""
    assert paths.baked({"XDG_STATE_HOME": "/a\tb", "XDG_CONFIG_HOME": "/c"}).count("\n") == 2
    done = home.run(["sh", os.path.join(ROOT, "install.sh")], {"HOME": f"{home.path}/a\nb"})
    assert (done.code, done.err.count("\n"), "line break" in done.err) == (1, 1, True), done


def test_what_tmux_prints_of_such_a_hook_is_known() -> None:
    said = "run-shell -b \"A=\\'/a\\\\nb\\\\tc\\\\377\\\\001\\\\033\\' v hook >/dev/null 2>&1 || : 4\""
    assert hooks.call([said], "A='/a\nb\tc\udcff\x01\x1b' v")
    assert not hooks.call([said], "A='/a\nb\tc\udcfe\x01\x1b' v")
