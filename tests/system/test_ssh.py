"""The user's ssh: one connection for all calls, and an error of its own for each way in which there is none."""

from __future__ import annotations

import os
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until
from viewsync.errors import UsageError
from viewsync.system import process
from viewsync.system.ssh import Ssh, Unreachable, checked

if TYPE_CHECKING:
    from tests.support.far_host import FarHost
    from tests.support.server import Home


def door(home: Home, folder: str = "", timeout: float = 30.0) -> Ssh:
    return Ssh("ssh", timeout, home.env, lambda: folder)


def shared(home: Home) -> str:
    folder = os.path.join(home.path, "run")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return folder


def said(home: Home, ssh: Ssh, host: str, command: str) -> str:
    done = process.run(ssh.argv(host, command), timeout=60.0, env=home.env)
    assert done.code == 0, done
    return done.out


def test_all_calls_share_one_connection(home: Home, far: FarHost) -> None:
    ssh = door(home, shared(home))
    ssh.connect("far")
    [name] = sockets(home)
    assert os.stat(os.path.join(shared(home), name)).st_mode & 0o077 == 0
    served = far.connections()
    assert served
    assert said(home, ssh, "far", "echo hello") == "hello\n"
    ssh.connect("far")
    door(home, shared(home)).connect("far")
    assert far.connections() == served


def test_where_its_socket_had_too_long_a_path_each_call_has_its_own(home: Home, far: FarHost) -> None:
    folder = os.path.join(home.path, "x" * 90)
    os.mkdir(folder)
    ssh = door(home, folder)
    ssh.connect("far")
    assert said(home, ssh, "far", "echo hello") == "hello\n"
    assert [name for name in os.listdir(folder) if not name.startswith("newer-")] == []
    until(lambda: not far.connections(), "the end of the connection")


def test_a_connection_that_ended_is_made_again(home: Home, far: FarHost) -> None:
    ssh = door(home, shared(home))
    ssh.connect("far")
    far.stop()
    far.start()
    ssh.connect("far")
    assert said(home, ssh, "far", "echo hello") == "hello\n"


def test_a_socket_that_nobody_listens_on_is_replaced(home: Home, far: FarHost) -> None:
    ssh = door(home, shared(home))
    ssh.connect("far")
    [name] = sockets(home)
    far.stop()
    far.start()
    path = os.path.join(shared(home), name)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(path)
    ssh.connect("far")
    assert said(home, ssh, "far", "echo hello") == "hello\n"
    assert far.connections()


def sockets(home: Home) -> list[str]:
    return [name for name in os.listdir(shared(home)) if not name.startswith("newer-")]


def test_what_the_user_has_set_for_his_own_logins_is_not_in_the_way(home: Home, far: FarHost) -> None:
    newer = subprocess.run(["ssh", "-F", "none", "-G", "-o", "StdinNull=no", "x"], capture_output=True).returncode == 0
    with open(os.path.join(home.path, ".ssh", "config"), "a", encoding="utf-8") as file:
        file.write(
            "Host *\n RequestTTY force\n RemoteCommand top\n LogLevel VERBOSE\n LocalForward 1 x:1\n ControlMaster no\n"
        )
        if newer:  # 8.7
            file.write(" StdinNull yes\n ForkAfterAuthentication yes\n SessionType none\n")
    ssh = door(home, shared(home))
    ssh.connect("far")
    done = process.run(ssh.argv("far", "cat"), timeout=60.0, stdin="hello\n", env=home.env)
    assert (done.code, done.out) == (0, "hello\n"), done


@pytest.mark.parametrize("folder", ["", "run"])
def test_each_way_to_have_no_connection_says_what_to_run_by_hand(home: Home, far: FarHost, folder: str) -> None:
    ssh = door(home, shared(home) if folder else "")

    def call() -> None:
        ssh.connect("far")
        done = process.run(ssh.argv("far", "true"), timeout=60.0, env=home.env)
        assert done.code == 255
        raise ssh.failed("far", done.err)

    def refused() -> Unreachable:
        with pytest.raises(Unreachable) as raised:
            call()
        assert "`ssh far`" in raised.value.hint
        assert "\n" not in raised.value.message
        return raised.value

    far.forget_key()
    assert "has a host key that you have not accepted yet" in refused().message
    far.know()
    far.stop()
    assert "cannot be reached: Connection refused" in refused().message
    far.make_host_key()
    far.start()
    assert "has another host key than the one that you know it by" in refused().message
    far.know()
    far.refuse_key()
    assert "wants a password, a passphrase or another key" in refused().message


def test_a_name_that_nobody_knows(home: Home, far: FarHost) -> None:
    with pytest.raises(Unreachable, match=r"^no-such-host\.invalid is not known by that name"):
        door(home, shared(home)).connect("no-such-host.invalid")


def test_a_host_that_says_nothing_has_a_bound(home: Home, far: FarHost) -> None:
    far.freeze()
    try:
        with pytest.raises(Unreachable, match=r"^far cannot be reached"):
            door(home, shared(home), timeout=1.0).connect("far")
    finally:
        far.thaw()


def test_no_ssh_here(home: Home) -> None:
    with pytest.raises(Unreachable) as raised:
        Ssh("no-such-ssh", 5.0, home.env, lambda: shared(home)).connect("far")
    assert "cannot run no-such-ssh" in raised.value.message
    assert "`ssh` in config.toml" in raised.value.hint


@pytest.mark.parametrize(
    "host", ["", "-oProxyCommand=touch x", "/tmp", "a b", "a\nb", "a\0b", "\x1b[2J", "$(x)", "a;x", "`x`"]
)
def test_what_can_be_no_host_is_none(host: str) -> None:
    with pytest.raises(UsageError):
        checked(host)
