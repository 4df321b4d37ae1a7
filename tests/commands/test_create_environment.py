"""Whose variables a session has: those of whoever made it, whoever started the server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.running import environment
from tests.support.sessions import create
from viewsync.system import procfs
from viewsync.text import variables

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.projects import Project
    from tests.support.server import Home, Server

# What one caller has: his own, secrets, and what is a terminal's or a tool's.
FIRST = {
    "MINE": "first",
    "ONLY_FIRST": "x",
    "DISPLAY": ":7",
    "SSH_AUTH_SOCK": "/run/agent",
    "API_KEY": "1",
    "https_proxy": "http://me:word@proxy",
    "GIT_DIR": "/x",
    "GIT_EDITOR": "ed",
    "WEZTERM_PANE": "3",
    "TMUX_PANE": "%99",
    "MAKEFLAGS": "-j",
    "VIEWSYNC_LOCK_HELD": "9",
}
CARRIED = {"MINE": "first", "ONLY_FIRST": "x", "DISPLAY": ":7", "SSH_AUTH_SOCK": "/run/agent", "GIT_EDITOR": "ed"}


def of_pane(server: Server, session: str) -> dict[str, str]:
    """The variables of the program in its current pane."""
    return environment(int(server.show(f"={session}:", "#{pane_pid}")))


def only(found: dict[str, str]) -> dict[str, str]:
    """Of those above, what is there. tmux gives each pane a TMUX_PANE of its own."""
    return {name: found[name] for name in FIRST if name in found and name != "TMUX_PANE"}


@pytest.fixture
def server(servers: Callable[..., Server]) -> Server:
    """One that nobody has started yet."""
    return servers()


def test_a_session_has_the_variables_of_its_caller_and_of_no_other(server: Server) -> None:
    made = create(server, "a", env=FIRST)
    assert made["withheld"] == ["API_KEY", "https_proxy"]
    assert only(of_pane(server, "a")) == CARRIED
    create(server, "b", env={"MINE": "second", "ONLY_SECOND": "y", "HOME": "/tmp", "LANG": "C"})
    found = of_pane(server, "b")
    assert only(found) == {"MINE": "second"}
    assert (found["ONLY_SECOND"], found["HOME"], found["LANG"]) == ("y", "/tmp", "C")
    server.tmux("new-window", "-t", "=b:", "sleep 1000")
    assert of_pane(server, "b")["ONLY_SECOND"] == "y"


def test_a_server_of_ours_starts_with_what_all_may_have(server: Server) -> None:
    create(server, "a", env={**FIRST, "LC_TIME": "C", "XDG_CONFIG_HOME": server.home.path})
    started = procfs.environment(server.pid)
    assert variables.of_a_server(started) == started
    assert (started["HOME"], started["LC_TIME"]) == (server.home.path, "C")
    shown = dict(line.split("=", 1) for line in server.tmux("show-environment", "-g").splitlines() if "=" in line)
    assert only(shown) == {}


def test_a_server_of_the_user_keeps_its_own_variables(server: Server, home: Home) -> None:
    home.env["GLOBAL"], home.env["MINE"] = "g", "server"
    server.start()
    del home.env["GLOBAL"], home.env["MINE"]
    before = server.tmux("show-environment", "-g")
    create(server, "a", env=FIRST)
    assert (server.tmux("show-environment", "-g"), of_pane(server, "a")["GLOBAL"]) == (before, "g")
    assert only(of_pane(server, "a")) == CARRIED
    create(server, "b")
    assert of_pane(server, "b")["MINE"] == "server"


def test_a_secret_is_handed_on_by_its_name(server: Server, home: Home) -> None:
    made = create(server, "a", "-e", "API_KEY", "-e", "MINE=said", "-e", "GIT_DIR", env=FIRST)
    assert made["withheld"] == ["https_proxy"]
    assert only(of_pane(server, "a")) == {**CARRIED, "API_KEY": "1", "MINE": "said", "GIT_DIR": "/x"}
    done = home.viewsync("create", "-S", server.socket, "-n", "b", "-e", "ABSENT")
    assert (done.code, "-e ABSENT: it is not in the environment" in done.err) == (1, True)
    assert server.sessions() == ["a"]


@pytest.mark.parametrize("limit", [(), ("--history-limit", "77")])
def test_any_value_arrives_as_it_is(server: Server, limit: tuple[str, ...]) -> None:
    odd = {
        "LINES_OF": "one\ntwo\n\n%if 1\n",
        "QUOTES": "'\"$HOME`id`\\;{} #{pid} #(id) ~",
        "EMPTY": "",
        "LATIN": os.fsdecode(b"caf\xe9"),
        "LONG": "x" * 60_000,
    }
    create(server, "a", *limit, "--", "sleep", "1000", env=odd)
    found = of_pane(server, "a")
    assert {name: found.get(name) for name in odd} == odd
    view = server.home.viewsync("open", "--json", "-S", server.socket, "a").json()["view"]
    server.tmux("new-window", "-t", f"={view}:", "sleep 1000")
    found = of_pane(server, view)
    assert {name: found.get(name) for name in odd} == odd


def test_open_and_run_make_sessions_of_their_callers_too(server: Server, home: Home, project: Project) -> None:
    create(server, "a", env={"API_TOKEN": "1", "ONLY_FIRST": "x", "GIT_DIR": "/x"})
    assert home.viewsync("open", "--json", "--create", "-S", server.socket, "o", env={"MINE": "o"}).code == 0
    assert only(of_pane(server, "o")) == {"MINE": "o"}
    project.command("dev", "environment: {SAID: 'yes', MINE: file}\nsession: {windows: [{name: w}]}\n")
    done = project.viewsync("run", "dev", "--json", "-S", server.socket, env={**FIRST, "SAID": "no"})
    assert done.code == 0, done
    name: Any = done.json()["name"]
    found = of_pane(server, name)
    assert only(found) == {**CARRIED, "MINE": "file"}
    assert found["SAID"] == "yes"
    frozen = home.viewsync("freeze", name, "-S", server.socket, "--json").json()["command"]
    assert frozen["environment"] == {"SAID": "yes", "MINE": "file"}


def test_the_names_of_places_are_no_secrets() -> None:
    env = {"PASSWORD_STORE_DIR": "/p", "AWS_SHARED_CREDENTIALS_FILE": "/c", "GITHUB_TOKEN": "t", "DB_PASSWORD": "p"}
    assert variables.withheld(env) == ["DB_PASSWORD", "GITHUB_TOKEN"]
    assert set(variables.handed_on(env)) == {"PASSWORD_STORE_DIR", "AWS_SHARED_CREDENTIALS_FILE"}


def test_a_server_has_nothing_of_one_terminal() -> None:
    assert set(variables.of_a_server({"LC_TERMINAL": "iTerm2", "LC_ALL": "C", "TERM": "xterm", "FOO": "1"})) == {
        "LC_ALL",
        "TERM",
    }


def test_the_configuration_finds_the_variables_that_it_names(server: Server, home: Home, tmp_path: Path) -> None:
    (tmp_path / "more.conf").write_text('set -g @more "#{?SHOWN,yes,no}"\nif "[ -n \\"$WORK\\" ]" "set -g @work 1"\n')
    Path(home.path, ".tmux.conf").write_text("set -g @secret x$THE_TOKEN\nsource -q $DOTS/*.conf\n")
    given = {"DOTS": str(tmp_path), "WORK": "1", "SHOWN": "1", "THE_TOKEN": "t", "OTHER": "1"}
    create(server, "a", env=given)
    asked = "#{E:@more} #{@work} #{@secret}"
    assert server.show("=a:", asked) == "yes 1 x"
    shown = server.tmux("show-environment", "-g")
    assert [name for name in given if f"{name}=" in shown] == ["DOTS", "WORK", "SHOWN"]


def test_settings_of_git_are_handed_on_all_or_not_at_all() -> None:
    settings = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "me"}
    assert variables.handed_on(settings) == settings
    for name, secret in (
        ("GIT_CONFIG_KEY_0", "url.https://me:word@host/.insteadOf"),
        ("GIT_CONFIG_VALUE_0", "Authorization: basic x"),
    ):
        assert (variables.handed_on({**settings, name: secret}), variables.withheld({**settings, name: secret})) == (
            {},
            sorted(settings),
        )


def test_a_switch_and_a_count_are_no_secrets() -> None:
    env = {"TOKENIZERS_PARALLELISM": "false", "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "32000", "NO_AUTH": "on", "A_TOKEN": ""}
    assert variables.handed_on(env) == env
    assert variables.withheld({"DOOR_PIN": "1234", "API_TOKENS": "a,b"}) == ["API_TOKENS", "DOOR_PIN"]
