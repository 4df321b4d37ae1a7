"""The contracts of pyproject.toml can fail, each of them, and files and functions can be read whole."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
import tomli

from tests.support.server import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = os.path.join(ROOT, "viewsync")
with open(os.path.join(ROOT, "pyproject.toml"), "rb") as _file:
    CONTRACTS = {
        contract["name"]: contract["id"] for contract in tomli.load(_file)["tool"]["importlinter"]["contracts"]
    }


def modules() -> list[str]:
    found = []
    for folder, _, files in os.walk(PACKAGE):
        found += [os.path.join(folder, name) for name in files if name.endswith(".py")]
    return sorted(os.path.relpath(path, PACKAGE) for path in found)


def source(path: str) -> str:
    with open(os.path.join(PACKAGE, path), encoding="utf-8") as file:
        return file.read()


# One bad import for each contract in pyproject.toml, and nothing else that it would break.
BAD_IMPORTS = {
    "layers": ("sweeper/control.py", "from viewsync.shell_tools import names"),
    "circles": ("tmux/sockets.py", "from viewsync.tmux import server"),
    "rules": ("panes/rules/echo.py", "import time"),
    "programs": ("setup/demo.py", "import subprocess"),
    "language": ("views/listing.py", "from viewsync.tmux.rules import language"),
    "verbs": ("commands/pin.py", "from viewsync.commands import adopt"),
}


_LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"


def broken(folder: str) -> set[str]:
    """The contracts that the copy in that folder breaks."""
    done = subprocess.run([sys.executable, "-c", _LINT], cwd=folder, capture_output=True, check=False, text=True)
    names = {name for line in done.stdout.splitlines() for name in CONTRACTS if line.startswith(f"{name} BROKEN")}
    assert done.returncode == bool(names), done
    return {CONTRACTS[name] for name in names}


@pytest.mark.skipif(not find_spec("importlinter"), reason="viewsync[dev] has import-linter, and --oldest is without")
@pytest.mark.parametrize("contract", [None, *BAD_IMPORTS])
def test_a_bad_import_breaks_its_contract(contract: str | None, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "viewsync", ignore=shutil.ignore_patterns("__pycache__", "share"))
    shutil.copy(os.path.join(ROOT, "pyproject.toml"), tmp_path)
    if contract:
        path, line = BAD_IMPORTS[contract]
        with open(tmp_path / "viewsync" / path, "a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    assert broken(str(tmp_path)) == ({contract} if contract else set())


def test_every_contract_is_seen_to_fail() -> None:
    assert set(CONTRACTS.values()) == set(BAD_IMPORTS)


def test_only_one_module_reads_procfs() -> None:
    """The rest goes on where there is none, or asks it. Two have what another host's sh is told to read there."""
    told = [os.path.join("hosts", "rules", name) for name in ("far_commands.py", "far_shells.py")]
    named = [path for path in modules() if "/proc" in source(path)]
    assert named == [*told, os.path.join("system", "procfs.py")]


_ROWS = """
from typing import Final
from viewsync.registry_shape import SessionRow, ViewRow

KEY: Final = "sessoin_id"

def read(row: SessionRow, other: SessionRow | ViewRow, values: dict[str, str]) -> None:
    row.get("sever") == "6.50"
    row.get(KEY, "")
    other.get("tty")
    row.get("server"), other.get("server"), values.get("sever")
"""


@pytest.mark.skipif(not find_spec("mypy"), reason="viewsync[dev] has mypy, and --oldest is without")
def test_a_misspelt_key_of_a_row_is_an_error_of_its_type(tmp_path: Path) -> None:
    path = tmp_path / "reading.py"
    path.write_text(_ROWS, encoding="utf-8")
    argv = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path), str(path)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, check=False, text=True)
    assert [line.partition("error: ")[2] for line in done.stdout.splitlines() if ": error: " in line] == [
        "TypedDict \"SessionRow\" has no key 'sever'  [typeddict-item]",
        "TypedDict \"SessionRow\" has no key 'sessoin_id'  [typeddict-item]",
        "TypedDict \"SessionRow\" has no key 'tty'  [typeddict-item]",
    ], done


def test_files_and_functions_can_be_read_whole() -> None:
    for path in modules():
        text = source(path)
        assert text.count("\n") <= 400, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or node.lineno) - node.lineno < 50, (path, node.name)
