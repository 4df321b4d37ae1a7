"""viewsync pick: on real terminals and in a popup, with real fzf and zoxide, and by its own picker."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import struct
import termios
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import programs
from tests.support.projects import Project
from tests.support.server import Server
from tests.support.sessions import create
from tests.support.wait import until
from viewsync.picking import choice_keys
from viewsync.picking.rules.choice import Choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.client import Tab
    from tests.support.server import Done, Home

ENTERED, LEFT = "\033[?1049h", "\033[?1049l"
HOSTILE = "it's $(touch ran) `touch ran` {1} -x; 日本"
TWO_WINDOWS = "session: { windows: [ { name: editor }, { name: server } ] }\n"


@pytest.fixture
def project(home: Home) -> Project:
    """A repository with a worktree and a command, and a folder that zoxide knows."""
    made = Project(home)
    made.repository()
    made.command("dev", TWO_WINDOWS)
    made.git("worktree", "add", "-q", "-b", "fix/it", os.path.join(home.path, "wt"))
    home.env["_ZO_DATA_DIR"] = os.path.join(home.path, "zoxide")
    return made


def zoxide(home: Home, *folders: str) -> None:
    programs.skip_without("zoxide")
    for folder in folders:
        os.makedirs(folder, exist_ok=True)
        assert home.run(["zoxide", "add", "--", folder]).code == 0


def choices(done: Done) -> dict[str, dict[str, Any]]:
    """By kind and name."""
    assert done.code == 0, done
    return {f"{choice['kind']} {choice['name']}": choice for choice in done.json()["choices"]}


def without_fzf(home: Home, *words: str) -> Tab:
    """A shell stays behind the picker, so that the terminal's settings can be read when it has ended."""
    return behind(home, "--own", f"--cwd={home.path}", *words)


def behind(home: Home, *words: str, env: dict[str, str] | None = None) -> Tab:
    line = 'trap : INT QUIT; "$@"; echo "code=$?"; read -r line'
    return home.program(["sh", "-c", line, "sh", home.launcher, "pick", *words], env=env)


def reads_keys(tab: Tab) -> None:
    until(lambda: not cooked(tab), "keys to be read one by one")


def code(tab: Tab) -> int:
    found = until(lambda: re.search(r"code=(\d+)", tab.text()), "its end")
    assert found
    return int(found[1])


def sees(tab: Tab, text: str) -> None:
    until(lambda: text in plain(tab) or (tab.ended() and tab.text()), f"{text!r} on the screen")
    assert text in plain(tab)


def plain(tab: Tab) -> str:
    return re.sub(r"\033\[[0-9;?]*[A-Za-z]", "", tab.text())


def screen(tab: Tab) -> list[str]:
    """The lines of the last picture."""
    return re.sub(r"\033\[[0-9;?]*[A-Za-z]", "", tab.text().rpartition("\033[H")[2]).split("\r\n")


def picker_pid(tab: Tab) -> int:
    return children(tab.pid)[0]


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def leave(tab: Tab, how: str) -> None:
    """By a signal's name, or by a key."""
    if how.isalpha():
        os.kill(picker_pid(tab), getattr(signal, f"SIG{how}"))
    else:
        tab.type(how)


def cooked(tab: Tab) -> bool:
    wanted = termios.ICANON | termios.ECHO
    return bool(termios.tcgetattr(tab.master)[3] & wanted == wanted)


# What there is to pick


def test_sessions_projects_worktrees_and_folders_are_offered(home: Home, server: Server, project: Project) -> None:
    server.tmux("new-session", "-d", "-s", HOSTILE)
    create(server, "calc", "--", "cat")
    folder = os.path.join(home.path, "src", "a.b:c")
    zoxide(home, folder, project.root)
    own = os.path.join(home.path, "config", "commands")
    os.makedirs(own, mode=0o700)
    with open(os.path.join(own, "notes.yaml"), "w", encoding="utf-8") as file:
        file.write(TWO_WINDOWS)
    found = choices(project.viewsync("pick", "--json"))
    assert set(found) == {
        "session proj",
        f"session {HOSTILE}",
        "session calc",
        "project myapp dev",
        "project notes",
        "worktree myapp main",
        "worktree myapp fix/it",
        "folder ~/src/a.b:c",
    }
    assert "registered" in found["session calc"]["detail"]
    assert found["project myapp dev"]["path"] == f"{project.root}/.viewsync/commands/dev.yaml"
    notes = found["project notes"]
    assert home.viewsync("pick", "--json", "--open", notes["key"]).json()["name"] == "notes"
    elsewhere = choices(home.viewsync("pick", "--json", f"--cwd={home.path}"))
    assert "project myapp dev" in elsewhere  # zoxide knows its folder
    assert (notes["detail"], elsewhere["project notes"]["detail"]) == ("of your own", "of your own, running")
    assert "worktree myapp main" not in elsewhere
    assert "folder    ~/src/a.b:c" in project.viewsync("pick", "--list").out


def test_what_is_picked_is_made_where_it_does_not_run(home: Home, server: Server, project: Project) -> None:
    folder, namesake = (os.path.join(home.path, name, "a.b:c") for name in ("src", "old"))
    zoxide(home, folder, namesake)
    found = choices(project.viewsync("pick", "--json"))

    def opened(choice: str) -> str:
        done = home.viewsync("pick", "--json", "--open", found[choice]["key"])
        assert done.code == 0, done
        return str(done.json()["name"])

    assert opened("session proj") == "proj"
    assert opened("worktree myapp fix/it") == "myapp-fix-it"
    assert [opened("folder ~/src/a.b:c"), opened("folder ~/old/a.b:c")] == ["a_b_c", "old-a_b_c"]
    assert server.show("=a_b_c:", "#{session_path}") == folder
    assert opened("folder ~/src/a.b:c") == "a_b_c"  # that one has the folder
    dev = opened("project myapp dev")
    server.tmux("kill-window", "-t", f"={dev}:server")
    assert opened("project myapp dev") == dev
    assert server.show(f"={dev}:", "#{session_windows}") == "1"  # and what was closed stays closed


def test_a_session_that_was_made_with_arguments_is_gone_to(home: Home, server: Server, project: Project) -> None:
    project.command("need", "arguments: { pr: { required: true } }\nsession: { name_template: 'need-{pr}' }\n")
    key = choices(project.viewsync("pick", "--json"))["project myapp need"]["key"]
    done = home.viewsync("pick", "--json", "--open", key)
    assert (done.code, "the argument 'pr' is missing" in done.err) == (1, True)
    ran = project.viewsync("run", "need", "pr=7", "--json").json()["name"]
    assert home.viewsync("pick", "--json", "--open", key).json()["name"] == ran
    assert server.sessions() == ["proj", ran]


def test_a_project_whose_file_names_a_server_is_run_there(
    home: Home, server: Server, project: Project, servers: Callable[..., Server]
) -> None:
    project.command("dev", "session: { socket_name: apart, windows: [ { name: editor } ] }\n")
    apart = servers(label="apart")
    key = choices(project.viewsync("pick", "--json"))["project myapp dev"]["key"]
    opened = home.viewsync("pick", "--json", "--open", key).json()
    apart.pid = int(apart.tmux("display-message", "-p", "#{pid}"))
    assert (opened["socket"], apart.sessions()) == (apart.socket, [opened["name"]])
    assert server.sessions() == ["proj"]


def test_a_project_that_runs_on_another_server_is_gone_to_and_not_made_anew(
    home: Home, server: Server, project: Project, servers: Callable[..., Server]
) -> None:
    ran = project.viewsync("run", "dev", "--json", "-L", "work").json()
    work = servers(label="work")
    work.pid = int(work.tmux("display-message", "-p", "#{pid}"))
    choice = choices(project.viewsync("pick", "--json"))["project myapp dev"]
    assert (choice["session"], choice["socket"]) == (ran["name"], work.socket)
    opened = home.viewsync("pick", "--json", "--open", choice["key"]).json()
    assert (opened["socket"], work.sessions(), server.sessions()) == (work.socket, [ran["name"]], ["proj"])


def test_what_has_gone_meanwhile_is_one_line(home: Home, server: Server, project: Project) -> None:
    server.tmux("new-session", "-d", "-s", "other")
    folder = os.path.join(home.path, "src")
    zoxide(home, folder)
    found = choices(project.viewsync("pick", "--json"))
    server.tmux("kill-session", "-t", "=other")
    os.unlink(f"{project.root}/.viewsync/commands/dev.yaml")
    os.rmdir(folder)
    for name, code in (("session other", 3), ("project myapp dev", 1), ("folder ~/src", 1)):
        done = home.viewsync("pick", "--json", "--open", found[name]["key"])
        assert (done.code, done.err.count("\n")) == (code, 1)
        assert "any more" in done.err
        shown = home.viewsync("pick", "--preview", found[name]["key"])
        assert (shown.code, shown.err) == (0, "")
    assert server.sessions() == ["proj"]


def test_a_preview_shows_the_pane_and_nothing_that_commands_the_terminal(home: Home, server: Server) -> None:
    server.tmux("new-session", "-d", "-s", HOSTILE, "printf 'one\\033]0;title\\007\\033[31mred'; cat")
    until(lambda: "red" in server.tmux("capture-pane", "-p", "-t", f"={HOSTILE}:"), "the pane's output")
    key = choices(home.viewsync("pick", "--json"))[f"session {HOSTILE}"]["key"]
    assert home.viewsync("pick", "--preview", key).out == "onered\n"
    coloured = home.viewsync("pick", "--preview", key, env={"FZF_PREVIEW_LINES": "10"}).out
    assert "\033[31m" in coloured
    assert "\033]" not in coloured
    assert home.viewsync("pick", "--preview", key, "--json").json()["lines"] == ["onered"]


def test_a_preview_is_of_the_session_that_would_be_opened(home: Home, server: Server) -> None:
    """Whatever its name means to tmux: here it is the id of another one."""
    own = server.show("=proj:", "#{session_id}")
    server.tmux("new-session", "-d", "-s", own, "echo mine; cat")
    session = next(choice for choice in choices(home.viewsync("pick", "--json")).values() if choice["name"] == own)
    seen = until(lambda: home.viewsync("pick", "--preview", session["key"]).out.split(), "something on its screen")
    assert seen == ["mine"]


def test_what_is_no_key_is_refused(home: Home) -> None:
    odd = [choice_keys.key(Choice("folder", "x", socket, "/")) for socket in ("", "here", "\ud800")]
    for key in ("x", "WyJmb2xkZXIiLCIiLCIiLCIvIl0=", "W10", "é", "a b", "WyJzZXNzaW9uIiwiIiwiIiwiIl0", *odd):
        done = home.viewsync("pick", "--json", f"--open={key}")
        assert (done.code, "not a key" in done.err) == (1, True)


def test_without_a_terminal_nothing_is_made(home: Home, server: Server) -> None:
    key = choice_keys.key(Choice("folder", "src", server.socket, home.path))
    done = home.viewsync("pick", "--open", key)
    assert (done.code, done.err.count("\n"), "kept" in done.err) == (1, 1, False)
    assert "there is no terminal to open 'src' in (" in done.err
    assert server.sessions() == ["proj"]


def test_a_terminal_that_cannot_draw_is_refused(home: Home, server: Server) -> None:
    del server
    tab = behind(home, env={"TERM": "dumb"})
    assert code(tab) == 1
    assert "pick needs a terminal that can draw" in tab.text()
    assert "\033" not in tab.text()


# fzf


def test_fzf_asks_and_the_terminal_becomes_the_client_of_a_view(home: Home, server: Server) -> None:
    programs.skip_without("fzf")
    server.tmux("new-session", "-d", "-s", HOSTILE, "echo previewed; cat")
    options = "--multi --print-query --expect=f1 --no-height --header-lines=9 --nth=1"
    launcher = os.path.join(home.path, "it's {q} {1}")
    os.symlink(home.launcher, launcher)
    env = {"FZF_DEFAULT_OPTS": options, "SHELL": "/no/such/shell", "VIEWSYNC_LAUNCHER": launcher}
    tab = home.program([home.launcher, "pick"], env=env)
    sees(tab, "proj")
    tab.type("日本")
    sees(tab, "previewed")
    tab.type("\r")
    client = str(until(lambda: server.clients().get(tab.pid), "a client"))
    assert "-view-" in client
    assert server.show(f"={client}:", "#{@viewsync_parent}") == HOSTILE
    assert not os.path.exists("ran")


def test_who_leaves_fzf_opens_nothing_and_has_the_terminal_back(home: Home, server: Server) -> None:
    programs.skip_without("fzf")
    for how, ends in (("\033", 130), ("TERM", 143), ("QUIT", 131)):
        tab = behind(home, f"--cwd={home.path}", env={"FZF_DEFAULT_OPTS": "--select-1"})
        sees(tab, "proj")
        reads_keys(tab)
        leave(tab, how)
        assert code(tab) == ends
        assert cooked(tab)
        assert tab.text().count(ENTERED) == tab.text().count(LEFT)
    assert server.sessions() == ["proj"]


def test_a_fzf_that_is_killed_leaves_the_terminal_as_it_was(home: Home, server: Server) -> None:
    programs.skip_without("fzf")
    tab = behind(home, f"--cwd={home.path}", env={"FZF_DEFAULT_OPTS": "--no-height"})
    sees(tab, "proj")
    reads_keys(tab)
    os.kill(children(picker_pid(tab))[0], signal.SIGKILL)
    assert code(tab) == 1
    assert "viewsync: signal 9 ended fzf" in tab.text()
    assert cooked(tab)
    assert tab.text().rindex(LEFT) > tab.text().rindex(ENTERED)
    assert server.sessions() == ["proj"]


def test_a_fzf_that_asks_nobody_opens_nothing(home: Home, server: Server) -> None:
    programs.skip_without("fzf")
    server.tmux("new-session", "-d", "-s", "other")
    tab = behind(home, f"--cwd={home.path}", env={"FZF_DEFAULT_OPTS": "--filter=session"})
    assert code(tab) == 1
    assert "fzf printed no choice, or several" in tab.text()
    assert server.clients() == {}


def test_fzf_is_not_asked_for_a_popup_in_a_popup(home: Home, server: Server) -> None:
    """As `--tmux` in its options would have it, which newer ones know."""
    with open(os.path.join(home.path, "fzf"), "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\necho "TMUX=$TMUX." > "$HOME/told"\nexit 130\n')
    os.chmod(file.name, 0o700)
    tab, _ = server.open("proj")
    line = f"PATH={home.path}:$PATH {home.launcher} pick"
    popup = home.program(["tmux", "-S", server.socket, "display-popup", "-c", tab.tty, "-E", line])
    popup.wait()
    with open(os.path.join(home.path, "told"), encoding="utf-8") as file:
        assert file.read() == "TMUX=.\n"


def test_options_that_fzf_does_not_know_are_told(home: Home, server: Server) -> None:
    programs.skip_without("fzf")
    tab = behind(home, env={"FZF_DEFAULT_OPTS": "--no-such-option"})
    assert code(tab) == 1
    assert "fzf ended with exit code 2 (FZF_DEFAULT_OPTS" in tab.text()


# Its own picker


def test_in_a_popup_the_client_goes_to_a_view_of_what_is_picked(home: Home, server: Server, project: Project) -> None:
    zoxide(home, os.path.join(home.path, "src", "日本 x"))
    tab, view = server.open("proj")
    line = f"_ZO_DATA_DIR={home.path}/zoxide {home.launcher} pick --own"
    popup = home.program(["tmux", "-S", server.socket, "display-popup", "-c", tab.tty, "-w", "90%", "-E", line])
    sees(tab, "enter open")
    tab.type("日x")
    sees(tab, "open> 日x_  1/")
    tab.type("\r")
    now = until(lambda: (found := server.clients()[tab.pid]) != view and found, "the client to switch")
    assert server.show(f"={now}:", "#{@viewsync_parent}") == "日本-x"
    assert popup.wait() == 0


def test_who_leaves_opens_nothing_and_has_the_terminal_back(home: Home, server: Server) -> None:
    for how, ends in (("\033", 130), ("\x03", 130), ("\x1c", 131), ("TERM", 143), ("HUP", 129)):
        tab = without_fzf(home)
        sees(tab, "enter open")
        assert not cooked(tab)
        leave(tab, how)
        assert code(tab) == ends
        assert cooked(tab)
        assert tab.text().count(ENTERED) == tab.text().count(LEFT) == 1
        assert "\033[?25h" in tab.text()
    assert server.sessions() == ["proj"]


def test_a_narrow_screen_of_another_size_and_wide_names_without_colours(home: Home, server: Server) -> None:
    server.tmux("new-session", "-d", "-s", "日本" * 30)
    server.tmux("new-session", "-d", "-s", "other")
    home.env["NO_COLOR"] = "1"
    tab = without_fzf(home)
    sees(tab, "3/3")
    fcntl.ioctl(tab.master, termios.TIOCSWINSZ, struct.pack("HHHH", 5, 20, 0, 0))
    tab.type("\033[B\033[A日")  # keys of several bytes
    sees(tab, "open> 日_  1/3")
    until(lambda: screen(tab)[2:3] == ["session    日本日本 "] and len(screen(tab)) == 5, "a picture of that size")
    assert not re.search(r"\033\[[0-9;]*\b(3[0-7]|4[0-7]|38|48)[;m]", tab.text())
    tab.type("\x15nothing\r\x15other\r")  # an Enter on nothing does nothing
    until(lambda: server.show("=other:", "#{session_group_attached}") == "1", "a client")


def test_a_server_that_does_not_answer_is_told_and_hides_no_other(home: Home, server: Server) -> None:
    other = Server(home, "other")
    other.start()
    os.kill(other.pid, signal.SIGSTOP)
    try:
        done = home.viewsync("pick", "--json", env={"VIEWSYNC_TMUX_TIMEOUT": "1"})
    finally:
        os.kill(other.pid, signal.SIGCONT)
        other.tmux("kill-server")
    assert "session proj" in choices(done)
    assert len(done.json()["errors"]) == 1
    assert done.err.count("\n") == 1


def test_a_key_breaks_off_a_look_at_a_server_that_hangs(home: Home, server: Server) -> None:
    server.tmux("new-session", "-d", "-s", "other")
    home.env["VIEWSYNC_TMUX_TIMEOUT"] = "300"
    tab = without_fzf(home)
    sees(tab, "enter open")
    os.kill(server.pid, signal.SIGSTOP)
    try:
        tab.type("\033[B")
        until(lambda: children(picker_pid(tab)), "a tmux that asks")
        tab.type("\033")
        assert code(tab) == 130
    finally:
        os.kill(server.pid, signal.SIGCONT)
