"""install.sh, as on a fresh machine: an empty home of an awkward name, a real environment, a real tmux.

The environment is made once for this file; its tests run in their order, from the first installation to the last
uninstallation.
"""

from __future__ import annotations

import atexit
import functools
import glob
import importlib.metadata
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from tests.support import packages, programs
from tests.support.odd_start import Odd
from tests.support.server import ROOT, Done, Home, Server, in_memory
from tests.support.tree import tree
from tests.support.wait import until
from tests.test_locks import locked
from viewsync import __version__, paths
from viewsync.tmux.rules import hooks

if TYPE_CHECKING:
    from collections.abc import Iterator

# All that install.sh needs beside Python.
_TOOLS = ["cat", "cksum", "dirname", "find", "grep", "id", "mkdir", "mktemp", "mv", "rm", "rmdir", "sed", "sh", "sort"]
_TOOLS += ["uname", "env"]


@functools.cache
def _cache() -> str:
    """What is downloaded or unpacked once need not be for every test."""
    folder = tempfile.mkdtemp(prefix="vs-cache-", dir=in_memory())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def _unpacked() -> str:
    """By a program that knows no run bits; once, since the copy of a folder costs a fifth of that."""
    folder = os.path.join(_cache(), "source")
    with tarfile.open(packages.sdist()) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Debian 12's Python has none
        for member in archive.getmembers():
            member.name = member.name.partition("/")[2]
            member.mode = 0o755 if member.isdir() else 0o644
            archive.extract(member, folder)
    return folder


@functools.cache
def _compiled() -> str:
    """Of which a checkout may have links: each rehearsal in one would compile most of viewsync, and keep nothing."""
    folder = os.path.join(_cache(), "compiled")
    subprocess.run(["cp", "-R", _unpacked(), folder], check=True)
    argv = [os.path.realpath(sys.executable), "-m", "compileall", "-q", os.path.join(folder, "viewsync")]
    subprocess.run(argv, check=True)
    return folder


class Machine:
    """A user's home, a checkout, and nothing else of viewsync's. With `linked` no file of that may be written to."""

    def __init__(self, *, linked: bool = False) -> None:
        self.around = Home()
        self.path = os.path.join(self.around.path, "it's $HOME")
        self.checkout = os.path.join(self.around.path, "check out")
        self.launcher = os.path.join(self.path, ".local", "bin", "viewsync")
        self.venvs = os.path.join(self.path, ".local", "share", "viewsync", "venv")
        os.mkdir(self.path)
        copied = ["cp", "-R", "--link", _compiled()] if linked else ["cp", "-R", _unpacked()]
        subprocess.run([*copied, self.checkout], check=True)
        # pip listens to its own variables.
        passed = {name: value for name, value in os.environ.items() if re.match(r"PIP_|SSL_|\w+_(PROXY|proxy)$", name)}
        self.env = {
            **passed,
            "HOME": self.path,
            "LANG": "C.UTF-8",
            "PATH": self.tools(*_TOOLS, "tmux"),
            "PIP_CACHE_DIR": _cache(),
            "PYTHON": os.path.realpath(sys.executable),
            "SHELL": "/bin/sh",
            "TERM": "xterm-256color",
            "TMUX_TMPDIR": self.around.path,
            "UV_CACHE_DIR": os.path.join(_cache(), "uv"),
            "VIRTUALENV_OVERRIDE_APP_DATA": os.path.join(_cache(), "virtualenv"),
        }
        self.around.env = self.env

    def tools(self, *names: str, **scripts: str) -> str:
        """A folder for the PATH that has just these programs, the real ones, and these scripts."""
        folder = os.path.join(self.around.path, f"tools-{len(os.listdir(self.around.path))}")
        os.mkdir(folder)
        for name in names:
            if name not in scripts:
                os.symlink(shutil.which(name) or name, os.path.join(folder, name))
        for name, body in scripts.items():
            self.script(os.path.join(folder, name.replace("_", "-")), body)
        return folder

    def script(self, path: str, body: str) -> str:
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n{body}\n")
        os.chmod(path, 0o700)
        return path

    def install(self, *words: str, script: str = "install.sh", **env: str) -> Done:
        return self.run("sh", os.path.join(self.checkout, script), *words, **env)

    def run(self, *words: str, **env: str) -> Done:
        full = {name: value for name, value in {**self.env, **env}.items() if value}
        done = subprocess.run(words, env=full, capture_output=True, timeout=900, check=False, cwd="/")
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def write(self, name: str, text: str) -> None:
        with open(os.path.join(self.path, name), "w", encoding="utf-8") as file:
            file.write(text)

    def remove(self) -> None:
        self.around.remove()


@pytest.fixture(scope="module")
def used() -> Iterator[Machine]:
    """One machine for the whole file, on which viewsync is installed."""
    machine = Machine()
    machine.write(".tmux.conf", "set -g @mine 1")
    # As if another installation had started the shell: nothing of it may come into this one.
    elsewhere = os.path.join(machine.around.path, "elsewhere")
    dirs = "\n".join(os.path.join(elsewhere, folder) for folder in ("state", "log", "config"))
    words = Odd(umask=0).start("sh", os.path.join(machine.checkout, "install.sh"))
    done = machine.run(*words, VIEWSYNC_DIRS=dirs, VIEWSYNC_LAUNCHER=os.path.join(elsewhere, "viewsync"))
    assert done.code == 0, done
    assert not os.path.exists(elsewhere)
    yield machine
    if os.path.exists(machine.launcher):
        machine.run(machine.launcher, "sweeper", "stop")
    machine.remove()


@pytest.fixture
def fresh() -> Iterator[Machine]:
    machine = Machine(linked=True)
    yield machine
    assert tree(machine.path) == {}, "a test on a fresh machine leaves its home empty"
    machine.remove()


def test_nobody_else_can_write_into_what_is_installed(used: Machine) -> None:
    """By umask 000, as a container or a CI may have it."""
    walk = os.walk(used.path)
    paths = [os.path.join(folder, name) for folder, folders, names in walk for name in (*folders, *names)]
    assert used.launcher in paths
    found = [(path, os.lstat(path).st_mode) for path in paths if not os.path.islink(path)]
    assert [path for path, mode in found if mode & 0o022 and not stat.S_ISSOCK(mode)] == []


@pytest.mark.parametrize(("umask", "private"), [(0o000, "0022"), (0o002, "0022"), (0o077, "0077")])
def test_what_is_installed_for_everybody_can_be_read_by_everybody(fresh: Machine, umask: int, private: str) -> None:
    """And into a home of one's own only as far as one's umask has it."""
    told = os.path.join(fresh.around.path, "told")
    python = fresh.script(os.path.join(fresh.around.path, "python"), f'umask >{told}; exec {fresh.env["PYTHON"]} "$@"')
    for prefix, wanted in ((os.path.join(fresh.around.path, "opt"), "0022"), (f"{fresh.path}/.local", private)):
        words = ["sh", os.path.join(fresh.checkout, "install.sh"), "--dry-run", "--prefix", prefix]
        assert fresh.run(*Odd(umask=umask).start(*words), PYTHON=python).code == 0
        with open(told, encoding="utf-8") as file:
            assert file.read().strip() == wanted


def test_half_a_download_does_nothing(fresh: Machine) -> None:
    """Cut off at any line, and at any byte of the last one. What runs would complain of this PYTHON."""
    with open(os.path.join(ROOT, "install.sh"), "rb") as file:
        text = file.read()
    ends = [match.end() for match in re.finditer(rb"\n", text)]
    last = range(ends[-2] + 1, len(text) - 1)
    half = os.path.join(fresh.checkout, "half.sh")
    for end in [*ends[:-1], *last, len(text)]:
        with open(half, "wb") as file:
            file.write(text[:end])
        done = fresh.run("sh", half, PYTHON="/gone")
        assert done.out == ""
        assert ("install.sh: PYTHON is /gone" in done.err) == (end == len(text)), end


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--prefx"], "there is no option --prefx"),
        (["--prefix"], "--prefix needs a value"),
        (["--prefix="], "there is no option --prefix="),
        (["--program"], "--program needs a value"),
        (["--program", "/bin/echo"], "/bin/echo is no viewsync that works"),
        (["--program", "/nowhere/viewsync"], "/nowhere/viewsync is no viewsync that works"),
        (["--program", "/bin/echo", "--prefix", "/x"], "--prefix is for the checkout of viewsync"),
        (["--sweeper", "cron"], "--sweeper takes systemd, launchd, timer or none, not cron"),
    ],
)
def test_a_wrong_option_is_said(fresh: Machine, words: list[str], problem: str) -> None:
    done = fresh.install(*words)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"install.sh: {problem}")


def test_help_tells_every_option(fresh: Machine) -> None:
    done = fresh.install("--help")
    assert done.code == 0
    for option in ("--dry-run", "--prefix", "--program", "--sweeper", "--uninstall", "--purge"):
        assert f"  {option} " in done.out


def test_outside_of_a_checkout_it_is_only_an_installer(fresh: Machine) -> None:
    alone = shutil.copy(os.path.join(ROOT, "install.sh"), fresh.around.path)
    assert "run it from a checkout" in fresh.run("sh", alone).err


def test_a_rehearsal_on_a_fresh_machine_changes_nothing(fresh: Machine) -> None:
    before = tree(fresh.checkout)
    done = fresh.install("--dry-run")
    assert (done.code, done.err) == (0, "")
    assert f"would create a Python environment in {fresh.venvs}/{__version__}-" in done.out
    assert f"would write {fresh.launcher}: the launcher" in done.out
    assert f"would write {fresh.path}/.local/share/man/man1/viewsync.1: the manual page" in done.out
    assert f"would add to {fresh.path}/.tmux.conf: " in done.out
    assert tree(fresh.checkout) == before


@pytest.mark.parametrize("xdg", ["", "xdg"])
def test_the_rehearsal_knows_the_folders(fresh: Machine, xdg: str) -> None:
    """install.sh has to name them before there is a platformdirs to ask."""
    base = os.path.join(fresh.around.path, xdg) if xdg else ""
    env = {"XDG_CONFIG_HOME": base, "XDG_STATE_HOME": base}
    code = "import os; from viewsync import paths; print(paths.baked(os.environ))"
    said = fresh.run(sys.executable, "-c", code, **env).out
    config = dict(zip(paths._KINDS, said.split("\n"), strict=False))["config"]
    assert f"would write {config}/install.json" in fresh.install("--dry-run", **env).out


def test_python_is_found_by_any_of_its_names(fresh: Machine) -> None:
    real = fresh.env["PYTHON"]
    folder = fresh.tools(*_TOOLS, "tmux", python3="exit 1", **{"python3.12": f'exec {real} "$@"'})
    assert fresh.install("--dry-run", PATH=folder, PYTHON="").code == 0


def test_without_a_python_that_is_new_enough_it_says_so(fresh: Machine) -> None:
    old = fresh.tools(*_TOOLS, "tmux", python3="echo", apt_get="", id="echo 1000")
    done = fresh.install(PATH=old, PYTHON="")
    assert done.code == 1
    assert done.err == (
        "install.sh: viewsync needs Python 3.10 or newer: as root: apt-get install python3-venv, then run this again\n"
    )
    named = fresh.install(PYTHON=os.path.join(old, "python3"))
    assert "which is not Python 3.10 or newer" in named.err


def without_venv(machine: Machine) -> str:
    """As Debian has it without its package: Python with no ensurepip."""
    with open(os.path.join(machine.around.path, "venv-package"), "w", encoding="utf-8"):
        pass
    body = f"""case "$*" in
        *sys.executable*) echo "$0" ;;
        *ensurepip*) [ -s {machine.around.path}/venv-package ] ;;
        *) exec {machine.env["PYTHON"]} "$@" ;;
    esac"""
    return machine.script(os.path.join(machine.around.path, "python"), body)


def test_a_missing_venv_module_is_named_by_its_package(fresh: Machine) -> None:
    major, minor = sys.version_info[:2]
    folder = fresh.tools(*_TOOLS, "tmux", apt_get="", id="echo 1000")
    done = fresh.install(PATH=folder, PYTHON=without_venv(fresh))
    assert done.code == 1
    command = f"as root: apt-get install python{major}.{minor}-venv"
    assert done.err == f"install.sh: Python's venv module is missing: {command}, then run this again\n"


def test_all_that_is_missing_is_said_in_one_line(fresh: Machine) -> None:
    tools = fresh.tools(*_TOOLS, apt_get="", sudo="", id="echo 1000")
    needs = "install.sh: viewsync needs Python 3.10 or newer and tmux: sudo apt-get install python3-venv tmux"
    assert fresh.install(PATH=tools, PYTHON="") == Done(1, "", f"{needs}, then run this again\n")
    major, minor = sys.version_info[:2]
    done = fresh.install(PATH=tools, PYTHON=without_venv(fresh))
    assert f"and so is tmux: sudo apt-get install python{major}.{minor}-venv tmux, then run" in done.err
    old = fresh.tools(*_TOOLS, dnf="", sudo="", id="echo 1000")
    assert "sudo dnf install python3 tmux, then run" in fresh.install(PATH=old, PYTHON="").err
    assert "name one in PYTHON" in fresh.install("--uninstall", PATH=old, PYTHON="").err


def test_an_interpreter_with_a_venv_module_is_taken_before_one_without(fresh: Machine) -> None:
    folder = fresh.tools(*_TOOLS, "tmux", **{"python3.12": f'exec {fresh.env["PYTHON"]} "$@"'})
    os.symlink(without_venv(fresh), os.path.join(folder, "python3"))
    assert fresh.install("--dry-run", PATH=folder, PYTHON="").code == 0


def test_an_interpreter_of_uvs_serves(fresh: Machine) -> None:
    """Where there is no other; it downloads none."""
    managed = os.path.join(fresh.around.path, "managed")
    folder = fresh.tools(*_TOOLS, "tmux", "uv", apt_get="", id="echo 1000")
    env = {"PATH": folder, "PYTHON": "", "UV_PYTHON_INSTALL_DIR": managed}
    assert fresh.install("--dry-run", **env).code == 1
    name = "cpython-{}.{}.{}-linux-x86_64-gnu".format(*sys.version_info)
    os.makedirs(os.path.join(managed, name))
    for part in ("bin", "lib"):
        os.symlink(os.path.join(sys.base_prefix, part), os.path.join(managed, name, part))
    done = fresh.install("--dry-run", **env)
    assert (done.code, done.err) == (0, "")


def made_by(machine: Machine, maker: str) -> dict[str, str]:
    """The environment where Python has no venv module, and another maker of environments serves."""
    folder = machine.tools(*_TOOLS, "tmux", maker, apt_get="", id="echo 1000")
    return {"PATH": folder, "PYTHON": without_venv(machine)}


def test_without_a_venv_module_another_maker_of_environments_serves() -> None:
    """uv here; virtualenv where a broken environment is made anew."""
    machine = Machine()
    done = machine.install(**made_by(machine, "uv"))
    assert (done.code, done.err) == (0, "")
    assert "install viewsync and its dependencies into it, with uv\n" in done.out
    assert machine.run(machine.launcher, "--version").out == f"viewsync {__version__}\n"
    assert installed(machine) == wanted()
    machine.remove()


def wanted() -> set[tuple[str, str]]:
    """Each with its version, as the lock has it for this Python."""
    found = locked("runtime", "{}.{}".format(*sys.version_info)).items()
    return {("viewsync", __version__), *((name, str(lock.version)) for name, lock in found)}


def installed(machine: Machine) -> set[tuple[str, str]]:
    """What is in the one environment. pip is that of whoever made it."""
    places = [
        os.path.join(folder, "site-packages")
        for folder in glob.glob(os.path.join(machine.venvs, "*", "lib", "python*"))
    ]
    found = {
        (distribution.name, distribution.version) for distribution in importlib.metadata.distributions(path=places)
    }
    return {(canonicalize_name(name), "" if name == "pip" else version) for name, version in found}


def test_exactly_what_the_lock_names_is_installed(used: Machine) -> None:
    """Nothing of what builds is there, and nothing that costs time at each start."""
    assert installed(used) == {("pip", ""), *wanted()}
    assert glob.glob(os.path.join(used.venvs, "*", "build")) == []
    assert glob.glob(os.path.join(used.venvs, "*", "lib", "python*", "site-packages", "*.pth")) == []


def test_another_file_than_the_lock_names_is_not_installed(fresh: Machine) -> None:
    path = os.path.join(fresh.checkout, "locks", "runtime.txt")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    os.remove(path)
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub("sha256:.{8}", "sha256:00000000", text))
    done = fresh.install(**made_by(fresh, "virtualenv"), PIP_CACHE_DIR="")
    assert done.code == 1
    assert "could not install viewsync" in done.err.splitlines()[-1]
    assert not os.path.exists(os.path.join(fresh.path, ".local"))


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("apt-get", "as root: apt-get install tmux"),
        ("dnf", "as root: dnf install tmux"),
        ("pacman", "as root: pacman -S tmux"),
        ("zypper", "as root: zypper install tmux"),
        ("apk", "as root: apk add tmux"),
        ("brew", "brew install tmux"),
        ("none", "install tmux with your package manager"),
    ],
)
def test_a_missing_tmux_is_the_last_thing_said(fresh: Machine, manager: str, command: str) -> None:
    folder = fresh.tools(*_TOOLS, id="echo 1000", **{manager.replace("-", "_"): ""})
    done = fresh.install("--dry-run", PATH=folder)
    assert done.code == 0
    assert done.err == f"install.sh: tmux is missing, and viewsync cannot work without it: {command}\n"


def test_what_pip_says_is_shown_and_nothing_is_left(fresh: Machine) -> None:
    where = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/nonexistent", "PIP_CACHE_DIR": ""}
    done = fresh.install(**made_by(fresh, "virtualenv"), **where)
    assert done.code == 1
    lines = done.err.splitlines()
    assert any("No matching distribution found" in line for line in lines)
    assert lines[-1] == ("install.sh: pip could not install viewsync; its output is above")


def test_somebody_elses_program_is_not_replaced(fresh: Machine) -> None:
    os.makedirs(os.path.dirname(fresh.launcher))
    fresh.script(fresh.launcher, "echo mine")
    before = tree(fresh.path)
    done = fresh.install()
    assert (done.code, done.out) == (1, "")
    assert f"{fresh.launcher} already exists and was not made by viewsync" in done.err
    assert tree(fresh.path) == before
    shutil.rmtree(os.path.join(fresh.path, ".local"))


def test_the_launcher_runs_what_was_installed_and_nothing_else(used: Machine) -> None:
    evil = os.path.join(used.around.path, "evil")
    os.makedirs(os.path.join(evil, "viewsync"))
    for name in ("json.py", "viewsync/__init__.py"):
        with open(os.path.join(evil, name), "w", encoding="utf-8") as file:
            file.write("raise SystemExit('evil')\n")
    done = used.run(used.launcher, "--version", PYTHONPATH=evil, PYTHONSTARTUP=evil)
    assert done == Done(0, f"viewsync {__version__}\n", "")
    (environment,) = os.listdir(used.venvs)
    assert environment.startswith(f"{__version__}-")
    assert sorted(os.listdir(os.path.join(used.venvs, environment, "bin")))[0] == "python"


def test_a_locale_that_is_not_utf_8_changes_nothing(used: Machine) -> None:
    assert used.run(used.launcher, "doctor", LANG="C", LC_ALL="POSIX").out.splitlines()[1].startswith("✓")


def test_twice_is_the_same_as_once(used: Machine) -> None:
    once = tree(used.path, but=("__pycache__",))
    done = used.install()
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("everything is set up already\n")
    assert tree(used.path, but=("__pycache__",)) == once


def test_the_verb_alone_leaves_the_program_where_it_is(used: Machine) -> None:
    once = tree(used.path, but=("__pycache__",))
    done = used.run(used.launcher, "install")
    assert done.out.startswith("everything is set up already\n")
    assert tree(used.path, but=("__pycache__",)) == once


def test_man_finds_the_manual_page_by_the_path_alone(used: Machine) -> None:
    programs.skip_without("man")
    path = f"{os.path.dirname(used.launcher)}:/usr/bin:/bin"
    done = used.run("man", "-w", "viewsync", PATH=path)
    assert done == Done(0, os.path.join(used.path, ".local", "share", "man", "man1", "viewsync.1") + "\n", "")


def test_bash_completes_by_what_was_installed(used: Machine) -> None:
    script = f". {shlex.quote(used.path)}/.local/share/bash-completion/completions/viewsync\n"
    script += "COMP_LINE='viewsync heartb' COMP_POINT=15; _viewsync viewsync heartb viewsync; echo \"${COMPREPLY[@]}\""
    assert used.run("bash", "-c", script, PATH=os.environ["PATH"]).out == "heartbeat\n"


def test_nothing_fails_the_doctor(used: Machine) -> None:
    done = used.run(used.launcher, "doctor", "--json")
    failed = [check for check in done.json()["checks"] if check["status"] == "fail" and not check["server"]]
    assert failed == []


@pytest.fixture
def plain(used: Machine) -> Iterator[Server]:
    """A server as that user starts it: with nothing but their own configuration."""
    server = Server(used.around)
    server.conf = os.path.join(used.path, ".tmux.conf")
    server.start()
    yield server
    server.stop()


def test_a_killed_clients_view_goes_by_the_hook_alone(used: Machine, plain: Server) -> None:
    texts = [plain.tmux("show-options", "-gqv", hooks.slot(event)) for event in hooks.EVENTS]
    assert hooks.stand(texts, hooks.caller(used.launcher))
    assert plain.tmux("show-options", "-gv", "@mine") == "1"
    env = {"PATH": os.environ["PATH"]}
    tab = used.around.program([used.launcher, "open", "-S", plain.socket, "proj"], env=env)
    view = until(lambda: plain.clients().get(tab.pid), "the client")
    tab.signal(9)
    until(lambda: view not in plain.sessions(), "the end of the view")
    assert plain.sessions() == ["proj"]


def test_folders_that_are_named_today_come_before_those_of_the_installation(used: Machine, plain: Server) -> None:
    today = os.path.join(used.around.path, "to day")
    env = {"XDG_STATE_HOME": today, "XDG_CONFIG_HOME": today}
    opened = used.run(used.launcher, "open", "--json", "-S", plain.socket, "proj", **env)
    assert (opened.code, os.path.exists(os.path.join(today, "viewsync", ".sessions.json"))) == (0, True), opened
    view = opened.json()["view"]
    assert view in used.run(used.launcher, "views", "--json", **env).out
    then = os.path.join(used.path, ".local", "state", "viewsync")
    assert subprocess.run(["grep", "-rq", view, then], check=False).returncode == 1
    # The hook is told where the row is, since the server's environment names no folder.
    texts = [plain.tmux("show-options", "-gqv", hooks.slot(event)) for event in hooks.EVENTS]
    assert all(f"{today}/viewsync" in text for text in texts)
    found = {
        check["name"]: check["found"] for check in used.run(used.launcher, "doctor", "--json", **env).json()["checks"]
    }
    assert "comes from another version, launcher or set of folders" in found["hooks file"]
    with open(os.path.join(today, "viewsync", "config.toml"), "w", encoding="utf-8") as file:
        file.write("nonsense = 1\n")
    assert "there is no setting 'nonsense'" in used.run(used.launcher, "views", **env).err
    assert used.run(used.launcher, "views").code == 0


def test_the_demo_that_the_readme_promises(used: Machine) -> None:
    assert used.run(used.launcher, "demo", PATH=os.environ["PATH"]).code == 0


def test_a_running_server_gets_the_hooks(used: Machine, plain: Server) -> None:
    plain.remove_hooks()
    assert f"load the hooks into the tmux server on {plain.socket}" in used.install().out
    assert plain.tmux("show-options", "-gqv", "client-detached[4242]")


def test_what_cannot_be_set_up_leaves_what_there_was(used: Machine) -> None:
    path = os.path.join(used.path, ".tmux.conf")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    used.write(".tmux.conf", "set -g @mine 1")
    os.chmod(path, 0o444)
    before = tree(used.path)
    done = used.install()
    assert done.code == 1
    assert f"{path} is read-only" in done.err
    assert tree(used.path) == before
    os.chmod(path, 0o644)
    used.write(".tmux.conf", text)


def apt(machine: Machine, package: str) -> dict[str, str]:
    """Debian's package manager, which knows its package lists only after an update, and root to run it."""
    machine.around.env["ASKED"] = os.path.join(machine.around.path, "asked")
    body = f"""echo "$DEBIAN_FRONTEND $*" >> "$ASKED"
    case $1 in
        update) : > "$ASKED.lists" ;;
        *) [ -e "$ASKED.lists" ] || {{ echo no such package >&2; exit 1; }}; {package} ;;
    esac"""
    folder = machine.tools(*_TOOLS, "ln", apt_get=body, id="echo 0")
    return {"PATH": folder}


def test_root_on_debian_gets_tmux(used: Machine) -> None:
    env = apt(used, f"ln -s {shutil.which('tmux')} ${{0%/*}}/tmux")
    rehearsal = used.install("--dry-run", **env)
    assert "would install tmux with apt-get\n" in rehearsal.out
    done = used.install(**env)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("install tmux with apt-get\n")
    with open(used.env["ASKED"], encoding="utf-8") as file:
        assert file.read().splitlines() == [
            "noninteractive install -y tmux",
            " update",
            "noninteractive install -y tmux",
        ]


def test_root_on_debian_gets_python(used: Machine) -> None:
    """With its venv module, in one package."""
    env = {**apt(used, f"ln -s {used.env['PYTHON']} ${{0%/*}}/python3"), "PYTHON": ""}
    os.symlink(shutil.which("tmux") or "", os.path.join(env["PATH"], "tmux"))
    rehearsal = used.install("--dry-run", **env)
    assert (rehearsal.code, rehearsal.err) == (0, "")
    assert rehearsal.out.startswith("would install python3-venv with apt-get\nwould then install viewsync; ")
    done = used.install(**env)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("install python3-venv with apt-get\neverything is set up already")


def test_root_on_debian_with_too_old_a_python_is_told(fresh: Machine) -> None:
    old = fresh.script(os.path.join(fresh.around.path, "old"), '[ "$1" != -V ] || echo Python 3.9.2')
    env = apt(fresh, f"ln -s {old} ${{0%/*}}/python3")
    done = fresh.install(**env, PYTHON="")
    assert done.err.endswith("viewsync needs Python 3.10 or newer, not Python 3.9.2: name one in PYTHON\n")


def test_root_on_debian_gets_the_venv_module(used: Machine) -> None:
    env = apt(used, f"echo > {used.around.path}/venv-package")
    done = used.install(**env, PYTHON=without_venv(used))
    assert done.out.startswith(f"install python{sys.version_info[0]}.{sys.version_info[1]}-venv with apt-get\n")


def test_an_upgrade_leaves_the_old_one_to_who_still_runs_it(used: Machine) -> None:
    """And takes it away as soon as nobody does. The sweeper is started anew."""
    (old,) = os.listdir(used.venvs)
    python = os.path.join(used.venvs, old, "bin", "python")
    running = subprocess.Popen([python, "-I", "-c", "input()"], stdin=subprocess.PIPE)
    sweeper = used.run(used.launcher, "sweeper", "start", "--json").json()["pid"]
    try:
        with open(os.path.join(used.checkout, "viewsync", "__init__.py"), encoding="utf-8") as file:
            text = file.read()
        with open(os.path.join(used.checkout, "viewsync", "__init__.py"), "w", encoding="utf-8") as file:
            file.write(text.replace(__version__, "99.1"))
        assert f"remove {used.path}/.local/share/man" not in used.install("--dry-run").out
        assert "restart the sweeper\n" in used.install(**made_by(used, "uv")).out
        assert used.run(used.launcher, "--version").out == "viewsync 99.1\n"
        assert used.run(used.launcher, "sweeper", "status", "--json").json()["pid"] not in (0, sweeper)
        assert sorted(os.listdir(used.venvs))[0] == old
    finally:
        running.communicate(b"\n")
    assert f"remove {used.venvs}/{old} (an earlier version)\n" in used.install().out
    (new,) = os.listdir(used.venvs)
    assert new.startswith("99.1-")


def test_a_broken_environment_is_made_anew(used: Machine) -> None:
    """Whatever pip is told of other places to install into. By virtualenv, where Python has no venv module."""
    (environment,) = os.listdir(used.venvs)
    shutil.rmtree(os.path.join(used.venvs, environment, "lib"))
    assert used.run(used.launcher, "--version").code != 0
    elsewhere = os.path.join(used.around.path, "elsewhere")
    env = made_by(used, "virtualenv")
    env["PIP_NO_COMPILE"] = "1"  # which would take longest, and the first installation of this file has done it
    done = used.install("--prefix", f"{used.path}/.local/", PIP_TARGET=elsewhere, PIP_USER="1", **env)
    assert (done.code, done.err) == (0, "")
    assert "create a Python environment" in done.out
    assert "install viewsync and its dependencies into it, with pip\n" in done.out
    assert used.run(used.launcher, "--version").out == "viewsync 99.1\n"
    assert installed(used) == {("pip", ""), *wanted()}  # the release's own record names the version that it was
    data = glob.escape(used.env["VIRTUALENV_OVERRIDE_APP_DATA"])
    assert glob.glob(f"{data}/wheel/*/embed/*/*.json") == [], "virtualenv goes on in the background"


def test_uninstall_says_what_it_would_do(used: Machine) -> None:
    assert used.run(used.launcher, "sweeper", "stop").code == 0  # one that runs writes down what it does
    before = tree(used.path, but=("__pycache__",))
    done = used.install("--uninstall", "--dry-run")
    assert f"would remove {used.launcher}\n" in done.out
    assert tree(used.path, but=("__pycache__",)) == before


def test_uninstall_leaves_the_home_as_it_was(used: Machine, plain: Server) -> None:
    assert used.run(used.launcher, "sweeper", "start").code == 0
    # Whatever is set, nothing is imported any more once it has removed what it runs from.
    done = used.install("--uninstall", VIEWSYNC_LOG_LEVEL="debug", VIEWSYNC_INDEX="redis://127.0.0.1:1")
    assert (done.code, done.err) == (0, "")
    state = os.path.join(used.path, ".local", "state", "viewsync")
    assert f"{state} stays" in done.out
    assert "stop the sweeper\n" in done.out
    assert {".local", ".tmux.conf"} == set(os.listdir(used.path))
    assert plain.tmux("show-options", "-gqv", "client-detached[4242]") == ""
    shutil.rmtree(os.path.join(used.path, ".local", "state"))
    os.rmdir(os.path.join(used.path, ".local"))
    assert tree(used.path) == {".tmux.conf": ("file", 0o644, b"set -g @mine 1")}
    assert used.install("--uninstall").out == "nothing is installed\n"
