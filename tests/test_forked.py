"""A viewsync that is forked is as one that is started."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import forked
from tests.support.client import Tab
from tests.support.sessions import create
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.support.server import Home, Server


def started(argv: Sequence[str], env: dict[str, str], stdin: bytes = b"", timeout: float = 60) -> forked.Ended:
    done = subprocess.run(argv, env=env, input=stdin, capture_output=True, timeout=timeout, check=False)
    return forked.Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("call", [started, forked.run])
@pytest.mark.parametrize(
    ("words", "code", "out", "err"),
    [
        (["--version"], 0, b"viewsync", b""),
        (["list", "--json"], 0, b'"sessions": []', b""),
        (["health", "-s", "x"], 2, b"", b"viewsync: "),
        (["health", "-s", "\udcff\n", "--json"], 2, b'"error"', b"viewsync: "),
        (["no-such-verb"], 1, b"", b"viewsync: there is no verb"),
        (["find", "--help"], 0, b"usage: viewsync find", b""),
    ],
)
def test_code_and_output_are_the_same(
    home: Home, call: Callable[..., forked.Ended], words: list[str], code: int, out: bytes, err: bytes
) -> None:
    done = call([home.launcher, *words], home.env)
    assert (done.code, out in done.out, err in done.err) == (code, True, True), done
    assert (bool(done.out), bool(done.err)) == (bool(out), bool(err)), done


@pytest.mark.parametrize("call", [started, forked.run])
def test_its_environment_is_the_one_it_is_given(home: Home, call: Callable[..., forked.Ended]) -> None:
    config = os.path.join(home.path, "config.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write("nonsense = 1\n")
    done = call([home.launcher, "views"], {**home.env, "VIEWSYNC_CONFIG": config})
    assert b"there is no setting 'nonsense'" in done.err
    assert b"nonsense" not in call([home.launcher, "views"], home.env).err


@pytest.mark.parametrize("call", [started, forked.run])
def test_what_is_typed_in_and_large_output_arrive(
    server: Server, home: Home, call: Callable[..., forked.Ended]
) -> None:
    create(server, "sh", "--", "bash", "--norc")
    done = call([home.launcher, "exec", "-s", "sh", "--", "seq 200000; (exit 9)"], home.env)
    assert (done.code, len(done.out.split())) == (9, 200_000)
    lines = "".join(f"{number}\n" for number in range(20_000))  # more than a pipe holds
    out = os.path.join(home.path, "out")
    text = f"cat > {out} <<'EOF'\n{lines}EOF\n".encode()
    assert call([home.launcher, "send", "-s", "sh", "-m", "--file", "-"], home.env, text).code == 0
    until(lambda: os.path.exists(out) and os.path.getsize(out) == len(lines), "all lines in the shell's file")


@pytest.mark.parametrize("call", [started, forked.run])
def test_one_that_takes_too_long_is_ended(server: Server, home: Home, call: Callable[..., forked.Ended]) -> None:
    create(server, "sh", "--", "sh")
    with pytest.raises(subprocess.TimeoutExpired):
        call([home.launcher, "wait", "-s", "sh", "-p", "never", "-T", "60"], home.env, timeout=1.0)


def test_it_is_started_where_the_start_may_matter(home: Home) -> None:
    argv = [home.launcher, "list"]
    assert forked.possible(argv, home.env)
    for name, value in (("LC_ALL", "C"), ("LANG", "C"), ("PYTHONWARNINGS", "error"), ("LD_PRELOAD", "x")):
        assert not forked.possible(argv, {**home.env, name: value})
    with open(home.launcher, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\necho another\n")
    assert home.viewsync("list").out == "another\n"


def as_it_is(argv: Sequence[str], env: dict[str, str]) -> list[str]:
    return list(argv)


@pytest.mark.parametrize("way", [as_it_is, forked.agents_start])
@pytest.mark.parametrize(
    ("words", "code", "error"), [([], 0, b""), (["--policy", "/gone"], 0, b"/gone"), (["--nonsense"], 1, b"--nonsense")]
)
def test_what_an_agent_starts_is_the_same(
    home: Home,
    way: Callable[[Sequence[str], dict[str, str]], list[str]],
    words: list[str],
    code: int,
    error: bytes,
) -> None:
    argv = way([home.launcher, "mcp", *words], home.env)
    done = started(argv, home.env)
    assert (done.code, done.out, error in done.err) == (code, b"", True), done


@pytest.mark.parametrize("way", [as_it_is, forked.agents_start])
def test_what_an_agent_starts_ends_by_its_signal(
    home: Home, way: Callable[[Sequence[str], dict[str, str]], list[str]]
) -> None:
    argv = way([home.launcher, "mcp"], home.env)
    hello = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n'
    with subprocess.Popen(
        argv, env=home.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as agents:
        assert agents.stdin is not None
        assert agents.stdout is not None
        agents.stdin.write(hello)
        agents.stdin.flush()
        assert agents.stdout.readline()
        agents.send_signal(signal.SIGTERM)
        assert agents.wait(60) == 128 + signal.SIGTERM
        assert agents.stdout.read() == b"", "nobody has it open any more"


def _tab(home: Home, *words: str) -> Tab:
    home.tabs.append(Tab([home.launcher, *words], home.env, fork=forked.wanted))
    return home.tabs[-1]


@pytest.mark.parametrize("fork", [False, True])
def test_a_tab_is_the_same(server: Server, home: Home, fork: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked, "wanted", fork)
    ends, stays, opens = _tab(home, "health", "-s", "x"), _tab(home, "monitor"), _tab(home, "open", "proj")
    assert isinstance(ends.process, forked.InTerminal) is fork
    assert ends.wait() == 2
    assert ends.text().startswith("viewsync: Session 'x' not found in registry")
    until(lambda: "proj" in stays.text(), "its picture")
    with open(f"/proc/{stays.pid}/stat", encoding="ascii") as file:
        _, group, session, terminal, front = file.read().rpartition(")")[2].split()[1:6]
    assert {group, session, front} == {str(stays.pid)}
    assert int(terminal) == os.stat(stays.tty).st_rdev
    assert [os.readlink(f"/proc/{stays.pid}/fd/{number}") for number in range(3)] == [stays.tty] * 3
    stays.type("\x03")
    assert stays.wait() == 130
    until(lambda: server.clients().get(opens.pid), "its client")
    opens.hang_up()
    assert opens.wait() in (-signal.SIGHUP, 0, 1)
    until(lambda: server.sessions() == ["proj"], "the end of its view")
