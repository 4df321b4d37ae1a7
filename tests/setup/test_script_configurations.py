"""A tmux configuration that is also a shell script, in the comments of which it stands; one that git tracks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.setup.test_installing import MARK, get, hooks_of, install, put, uninstall
from tests.support.projects import Project
from tests.support.sessions import note_pid
from tests.support.tree import tree
from tests.support.wait import until
from viewsync.setup.rules import marked_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server

# As the widely used one does it: `cut` takes the first two characters of each line away.
SCRIPT = b"""# : << 'EOF'
set -g @mine 1
run 'cut -c3- "%s" | sh -s apply > "$HOME/out" 2>&1; echo "code $?" >> "$HOME/out"'
# EOF
#
# set -e
# apply() { echo applied; }
#
# "$@"
"""
SOCKETS = (f"tmux-{os.geteuid()}",)  # the folder of tmux's
AT_HOME, BELOW = ".tmux.conf", ".config/tmux/tmux.conf"


@pytest.fixture
def real(servers: Callable[..., Server], home: Home) -> Callable[[], Server]:
    """Starts the server that reads the user's own configurations."""

    def start() -> Server:
        assert home.run(["tmux", "-L", "default", "new-session", "-d", "cat"], {"SHELL": "/bin/sh"}).code == 0
        found = servers()
        note_pid(found)
        return found

    return start


def script(home: Home, name: str, more: bytes = b"") -> bytes:
    text = SCRIPT % os.path.join(home.path, name).encode() + more
    put(home, name, text)
    return text


def works(server: Server) -> None:
    """The script, and the hooks."""
    said = os.path.join(server.home.path, "out")
    until(lambda: os.path.exists(said) and b"code" in get(said), "the script's end")
    assert get(said) == b"applied\ncode 0\n"
    until(lambda: all(hooks_of(server)), "the hooks")
    assert server.tmux("show-options", "-gv", "@mine") == "1"


def test_such_a_file_stays_as_it_is_where_tmux_reads_another_one_behind_it(
    home: Home, real: Callable[[], Server]
) -> None:
    text = script(home, AT_HOME)
    before = tree(home.path, SOCKETS)
    install(home)
    assert get(os.path.join(home.path, AT_HOME)) == text
    assert MARK.encode() in get(os.path.join(home.path, BELOW))
    assert install(home).out.startswith("everything is set up already")
    works(real())
    os.unlink(os.path.join(home.path, "out"))
    uninstall(home, "--purge")
    assert tree(home.path, SOCKETS) == before


@pytest.mark.parametrize(
    ("name", "more"), [(BELOW, b""), (AT_HOME, b""), (AT_HOME, b"# # x\n")], ids=["the last", "with plugins", "old"]
)
def test_else_the_line_stands_above_everything_where_it_is_nothing_to_sh(
    home: Home, real: Callable[[], Server], name: str, more: bytes
) -> None:
    text = script(home, name, more)
    if name == AT_HOME and not more:  # a plugin manager would read a second file in its place
        text = text.replace(b"set -g @mine 1\n", b"set -g @mine 1\nset -g @plugin 'a/b'\n")
        put(home, name, text)
    if more:  # below its end, as an earlier version put it
        put(home, name, b"set -g @mine 1\n")
        install(home)
        ours = get(os.path.join(home.path, name)).splitlines(keepends=True)[-1]
        put(home, name, text + ours)
        os.makedirs(os.path.join(home.path, ".config/tmux"))
        os.symlink("../../.tmux.conf", os.path.join(home.path, BELOW))
    said = install(home).out
    assert "the line of viewsync stands above everything in it" in said
    found = get(os.path.join(home.path, name))
    assert found.endswith(text)
    assert found.count(MARK.encode()) == 1
    assert install(home).out.startswith("everything is set up already")
    works(real())
    uninstall(home)
    assert get(os.path.join(home.path, name)) == text


def test_the_line_goes_from_below_such_a_file_to_the_one_behind_it(home: Home) -> None:
    put(home, AT_HOME, b"set -g @mine 1\n")
    install(home)
    ours = get(os.path.join(home.path, AT_HOME)).splitlines(keepends=True)[-1]
    text = SCRIPT % b"$TMUX_CONF"
    put(home, AT_HOME, text + ours)
    install(home)
    assert get(os.path.join(home.path, AT_HOME)) == text
    assert get(os.path.join(home.path, BELOW)) == ours


def test_what_git_tracks_through_a_link_is_said(home: Home) -> None:
    dotfiles = Project(home, "dotfiles")
    dotfiles.repository()
    put(home, "dotfiles/tmux.conf", b"set -g @mine 1\n")
    os.symlink("dotfiles/tmux.conf", os.path.join(home.path, AT_HOME))
    assert "git tracks" not in install(home).out
    uninstall(home)
    dotfiles.git("add", "tmux.conf")
    dotfiles.git("commit", "-qm", "mine")
    said = install(home).out
    assert f"git tracks {home.path}/dotfiles/tmux.conf in {home.path}/dotfiles: the line" in said
    uninstall(home)
    assert dotfiles.git("status", "--short", "tmux.conf") == ""


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        (b"run 'cut -c3- \"$TMUX_CONF\" | sh -s apply'", True),
        (b"bind m run \"cut -c3- '#{TMUX_CONF}' | sh -s _toggle_mouse\"", True),
        (b"run-shell \"sed 's/^# //' ~/.tmux.conf | bash\"", True),
        (b"  if-shell 'tail -n +9 ~/.config/tmux/tmux.conf | /bin/dash' ''", True),
        (b"run 'sh < #{current_file}'", True),
        (b"# run 'cut -c3- \"$TMUX_CONF\" | sh -s apply'", False),
        (b"bind r source-file ~/.tmux.conf", False),
        (b"bind r run \"sh -c 'tmux source ~/.tmux.conf'\"", False),
        (b"run 'grep -q mouse ~/.tmux.conf && echo x | sh_like'", False),
    ],
)
def test_what_hands_itself_to_a_shell(line: bytes, is_one: bool) -> None:
    assert marked_line.reads_itself(b"set -g mouse on\n" + line + b"\nset -g status on\n") is is_one
