"""Exit codes: each verb has a list of its own, its help and the pages show it, and it is all that the verb gives."""

from __future__ import annotations

import ast
import importlib
import re
from typing import TYPE_CHECKING

import pytest

from tests.support import raised
from viewsync import errors
from viewsync.cli import ANY_VERB, COMMANDS, code_of
from viewsync.system import ssh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from tests.support.server import Home

VISIBLE = [verb for verb, command in COMMANDS.items() if not command.hidden]
# They name a session by -s alone, and so no server by -L, whose folder tmux may refuse.
CANNOT: dict[str, tuple[raised.Errors, ...]] = dict.fromkeys(("heartbeat", "quarantine"), (errors.TmuxError,))
CANNOT["restore"] = (ssh.Unreachable,)  # a socket's own `connect` is read as that of the ssh that it asks hosts by
_CODE = ("code", "code, told", "_, code")  # what the verbs call it
# 128 and the number of a signal, which the test does not find in the source.
OF_SIGNALS = {"monitor": {129, 131, 143}, "pick": {129, 130, 131, 143}}


def module_of(verb: str) -> ModuleType:
    return importlib.import_module(f"viewsync.commands.{COMMANDS[verb].module}")


def listed(verb: str) -> set[int]:
    return set(module_of(verb).EXIT_CODES)


def trees(module: ModuleType) -> Iterator[ast.Module]:
    """The verb's module, and the helper that makes its Result, if it has one."""
    paths = [str(module.__file__)]
    paths += [str(member.__file__) for name, member in vars(module).items() if name == "_verdicts"]
    for path in paths:
        with open(path, encoding="utf-8") as file:
            yield ast.parse(file.read())


def returned(verb: str) -> set[int]:
    """Every number that a Result of the verb has as its code, also by way of a name, a table or a function."""
    module = module_of(verb)
    found: set[int] = set()
    for tree in trees(module):
        given = []
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Result":
                words = {keyword.arg: keyword.value for keyword in node.keywords}
                given += [words["code"]] if "code" in words else node.args[2:3]
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).strip("()") in _CODE:
                given.append(node.value)
            if isinstance(node, ast.FunctionDef) and node.name in ("_code", "_outcome"):
                given += [
                    statement.value
                    for statement in ast.walk(node)
                    if isinstance(statement, ast.Return) and statement.value
                ]
        found |= {number for node in given for number in numbers(node, module)}
    return found


def numbers(node: ast.AST, module: ModuleType) -> Iterator[int]:
    """Those that an expression can be: of a condition both ends, of a name of the module its values."""
    if isinstance(node, ast.IfExp):
        yield from numbers(node.body, module)
        yield from numbers(node.orelse, module)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            yield node.value
    elif isinstance(node, ast.Name):
        value = getattr(module, node.id, None)
        values = value.values() if isinstance(value, dict) else [value]
        for entry in values:
            yield from (one for one in (entry if isinstance(entry, tuple) else [entry]) if type(one) is int)
    elif isinstance(node, (ast.Subscript, ast.Dict, ast.Tuple)):
        children = node.values if isinstance(node, ast.Dict) else ast.iter_child_nodes(node)
        for child in children:
            if not isinstance(node, ast.Subscript) or child is node.value:
                yield from numbers(child, module)


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_verb_explains_itself_and_lists_its_exit_codes_a_line_each(home: Home, verb: str) -> None:
    done = home.viewsync(verb, "--help")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].startswith(f"usage: viewsync {verb}")
    at = lines.index("exit codes:")
    own = module_of(verb).EXIT_CODES
    assert lines[at + 1 : at + 1 + len(own)] == [f"  {code:<5} {meaning}" for code, meaning in own.items()]
    assert lines[at + 1 + len(own)] == ""
    (shared,) = lines[at + 2 + len(own) :]
    codes = {int(code) for code in re.findall(r"(?:^every verb:|;) (\d+) ", shared)}
    lock = code_of(errors.LockTimeout, module_of(verb))
    assert codes == {code for code in ANY_VERB if code not in own and (code != 75 or lock == 75)}
    assert not re.search(r"[Ee]xit code", " ".join(lines[:at])), "they stand in the list alone"


def test_help_of_a_part_of_a_verb_lists_them_too(home: Home) -> None:
    whole, part = (home.viewsync(*words, "--help").out for words in (("worktree",), ("worktree", "remove")))
    assert part.partition("exit codes:")[2] == whole.partition("exit codes:")[2] != ""


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_code_that_a_verb_returns_is_in_its_list(verb: str) -> None:
    assert returned(verb) <= listed(verb) | {0}
    assert {code for _, code in getattr(module_of(verb), "CODES", ())} <= listed(verb) | set(ANY_VERB)


def test_the_list_of_a_verb_has_the_code_of_each_error_that_comes_out_of_it_and_no_other() -> None:
    """In one test, since one worker then reads all of the source for all verbs."""
    unknown, impossible = {}, {}
    for verb in COMMANDS:
        module = module_of(verb)
        known = listed(verb) | set(ANY_VERB)
        assert code_of(errors.UsageError, module) in known  # what argparse refuses
        ways = raised.out_of(f"{module.__name__}.run")
        cannot = CANNOT.get(verb, ())
        unknown[verb] = [way for kind, way in ways.items() if code_of(kind, module) not in known and kind not in cannot]
        kinds: list[raised.Errors] = [errors.UsageError, *ways]
        possible = {code_of(kind, module) for kind in kinds} | returned(verb) | {0}
        impossible[verb] = listed(verb) - possible - OF_SIGNALS.get(verb, set())
    assert {verb: ways for verb, ways in unknown.items() if ways} == {}
    assert {verb: codes for verb, codes in impossible.items() if codes} == {}
