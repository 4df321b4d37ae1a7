"""docs/explanation/security.md names a test for each boundary, and each of them is there."""

from __future__ import annotations

import ast
import os
import re

from tests.support.server import ROOT

with open(os.path.join(ROOT, "docs", "explanation", "security.md"), encoding="utf-8") as _file:
    PAGE = _file.read()
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


def functions(path: str) -> set[str]:
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return {node.name for node in ast.walk(ast.parse(file.read())) if isinstance(node, ast.FunctionDef)}


def test_each_test_that_the_page_names_is_there() -> None:
    assert NAMED
    assert [f"{path}::{name}" for path, name in NAMED if name not in functions(path)] == []


def test_each_boundary_names_a_test() -> None:
    """A section, and in it each point: what no test holds is no boundary."""
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        points = re.split(r"^- ", text, flags=re.MULTILINE)[1:]
        assert points, title
        for point in points:
            assert re.search(r"`tests/[\w/]+\.py::\w+`", point), f"{title}: {point[:60]}"
