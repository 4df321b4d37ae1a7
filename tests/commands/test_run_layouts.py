"""viewsync run --diff tells of a layout what is true, whoever changed it, and clients' sizes are no change."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import termios
from typing import TYPE_CHECKING

import pytest

from tests.support.client import Tab
from tests.support.running import ran, unstarted
from tests.support.wait import until
from viewsync.tmux.rules.layouts import NAMES

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Server

server = unstarted
WINDOW = "=myapp-main-dev:0"
TWO = "e592,200x50,0,0{150x50,0,0,0,49x50,151,0,1}"
THREE = "a00d,200x50,0,0{150x50,0,0,0,49x50,151,0[49x25,151,0,1,49x24,151,26,2]}"


def file(layout: str, panes: int = 2) -> str:
    return f"session:\n  windows:\n    - name: w\n      layout: '{layout}'\n      panes: [{'null, ' * panes}]\n"


class Terminal:
    """A client of that session, whose size can be changed."""

    def __init__(self, server: Server, *size: int) -> None:
        self.server = server
        self.tab = Tab(
            ["tmux", "-u", "-S", server.socket, "attach", "-t", "=myapp-main-dev"], server.home.env, (size[0], size[1])
        )
        server.home.tabs.append(self.tab)
        self.seen(*size)

    def resize(self, *size: int) -> None:
        fcntl.ioctl(self.tab.master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        os.kill(self.tab.pid, signal.SIGWINCH)
        self.seen(*size)

    def seen(self, *size: int) -> None:
        row = f"{size[0]}x{size[1]}"
        until(lambda: row in self.server.tmux("list-clients", "-F", "#{client_width}x#{client_height}"), row)


def told(project: Project, name: str = "dev") -> list[str]:
    """What --diff says, and that its code goes with it."""
    done = project.viewsync("run", name, "--diff")
    lines = [line.strip() for line in done.out.splitlines()[1:]]
    assert (done.code, bool(lines)) in ((0, False), (2, True)), done
    return lines


def quiet(project: Project, name: str = "dev") -> bool:
    done = project.viewsync("run", name, "--no-attach")
    assert done.code == 0, done
    return "from its file" not in done.out


def applied(project: Project, server: Server) -> None:
    made = ran(project, server, "dev", "--apply")
    assert [change["what"] for change in made["changed"]] == ["layout of window 'w'"]
    assert (made["differences"], told(project)) == ([], [])


def test_a_layout_that_somebody_chose_is_told_and_brought_back(project: Project, server: Server) -> None:
    project.command("dev", file("even-horizontal", 3))
    ran(project, server, "dev")
    assert (told(project), quiet(project)) == ([], True)
    server.tmux("select-layout", "-t", WINDOW, "main-vertical")
    assert told(project) == ["~ layout of window 'w': 'main-vertical', in the file 'even-horizontal'"]
    assert not quiet(project)
    applied(project, server)


def test_panes_that_were_moved_are_told(project: Project, server: Server) -> None:
    project.command("dev", file("even-horizontal"))
    ran(project, server, "dev")
    server.tmux("move-pane", "-d", "-v", "-s", f"{WINDOW}.1", "-t", f"{WINDOW}.0")
    assert told(project) == ["~ layout of window 'w': 'even-vertical', in the file 'even-horizontal'"]
    applied(project, server)


def test_a_pane_that_was_resized_is_told_to_who_asks(project: Project, server: Server) -> None:
    """A client that was dragged larger leaves the same, so that no run without being asked speaks of it."""
    project.command("dev", file("even-horizontal"))
    ran(project, server, "dev")
    server.tmux("resize-pane", "-t", f"{WINDOW}.0", "-x", "120")
    (line,) = told(project)
    assert line.startswith("~ layout of window 'w': '")
    assert "120x50,0,0,1,79x50,121,0,2" in line
    assert line.endswith("', in the file 'even-horizontal'")
    assert quiet(project)
    applied(project, server)


def test_a_tree_is_compared_by_its_sizes_where_the_window_has_its_size(project: Project, server: Server) -> None:
    project.command("dev", file(TWO))
    ran(project, server, "dev")
    assert told(project) == []
    server.tmux("resize-pane", "-t", f"{WINDOW}.0", "-x", "100")
    assert told(project) == [f"~ layout of window 'w': 'even-horizontal', in the file '{TWO}'"]
    assert quiet(project)
    applied(project, server)
    server.tmux("resize-window", "-t", WINDOW, "-x", "100", "-y", "30")
    assert (told(project), quiet(project)) == ([], True)
    server.tmux("select-layout", "-t", WINDOW, "even-vertical")
    assert told(project) == [f"~ layout of window 'w': 'even-vertical', in the file '{TWO}'"]
    applied(project, server)


def test_a_file_that_was_changed_is_told(project: Project, server: Server) -> None:
    """Two panes stand side by side in both: how they stand proves nothing."""
    project.command("dev", file("even-horizontal"))
    ran(project, server, "dev")
    project.command("dev", file("main-vertical"))
    assert told(project) == ["~ layout of window 'w': 'even-horizontal', in the file 'main-vertical'"]
    applied(project, server)


@pytest.mark.parametrize("way", ["-h", "-v"])
def test_of_a_pane_too_many_only_that_is_told(project: Project, server: Server, way: str) -> None:
    project.command("dev", file("even-horizontal"))
    ran(project, server, "dev")
    server.tmux("split-window", "-d", way, "-t", f"{WINDOW}.1", "cat")
    assert told(project) == ["+ pane in window 'w' (%3) is not in the file"]
    assert quiet(project)
    server.tmux("select-layout", "-t", WINDOW, "even-vertical")
    assert len(told(project)) == 2
    made = ran(project, server, "dev", "--apply")
    assert [change["what"] for change in made["changed"]] == ["layout of window 'w'"]
    assert told(project) == ["+ pane in window 'w' (%3) is not in the file"]


def test_with_a_pane_too_many_a_tree_is_not_tried(project: Project, server: Server) -> None:
    project.command("dev", file(TWO))
    ran(project, server, "dev")
    server.tmux("split-window", "-d", "-v", "-t", f"{WINDOW}.1", "cat")
    assert told(project) == ["+ pane in window 'w' (%3) is not in the file"]
    server.tmux("select-layout", "-t", WINDOW, "even-vertical")
    assert "(stays as it is: changing it would end something)" in told(project)[0]
    made = ran(project, server, "dev", "--apply")
    assert (made["changed"], made["warnings"]) == ([], [])


def test_of_a_pane_too_few_only_that_is_told(project: Project, server: Server) -> None:
    project.command("dev", file("main-vertical", 4))
    ran(project, server, "dev")
    server.tmux("kill-pane", "-t", f"{WINDOW}.0")
    assert told(project) == ["- pane 1 of window 'w' is missing"]
    ran(project, server, "dev")
    assert told(project) == []


def test_a_window_of_one_pane_meets_every_layout(project: Project, server: Server) -> None:
    project.command("dev", file("tiled", 1))
    ran(project, server, "dev")
    project.command("dev", file("main-vertical", 1))
    assert (told(project), quiet(project)) == ([], True)


def test_a_zoomed_window_is_as_it_is_without(project: Project, server: Server) -> None:
    project.command("dev", file("even-horizontal", 3))
    ran(project, server, "dev")
    server.tmux("resize-pane", "-Z", "-t", f"{WINDOW}.1")
    assert (told(project), quiet(project)) == ([], True)
    assert server.show(WINDOW, "#{window_zoomed_flag}") == "1"
    server.tmux("select-layout", "-t", WINDOW, "tiled")
    server.tmux("resize-pane", "-Z", "-t", f"{WINDOW}.1")
    assert told(project) == ["~ layout of window 'w': 'tiled', in the file 'even-horizontal'"]


@pytest.mark.parametrize("layout", [*NAMES, THREE])
def test_no_size_of_a_client_is_a_difference(project: Project, server: Server, layout: str) -> None:
    panes = 5 if layout in NAMES else 3
    project.command("dev", file(layout, panes))
    ran(project, server, "dev")
    server.tmux("set-option", "-w", "-t", WINDOW, "pane-border-status", "top")
    client = Terminal(server, 113, 37)
    for size in ((41, 11), (200, 51), (7, 4), (2, 2), (131, 23), (1, 1), (200, 51)):
        client.resize(*size)
        assert quiet(project), size
        if layout in NAMES:
            assert told(project) == [], size
    if layout == THREE:  # cells that had no room did not get theirs back
        applied(project, server)


def test_a_client_that_is_dragged_is_no_difference(project: Project, server: Server) -> None:
    """tmux gives each new column to the first cell, and that is what is seen when asked."""
    project.command("dev", file("even-horizontal"))
    ran(project, server, "dev")
    client = Terminal(server, 80, 24)
    for columns in range(81, 101):
        client.resize(columns, 24)
    assert quiet(project)
    assert len(told(project)) == 1
    applied(project, server)


@pytest.mark.parametrize("layout", NAMES)
def test_a_frozen_session_is_as_its_file_says(project: Project, server: Server, layout: str) -> None:
    project.command("dev", file(layout, 4))
    ran(project, server, "dev")
    assert project.viewsync("freeze", "myapp-main-dev", "--name", "again").code == 0
    assert (told(project, "again"), quiet(project, "again")) == ([], True)
    Terminal(server, 93, 31)
    assert (told(project, "again"), quiet(project, "again")) == ([], True)


def test_a_layout_that_no_tmux_would_take_is_left_out_and_named(project: Project, server: Server) -> None:
    """A window that is too small for its panes has cells that do not fill it."""
    project.command("dev", file("tiled", 10))
    ran(project, server, "dev")
    server.tmux("select-layout", "-t", WINDOW, "main-vertical")
    server.tmux("resize-window", "-t", WINDOW, "-x", "3", "-y", "3")
    server.tmux("select-layout", "-t", WINDOW, "tiled")
    done = project.viewsync("freeze", "myapp-main-dev")
    assert done.code == 0
    assert "# Left out: the layout of window 'w'" in done.out
    assert "layout:" not in done.out
