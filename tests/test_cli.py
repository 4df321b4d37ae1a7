"""The command line: verbs, errors and exit codes."""

from __future__ import annotations

import importlib
import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.server import ROOT
from tests.support.wait import until
from viewsync import __version__, config
from viewsync.cli import ANY_VERB, COMMANDS
from viewsync.json_output import page
from viewsync.json_output.verbs import OUTPUTS

if TYPE_CHECKING:
    from tests.support.server import Home, Server

pytestmark = pytest.mark.usefixtures("real_starts")


def test_help_lists_the_verbs_and_hides_what_tmux_calls(home: Home) -> None:
    out = home.viewsync("--help").out
    assert all(f"  {verb} " in out for verb, command in COMMANDS.items() if not command.hidden)
    assert "  hook " not in out


def test_alone_it_shows_what_people_use_daily_below_the_state_of_things(server: Server, home: Home) -> None:
    assert home.viewsync("create", "-S", server.socket, "-n", "web", "--", "cat").code == 0
    assert home.viewsync("create", "-S", server.socket, "-n", "gone", "--", "cat").code == 0
    server.tmux("kill-session", "-t", "=gone")
    server.open("proj")
    done = home.viewsync()
    lines = done.out.splitlines()
    state = lines.index("1 tmux server, 2 sessions, 1 view (1 in use)")
    assert lines[state + 1] == "needs attention: 1 registered session has ended (`viewsync cleanup` forgets them)"
    verbs = [line.split()[0] for line in lines[state:] if line.startswith("  ")]
    assert len(verbs) <= 20
    assert verbs == [verb for verb, command in COMMANDS.items() if command.common]
    assert sum(line.endswith(":") for line in lines[state:]) == 4
    assert max(map(len, lines)) <= 110
    assert done.code == 0


def test_the_state_of_things_is_read_and_nothing_written(home: Home) -> None:
    """Not even a folder: who only looks leaves no trace."""
    before = {os.path.join(folder, name) for folder, *kinds in os.walk(home.path) for names in kinds for name in names}
    done = home.viewsync()
    assert (done.code, done.err) == (0, "")
    assert "no tmux server runs; 0 sessions registered\nnothing needs attention\n" in done.out
    after = {os.path.join(folder, name) for folder, *kinds in os.walk(home.path) for names in kinds for name in names}
    assert after == before


def test_what_cannot_be_known_is_said_and_nothing_fails(server: Server, home: Home) -> None:
    assert home.viewsync("create", "-S", server.socket, "-n", "web", "--", "cat").code == 0
    os.kill(server.pid, signal.SIGSTOP)
    try:
        done = home.viewsync()
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert (done.code, "of 1 of the servers not known" in done.out) == (0, True), done
    assert "needs attention: the tmux server on" in done.out
    path = os.path.join(home.state, ".sessions.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write("{")
    config = os.path.join(home.path, "config.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write("linger = 'soon'")
    done = home.viewsync()
    assert (done.code, done.err, f"the registry {path} is not JSON" in done.out) == (0, "", True), done
    done = home.viewsync(env={"VIEWSYNC_CONFIG": config})
    assert (done.code, "servers, sessions and views: not known" in done.out) == (0, True), done
    with open(path, encoding="utf-8") as file:
        assert file.read() == "{"


def test_prj_speaks_of_project_sessions_first_and_in_their_words(home: Home) -> None:
    link = os.path.join(home.path, "prj")
    os.symlink(home.launcher, link)
    words = [verb for verb, command in COMMANDS.items() if command.prj]
    assert len(words) == 5
    for said in ((), ("help",), ("--help",)):
        mine, ours = home.run([link, *said], {}, "", 60.0).out, home.viewsync(*said).out
        assert mine.startswith("usage: prj ")
        assert mine.index("  run ") < mine.index("  kill-session ") < mine.index("  open ")
        assert all(f"  {verb} " in mine and f"  {verb} " not in ours for verb in words)
    assert sum(line.startswith("  ") for line in home.run([link], {}, "", 60.0).out.splitlines()) <= 20
    assert "did you mean list-sessions?" in home.run([link, "list-sesions"], {}, "", 60.0).err


@pytest.mark.parametrize("words", [("open",), ("kill-session",), ("worktree", "remove"), ("hook",)])
def test_help_of_a_verb_is_its_help(home: Home, words: tuple[str, ...]) -> None:
    done = home.viewsync("help", *words)
    assert (done.code, done.err) == (0, "")
    assert done.out == home.viewsync(*words, "--help").out


def test_help_of_exit_codes_has_those_of_every_verb(home: Home) -> None:
    out = home.viewsync("help", "exit-codes").out
    for verb in (verb for verb, command in COMMANDS.items() if not command.hidden):
        (part,) = re.findall(rf"^{verb}:\n((?:  .*\n)+)", out, re.MULTILINE)
        own = importlib.import_module(f"viewsync.commands.{COMMANDS[verb].module}").EXIT_CODES
        assert part.splitlines() == [f"  {code:<5} {meaning}" for code, meaning in own.items()]
    assert all(f"  {code:<5} {meaning}\n" in out for code, meaning in ANY_VERB.items())


def test_help_of_the_environment_has_every_variable_that_is_asked_for(home: Home) -> None:
    out = home.viewsync("help", "environment").out
    named = set(re.findall(r"[A-Z_]{4,}", out))
    assert {name for key in config.SETTINGS for name in config.names(key)} <= named
    asked = set()
    for folder, _, files in os.walk(os.path.join(ROOT, "viewsync")):
        for name in files:
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    asked |= set(re.findall(r"""env(?:iron)?(?:\.get\(|\[)"([A-Z_]+)\"""", file.read()))
    everybodys = {"HOME", "PATH", "PWD", "SHELL", "ZDOTDIR", "TERM", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE"}
    assert asked - everybodys <= named
    assert len(asked) > 10


def test_help_of_json_and_of_events_is_what_is_declared(home: Home) -> None:
    told = home.viewsync("help", "json").out
    assert "  error.code " in told
    shown = {verb for verb in OUTPUTS if re.search(rf"^  {verb}(?: \(.*\))?$", told, re.MULTILINE)}
    assert shown == {verb for verb in OUTPUTS if not COMMANDS[verb].hidden}
    assert home.viewsync("help", "events").out.splitlines() == page.event_lines()


def test_version(home: Home) -> None:
    assert home.viewsync("--version").out == f"viewsync {__version__}\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nonsense",), 1, "there is no verb 'nonsense'"),
        (("open",), 1, "PARENT"),
        (("open", "--nonsense", "x"), 1, "--nonsense"),
        (("open", "--json", "-L", "a", "-S", "/b", "x"), 1, "-L and -S name two servers"),
        (("open", "--json", "-L", "../a", "x"), 1, "-L takes a name"),
        (("open", "--json", "--lease", "soon", "x"), 1, "not a number of seconds: 'soon'"),
        (("open", "--json", "--window", "3", "x"), 1, "a window id looks like @5"),
        (("open", "--json", "-S", "/" + "x" * 120, "x"), 1, "121 bytes, and a UNIX socket takes 107"),
        (("open", "--json", "-S", "/nonexistent/s", "x"), 3, "no tmux server on /nonexistent/s"),
        (("views", "-S", "/nonexistent/s"), 4, "no tmux server on /nonexistent/s"),
        (("cleanup", "--socket", "x"), 1, "--socket only works with --views"),
        (("sweeper", "dance"), 1, "dance"),
        (("pin", "no-such-view"), 3, "there is no view 'no-such-view'"),
    ],
)
def test_an_error_is_one_line_with_its_code(home: Home, words: tuple[str, ...], code: int, said: str) -> None:
    done = home.viewsync(*words)
    assert done.code == code, done
    assert said in done.err
    assert done.err.startswith("viewsync: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("oepn",), "there is no verb 'oepn' (did you mean open?)"),
        (("Lsit", "--json"), "there is no verb 'Lsit' (did you mean list?)"),
        (("hok",), "there is no verb 'hok' (`viewsync --help` lists them)"),
        (("list-session",), "there is no verb 'list-session' (did you mean list-sessions?)"),
        (("session-inf",), "there is no verb 'session-inf' (did you mean session-info?)"),
        (("inof",), "there is no verb 'inof' (did you mean info?)"),
        (("help", "exit-code"), "there is no verb and no topic 'exit-code' (did you mean exit-codes?)"),
        (("help", "enviroment"), "there is no verb and no topic 'enviroment' (did you mean environment?)"),
        (("help", "kil"), "there is no verb and no topic 'kil' (did you mean kill?)"),
        (("help", "xyzzy"), "there is no verb and no topic 'xyzzy' (`viewsync help` lists the verbs and topics)"),
        (("open", "--crate", "proj"), "there is no option --crate (did you mean --create?)"),
        (("open", "--titel=x"), "there is no option --titel (did you mean --title?)"),
        (("worktree", "remove", "--forse", "x"), "there is no option --forse (did you mean --force?)"),
        (("exec", "--timout", "3", "--", "ls", "--al"), "there is no option --timout (did you mean --timeout?)"),
        (("worktree", "remvoe", "x"), "worktree takes list or remove, not 'remvoe' (did you mean remove?)"),
        (("sweeper", "stat"), "sweeper takes run, start, stop, status or once, not 'stat' (did you mean status?)"),
        (
            ("install", "--sweeper", "systmd"),
            "--sweeper takes systemd, launchd, timer or none, not 'systmd' (did you mean",
        ),
        (("list", "--sort", "stauts"), "not 'stauts' (did you mean status?)"),
        (("list", "--filter", "stauts=dead"), "not a filter: 'stauts=dead' (did you mean status?)"),
        (("schema", "comand"), "schema takes command, project, output or events, not 'comand' (did you mean command?)"),
        (("create", "-n", "x", "--template", "gbd"), "there is no template 'gbd' (did you mean gdb?)"),
    ],
)
def test_what_is_mistyped_is_named_with_what_was_meant(home: Home, words: tuple[str, ...], said: str) -> None:
    done = home.viewsync(*words)
    assert done.code in (1, 125), done
    assert said in done.err
    assert done.err.count("\n") == 1


def test_a_registered_session_that_is_mistyped_is_named_with_the_nearest(server: Server, home: Home) -> None:
    for name in ("web-prod", "mail"):
        assert home.viewsync("create", "-S", server.socket, "-n", name, "--", "cat").code == 0
    for verb in ("send", "wait", "capture", "health", "kill", "quarantine", "heartbeat", "exec"):
        words = {"send": ("-c", "x"), "wait": ("-p", "x"), "exec": ("--", "true")}.get(verb, ())
        done = home.viewsync(verb, "-s", "web-pord", *words)
        assert "did you mean web-prod?" in done.err, verb
    assert sorted(server.sessions()) == ["mail", "proj", "web-prod"]


def test_with_json_the_error_is_json_too(home: Home) -> None:
    done = home.viewsync("open", "--json", "-S", "/nonexistent/s", "x")
    assert set(json.loads(done.out)["error"]) == {"code", "kind", "message", "hint"}
    assert json.loads(done.out)["error"]["code"] == done.code == 3


def test_json_behind_two_dashes_is_a_name(home: Home) -> None:
    assert home.viewsync("open", "-S", "/nonexistent/s", "--", "--json").out == ""


def test_a_name_in_an_error_does_not_command_the_terminal(home: Home) -> None:
    done = home.viewsync("open", "--json", "-S", "/nonexistent/s", "\033[2Jevil\n\a")
    assert "\033" not in done.err
    assert "\a" not in done.err
    assert done.err.count("\n") == 1


def test_a_bug_ends_with_70_and_its_traceback_in_the_log(home: Home) -> None:
    code = "import sys, viewsync.commands.views as views; from viewsync.cli import main; views.run = None; "
    code += "sys.exit(main(['views']))"
    argv = [sys.executable, "-I", "-c", code]
    done = subprocess.run(argv, env=home.env, capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert "viewsync: a bug: TypeError; the details are in" in done.stderr
    assert "Traceback" not in done.stderr
    with open(os.path.join(home.state, "log", "viewsync.log"), encoding="utf-8") as file:
        assert "Traceback" in file.read()


def test_a_row_with_values_of_the_wrong_kind_stops_nothing(home: Home, server: Server) -> None:
    opened = home.viewsync("open", "--json", "-S", server.socket, "proj").json()
    data = home.registry()
    data["views"][opened["view"]].update(pid="no number", created=[], idle_since="x", gui={}, tty=3, state="creating")
    data["guis"] = {"x": {"start": "y", "ttys": 3}}
    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        json.dump(data, file)
    assert home.viewsync("sweep").code == 0
    assert opened["view"] in server.sessions()


def test_a_reader_that_goes_away_is_no_error(home: Home, server: Server) -> None:
    done = home.program(["sh", "-c", f"{home.launcher} views --all --json | true"])
    assert done.wait() == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense = 1", "there is no setting 'nonsense' (there are: tmux, "),
        ("lingre = 1", "there is no setting 'lingre' (did you mean linger?)"),
        ("linger = 'soon'", "linger must be a number of seconds"),
        ("linger = -1", "linger must be a number of seconds from 0 on"),
        ("hooks = 'maybe'", "hooks must be true or false"),
        ("log_level = 'loud'", "log_level must be one of debug, info, warning, error"),
        ("tmux = 3", "tmux must be text"),
        ("linger = ", "config.toml"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(home: Home, server: Server, text: str, said: str) -> None:
    path = os.path.join(home.path, "config.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    done = home.viewsync("views", env={"VIEWSYNC_CONFIG": path})
    assert done.code == 1
    assert said in done.err
    assert "config.toml" in done.err


def test_settings_come_from_file_and_environment_and_flag(home: Home, server: Server) -> None:
    path = os.path.join(home.path, "config.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write('tmux = "/from/file"\n')
    env = {"VIEWSYNC_CONFIG": path}
    assert "/from/file" in home.viewsync("views", "-S", server.socket, env=env).err
    assert "/from/env" in home.viewsync("views", "-S", server.socket, env={**env, "VIEWSYNC_TMUX": "/from/env"}).err
    done = home.viewsync(
        "--tmux", "/from/flag", "views", "-S", server.socket, env={**env, "VIEWSYNC_TMUX": "/from/env"}
    )
    assert "/from/flag" in done.err


@pytest.mark.parametrize(
    ("env", "level"),
    [
        ({}, "warning"),
        ({"PRJ_LOG_LEVEL": "DEBUG"}, "debug"),
        ({"VIEWSYNC_LOG_LEVEL": "Error", "PRJ_LOG_LEVEL": "DEBUG"}, "error"),
    ],
)
def test_f1_the_log_level_comes_from_the_environment(env: dict[str, str], level: str) -> None:
    assert config.load("/nonexistent", env)["log_level"] == level


@pytest.mark.parametrize(
    "words",
    [
        ("create", "-n", "x", "-S"),
        ("open", "--create", "x", "--json", "-S"),
        ("run", "dev", "-S"),
    ],
)
def test_a_file_where_a_socket_is_meant_stays(home: Home, words: tuple[str, ...]) -> None:
    """tmux ends it, and puts its socket there."""
    path = os.path.join(home.path, "precious.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("work")
    command = os.path.join(home.path, "dev.yaml")
    with open(command, "w", encoding="utf-8") as file:
        file.write("session: {}")
    link = os.path.join(home.path, "link")
    os.symlink(path, link)
    for place in (path, link):
        done = home.viewsync(*(command if word == "dev" else word for word in words), place)
        assert (done.code, done.err.count("\n")) == (1, 1), done
        with open(place, encoding="utf-8") as file:
            assert file.read() == "work"


def log_of(home: Home) -> str:
    for folder, _, files in os.walk(home.path):
        if "viewsync.log" in files:
            with open(os.path.join(folder, "viewsync.log"), encoding="utf-8") as file:
                return file.read()
    return ""


def test_f1_debug_says_what_was_run_and_what_came_of_it_and_no_secret(server: Server, home: Home) -> None:
    words = ("create", "-S", server.socket, "-n", "web", "-e", "TOKEN=hunter2", "--", "cat")
    assert home.viewsync(*words).code == 0
    assert log_of(home) == ""
    assert home.viewsync("kill", "-s", "web", env={"PRJ_LOG_LEVEL": "DEBUG"}).code == 0
    assert home.viewsync(*words, env={"VIEWSYNC_LOG_LEVEL": "debug"}).code == 0
    assert home.viewsync("send", "-s", "web", "-c", "hunter2", env={"VIEWSYNC_LOG_LEVEL": "debug"}).code == 0
    said = log_of(home)
    for part in (
        f" DEBUG tmux -S {server.socket} start-server ; source-file",
        " ms\n",
        " DEBUG kill: exit code 0\n",
        " INFO create web: ",
        " DEBUG send: exit code 0\n",
    ):
        assert part in said
    assert "hunter2" not in said


def test_f1_info_says_what_happened_and_what_failed(server: Server, home: Home) -> None:
    info = {"VIEWSYNC_LOG_LEVEL": "info"}
    assert home.viewsync("create", "-S", server.socket, "-n", "web", "--", "cat", env=info).code == 0
    assert home.viewsync("create", "-S", server.socket, "-n", "web", "--", "cat", env=info).code == 2
    tab, view = server.open("proj", env={"VIEWSYNC_HOOKS": "0"})
    tab.hang_up()
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    assert home.viewsync("sweep", env=info).code == 0
    said = log_of(home)
    assert " INFO create web: " in said
    assert " INFO create: exit code 2 (session-exists)\n" in said
    assert f" INFO end {view}: " in said
    assert "DEBUG" not in said
