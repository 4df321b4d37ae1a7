"""The launcher starts Python without `site`, and what is installed beside viewsync is found nevertheless."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tests.support.server import ROOT

if TYPE_CHECKING:
    from tests.support.server import Home

_BEGIN = "import json, sys; sys.path.append(sys.argv[1]); from viewsync import cli, site_folders; "
_TELL = "; print(json.dumps({'site': 'site' in sys.modules, 'prefix': sys.prefix, 'path': sys.path}), file=sys.stderr)"


def told(code: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    argv = [sys.executable, "-I", "-S", "-X", "utf8", "-c", f"{_BEGIN}{code}{_TELL}", ROOT]
    done = subprocess.run(argv, env=env, capture_output=True, check=True, text=True)
    found: dict[str, Any] = json.loads(done.stderr.splitlines()[-1])
    return found


def test_a_hot_verb_does_without(home: Home) -> None:
    assert not told("cli.main(['views', '--json'])", home.env)["site"]


def test_any_other_verb_has_all_that_python_has(home: Home) -> None:
    found = told("cli.main(['stats'])", home.env)
    assert (found["site"], found["prefix"]) == (True, sys.prefix)


def test_what_a_hot_verb_needs_after_all_is_found() -> None:
    found = told("site_folders.find_when_asked(); import hypothesis; import psutil")
    assert (found["site"], found["prefix"]) == (True, sys.prefix)
    assert found["path"].count(ROOT) == 1


def test_what_is_nowhere_is_missed_as_ever() -> None:
    code = "site_folders.find_when_asked()\ntry: import viewsync.nothing\nexcept ModuleNotFoundError: pass\nelse: 1/0\n"
    assert not told(f"{code}0")["site"]
    assert told(f"{code.replace('viewsync.nothing', 'surely_nothing')}0")["site"]


def test_who_has_them_is_left_alone() -> None:
    code = "import sys; from viewsync import site_folders; site_folders.find_when_asked(); print(sys.meta_path)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    assert "_Later" not in done.stdout
