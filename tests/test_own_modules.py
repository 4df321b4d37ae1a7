"""viewsync's own modules, found without Python's search, are those that Python finds."""

from __future__ import annotations

import json
import os
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import ROOT
from tests.test_architecture import modules

_BEGIN = (
    "import json, sys; sys.path.append(sys.argv[1]); from viewsync import own_modules; own_modules.find_quickly(); "
)


def told(code: str, root: str, *options: str) -> object:
    """What the code leaves in `found`, in a Python that starts as the launcher starts it."""
    argv = [sys.executable, "-I", "-S", "-X", "utf8", *options, "-c", f"{_BEGIN}{code}\nprint(json.dumps(found))", root]
    done = subprocess.run(argv, capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


FOUND = """
import importlib.machinery, importlib.util
found = []
for name in NAMES:
    path = sys.modules[name.rpartition(".")[0]].__path__ if name.rpartition(".")[0] in sys.modules else None
    ours, theirs = sys.meta_path[0].find_spec(name, path), importlib.machinery.PathFinder.find_spec(name, path)
    if theirs.submodule_search_locations:
        sys.modules[name] = importlib.util.module_from_spec(theirs)
    same = ours == theirs or (ours.loader.path, ours.cached, ours.submodule_search_locations, ours.has_location) == (
        theirs.loader.path, theirs.cached, theirs.submodule_search_locations, theirs.has_location)
    code = ours.loader.get_code(name) == theirs.loader.get_code(name)
    source = ours.loader.get_source(name) == theirs.loader.get_source(name)
    found.append([name, same, code, ours.parent == theirs.parent, source])
"""


def test_each_is_what_python_finds() -> None:
    files = sorted(str(path) for path in modules())
    names = sorted(
        {f"viewsync.{path.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}" for path in files}
    )
    names = [name for name in names if not name.endswith(".__init__")]
    for path in files:
        py_compile.compile(os.path.join(ROOT, "viewsync", path))
    found = told(FOUND.replace("NAMES", repr(names)), ROOT)
    assert isinstance(found, list)
    assert [module for module in found if module[1:] != [True] * 4] == []
    assert len(found) == len(names) > 300


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with as much of viewsync as the finder itself needs, and a module `said`, all compiled."""
    package = tmp_path / "viewsync"
    package.mkdir()
    for name in ("__init__", "own_modules", "typed", "light"):
        shutil.copy(os.path.join(ROOT, "viewsync", f"{name}.py"), package)
    (package / "said.py").write_text("WORD = 'one'\n")
    for path in package.glob("*.py"):
        py_compile.compile(str(path))
    return tmp_path


SAID = "from viewsync import said; found = [said.WORD, type(said.__loader__).__name__]"


def test_a_source_that_was_changed_is_what_runs(package: Path) -> None:
    said = package / "viewsync/said.py"
    assert told(SAID, str(package)) == ["one", "_Loader"]
    at = said.stat().st_mtime
    said.write_text("WORD = 'two'\n")  # as long, and later
    os.utime(said, (at + 5, at + 5))
    assert told(SAID, str(package))[0] == "two"  # type: ignore[index]
    said.write_text("WORD = 'three'\n")  # longer, and at the same second
    os.utime(said, (at + 5, at + 5))
    assert told(SAID, str(package))[0] == "three"  # type: ignore[index]


@pytest.mark.parametrize("how", ["gone", "cut off", "empty", "of another Python", "by its hash", "a folder", "garbage"])
def test_what_is_not_compiled_as_usual_goes_pythons_way(package: Path, how: str) -> None:
    source = package / "viewsync/said.py"
    compiled = Path(py_compile.compile(str(source)) or "")
    data = compiled.read_bytes()
    compiled.unlink()
    if how == "a folder":
        compiled.mkdir()
    elif how == "by its hash":
        py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    elif how != "gone":
        other = {
            "cut off": data[:-5],
            "empty": b"",
            "of another Python": bytes([data[0] ^ 1]) + data[1:],
            "garbage": data[:16] + b"\xff" * 20,
        }
        compiled.write_bytes(other[how])
    if how in ("cut off", "garbage"):  # which Python's way does not forgive either
        with pytest.raises(subprocess.CalledProcessError):
            told(SAID, str(package))
        return
    assert told(SAID, str(package)) == ["one", "SourceFileLoader"]


@pytest.mark.parametrize("option", ["-O", "-Xpycache_prefix=elsewhere"])
def test_who_starts_python_otherwise_is_left_alone(package: Path, option: str) -> None:
    word = option.replace("elsewhere", str(package / "elsewhere"))
    for _ in "compiles", "reads":
        assert told(SAID, str(package), word) == ["one", "SourceFileLoader"]


def test_a_program_that_imports_viewsync_is_left_alone() -> None:
    code = "import sys; from viewsync import own_modules; own_modules.find_quickly(); print(sys.meta_path)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    assert "_Finder" not in done.stdout


def test_what_is_not_there_is_missed_as_ever() -> None:
    for name in ("viewsync.nothing", "viewsync.commands.nothing", "viewsynco", "viewsync.cli.nothing"):
        assert told(f"\ntry: import {name}\nexcept ModuleNotFoundError as error: found = str(error)", ROOT) in (
            f"No module named {name!r}",
            f"No module named {name!r}; {name.rpartition('.')[0]!r} is not a package",
        )
