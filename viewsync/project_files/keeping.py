"""Command files as their user keeps them: made, edited, copied and removed, each whole or not at all."""

from __future__ import annotations

import os
import tempfile

from viewsync import paths
from viewsync.errors import BadFile, UsageError, ViewsyncError
from viewsync.light import contextlib
from viewsync.project_files import loading, yaml_files
from viewsync.project_files.rules.nodes import Unfit
from viewsync.system import editor, files
from viewsync.text.nearest import did_you_mean
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from viewsync.context import Context
    from viewsync.project_files.locating import Entry

_TEMPLATES = "templates"
_ENDING = ".yaml"
DEFAULT = "command"  # the template where none is named


class Exists(UsageError):
    """A command of that name is there."""


class Changed(ViewsyncError):
    """Somebody else has changed the file meanwhile."""

    kind = "changed"


class Edited(NamedTuple):
    changed: bool
    problem: str  # why `run` would refuse it all the same, "" when nothing is known


class Asking(NamedTuple):
    """`somebody` is at a terminal. `again`: whether to go on with a draft that is wrong; `anyway`: whether to keep one
    that `run` would refuse.
    """

    somebody: bool
    again: Callable[[BadFile], bool]
    anyway: Callable[[], bool]


def template(env: Mapping[str, str], name: str = "") -> str:
    """The text of the user's own template of that name, or else of ours; by its path when it holds a `/`."""
    wanted = name or DEFAULT
    if "/" in wanted:
        return read(os.path.abspath(wanted))
    found = (os.path.join(folder, wanted + _ENDING) for folder in _folders(env))
    path = next((path for path in found if os.path.isfile(path)), "")
    if not path:
        there = templates(env)
        known = f"there are: {', '.join(there)}; yours stand in {_folders(env)[0]}, and a path holds a /"
        raise UsageError(f"there is no template {wanted!r}", did_you_mean(wanted, there, known))
    return read(path)


def templates(env: Mapping[str, str]) -> list[str]:
    found = set()
    for folder in filter(os.path.isdir, _folders(env)):
        found |= {name.removesuffix(_ENDING) for name in os.listdir(folder) if name.endswith(_ENDING)}
    return sorted(found)


def _folders(env: Mapping[str, str]) -> list[str]:
    return [os.path.join(paths.config_dir(env), _TEMPLATES), paths.shared_file(_TEMPLATES)]


def read(path: str) -> str:
    """The text of a file that is one, of reasonable size, and UTF-8. BadFile."""
    try:
        return yaml_files.read(path)
    except Unfit as error:
        raise loading.bad(error) from None


def exists(entry: Entry, hint: str = "") -> Exists:
    hint = hint or f"`viewsync edit {entry.name}` changes it"
    if not os.path.exists(entry.file):
        hint = "it is a link that leads nowhere; remove it"
    return Exists(f"{entry.told} already exists: {entry.file}", hint)


def make(entry: Entry, text: str) -> None:
    """A new file of that text, which is checked first. Exists; BadFile."""
    if entry.exists:
        raise exists(entry)
    loading.check(text, entry.file)
    _may_be_written(entry.file)
    files.create(entry.file, text.encode("utf-8"))


def copy(source: Entry, entry: Entry, seen: tuple[int, ...] | None) -> None:
    """Byte for byte, in the place of what was `seen`. Exists where that is nothing, Changed where it is other by now;
    BadFile where it is no command's file, or cannot be read.
    """
    text = read(source.file)
    if not source.listed:
        loading.check(text, source.file)
    data = files.read(source.file)
    assert data is not None
    path = os.path.realpath(entry.file)
    if entry.exists and seen is None:
        raise exists(entry, "give another name")
    _may_be_written(path)
    if seen is None:
        return files.create(path, data)
    if look(entry.file) != seen:
        raise Changed(f"{entry.file} was changed in this moment", "nothing was replaced; look at it again")
    return files.apply(files.FileChange(path, files.read(path), data))


def refuse_target(source: str, entry: Entry) -> None:
    """UsageError where the copy would be what is copied, or would go where a link leads, which is another's file."""
    if os.path.islink(entry.file):
        raise UsageError(
            f"{entry.file} is a link to {os.readlink(entry.file)}, which would be replaced", "remove the link first"
        )
    if os.path.exists(entry.file) and os.path.samefile(source, entry.file):
        raise UsageError(f"{entry.file} is what is to be copied", "give the copy another name")


def remove(entry: Entry, seen: tuple[int, ...]) -> None:
    """The file, or the link, if it still is what was `seen`. Changed; FileError."""
    if refusal := files.refusal(entry.file, link=True):
        raise files.FileError(f"cannot remove {entry.file}: {refusal}")
    if look(entry.file) != seen:
        raise Changed(f"{entry.file} was changed in this moment", "nothing was removed; look at it again")
    files.apply(files.FileChange(entry.file, b"", None))


def look(path: str) -> tuple[int, ...]:
    """By what a file, or a link, is known again unchanged."""
    try:
        found = os.lstat(path)
    except OSError as error:
        raise files.FileError(f"cannot read {path}: {error.strerror}") from None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def edit(ctx: Context, file: str, ask: Asking) -> Edited:
    """Let the user edit a draft of the file, which takes its place when it is right, and only then. Where it does not,
    the error says where the draft is, unless nothing was changed in it.
    """
    path = os.path.realpath(file)
    program = editor.named(ctx.env, somebody=ask.somebody)
    _may_be_written(path)
    before = files.read(path)
    if before is None:
        raise UsageError(f"there is no file {file}", "name a command, or a file that is there")
    draft = os.path.join(tempfile.mkdtemp(prefix="viewsync-edit-"), os.path.basename(path))
    over = False
    try:
        files.create(draft, before, 0o600)
        problem = _edited(ctx, program, draft, file, ask, had_text=bool(before.strip()))
        after = files.read(draft)
        if after is not None and after != before:
            if files.read(path) != before:
                raise Changed(f"{file} was changed by somebody else meanwhile")
            files.apply(files.FileChange(path, before, after))
        over = True
        return Edited(after not in (None, before), problem)
    except ViewsyncError as error:
        over = files.read(draft) in (None, before)
        is_so = "" if isinstance(error, Changed) else f"{file} is as it was"
        is_so = is_so if over else "; ".join(filter(None, (is_so, f"what you wrote is in {draft}")))
        if isinstance(error, BadFile):
            error.more = [*error.more, is_so]
        else:
            error.hint = "; ".join(filter(None, (error.hint, is_so)))
        raise
    finally:
        if over:  # with what the editor left beside it
            with contextlib.suppress(OSError):
                files.remove_tree(os.path.dirname(draft))


def _edited(ctx: Context, program: str, draft: str, file: str, ask: Asking, *, had_text: bool) -> str:
    """Why `run` would refuse it as it is to be kept, "" when nothing is known. BadFile where it is not to be kept."""
    kind = loading.kind_of(ctx, file)
    while True:
        if problem := editor.edit(program, draft, ctx.env):
            raise ViewsyncError(problem)
        try:
            text = _read_draft(draft, file)
            if had_text and not text.strip():  # as an editor leaves it that found no room, or was stopped
                raise BadFile(f"{file}: what was saved is empty", "`viewsync remove` takes a command away")
            loading.check(text, file, kind)
        except BadFile as error:
            if not ask.again(error):
                raise
            continue
        unfit = loading.would_run(ctx, text, file) if kind == loading.COMMAND else None
        if unfit is None:
            return ""
        if ask.again(unfit):
            continue
        if not ask.anyway():
            raise unfit
        return f"{unfit.message} ({unfit.hint})" if unfit.hint else unfit.message


def _read_draft(draft: str, file: str) -> str:
    try:
        return yaml_files.read(draft)
    except Unfit as error:
        raise loading.bad(Unfit([problem._replace(file=file) for problem in error.problems])) from None


def _may_be_written(path: str) -> None:
    if refusal := files.refusal(path):
        raise files.FileError(f"cannot write {path}: {refusal}")
