"""What an agent's client starts in the place of `viewsync mcp`: it hands its standard files to the program of
fork_server.py, which forks, and ends as the fork does. It stands for the fork: what it is signalled, the fork is, too.

Of the standard library it has only what costs little: it is started instead of what costs a second.
"""

import _socket
import json
import os
import signal
import sys


def main() -> int:
    """The status of the fork, as waitpid(2) has it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])  # until it can be handed on
    server, *argv = sys.argv[1:]
    its = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    its.connect(b"\0" + server.encode())
    standard = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
    its.sendmsg([b"x"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, standard)])
    for number in (0, 1):  # the fork alone has them now, so that their other ends see it end
        os.close(number)
    leads = os.getsid(0) == os.getpid()
    call = {"argv": argv, "env": dict(os.environ), "cwd": os.getcwd(), "edge": {}, "leads": leads}
    its.sendall(json.dumps(call).encode() + b"\n")
    pid = _line(its)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    return _line(its)


def _line(its: _socket.socket) -> int:
    said = b""
    while not said.endswith(b"\n"):
        data = its.recv(1)
        if not data:
            raise EOFError("the program of fork_server.py has ended")
        said += data
    return int(said)


if __name__ == "__main__":
    status = main()
    if os.WIFSIGNALED(status):
        signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))
