"""The environment variables that viewsync reads."""

from __future__ import annotations

from docgen import markdown, settings
from viewsync import config
from viewsync.config import SETTINGS

_KNOWN = {
    "VIEWSYNC_STATE_DIR": "the folder of the registry, the history and the sockets of servers that viewsync starts",
    "CLAUDE_TMUX_SOCKET_DIR": "the same, as the shell tools have it; `VIEWSYNC_STATE_DIR` comes first",
    "VIEWSYNC_CONFIG": "the settings' file, instead of `config.toml` in your configuration folder",
    "XDG_STATE_HOME": "where the state folder and the log are, also where it was set after the installation",
    "XDG_CONFIG_HOME": "where the configuration folder is, also where it was set after the installation",
    "XDG_RUNTIME_DIR": "where the sockets of servers that viewsync starts are",
    "TMUX_TMPDIR": "where tmux has its sockets, for `-L` and the default server",
    "TMUX": "the server that you are in, which is meant where nothing else is named",
    "TMUX_PANE": "the pane that you are in",
    "WEZTERM_PANE": "the WezTerm pane that you are in",
    "WEZTERM_UNIX_SOCKET": "the WezTerm that is asked for its panes",
    "WEZTERM_CONFIG_FILE": "where `install` finds WezTerm's configuration",
    "VIEWSYNC_COMPAT": "`1`: the shell tools' names behave as the shell tools do",
    "NO_COLOR": "anything: no colours",
    "PWD": "the folder that you are in, as a shell calls it where a link leads to it",
    "COLUMNS": "how wide help and tables are",
    "HOME": "your home",
    "USER": "your name, for templates",
    "LOGNAME": "the same, where there is no `USER`",
    "PATH": "where programs are found",
    "TERM": "which terminal this is; on one that cannot be drawn on, nothing is drawn",
}

VARIABLES: dict[str, str] = {**_KNOWN, **getattr(config, "VARIABLES", {})}

# What viewsync sets for what it starts, beside what is in a project's own environment.
FOR_STEPS = {
    "VIEWSYNC_PROJECT": "the project's name",
    "VIEWSYNC_PROJECT_PATH": "its folder",
    "VIEWSYNC_COMMAND": "the command's name",
    "VIEWSYNC_TASK": "the task",
    "VIEWSYNC_BRANCH": "the branch of the worktree",
    "VIEWSYNC_WORKTREE_PATH": "the worktree's folder",
    "VIEWSYNC_SESSION": "the session's name",
    "VIEWSYNC_SOCKET": "the socket of its tmux server",
}
FOR_ITSELF = {
    "VIEWSYNC_LAUNCHER": "which program the hooks and tabs start; the launcher sets it",
    "VIEWSYNC_DIRS": "the folders as the installer found them; the launcher and the hooks set it",
    "VIEWSYNC_LOCK_HELD": "the descriptor of the registry's lock that a script holds; `lib/registry.sh` sets it",
}


def documented() -> set[str]:
    """Every variable that the page has."""
    of_settings = {name for key, setting in SETTINGS.items() for name in settings.variables(key, setting)}
    return {*VARIABLES, *FOR_STEPS, *FOR_ITSELF, *of_settings}


def page() -> str:
    by_setting = {
        name: f"the setting {markdown.code(key)}: {markdown.text(setting.help)}"
        for key, setting in SETTINGS.items()
        for name in settings.variables(key, setting)
    }
    return markdown.page(
        "# Environment variables",
        "Set them for WezTerm, too, which starts viewsync without your shell. A tmux hook is told the folders of the"
        " viewsync that set it, whatever the server was started with.",
        _table({name: markdown.text(what) for name, what in VARIABLES.items() if name not in FOR_ITSELF}),
        "## Settings",
        "Each [setting](settings.md) has a variable, which comes before the file.",
        _table(by_setting),
        "## For a project's steps",
        "What the [steps of a project](projects.md) find in their environment.",
        _table({name: markdown.text(what) for name, what in FOR_STEPS.items()}),
        "## Between viewsync's own parts",
        "Nobody else has to set these.",
        _table({name: markdown.text(what) for name, what in FOR_ITSELF.items()}),
    )


def _table(rows: dict[str, str]) -> str:
    return markdown.table(("variable", "meaning"), ((markdown.code(name), what) for name, what in rows.items()))
