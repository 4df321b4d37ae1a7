"""The reference has all that the code declares, since it is made of that; and what is new is in it by itself."""

from __future__ import annotations

import ast
import functools
import html
import os
import re
import sys
import types
from typing import TYPE_CHECKING, Any

import lupa.lua54
import pytest

from docgen import environment, lua, markdown, pages, verbs
from tests.support.server import ROOT
from viewsync import cli, config

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

_HOSTILE = "a | b <script>alert(1)</script> *c* __d__ [e](f) `g|<h>` &amp; # {i} \\ \n\n    j"


@functools.cache
def made() -> dict[str, str]:
    """Once for all tests that change nothing of what the pages are made of."""
    return pages.all_pages()


def shown(page: str) -> str:
    """What a reader sees: without tags, entities as what they stand for."""
    return html.unescape(re.sub(r"</?code>", "`", page))


def section(all_pages: dict[str, str], verb: str) -> str:
    """All that the reference says of a verb."""
    if not cli.COMMANDS[verb].hidden:
        return shown(all_pages[f"reference/verbs/{verb}.md"])
    return shown(all_pages[verbs.HIDDEN]).partition(f"\n## {verb}\n")[2].partition("\n## ")[0]


def declared(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from action.option_strings
        for part in action.choices.values() if isinstance(action.choices, dict) else ():
            yield from declared(part)


@pytest.mark.parametrize("verb", cli.COMMANDS)
def test_a_verb_has_its_options_and_codes(verb: str) -> None:
    said = section(made(), verb)
    for option in set(declared(verbs.parser_of(verb))) - {"-h", "--help"}:
        assert re.search(rf"^\|[^|]*`{re.escape(option)}`", said, re.MULTILINE), option
    rows = {int(code): what for code, what in re.findall(r"^\| (\d+) \| (.*) \|$", said, re.MULTILINE)}
    assert rows.items() >= verbs.module_of(verb).EXIT_CODES.items()
    assert set(rows) - set(verbs.module_of(verb).EXIT_CODES) <= set(cli.ANY_VERB)


def fake_verb(monkeypatch: pytest.MonkeyPatch, *, hidden: bool) -> None:
    module: Any = types.ModuleType("viewsync.commands.juggle", f"Juggle with sessions. {_HOSTILE}")
    module.EXIT_CODES = {0: "done", 42: "a ball fell"}
    module.arguments = lambda parser: parser.add_argument("--balls", metavar="N", help=_HOSTILE)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    command = cli.Command("juggle", "juggle with | sessions", hidden=hidden)
    monkeypatch.setitem(cli.COMMANDS, "juggle", command)
    monkeypatch.setitem(next(iter(cli.GROUPS.values())), "juggle", command)


@pytest.mark.parametrize("hidden", [False, True])
def test_a_new_verb_is_in_it_by_itself(monkeypatch: pytest.MonkeyPatch, hidden: bool) -> None:
    fake_verb(monkeypatch, hidden=hidden)
    new = pages.all_pages()
    said = section(new, "juggle")
    assert "| `--balls` `N` |" in said
    assert "| 42 | a ball fell |" in said
    assert ("juggle" in new["reference/verbs/index.md"]) != hidden
    assert "juggle" in new["reference/exit-codes.md"]


def test_text_of_the_code_is_only_text(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_verb(monkeypatch, hidden=False)
    page = pages.all_pages()["reference/verbs/juggle.md"]
    (row,) = [line for line in page.splitlines() if line.startswith("| <code>&#45;&#45;balls")]
    assert row.count("|") == 3  # the cells' own
    assert not re.search(r"[*_{}\[\]()\\]|<(?!/?code>)", row.replace("|", ""))
    assert " ".join(_HOSTILE.split()) in shown(row)


def test_a_fence_holds_what_has_fences() -> None:
    assert markdown.block("```\nx\n```").startswith("````text\n")


def test_a_new_setting_is_in_it_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(config.SETTINGS, "balls", config.Setting(3.0, "how many <balls> | fly", least=1.0))
    row = "| `balls` | `3` | how many <balls> | fly; at least 1 | `VIEWSYNC_BALLS` |"
    assert row in shown(pages.all_pages()["reference/settings.md"])
    assert "`VIEWSYNC_BALLS`" in shown(pages.all_pages()["reference/environment.md"])


@pytest.mark.parametrize("name", config.SETTINGS)
def test_a_setting_has_its_default_and_its_meaning(name: str) -> None:
    said = shown(made()["reference/settings.md"])
    assert re.search(rf"^\| `{name}` \| `[^`]+` \| {re.escape(config.SETTINGS[name].help)}", said, re.MULTILINE)


def read_from_the_environment() -> set[str]:
    """The names that the code asks its environment for, and whatever looks like one of ours."""
    found: set[str] = set()
    for folder, _, files in os.walk(os.path.join(ROOT, "viewsync")):
        for name in (name for name in files if name.endswith(".py")):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                tree = ast.parse(file.read())
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
                    found |= names(node.args[0]) if is_environment(node.func.value) else set()
                elif isinstance(node, ast.Subscript) and is_environment(node.value):
                    found |= names(node.slice)
                found |= {name for name in names(node) if re.match("VIEWSYNC_|CLAUDE_|XDG_|PRJ_", name)}
    return found


def is_environment(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.endswith(("env", "environ"))


def names(node: ast.AST) -> set[str]:
    value = node.value if isinstance(node, ast.Constant) else None
    return {value} if isinstance(value, str) and re.fullmatch("[A-Z][A-Z_]+[A-Z]", value) else set()


def test_every_variable_that_is_read_is_in_it() -> None:
    found = read_from_the_environment()
    assert {"NO_COLOR", "VIEWSYNC_STATE_DIR", "TMUX"} <= found
    assert found - environment.documented() == set()


def test_the_wezterm_module_has_no_option_or_function_without_its_text() -> None:
    source = lua.read()
    runtime = lupa.lua54.LuaRuntime()
    said = shown(made()["reference/wezterm.md"])
    table = re.search(r"^local OPTIONS = {\n.*?^}", source, re.MULTILINE | re.DOTALL)
    assert table
    runtime.execute('setmetatable(_G, { __index = function() return "" end })')  # what stands elsewhere in the module
    own = runtime.execute(table[0] + "\nreturn OPTIONS")
    assert len(list(own)) > 10
    for name in own:
        assert re.search(rf"^\| `{name}` \|", said, re.MULTILINE), name
    for name in re.findall(r"^function M\.(\w+)", source, re.MULTILINE):
        assert f"\n### {name}\n" in said


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---@field toast_ms integer? how long", "---@field toast_millis integer? how long"),
        ("function M.restore(", "local function more() end\nfunction M.restore("),
        ("return M\n", "M.secret = 1\nreturn M\n"),
        ('announce("viewsync.cleaned"', 'announce("viewsync.swept"'),
        ("  toast = { SWITCH, true },", "  toast = { SWITCH, true }, loud = { SWITCH, true },"),
    ],
)
def test_what_has_no_comment_stops_the_making(monkeypatch: pytest.MonkeyPatch, before: str, after: str) -> None:
    source = lua.read()
    assert before in source
    monkeypatch.setattr(lua, "read", lambda: source.replace(before, after))
    with pytest.raises(lua.Undocumented):
        lua.page("")
