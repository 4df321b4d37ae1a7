"""The client's pipes, without a thread for each line: to change between threads takes longer than what a line needs.

They stay as blocking as they are, since whoever started us may have them, too: nothing is read before something is
there, and nothing is written but what there is room for. Files and terminals are read and written the same way.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_AT_ONCE = 65536  # bytes, as many as a pipe has room for


def taken() -> tuple[Lines, Answers]:
    """Standard input and output. From here on they are nothing and the errors: what else is printed is no answer."""
    lines, answers = (fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 3) for number in (0, 1))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # closed
        os.dup2(nothing, 1)
    os.close(nothing)
    return Lines(lines), Answers(answers)


class Lines:
    def __init__(self, number: int) -> None:
        self._number = number

    async def __aiter__(self) -> AsyncIterator[str]:
        came, looked = bytearray(), 0
        while raw := await self._read():
            came += raw
            while (end := came.find(b"\n", looked) + 1) > 0:
                line, looked = came[:end], 0
                del came[:end]
                yield line.decode("utf-8", "replace")
            looked = len(came)
        if came:
            yield came.decode("utf-8", "replace")

    async def _read(self) -> bytes:
        """What came, b"" at the end."""
        while True:
            await self._something()
            with contextlib.suppress(BlockingIOError):  # another one who has it was faster
                return os.read(self._number, _AT_ONCE)

    async def _something(self) -> None:
        loop, came = asyncio.get_running_loop(), asyncio.Event()
        try:
            loop.add_reader(self._number, came.set)
        except PermissionError:  # a file: all of it is there
            return
        try:
            await came.wait()
        finally:
            loop.remove_reader(self._number)


class Answers:
    def __init__(self, number: int) -> None:
        self._number = number
        self._turn = asyncio.Lock()
        self.problem: OSError | None = None  # why nothing more can be written

    async def write(self, text: str) -> None:
        """Where nobody reads any more it goes nowhere: such a client ends what we read, too."""
        async with self._turn:
            try:
                await self._write(text)
            except (BrokenPipeError, ConnectionResetError):
                pass
            except OSError as error:
                self.problem = error

    async def _write(self, text: str) -> None:
        left = self._written(memoryview(text.encode()), wait=False)
        if left:
            await asyncio.to_thread(self._written, left, wait=True)

    async def flush(self) -> None:
        """All is written."""

    def _written(self, left: memoryview, *, wait: bool) -> memoryview:
        """What there was no room for."""
        room = select.poll()
        room.register(self._number, select.POLLOUT)
        while left and room.poll(None if wait else 0):
            with contextlib.suppress(BlockingIOError):
                left = left[os.write(self._number, left[: select.PIPE_BUF]) :]
        return left
