"""The environment variables that viewsync reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docgen import markdown, settings
from viewsync import config
from viewsync.config import SETTINGS
from viewsync.text import variables as handed

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    return {*VARIABLES, *FOR_STEPS, *FOR_ITSELF, *of_settings, *handed.OF_A_SERVER, *handed.OF_A_TOOL}


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
        "## What a new session has of yours",
        "`create`, `run` and `open --create` give a session the variables that its maker has, whoever started the tmux"
        " server. The server itself, where viewsync starts it, gets of them only those that your tmux configuration"
        " names (`$NAME`, `${NAME}` or `#{NAME}` in a file that tmux loads, or that such a file sources), and what all"
        " sessions may have:",
        _names(handed.OF_A_SERVER),
        "A session does not get what is the terminal's, the shell's or the tool's that you call from,",
        _names((*handed.OF_A_TERMINAL, *handed.OF_A_SHELL, *handed.OF_A_TOOL)),
        "nor what looks like a secret: a name with TOKEN, SECRET, PASSWORD, CREDENTIAL, KEY and the like in it, but"
        " for the path of one (`..._FILE`, `SSH_AUTH_SOCK`), a `true` or `false`, or a number of `..._TOKENS`; or an"
        " address with a password. git's numbered settings (`GIT_CONFIG_COUNT`) go all together. `-e NAME` hands on"
        " one of all these; `create` tells which secrets it withheld. `-e` and a project's file come before your"
        " variables. A tmux server that you started yourself stays as it is.",
        "## For a project's steps",
        "What the [steps of a project](projects.md) find in their environment.",
        _table({name: markdown.text(what) for name, what in FOR_STEPS.items()}),
        "## Between viewsync's own parts",
        "Nobody else has to set these.",
        _table({name: markdown.text(VARIABLES[name]) for name in FOR_ITSELF}),
    )


def _names(names: Iterable[str]) -> str:
    return ", ".join(markdown.code(name) for name in names)


def _table(rows: dict[str, str]) -> str:
    return markdown.table(("variable", "meaning"), ((markdown.code(name), what) for name, what in rows.items()))
