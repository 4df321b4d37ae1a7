"""What tmux's own client does to ask a running server something, without the start of a program.

Most programs that the tests start are tmux, to ask or to arrange something: 40,000, and each costs as much as three
questions. These go over the server's socket as the client sends them, by its protocol 8, which all versions have that
viewsync promises (client.c and file.c in tmux's sources). The server, and all that it does, is real. What may start a
server, attach, or read a file, is for the program. tests/test_tmux_client.py compares the two.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_HEAD = struct.Struct("=IIII")  # type, length with this head, protocol, process
_NUMBER = struct.Struct("=i")
_PROTOCOL, _NOBODY = 8, 0xFFFFFFFF
_LONGEST = 16000  # bytes of a command
_UTF8 = 0x10000  # what -u says

_FLAGS, _TERM, _TERMINAL = range(100, 103)
_VARIABLE, _DONE, _PID, _FOLDER, _FEATURES, _LONG_FLAGS = *range(105, 110), 111
_COMMAND, _EXIT, _SHUTDOWN, _NEW_FLAGS = 200, 203, 210, 218
_OPEN, _WRITE, _READY, _CLOSE = range(303, 307)


class Answer(NamedTuple):
    code: int
    out: bytes
    err: bytes


def may_ask(words: Sequence[str]) -> bool:
    alone = "new-session" not in words or "-d" in words
    others = ("attach", "source", "load-buffer", "save-buffer", "start-server", "kill-server", "refresh")
    short = sum(len(os.fsencode(word)) + 1 for word in words) < _LONGEST
    return bool(words) and alone and short and "-" not in words and not any(word.startswith(others) for word in words)


def ask(path: str, words: Sequence[str], env: Mapping[str, str], folder: str, timeout: float) -> Answer | None:
    """None where no server answers at that socket."""
    deadline = time.monotonic() + timeout
    with socket.socket(socket.AF_UNIX) as server:
        try:
            server.connect(path)
            server.sendall(b"".join([*_identified(env, folder), _command(words)]))
        except OSError:
            return None
        return _answer(server, words, deadline)


def _identified(env: Mapping[str, str], folder: str) -> list[bytes]:
    variables = [_message(_VARIABLE, _text(f"{name}={value}")) for name, value in env.items()]
    return [
        _message(_FLAGS, _NUMBER.pack(_UTF8)),
        _message(_LONG_FLAGS, struct.pack("=Q", _UTF8)),
        _message(_TERM, _text(env.get("TERM", ""))),
        _message(_FEATURES, _NUMBER.pack(0)),
        _message(_TERMINAL, _text("")),
        _message(_FOLDER, _text(folder)),
        _message(_PID, _NUMBER.pack(os.getpid())),
        *variables,
        _message(_DONE),
    ]


def _command(words: Sequence[str]) -> bytes:
    return _message(_COMMAND, _NUMBER.pack(len(words)) + b"".join(map(_text, words)))


def _text(text: str) -> bytes:
    return os.fsencode(text) + b"\0"


def _message(kind: int, data: bytes = b"") -> bytes:
    return _HEAD.pack(kind, _HEAD.size + len(data), _PROTOCOL, _NOBODY) + data


def _answer(server: socket.socket, words: Sequence[str], deadline: float) -> Answer:
    written = {1: b"", 2: b""}
    for kind, data in _messages(server, words, deadline):
        if kind in (_EXIT, _SHUTDOWN):
            code = _NUMBER.unpack_from(data)[0] if data else 0
            return Answer(code, written[1], written[2])
        if kind == _WRITE:
            written[_NUMBER.unpack_from(data)[0]] += data[_NUMBER.size :]
        elif kind == _OPEN:
            stream, number = struct.unpack_from("=ii", data)
            server.sendall(_message(_READY, struct.pack("=ii", stream, 0 if number in written else errno.EBADF)))
        else:
            assert kind in (_CLOSE, _NEW_FLAGS), f"tmux {words}: a program has to do what message {kind} asks for"
    return Answer(1, written[1], written[2] + b"server exited unexpectedly\n")


def _messages(server: socket.socket, words: Sequence[str], deadline: float) -> Iterator[tuple[int, bytes]]:
    """Each with its type, until the server has closed the connection."""
    read = b""
    while True:
        server.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            new = server.recv(65536)
        except TimeoutError:
            raise subprocess.TimeoutExpired(["tmux", *words], 0) from None
        except ConnectionResetError:
            return
        if not new:
            return
        read += new
        while len(read) >= _HEAD.size and len(read) >= (size := _HEAD.unpack_from(read)[1]):
            yield _HEAD.unpack_from(read)[0], read[_HEAD.size : size]
            read = read[size:]
