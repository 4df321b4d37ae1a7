"""What viewsync calls itself: by the link `prj` it is `prj` in all that it says, and others' words stay theirs."""

from __future__ import annotations

import ast
import os
import re
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import forked
from tests.support.server import ROOT, Done
from viewsync import cli, output
from viewsync.commands import _help
from viewsync.shell_tools import tool
from viewsync.text import program_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.projects import Project
    from tests.support.server import Home

_SAID = re.compile(r"(?<![\w./~@-])viewsync(?![\w/-]|\.\w)")
_COMMAND = re.compile(rf"(?<![\w./-])viewsync (?=(?:{'|'.join(cli.COMMANDS)})\b)")
# Written down, or told to other programs: not said to whoever calls us.
_WRITTEN = ("json_output/", "setup/manifest.py", "setup/rules/", "setup/demo_screen.py", "tmux/view_hooks.py")


def test_every_help_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/prj"])
    for verb in cli.COMMANDS:
        text = cli.parser_of(verb).format_help()
        assert text.startswith(f"usage: prj {verb} ")
        assert not _SAID.search(text), verb
    for topic in _help.TOPICS:
        assert not _SAID.search("\n".join(_help.on(topic, cli.COMMANDS, cli.ANY_VERB, "prj"))), topic
    assert not _SAID.search("\n".join(_help.usage(cli.GROUPS, "prj")))
    monkeypatch.setattr(sys, "argv", ["/somewhere/viewsync"])
    assert "viewsync" in cli.parser_of("run").format_help()


def literals() -> Iterator[tuple[str, str]]:
    """The text in our source that is no documentation; of one with values in it, a % for each."""
    for folder, _, files in os.walk(os.path.join(ROOT, "viewsync")):
        for name in files:
            path = os.path.join(folder, name)
            place = os.path.relpath(path, os.path.join(ROOT, "viewsync"))
            if name.endswith(".py") and not place.startswith(_WRITTEN):
                with open(path, encoding="utf-8") as file:
                    yield from ((place, text) for text in _of(ast.parse(file.read())))


def _of(tree: ast.AST) -> Iterator[str]:
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "%" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not {id(node)} & (told | inside):
            yield node.value


def test_every_command_that_a_message_names_is_found_in_it() -> None:
    found = [(place, text) for place, text in literals() if _COMMAND.search(text)]
    assert len(found) > 60
    left = [(place, text) for place, text in found if _COMMAND.search(program_name.in_message(text, "prj"))]
    assert left == []


@pytest.mark.parametrize(
    "text",
    [
        "there is no session 'viewsync'",
        "its session viewsync runs on",
        "/home/viewsync is not there",
        "viewsync-main-dev: gone",
        "the variable VIEWSYNC_TMUX",
        "@viewsync_mark",
    ],
)
def test_what_others_call_so_stays(text: str) -> None:
    assert program_name.in_message(text, "prj") == text


def test_with_a_tools_name_a_message_names_the_tool_where_there_is_one() -> None:
    assert tool.worded("`viewsync kill` ends that pane alone") == "`kill-session.sh` ends that pane alone"
    assert tool.worded("`viewsync release` ends that") == "`viewsync release` ends that"
    assert tool.worded("viewsync list, 'viewsync'") == "viewsync list, 'viewsync'"


def test_a_link_to_the_link_is_it_and_any_other_is_viewsync(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, target in (("prj", home.launcher), ("p", "prj"), ("other", home.launcher), ("gone", "nowhere")):
        os.symlink(target, os.path.join(home.path, name))
    for name, said in (("prj", "prj"), ("p", "prj"), ("other", "viewsync"), ("gone", "viewsync"), ("", "viewsync")):
        monkeypatch.setattr(sys, "argv", [os.path.join(home.path, name)])
        assert output.program() == said


def called(home: Home, cwd: str, *words: str) -> Done:
    link = os.path.join(home.path, "prj")
    if not os.path.islink(link):
        os.symlink(home.launcher, link)
    argv, env = [link, *words], {**home.env, "PATH": f"{home.path}:{home.env['PATH']}"}
    if forked.possible(argv, env):
        code, out, err = forked.run(argv, env, None, 60, cwd)
        return Done(code, out.decode(), err.decode())
    return home.call(argv, env, cwd=cwd)


SAY_SO = {
    ("run", "nope"): "`prj new nope` makes one",
    ("runn",): "did you mean run?",
    ("run", "--nope"): "`prj run --help`",
    ("status",): "",
    ("views",): "`prj open SESSION`",
    ("sweeper", "status"): "`prj sweeper start`",
    ("attach", "nope"): "`prj list`",
    ("kill-session", "nope"): "`prj status`",
    ("health", "-s", "nope"): "",
    ("info", "nope", "--json"): "`prj list`",
    ("print",): "`prj new NAME`",
    ("trust",): "",
    ("new", "dev"): "--own",
    ("hook",): "only tmux calls `prj hook`",
    ("schema", "output"): "`prj schema output list`",
    ("stats", "sessions", "--parent", "x"): "`prj stats views --parent NAME`",
    ("create",): "`prj create --help`",
    ("doctor",): "prj install",
    (): "prj --help",
    ("--version",): "prj (viewsync) ",
}


def test_messages_say_it(home: Home) -> None:
    folder = os.path.join(home.path, "empty")
    os.mkdir(folder)
    for words, said in SAY_SO.items():
        done = called(home, folder, *words)
        told = done.out + done.err
        assert said in told, done
        assert not done.err or done.err.startswith("prj: "), done
        assert not re.search(r"[`']viewsync |^viewsync: |: viewsync [a-z]", told, re.MULTILINE), done


def test_its_files_stand_where_its_projects_have_them(home: Home, project: Project) -> None:
    folder = os.path.join(home.path, "empty")
    os.mkdir(folder)
    assert called(home, folder, "new", "dev", "--here").code == 0
    assert os.listdir(folder) == [".prj"]
    assert os.path.exists(os.path.join(folder, ".prj/commands/dev.yaml"))
    assert called(home, project.root, "new", "dev").code == 0
    assert os.listdir(project.root) == [".viewsync"]
    assert "`prj edit dev` changes it" in called(home, project.root, "new", "dev").err
