"""The user's own ssh, with one connection a host that all calls share. The only door to other hosts.

`connect` makes it, and tells what is wrong with it; the calls themselves only use it. So a call's errors are those of
what ran there, and no call waits for the shared connection to end (up to OpenSSH 8.4 it keeps a call's error output).
"""

from __future__ import annotations

import os
import time

from viewsync.errors import TmuxError, TmuxTimeout, UsageError
from viewsync.light import contextlib, signal
from viewsync.system import process
from viewsync.system.rules import ssh_answers
from viewsync.text import host_names, shell_words
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_LONGEST_SOCKET = 103  # bytes of its path: macOS has the shorter ones
_TEMPORARY = 17  # characters that ssh puts behind the socket's path while it makes it
_PERSISTS = 300  # seconds that the connection stays without any call
_ALIVE = (5, 3)  # seconds between two questions to a host that says nothing, and how many it may leave unanswered
_LOOK = 0.005  # seconds between two looks at a connection that is being made
_MARGIN = 5.0  # seconds for keys and the login shell, once the host was reached

# What people set for their own logins, and what would be in the way of ours.
_OWN = (
    *("BatchMode=yes", "RemoteCommand=none", "ClearAllForwardings=yes", "ForwardX11=no", "PermitLocalCommand=no"),
    *("ConnectionAttempts=1", "LogLevel=ERROR"),
)
# The same of OpenSSH 8.7 and newer: our script would not arrive, or ssh would be gone before its answer.
_NEWER = ("StdinNull=no", "ForkAfterAuthentication=no", "SessionType=default")


class Unreachable(TmuxError):
    """There is no way to a host now. Of what runs there that says nothing."""

    kind = "unreachable"


class ConnectionLost(TmuxTimeout):
    """A host did not answer to the end. It may have done what it was asked, and its sessions run on."""

    kind = "connection-lost"


class Ssh:
    def __init__(
        self, program: str, timeout: float, env: Mapping[str, str], folder: Callable[[], str] = lambda: ""
    ) -> None:
        """`timeout`: seconds in which a host has to be reached. `folder`: of the connections' sockets, ours alone, ""
        where there can be none.
        """
        self.program = program
        self.timeout = timeout
        self._env = env
        self._folder = folder
        self._sockets: dict[str, str] = {}
        self._newer: bool | None = None  # whether it knows _NEWER

    def prepare(self, host: str) -> None:
        """Before several threads ask at once."""
        self._socket(host)
        self._knows_newer()

    def connect(self, host: str, *, at_most: float = 0.0) -> None:
        """Unreachable where that cannot be. `at_most`: seconds, where there is less time for it than for any host."""
        socket = self._socket(host)
        if not socket or _listens(socket):
            return
        timeout = min(self.timeout, at_most) if at_most else self.timeout
        bound = min(timeout + _MARGIN, at_most or timeout + _MARGIN)
        said, code = self._try([*self._options(socket, "auto", timeout), "--", host, "true"], host, bound)
        if code == ssh_answers.FAILED:
            raise self.failed(host, said, early=True)

    def argv(self, host: str, command: str, *, terminal: bool = False) -> list[str]:
        """The words that have the host's login shell run a command."""
        how = ["-t", "-o", "EscapeChar=none"] if terminal else ["-T"]
        return [self.program, *self._options(self._socket(host), "no"), *how, "--", checked(host), command]

    def by_hand(self, host: str) -> str:
        """What a person runs once, to answer what ssh asks."""
        return shell_words.joined("ssh" if "/" in self.program else self.program, host)

    def failed(self, host: str, said: str, *, early: bool = False) -> TmuxError:
        """The error of a call that ssh itself ended. `early`: before anything that matters can have run there."""
        found = ssh_answers.problem(said, self.by_hand(host))
        if early or found.early:
            return Unreachable(f"{host} {found.message}", found.hint)
        why = f": {found.said}" if found.said else ""
        return ConnectionLost(f"the connection to {host} broke before anything was answered{why}", found.hint)

    def _options(self, socket: str, master: str, timeout: float = 0.0) -> list[str]:
        interval, count = _ALIVE
        settings = [
            *_OWN,
            *(_NEWER if self._knows_newer() else ()),
            f"ConnectTimeout={max(1, round(timeout or self.timeout))}",
            f"ServerAliveInterval={interval}",
            f"ServerAliveCountMax={count}",
            *([f"ControlMaster={master}", f"ControlPath={socket}"] if socket else ["ControlPath=none"]),
            *([f"ControlPersist={_PERSISTS}"] if master != "no" else []),
        ]
        return [word for setting in settings for word in ("-o", setting)]

    def _socket(self, host: str) -> str:
        """Of the connection to that host; "" where its path would be too long, and each call has one of its own."""
        if host not in self._sockets:
            folder = self._folder()
            path = os.path.join(folder, _name(host, self.program, self._env)) if folder else ""
            # ssh takes % for something of its own, and a blank for the end.
            usable = path and not set(path) & set('% "\t\n$') and len(os.fsencode(path)) + _TEMPORARY <= _LONGEST_SOCKET
            self._sockets[host] = path if usable else ""
        return self._sockets[host]

    def _knows_newer(self) -> bool:
        """Whether this ssh has those options, which an older one refuses. A file keeps its answer."""
        if self._newer is None:
            folder = self._folder()
            path = os.path.join(folder, f"newer-{_hashed([self.program, _state(self._which())])}") if folder else ""
            known = _first_byte(path)
            if known in ("0", "1"):
                self._newer = known == "1"
            else:
                self._newer = self._asked_newer()
                _keep(path, "01"[self._newer])
        return self._newer

    def _which(self) -> str:
        return process.which(self.program, self._env)

    def _asked_newer(self) -> bool:
        """By a configuration that has nothing else in it."""
        asks = [word for setting in _NEWER for word in ("-o", setting)]
        try:
            return not process.run([self.program, "-F", "none", "-G", *asks, "x"], timeout=_MARGIN, env=self._env).code
        except (process.NotStarted, process.TimedOut):
            return False

    def _try(self, words: Sequence[str], host: str, bound: float) -> tuple[str, int]:
        """What it said, and its exit code. It has no terminal to ask on, and the connection outlives us."""
        import tempfile  # only where there is no connection yet

        with tempfile.TemporaryFile() as output:
            try:
                child = process.start_group([self.program, *words], cwd="/", env=self._env, output=output.fileno())
            except process.NotStarted as error:
                hint = error.hint or "install OpenSSH's client, or set its path as `ssh` in config.toml"
                raise Unreachable(error.message, hint) from None
            try:
                deadline = time.monotonic() + bound
                while child.poll() is None:
                    if time.monotonic() > deadline:
                        problem = f"{host} cannot be reached: no answer within {bound:g} s"
                        raise Unreachable(problem, f"see that `{self.by_hand(host)}` works")
                    time.sleep(_LOOK)
            finally:
                if child.returncode is None:
                    with contextlib.suppress(OSError):
                        os.killpg(child.pid, signal.SIGKILL)  # with a ProxyCommand of the user's
                    child.wait()
            output.seek(0)
            return output.read(65536).decode("utf-8", "surrogateescape"), child.returncode


def checked(host: str) -> str:
    """A destination for ssh, which never is an option of it. UsageError."""
    if not host_names.is_host(host):
        raise UsageError(f"not a host: {host!r}", "use what `ssh` takes: a name of ~/.ssh/config, or user@host")
    return host


def _listens(path: str) -> bool:
    """Whether the connection is there. A socket whose ssh has ended is replaced by the next one's."""
    import _socket as sockets

    with contextlib.closing(sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM)) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
    return True


def _name(host: str, program: str, env: Mapping[str, str]) -> str:
    """Another one once the user's configuration was changed: the host's name may mean another one there by now."""
    home = env.get("HOME", "")
    return _hashed([program, host, *map(_state, (os.path.join(home, ".ssh/config"), "/etc/ssh/ssh_config"))])


def _hashed(said: Sequence[str]) -> str:
    import hashlib

    return hashlib.sha256("\0".join(said).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _first_byte(path: str) -> str:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        return os.read(handle, 1).decode("ascii", "replace")
    except OSError:
        return ""
    finally:
        os.close(handle)


def _keep(path: str, text: str) -> None:
    """Where there is such a folder. Who reads it before it is written asks for itself."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.write(handle, text.encode())
        finally:
            os.close(handle)


def _state(path: str) -> str:
    try:
        found = os.stat(path)
    except OSError:
        return ""
    return f"{found.st_mtime_ns} {found.st_size} {found.st_ino}"
