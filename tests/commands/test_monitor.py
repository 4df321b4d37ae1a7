"""viewsync monitor: on a real terminal, with real sessions and keys. However it ends, the terminal is as it was."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import struct
import sys
import termios
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.projects import Project
from tests.support.running import ran, trusted
from tests.support.sessions import count, counting_tmux, create, rows
from tests.support.wait import until
from tests.test_hot_path import imported
from viewsync.store.history_database import History

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.client import Tab
    from tests.support.server import Home, Server

ENTERED, LEFT = "\033[?1049h", "\033[?1049l"
PROMPT = "PS1=$ "


def behind(home: Home, argv: list[str], env: dict[str, str] | None = None) -> Tab:
    """A shell stays behind it, so that the terminal's settings can be read when it has ended."""
    line = 'trap : INT; "$@"; echo "code=$?"; read -r line'
    return home.program(["sh", "-c", line, "sh", *argv], env=env)


class Watcher:
    """A terminal on which the monitor runs."""

    def __init__(self, home: Home, *words: str, env: dict[str, str] | None = None) -> None:
        self.home = home
        self.tab = self.start(home, words, env)
        self.size(120, 30)

    @staticmethod
    def start(home: Home, words: tuple[str, ...], env: dict[str, str] | None) -> Tab:
        return behind(home, [home.launcher, "monitor", "--interval", "0.3s", *words], env)

    def size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.tab.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def screen(self) -> str:
        """The last whole picture, without its styles."""
        pictures = self.tab.text().split("\033[H")
        return re.sub(r"\033\[[0-9;?]*[A-Za-z]", "", pictures[-1])

    def sees(self, text: str) -> str:
        def look() -> str:
            assert not self.tab.ended(), self.tab.text()
            return self.screen() if text in self.screen() else ""

        try:
            return until(look, f"{text!r} on the screen")
        except AssertionError:
            raise AssertionError(f"{text!r} is not on the screen:\n{self.screen()}") from None

    def sees_no_more(self, text: str) -> None:
        until(lambda: text not in self.screen(), f"{text!r} to go from the screen")

    def pid(self) -> int:
        """Of the monitor itself."""
        with open(f"/proc/{self.tab.pid}/task/{self.tab.pid}/children", encoding="ascii") as file:
            return int(file.read().split()[0])

    def ended(self) -> int:
        """Its exit code."""
        text = until(lambda: re.search(r"code=(\d+)", self.tab.text()), "its end")
        assert text
        return int(text[1])

    def settings(self) -> list[Any]:
        return termios.tcgetattr(self.tab.master)


@pytest.fixture
def watch(server: Server, home: Home) -> Callable[..., Watcher]:
    """Two sessions, and a monitor on them."""
    create(server, "api", "-e", PROMPT, "--", "sh")
    create(server, "web", "-e", PROMPT, "--", "sh")

    def begin(*words: str, env: dict[str, str] | None = None) -> Watcher:
        watcher = Watcher(home, *words, env=env)
        watcher.sees("2 sessions, 2 alive")
        return watcher

    return begin


def line(text: str, name: str) -> str:
    return next(row for row in text.splitlines() if row.startswith(f"{name} "))


def test_s1_it_shows_sessions_and_leaves_the_terminal_as_it_was(watch: Callable[..., Watcher], home: Home) -> None:
    watcher = watch()
    text = watcher.sees("$")
    assert re.search(r"api +- +alive +- +- +(-|\d+\.\d%) +[\d.]+ MB +\d+s +\$", line(text, "api"))
    watcher.sees("create web")  # below, and so perhaps a moment later
    watcher.tab.type("q")
    assert watcher.ended() == 0
    assert watcher.tab.text().count(ENTERED) == watcher.tab.text().count(LEFT) == 1
    cooked = watcher.settings()
    assert cooked[3] & termios.ECHO
    assert cooked[3] & termios.ICANON
    assert cooked[6][termios.VSUSP] == b"\x1a"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_signal_leaves_the_terminal_as_it_was(watch: Callable[..., Watcher], number: int, code: int) -> None:
    watcher = watch()
    before = watcher.settings()
    os.kill(watcher.pid(), number)
    assert watcher.ended() == code
    assert watcher.tab.text().count(LEFT) == 1
    assert "\033[?25h" in watcher.tab.text()
    assert not before[3] & termios.ICANON
    assert watcher.settings()[3] & termios.ICANON


def test_ctrl_c_ends_it_and_ctrl_z_does_nothing(watch: Callable[..., Watcher]) -> None:
    watcher = watch()
    assert watcher.settings()[6][termios.VSUSP] == b"\0"
    watcher.tab.type("\x1a")
    watcher.tab.type("/zzz")
    watcher.sees("0 with 'zzz'")
    watcher.tab.type("\x03")
    assert watcher.ended() == 130
    assert watcher.settings()[3] & termios.ECHO


BUG = """
import itertools, sys
from viewsync import cli
from viewsync.usage.monitor_frames import Monitor
rounds, parents = itertools.count(), Monitor._parents
def broken(self):
    if next(rounds) > 3:
        raise RuntimeError("boom")
    return parents(self)
Monitor._parents = broken
sys.exit(cli.main(["monitor", "--interval", "0.2s"]))
"""


def test_a_bug_leaves_the_terminal_as_it_was(watch: Callable[..., Watcher], home: Home) -> None:
    watcher = watch()
    watcher.tab.type("q")
    watcher.tab = behind(home, [sys.executable, "-c", BUG])
    assert watcher.ended() == 70
    text = watcher.tab.text()
    assert text.index(ENTERED) < text.index(LEFT) < text.index("a bug: RuntimeError")
    assert watcher.settings()[3] & termios.ICANON


def test_the_terminal_goes_away(watch: Callable[..., Watcher]) -> None:
    watcher = watch()
    pid = watcher.pid()
    watcher.tab.close()
    until(lambda: not os.path.exists(f"/proc/{pid}"), "its end")


def test_it_follows_the_terminals_size(watch: Callable[..., Watcher]) -> None:
    """At once, and not when the next round comes."""
    watcher = watch("--interval", "1h")
    watcher.size(60, 12)
    until(lambda: len(watcher.screen().splitlines()) == 12, "the new size")
    assert all(len(row) <= 60 for row in watcher.screen().splitlines())
    watcher.size(200, 40)
    until(lambda: len(watcher.screen().splitlines()) == 40, "the new size")


def test_sixty_resizes_read_the_servers_hardly_ever(watch: Callable[..., Watcher], home: Home) -> None:
    """What is known is drawn again at once; each of them read all servers and all processes."""
    env, log = counting_tmux(home)
    watcher = watch("--interval", "1h", env=env)
    before, pid = count(log), watcher.pid()
    for number in range(60):
        watcher.size(60 + number, 13 - number % 2)
        until(lambda: not pending(pid, signal.SIGWINCH), "the signal to be heard")
    until(lambda: len(watcher.screen().splitlines()) == 12, "the new size")
    watcher.tab.type("q")
    assert watcher.ended() == 0
    assert count(log) - before < 30


def pending(pid: int, number: int) -> bool:
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
        fields = dict(line.rstrip().split(":\t", 1) for line in file if line.startswith(("SigPnd", "ShdPnd")))
    return any(int(field, 16) >> (number - 1) & 1 for field in fields.values())


@pytest.mark.parametrize(("key", "number", "code"), [("q", 0, 0), ("", signal.SIGTERM, 143), ("", signal.SIGHUP, 129)])
def test_who_leaves_waits_for_no_server(
    watch: Callable[..., Watcher], server: Server, key: str, number: int, code: int
) -> None:
    """It is read just then, and would be for a minute."""
    watcher = watch(env={"VIEWSYNC_TMUX_TIMEOUT": "300"})
    os.kill(server.pid, signal.SIGSTOP)
    try:
        pid = watcher.pid()
        until(lambda: asks(pid), "a question that nobody answers")
        if key:
            watcher.tab.type(key)
        else:
            os.kill(pid, number)
        assert watcher.ended() == code
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert watcher.tab.text().count(LEFT) == 1
    assert watcher.settings()[3] & termios.ICANON


def asks(pid: int) -> bool:
    """Whether it has started tmux."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return bool(file.read().split())


@pytest.mark.parametrize(("columns", "lines"), [(1, 1), (20, 3), (5, 60)])
def test_a_terminal_without_room_is_no_error(watch: Callable[..., Watcher], columns: int, lines: int) -> None:
    watcher = watch()
    watcher.size(columns, lines)
    before = len(watcher.tab.output)
    until(lambda: len(watcher.tab.output) > before, "another picture")
    watcher.size(100, 20)
    watcher.sees("2 sessions, 2 alive")


def test_what_happens_is_seen(watch: Callable[..., Watcher], server: Server, home: Home) -> None:
    watcher = watch()
    server.tmux("send-keys", "-t", "=web:", "echo hel''lo; sleep 1000", "Enter")
    watcher.sees("hello")
    create(server, "third")
    watcher.sees("3 sessions, 3 alive")
    server.tmux("kill-session", "-t", "=third")
    watcher.sees("missing")
    server.open("web")
    assert line(watcher.sees("1 attached"), "web").split()[3:5] == ["yes", "1"]
    watcher.sees("views: web 1 (1 attached)")


def test_processor_time_is_seen(watch: Callable[..., Watcher], server: Server) -> None:
    watcher = watch()
    server.tmux("send-keys", "-t", "=web:", "while :; do :; done", "Enter")
    until(lambda: float(re.findall(r"([\d.]+)%", line(watcher.screen(), "web") + " 0.0%")[0]) > 10, "a busy processor")
    server.tmux("send-keys", "-t", "=web:", "C-c")


def test_output_cannot_command_the_terminal(watch: Callable[..., Watcher], server: Server) -> None:
    watcher = watch()
    server.tmux(
        "send-keys", "-t", "=web:", "printf 'a\\033]0;ti''tle\\007b\\342\\200\\256c\\r\\n'; sleep 1000", "Enter"
    )
    watcher.sees("ab\\u202ec")
    assert "\033]0;" not in watcher.tab.text()
    assert "\u202e" not in watcher.tab.text()


def test_the_filter(watch: Callable[..., Watcher]) -> None:
    watcher = watch()
    watcher.tab.type("/we")
    watcher.sees("/we_")
    watcher.sees("1 with 'we'")
    assert not any(row.startswith("api ") for row in watcher.screen().splitlines())
    watcher.tab.type("\r")
    watcher.sees("/ filter")
    watcher.tab.type("\033")
    until(lambda: any(row.startswith("api ") for row in watcher.screen().splitlines()), "all again")


def test_k_ends_the_chosen_one_after_a_yes(watch: Callable[..., Watcher], server: Server, home: Home) -> None:
    watcher = watch()
    watcher.tab.type("jK")
    watcher.sees("kill 'web'? y/n")
    watcher.tab.type("n")
    watcher.sees_no_more("kill 'web'?")
    assert "web" in server.sessions()
    watcher.tab.type("\033[AKy")
    watcher.sees("'api' is ended")
    assert server.sessions() == ["proj", "web"]
    assert list(rows(home)) == ["web"]
    watcher.sees("1 sessions, 1 alive")


def test_k_asks_twice_where_somebody_is(watch: Callable[..., Watcher], server: Server) -> None:
    server.open("web")
    watcher = watch()
    watcher.sees("1 attached")
    watcher.tab.type("jKy")
    watcher.sees("somebody is on 'web': kill it anyway? y/n")
    watcher.tab.type("n")
    watcher.sees("q quit")
    assert "web" in server.sessions()
    watcher.tab.type("Kyy")
    watcher.sees("'web' is ended")
    assert "web" not in server.sessions()


def test_k_does_not_end_what_somebody_came_to_meanwhile(watch: Callable[..., Watcher], server: Server) -> None:
    """A round that is long ago by then."""
    watcher = watch("--interval", "1h")
    watcher.tab.type("jK")
    watcher.sees("kill 'web'?")
    tab = server.home.program(["tmux", "-u", "-S", server.socket, "attach-session", "-t", "=web"])
    until(lambda: tab.pid in server.clients(), "the client")
    watcher.tab.type("y")
    watcher.sees("somebody is on 'web'")
    assert "web" in server.sessions()


def test_k_ends_a_projects_session_as_kill_session_does(servers: Callable[..., Server], home: Home) -> None:
    """With its cleanup steps, of which one fails here: that is said."""
    server = servers().start("-s", "proj")
    project = Project(home)
    project.command("dev", "steps:\n  tidy: touch tidied; exit 3\nsession:\n  cleanup_steps: [tidy]\n")
    trusted(project, "dev")
    name = ran(project, server, "dev")["name"]
    watcher = Watcher(home)
    assert line(watcher.sees("1 sessions, 1 alive"), name).split()[1] == "myapp"
    watcher.tab.type("Ky")
    watcher.sees(f"'{name}' is ended; the cleanup step 'tidy' failed")
    assert os.path.exists(os.path.join(project.root, "tidied"))
    assert server.sessions() == ["proj"]
    assert rows(home) == {}


def test_q_quarantines(watch: Callable[..., Watcher], home: Home) -> None:
    watcher = watch()
    watcher.tab.type("Qy")
    watcher.sees("'api' is quarantined")
    assert rows(home)["api"]["quarantined"] is True
    assert History(home.state).find("event = 'quarantine'", ())[0].reason == "from the monitor"
    watcher.tab.type("Qy")
    watcher.sees("session 'api' is already quarantined")


def test_enter_becomes_a_client_of_the_session(watch: Callable[..., Watcher], server: Server) -> None:
    watcher = watch()
    watcher.tab.type("j\r")
    view = until(lambda: server.on_terminal(watcher.tab), "the client")
    assert view.startswith("web-view-")
    assert watcher.tab.text().count(LEFT) >= 1


def test_inside_tmux_a_switches_the_client(server: Server, home: Home) -> None:
    create(server, "web", "-e", PROMPT, "--", "sh")
    tab = home.program(["tmux", "-u", "-S", server.socket, "attach-session", "-t", "=proj"])
    until(lambda: tab.pid in server.clients(), "the client")
    server.tmux("send-keys", "-t", "=proj:", f"{home.launcher} monitor", "Enter")
    pane = server.show("=proj:", "#{pane_id}")
    until(lambda: "1 sessions, 1 alive" in server.tmux("capture-pane", "-p", "-t", pane), "the monitor")
    server.tmux("send-keys", "-t", pane, "a")
    until(lambda: server.clients().get(tab.pid) == "web", "the switch")
    until(lambda: server.show(pane, "#{alternate_on}") == "0", "the monitor's end")


def test_a_session_that_is_gone_is_not_attached_to(watch: Callable[..., Watcher], server: Server) -> None:
    watcher = watch()
    server.tmux("kill-session", "-t", "=api")
    watcher.tab.type("a")
    watcher.sees("'api' is not there")


def test_a_registry_that_cannot_be_read_is_said(watch: Callable[..., Watcher], home: Home) -> None:
    watcher = watch()
    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        file.write("{")
    watcher.sees("registry")


def test_a_server_that_hangs_does_not_stop_it(watch: Callable[..., Watcher], server: Server) -> None:
    watcher = watch(env={"VIEWSYNC_TMUX_TIMEOUT": "0.2"})
    os.kill(server.pid, signal.SIGSTOP)
    watcher.sees("unknown")
    watcher.sees("did not answer")
    os.kill(server.pid, signal.SIGCONT)
    watcher.sees("2 sessions, 2 alive")


def test_a_hundred_sessions_are_one_call_and_fit_where_they_can(server: Server, home: Home) -> None:
    create(server, "work-0")
    row = rows(home)["work-0"]
    for number in range(1, 100):
        server.tmux("new-session", "-d", "-s", f"work-{number}", "sh")
    told = server.tmux("list-panes", "-a", "-F", "#{session_name} #{session_id} #{pane_id} #{pane_pid}").splitlines()
    found = {name: rest for name, *rest in (pane.split() for pane in told) if name.startswith("work")}
    data = home.registry()
    data["sessions"] = {
        name: {**row, "session_id": session, "pane_id": pane, "pid": int(pid), "pid_start": 0}
        for name, (session, pane, pid) in found.items()
    }
    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        json.dump(data, file)
    env, log = counting_tmux(home)
    done = home.viewsync("monitor", "--once", "--json", env=env)
    assert len(done.json()["sessions"]) == 100
    assert count(log) == 2  # its panes, and their last lines
    watcher = Watcher(home)
    watcher.sees("100 sessions, 100 alive")
    assert "work-99 " not in watcher.screen()
    watcher.tab.type("\033[F")
    watcher.sees("work-99 ")


def test_nothing_is_drawn_where_nothing_changed(servers: Callable[..., Server], home: Home) -> None:
    server = servers("quiet")
    create(server, "web", "--", "sleep", "1000")
    data = home.registry()
    data["sessions"]["web"]["created_at"] = "2020-01-01T00:00:00Z"  # its age stays the same for a while
    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        json.dump(data, file)
    env, log = counting_tmux(home)
    watcher = Watcher(home, env=env)
    watcher.sees("0.0%")
    calls = count(log)
    until(lambda: count(log) > calls + 8, "some rounds")
    pictures, calls = watcher.tab.text().count("\033[H"), count(log)
    until(lambda: count(log) > calls + 4, "some rounds")
    assert watcher.tab.text().count("\033[H") == pictures


def test_once_is_plain_text(server: Server, home: Home) -> None:
    assert home.viewsync("monitor", "--once").out == "No sessions registered.\n"
    create(server, "web", "-e", PROMPT, "--", "sh")
    out = until(lambda: (text := home.viewsync("monitor", "sessions", "--once").out) and "$" in text and text, "it")
    assert out
    head, first, *_ = out.splitlines()
    assert head.split()[:3] == ["NAME", "PROJECT", "HEALTH"]
    assert first.split()[:3] == ["web", "-", "alive"]
    assert "\033" not in out


def test_json_is_an_object_a_round(server: Server, home: Home) -> None:
    create(server, "web", "--", "sleep", "1000")
    tab = home.tab("monitor", "--json", "--interval", "0.2s")
    until(lambda: tab.text().count("\n") >= 3, "some rounds")
    tab.signal(signal.SIGTERM)
    tab.wait()
    first = json.loads(tab.text().splitlines()[0])
    (session,) = first["sessions"]
    assert (session["name"], session["status"], session["attached"], session["views"]) == ("web", "alive", False, 0)
    assert session["memory_bytes"] > 100_000
    assert [event["event"] for event in first["events"]] == ["create"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "monitor needs a terminal"),
        (("windows",), "monitor takes sessions, not 'windows'"),
        (("--interval", "soon"), "--interval: not a duration"),
        (("--interval", "0"), "is too short"),
    ],
)
def test_a_wrong_argument(home: Home, words: tuple[str, ...], said: str) -> None:
    done = home.viewsync("monitor", *words)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert said in done.err


def test_a_terminal_that_can_show_nothing(home: Home) -> None:
    tab = home.tab("monitor", env={"TERM": "dumb"})
    assert tab.wait() == 1
    assert "monitor needs a terminal" in tab.text()


def test_rich_is_imported_for_the_live_picture_alone(server: Server, home: Home) -> None:
    create(server, "web")
    for words in (("monitor", "--once"), ("stats",), ("analyze",)):
        assert "rich" not in imported(home, *words)
