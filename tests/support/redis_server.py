"""A real Redis of a test's own, on a UNIX socket, and what may stand between it and us."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from typing import TYPE_CHECKING, Any

from redis import Redis
from redis.exceptions import RedisError

from tests.support import programs
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable


class RedisServer:
    def __init__(self) -> None:
        programs.skip_without("redis-server")
        self.folder = tempfile.mkdtemp(prefix="vs-redis-", dir="/tmp")
        self.socket = os.path.join(self.folder, "socket")
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *more: str) -> RedisServer:
        """With nothing in it."""
        argv = ["redis-server", "--port", "0", "--unixsocket", self.socket, "--save", "", "--appendonly", "no"]
        quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        self._process = subprocess.Popen([*argv, "--dir", self.folder, *more], **quiet, stderr=subprocess.DEVNULL)
        until(self._answers, "an answer of the Redis")
        return self

    def _answers(self) -> bool:
        with contextlib.suppress(RedisError, OSError), self.client() as client:
            return bool(client.ping())
        return False

    def client(self) -> Redis:
        return Redis(unix_socket_path=self.socket)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Between:
    """Listens on a socket of its own, and does with each connection what `serve` does."""

    def __init__(self, folder: str, name: str, serve: Callable[[socket.socket], None]) -> None:
        self.path = os.path.join(folder, name)
        self.url = f"unix://{self.path}"
        self._serve = serve
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                taken, _ = self._listener.accept()
                threading.Thread(target=self._served, args=(taken,), daemon=True).start()

    def _served(self, taken: socket.socket) -> None:
        with contextlib.suppress(OSError), taken:
            self._serve(taken)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def slowly(path: str, seconds: float) -> Callable[[socket.socket], None]:
    """What is said to that socket arrives that much later."""

    def serve(taken: socket.socket) -> None:
        with socket.socket(socket.AF_UNIX) as there:
            there.connect(path)
            threading.Thread(target=_pass_on, args=(there, taken, 0.0), daemon=True).start()
            _pass_on(taken, there, seconds)

    return serve


def _pass_on(source: socket.socket, target: socket.socket, seconds: float) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            time.sleep(seconds)
            target.sendall(data)


def as_a_web_server(taken: socket.socket) -> None:
    taken.recv(65536)
    taken.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
