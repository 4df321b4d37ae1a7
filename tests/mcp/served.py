"""A server whose bytes we write and read ourselves."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
from typing import TYPE_CHECKING, Any

from tests.support import forked

if TYPE_CHECKING:
    from tests.support.server import Home

HELLO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}


def program(home: Home) -> list[str]:
    return forked.agents_start([home.launcher, "mcp"], home.env)


def message(method: str, number: int | None = None, **params: Any) -> bytes:
    numbered = {} if number is None else {"id": number}
    return json.dumps({"jsonrpc": "2.0", **numbered, "method": method, "params": params}).encode() + b"\n"


BEGIN = message("initialize", 1, **HELLO) + message("notifications/initialized")


class Served:
    """A server, and our ends of what it reads and writes."""

    def __init__(self, process: subprocess.Popen[bytes], writes: int, reads: int) -> None:
        self.process, self.writes, self.reads = process, writes, reads
        self._came = b""
        self._answers: dict[int, dict[str, Any]] = {}

    def write(self, raw: bytes) -> None:
        while raw:
            raw = raw[os.write(self.writes, raw) :]

    def answer(self, number: int) -> dict[str, Any]:
        """They come in any order."""
        while number not in self._answers:
            assert select.select([self.reads], [], [], 60)[0], f"no answer to {number}"
            raw = os.read(self.reads, 1 << 16)
            assert raw, f"it ended without an answer to {number}"
            *lines, self._came = (self._came + raw).split(b"\n")
            self._answers |= {found["id"]: found for found in map(json.loads, lines) if "id" in found}
        return self._answers[number]

    def leave(self) -> None:
        for number in (self.writes, self.reads):
            with contextlib.suppress(OSError):
                os.close(number)

    def end(self) -> tuple[int, bytes]:
        """Once we have hung up: its exit code, and what it complained of."""
        self.leave()
        assert self.process.stderr
        return self.process.wait(60), self.process.stderr.read()


def pipes() -> tuple[tuple[int, int], tuple[int, int]]:
    """What the server gets, and what we keep."""
    (their_in, our_out), (our_in, their_out) = os.pipe(), os.pipe()
    return (their_in, their_out), (our_out, our_in)


class Starts:
    """Starts them, and ends them with the test."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._stack = contextlib.ExitStack()

    def __call__(self, theirs: tuple[int, int], ours: tuple[int, int]) -> Served:
        process = subprocess.Popen(
            program(self._home),
            env=self._home.env,
            stdin=theirs[0],
            stdout=theirs[1],
            stderr=subprocess.PIPE,
        )
        for number in set(theirs):
            os.close(number)
        served = Served(process, *ours)
        self._stack.callback(_stop, served)
        return served

    def end(self) -> None:
        self._stack.close()


def _stop(served: Served) -> None:
    served.leave()
    try:
        served.process.wait(60)
    except subprocess.TimeoutExpired:
        served.process.kill()
        served.process.wait()
    assert served.process.stderr
    served.process.stderr.close()
