"""A client of another house, the TypeScript SDK, gets the same answers, and holds them against their schemas."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.server import ROOT
from viewsync.mcp.tools import TOOLS

if TYPE_CHECKING:
    from tests.support.server import Home

HERE = Path(ROOT, "tests", "mcp", "second_client")
INSTALLED = Path(ROOT, ".venv-npm")  # once, for all runs


@pytest.fixture(scope="module")
def packages() -> str:
    """The folder of its packages, as package-lock.json names them with their hashes."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not there, and tests/run could not install them")
    INSTALLED.mkdir(exist_ok=True)
    wanted = "".join((HERE / name).read_text(encoding="utf-8") for name in _LISTS)
    made_of = INSTALLED / "made_of"
    with open(INSTALLED / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made_of.exists() or made_of.read_text(encoding="utf-8") != wanted:
            for name in _LISTS:
                shutil.copy(HERE / name, INSTALLED)
            argv = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
            argv += ["--fetch-timeout=30000", f"--cache={INSTALLED / 'cache'}"]
            bounded = ["timeout", "120", *argv]
            done = subprocess.run(bounded, cwd=INSTALLED, capture_output=True, text=True, check=False)
            assert "EINTEGRITY" not in done.stderr, done
            if done.returncode:
                pytest.skip(f"npm cannot bring the TypeScript SDK here: {done.stderr.strip()[-200:]}")
            made_of.write_text(wanted, encoding="utf-8")
    return str(INSTALLED)


_LISTS = ("package.json", "package-lock.json")
_CALLS = [
    {"name": "create", "arguments": {"session": "calc", "kind": "python", "wait": True}},
    {"name": "send", "arguments": {"session": "calc", "text": "print(6 * 7)", "wait": ["^>>> $"]}},
    {"name": "create", "arguments": {"session": "shell", "command": ["sh"], "prompt": "[$#] $"}},
    {"name": "exec", "arguments": {"session": "shell", "command": "echo out; exit_with() { return 3; }; exit_with"}},
    {"name": "info", "arguments": {"session": "shell"}},
    {"name": "capture", "arguments": {"session": "calc"}},
    {"name": "list", "arguments": {}},
    {"name": "list", "arguments": {"what": "events"}},
    {"name": "cleanup", "arguments": {}},
    {"name": "reconcile", "arguments": {}},
    {"name": "doctor", "arguments": {}},
    {"name": "kill", "arguments": {"session": "calc"}},
    {"name": "kill", "arguments": {"session": "calc"}},
]


def test_it_gets_from_nothing_to_an_answer(home: Home, packages: str) -> None:
    argv = ["node", str(HERE / "client.mjs"), packages, home.launcher, json.dumps(_CALLS)]
    done = home.run(argv, timeout=120)
    assert done.code == 0, done
    answers = json.loads(done.out)
    assert answers["server"]["name"] == "viewsync"
    assert answers["capabilities"]["resources"]["subscribe"]
    assert [tool["name"] for tool in answers["tools"]] == list(TOOLS)
    assert next(tool for tool in answers["tools"] if tool["name"] == "kill")["annotations"]["destructiveHint"]
    *calls, again = answers["calls"]
    assert [call["isError"] for call in calls] == [False] * len(calls)
    told = [call["structuredContent"] for call in calls]
    assert (told[0]["ready"], told[1]["output"]) == (True, ["42"])
    assert (told[3]["output"], told[3]["code"]) == ("out\n", 3)
    assert calls[1]["_meta"]["viewsync/data"] == ["line", "output"]
    assert again["isError"]
    assert again["structuredContent"]["error"]["kind"] == "missing-session"
    assert answers["progress"] > 0
    assert answers["heard"] == "viewsync://sessions"
    assert "viewsync://sessions/shell/output" in answers["resources"]
    assert json.loads(answers["read"]["contents"][0]["text"])["events"]
    assert len(answers["prompts"]) == 3
    assert "enough" in answers["cancelled"]
    assert answers["after"]["structuredContent"]["killed"]
