"""Whatever leads to the launcher under a tool's name is that tool, and misuse is told in the tool's own way."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support import forms
from tests.support.server import ROOT
from viewsync.cli import COMMANDS
from viewsync.shell_tools.names import OF_VERB, TOOLS

if TYPE_CHECKING:
    from tests.shell_tools.conftest import Tools
    from tests.support.server import Home

# What each gives for a wrong argument, and how it begins to say so.
MISUSE = {
    "create-session.sh": (1, "Error: "),
    "list-sessions.sh": (1, "Error: "),
    "cleanup-sessions.sh": (1, "Error: "),
    "find-sessions.sh": (1, ""),
    "kill-session.sh": (3, "Error: "),
    "pane-health.sh": (1, ""),
    "safe-send.sh": (4, ""),
    "wait-for-text.sh": (1, ""),
    "rename-session.sh": (1, "Error: "),
    "monitor-pane.sh": (1, "Error: "),
    "capture-clean.sh": (1, "Error: "),
    "reconcile-registry.sh": (1, "Error: "),
    "backup-registry.sh": (1, "Error: "),
    "restore-registry.sh": (1, "Error: "),
}

KINDS = ["link", "copy"]
UNKNOWN = ["--nonsense", "-xv", "--json=1", "--", "stray", "$(touch x)", "--dry\x1b[31m", "é"]


def test_every_tool_is_here_and_stands_for_a_verb() -> None:
    assert set(MISUSE) == set(TOOLS) == set(OF_VERB.values())
    assert set(OF_VERB) <= set(COMMANDS)


def test_the_page_has_every_numbered_difference_and_every_name() -> None:
    with open(os.path.join(ROOT, "docs", "reference", "shell-tools.md"), encoding="utf-8") as file:
        page = file.read()
    found: set[int] = set()
    for cell in re.findall(r"^\| ([\d, ]+) \|", page, re.MULTILINE):
        found |= set(map(int, cell.split(", ")))
    assert found == set(range(1, 66))
    assert all(f"`{name}`" in page for name in TOOLS)


@pytest.mark.usefixtures("real_starts")  # of each tool
@pytest.mark.parametrize(
    ("tools", "name", "option"), forms.covering(KINDS, list(TOOLS), ["-h", "--help"]), indirect=["tools"]
)
def test_help_is_the_tools_own(tools: Tools, name: str, option: str) -> None:
    done = tools(name, option)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: {name} ")


@pytest.mark.parametrize(("tools", "name", "word"), forms.covering(KINDS, list(TOOLS), UNKNOWN), indirect=["tools"])
def test_an_unknown_option_is_told_on_stderr_and_the_usage_on_stdout(tools: Tools, name: str, word: str) -> None:
    words = [word] if word.startswith("-") else ["one.json", word]  # some take one file
    if name not in ("backup-registry.sh", "restore-registry.sh"):
        words = [word]
    done = tools(name, *words)
    code, begin = MISUSE[name]
    assert done.code == code
    assert done.err == f"{begin}Unknown option: {word}\n".replace("\x1b", "\\x1b")
    assert done.out.startswith(f"Usage: {name} ")


@pytest.mark.parametrize(
    ("name", "option", "said"),
    [
        ("create-session.sh", "-n", "Error: -n requires a value"),
        ("create-session.sh", "--socket", "Error: --socket requires a value"),
        ("cleanup-sessions.sh", "--older-than", "Error: --older-than requires a value"),
        ("find-sessions.sh", "-q", "-q requires a value"),
        ("kill-session.sh", "-s", "Error: -s requires a session name"),
        ("kill-session.sh", "--socket", "Error: -S requires a socket path"),
        ("kill-session.sh", "-t", "Error: -t requires a target pane"),
        ("pane-health.sh", "--format", "--format requires a value"),
        ("safe-send.sh", "-c", "-c requires a value"),
        ("safe-send.sh", "-s", "-s requires a value"),
        ("wait-for-text.sh", "-p", "-p requires a value"),
    ],
)
def test_d62_an_option_without_its_value_is_named(tools: Tools, name: str, option: str, said: str) -> None:
    done = tools(name, option)
    assert (done.code, done.err) == (MISUSE[name][0], f"{said}\n")
    assert done.out.startswith(f"Usage: {name} ")


@pytest.mark.usefixtures("real_starts")
def test_d64_links_however_they_lead_there(tools: Tools, home: Home) -> None:
    script = os.path.join(tools.folder, "list-sessions.sh")
    elsewhere = os.path.join(home.path, "else where")
    os.mkdir(elsewhere)
    os.symlink(script, os.path.join(elsewhere, "absolute"))
    os.symlink(os.path.join("..", "my tools", "list-sessions.sh"), os.path.join(elsewhere, "relative"))
    os.symlink("relative", os.path.join(elsewhere, "again"))
    os.symlink(elsewhere, os.path.join(home.path, "folder"))
    said = "No sessions registered.\n"
    env = {"CDPATH": f"/tmp:{home.path}"}
    for name in ("absolute", "relative", "again"):
        assert tools.run([os.path.join(elsewhere, name)], env).out == said
        assert tools.run([f"./{name}"], env, cwd=elsewhere).out == said
        assert tools.run([os.path.join(home.path, "folder", name)], env).out == said
        on_path = {**env, "PATH": f"{elsewhere}:{home.env['PATH']}"}
        assert tools.run(["sh", "-c", f"cd '{elsewhere}' && {name}"], on_path).out.endswith(said)
    assert tools.run(["../my tools/list-sessions.sh"], env, cwd=elsewhere).out == said
    assert tools.run(["sh", script], env).out == said


@pytest.mark.usefixtures("real_starts")
def test_another_name_is_viewsync(tools: Tools, home: Home) -> None:
    for name in ("vs", "safe-send", "safe-send.sh.old"):
        path = os.path.join(home.path, name)
        shutil.copy(home.launcher, path)
        assert tools.run([path, "--version"]).out.startswith("viewsync ")


@pytest.mark.parametrize(
    ("name", "words", "code", "begin"),
    [
        ("pane-health.sh", ("-t", "x"), 1, "Error: "),
        ("find-sessions.sh", (), 1, ""),
        ("safe-send.sh", ("-t", "x", "-c", "y"), 4, "Error: "),
        ("wait-for-text.sh", ("-t", "x", "-p", "y"), 1, "Error: "),
    ],
)
def test_a_missing_tmux_is_named(tools: Tools, name: str, words: tuple[str, ...], code: int, begin: str) -> None:
    done = tools(name, *words, env={"VIEWSYNC_TMUX": "nonexistent"})
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"{begin}tmux not found in PATH\n")


def test_a_wrong_setting_is_an_error_of_one_line(tools: Tools) -> None:
    done = tools("pane-health.sh", "-t", "x", env={"VIEWSYNC_TMUX_TIMEOUT": "x"})
    assert done.err.startswith("Error: VIEWSYNC_TMUX_TIMEOUT: ")
    assert (done.err.count("\n"), done.out) == (1, "")
