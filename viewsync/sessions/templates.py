"""Templates of sessions: TOML files that say what runs, with what, and by which prompt it is ready; or a script that
ends with .sh, with which bash begins.

The user's own stand in `templates/` in the configuration folder, and come before ours of the same name.
"""

from __future__ import annotations

import os
import sys

from viewsync import paths
from viewsync.errors import UsageError
from viewsync.light import re
from viewsync.system import files
from viewsync.text.nearest import did_you_mean
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from viewsync.context import Context

_FOLDER = "templates"
_SCRIPT = ".sh"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Template(NamedTuple):
    program: list[str]
    type: str  # in the registry
    environment: dict[str, str]
    commands: list[str]  # sent one after another, each to the prompt
    prompt: str  # a regular expression, "" when nothing is known of it
    description: str


def load(ctx: Context, name: str) -> Template:
    """By its name, or by its path when it holds a `/` or ends with .sh. UsageError names the file and the key."""
    if name.endswith(_SCRIPT):
        return _script(os.path.abspath(name))
    if "/" in name:
        return _read(os.path.abspath(name))
    for folder in _folders(ctx.env):
        path = os.path.join(folder, f"{name}.toml")
        if _NAME.fullmatch(name) and os.path.isfile(path):
            return _read(path)
    there = names(ctx.env)
    near = did_you_mean(name, there, f"there are: {', '.join(there)}; a path holds a /")
    raise UsageError(f"there is no template {name!r}", near)


def names(env: Mapping[str, str]) -> list[str]:
    found = set()
    for folder in _folders(env):
        if os.path.isdir(folder):
            found |= {name.removesuffix(".toml") for name in os.listdir(folder) if name.endswith(".toml")}
    return sorted(found)


def _folders(env: Mapping[str, str]) -> list[str]:
    return [os.path.join(paths.config_dir(env), _FOLDER), paths.shared_file(_FOLDER)]


def _script(path: str) -> Template:
    """What it sets stays in the shell that goes on; what it executes, say gdb with breakpoints, takes its place."""
    try:
        os.close(files.regular(path, os.O_RDONLY))
    except OSError as error:
        raise UsageError(f"cannot read the template {path}: {error.strerror}") from None
    from viewsync.sessions import startup  # with all that waits: not for who asks for the names

    return Template(["bash", "--rcfile", path], "shell", {}, [], startup.PROMPTS["shell"], "")


def _read(path: str) -> Template:
    if sys.version_info >= (3, 11):
        import tomllib  # 5 ms: only for a template
    else:
        import tomli as tomllib
    try:
        with open(path, "rb") as file:
            data = tomllib.load(file)
    except OSError as error:
        raise UsageError(f"cannot read the template {path}: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"the template {path} is not valid TOML: {error}") from None
    for key in data:
        if key not in _KEYS:
            known = f"there are: {', '.join(_KEYS)}"
            raise UsageError(f"{path}: there is no key {key!r}", did_you_mean(key, _KEYS, known))
    if "program" not in data:
        raise UsageError(f"{path}: program is missing", 'for example program = ["python3", "-q"]')
    values = {key: data.get(key, default) for key, (_, _, default) in _KEYS.items()}
    for key, value in values.items():
        what, is_so, _ = _KEYS[key]
        if key in data and not is_so(value):
            raise UsageError(f"{path}: {key} must be {what}, not {value!r}")
    template = Template(**values)
    if template.commands and not template.prompt:
        raise UsageError(f"{path}: prompt is missing", "viewsync sends the commands when it appears")
    return template


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_environment(value: Any) -> bool:
    return isinstance(value, dict) and all(_VARIABLE.fullmatch(key) and _is_text(text) for key, text in value.items())


def _is_pattern(value: Any) -> bool:
    from viewsync.text import patterns

    try:
        return isinstance(value, str) and value != "" and bool(patterns.pattern(value))
    except ValueError:
        return False


# What each key must be, how that is seen, and what stands for it where it is missing.
_KEYS: dict[str, tuple[str, Callable[[Any], bool], Any]] = {
    "program": ("a list of words that begins with a program", lambda it: bool(_are_texts(it) and it and it[0]), []),
    "type": ("a word", lambda it: bool(isinstance(it, str) and _NAME.fullmatch(it)), "program"),
    "environment": ("a table of variables", _is_environment, {}),
    "commands": ("a list of texts", _are_texts, []),
    "prompt": ("a regular expression", _is_pattern, ""),
    "description": ("text", _is_text, ""),
}
