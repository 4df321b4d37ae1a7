"""What a client writes and reads, byte by byte: the pipes of most, the sockets of those that Node starts, and files."""

from __future__ import annotations

import array
import fcntl
import json
import os
import socket
import subprocess
import termios
from typing import TYPE_CHECKING, Any

import pytest

from tests.mcp.served import BEGIN, Served, Starts, message, pipes, program
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home


def sockets() -> tuple[tuple[int, int], tuple[int, int]]:
    pairs = [socket.socketpair() for _ in range(2)]
    (their_in, our_out), (their_out, our_in) = [[end.detach() for end in pair] for pair in pairs]
    return (their_in, their_out), (our_out, our_in)


def one_socket() -> tuple[tuple[int, int], tuple[int, int]]:
    """For both ways, as a server of the network has it."""
    theirs, ours = (end.detach() for end in socket.socketpair())
    return (theirs, theirs), (os.dup(ours), ours)


@pytest.mark.parametrize("ends", [pipes, sockets, one_socket])
def test_words_come_in_pieces_and_answers_are_whole(start: Starts, ends: Callable[[], Any]) -> None:
    served = start(*ends())
    served.write(BEGIN)
    assert "result" in served.answer(1)
    long = message("ping", 2, _meta={"text": "ä" * 300_000})  # beyond what a pipe has room for
    for piece in (long[:1], long[1:70_000], long[70_000:-1], long[-1:] + message("ping", 3) + message("ping", 4)[:20]):
        served.write(piece)
    assert served.answer(2) == {"jsonrpc": "2.0", "id": 2, "result": {}}
    served.write(message("ping", 4)[20:] + b'\xff{"no": JSON\n\n' + message("ping", 5).replace(b"\n", b"\r\n"))
    assert [served.answer(number)["result"] for number in (3, 4, 5)] == [{}, {}, {}]


def test_a_client_that_reads_late_gets_all_of_it(start: Starts) -> None:
    """More than its pipe has room for, while others are answered."""
    served = start(*pipes())
    served.write(BEGIN)
    served.answer(1)
    listed = len(json.dumps(listing(served, 2)))
    assert listed > 4096
    numbers = range(3, 3 + 300_000 // listed)
    served.write(b"".join(message("tools/list", number) for number in numbers))
    room = fcntl.fcntl(served.reads, 1032)  # F_GETPIPE_SZ
    until(lambda: waiting(served.reads) > room - 4096, "a full pipe")
    found = {number: served.answer(number)["result"]["tools"] for number in numbers}
    assert {len(tools) for tools in found.values()} == {len(listing(served, 2000))}


def listing(served: Served, number: int) -> list[Any]:
    served.write(message("tools/list", number))
    found: list[Any] = served.answer(number)["result"]["tools"]
    return found


def waiting(number: int) -> int:
    """Bytes that nobody has read yet."""
    found = array.array("i", [0])
    fcntl.ioctl(number, termios.FIONREAD, found)
    return found[0]


@pytest.mark.usefixtures("real_starts")
def test_whoever_shares_the_pipes_finds_them_as_they_were(start: Starts) -> None:
    """A shell, say, has the same file open; and a log may go into the same pipe. What else is printed is no answer."""
    theirs, ours = pipes()
    kept = [os.dup(number) for number in theirs]
    flags = [fcntl.fcntl(number, fcntl.F_GETFL) for number in kept]
    served = start(theirs, ours)
    served.write(BEGIN + message("ping", 2))
    served.answer(2)
    assert [fcntl.fcntl(number, fcntl.F_GETFL) for number in kept] == flags
    places = [os.readlink(f"/proc/{served.process.pid}/fd/{number}") for number in (0, 1, 2)]
    assert places[0] == os.devnull
    assert places[1] == places[2]
    for number in kept:
        os.close(number)


def test_pipes_that_do_not_wait_lose_nothing(start: Starts) -> None:
    theirs, ours = pipes()
    for number in theirs:
        os.set_blocking(number, False)
    served = start(theirs, ours)
    served.write(BEGIN + b"".join(message("tools/list", number) for number in range(2, 30)))
    assert {len(served.answer(number)["result"]["tools"]) > 9 for number in range(2, 30)} == {True}


@pytest.mark.parametrize("ends", [pipes, sockets])
def test_a_client_that_is_gone_is_no_fault_of_ours(start: Starts, ends: Callable[[], Any]) -> None:
    served = start(*ends())
    served.write(BEGIN)
    served.answer(1)
    os.close(served.reads)
    served.write(message("ping", 2))
    until(lambda: waiting_in(served) == 0, "the ping to be read")
    assert served.end() == (0, b"")


def waiting_in(served: Served) -> int:
    try:
        return waiting(served.writes)
    except OSError:  # of a socket it tells what is to be read at our end
        return 0


def test_words_from_a_file_are_answered_into_one(home: Home) -> None:
    words, answers = os.path.join(home.path, "words"), os.path.join(home.path, "answers")
    with open(words, "wb") as file:
        file.write(BEGIN)
    with open(words, "rb") as given, open(answers, "wb") as taken:
        done = subprocess.run(
            program(home), env=home.env, stdin=given, stdout=taken, stderr=subprocess.PIPE, check=False
        )
    with open(answers, "rb") as file:
        assert json.loads(file.readline())["id"] == 1
    assert (done.returncode, done.stderr) == (0, b"")
