"""Which files a command is made of: found by walking up from the current folder, or named by their path."""

from __future__ import annotations

import os

from viewsync.errors import UsageError
from viewsync.text.nearest import did_you_mean
from viewsync.typed import NamedTuple

# Folder of a project, and in it the folders of its commands and steps, and its own file. Ours come first.
_LAYOUTS = (
    (".viewsync", "commands", "steps", "project"),
    (".prj", "commands", "steps", os.path.join("configs", "project")),
)
_ENDINGS = (".yaml", ".yml")


class Located(NamedTuple):
    name: str  # of the command
    root: str  # the folder that has .viewsync or .prj
    file: str
    project: str  # the project's file, "" when there is none


def locate(name: str) -> Located:
    """UsageError says where was looked, and which commands there are."""
    if not name:
        there = names(project_root()) if project_root() else []
        hint = f"there are: {', '.join(there)}; `viewsync print` tells more" if there else "there is none here"
        raise UsageError("a command needs a name", hint)
    if "/" in name or name.endswith(_ENDINGS):
        return _by_path(os.path.abspath(name))
    here = current_folder()
    root = project_above(here)
    if not root:
        hint = "make .viewsync/commands/ with a file in it, or name a file by its path"
        raise UsageError(f"there is no command {name!r}: no .viewsync or .prj in {here} or above it", hint)
    for folder in _folders(root, 1):
        if (file := _file(os.path.join(folder, name))) and _is_name(name):
            return Located(name, root, file, _project_file(root))
    raise _missing(name, root)


def project_root() -> str:
    """The folder of the project that we are in, "" outside of any."""
    return project_above(current_folder())


def names(root: str) -> list[str]:
    """Of all commands of a project."""
    found = set()
    for folder in _folders(root, 1):
        if os.path.isdir(folder):
            found |= {os.path.splitext(name)[0] for name in os.listdir(folder) if name.endswith(_ENDINGS)}
    return sorted(found)


def files(root: str) -> list[str]:
    """All that a project has of its commands, and its own file."""
    found = []
    for folder in _folders(root, 1):
        if os.path.isdir(folder):
            found += [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(_ENDINGS)]
    return [*found, *filter(None, [_project_file(root)])]


def step(root: str, name: str) -> str:
    """The program of that name among a project's steps, "" when there is none."""
    for folder in _folders(root, 2):
        path = os.path.join(folder, name)
        if _is_name(name) and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return ""


def current_folder() -> str:
    try:
        return os.getcwd()
    except OSError as error:
        raise UsageError(
            f"the current folder cannot be used: {error.strerror}", "change to one that is there"
        ) from None


def _by_path(file: str) -> Located:
    if not os.path.exists(file):
        raise UsageError(f"there is no file {file}", "name a command, or a file that is there")
    folder = os.path.dirname(file)
    root = project_above(folder) or folder
    return Located(os.path.splitext(os.path.basename(file))[0], root, file, _project_file(root))


def _missing(name: str, root: str) -> UsageError:
    there = names(root)
    where = " and ".join(folder for folder in _folders(root, 1) if os.path.isdir(folder)) or root
    near = did_you_mean(name, there)
    known = f"there are: {', '.join(there) or 'none'}"
    return UsageError(f"there is no command {name!r} in {where}", f"{near} {known}" if near else known)


def project_above(folder: str) -> str:
    """The folder with a .viewsync or .prj: that one, or the nearest above it; "" for none."""
    while True:
        if any(os.path.isdir(os.path.join(folder, layout[0])) for layout in _LAYOUTS):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above


def _project_file(root: str) -> str:
    found = (_file(os.path.join(root, layout[0], layout[3])) for layout in _LAYOUTS)
    return next(filter(None, found), "")


def _folders(root: str, which: int) -> list[str]:
    return [os.path.join(root, layout[0], str(layout[which])) for layout in _LAYOUTS]


def _file(path: str) -> str:
    """With the ending that it has, "" when there is none."""
    try:
        return next((path + ending for ending in _ENDINGS if os.path.exists(path + ending)), "")
    except ValueError:  # a NUL in it
        return ""


def _is_name(name: str) -> bool:
    return bool(name) and "/" not in name and not name.startswith(".") and "\0" not in name
