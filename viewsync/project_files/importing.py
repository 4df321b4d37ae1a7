"""Take over what another tool's file describes: as the text of a command file, which is written only where none is."""

from __future__ import annotations

import os

from viewsync.errors import UsageError
from viewsync.project_files import loading, yaml_files
from viewsync.project_files.rules import importing
from viewsync.project_files.rules.nodes import Unfit
from viewsync.system import files
from viewsync.tmux import portable_layouts
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.project_files.rules.nodes import Problem
    from viewsync.project_files.rules.writing import Data


class Imported(NamedTuple):
    data: Data
    text: str
    left: list[Problem]  # what has no equivalent in viewsync


def read(path: str) -> Imported:
    file = os.path.abspath(path)
    try:
        text = importing.without_remarks(yaml_files.read(file))
        importing.refuse_programs(text, file)
        twice: list[Problem] = []
        root = yaml_files.parse(text, file, twice)
        data, left = importing.command(root, os.path.dirname(file), portable_layouts.spelled, _is_file)
    except Unfit as error:
        raise loading.bad(error) from None
    return Imported(data, yaml_files.dump(data), [*twice, *left])


def _is_file(path: str) -> bool:
    return os.path.isfile(os.path.expanduser(path))


def write(text: str, path: str) -> str:
    """A new file of that text; where it is."""
    file = os.path.abspath(path)
    if os.path.lexists(file):
        raise UsageError(f"{file} is there already", "name another one, or remove it")
    files.apply(files.FileChange(file, None, text.encode("utf-8")))
    return file
