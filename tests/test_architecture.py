"""What rules may reach, what starts programs, and how long files and functions may be."""

from __future__ import annotations

import ast
import os

import pytest

from tests.support.server import ROOT

PACKAGE = os.path.join(ROOT, "viewsync")


def modules() -> list[str]:
    found = []
    for folder, _, files in os.walk(PACKAGE):
        found += [os.path.join(folder, name) for name in files if name.endswith(".py")]
    return sorted(os.path.relpath(path, PACKAGE) for path in found)


def source(path: str) -> str:
    with open(os.path.join(PACKAGE, path), encoding="utf-8") as file:
        return file.read()


@pytest.mark.parametrize("path", [each for each in modules() if "rules" in each.split(os.sep)])
def test_rules_have_no_door_to_the_outside(path: str) -> None:
    tree = ast.parse(source(path))
    tops = {each.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    tops |= {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert tops <= {"__future__", "typing", "collections", "re", "difflib", "viewsync"}


def test_only_one_module_starts_programs() -> None:
    assert [os.path.basename(path) for path in modules() if "import subprocess" in source(path)] == ["process.py"]


@pytest.mark.parametrize("path", modules())
def test_files_and_functions_can_be_read_whole(path: str) -> None:
    text = source(path)
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or node.lineno) - node.lineno < 50, node.name
