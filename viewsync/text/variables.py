"""Names of environment variables: what a server of ours starts with, what a session has of its caller, what is secret.

Pages of the reference are made from the lists.
"""

from __future__ import annotations

from viewsync.light import re
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# With which a tmux server of ours starts. All sessions have them, so nothing here is of one caller's work. A `*` stands
# for anything.
OF_A_SERVER = (
    *("HOME", "USER", "LOGNAME", "SHELL", "PATH", "LANG", "LANGUAGE", "LC_*", "TZ", "TZDIR", "TERM"),
    *("TERMINFO", "TERMINFO_DIRS", "TMPDIR", "TMUX_TMPDIR", "LD_LIBRARY_PATH"),
    *("XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME", "XDG_DATA_DIRS", "XDG_STATE_HOME", "XDG_CACHE_HOME"),
    "XDG_RUNTIME_DIR",
)

# A hook of git's has these in its environment, and then they name another repository than the folder's.
OF_A_REPOSITORY = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX"),
    *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_IMPLICIT_WORK_TREE", "GIT_NAMESPACE"),
    *("GIT_GRAFT_FILE", "GIT_SHALLOW_FILE", "GIT_REPLACE_REF_BASE", "GIT_INTERNAL_SUPER_PREFIX"),
)

# What says something of the terminal, the shell or the program that a session is made from, and of nothing in the
# session.
OF_A_TERMINAL = (
    *("TERM", "TERMCAP", "COLUMNS", "LINES", "COLORFGBG", "WINDOWID", "TERM_PROGRAM", "TERM_PROGRAM_VERSION"),
    *("TERM_SESSION_ID", "LC_TERMINAL", "LC_TERMINAL_VERSION", "SSH_TTY", "GPG_TTY", "TMUX", "TMUX_PANE", "STY"),
    *("WINDOW", "ZELLIJ", "ZELLIJ_*", "WEZTERM_*", "KITTY_*", "GHOSTTY_*", "ALACRITTY_*", "KONSOLE_*", "ITERM_*"),
    *("VTE_VERSION", "GNOME_TERMINAL_*", "TERMINATOR_*", "TILIX_ID", "WT_SESSION", "WT_PROFILE_ID"),
)
OF_A_SHELL = ("PWD", "OLDPWD", "SHLVL", "_")
OF_A_TOOL = (
    *OF_A_REPOSITORY,
    *("GIT_EXEC_PATH", "GIT_REFLOG_ACTION", "GIT_CONFIG_PARAMETERS", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"),
    *("npm_command", "npm_execpath", "npm_node_execpath", "npm_lifecycle_*", "npm_package_*", "VSCODE_*"),
    *("NVIM", "NVIM_LISTEN_ADDRESS", "VIM", "VIMRUNTIME", "MYVIMRC", "INSIDE_EMACS", "RANGER_LEVEL", "MC_SID"),
    *("CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_SSE_PORT", "PYTEST_CURRENT_TEST"),
    *("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "INVOCATION_ID", "JOURNAL_STREAM", "MAINPID"),
    *("MANAGERPID", "SYSTEMD_EXEC_PID", "WATCHDOG_PID", "WATCHDOG_USEC"),
    *("VIEWSYNC_LAUNCHER", "VIEWSYNC_DIRS", "VIEWSYNC_LOCK_HELD", "VIEWSYNC_PROJECT", "VIEWSYNC_PROJECT_PATH"),
    *("VIEWSYNC_COMMAND", "VIEWSYNC_TASK", "VIEWSYNC_BRANCH", "VIEWSYNC_WORKTREE_PATH", "VIEWSYNC_SESSION"),
    "VIEWSYNC_SOCKET",
)

# Sound like secrets, and are the place of one.
_PLACES = ("SSH_AUTH_SOCK", "GOOGLE_APPLICATION_CREDENTIALS")
_PLACE = re.compile(r"_(FILE|DIR|PATH|SOCK|HOME|COMMAND)$")
_WORDS = re.compile(r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|KEY$|(^|_)(KEY|PASS|PWD|AUTH|PAT|PIN|DSN|COOKIE)S?(_|$)")
_URL = re.compile(r"://[^/\s:@]*:[^/\s@]+@")  # with a password in it
_HEADER = re.compile(r"(?i)\bauthorization:")  # git takes one from here, too
_SWITCH = re.compile(r"(?i)|true|false|yes|no|on|off")  # TOKENIZERS_PARALLELISM=false
_COUNT = re.compile(r"TOKENS=\d{1,9}$")  # CLAUDE_CODE_MAX_OUTPUT_TOKENS=32000
# One setting of git's each, numbered up to GIT_CONFIG_COUNT: where one is missing every git refuses to work.
_OF_GITS_SETTINGS = re.compile(r"GIT_CONFIG_(COUNT|KEY_\d+|VALUE_\d+)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")  # sh, which starts what runs in panes, hands on no other


def looks_secret(name: str, value: str) -> bool:
    return bool(_WORDS.search(name.upper()) or _URL.search(value))


def of_a_server(env: Mapping[str, str]) -> dict[str, str]:
    """Of the caller's those that a server of ours starts with."""
    a_terminals = {*OF_A_TERMINAL} - {*OF_A_SERVER}
    return {name: value for name, value in env.items() if _among(name, OF_A_SERVER) and name not in a_terminals}


def handed_on(env: Mapping[str, str]) -> dict[str, str]:
    """Of the caller's those that his session has."""
    own = _own(env)
    kept_back = _secrets(own)
    return {name: value for name, value in own.items() if name not in kept_back}


def withheld(env: Mapping[str, str]) -> list[str]:
    """The names of those that it has not, since they are secrets: it gets one that is named."""
    return sorted(_secrets(_own(env)))


def _own(env: Mapping[str, str]) -> dict[str, str]:
    left_out = (*OF_A_TERMINAL, *OF_A_SHELL, *OF_A_TOOL)
    return {
        name: value
        for name, value in env.items()
        if _NAME.fullmatch(name) and "\0" not in value and not _among(name, left_out)
    }


def _secrets(own: Mapping[str, str]) -> set[str]:
    found = {name for name, value in own.items() if _withheld(name, value)}
    settings = {name for name in own if _OF_GITS_SETTINGS.fullmatch(name)}
    return found if settings.isdisjoint(found) else found | settings


def _withheld(name: str, value: str) -> bool:
    if _URL.search(value) or _HEADER.search(value):
        return True
    if _SWITCH.fullmatch(value) or _COUNT.search(f"{name}={value}") or _OF_GITS_SETTINGS.fullmatch(name):
        return False
    return bool(_WORDS.search(name.upper())) and name not in _PLACES and not _PLACE.search(name.upper())


def _among(name: str, patterns: tuple[str, ...]) -> bool:
    return any(name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern for pattern in patterns)
