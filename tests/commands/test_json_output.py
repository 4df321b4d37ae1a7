"""What verbs print as JSON, of data that others wrote: strict readers take it, and it commands no terminal."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.sessions import create
from viewsync.events import Event
from viewsync.store.history_database import History

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Done, Home, Server

ODD = "a\x9b31m\u202e\u2066\u200f\u061c\u2028\x7f\U000e0041z"


def strict(text: str) -> Any:
    """As a reader takes it that knows no Infinity; and nothing odd stands raw in it."""
    assert all(line.isprintable() for line in text.split("\n")), ascii(text)
    return json.loads(text, parse_constant=pytest.fail)


def plant(home: Home, **views: Any) -> None:
    os.makedirs(home.state, mode=0o700, exist_ok=True)
    path = os.path.join(home.state, ".sessions.json")
    data = home.registry()
    for row in data["sessions"].values():
        row["odd"] = "1e999"
    text = json.dumps({**data, "views": {**data["views"], **views}}).replace('"1e999"', "1e999")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


@pytest.mark.parametrize(
    "words", [("health", "-s", ODD), ("kill", "-s", ODD), ("open", ODD), ("send", "-s", ODD, "-c", "x"), ("print", ODD)]
)
def test_an_error(server: Server, home: Home, words: tuple[str, ...]) -> None:
    done = home.viewsync(*words, "--json")
    assert done.code
    assert "z" in strict(done.out)["error"]["message"]
    assert all(line.isprintable() for line in done.err.split("\n"))


def test_a_registry_with_what_is_no_number(server: Server, home: Home) -> None:
    create(server, "web")
    row = {"socket": server.socket, "parent": ODD, "created": "1e999", "idle_since": "1e999", "pid": "1e999"}
    plant(home, **{f"{ODD}-view-1735324800-5": row})
    for words in (("list", "--json"), ("views", "--json"), ("cleanup", "--views", "--dry-run", "--json"), ("sweep",)):
        done = home.viewsync(*words)
        assert done.code == 0, done
        if "--json" in words:
            strict(done.out)
    with open(os.path.join(home.state, ".sessions.json"), encoding="utf-8") as file:
        written = json.load(file, parse_constant=pytest.fail)
    assert written["sessions"]["web"]["odd"] is None


def test_a_history_with_what_is_no_number(home: Home) -> None:
    os.makedirs(home.state, mode=0o700)
    event = Event(1.5, "end", "person", "/s", "1.2", ODD, reason=ODD, project=ODD)
    History(home.state).add([event, event._replace(at=float("inf")), event._replace(seconds=float("inf"))])
    for words in (("stats", "--json"), ("analyze", "--json"), ("monitor", "--once", "--json"), ("status", "--json")):
        done = home.viewsync(*words)
        assert done.code in (0, 1), done
        strict(done.out)


def test_what_a_program_prints(server: Server, home: Home) -> None:
    create(server, "web")
    done = home.viewsync("exec", "-s", "web", "--json", "--", f"printf '%s\\n' '{ODD}'")
    assert strict(done.out)["output"] == f"{ODD}\n"
    done = home.viewsync("follow", "-s", "web", "--json", "-T", "300ms")
    lines = [strict(line)["line"] for line in done.out.splitlines() if '"line"' in line]
    assert any("a" in line and line.endswith("z") for line in lines), lines
    shown = home.viewsync("capture", "-s", "web").out
    assert all(line.isprintable() for line in shown.split("\n"))


@pytest.mark.parametrize("timeout", ["1e999", ".inf", ".nan", "1.0e+999", "9" * 400])
def test_a_project_file_with_what_is_no_number(server: Server, project: Project, timeout: str) -> None:
    steps = f"pre_create_steps: [{{run: 'true', timeout: {timeout}}}]"
    project.command("dev", f"session: {{{steps}, windows: [{{name: a}}]}}\n")
    done: Done = project.viewsync("run", "dev", "--json")
    assert (done.code, "timeout is not a duration" in done.err) == (1, True)
    assert strict(done.out)["error"]["kind"] == "bad-file"


@pytest.mark.parametrize("value", ["inf", "nan", "1e999", "9" * 400])
def test_a_setting_and_an_argument_with_what_is_no_number(server: Server, home: Home, value: str) -> None:
    for words in (("wait", "-t", "proj", "-p", "x", "-T", value), ("open", "--json", "proj", "--lease", value)):
        done = home.viewsync(*words)
        assert done.code, (words, done)
        assert done.code != 70
    os.makedirs(os.path.join(home.path, "config"), exist_ok=True)
    with open(os.path.join(home.path, "config", "config.toml"), "w", encoding="utf-8") as file:
        file.write(f"tmux_timeout = {value}\n")
    done = home.viewsync("views", "--json")
    assert (done.code, "config.toml" in done.err) == (1, True), done
