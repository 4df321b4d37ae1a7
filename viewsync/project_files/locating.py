"""Which files a command is made of: found by walking up from the current folder, or named by their path.

Commands of the user's own stand in `commands/` in the configuration folder, and are found from any folder. A project's
come first.
"""

from __future__ import annotations

import os

from viewsync import output, paths
from viewsync.errors import StateError, UsageError
from viewsync.light import quote, re
from viewsync.text.nearest import did_you_mean
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

# Folder of a project, and in it the folders of its commands and steps, and its own file. Ours come first.
_LAYOUTS = (
    (".viewsync", "commands", "steps", "project"),
    (".prj", "commands", "steps", os.path.join("configs", "project")),
)
_ENDINGS = (".yaml", ".yml")
_OWN = ("commands", "steps")  # the same in the configuration folder
_NAME = re.compile(r"\w[\w.-]*")


class Located(NamedTuple):
    name: str  # of the command
    root: str  # the folder that has .viewsync or .prj; of one of the user's own, the configuration folder
    file: str
    project: str  # the project's file, "" when there is none
    own: bool = False  # it is the user's own, and no project's


def locate(name: str, env: Mapping[str, str]) -> Located:
    """UsageError says where was looked, and which commands there are."""
    if not name:
        there = _all_names(root_here(), env)
        hint = f"there are: {', '.join(there)}; `viewsync print` tells more" if there else "there is none here"
        raise UsageError("a command needs a name", hint)
    if "/" in name or name.endswith(_ENDINGS):
        return _by_path(os.path.abspath(name), env)
    root = root_here()
    for folder in _folders(root, 1) if root else ():
        if (file := _file(os.path.join(folder, name))) and _is_name(name):
            return Located(name, root, file, _project_file(root))
    own = own_folder(env)
    if own and _is_name(name) and (file := _file(os.path.join(own, _OWN[0], name))):
        return _of_own(file, own)
    raise _missing(name, root, current_folder(), env)


class Entry(NamedTuple):
    """A command's file as it stands in its folder, where a link is a link; or where it would stand."""

    name: str
    file: str
    root: str  # of the project; "" for one of the user's own
    exists: bool
    listed: bool = True  # it stands in a folder of commands, and not anywhere

    @property
    def told(self) -> str:
        return f"command {self.name!r} of your own" if not self.root else f"command {self.name!r} of {self.root}"


def entry(name: str, env: Mapping[str, str], *, own: bool = False, here: bool = False) -> Entry:
    """The one that is there: with `own` of the user's own, with `here` of the project, else of either, in the order of
    `locate`; or the file of that path. UsageError, as it has.
    """
    if "/" in name or name.endswith(_ENDINGS):
        return _entry_by_path(os.path.abspath(name), env)
    root = "" if own else root_here()
    mine = "" if here else own_folder(env)
    for place, folder in _places(root, mine):
        if _is_name(name) and (file := _file(os.path.join(folder, name))):
            return Entry(name, file, place, exists=True)
    if own:
        there = own_names(env)
        known = f"there are: {', '.join(there)}" if there else "there is none; `viewsync new --own NAME` makes one"
        raise UsageError(f"there is no command {name!r} of your own", did_you_mean(name, there, known))
    if here and not root:
        raise outside("change to a project's folder, or leave --here away")
    raise _missing(name, root, current_folder(), env)


def _entry_by_path(file: str, env: Mapping[str, str]) -> Entry:
    found = _by_path(file, env)
    folder = os.path.realpath(os.path.dirname(file))
    mine = own_folder(env)
    own = bool(mine) and folder == os.path.realpath(os.path.join(mine, _OWN[0]))
    return Entry(found.name, file, "" if own else found.root, exists=True, listed=own or is_in_project(file))


def place(name: str, env: Mapping[str, str], *, own: bool = False, root: str = "") -> Entry:
    """Where a command of that name stands, or would: among the user's own, or in the project of that folder."""
    if not _NAME.fullmatch(name) or name.endswith(_ENDINGS):
        raise UsageError(f"not the name of a command: {name!r}", "letters, digits, `_`, `-` and `.`, without .yaml")
    mine = own_folder(env) if own else ""
    if own and not mine:
        raise UsageError("there is no folder for your configuration", "set $HOME or $XDG_CONFIG_HOME")
    places = _places("" if own else root, mine)
    found = next(filter(None, (_file(os.path.join(folder, name)) for _, folder in places)), "")
    there = found or os.path.join(places[0][1] if own else commands_folder(root), f"{name}.yaml")
    return Entry(name, there, "" if own else root, exists=bool(found) or os.path.lexists(there))


def commands_folder(root: str) -> str:
    """In which new commands of that project stand."""
    folders = [folder for folder in _folders(root, 1) if os.path.isdir(os.path.dirname(folder))]
    return next(iter(folders), os.path.join(root, f".{output.program()}", _LAYOUTS[0][1]))


def outside(hint: str) -> UsageError:
    """What is to be said outside of any project."""
    return UsageError("not in a project: there is no .viewsync or .prj folder here or above", hint)


def _places(root: str, mine: str) -> list[tuple[str, str]]:
    """Folders of commands, each with its project."""
    found = [(root, folder) for folder in _folders(root, 1)] if root else []
    return [*found, ("", os.path.join(mine, _OWN[0]))] if mine else found


def own_folder(env: Mapping[str, str]) -> str:
    """The configuration folder, "" where there can be none."""
    try:
        return paths.config_dir(env)
    except StateError:
        return ""


def own_names(env: Mapping[str, str]) -> list[str]:
    """Of all commands of the user's own."""
    own = own_folder(env)
    return _names([os.path.join(own, _OWN[0])]) if own else []


def own_file(name: str, env: Mapping[str, str]) -> str:
    """Of the user's own command of that name, "" when there is none."""
    own = own_folder(env)
    return _file(os.path.join(own, _OWN[0], name)) if own else ""


def _of_own(file: str, own: str) -> Located:
    """A link to a project's command is that command, with all that its project says."""
    real = os.path.realpath(file)
    if is_in_project(real):
        return _in_project(real)
    return Located(os.path.splitext(os.path.basename(file))[0], os.path.realpath(own), file, "", own=True)


def is_in_project(file: str) -> bool:
    above, folder = os.path.split(os.path.dirname(file))
    return any((os.path.basename(above), folder) == layout[:2] for layout in _LAYOUTS)


def project_root() -> str:
    """The folder of the project that we are in, "" outside of any."""
    return project_above(current_folder())


def root_here() -> str:
    """The same; "" also where the current folder is gone: what is found from anywhere is found from there, too."""
    try:
        return project_root()
    except UsageError:
        return ""


def names(root: str) -> list[str]:
    """Of all commands of a project."""
    return _names(_folders(root, 1))


def file_of(root: str, name: str) -> str:
    """Of a project's command of that name, "" when there is none."""
    return next(filter(None, (_file(os.path.join(folder, name)) for folder in _folders(root, 1))), "")


def _names(folders: list[str]) -> list[str]:
    """Without what an editor leaves beside a file, and links that lead nowhere."""
    found = set()
    for folder in folders:
        if os.path.isdir(folder) and os.access(folder, os.R_OK | os.X_OK):
            listed = [name for name in os.listdir(folder) if name.endswith(_ENDINGS) and not name.startswith(".")]
            found |= {os.path.splitext(name)[0] for name in listed if os.path.exists(os.path.join(folder, name))}
    return sorted(found)


def files(root: str) -> list[str]:
    """All that a project has of its commands, and its own file."""
    found = []
    for folder in _folders(root, 1):
        if os.path.isdir(folder):
            found += [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(_ENDINGS)]
    return [*found, *filter(None, [_project_file(root)])]


def step(root: str, name: str, *, own: bool = False) -> str:
    """The program of that name among a project's steps, or with `own` the user's, "" when there is none."""
    for folder in [os.path.join(root, _OWN[1])] if own else _folders(root, 2):
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


def _by_path(file: str, env: Mapping[str, str]) -> Located:
    if not os.path.exists(file):
        raise UsageError(f"there is no file {file}", "name a command, or a file that is there")
    if os.path.basename(os.path.dirname(file)) == _OWN[0] and not is_in_project(file):
        own = own_folder(env)
        if own and os.path.realpath(os.path.dirname(file)) == os.path.realpath(os.path.join(own, _OWN[0])):
            return _of_own(file, own)
    return _in_project(file)


def _in_project(file: str) -> Located:
    folder = os.path.dirname(file)
    root = project_above(folder) or folder
    return Located(os.path.splitext(os.path.basename(file))[0], root, file, _project_file(root))


def _missing(name: str, root: str, here: str, env: Mapping[str, str]) -> UsageError:
    there = _all_names(root, env)
    own = own_folder(env)
    folders = [*(_folders(root, 1) if root else ()), *([os.path.join(own, _OWN[0])] if own else ())]
    where = " and ".join(folder for folder in folders if os.path.isdir(folder)) or root
    near = did_you_mean(name, there)
    known = f"there are: {', '.join(there) or 'none'}"
    if not root and not there:
        new = quote(name) if _NAME.fullmatch(name) else "NAME"
        hint = f"`viewsync new {new}` makes one, or name a file by its path"
        return UsageError(f"there is no command {name!r}: no .viewsync or .prj in {here} or above it", hint)
    return UsageError(f"there is no command {name!r} in {where}", f"{near} {known}" if near else known)


def _all_names(root: str, env: Mapping[str, str]) -> list[str]:
    return sorted({*(names(root) if root else ()), *own_names(env)})


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
