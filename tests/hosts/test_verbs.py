"""The verbs of the sessions on another host, through a real sshd: nothing but tmux is there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.far_host import FarHost
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Home, Server


@pytest.fixture
def proj(far: FarHost) -> Iterator[Server]:
    """A session `proj` on the far host, whose panes run a plain shell."""
    found = far.server("-s", "proj", "env", "PS1=$ ", "sh")
    until(lambda: found.tmux("capture-pane", "-p", "-t", "=proj:").startswith("$"), "the prompt")
    yield found
    found.stop()


def shown(server: Server) -> str:
    """Without the blanks that 3.2a puts behind each line."""
    lines = server.tmux("capture-pane", "-p", "-J", "-S", "-", "-t", "=proj:").split("\n")
    return "\n".join(line.rstrip() for line in lines)


@pytest.mark.parametrize(
    "named", [("-s", "far:proj"), ("--host", "far", "-s", "proj"), ("--host", "far", "-t", "proj:0")]
)
def test_what_is_sent_arrives_and_its_answer_comes_back(home: Home, proj: Server, named: tuple[str, ...]) -> None:
    text = "echo 'it''s' \"$((40 + 2))\" # é \t | ; `true`"
    done = home.viewsync("send", *named, "-c", text, "-w", "^its 42$", "--json")
    assert done.code == 0, done
    assert done.json()["line"] == "its 42"
    waited = home.viewsync("wait", *named, "-p", "^its 42$", "--json")
    assert (waited.code, waited.json()["line"]) == (0, "its 42")
    assert "its 42" in home.viewsync("capture", *named).out.splitlines()


def test_each_text_is_submitted_once(home: Home, proj: Server) -> None:
    for number in range(5):
        assert home.viewsync("send", "-s", "far:proj", "-c", f"echo said-{number}", "-w", f"^said-{number}$").code == 0
    assert [line for line in shown(proj).splitlines() if line.startswith("said-")] == [f"said-{n}" for n in range(5)]


def test_a_text_of_any_size_arrives_whole(home: Home, proj: Server, far: FarHost) -> None:
    path = os.path.join(far.home.path, "got")
    done = home.viewsync("send", "-s", "far:proj", "-c", f"stty -icanon -echo; head -c 300000 >{path}; echo over")
    assert done.code == 0, done
    until(lambda: os.path.exists(path), "the reader")
    text = "".join(f"{number:07d}\n" for number in range(300000 // 8)) + "tail"
    sent = home.viewsync("send", "-s", "far:proj", "--file", "-", "--literal", "--text", stdin=text)
    assert sent.code == 0, sent
    until(lambda: os.path.getsize(path) == 300000, "all of it")
    with open(path, encoding="utf-8") as file:
        assert file.read() == text[:300000]
    assert proj.tmux("list-buffers") == ""


def test_keys_are_pressed(home: Home, proj: Server) -> None:
    assert home.viewsync("send", "-s", "far:proj", "-c", "sleep 1000").code == 0
    until(lambda: proj.show("=proj:", "#{pane_current_command}") == "sleep", "sleep")
    assert home.viewsync("send", "-s", "far:proj", "--keys", "C-c").code == 0
    until(lambda: proj.show("=proj:", "#{pane_current_command}") != "sleep", "its end")


def test_health(home: Home, proj: Server) -> None:
    alive = home.viewsync("health", "-s", "far:proj")
    assert alive.code == 0, alive
    found = alive.json()
    assert (found["status"], found["pid"], found["process_running"], found["command"]) == ("healthy", None, True, None)
    assert found["socket"] == "far:default"
    assert home.viewsync("health", "-s", "far:nope").code == 2
    assert home.viewsync("health", "--host", "far", "-t", "proj:7").code == 2
    none = home.viewsync("health", "--host", "far", "-L", "none", "-t", "proj")
    assert (none.code, none.json()["status"]) == (4, "server_not_running")


def test_a_dead_pane(home: Home, proj: Server) -> None:
    proj.tmux("set-option", "-w", "-t", "=proj:", "remain-on-exit", "on")
    assert home.viewsync("send", "-s", "far:proj", "-c", "exit 3").code == 0
    until(lambda: proj.show("=proj:", "#{pane_dead}") == "1", "its end")
    # 3.3a now and then has not heard that a program ended until another one does, and of another host only tmux tells.
    until(lambda: proj.tmux("run-shell", "true") or proj.show("=proj:", "#{pane_dead_status}"), "that tmux hears of it")
    assert (home.viewsync("health", "-s", "far:proj").json()["status"]) == "dead"
    assert home.viewsync("send", "-s", "far:proj", "-c", "x").code == 3
    waited = home.viewsync("wait", "-s", "far:proj", "--exit", "--json")
    assert (waited.code, waited.json()["exit_status"]) == (0, 3)


def test_waiting_for_the_end(home: Home, proj: Server) -> None:
    """tmux keeps the pane, so that it does not matter which comes first."""
    proj.tmux("set-option", "-w", "-t", "=proj:", "remain-on-exit", "on")
    proj.tmux("send-keys", "-t", "=proj:", "sleep 0.5; exit", "Enter")
    assert home.viewsync("wait", "-s", "far:proj", "--exit", "-T", "30s", "--json").json()["outcome"] == "exited"


def test_following(home: Home, proj: Server) -> None:
    proj.tmux("set-option", "-w", "-t", "=proj:", "remain-on-exit", "on")
    proj.tmux("send-keys", "-t", "=proj:", "for i in 1 2 3; do echo line-$i; sleep 0.2; done; exit", "Enter")
    done = home.viewsync("follow", "-s", "far:proj", "-T", "60s", "-n", "50")
    assert done.code == 0, done
    assert [line for line in done.out.splitlines() if line.startswith("line-")] == ["line-1", "line-2", "line-3"]


def test_a_host_that_is_not_there_is_neither_dead_nor_missing(home: Home, proj: Server, far: FarHost) -> None:
    far.stop()
    for verb, words, code in (
        ("health", (), 4),
        ("capture", (), 4),
        ("wait", ("-p", "x"), 4),
        ("send", ("-c", "x"), 1),
        ("follow", (), 4),
    ):
        done = home.viewsync(verb, "-s", "far:proj", *words, "--json")
        assert done.code == code, done
        error = done.json()["error"]
        assert (error["kind"], error["message"]) == ("unreachable", "far cannot be reached: Connection refused")
        assert "`ssh far`" in error["hint"]


def test_listing(home: Home, proj: Server, far: FarHost) -> None:
    far.login("sh", path=_clock_ahead(far, 7200))
    proj.tmux(
        "new-session", "-d", "-s", "dead", "-n", "w", "sleep 1000", ";", "set-option", "-w", "remain-on-exit", "on"
    )
    proj.tmux("respawn-pane", "-k", "-t", "=dead:", "true")
    until(lambda: proj.show("=dead:", "#{pane_dead}") == "1", "its end")
    done = home.viewsync("list", "--host", "far", "--json")
    assert done.code == 0, done
    fields = done.json()
    assert [(one["name"], one["status"], one["socket"]) for one in fields["sessions"]] == [
        ("dead", "dead", "far:default"),
        ("proj", "alive", "far:default"),
    ]
    assert (fields["total"], fields["alive"], fields["dead"], fields["errors"]) == (2, 1, 1, [])
    assert all(one["age"] > 7000 for one in fields["sessions"])  # by the clock of that host, which is two hours ahead
    table = home.viewsync("list", "--host", "far").out
    assert "far:default" in table
    assert "Total: 2 | Alive: 1 | Dead: 1" in table


def _clock_ahead(far: FarHost, seconds: int) -> str:
    """A PATH by which that host tells another time; tmux, which asks the kernel, is not fooled."""
    folder = os.path.join(far.home.path, "clock")
    os.mkdir(folder)
    date = os.path.join(folder, "date")
    with open(date, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\necho $(($(/bin/date "$@") + {seconds}))\n')
    os.chmod(date, 0o700)
    return f"{folder}:{far.home.env['PATH']}"


def test_a_host_that_does_not_answer_hides_no_other(home: Home, proj: Server, far: FarHost) -> None:
    other = FarHost(home, "other").start()
    servers = [other.server("-s", "web")]
    env = {"VIEWSYNC_HOSTS": "far other", "VIEWSYNC_HOST_TIMEOUT": "30"}
    try:
        both = home.viewsync("list", "--host", "all", "--json", env=env)
        assert both.code == 0, both
        names = [(one["name"], one["socket"]) for one in both.json()["sessions"]]
        assert names == [("proj", "far:default"), ("web", "other:default")]
        other.stop()
        one = home.viewsync("list", "--host", "all", "--json", env=env)
        assert one.code == 0, one
        assert [found["name"] for found in one.json()["sessions"]] == ["proj"]
        [problem] = one.json()["errors"]
        assert problem.startswith("other cannot be reached: Connection refused, unreachable since 20"), problem
        again = home.viewsync("find", "--host", "all", "--json", env=env).json()
        assert [server["socket"] for server in again["servers"]] == ["far:default"]
        assert again["errors"] == [problem]  # the same time
        views = home.viewsync("views", "--all", "--host", "all", "--json", env=env)
        assert ([parent["name"] for parent in views.json()["parents"]], views.json()["errors"]) == (["proj"], [problem])
        other.start()
        assert home.viewsync("find", "--host", "other", "-L", "none").code == 1  # that no server runs it says itself
        assert os.listdir(os.path.join(home.state, "unreachable")) == []
        other.stop()
        far.stop()
        none = home.viewsync("list", "--host", "all", "--json", env=env)
        assert (none.code, none.json()["error"]["kind"]) == (1, "unreachable")
    finally:
        other.remove(servers)


def test_all_hosts_are_those_that_are_named(home: Home) -> None:
    done = home.viewsync("list", "--host", "all")
    assert done.code == 1
    assert "the setting `hosts`" in done.err
    assert home.viewsync("list", "--host", "all", env={"VIEWSYNC_HOSTS": "-oProxyCommand=x"}).code == 1


def test_a_window_or_a_pane_of_this_host_is_no_session_of_another(home: Home, server: Server) -> None:
    """`server` has a session `proj`; the text is not sent, and no host is waited for."""
    for name in ("proj:0", "proj:0.0", "proj:one"):
        done = home.viewsync("send", "-s", name, "-c", "echo no")
        assert (done.code, f"-t {name} means it" in done.err) == (4, True), done
    known = home.viewsync("capture", "-s", "no-such-host.invalid:0.1")
    assert (known.code, "a window or a pane of this host is written -t no-such-host.invalid:0.1" in known.err) == (
        4,
        True,
    )


def test_no_session_is_of_all_hosts(home: Home) -> None:
    verbs = [("health", "-t", "x"), ("kill", "x"), ("info", "x"), ("send", "-s", "x", "-c", "y"), ("create", "-n", "x")]
    for verb, *words in [*verbs, ("open", "x"), ("open", "x", "--json")]:
        done = home.viewsync(verb, "--host", "all", *words)
        assert "--host all names no session's host" in done.err, done


def test_no_server_there_is_an_empty_list(home: Home, far: FarHost) -> None:
    done = home.viewsync("list", "--host", "far")
    assert (done.code, done.out) == (0, "No sessions on far.\n")


def test_finding(home: Home, proj: Server) -> None:
    done = home.viewsync("find", "--host", "far", "--json")
    assert done.code == 0, done
    [found] = done.json()["servers"]
    assert (found["socket"], [one["name"] for one in found["sessions"]]) == ("far:default", ["proj"])
    assert home.viewsync("find", "--host", "far", "-L", "none").code == 1
    assert home.viewsync("find", "--host", "far", "--all").code == 1


def test_killing_ends_exactly_that_session(home: Home, proj: Server) -> None:
    proj.tmux("new-session", "-d", "-s", "other", "exec sleep 1000")
    dry = home.viewsync("kill", "far:proj", "--dry-run")
    assert (dry.code, proj.sessions()) == (0, ["proj", "other"]), dry
    assert home.viewsync("kill", "far:pro").code == 2
    done = home.viewsync("kill", "far:proj", "--json")
    assert (done.code, done.json()["killed"], proj.sessions()) == (0, True, ["other"]), done
    assert home.viewsync("kill", "--host", "far", "-t", "other").code == 0
    assert home.viewsync("list", "--host", "far", "--json").json()["sessions"] == []


def test_a_quarantined_session_stays(home: Home, proj: Server) -> None:
    proj.tmux("set-option", "-t", "=proj:", "@viewsync_quarantine", proj.show("=proj:", "#{session_id}"))
    done = home.viewsync("kill", "far:proj")
    assert (done.code, proj.sessions()) == (2, ["proj"]), done
    assert "quarantined" in done.err


def test_nothing_ends_where_the_host_is_not_reached(home: Home, proj: Server, far: FarHost) -> None:
    far.stop()
    done = home.viewsync("kill", "far:proj")
    assert (done.code, proj.sessions()) == (2, ["proj"]), done
    assert "far cannot be reached: Connection refused" in done.err
    assert home.viewsync("kill", "far:proj", "--json").json()["error"]["kind"] == "unreachable"
    listed = home.viewsync("list", "--host", "far", "--json")
    assert (listed.code, listed.json()["error"]["kind"]) == (1, "unreachable")


def test_names_with_a_colon_that_are_registered_here_stay_what_they_are(home: Home, server: Server) -> None:
    os.makedirs(home.state, mode=0o700, exist_ok=True)
    row = {"socket": server.socket, "target": "proj:", "type": "shell"}
    import json

    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        json.dump({"version": "1.0", "sessions": {"far:proj": row}, "views": {}}, file)
    for name in ("far:proj", "=far:proj"):
        assert home.viewsync("capture", "-s", name, "--json").code == 0
    missing = home.viewsync("capture", "-s", "=web:proj")
    assert "Session 'web:proj' not found in registry" in missing.err


@pytest.mark.parametrize("host", ["-oProxyCommand=touch pwned", "a b", "a;touch pwned"])
def test_a_destination_is_never_an_option(home: Home, host: str) -> None:
    done = home.viewsync("health", f"--host={host}", "-t", "proj")
    assert (done.code, "not a host" in done.err) == (64, True), done


@pytest.mark.parametrize("host", ["", " "])
def test_a_host_that_a_script_left_empty_is_not_this_one(home: Home, server: Server, host: str) -> None:
    """A session of the same name here would be ended, or get the text."""
    home.viewsync("registry", "add", "proj", server.socket, "proj:", "shell")
    for verb, *words in (("kill", "proj"), ("send", "-s", "proj", "-c", "x"), ("list",), ("find",), ("open", "proj")):
        done = home.viewsync(verb, "--host", host, *words)
        assert done.code not in (0, 70), done
        assert "--host takes a host" in done.err
    assert "proj" in server.sessions()


def test_what_cannot_be_meant_is_said(home: Home) -> None:
    for words in (
        ("--host", "far"),
        ("--host", "far", "-s", "a", "-t", "b"),
        ("--host", "far", "-t", "a", "-S", "relative"),
        ("--host", "far", "-t", "a", "-L", "a/b"),
    ):
        assert home.viewsync("capture", *words).code == 1, words


def test_help_says_that_there_are_other_hosts(home: Home) -> None:
    assert "HOST:SESSION" in home.viewsync("--help").out
    for verb in ("open", "send", "kill"):
        assert "HOST:SESSION" in home.viewsync(verb, "--help").out, verb
