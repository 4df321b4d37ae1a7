"""Settings: defaults < config.toml < environment < flags. The table below is all there is."""

from __future__ import annotations

import os
import sys

from viewsync.errors import UsageError
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Setting(NamedTuple):
    """One setting; `VIEWSYNC_<KEY>` in the environment means the same as `key` in the file."""

    default: Any
    help: str
    env: str = ""  # where the environment's name is another one
    least: float = 0.0
    choices: tuple[str, ...] = ()
    also: str = ""  # another name in the environment, for who is used to it
    shape: str = ""  # the function of text/kept.py that reads it
    secret: bool = False  # a password may stand in it, so that it is never shown


LEVELS = ("debug", "info", "warning", "error")
SETTINGS: dict[str, Setting] = {
    "tmux": Setting("tmux", "the tmux program"),
    "tmux_timeout": Setting(10.0, "seconds without any answer after which a tmux server counts as hung", least=0.05),
    "tmux_start_timeout": Setting(60.0, "seconds that a tmux server may take to load your tmux.conf", least=0.05),
    "wezterm": Setting("wezterm", "the wezterm program"),
    "wezterm_timeout": Setting(3.0, "seconds that `wezterm cli` may take", least=0.05),
    "ssh": Setting("ssh", "the ssh program, by which other hosts are reached"),
    "hosts": Setting("", "the hosts that `list --host all` asks, with blanks between them"),
    "host_timeout": Setting(10.0, "seconds that connecting to another host may take", least=1.0),
    "index": Setting("", "the Redis of the hosts' shared index: redis://, rediss:// or unix://", secret=True),
    "index_password_file": Setting("", "the file with its password, which nobody else may read"),
    "index_host": Setting("", "what this host is called there, where it is not to be its host name"),
    "index_timeout": Setting(0.3, "seconds that anything may wait for the index", least=0.01),
    "lock_timeout": Setting(5.0, "seconds to wait for the registry's lock", env="LOCK_TIMEOUT"),
    "grace": Setting(15.0, "seconds that a view made without a client waits for its first one"),
    "linger": Setting(0.0, "seconds that a view is kept for reuse after its tab was closed"),
    "stale_after": Setting(300.0, "seconds until an unattached view goes although its WezTerm pane is there"),
    "sweep_every": Setting(60.0, "seconds between two sweeps of the sweeper", least=1.0),
    "hooks": Setting(True, "set again tmux hooks that a reload of your configuration wiped"),
    "shell": Setting("", "the shell in the panes of project sessions, where it is not to be tmux's own"),
    "session_prefix": Setting("", "what the names of project sessions begin with"),
    "default_window_name": Setting("main", "the window of a project session whose file lists none"),
    "auto_attach": Setting(False, "attach to a project session when it is made"),
    "auto_cleanup": Setting(False, "end project sessions that nobody has used for `session_timeout`"),
    "session_timeout": Setting("never", "how long nobody may use a project session: 24h, 7d"),
    "history_keep": Setting("400d", "how long the history keeps what happened: 90d, 36h, or forever", shape="kept_for"),
    "history_size": Setting("1GB", "how large the history may become: 200MB, 2GB, or forever", shape="kept_up_to"),
    "log_level": Setting("warning", "how much the log tells", choices=LEVELS, also="PRJ_LOG_LEVEL"),
}

# What the environment says beside settings. `viewsync help environment` shows it.
VARIABLES = {
    "VIEWSYNC_STATE_DIR": "the folder of the registry, the history, the log and the sockets that viewsync makes",
    "CLAUDE_TMUX_SOCKET_DIR": "the same, by the name that the shell tools have for it",
    "VIEWSYNC_CONFIG": "the configuration file, instead of config.toml in its usual folder",
    "VIEWSYNC_COMPAT": "1: the shell tools' names do as the shell tools did, where viewsync is safer",
    "VIEWSYNC_LOCK_HELD": "set by lib/registry.sh: this shell holds the registry's lock already",
    "VIEWSYNC_LAUNCHER": "set by the launcher: what tmux hooks and WezTerm are told to run",
    "VIEWSYNC_DIRS": "set by the launcher: the folders for state, log and configuration, a line each",
    "XDG_STATE_HOME": "where the folder for state and log is, without VIEWSYNC_STATE_DIR",
    "XDG_CONFIG_HOME": "where the folder for config.toml is",
    "XDG_DATA_HOME": "where `install` puts the completions of the shells",
    "XDG_RUNTIME_DIR": "where the folder for sockets is, without VIEWSYNC_STATE_DIR",
    "TMUX_TMPDIR": "where tmux keeps its sockets",
    "TMUX": "set by tmux: the server that is meant where neither -L nor -S names one",
    "TMUX_PANE": "set by tmux: the pane whose client `attach` switches",
    "WEZTERM_PANE": "set by WezTerm: the pane that a view is opened in",
    "WEZTERM_CONFIG_FILE": "set by WezTerm: the configuration that `install` reads",
    "WEZTERM_UNIX_SOCKET": "set by WezTerm: which WezTerm is asked for its panes",
    "TERMINFO": "where the descriptions of terminals are looked for first",
    "TERMINFO_DIRS": "where else they are looked for, a colon between each",
    "NO_COLOR": "set to anything: nothing is coloured",
    "FORCE_COLOR": "anything but `0`: colours also where no terminal is; NO_COLOR comes first",
    "FZF_PREVIEW_LINES": "set by fzf: how many lines the preview of `pick` has room for",
    "COLUMNS": "how wide help and bars are, and tables on a terminal",
}


def names(key: str) -> tuple[str, ...]:
    """What the environment calls a setting, first what counts first."""
    setting = SETTINGS[key]
    return tuple(filter(None, (setting.env or f"VIEWSYNC_{key.upper()}", setting.also)))


def defaults() -> dict[str, Any]:
    return {key: setting.default for key, setting in SETTINGS.items()}


def load(path: str, env: Mapping[str, str]) -> dict[str, Any]:
    """Raises UsageError, naming the setting, for a value that is none, or a setting that is not there."""
    values = defaults()
    for key, value in _file(path).items():
        if key not in SETTINGS:
            from viewsync.text.nearest import did_you_mean

            known = did_you_mean(key, SETTINGS, f"there are: {', '.join(SETTINGS)}")
            raise UsageError(f"{path}: there is no setting {key!r}", known)
        values[key] = _value(key, value, path)
    for key in SETTINGS:
        for name in [variable for variable in names(key) if env.get(variable)][:1]:
            values[key] = _value(key, env[name], name)
    return values


def _file(path: str) -> dict[str, Any]:
    if not os.path.exists(path):
        return {}
    if sys.version_info >= (3, 11):
        import tomllib  # 5 ms: only where there is a file
    else:
        import tomli as tomllib
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {error}", "mend or remove the file") from None


def _value(key: str, value: Any, source: str) -> Any:
    setting = SETTINGS[key]
    if isinstance(setting.default, bool):
        return _boolean(key, value, source)
    if isinstance(setting.default, float):
        return _number(key, value, source, setting.least)
    if setting.shape:
        return _shaped(key, value, source, setting.shape)
    if not isinstance(value, str) or (setting.default and not value):
        raise UsageError(f"{source}: {key} must be text" + ("" if setting.secret else f", not {value!r}"))
    if setting.choices and value.lower() not in setting.choices:
        raise UsageError(f"{source}: {key} must be one of {', '.join(setting.choices)}, not {value!r}")
    return value.lower() if setting.choices else value


def _shaped(key: str, value: Any, source: str, shape: str) -> str:
    from viewsync.text import kept  # hardly anybody sets these

    text = "" if isinstance(value, bool) else str(value).strip()
    if getattr(kept, shape)(text) is None:
        raise UsageError(f"{source}: {key} must be {kept.SHAPES[shape]}, not {value!r}")
    return text


def _boolean(key: str, value: Any, source: str) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if str(value).lower() not in words:
        raise UsageError(f"{source}: {key} must be true or false, not {value!r}")
    return words[str(value).lower()]


def _number(key: str, value: Any, source: str, least: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):  # a whole number of 400 digits
        number = -1.0
    if not least <= number < 1e9 or isinstance(value, bool):
        raise UsageError(f"{source}: {key} must be a number of seconds from {least:g} on, not {value!r}")
    return number
