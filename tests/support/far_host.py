"""Another host: a real sshd on a port of 127.0.0.1, behind which there is a home of its own, and a login shell."""

from __future__ import annotations

import collections
import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
from typing import TYPE_CHECKING

from tests.support import programs
from tests.support.server import Home, Server, alive
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
KexAlgorithms curve25519-sha256
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
PrintMotd no
ForceCommand {folder}/login
SetEnv HOME={home}
"""

_OF_USER = """\
Host {name}
    HostName 127.0.0.1
    Port {port}
    HostKeyAlias {name}
    IdentityFile {home}/.ssh/id_{name}
    IdentitiesOnly yes
    UserKnownHostsFile {home}/.ssh/known_hosts
    GlobalKnownHostsFile none
"""

_running: collections.Counter[str] = collections.Counter()  # how many sshd, by the path of the home that they are for


class FarHost:
    """What that home's `ssh NAME` reaches. ssh takes homes from the passwd file, so a wrapper names its config. So does
    sshd, whose shell would read there, before the login, what the machine's own user has.
    """

    def __init__(self, home: Home, name: str = "far") -> None:
        programs.skip_without("sshd")
        self.near = home
        self._others: list[Home] = []
        self._still: set[int] = set()  # the processes of sshd that stand still
        self.name = name
        self.home = Home()
        self._sshd: subprocess.Popen[bytes] | None = None
        self._folder = os.path.join(self.home.path, "sshd")
        os.mkdir(self._folder)
        self.port = free_port()
        self._users = os.path.join(home.path, ".ssh")
        self.make_host_key()
        self.login("sh")
        self._know_each_other(home)

    def let_in(self, home: Home) -> None:
        """Another home, whose ssh knows it by the same name."""
        self._others.append(home)
        self._know_each_other(home)

    def _know_each_other(self, home: Home) -> None:
        for setting in ("VIEWSYNC_TMUX_TIMEOUT", "VIEWSYNC_HOST_TIMEOUT"):  # on a machine that is very busy
            home.env.setdefault(setting, "60")
        folder = os.path.join(home.path, ".ssh")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        key = os.path.join(folder, f"id_{self.name}")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        with open(f"{key}.pub", "rb") as public, open(os.path.join(self._folder, "authorized_keys"), "ab") as file:
            shutil.copyfileobj(public, file)
        _wrap(home)
        with open(os.path.join(folder, "config"), "a", encoding="utf-8") as file:
            file.write(_OF_USER.format(name=self.name, port=self.port, home=home.path))
        self.know(folder)

    def make_host_key(self) -> None:
        path = os.path.join(self._folder, "host_key")
        for old in (path, f"{path}.pub"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(old)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)

    def know(self, folder: str = "") -> None:
        """The user has accepted its key."""
        with open(os.path.join(self._folder, "host_key.pub"), encoding="utf-8") as file:
            kind, key = file.read().split()[:2]
        with open(os.path.join(folder or self._users, "known_hosts"), "a", encoding="utf-8") as file:
            file.write(f"{self.name} {kind} {key}\n")

    def forget_key(self) -> None:
        os.unlink(os.path.join(self._users, "known_hosts"))

    def refuse_key(self) -> None:
        with open(os.path.join(self._folder, "authorized_keys"), "w", encoding="utf-8"):
            pass

    def login(self, shell: str, *, before: str = "", path: str = "") -> None:
        """Whose login shell is `shell` from now on. `before`: what it does before anything else. `path`: its PATH."""
        env = {name: self.home.env[name] for name in ("HOME", "PATH", "TMUX_TMPDIR", "SHELL", "LANG")}
        env["PATH"] = path or env["PATH"]
        settings = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in env.items())
        shell = shutil.which(shell) or shell
        run = f'[ -z "$SSH_ORIGINAL_COMMAND" ] || exec {shell} -c "$SSH_ORIGINAL_COMMAND"\nexec {shell}\n'
        _write(os.path.join(self._folder, "login"), f"{settings}{before}\n{run}")

    def start(self) -> FarHost:
        with contextlib.suppress(OSError):  # root's sshd wants it, and makes it not
            os.mkdir("/run/sshd", 0o755)
        config = os.path.join(self._folder, "config")
        with open(config, "w", encoding="utf-8") as file:
            file.write(_CONFIG.format(port=self.port, folder=self._folder, home=self.home.path))
        log = os.path.join(self._folder, "log")
        argv = [shutil.which("sshd", path=programs.PATH) or "sshd", "-D", "-f", config, "-E", log]
        self._sshd = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
        _running[self.near.path] += 1
        until(lambda: self._listens() or self._failed(log), f"sshd on port {self.port}")
        return self

    def _failed(self, log: str) -> bool:
        assert self._sshd
        if self._sshd.poll() is not None:
            with open(log, encoding="utf-8") as file:
                raise AssertionError(f"sshd ended: {file.read()}")
        return False

    def _listens(self) -> bool:
        with contextlib.closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def server(self, *words: str, label: str = "default") -> Server:
        return Server(self.home, label).start(*words)

    def connections(self) -> list[int]:
        """The processes of sshd that serve somebody."""
        return _below(self._sshd.pid) if self._sshd else []

    def cut(self) -> None:
        """Every connection breaks off, and no other one can be made."""
        for pid in self._halted():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not any(map(alive, self._still)), "the end of sshd's processes")
        self._still.clear()  # their numbers are given out again

    def freeze(self) -> None:
        self._halted()

    def thaw(self) -> None:
        for pid in self._still:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self._still.clear()

    def _halted(self) -> set[int]:
        """All processes of sshd, once each stands still: such a one begins no other, and none is left out."""
        while new := {*([self._sshd.pid] if self._sshd else []), *self.connections()} - self._still:
            for pid in new:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
            self._still |= new
        return self._still

    def stop(self) -> None:
        if self._sshd:
            self.cut()
            self._sshd.wait()
            self._sshd = None
            _running[self.near.path] -= 1
        homes = [] if _running[self.near.path] else [self.near]  # a title does not say to which host
        for home in [*homes, *self._others]:
            until(lambda home=home: not _shared(home), "the end of the shared connections")  # type: ignore[misc]  # bound

    def shared(self) -> list[int]:
        """The processes that hold the near home's shared connections."""
        return _shared(self.near)

    def remove(self, servers: Sequence[Server] = ()) -> None:
        """Its servers end whatever becomes of sshd."""
        try:
            self.stop()
        finally:
            for one in servers:
                one.stop()
            self.home.remove()


def _wrap(home: Home) -> None:
    folder = os.path.join(home.path, "wrapped")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "ssh")
    if not os.path.exists(path):
        ssh = shutil.which("ssh") or "ssh"
        _write(path, f'exec {ssh} -F {shlex.quote(os.path.join(home.path, ".ssh", "config"))} "$@"\n')
        home.env["PATH"] = f"{folder}:{home.env['PATH']}"


def _write(path: str, script: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\n{script}")
    os.chmod(path, 0o700)


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _shared(home: Home) -> list[int]:
    """Their environment is overwritten by a title."""
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _holds(home, pid)]


def _holds(home: Home, pid: int) -> bool:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read().startswith(f"ssh: {home.path}/".encode())
    return False


def _name(pid: int) -> str:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/comm", encoding="utf-8") as file:
        return file.read().strip()
    return ""


def _below(pid: int) -> list[int]:
    found: list[int] = []
    for child in _children(pid):
        if _name(child) == "sshd":
            found += [child, *_below(child)]
    return found


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
        return [int(word) for word in file.read().split()]
    return []
