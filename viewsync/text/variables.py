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
_ENDS_OF_PLACES = ("_FILE", "_DIR", "_PATH", "_SOCK", "_HOME", "_COMMAND")
_ANYWHERE = ("TOKEN", "SECRET", "PASSW", "PASSPHRASE", "CREDENTIAL")
_BETWEEN_BARS = ("KEY", "PASS", "PWD", "AUTH", "PAT", "PIN", "DSN", "COOKIE")  # or several of them, with an S
_PARTS = {*_BETWEEN_BARS, *(f"{word}S" for word in _BETWEEN_BARS)}
_URL = re.compile(r"://[^/\s:@]*:[^/\s@]+@")  # with a password in it
_HEADER = re.compile(r"(?i)\bauthorization:")  # git takes one from here, too
_SWITCH = ("", "true", "false", "yes", "no", "on", "off")  # TOKENIZERS_PARALLELISM=false
_COUNT = re.compile(r"TOKENS=\d{1,9}$")  # CLAUDE_CODE_MAX_OUTPUT_TOKENS=32000
# One setting of git's each, numbered up to GIT_CONFIG_COUNT: where one is missing every git refuses to work.
_OF_GITS_SETTINGS = re.compile(r"GIT_CONFIG_(COUNT|KEY_\d+|VALUE_\d+)")


def looks_secret(name: str, value: str) -> bool:
    return _sounds_secret(name.upper()) or _has_password(value)


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
        name: value for name, value in env.items() if is_name(name) and "\0" not in value and not _among(name, left_out)
    }


def is_name(name: str) -> bool:
    """Whether a variable can have that name: sh, which starts what runs in panes, hands on no other."""
    return name.isascii() and name.isidentifier()


def _secrets(own: Mapping[str, str]) -> set[str]:
    found = {name for name, value in own.items() if _withheld(name, value)}
    settings = {name for name in own if _is_of_gits_settings(name)}
    return found if settings.isdisjoint(found) else found | settings


def _withheld(name: str, value: str) -> bool:
    if _has_password(value) or ("authorization:" in value.lower() and _HEADER.search(value)):
        return True
    if not _sounds_secret(name.upper()) or name in _PLACES or name.upper().endswith(_ENDS_OF_PLACES):
        return False
    is_count = "TOKENS" in name and _COUNT.search(f"{name}={value}")
    return not (value.lower() in _SWITCH or is_count or _is_of_gits_settings(name))


# Most values are nothing of the kind, and are found so without an expression.
def _has_password(value: str) -> bool:
    return "://" in value and "@" in value and bool(_URL.search(value))


def _is_of_gits_settings(name: str) -> bool:
    return name.startswith("GIT_CONFIG_") and bool(_OF_GITS_SETTINGS.fullmatch(name))


def _sounds_secret(name: str) -> bool:
    """`name`: in capitals."""
    name = name.removesuffix("\n")
    if name.endswith("KEY") or any(word in name for word in _ANYWHERE):
        return True
    return not _PARTS.isdisjoint(name.split("_"))


def _among(name: str, patterns: tuple[str, ...]) -> bool:
    return any(name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern for pattern in patterns)
