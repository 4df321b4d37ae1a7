"""Text that viewsync did not write is nobody's command: not the shell's, not tmux's, not the terminal's.

Names from hypothesis go through `open`, the hook, the sweep and a promotion, as the name of a session, a window, a
pane, a folder, and as the value of an option and of a variable. A file appears if a shell ever reads one.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.server import Home, Server
from tests.support.wait import until
from viewsync.tmux.rules import language
from viewsync.tmux.rules.versions import ends_groups_by_name

if TYPE_CHECKING:
    from collections.abc import Iterator

# Seeded by the test itself, so that CI sees the same names each time.
steady = settings(max_examples=25, derandomize=True, deadline=None, database=None)
ENV = {"VIEWSYNC_GRACE": "0"}
CANARY = "CANARY"
TOUCH = f"touch {CANARY}"

PIECES = [
    f"$({TOUCH})",
    f"`{TOUCH}`",
    f"#({TOUCH})",
    f"; {TOUCH};",
    f"| {TOUCH}",
    f"\n{TOUCH}\n",
    f"' {TOUCH} '",
    f'" ; run-shell "{TOUCH}" ; "',
    f"}} ; run-shell '{TOUCH}' ; {{",
    "' ; kill-server ; '",
    "; kill-session -a ;",
    "#{pid}",
    "#{session_name}",
    "#[fg=red]",
    "%H",
    "$HOME",
    "~",
    "=bystander",
    "bystander",
    "bystander:",
    "$0",
    "@0",
    "%0",
    "{last}",
    "-t",
    "--",
    "--create",
    "*",
    "\\",
    "\x1b]0;title\x07",
    "\x1bc",
    "日本",
    "\u202e",
    ",",
    "}",
    "'",
    '"',
    ";",
]
names = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("".join),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=30),
)


class World(NamedTuple):
    server: Server
    bystanders: set[str]
    panes: list[str]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A server with sessions that have nothing to do with it, in a folder of the test's own."""
    home = Home()
    server = Server(home).start("-s", "bystander", "-c", home.path)
    server.tmux("new-session", "-d", "-s", "0")
    server.tmux("new-session", "-d", "-s", "proj-view-1735324800-5432", "-t", "=bystander")
    yield World(server, set(server.sessions()), server.pane_pids())
    server.stop()
    home.remove()


def clear(world: World) -> None:
    """What an example that failed left."""
    for row in world.server.tmux("list-sessions", "-F", "#{session_id}\t#{session_name}").splitlines():
        identity, name = row.split("\t", 1)
        if name not in world.bystanders:
            world.server.tmux("kill-session", "-t", identity)


def canaries(home: Home) -> list[str]:
    """Wherever a shell of ours or of tmux's may stand."""
    folders = [home.path, os.getcwd(), "/", *(entry.path for entry in os.scandir(home.path) if entry.is_dir())]
    return [folder for folder in folders if os.path.exists(os.path.join(folder, CANARY))]


def as_word(text: str) -> str:
    """A value, which is no format."""
    return text[:-1] + "\\;" if text.endswith(";") else text


def session(server: Server, text: str) -> tuple[str, str] | None:
    """A session of that name, which also has it everywhere else; its id and the name that tmux gave it."""
    folder = os.path.join(server.home.path, re.sub(r"[/\0]", "_", text)[:60])
    if folder.rstrip(".") in (server.home.path, server.home.path + "/"):
        folder += "_"
    os.makedirs(folder, exist_ok=True)
    made = server.run(
        "new-session",
        "-d",
        "-P",
        "-F",
        "#{session_id}",
        "-s",
        as_word(language.unexpanded(text)),
        "-c",
        as_word(language.unexpanded(folder)),
    )
    if made.code:
        return None  # no name for tmux, or it is taken
    target = f"{made.out.strip()}:"
    server.run("rename-window", "-t", target, "--", as_word(language.unexpanded(text)))
    server.run("select-pane", "-t", target, "-T", as_word(language.unexpanded(text)))
    server.tmux("set-option", "-t", target, "--", "@x", as_word(text))
    server.tmux("set-option", "-t", target, "status-left", as_word(text))
    server.tmux("set-environment", "-t", target, "--", "FOO", as_word(text))
    server.tmux("set-environment", "-t", target, "--", "@y", as_word(text))
    return made.out.strip(), server.show(target, "#{session_name}")


def shown(text: str) -> tuple[str, str]:
    """As tmux prints it; from 3.4 to 3.5a control characters come as escapes."""
    return text.rstrip("\n"), re.sub("[\x00-\x1f\x7f]", _escape, text)


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    return "\\" + ("abtnvfr"[ord(char) - 7] if "\a" <= char <= "\r" else f"{ord(char):03o}")


@steady
@given(text=names)
@example(text=f"#({TOUCH})")
@example(text=f"a'; run-shell '{TOUCH}")
@example(text="bystander ")
@example(text="x\n#")
@example(text="\n0")
def test_no_name_is_a_command_and_no_other_session_is_touched(world: World, text: str) -> None:
    server, home = world.server, world.server.home
    clear(world)
    found = session(server, text)
    if found is None:
        return
    identity, name = found
    opened = home.viewsync(
        "open", "--json", "--lease", "0", "-S", server.socket, f"--title={text}", "--", name, env=ENV
    )
    assert opened.code == 0, opened
    view = opened.json()["view"]
    behind = ends_groups_by_name(server.tmux("display-message", "-p", "#{version}"))
    assert re.fullmatch(r"([A-Za-z0-9_~-]|[^\x00-\x9f])+" if behind else r"[A-Za-z0-9_-]+", view)
    assert view.encode() > name.encode() or not behind
    assert home.rows()[view]["parent"] == name
    assert server.tmux("show-environment", "-t", f"={view}:", "FOO") in shown(f"FOO={text}")
    assert server.tmux("show-options", "-v", "-t", f"={view}:", "@x") in shown(text)
    assert server.show(f"={view}:", "#{session_path}") == server.show(f"{identity}:", "#{session_path}")
    inside = {**ENV, "TMUX": f"{server.socket},{server.pid},0"}
    assert home.viewsync("hook", env=inside).code == 0
    assert set(server.sessions()) - {view} == world.bystanders | {name}
    become_parent(server, identity, view, name)
    assert set(server.sessions()) == world.bystanders | {name}
    server.tmux("kill-session", "-t", identity_of(server, name))
    assert set(server.sessions()) == world.bystanders
    assert server.pane_pids() == world.panes
    assert canaries(home) == []


def become_parent(server: Server, identity: str, view: str, name: str) -> None:
    """The parent is killed; the sweep gives its view the parent's name."""
    if view not in server.sessions():
        return  # its reservation was over, and the hook ended it
    server.tmux("kill-session", "-t", identity)
    server.run("set-option", "-u", "-t", f"={view}:", "@viewsync_lease")
    for words in (["views"], ["views", "--json", "--all"], ["sweep"]):
        done = server.home.viewsync(*words, env=ENV)
        assert done.code == 0, done
        assert "\x1b" not in done.out + done.err
    assert name in server.sessions()


def identity_of(server: Server, name: str) -> str:
    rows = server.tmux("list-sessions", "-F", "#{session_id}\t#{session_name}").splitlines()
    return next(row.split("\t")[0] for row in rows if row.split("\t", 1)[1] == name)


@steady
@given(text=names.filter(lambda text: "/" not in text))
@example(text="a b'#{pid}\"$(touch CANARY)")
@example(text="%H#(touch CANARY)")
@example(text="#[fg=red]##[x]#")
def test_a_launcher_of_any_path_is_run_by_the_hook_and_nothing_else_is(world: World, text: str) -> None:
    server, home = world.server, world.server.home
    clear(world)
    folder = os.path.join(home.path, text[:50])
    if "\n" in text or text in (".", ".."):
        return
    os.makedirs(folder, exist_ok=True)
    launcher = os.path.join(folder, "viewsync")
    if not os.path.lexists(launcher):
        os.symlink(home.launcher, launcher)
    server.tmux("set-environment", "-g", "VIEWSYNC_LAUNCHER", launcher)
    tab, view = server.open("bystander", env={"VIEWSYNC_LAUNCHER": launcher})
    tab.hang_up()
    until(lambda: view not in server.sessions(), "the end of the view")
    tab.wait()
    assert set(server.sessions()) == world.bystanders
    assert canaries(home) == []
