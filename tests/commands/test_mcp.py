"""viewsync mcp: what a person is told who calls it without what it needs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.server import ROOT
from tests.support.wait import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Home

_MAIN = "import sys; sys.path.append(sys.argv[1]); from viewsync.cli import main; sys.exit(main(['mcp']))"


@pytest.mark.parametrize("version", ["", "1.30.0"])
def test_without_the_extra_it_says_in_a_line_what_to_install(home: Home, tmp_path: Path, version: str) -> None:
    os.symlink(os.path.join(ROOT, "viewsync"), tmp_path / "viewsync")
    if version:
        (tmp_path / f"mcp-{version}.dist-info").mkdir()
        (tmp_path / f"mcp-{version}.dist-info" / "METADATA").write_text(f"Name: mcp\nVersion: {version}\n")
    python = getattr(sys, "_base_executable", sys.executable)  # not the one of the environment, which has the extra
    argv = [python, "-I", "-S", "-c", _MAIN, str(tmp_path)]
    done = subprocess.run(argv, env=home.env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (1, "")
    what = f"needs version 2 of the package mcp, and {version} is installed" if version else "needs the package mcp"
    assert what in done.stderr
    assert f"{python} -m pip install 'viewsync[mcp]'" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_client_that_hangs_up_ends_it(home: Home) -> None:
    done = home.viewsync("mcp")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_a_person_is_told_what_it_is_for_and_can_end_it(home: Home) -> None:
    tab = home.program([home.launcher, "mcp"])
    until(lambda: "an MCP client starts it" in tab.text(), "what it says on a terminal")
    until(lambda: _reads(tab.pid), "the server")
    os.write(tab.master, b"\x03")
    assert tab.wait() == 130
    assert "Traceback" not in tab.text()


def _reads(pid: int) -> bool:
    """It catches SIGINT: from then on it waits for a client."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        caught = next(line for line in file if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) & 1 << signal.SIGTERM - 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_all_that_it_started(home: Home, number: int) -> None:
    with subprocess.Popen([home.launcher, "mcp"], env=home.env, stdin=subprocess.PIPE) as server:
        until(lambda: _reads(server.pid), "the server")
        server.send_signal(number)
        assert server.wait(60) == 128 + number
    # The fixture waits for the end of all that this home started.


def test_what_is_no_protocol_is_answered_and_ends_nothing(home: Home) -> None:
    pipe = subprocess.PIPE
    argv = [home.launcher, "mcp"]
    with subprocess.Popen(argv, env=home.env, text=True, stdin=pipe, stdout=pipe, stderr=pipe) as server:
        assert server.stdin
        assert server.stdout
        assert server.stderr
        server.stdin.write('hello\n{}\n{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
        server.stdin.flush()
        answers = [json.loads(server.stdout.readline()) for _ in range(3)]
        assert sorted(str(answer["id"]) for answer in answers) == ["1", "None", "None"]
        server.stdin.close()
        assert server.wait(60) == 0
        assert "Traceback" not in server.stderr.read()
