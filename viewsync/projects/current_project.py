"""The project that the current folder belongs to, and its sessions: by their identity, never by a name."""

from __future__ import annotations

import os

from viewsync.project_files import locating
from viewsync.projects import listing
from viewsync.projects.listing import Scope
from viewsync.system import git
from viewsync.tmux import sockets
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.context import Context
    from viewsync.projects.listing import Known


class Project(NamedTuple):
    root: str  # its folder, in the main worktree
    sessions: list[Known]
    problems: list[str]  # why some may be missing


def read(ctx: Context, label: str, socket: str) -> Project:
    """Its sessions on all servers that rows name and the usual one, or on the one that `label` or `socket` names.

    UsageError outside of any project. In a worktree it is the project that the worktree is of.
    """
    return within(ctx, scope(ctx.env, "", here=True), label, socket)


def within(ctx: Context, scope: Scope, label: str = "", socket: str = "") -> Project:
    """The same of any project, whose folder is not asked."""
    servers = [sockets.socket_of(ctx.env, label, socket)]
    if scope.root and not (label or socket):
        from viewsync.project_files import loading  # which reads all kinds of files

        servers += loading.servers(ctx.env, scope.root)
    reading = listing.read(ctx, servers, alone=bool(label or socket))
    return Project(scope.root, [session for session in reading.known if scope.has(session)], reading.problems)


def scope(env: Mapping[str, str], project: str, *, here: bool) -> Scope:
    """What --project NAME and --here narrow to. UsageError for `here` outside of any project."""
    return Scope(project, _root(env) if here else "")


def _root(env: Mapping[str, str]) -> str:
    found = locating.project_root()
    if not found:
        raise locating.outside("change to a project's folder")
    here = os.path.realpath(found)
    tree = git.worktree(here, env)
    return os.path.normpath(os.path.join(tree.main, os.path.relpath(here, tree.top))) if tree else here
