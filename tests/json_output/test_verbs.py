"""Every verb with --json, really run: one object, or one a line, as it is declared, and nothing else on stdout."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.support.declared import checked
from tests.support.projects import in_git
from tests.support.running import trusted
from tests.support.sessions import create
from tests.support.wait import until
from viewsync.json_output import schemas
from viewsync.json_output.verbs import OUTPUTS
from viewsync.store.history_database import History

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.projects import Project
    from tests.support.server import Done, Server

FILE = """worktree: {branch: "{{branch}}"}
arguments: {branch: {default: one}}
environment: {COLOUR: red}
session:
  options: {mouse: on}
  pre_create_steps: [{name: make, run: touch made}]
  cleanup_steps: [{name: tidy, run: "true"}]
  windows:
    - {name: editor, command: echo one}
    - {name: logs, panes: [{command: echo two}, {command: echo three}]}
"""
PLAIN = "session:\n  windows:\n    - name: one\n"
# What reads, in any state. NAME is a registered session, PROJECT a project's, VIEW a view.
READING = [
    *(
        ["views"],
        ["views", "--all", "--windows"],
        ["cleanup", "--dry-run", "--all"],
        ["cleanup", "--views", "--dry-run"],
    ),
    *(["sweep", "--dry-run"], ["sweeper", "status"], ["sweeper", "stop"], ["restore", "--plan"], ["adopt", "proj"]),
    *(
        ["list"],
        ["find"],
        ["events"],
        ["find", "--all"],
        ["health", "-s", "NAME"],
        ["health", "-t", "gone:0.0", "-L", "default"],
    ),
    *(["wait", "-s", "NAME", "-p", "x", "-T", "0.1"], ["follow", "-s", "NAME", "-T", "0.2"], ["capture", "-s", "NAME"]),
    *(["kill", "-s", "NAME", "--dry-run"], ["reconcile"], ["registry", "list"], ["registry", "get", "NAME"]),
    *(["registry", "exists", "NAME"], ["registry", "socket", "NAME"], ["registry", "path"], ["registry", "validate"]),
    ["registry", "forget-place", "?", "--dry-run"],
    *(["registry", "cleanup-dead", "--dry-run"], ["run", "plain", "--diff"], ["attach", "PROJECT"], ["status"]),
    *(["list-sessions"], ["session-info", "PROJECT"], ["kill-session", "PROJECT", "--dry-run"]),
    *(["cleanup-sessions", "--dry-run"], ["reset-sessions", "--dry-run"], ["print"], ["print", "plain"]),
    *(["print", "dev"], ["freeze", "PROJECT"], ["trust", "--show"], ["worktree", "list"], ["stats"], ["analyze"]),
    *(["monitor", "--once"], ["doctor"], ["install", "--dry-run"], ["uninstall", "--dry-run"]),
]
project = in_git
WITHOUT_ANSWER = {"VIEWSYNC_TMUX_TIMEOUT": "0.3", "VIEWSYNC_HOOKS": "0"}


def told(done: Done) -> list[Any]:
    """Each object, held against its declaration."""
    verb = json.loads(done.out.splitlines()[0]).get("verb") if done.out.startswith('{"') else None
    parts = done.out.splitlines() if verb and OUTPUTS[verb].stream else [done.out]
    return [checked(part) for part in parts]


def answer(project: Project, words: list[str], **env: str) -> Any:
    """Of a verb that says one thing."""
    at = words.index("--") if "--" in words else len(words)
    done = project.viewsync(*words[:at], "--json", *words[at:], env=env)
    if words[0] == "events" and not done.out:  # the one stream that may have nothing to say
        return {}
    found = told(done)
    for one in found:
        assert (one["schema"], one["verb"]) == (1, words[0])
        assert not one.get("error") or one["error"]["code"] == done.code != 0
    assert "Traceback" not in done.err
    assert done.code not in (70, 74), done
    return found[-1]


def ask_all(project: Project, **env: str) -> dict[str, Any]:
    names = {"NAME": "web", "PROJECT": "myapp-main-dev"}
    asked = [[names.get(word, word) for word in words] for words in READING]
    return {" ".join(words): answer(project, words, **env) for words in asked}


@pytest.fixture
def offered(project: Project) -> Project:
    """A repository with two commands."""
    project.command("dev", FILE)
    project.command("plain", PLAIN)
    return project


@pytest.fixture
def inhabited(server: Server, offered: Project) -> Project:
    """With a registered session, a project's, and a view of each kind."""
    create(server, "web")
    assert answer(offered, ["run", "plain"])["action"] == "created"
    assert answer(offered, ["open", "proj"])["action"] == "created"
    return offered


def test_where_there_is_nothing(offered: Project) -> None:
    found = ask_all(offered)
    assert (found["list"]["sessions"], found["list"]["errors"]) == ([], [])
    assert found["health -s web"]["error"]["kind"] == "missing-session"


def test_where_there_are_sessions_and_views(server: Server, inhabited: Project) -> None:
    found = ask_all(inhabited)
    assert [session["name"] for session in found["list"]["sessions"]] == ["myapp-main-dev", "web"]
    assert found["health -s web"]["status"] == "healthy"
    assert [parent["name"] for parent in found["views"]["parents"]] == ["proj"]
    assert [words for words, said in found.items() if "error" in said] == []


def test_where_a_session_is_dead(server: Server, inhabited: Project) -> None:
    server.tmux("set-option", "-g", "remain-on-exit", "on")
    os.kill(int(server.show("=web:", "#{pane_pid}")), signal.SIGKILL)
    server.tmux("kill-session", "-t", "=myapp-main-dev")
    until(lambda: server.show("=web:", "#{pane_dead}") == "1", "the death")
    found = ask_all(inhabited)
    assert (found["list"]["dead"], found["health -s web"]["status"]) == (2, "dead")
    assert found["status"]["sessions"][0]["status"] == "missing"


@pytest.fixture
def stopped(server: Server, inhabited: Project) -> Iterator[Project]:
    os.kill(server.pid, signal.SIGSTOP)
    yield inhabited
    os.kill(server.pid, signal.SIGCONT)


def test_where_a_server_does_not_answer(stopped: Project) -> None:
    found = ask_all(stopped, **WITHOUT_ANSWER)
    for words in ("views", "list", "find --all", "status", "list-sessions", "worktree list", "monitor --once"):
        where = found[words].get("errors") or found[words]["error"]["hint"]
        assert "did not answer" in str(where), (words, found[words])
    assert found["list"]["sessions"][1]["status"] == "unknown"


def test_where_the_registry_is_unreadable(inhabited: Project) -> None:
    os.chmod(os.path.join(inhabited.home.state, ".sessions.json"), 0o600)
    with open(os.path.join(inhabited.home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        file.write("{")
    for words in (["list"], ["views"], ["status"], ["sweep"]):
        answer(inhabited, words)


@pytest.mark.parametrize("verb", OUTPUTS)
def test_an_error_has_the_same_beginning(project: Project, verb: str) -> None:
    """Of a wrong option, and where viewsync's own configuration is wrong."""
    words = {"registry": ["path"], "worktree": ["list"], "sweeper": ["status"], "monitor": ["--once"]}.get(verb, [])
    said = answer(project, [verb, *words, "--no-such-option"])
    assert said["error"]["message"] == "there is no option --no-such-option"
    settings = os.path.join(project.home.path, "config", "config.toml")
    os.makedirs(os.path.dirname(settings))
    with open(settings, "w", encoding="utf-8") as file:
        file.write("tmux_timeout = x\n")
    answer(project, [verb, *words])


def test_what_is_no_verb(project: Project) -> None:
    for words in (("lsit", "--json"), ("--json", "list"), ("--tmux", "/bin/tmux", "lsit", "--json")):
        done = project.viewsync(*words)
        (said,) = told(done)
        assert (done.code, said["schema"], said["verb"], said["error"]["kind"]) == (1, 1, None, "usage")


def test_a_bug_is_an_error_too(project: Project) -> None:
    code = "import sys, viewsync.commands.views as views; from viewsync.cli import main; views.run = None; "
    code += "sys.exit(main(['views', '--json']))"
    done = project.home.run([sys.executable, "-I", "-c", code])
    (said,) = told(done)
    assert (done.code, said["error"]["code"], said["error"]["kind"], said["verb"]) == (70, 70, "bug", "views")
    assert said["error"]["message"] in done.err


def test_what_changes_something(server: Server, inhabited: Project) -> None:
    """Once each, and what the history has of it."""
    home = inhabited.home
    view = answer(inhabited, ["open", "--new", "proj"])["view"]
    copy = os.path.join(home.path, "copy.json")
    trusted(inhabited, "dev")
    imported = inhabited.write("tmuxp.yaml", "session_name: a\nwindows: [{window_name: b, panes: [echo c]}]\n")
    for words in (
        *(["pin", view], ["adopt", "proj", "--yes"], ["quarantine", "-s", "web"], ["release", "-s", "web"]),
        *(
            ["heartbeat", "-s", "web"],
            ["send", "-s", "web", "-c", "echo hi", "-w", "hi"],
            ["send", "-s", "web", "--keys", "Up"],
        ),
        *(
            ["exec", "-s", "web", "--", "echo hi"],
            ["rename", "-s", "web", "-n", "net"],
            ["create", "-n", "api", "--wait"],
        ),
        *(["backup", copy], ["restore-registry", copy, "--dry-run"], ["reconcile", "--register", "proj"]),
        *(["reconcile", "--repair"], ["run", "plain", "--apply"], ["run", "dev"], ["run", "dev", "--diff"]),
        *(["print", "dev"], ["trust", "dev", "--show"], ["import", imported], ["trust", "dev", "--revoke"]),
        *(["registry", "touch", "net"], ["registry", "add", "x", server.socket, "x:0.0"], ["registry", "remove", "x"]),
        *(["worktree", "list"], ["worktree", "remove", "one", "--force"], ["kill-session", "myapp-main-dev"]),
        *(["reset-sessions"], ["cleanup-sessions"], ["kill", "-s", "api"], ["cleanup", "--all"], ["sweep"]),
        *(["sweeper", "start"], ["sweeper", "status"], ["sweeper", "stop"], ["stats"], ["analyze"]),
        *(["install"], ["doctor", "--fix"], ["uninstall"]),
    ):
        assert "error" not in answer(inhabited, words), words
    lines = History(home.state).find("1", ())
    checker = jsonschema.Draft202012Validator(schemas.of_events())
    assert {"create", "kill", "rename", "step", "worktree", "worktree-removed"} <= {line.event for line in lines}
    for line in lines:
        checker.validate(line._asdict())
