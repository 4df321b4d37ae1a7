"""Where everything of viewsync lives. The only module that knows the environment's names for it.

The launcher that `install.sh` writes carries what platformdirs answered at install time (VIEWSYNC_DIRS), so that
a hot verb need not import it. An XDG_STATE_HOME or XDG_CONFIG_HOME of today comes before that. A tmux hook, whose
environment is the server's, is told the folders of whoever set it (tmux/rules/hooks.py).
"""

from __future__ import annotations

import os
import sys

from viewsync.errors import StateError
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    Env = Mapping[str, str]

APP = "viewsync"
BAKED = "VIEWSYNC_DIRS"  # state, log and config folder, joined by newlines
_TMP = "/tmp"  # noqa: S108  tmux's own default
LONGEST_SOCKET = 107  # bytes of a UNIX socket's path on Linux; tmux says "File name too long" beyond
_KINDS = ("state", "log", "config")
_XDG = {"state": "XDG_STATE_HOME", "log": "XDG_STATE_HOME", "config": "XDG_CONFIG_HOME"}


def state_dir(env: Env) -> str:
    """The folder of the registry and the history."""
    named = env.get("VIEWSYNC_STATE_DIR") or env.get("CLAUDE_TMUX_SOCKET_DIR")
    return os.path.abspath(named) if named else _user_dir(env, "state")


def socket_dir(env: Env) -> str:
    """The folder of the tmux sockets that viewsync makes: the state folder where one was named."""
    if env.get("VIEWSYNC_STATE_DIR") or env.get("CLAUDE_TMUX_SOCKET_DIR"):
        return state_dir(env)
    if os.path.isabs(env.get("XDG_RUNTIME_DIR", "")):
        return os.path.join(env["XDG_RUNTIME_DIR"], APP)
    return _asked("user_runtime_dir")


def log_dir(env: Env) -> str:
    """Beside a state folder that was named, so that a test or a second setup never writes into the user's log."""
    if env.get("VIEWSYNC_STATE_DIR") or env.get("CLAUDE_TMUX_SOCKET_DIR"):
        users = _baked(env, "log") if _baked(env, "state") == state_dir(env) else ""  # a hook is told it by name
        return users or os.path.join(state_dir(env), "log")
    return _user_dir(env, "log")


def config_dir(env: Env) -> str:
    """Of who has no home it is the state folder that was named."""
    try:
        return _user_dir(env, "config")
    except StateError:
        return state_dir(env)


def installed_dir(env: Env) -> str:
    """The configuration folder that the installation has its own files in, whatever the environment says today."""
    return _baked(env, "config") or config_dir(env)


def config_file(env: Env) -> str:
    return env.get("VIEWSYNC_CONFIG") or os.path.join(config_dir(env), "config.toml")


def carried(env: Env) -> tuple[str, str]:
    """The state folder and the configuration file, for a process that may have another environment."""
    return state_dir(env), os.path.abspath(config_file(env))


def launcher(env: Env) -> str:
    """What tmux hooks and WezTerm are told to run: their PATH is not the shell's."""
    return env.get("VIEWSYNC_LAUNCHER") or _program() or APP


def _program() -> str:
    """The program that pip, pipx or uv made, where this process is it."""
    path = sys.argv[0]
    ours = os.path.basename(path) == APP and os.sep in path and os.path.isfile(path) and os.access(path, os.X_OK)
    return os.path.abspath(path) if ours else ""


def launch_argv(env: Env) -> list[str]:
    """The words that start viewsync again, from wherever it runs now."""
    return [env["VIEWSYNC_LAUNCHER"]] if env.get("VIEWSYNC_LAUNCHER") else [sys.executable, "-m", "viewsync"]


def shared_file(*parts: str) -> str:
    """A file of `hooks/`, `lib/`, `lua/` and such: inside the package when installed, beside it in a checkout."""
    installed = os.path.join(package(), "share", *parts)
    return installed if os.path.exists(installed) else os.path.join(imported_from(), *parts)


def package() -> str:
    """The folder of viewsync's own code."""
    return os.path.dirname(os.path.abspath(__file__))


def imported_from() -> str:
    """The folder in which Python finds viewsync."""
    return os.path.dirname(package())


def baked(env: Env) -> str:
    """The value of VIEWSYNC_DIRS for the launcher; "" where a line cannot hold one of them."""
    found = [_user_dir(env, kind) for kind in _KINDS]
    return "" if any("\n" in path for path in found) else "\n".join(found)


def tmux_socket(env: Env, label: str = "default") -> str:
    """The path that `tmux -L label` means: under the first of $TMUX_TMPDIR and /tmp that is there."""
    for base in tmux_folders(env):
        return os.path.join(base, label)
    raise AssertionError("tmux_folders is never empty")


def tmux_folders(env: Env) -> list[str]:
    """The folders that tmux keeps its sockets in, tmux's own first. They need not exist."""
    named = [folder for folder in (env.get("TMUX_TMPDIR"), _TMP) if folder and os.path.isdir(folder)]
    folders = [os.path.join(os.path.realpath(folder), f"tmux-{os.geteuid()}") for folder in named or [_TMP]]
    return list(dict.fromkeys(folders))


def _user_dir(env: Env, kind: str) -> str:
    named, known = env.get(_XDG[kind], ""), _baked(env, kind)
    if known and not os.path.isabs(named):  # a relative one counts for nothing
        return known
    if os.path.isabs(named) and os.uname().sysname != "Darwin":  # there platformdirs listens to them, or does not
        return os.path.join(named, APP, "log") if kind == "log" else os.path.join(named, APP)
    return _asked(f"user_{kind}_dir", known)


def _baked(env: Env, kind: str) -> str:
    """As it was when viewsync was installed, "" without a launcher."""
    return dict(zip(_KINDS, env.get(BAKED, "").split("\n"), strict=False)).get(kind, "")


def _asked(what: str, otherwise: str = "") -> str:
    """By platformdirs. It takes 5 to 12 ms: only without a launcher. `otherwise`: where it is not installed."""
    import warnings

    try:
        import platformdirs
    except ImportError:  # install.sh rehearses, and says itself which folders there would be
        if otherwise:
            return otherwise
        raise
    dirs = platformdirs.PlatformDirs(APP, appauthor=False)
    try:
        with warnings.catch_warnings():  # it has one for whoever has no XDG_RUNTIME_DIR, as in a container or cron
            warnings.simplefilter("ignore")
            found: str = getattr(dirs, what)
            if os.path.isabs(found):
                return found
            problem = f"{found} is not below any home"
    except (OSError, RuntimeError) as error:  # the folder is not safe; there is no home
        problem = str(error)
    raise StateError(f"no folder can be found for viewsync: {problem}", "VIEWSYNC_STATE_DIR names one")
