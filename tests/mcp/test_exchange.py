"""Whoever asks is answered: also by a line that is no message, and who hangs up as soon as all is asked."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.mcp.served import BEGIN, Starts, message, pipes, program

if TYPE_CHECKING:
    from tests.support.server import Home

CALL = message("tools/call", 2, name="list", arguments={})
CREATE = message("tools/call", 6, name="create", arguments={"session": "mine", "command": ["sh"]})
WAIT = message("tools/call", 3, name="wait", arguments={"session": "s", "patterns": ["never"], "timeout": 600})


def words(home: Home, given: bytes) -> list[dict[str, Any]]:
    """What comes to who writes that into a pipe and hangs up."""
    done = subprocess.run(program(home), env=home.env, input=given, capture_output=True, timeout=60, check=True)
    assert done.stderr == b""
    return [json.loads(line) for line in done.stdout.splitlines()]


BAD = [
    (b"hello", None, "no JSON"),
    (b'{"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": ["list"]}', 9, "params"),
    (message("tools/call", 9, name="send", arguments={"session": "s", "text": "\ud83d"})[:-1], 9, "half a character"),
    (b'[{"jsonrpc": "2.0", "id": 9, "method": "ping"}]', None, "batch"),
    (b'{"jsonrpc": "2.0", "id": 9.5, "method": "ping"}', None, "id"),
    (b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', None, "id"),
    (b'{"id": "nine", "method": "ping"}', "nine", "jsonrpc"),
    (b"[" * 100_000, None, "deeply"),
]


@pytest.mark.parametrize(("line", "number", "said"), BAD)
def test_a_line_that_is_no_message_is_answered(home: Home, line: bytes, number: int | str | None, said: str) -> None:
    found = words(home, BEGIN + line + b"\n\n" + message("ping", 2))
    (answer,) = [one for one in found if one["id"] == number]
    assert said in answer["error"]["message"]
    assert [one for one in found if one["id"] == 2] == [{"jsonrpc": "2.0", "id": 2, "result": {}}]


def test_answers_to_such_lines_do_not_mix_with_others(start: Starts) -> None:
    """Though the client reads late, so that the pipe is full in the middle of one."""
    served = start(*pipes())
    served.write(BEGIN)
    served.answer(1)
    for number in range(2, 40):
        served.write(message("tools/list", number) + b'{"id": "no request"}\n')
    came = b""
    while came.count(b"\n") < 76:
        assert select.select([served.reads], [], [], 60)[0]
        came += os.read(served.reads, 1 << 12)
    found = [json.loads(line) for line in came.splitlines()]
    assert sum(one["id"] == "no request" for one in found) == 38


def test_who_hangs_up_at_once_is_answered(home: Home) -> None:
    """As `printf ... | viewsync mcp` does, and a file; also behind a last line without an end."""
    made = {one["id"]: one for one in words(home, BEGIN + CREATE) if "id" in one}
    assert made[6]["result"]["structuredContent"]["name"] == "mine"
    assert home.viewsync("kill", "mine").code == 0
    given = BEGIN + CALL + message("resources/list", 4) + message("ping", 5)[:-1]
    found = {one["id"]: one["result"] for one in words(home, given)}
    assert found[2]["structuredContent"]["sessions"] == []
    assert sorted(found) == [1, 2, 4, 5]
    path = os.path.join(home.path, "words")
    with open(path, "wb") as file:
        file.write(given)
    with open(path, "rb") as file:
        done = subprocess.run(program(home), env=home.env, stdin=file, capture_output=True, timeout=60, check=True)
    assert sorted(json.loads(line)["id"] for line in done.stdout.splitlines()) == [1, 2, 4, 5]


def test_what_waits_ends_with_the_client_though_others_are_answered(home: Home) -> None:
    """Ten minutes were asked for, and the test has one. What was to be typed behind it is not."""
    assert home.viewsync("create", "-L", "default", "-n", "s", "--", "bash", "--norc").code == 0
    try:
        exec_ = message("tools/call", 6, name="exec", arguments={"session": "s", "command": "sleep 1000"})
        behind = message("tools/call", 7, name="send", arguments={"session": "s", "text": "x"})
        found = {one["id"]: one for one in words(home, BEGIN + WAIT + exec_ + CALL + behind) if "id" in one}
        said = {number: found[number]["result"]["structuredContent"] for number in (2, 3, 6, 7)}
        assert [said[number].get("error", {}).get("kind") for number in (2, 3, 6)] == [None, "hung-up", "hung-up"]
        assert said[7]["error"]["kind"] == "not-begun"
    finally:
        assert home.viewsync("kill", "s").code == 0


def test_a_person_at_a_terminal_is_answered(home: Home) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        program(home), env=home.env, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    os.close(theirs)
    try:
        os.write(ours, BEGIN + b"hello\n" + CALL + b"\x04")
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        with contextlib.suppress(OSError):
            os.close(ours)
    found = [json.loads(line)["id"] for line in out.splitlines()]
    assert sorted(found, key=str) == [1, 2, None]
    assert b"an MCP client starts it" in err


def test_answers_that_cannot_be_written_are_no_bug(home: Home) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            program(home), env=home.env, input=BEGIN + CALL, stdout=full, stderr=subprocess.PIPE, check=False
        )
    said = b"viewsync: cannot write the answers: No space left on device\n"
    assert (done.returncode, done.stderr) == (74, said)
