"""The project that the current folder belongs to, and its sessions: by their identity, never by a name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from viewsync.actions.projects import locating
from viewsync.errors import UsageError
from viewsync.gateways import git

if TYPE_CHECKING:
    from viewsync.actions.projects.sessions import Known, Reading
    from viewsync.context import Context


class Project(NamedTuple):
    root: str  # its folder, in the main worktree


def project(ctx: Context) -> Project:
    """UsageError outside of any. In a worktree it is the project that the worktree is of."""
    found = locating.project_root()
    if not found:
        raise UsageError(
            "this is no project: there is no .viewsync or .prj here or above", "change to a project's folder"
        )
    here = os.path.realpath(found)
    tree = git.worktree(here, ctx.env)
    return Project(os.path.normpath(os.path.join(tree.main, os.path.relpath(here, tree.top))) if tree else here)


def of(reading: Reading, project: Project) -> list[Known]:
    return [each for each in reading.known if each.identity and each.identity.root == project.root]
