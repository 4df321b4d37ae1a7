"""The wheel and the sdist, as people install them: with an empty home, and away from the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.support import packages, programs
from tests.support.server import ROOT, Done, Home
from tests.support.tree import tree
from viewsync import __version__
from viewsync.completion import scripts

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATH = "/usr/bin:/bin"


class User:
    """A home with nothing in it, and the variables that pip listens to."""

    def __init__(self, folder: str) -> None:
        self.around = Home()
        self.path = os.path.join(self.around.path, "home")
        os.mkdir(self.path)
        self.bin = os.path.join(self.around.path, "bin")
        passed = {
            name: value for name, value in os.environ.items() if re.match(r"PIP_|SSL_|UV_|\w+_(PROXY|proxy)$", name)
        }
        tmux = os.path.dirname(shutil.which("tmux") or "/usr/bin/tmux")
        self.env = {
            **passed,
            "HOME": self.path,
            "LANG": "C.UTF-8",
            "PATH": f"{self.bin}:{tmux}:{_PATH}",
            "PIP_CACHE_DIR": os.path.join(folder, "pip"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIPX_BIN_DIR": self.bin,
            "PIPX_DEFAULT_PYTHON": os.path.realpath(sys.executable),
            "PIPX_HOME": os.path.join(self.around.path, "pipx"),
            "PIPX_MAN_DIR": os.path.join(self.around.path, "man"),
            "SHELL": "/bin/sh",
            "TERM": "xterm-256color",
            "TMUX_TMPDIR": self.around.path,
            "UV_CACHE_DIR": os.path.join(folder, "uv"),
            "UV_TOOL_BIN_DIR": self.bin,
            "UV_TOOL_DIR": os.path.join(self.around.path, "tools"),
        }
        self.program = os.path.join(self.bin, "viewsync")

    def run(self, *words: str, **env: str) -> Done:
        done = subprocess.run(
            words,
            env={**self.env, **env},
            cwd="/",
            capture_output=True,
            timeout=300,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def install(self, how: str) -> None:
        python = self.env["PIPX_DEFAULT_PYTHON"]
        if how == "pip":
            environment = os.path.join(self.around.path, "environment")
            commands = [
                [python, "-m", "venv", "--without-pip", environment],
                [sys.executable, "-m", "pip", "--python", f"{environment}/bin/python", "install", packages.wheel()],
            ]
            self.program = os.path.join(environment, "bin", "viewsync")
        elif how == "pipx":
            commands = [[sys.executable, "-m", "pipx", "install", packages.wheel()]]
        else:  # from what builds it
            commands = [["uv", "tool", "install", "--python", python, packages.sdist()]]
        for command in commands:
            done = self.run(*command, PATH=f"{os.path.dirname(sys.executable)}:{self.env['PATH']}")
            assert done.code == 0, done


@pytest.fixture
def user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    found = User(str(tmp_path_factory.getbasetemp()))
    yield found
    found.around.remove()


def test_they_can_be_uploaded() -> None:
    files = [packages.wheel(), packages.sdist()]
    done = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *files], capture_output=True, check=False
    )
    assert done.returncode == 0, done


def contents(wheel: str) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/RECORD")}


def test_the_sdist_builds_the_same_wheel() -> None:
    with tempfile.TemporaryDirectory() as folder, tarfile.open(packages.sdist()) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Debian 12's Python has none
        archive.extractall(folder)  # noqa: S202  we built it
        (source,) = os.listdir(folder)
        argv = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
        subprocess.run(argv, cwd=os.path.join(folder, source), env=packages.ENV, check=True, capture_output=True)
        again = os.path.join(folder, os.path.basename(packages.wheel()))
        assert contents(again) == contents(packages.wheel())


def test_the_wheel_has_what_belongs_to_it_and_nothing_else() -> None:
    names = set(contents(packages.wheel()))
    assert {name.split("/")[0] for name in names} == {
        "viewsync",
        f"viewsync-{__version__}.data",
        f"viewsync-{__version__}.dist-info",
    }
    for name in ("viewsync/py.typed", "viewsync/share/lua/viewsync.lua", "viewsync/share/man/viewsync.1"):
        assert name in names
    data = {name.partition("/data/share/")[2] for name in names if "/data/" in name}
    assert data == {"/".join(place) for place in scripts.PLACES.values()} | {"man/man1/viewsync.1"}
    assert not [name for name in names if name.endswith(".pyc") or "/tests/" in name]


@pytest.mark.parametrize("how", ["pip", "pipx", "uv"])
def test_it_works_from_there_and_install_sh_sets_it_up(user: User, how: str) -> None:
    user.install(how)
    before = tree(user.path)
    assert user.run(user.program, "--version") == Done(0, f"viewsync {__version__}\n", "")
    demo = user.run(user.program, "demo")
    assert demo.code == 0, demo
    if how == "pip" and not programs.lacks("man"):
        found = user.run("man", "-w", "viewsync", PATH=f"{os.path.dirname(user.program)}:{_PATH}").out.strip()
        assert os.path.realpath(found) == os.path.realpath(f"{user.program}/../../share/man/man1/viewsync.1")
    script = shutil.copy(os.path.join(ROOT, "install.sh"), user.around.path)
    # The one in PATH is meant where none is named; that of an environment is in no PATH.
    words = ["sh", script] if how != "pip" else ["sh", script, "--program", user.program]
    installed = user.run(*words)
    assert installed.code == 0, installed
    assert installed.out.endswith(f"set up: {user.program} (check it with its verb doctor, try it with demo)\n")
    page = os.path.join(user.path, ".local", "share", "man", "man1", "viewsync.1")
    assert os.path.isfile(page)
    with open(os.path.join(user.path, ".config", "viewsync", "tmux.conf"), encoding="utf-8") as file:
        assert user.program in file.read()
    if how == "pipx":
        assert os.path.exists(os.path.join(user.env["PIPX_MAN_DIR"], "man1", "viewsync.1"))
    gone = user.run(*words, "--uninstall", "--purge")
    assert gone.code == 0, gone
    assert gone.out.endswith(f"{user.program} stays: what installed it removes it\n")
    assert tree(user.path) == before


def test_a_release_can_be_rehearsed_and_leaves_the_checkout_as_it_is(user: User) -> None:
    """Of what is here, committed or not."""
    source = os.path.join(user.around.path, "source")
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, files.split("\0")):
        if os.path.exists(os.path.join(ROOT, name)):
            os.makedirs(os.path.dirname(os.path.join(source, name)), exist_ok=True)
            shutil.copy2(os.path.join(ROOT, name), os.path.join(source, name))
    git = ["git", "-C", source, "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        assert user.run(*git, *words).code == 0
    before = tree(source, but=(".git",))
    release = os.path.join(source, "release")
    done = user.run(release, "--rehearse", "98.7.6", PYTHON=sys.executable)
    assert done.code == 0, done
    assert "viewsync 98.7.6\n" in done.out
    assert done.out.count("PASSED") == 2
    assert tree(source, but=(".git",)) == before
    assert user.run(*git, "tag").out == ""
    assert "say which version" in user.run(release, "1.2", PYTHON=sys.executable).err
    with open(os.path.join(source, "README.md"), "a", encoding="utf-8") as file:
        file.write("x\n")
    assert "not committed" in user.run(release, "98.7.6", PYTHON=sys.executable).err
