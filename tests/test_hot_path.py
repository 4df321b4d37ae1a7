"""Hot verbs import only what they need. The check is by module name: a time would depend on the machine."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.server import Home, Server

# Each costs 2 to 50 ms (shared notes on style, section 5).
FORBIDDEN = {
    "argparse",
    "asyncio",
    "dataclasses",
    "datetime",
    "importlib.metadata",
    "importlib.resources",
    "inspect",
    "jinja2",
    "libtmux",
    "logging",
    "pathlib",
    "platformdirs",
    "psutil",
    "random",
    "rich",
    "subprocess",
    "tempfile",
    "threading",
    "tomllib",
    "typing",
    "watchdog",
    "yaml",
}

# What `re` imports, and what else costs as much.
EXPRESSIONS = {"re", "enum", "functools", "collections", "contextlib", "json", "signal", "unicodedata", "warnings"}

_PROBE = """
import sys
before = set(sys.modules)
from viewsync.cli import main
words = {words!r}
if words[0].endswith(".sh"):  # called as a tool; the process does not end at once for who wants something at its end
    import atexit
    atexit.register(print)
    sys.argv, words = words, None
code = main(words)
new = sorted(set(sys.modules) - before)
import json
print(json.dumps({{"code": code, "new": new}}), file=sys.stderr)
"""


def imported(home: Home, *words: str, **env: str) -> set[str]:
    """The modules that a verb made Python import, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", _PROBE.format(words=list(words))],
        env={**home.env, **env},
        capture_output=True,
        check=True,
        text=True,
    )
    told = json.loads(done.stderr.splitlines()[-1])
    assert told["code"] == 0, done
    return set(told["new"])


@pytest.mark.parametrize("verb", ["open", "hook", "views", "send"])
def test_a_hot_verb_imports_nothing_that_it_does_not_need(server: Server, home: Home, verb: str) -> None:
    words = {
        "open": ("open", "--json", "-S", server.socket, "proj"),
        "hook": ("hook",),
        "views": ("views", "--json"),
        "send": ("send", "-S", server.socket, "-t", "proj", "-m", "-c", "true\n"),
    }[verb]
    home.viewsync("open", "--json", "-S", server.socket, "proj")
    assert not imported(home, *words, TMUX=f"{server.socket},1,0") & (FORBIDDEN | EXPRESSIONS)


def test_creating_and_ending_a_session_need_no_expressions(server: Server, home: Home) -> None:
    """Nor `site`: what stands in the environment and in the registry is read by hand where it is as usual."""
    variables = {"EDITOR": "vi", "A_PATH": "/x", "MY_TOKEN": "x", "NOTE": "a@b", "GIT_AUTHOR_NAME": "x"}
    create = ("create", "-S", server.socket, "-n", "a-b_1", "-e", "NAME=value")
    assert not imported(home, *create, **variables) & (FORBIDDEN | EXPRESSIONS | {"site", "socket"})
    assert not imported(home, "kill", "a-b_1") & (FORBIDDEN | EXPRESSIONS | {"site", "socket"})


def test_the_history_is_imported_only_where_something_is_recorded(server: Server, home: Home) -> None:
    assert not imported(home, "open", "--json", "-S", server.socket, "proj") & {"sqlite3", "_sqlite3"}


@pytest.mark.parametrize("words", [("views", "--json"), ("list", "--json")], ids=" ".join)
def test_looking_needs_no_expressions(home: Home, words: tuple[str, ...]) -> None:
    assert not imported(home, *words) & (FORBIDDEN | EXPRESSIONS)


@pytest.mark.parametrize("verb", ["open", "list", "send", "capture", "health", "wait", "kill"])
def test_a_call_about_this_host_loads_nothing_that_reaches_others(server: Server, home: Home, verb: str) -> None:
    here = ("-S", server.socket, "-t", "proj")
    words = {
        "open": ("--json", "-S", server.socket, "proj"),
        "list": ("--json",),
        "send": (*here, "-c", "true"),
        "wait": (*here, "-p", "", "--all", "-T", "30s"),
        "kill": (*here,),
    }.get(verb, here)
    found = imported(home, verb, *words)
    assert not [
        name
        for name in found
        if name.startswith(("viewsync.hosts", "viewsync.system.ssh", "hashlib", "viewsync.index", "redis"))
    ]
    assert "viewsync.tmux.far_server" not in found
    assert "viewsync.system.rules.far_shell" not in found


def test_waiting_for_plain_text_needs_no_expressions(server: Server, home: Home) -> None:
    words = ("wait", "-S", server.socket, "-t", "proj", "-p", "", "--all", "-T", "30s")
    assert not imported(home, *words) & (FORBIDDEN | EXPRESSIONS)


@pytest.mark.parametrize(
    "words",
    [
        ("create-session.sh", "-n", "new", "-S", "SOCKET"),
        ("pane-health.sh", "-S", "SOCKET", "-t", "proj:0.0", "--format", "text"),
        ("wait-for-text.sh", "-S", "SOCKET", "-t", "proj:0.0", "-p", "ready", "-T", "30", "-i", ".5"),
        ("safe-send.sh", "-S", "SOCKET", "-t", "proj:0.0", "-c", ":", "-r", "3", "-T", "2.5"),
        ("list-sessions.sh", "--json"),
        ("kill-session.sh", "-S", "SOCKET", "-t", "proj:0.0"),
    ],
    ids=lambda words: words[0],
)
def test_a_shell_tool_imports_nothing_that_its_verb_does_not_need(
    server: Server, home: Home, words: tuple[str, ...]
) -> None:
    server.tmux("send-keys", "-t", "=proj:0.0", "echo ready", "Enter")
    told = [word.replace("SOCKET", server.socket) for word in words]
    assert not imported(home, *told, VIEWSYNC_COMPAT="1") & (FORBIDDEN | EXPRESSIONS | {"site"})


def test_the_check_can_fail(home: Home) -> None:
    """Without what the launcher carries, platformdirs has to be asked."""
    assert "platformdirs" in imported(home, "views", "--json", VIEWSYNC_DIRS="")


def test_who_names_folders_of_their_own_pays_for_no_library_either(home: Home) -> None:
    env = {"XDG_STATE_HOME": f"{home.path}/s", "XDG_CONFIG_HOME": f"{home.path}/c", "VIEWSYNC_STATE_DIR": ""}
    assert not imported(home, "list", "--json", **env) & FORBIDDEN


def test_only_the_named_verb_is_imported(home: Home) -> None:
    commands = {module for module in imported(home, "views", "--json") if module.startswith("viewsync.commands.")}
    assert commands == {"viewsync.commands.views", "viewsync.commands._args"}
