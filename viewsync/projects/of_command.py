"""Which sessions a command has, and which session a word means: a session's own name, or that of its command."""

from __future__ import annotations

import os

from viewsync.errors import Ambiguous, MissingSession, TmuxError
from viewsync.light import quote
from viewsync.project_files import locating
from viewsync.projects import current_project, listing
from viewsync.sessions.rules import health
from viewsync.system import git
from viewsync.system.git_worktrees import Git, same_place
from viewsync.text.nearest import did_you_mean
from viewsync.tmux import sockets
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.project_files.locating import Entry
    from viewsync.projects.listing import Known, Reading

_GONE = (health.MISSING, health.SERVER)


def sessions(ctx: Context, entry: Entry) -> tuple[list[Known], list[str]]:
    """Those that were made by that command and are not known to be gone, and why others may be missing here."""
    reading = _reading(ctx)
    made = [known for known in reading.known if _is_of(known, entry)]
    return [known for known in made if known.status not in _GONE], reading.problems


def _is_of(known: Known, entry: Entry) -> bool:
    """By its file; of one that the registry has forgotten, by its marks."""
    if file := _file(known):
        return file == os.path.realpath(entry.file)
    root = known.identity.root if known.identity else ""
    own = not entry.root and root == os.path.realpath(os.path.dirname(os.path.dirname(entry.file)))
    return known.command == entry.name and (own or (bool(root) and root == os.path.realpath(entry.root or "/")))


def _file(known: Known) -> str:
    """That it was made by, without links; "" where the registry has forgotten it."""
    file = known.about.get("file")
    return os.path.realpath(file) if isinstance(file, str) and file else ""


def meant(ctx: Context, name: str, label: str = "", socket: str = "") -> Known:
    """The session of that name, or the only one of the command that `run` would take for it here; without a name the
    only one of this folder's project. MissingSession; Ambiguous, which names all of them.
    """
    reading = _reading(ctx, label, socket)
    if not name:
        return _of_folder(ctx, reading)
    named = [known for known in reading.known if known.command == name]
    if any(name in (known.name, known.row.name if known.row else "") for known in reading.known):
        found = listing.named(reading, name)
        others = _of_command(ctx, name, reading) if named or locating.own_file(name, ctx.env) else []
        if not others or found in others:
            return found
        hint = f"`viewsync kill {quote(name)}` ends the one of that name"
        return _only([found, *others], reading, f"{name!r} can mean", hint)
    if of_command := _of_command(ctx, name, reading):
        return _only(of_command, reading, f"the command {name!r} has", "name one")
    try:
        return listing.named(reading, name)
    except MissingSession as error:
        names = [*(known.name for known in reading.known), *(known.command for known in reading.known)]
        hint = did_you_mean(name, filter(None, names), error.hint, most=3)
        if named:
            hint = f"a command of that name has {', '.join(known.name for known in named)} elsewhere"
        elif name in ctx.registry.read()["sessions"]:
            hint = f"`viewsync kill {quote(name)}` ends a session of no project"
        raise MissingSession(error.message, hint) from None


def _of_command(ctx: Context, name: str, reading: Reading) -> list[Known]:
    """Those of this folder's project, where that has such a command; else those of the user's own, which may be a link
    to a project's.
    """
    named = [known for known in reading.known if known.command == name]
    if root := locating.root_here():
        scope = current_project.scope(ctx.env, "", here=True)
        here = [known for known in named if scope.has(known)]
        if here or name in locating.names(root):
            return here
    file = os.path.realpath(locating.own_file(name, ctx.env) or os.sep)
    if locating.is_in_project(file):
        return [known for known in reading.known if _file(known) == file]
    own = os.path.realpath(locating.own_folder(ctx.env) or os.sep)
    return [known for known in named if known.identity and known.identity.root == own]


def _of_folder(ctx: Context, reading: Reading) -> Known:
    scope = current_project.scope(ctx.env, "", here=True)
    found = [known for known in reading.known if scope.has(known)]
    if not found and reading.problems:
        raise TmuxError(f"cannot tell which sessions {scope.root} has: {reading.problems[0]}")
    if not found:
        raise MissingSession(f"the project {scope.root} has no session", "`viewsync run NAME` makes one")
    here = _of_tree(ctx, found)
    if not here:
        names = ", ".join(known.name for known in found)
        raise MissingSession(f"this worktree has no session; others of {scope.root} have {names}", "name one")
    return _only(here, reading, f"the project {scope.root} has", "name one")


def _of_tree(ctx: Context, found: list[Known]) -> list[Known]:
    """Those of the worktree that we are in. In the main one also those that were made while it had another branch."""
    tree = git.worktree(os.path.realpath(locating.project_root()), ctx.env)
    if tree is None:
        return found
    own = tree.branch or (os.path.basename(tree.top) if tree.linked else "main")
    listed = Git(tree.top, ctx.env).worktrees()
    others = {entry.branch or os.path.basename(entry.path) for entry in listed if not same_place(entry.path, tree.top)}

    def is_here(known: Known) -> bool:
        path, name = known.about.get("worktree_path"), known.identity.worktree if known.identity else ""
        if isinstance(path, str) and path:
            return same_place(path, tree.top)
        return name == own or not (tree.linked or name in others)

    return [known for known in found if is_here(known)]


def _only(found: list[Known], reading: Reading, whose: str, hint: str) -> Known:
    """One that is gone counts where no other is."""
    running = [known for known in found if known.status not in _GONE] or found
    if len(running) == 1 and not (reading.problems and running[0].status in _GONE):
        return running[0]
    if len(running) == 1:
        raise TmuxError(f"cannot tell which sessions there are: {reading.problems[0]}", hint)
    names = ", ".join(known.name for known in running)
    raise Ambiguous(f"{whose} {len(running)} sessions: {names}", hint)


def _reading(ctx: Context, label: str = "", socket: str = "") -> Reading:
    """Of the usual server and all that rows name; of that one alone where one was named."""
    named = bool(label or socket)
    try:
        usual, problems = [sockets.socket_of(ctx.env, label, socket)], []
    except TmuxError as error:
        if named:
            raise
        usual, problems = [], [error.message]
    if not named and locating.root_here():
        usual += _named_by_files(ctx)
    reading = listing.read(ctx, usual, alone=named)
    return reading._replace(problems=[*reading.problems, *problems])


def _named_by_files(ctx: Context) -> list[str]:
    """The servers that this folder's project names: the registry may have lost its sessions there."""
    from viewsync.project_files import loading  # which reads all kinds of files

    return loading.servers(ctx.env, current_project.scope(ctx.env, "", here=True).root)
