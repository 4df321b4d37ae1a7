"""Nothing that a library has to say reaches whoever calls viewsync, and none of it ends a verb."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.server import Done

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home, Server

# Each import of a library warns, as an old one does on a new Python.
_WARNING = """
import sys, warnings
class Warner:
    def find_spec(self, name, path=None, target=None):
        if name in ("platformdirs", "psutil", "yaml", "jinja2", "rich", "watchdog", "tomllib", "sqlite3"):
            for kind in (UserWarning, DeprecationWarning, FutureWarning):
                warnings.warn(f"{name} is old", kind, stacklevel=2)
sys.meta_path.insert(0, Warner())
"""


def bare(home: Home, *words: str, **env: str) -> Done:
    """By an ordinary Python, which obeys its PYTHON variables, and without a folder that the launcher carries."""
    full = {**home.env, "VIEWSYNC_DIRS": "", "TMPDIR": home.path, **env}
    argv = [sys.executable, "-m", "viewsync", *words]
    done = subprocess.run(argv, env=full, capture_output=True, text=True, timeout=60, check=False, cwd=home.path)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def warner(home: Home) -> str:
    """For PYTHONPATH."""
    folder = os.path.join(home.path, "warner")
    os.mkdir(folder)
    with open(os.path.join(folder, "sitecustomize.py"), "w", encoding="utf-8") as file:
        file.write(_WARNING)
    probe = [sys.executable, "-c", "import yaml"]
    done = subprocess.run(probe, env={**home.env, "PYTHONPATH": folder}, capture_output=True, text=True, check=False)
    assert "yaml is old" in done.stderr, "the check can fail"
    return folder


@pytest.mark.parametrize("wish", ["", "always", "error"])
def test_without_a_runtime_folder_nothing_is_said_of_it(server: Server, home: Home, wish: str) -> None:
    """As in cron, after `su -` and in a container. `find --all` looks where sessions of ours have their sockets."""
    env = {"VIEWSYNC_STATE_DIR": "", "XDG_STATE_HOME": f"{home.path}/xdg", "PYTHONWARNINGS": wish}
    done = bare(home, "find", "--all", **env)
    assert (done.code, server.socket in done.out, done.err) == (0, True, "")
    assert bare(home, "reconcile", **env)[::2] == (0, "")


@pytest.mark.parametrize("wish", ["", "always", "error"])
def test_whatever_a_library_warns_of_is_not_shown(
    server: Server, home: Home, project: Project, warner: str, wish: str
) -> None:
    project.command("dev", "session: {task: '{{name | default(\"dev\")}}', windows: [{name: a}]}\n")
    env = {"PYTHONPATH": warner, "PYTHONWARNINGS": wish, "VIEWSYNC_HOOKS": "0"}
    for words in (
        ("open", "--json", "-S", server.socket, "proj"),
        ("views",),
        ("sweep",),
        ("create", "-S", server.socket, "-n", "sh"),
        ("monitor", "sessions", "--once"),
        ("quarantine", "-s", "sh"),
        ("health", "-s", "sh", "--json"),
        ("stats", "sessions"),
        ("sweeper", "--help"),
        ("release", "-s", "sh"),
        ("kill", "-s", "sh"),
    ):
        assert bare(home, *words, **env)[::2] == (0, ""), words
    done = subprocess.run(
        [sys.executable, "-m", "viewsync", "print", "dev"],
        env={**home.env, **env},
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_a_library_logs_stands_in_the_log(home: Home) -> None:
    code = "import logging; from viewsync.context import Context; from viewsync.sweeper.resident import Sweeper; "
    code += "Sweeper(Context()); logging.getLogger('watchdog.observers.inotify_c').warning('the queue is full')"
    done = subprocess.run([sys.executable, "-c", code], env=home.env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    with open(os.path.join(home.state, "log", "viewsync.log"), encoding="utf-8") as file:
        assert file.read().endswith("WARNING the queue is full\n")


def test_a_folder_for_sockets_that_is_not_safe_is_no_bug(home: Home) -> None:
    """Where another user's may stand in the way: platformdirs gives none then, or one that is checked later."""
    os.symlink("/", os.path.join(home.path, f"runtime-{os.geteuid()}"))
    done = bare(home, "find", "--all", VIEWSYNC_STATE_DIR="", XDG_STATE_HOME=f"{home.path}/xdg")
    assert "a bug" not in done.err
    assert done.err.count("\n") <= 1


def test_without_a_home_it_is_said(home: Home) -> None:
    """As for a user id that no file knows. An older platformdirs names a folder `~` in the current one."""
    if os.geteuid() != 0:
        pytest.skip("only root may become a user that nobody knows")
    code = "import os, platformdirs.unix, pwd, warnings; from viewsync import errors, paths; os.setuid(54321)\n"
    code += "try: paths.state_dir({})\nexcept errors.StateError as error: print(error)"
    argv = [sys.executable, "-c", code]
    done = subprocess.run(argv, env={"PATH": home.env["PATH"]}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("no folder can be found for viewsync: ")
