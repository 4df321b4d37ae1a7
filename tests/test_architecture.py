"""Imports go down only: entry -> commands -> actions -> rules, gateways, store -> rules.model, errors, paths."""

from __future__ import annotations

import ast
import os

import pytest

from tests.support.server import ROOT

PACKAGE = os.path.join(ROOT, "viewsync")

# Each layer, and what it may import of viewsync. Anything else is an import upwards or sideways.
ALLOWED = {
    "rules": ("rules",),
    "store": ("store", "errors", "rules.model"),
    "gateways": (
        "gateways",
        "errors",
        "paths",
        "rules.model",
        "rules.hooks",
        "rules.projects",
        "rules.anchor",
        "rules.picture",
        "rules.screen",
    ),
    "actions": ("actions", "rules", "gateways", "store", "errors", "paths", "context", "config"),
    "commands": (
        "actions",
        "rules",
        "commands.args",
        "commands.reports",
        "commands.project_rows",
        "commands.verdicts",
        "errors",
        "paths",
        "context",
        "output",
        "sweeper",
    ),
    "context": ("config", "errors", "gateways", "log", "paths", "store"),
    "sweeper": ("actions", "context", "errors", "gateways", "paths", "store"),
    "cli": ("context", "errors", "output", "paths", "rules.tool_names", "tools"),
    "tools": ("tools", "actions", "rules", "errors", "paths", "context", "output"),
    "api": ("actions", "rules", "context", "errors"),
    "projects_api": ("actions", "rules", "context", "errors"),
    "config": ("errors", "rules.model"),
    "output": ("errors",),
    "errors": (),
    "paths": (),
    "log": (),
    "__main__": ("cli",),
}


def modules() -> list[str]:
    found = []
    for folder, _, files in os.walk(PACKAGE):
        found += [os.path.join(folder, name) for name in files if name.endswith(".py")]
    return sorted(os.path.relpath(path, PACKAGE) for path in found)


def source(path: str) -> str:
    with open(os.path.join(PACKAGE, path), encoding="utf-8") as file:
        return file.read()


def imports(path: str) -> list[str]:
    """What a module imports of viewsync, as `rules.model` or `actions.sweep`."""
    tree = ast.parse(source(path))
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{each.name}" for each in node.names]
    return [name.removeprefix("viewsync.") for name in names if name.startswith("viewsync.")]


def forbidden(path: str, imported: list[str]) -> list[str]:
    layer = path.split(os.sep)[0].removesuffix(".py")
    if layer == "__init__":
        return [name for name in imported if not name.startswith(("api", "projects_api"))]
    allowed = ALLOWED[layer]
    return [
        name
        for name in imported
        if name != "__version__" and not any(name == each or name.startswith(f"{each}.") for each in allowed)
    ]


@pytest.mark.parametrize("path", modules())
def test_imports_go_down_only(path: str) -> None:
    assert forbidden(path, imports(path)) == []


def test_the_check_can_fail() -> None:
    assert forbidden("rules/cleanup.py", ["rules.model", "store.registry"]) == ["store.registry"]
    assert forbidden("commands/open.py", ["commands.views"]) == ["commands.views"]


@pytest.mark.parametrize("path", [each for each in modules() if each.startswith("rules")])
def test_rules_have_no_door_to_the_outside(path: str) -> None:
    tree = ast.parse(source(path))
    tops = {each.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    tops |= {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert tops <= {"__future__", "typing", "collections", "re", "difflib", "viewsync"}


def test_only_one_module_starts_programs() -> None:
    assert [path for path in modules() if "import subprocess" in source(path)] == [
        os.path.join("gateways", "process.py")
    ]


@pytest.mark.parametrize("path", modules())
def test_files_and_functions_can_be_read_whole(path: str) -> None:
    text = source(path)
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or node.lineno) - node.lineno < 50, node.name
