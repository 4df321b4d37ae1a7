"""Processes that do the calls, as many as wait at once.

A verb is written for a process of its own: it may wait, ^C ends it and leaves the program in the pane as it was, and an
alarm ends a pattern without end. So each call has a process for itself, which is kept for the next one. They are forks
of one that is made before there are threads, and that has loaded what they need.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
from typing import TYPE_CHECKING, Any

from viewsync.errors import ViewsyncError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Answer = Callable[[Mapping[str, Any]], dict[str, Any]]

_MOST = 32  # calls at once
_HEAD = 4  # bytes of a message's length


class Nursery:
    """A process that makes workers. It ends with us, and so do they."""

    def __init__(self, answer: Answer) -> None:
        self._ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            try:
                self._ours.close()
                _leave_client()
                _nurse(theirs, answer)
            finally:
                os._exit(0)  # nothing of what the server has begun is ended here
        theirs.close()

    def worker(self) -> socket.socket:
        """The connection to a new one."""
        ours, theirs = socket.socketpair()
        try:
            socket.send_fds(self._ours, [b"w"], [theirs.fileno()])
        except OSError as error:
            ours.close()
            raise ViewsyncError(f"cannot start a worker: {error.strerror}", "start `viewsync mcp` again") from None
        finally:
            theirs.close()
        return ours

    def close(self) -> None:
        self._ours.close()


def _leave_client() -> None:
    """The client's pipes are the server's alone."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)


def _nurse(connection: socket.socket, answer: Answer) -> None:
    while True:
        _, handles, _, _ = socket.recv_fds(connection, 1, 1)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not handles:
            return
        with socket.socket(fileno=handles[0]) as worker:
            if os.fork():
                continue
            try:
                connection.close()
                signal.signal(signal.SIGINT, signal.default_int_handler)
                _serve(worker, answer)
            except (KeyboardInterrupt, OSError):
                pass
            finally:
                os._exit(0)


def _serve(connection: socket.socket, answer: Answer) -> None:
    with connection.makefile("rwb") as stream:
        _write(stream, {"pid": os.getpid()})
        while head := stream.read(_HEAD):
            request = json.loads(stream.read(int.from_bytes(head, "big")))
            _write(stream, answer(request))


def _write(stream: Any, message: Mapping[str, Any]) -> None:
    stream.write(_packed(message))
    stream.flush()


def _packed(message: Mapping[str, Any]) -> bytes:
    raw = json.dumps(message).encode()
    return len(raw).to_bytes(_HEAD, "big") + raw


class _Worker:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.pid = 0

    async def read(self) -> dict[str, Any]:
        head = await self._reader.readexactly(_HEAD)
        found: dict[str, Any] = json.loads(await self._reader.readexactly(int.from_bytes(head, "big")))
        return found

    async def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self._writer.write(_packed(request))
        await self._writer.drain()
        return await self.read()

    def leave(self) -> None:
        """As ^C does. It is not asked again."""
        if self.pid and not self._reader.at_eof():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGINT)
        self._writer.close()


class Workers:
    """Those that wait for a call, and those that are at one."""

    def __init__(self, nursery: Nursery) -> None:
        self._nursery = nursery
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._room = asyncio.Semaphore(_MOST)

    async def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Who is cancelled here has its worker end what it does."""
        async with self._room:
            worker = self._idle.pop() if self._idle else await self._start()
            self._busy.add(worker)
            try:
                answer = await worker.ask(request)
            except (asyncio.IncompleteReadError, OSError):
                worker.leave()
                raise ViewsyncError(
                    "the process that did this ended before it was done", "look before you call again"
                ) from None
            except BaseException:
                worker.leave()
                raise
            finally:
                self._busy.discard(worker)
            self._idle.append(worker)
            return answer

    async def _start(self) -> _Worker:
        connection = self._nursery.worker()
        worker = _Worker(*await asyncio.open_unix_connection(sock=connection))
        try:
            worker.pid = (await worker.read())["pid"]
        except asyncio.IncompleteReadError:
            worker.leave()
            raise ViewsyncError("no process can be made for this", "there may be too many (`ulimit -u`)") from None
        except BaseException:
            worker.leave()
            raise
        return worker

    def close(self) -> None:
        for worker in (*self._idle, *self._busy):
            worker.leave()
        self._nursery.close()
