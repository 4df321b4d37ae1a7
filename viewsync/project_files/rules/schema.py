"""What may stand in a command file and in a project file: one table, in the words of JSON schema (draft 2020-12).

`viewsync schema` prints it for editors, and project_files/rules/checking.py holds files against it.
"""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    Schema: TypeAlias = Mapping[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
VARIABLE = "^[A-Za-z_][A-Za-z0-9_]*$"
OPTION = r"^@?[A-Za-z][A-Za-z0-9_-]*(\[[0-9]+\])?$"
_STEP = "^[A-Za-z0-9_][A-Za-z0-9_.-]*$"


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


def _truth(description: str) -> Schema:
    return {"type": "boolean", "description": description}


def _ref(name: str, description: str = "") -> Schema:
    found = {"$ref": f"#/$defs/{name}"}
    return {**found, "description": description} if description else found


def _list(items: Schema, description: str) -> Schema:
    return {"type": "array", "items": items, "description": description}


def _mapping(properties: Mapping[str, Schema], description: str, *required: str) -> Schema:
    found = {"type": "object", "properties": properties, "additionalProperties": False, "description": description}
    return {**found, "required": list(required)} if required else found


def _open(names: str, values: Schema, description: str) -> Schema:
    """A mapping with keys of the user's own."""
    keys = {"pattern": names}
    return {"type": "object", "propertyNames": keys, "additionalProperties": values, "description": description}


_CWD = {
    "working_directory": _text("the folder; relative to the one it would otherwise be"),
    "cwd": _text("short for working_directory"),
}
_COMMANDS = {
    "command": _text("what is typed into the shell"),
    "commands": _list(_ref("typed"), "what is typed into the shell, one after the other"),
}
_DURATION = {"type": ["string", "number"]}
_TIMEOUT = {**_DURATION, "description": "how long nobody may use a session until it may be ended: 24h, or `never`"}

_STEP_FIELDS = {
    "name": _text("what it is called"),
    "run": _text("a line of shell, or several"),
    "command": _text("the same as run"),
    "timeout": {**_DURATION, "description": "30s, 5m, or seconds (5m)"},
    **_CWD,
    "environment": _ref("environment"),
    "on_failure": {
        "enum": ["abort", "continue"],
        "description": "what follows when it fails (abort; of a cleanup step continue)",
    },
}

_DEFS: dict[str, Schema] = {
    "environment": _open(VARIABLE, {"type": ["string", "number", "boolean"]}, "variables and their values"),
    "options": _open(OPTION, {"type": ["string", "number", "boolean"]}, "tmux options and their values"),
    "step": {"anyOf": [_text("the name of a step"), _mapping(_STEP_FIELDS, "a command")]},
    "steps": _list(_ref("step"), "steps, one after the other"),
    "definitions": _open(_STEP, {"anyOf": [_text("its command"), _mapping(_STEP_FIELDS, "a command")]}, "named steps"),
    "typed": {
        "anyOf": [
            {"type": "string"},
            _mapping(
                {
                    "type": _text("what is typed"),
                    "enter": _truth("whether Enter follows (true)"),
                    "sleep_before": {**_DURATION, "description": "how long to wait before it is typed: 2s, or seconds"},
                    "sleep_after": {**_DURATION, "description": "how long to wait behind it"},
                },
                "a command, and how it is typed",
                "type",
            ),
        ]
    },
    "pane": {
        "anyOf": [
            {"type": "null"},
            _text("what is typed into its shell"),
            _mapping(
                {
                    **_COMMANDS,
                    **_CWD,
                    "environment": _ref("environment"),
                    "focus": _truth("the pane to be in"),
                    "shell": _text("what runs instead of the session's shell"),
                    "title": _text("its title, until its program gives it another one"),
                },
                "a pane",
            ),
        ]
    },
    "window": _mapping(
        {
            "name": _text("what it is called; without one it is called as its program is"),
            **_COMMANDS,
            "panes": _list(_ref("pane"), "its panes, instead of `command`: each a command, or a mapping"),
            "layout": _text(
                "even-horizontal, even-vertical, main-horizontal, main-vertical, tiled, #{window_layout}, or "
                "stacked: each pane is half of the one before (tiled)"
            ),
            "focus": _truth("the window to be in (the first)"),
            "options": _ref("options", "tmux options of the window"),
            "options_after": _ref("options", "those that it gets once all commands were typed"),
            "index": {"type": "number", "description": "its place in the session (the next one)"},
            "manual": _truth("make it only where it is asked for: viewsync run NAME -w WINDOW"),
            "synchronize": {
                "anyOf": [{"enum": ["before", "after"]}, {"type": "boolean"}],
                "description": "what is typed goes to all of its panes, from before or after (true) the commands on",
            },
            **_CWD,
            "environment": _ref("environment"),
            "shell": _text("what runs instead of the session's shell"),
        },
        "a window",
    ),
    "argument": {
        "anyOf": [
            {"type": "null"},
            {"type": ["string", "number", "boolean"], "description": "its default"},
            _mapping(
                {
                    "default": {"type": ["string", "number", "boolean"], "description": "when it is not given"},
                    "required": _truth("whether it must be given"),
                    "description": _text("what it is for"),
                },
                "an argument",
            ),
        ]
    },
}

# Settings of a session, which may stand in both files.
_SESSION = {
    "auto_attach": _truth("attach when it is made"),
    "auto_cleanup": _truth("end it when nobody has used it for session_timeout"),
    "session_timeout": _TIMEOUT,
    "shell": _text("the shell in its panes"),
    "tmux_config": _text("a file of tmux commands for this session; relative to the project's folder"),
    "default_window_name": _text("the name of its window when the file lists none"),
    "default_layout": _text("the layout of windows with several panes that say none (tiled)"),
    "socket_name": _text("the tmux server that it runs on, as -L"),
    "socket_path": _text("the same by its socket, as -S; relative to the project's folder"),
    "options": _ref("options", "tmux options of the session"),
    "global_options": _ref("options", "tmux options of all sessions on its server, where they set no others"),
}

_COMMAND_SESSION = _mapping(
    {
        "name_template": _text("its name, as in {{project}}-{{worktree}}-{{task}}"),
        "task": _text("what it is for, in its name"),
        "working_directory": _text("its folder (the worktree's); relative to that"),
        "environment": _text("which of the project's environments it has (development, if there is one)"),
        "inherit_project_env": _truth("whether it has any of them (true)"),
        "additional_env": _ref("environment"),
        "windows": _list(_ref("window"), "its windows, in their order"),
        "focus": _text("the name of the window to be in"),
        "start_steps": _ref("steps", "at each run, before all others"),
        "pre_create_steps": _ref("steps", "before it is made; where one fails, it is not"),
        "post_create_steps": _ref("steps", "after it was made"),
        "restart_steps": _ref("steps", "at a run that finds it there"),
        "attach_steps": _ref("steps", "when the first client comes to it"),
        "detach_steps": _ref("steps", "when the last client leaves it"),
        "cleanup_steps": _ref("steps", "when it ends"),
        **_SESSION,
    },
    "the session",
)

_WORKTREE = _mapping(
    {
        "branch": _text("its branch, which is made where it is not there"),
        "base_branch": _text("what a new branch begins at"),
        "path": _text("its folder, relative to the project's (the branch's own, else ../worktrees/PROJECT-BRANCH)"),
    },
    "a git worktree, made before the session",
)

_SECRETS = _list({"type": "string", "pattern": VARIABLE}, "variables whose values are never shown or recorded")


def _file(title: str, properties: Mapping[str, Schema]) -> Schema:
    body = {"type": "object", "properties": properties, "additionalProperties": False}
    return {"$schema": _DRAFT, "title": title, **body, "$defs": _DEFS}


SCHEMAS: dict[str, Schema] = {
    "command": _file(
        "A session that viewsync runs: .viewsync/commands/NAME.yaml",
        {
            "name": _text("what it is called (the file's name)"),
            "description": _text("what it is for"),
            "arguments": _open(VARIABLE, _ref("argument"), "what may be given as NAME=VALUE; no others then"),
            "session": _COMMAND_SESSION,
            "environment": _ref("environment"),
            "secrets": _SECRETS,
            "worktree": _WORKTREE,
            "steps": {
                "anyOf": [_ref("steps", "run after the session was made"), _ref("definitions", "steps by their names")]
            },
        },
    ),
    "project": _file(
        "A project of viewsync's: .viewsync/project.yaml",
        {
            "project": _mapping({"name": _text("what it is called (its folder's name)")}, "the project"),
            "sessions": _mapping(
                {
                    "naming_pattern": _text("names of sessions, as in {{project}}-{{branch}}-{{task}}"),
                    "default_task": _text("the task of commands that name none (dev)"),
                    **_SESSION,
                },
                "all of its sessions",
            ),
            "environments": _open("^.+$", _ref("environment"), "variables, by the name of their environment"),
            "steps": _ref("definitions", "steps by their names"),
            "secrets": _SECRETS,
            "defaults": _mapping(
                {"shell": _SESSION["shell"], "tmux_session_prefix": _text("what every name begins with")}, "defaults"
            ),
            "tmux": _mapping(
                {key: _SESSION[key] for key in ("auto_attach", "session_timeout", "default_window_name")},
                "defaults",
            ),
        },
    ),
}
