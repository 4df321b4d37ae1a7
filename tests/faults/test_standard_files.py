"""Output that nobody reads, or that cannot be written; standard files that are closed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support import forms
from tests.support.odd_start import Odd
from tests.support.server import Done, Home, Server
from tests.support.sessions import create, rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# A verb each that shows its result at the end, that fails, that prints by itself, and what needs no verb.
CALLS = [
    (["list"], 0),
    (["list", "--json"], 0),
    (["health", "-s", "none"], 2),
    (["health", "-s", "none", "--json"], 2),
    (["capture", "-s", "sh"], 0),
    (["exec", "-s", "sh", "--", "echo a; (exit 7)"], 7),
    (["wait", "-s", "sh", "-p", "never", "-T", "0.1"], 1),
    (["follow", "-s", "sh", "-T", "0.1"], 1),
    (["doctor"], 1),
    (["schema"], 0),
    (["kill", "-s", "none"], 2),
    (["no-such-verb"], 1),
    (["--version"], 0),
    (["--help"], 0),
    (["list", "--help"], 0),
]
ALL = pytest.mark.parametrize(
    ("words", "code"), CALLS, ids=lambda value: "-".join(value) if isinstance(value, list) else ""
)


def run(home: Home, argv: Sequence[str], stdout: int, stderr: int) -> Done:
    done = subprocess.run(
        argv, env=home.env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, timeout=60, check=False
    )
    return Done(done.returncode, (done.stdout or b"").decode(), (done.stderr or b"").decode())


@pytest.fixture(scope="module")
def home_of_sh() -> Iterator[Home]:
    """With a session `sh`, which all of these calls leave as it is."""
    home = Home()
    server = Server(home).start()
    create(server, "sh", "-e", "PS1=$ ", "--", "sh")
    assert home.viewsync("exec", "--", "echo there is a line").code == 0
    yield home
    server.stop()
    home.remove()


def hung_up() -> int:
    reading, writing = os.pipe()
    os.close(reading)
    return writing


@pytest.mark.parametrize(
    ("words", "code", "ignored"),
    [
        pytest.param(*call, ignored, id=f"{'-'.join(call[0])}{'-PIPE ignored' * bool(ignored)}")
        for at, call in enumerate(CALLS)
        for turn, ignored in enumerate([(), ("PIPE",)])
        if forms.long or turn == at % 2
    ],
)
def test_who_hangs_up_gets_the_exit_code(home_of_sh: Home, words: list[str], code: int, ignored: list[str]) -> None:
    """`viewsync list | head -1` and `2>&1 | head -1`: no complaint, no traceback, and not Python's own 120."""
    home, nobody = home_of_sh, hung_up()
    argv = Odd(ignored=ignored).start(home.launcher, *words)
    done = run(home, argv, nobody, subprocess.PIPE)
    # What ends with its reader cannot know what else would have come.
    assert done.code == (0 if words[0] == "follow" else code), done
    assert all(line.startswith("viewsync: ") for line in done.err.splitlines()), done.err
    assert run(home, argv, subprocess.PIPE, nobody).code == code
    assert run(home, argv, nobody, nobody).code == (0 if words[0] == "follow" else code)
    os.close(nobody)


@ALL
def test_a_full_disk_is_told_in_a_line(home_of_sh: Home, words: list[str], code: int) -> None:
    home, full = home_of_sh, os.open("/dev/full", os.O_WRONLY)
    done = run(home, [home.launcher, *words], full, subprocess.PIPE)
    silent = (words[0] in ("health", "kill", "wait") and "--json" not in words) or words[0] == "no-such-verb"
    wanted = {"exec": 125, "follow": 74}.get(words[0], code or (0 if silent else 74))
    assert done.code == wanted, done
    assert (done.err.count("cannot write the output: No space left on device") == 1) != silent
    assert all(line.startswith("viewsync: ") for line in done.err.splitlines()), done.err
    assert run(home, [home.launcher, *words], subprocess.PIPE, full).code == code
    os.close(full)


def test_what_was_to_be_done_is_done_for_all_that(server: Server, home: Home) -> None:
    for name, stdout in (("one", hung_up()), ("two", os.open("/dev/full", os.O_WRONLY))):
        words = ["create", "-S", server.socket, "-n", name, "--", "cat"]
        code = run(home, [home.launcher, *words], stdout, subprocess.DEVNULL).code
        assert code == {"one": 0, "two": 74}[name]
        os.close(stdout)
    assert set(rows(home)) == {"one", "two"}
    assert {"one", "two"} < set(server.sessions())


@pytest.mark.parametrize("closed", [[0], [1], [2], [0, 1, 2]], ids=str)
def test_a_closed_standard_file_is_like_dev_null(server: Server, home: Home, closed: list[int]) -> None:
    """`viewsync list >&-`. Nothing else takes its number: what is written there would end up in the registry."""

    def call(*words: str) -> Done:
        return home.run(Odd(closed=closed).start(sys.executable, "-I", "-X", "utf8", "-m", "viewsync", *words))

    made = call("create", "-S", server.socket, "-n", "sh", "--", "sh")
    assert made.code == 0, made
    assert list(rows(home)) == ["sh"]
    listed = call("list", "--json")
    assert (listed.code, bool(listed.out)) == (0, 1 not in closed)
    assert call("exec", "-s", "sh", "--", "echo a; (exit 7)") == (7, "" if 1 in closed else "a\n", "")
    missing = call("health", "-s", "none")
    assert (missing.code, missing.out, bool(missing.err)) == (2, "", 2 not in closed)
    assert call("open", "-S", server.socket, "proj").code == 1
    assert call("kill", "-s", "sh").code == 0
    assert rows(home) == {}


def test_a_panes_program_gets_three_files_whatever_we_had(server: Server, home: Home) -> None:
    done = home.run(Odd(closed=[0, 1, 2]).start(home.launcher, "create", "-S", server.socket, "-n", "cat", "--", "cat"))
    assert done.code == 0
    pid = server.show("=cat:", "#{pane_pid}")
    assert {os.readlink(f"/proc/{pid}/fd/{number}") for number in range(3)} == {server.show("=cat:", "#{pane_tty}")}


def test_what_the_output_cannot_hold_is_shown_as_escapes(server: Server, home: Home) -> None:
    """As below a locale that is not UTF-8, where no launcher of ours asks for it."""
    create(server, "日本", "--", "cat")
    done = home.run([sys.executable, "-m", "viewsync", "list"], env={"PYTHONIOENCODING": "latin-1"})
    assert (done.code, "\\u65e5\\u672c" in done.out) == (0, True), done
