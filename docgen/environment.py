"""The environment variables that viewsync reads."""

from __future__ import annotations

from docgen import markdown, settings
from viewsync import config
from viewsync.config import SETTINGS

# Nobody sets these for viewsync, and each program reads them.
_EVERYBODYS = {
    "PWD": "the folder that you are in, as a shell calls it where a link leads to it",
    "HOME": "your home",
    "USER": "your name, for templates",
    "LOGNAME": "the same, where there is no `USER`",
    "PATH": "where programs are found",
    "SHELL": "your shell: where it is zsh, `install` says how it gets the completions",
    "ZDOTDIR": "where zsh's own files are, which `install` looks at for that",
    "TERM": "which terminal this is; on one that cannot be drawn on, nothing is drawn",
}

VARIABLES: dict[str, str] = {**config.VARIABLES, **_EVERYBODYS}

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
FOR_ITSELF = ("VIEWSYNC_LAUNCHER", "VIEWSYNC_DIRS", "VIEWSYNC_LOCK_HELD")


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
        _table({name: markdown.text(VARIABLES[name]) for name in FOR_ITSELF}),
    )


def _table(rows: dict[str, str]) -> str:
    return markdown.table(("variable", "meaning"), ((markdown.code(name), what) for name, what in rows.items()))
