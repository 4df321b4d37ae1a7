"""Which folders are in force: those of the environment, else of the launcher, else those that platformdirs names."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from viewsync import paths

BAKED = "/then/state\n/then/log\n/then/config"


def folders(env: dict[str, str]) -> tuple[str, str, str]:
    return paths.state_dir(env), paths.log_dir(env), paths.config_dir(env)


@pytest.mark.parametrize(
    ("env", "found"),
    [
        ({}, ("/then/state", "/then/log", "/then/config")),
        ({"XDG_STATE_HOME": "/s"}, ("/s/viewsync", "/s/viewsync/log", "/then/config")),
        ({"XDG_CONFIG_HOME": "/c"}, ("/then/state", "/then/log", "/c/viewsync")),
        ({"XDG_STATE_HOME": "/s", "XDG_CONFIG_HOME": "/c"}, ("/s/viewsync", "/s/viewsync/log", "/c/viewsync")),
        ({"XDG_STATE_HOME": "", "XDG_CONFIG_HOME": ""}, ("/then/state", "/then/log", "/then/config")),
        ({"XDG_STATE_HOME": "s", "XDG_CONFIG_HOME": "~/c"}, ("/then/state", "/then/log", "/then/config")),
        ({"XDG_STATE_HOME": "/s", "VIEWSYNC_STATE_DIR": "/v"}, ("/v", "/v/log", "/then/config")),
        ({"XDG_STATE_HOME": "/s", "CLAUDE_TMUX_SOCKET_DIR": "/v"}, ("/v", "/v/log", "/then/config")),
        # So a hook is told it: the log is where it is for everybody.
        ({"VIEWSYNC_STATE_DIR": "/then/state"}, ("/then/state", "/then/log", "/then/config")),
    ],
)
@pytest.mark.skipif(sys.platform == "darwin", reason="there it is platformdirs that listens to XDG, or does not")
def test_the_environment_of_today_comes_first(env: dict[str, str], found: tuple[str, str, str]) -> None:
    assert folders({"VIEWSYNC_DIRS": BAKED, **env}) == found


@pytest.mark.parametrize("base", ["/x", "/x/", "/x//y/../z", "/it's a\ttab", "/", "relative", "~/x", "", " "])
def test_without_a_launcher_it_is_as_platformdirs_says(base: str) -> None:
    """Ours, which need not import it, and its own answers."""
    env = {"HOME": "/home/me", "XDG_STATE_HOME": base, "XDG_CONFIG_HOME": base}
    code = (
        "import os, platformdirs; from viewsync import paths as p; d = platformdirs.PlatformDirs('viewsync', False); "
    )
    code += "print(p.state_dir(os.environ) == d.user_state_dir, p.log_dir(os.environ) == d.user_log_dir, "
    code += "p.config_dir(os.environ) == d.user_config_dir)"
    if base in ("relative", "~/x"):
        code = code.replace("print(", "os.path.isabs(d.user_state_dir) and print(")  # an older one takes it as it is
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"True"}, done.stdout


def test_what_was_installed_is_found_again_whatever_the_environment_says_now() -> None:
    env = {"VIEWSYNC_DIRS": BAKED, "XDG_CONFIG_HOME": "/c"}
    assert (paths.installed_dir(env), paths.config_dir(env)) == ("/then/config", "/c/viewsync")
    assert paths.installed_dir({"XDG_CONFIG_HOME": "/c"}) == "/c/viewsync"


def test_what_the_launcher_gets_is_what_is_in_force() -> None:
    assert paths.baked({"VIEWSYNC_DIRS": BAKED}) == BAKED
    again = {"VIEWSYNC_DIRS": BAKED, "XDG_STATE_HOME": "/s"}
    assert paths.baked(again).split("\n") == list(folders(again))


def test_a_hook_is_told_whole_paths() -> None:
    env = {"VIEWSYNC_DIRS": BAKED, "VIEWSYNC_STATE_DIR": "s", "VIEWSYNC_CONFIG": "c.toml"}
    assert paths.carried(env) == (os.path.abspath("s"), os.path.abspath("c.toml"))
