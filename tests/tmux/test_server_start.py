"""The start of a tmux server, which is as slow as its configuration, and the folder that it lives in."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.server import alive
from tests.support.sessions import note_pid
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.projects import Project
    from tests.support.server import Home, Server

# Ways in which a tmux.conf waits for a program, as those of plugin managers do.
WAIT = "until test -e ~/go; do sleep 0.02; done"
SLOW = {
    "run-shell": f"run-shell '{WAIT}'",
    "if-shell": f"if-shell '{WAIT}' 'set -g status off'",
    "sourced": "source-file ~/more.conf",
    "plugin manager": f"run-shell '{WAIT}; tmux set -g @plugin 1; tmux source-file ~/empty.conf'",
}
SHORT = {"VIEWSYNC_TMUX_TIMEOUT": "0.2"}


@pytest.fixture
def first(servers: Callable[..., Server], home: Home) -> Iterator[Server]:
    found = servers("w")
    for name, text in (("more.conf", f"run-shell '{WAIT}'\n"), ("empty.conf", "")):
        with open(os.path.join(home.path, name), "w", encoding="utf-8") as file:
            file.write(text)
    yield found
    go(home)
    if os.path.exists(found.socket) and found.run("list-sessions").code == 0:
        note_pid(found)


def configure(home: Home, text: str) -> None:
    with open(os.path.join(home.path, ".tmux.conf"), "w", encoding="utf-8") as file:
        file.write(f"{text}\n")


def go(home: Home) -> None:
    with open(os.path.join(home.path, "go"), "w", encoding="utf-8"):
        pass


def pid(home: Home) -> int:
    """Of the server, 0 where there is none. It is not asked: it answers nobody while it loads for one who is gone."""
    for found in home.processes():
        with contextlib.suppress(OSError), open(f"/proc/{found}/comm", encoding="utf-8") as file:
            if file.read() == "tmux: server\n":
                return found
    return 0


@pytest.mark.parametrize("conf", SLOW)
def test_a_server_has_the_time_that_its_configuration_takes(first: Server, home: Home, conf: str) -> None:
    configure(home, SLOW[conf])
    tab = home.tab("create", "-L", "w", "-n", "sh", env=SHORT)
    until(lambda: "loading its configuration" in tab.text() or tab.ended(), "that it is said what we wait for")
    assert not tab.ended(), tab.text()
    go(home)
    assert tab.wait() == 0, tab.text()
    assert first.sessions() == ["sh"]


def test_so_for_a_tab_and_for_a_project(first: Server, home: Home, project: Project) -> None:
    configure(home, SLOW["run-shell"])
    project.command("dev", "session: {windows: [{name: a}]}\n")
    tab = home.tab("open", "--create", "-L", "w", "proj", env=SHORT)
    until(lambda: "loading its configuration" in tab.text() or tab.ended(), "that it is said what we wait for")
    go(home)
    until(lambda: first.clients().get(tab.pid) or tab.ended(), "a client")
    assert not tab.ended(), tab.text()
    note_pid(first)
    first.stop()
    first.pid = 0
    os.unlink(os.path.join(home.path, "go"))
    in_project = ["sh", "-c", 'cd "$0" && exec "$@"', project.root]
    run = home.program([*in_project, home.launcher, "run", "dev", "-L", "w"], SHORT)
    until(lambda: "loading its configuration" in run.text() or run.ended(), "that it is said what we wait for")
    go(home)
    assert run.wait() == 0, run.text()


def test_tabs_that_open_meanwhile_have_what_is_there(first: Server, home: Home) -> None:
    """As WezTerm's startup opens five at once: none says that the session is there already."""
    configure(home, SLOW["run-shell"])
    tabs = [home.tab("open", "--create", "-L", "w", "proj") for _ in range(5)]
    until(lambda: (pid(home) and os.path.exists(first.socket)) or any(tab.ended() for tab in tabs), "a server")
    go(home)
    until(lambda: len(first.clients()) == 5 or any(tab.ended() for tab in tabs), "five clients")
    assert not any(tab.ended() for tab in tabs), [tab.text() for tab in tabs]
    assert [name for name in first.sessions() if "-view-" not in name] == ["proj"]


def test_one_that_takes_longer_is_not_left_half_started(first: Server, home: Home) -> None:
    configure(home, SLOW["run-shell"])
    done = home.viewsync("create", "-L", "w", "-n", "sh", env={"VIEWSYNC_TMUX_START_TIMEOUT": "0.5"})
    assert (done.code, "tmux_start_timeout" in done.err or "see `viewsync list`" in done.err) == (3, True), done
    server = pid(home)
    assert server
    go(home)
    until(lambda: not alive(server), "the end of a server that has nothing to do")


@pytest.mark.parametrize("way", ["create", "open", "run"])
def test_a_server_does_not_live_in_the_folder_of_who_starts_it(
    first: Server, home: Home, project: Project, way: str
) -> None:
    """A worktree that is removed would take the server's folder away; its sessions stand there all the same."""
    worktree = os.path.join(home.path, "tree")
    shutil.copytree(project.root, worktree) if os.path.isdir(project.root) else os.mkdir(worktree)
    words = {
        "create": ["create", "-n", "proj"],
        "open": ["open", "--json", "--create", "proj"],
        "run": ["run", "dev"],
    }[way]
    project.command("dev", "session: {windows: [{name: a}]}\n")
    here = project.root if way == "run" else worktree
    done = home.call([home.launcher, *words, "-L", "w"], home.env, cwd=here)
    assert done.code == 0, done
    note_pid(first)
    assert os.readlink(f"/proc/{first.pid}/cwd") == home.path
    assert set(first.tmux("list-panes", "-a", "-F", "#{pane_current_path}").splitlines()) == {here}


@pytest.mark.parametrize("place", ["missing", "file", "closed"])
def test_without_a_home_it_lives_in_the_root_folder(first: Server, home: Home, place: str) -> None:
    path = os.path.join(home.path, place)
    if place == "file":
        with open(path, "w", encoding="utf-8"):
            pass
    elif place == "closed":
        os.mkdir(path, 0o000)
    done = home.viewsync("create", "-L", "w", "-n", "sh", env={"HOME": path})
    assert done.code == 0, done
    note_pid(first)
    assert os.readlink(f"/proc/{first.pid}/cwd") == ("/" if place != "closed" or os.geteuid() else path)


def test_a_tmux_named_by_a_relative_path_starts_it(first: Server, home: Home) -> None:
    os.symlink(shutil.which("tmux") or "", os.path.join(home.path, "mytmux"))
    done = home.call(
        [home.launcher, "create", "-L", "w", "-n", "sh"], {**home.env, "VIEWSYNC_TMUX": "./mytmux"}, cwd=home.path
    )
    assert (done.code, first.sessions()) == (0, ["sh"]), done


def test_a_relative_folder_is_one_below_ours(first: Server, home: Home) -> None:
    below = os.path.join(home.path, "a", "b")
    os.makedirs(below)
    words = ["open", "--json", "--create", "-L", "w", "--cwd", "b", "proj"]
    done = home.call([home.launcher, *words], home.env, cwd=os.path.dirname(below))
    assert (done.code, first.show("=proj:", "#{session_path}")) == (0, below), done


def test_a_link_on_the_way_stays_one(first: Server, home: Home) -> None:
    real, link = os.path.join(home.path, "real"), os.path.join(home.path, "link")
    os.mkdir(real)
    os.symlink(real, link)
    done = home.call([home.launcher, "create", "-L", "w", "-n", "sh"], {**home.env, "PWD": link}, cwd=link)
    assert (done.code, first.show("=sh:", "#{session_path}")) == (0, link), done
