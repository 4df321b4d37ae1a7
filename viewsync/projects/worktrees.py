"""Git worktrees of projects: made before the session that is to live there, removed with the sessions in it.

A branch is never deleted, but for one that this very call made and that has nothing of its own. What cannot be made
whole is taken back.
"""

from __future__ import annotations

import os

from viewsync.errors import UsageError, ViewsyncError
from viewsync.events import Event
from viewsync.history import recording
from viewsync.light import contextlib, re
from viewsync.projects import ending, listing
from viewsync.system import at_work, files, git_losses
from viewsync.system.git_worktrees import Git, GitError, WorktreeEntry, same_place
from viewsync.text.nearest import did_you_mean
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from viewsync.context import Context
    from viewsync.project_files.rules.plan import Plan, PlannedWorktree
    from viewsync.projects.listing import Known


class MadeWorktree(NamedTuple):
    """`fresh`: this call made it. `branch`: that this call made, "" for one that was there; `base`: where it begins."""

    path: str
    fresh: bool = False
    branch: str = ""
    base: str = ""
    folders: tuple[str, ...] = ()  # above it, that were not there before
    remote: str = ""  # the remote's branch that the new one follows


class ProjectWorktree(NamedTuple):
    """One worktree, with the project sessions in it. `missing`: its folder is gone; `known`: git lists it."""

    path: str
    branch: str
    head: str
    locked: bool
    main: bool
    missing: bool
    known: bool
    sessions: list[Known]


_KEPT = "commit, move or delete that; pass --force to remove it anyway"


class Removed(NamedTuple):
    path: str
    branch: str
    removed: bool
    ended: list[ending.Ended]
    problems: list[str]
    lost: tuple[str, ...] = ()  # what went, or would go, with it


def make(ctx: Context, plan: Plan) -> MadeWorktree:
    """The plan's worktree, made where there is none, with what `undo` needs to know. GitError or UsageError."""
    wanted = plan.worktree
    if wanted is None:
        return MadeWorktree(plan.cwd)
    git = Git(plan.identity.root, ctx.env)
    git.check()
    if not git.is_branch_name(wanted.branch):
        raise UsageError(f"{plan.file}: not a name for a branch: {wanted.branch!r}")
    path = os.path.normpath(wanted.path or default_path(plan.identity.root, plan.identity.project, wanted.branch))
    listed = git.worktrees()
    there = next((entry for entry in listed if entry.branch == wanted.branch), None)
    if there and os.path.isdir(there.path):
        if there.main:
            hint = "check out another branch there, or leave `worktree` out of the file"
            raise GitError(f"branch {wanted.branch!r} is checked out in the project's own folder, {there.path}", hint)
        return MadeWorktree(there.path)
    _refuse(path, listed, there)
    made = _begin(git, wanted, path)
    try:
        git.add(path, wanted.branch, made.remote or made.base, again=_lists(listed, path), follow=bool(made.remote))
    except BaseException as error:
        _take_back(git, made, forced=True)
        if isinstance(error, GitError):
            raise GitError(f"cannot make the worktree {path}: {error.message}", "nothing was made") from None
        raise
    _record(ctx, "worktree", "run", plan.identity.project, f"{wanted.branch} at {path}")
    return made


def undo(ctx: Context, plan: Plan, made: MadeWorktree) -> None:
    """Take back what `make` made for a session that then was not. Whatever somebody has put there stays."""
    if made.fresh:
        git = Git(plan.identity.root, ctx.env)
        if losses := git_losses.find(git, made.path):
            ctx.log.warning("the worktree %s was kept: %s", made.path, "; ".join(losses))
        else:
            _take_back(git, made, forced=False)


def default_path(root: str, project: str, branch: str) -> str:
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{project}-{branch}").strip("-.")
    return os.path.join(os.path.dirname(root), "worktrees", safe)


def _lists(listed: Sequence[WorktreeEntry], path: str) -> bool:
    return any(same_place(entry.path, path) for entry in listed)


def _refuse(path: str, listed: Sequence[WorktreeEntry], there: WorktreeEntry | None) -> None:
    """What stands in the way. `there`: a worktree of the branch whose folder is gone."""
    other = next((entry for entry in listed if same_place(entry.path, path)), None)
    for entry in (there, other):
        if entry and entry.locked and not os.path.isdir(entry.path):
            hint = f"bring its disk back, or `git worktree unlock {entry.path}`"
            raise GitError(f"the worktree {entry.path} is locked, and its folder is not there", hint)
    if there and not same_place(there.path, path):
        hint = "`git worktree prune` forgets it, if it was removed for good"
        raise GitError(f"branch {there.branch!r} has a worktree at {there.path}, whose folder is gone", hint)
    if other and os.path.isdir(other.path):
        raise GitError(f"{path} is the worktree of {other.branch or other.head!r}", "name another path for it")
    if os.path.lexists(path) and not files.is_empty(path):
        raise GitError(f"{path} already exists and is not a worktree", "move it away, or name another path")


def _begin(git: Git, wanted: PlannedWorktree, path: str) -> MadeWorktree:
    """What is about to be made; GitError where there is nothing that a new branch could begin at.

    A branch that a remote alone has is that one, and no new one: as `git worktree add` takes it.
    """
    folders = tuple(files.missing_folders(path))
    if git.branch(wanted.branch):
        return MadeWorktree(path, fresh=True, folders=folders)
    if remote := git.remote_branch(wanted.branch):
        return MadeWorktree(path, True, wanted.branch, git.commit(remote), folders, remote)
    base = git.commit(wanted.base_branch or "HEAD")
    if not base and wanted.base_branch:
        raise GitError(f"there is no branch {wanted.base_branch!r} that {wanted.branch!r} could begin at")
    if not base:
        raise GitError(f"{git.folder} has no commit yet that {wanted.branch!r} could begin at", "make a first commit")
    return MadeWorktree(path, fresh=True, branch=wanted.branch, base=base, folders=folders)


def _take_back(git: Git, made: MadeWorktree, *, forced: bool) -> None:
    """Best effort: git takes back most by itself, unless it was ended."""
    with contextlib.suppress(ViewsyncError):
        if _lists(git.worktrees(), made.path):
            git.remove(made.path, force=forced)
    with contextlib.suppress(ViewsyncError):
        if made.branch and not _lists(git.worktrees(), made.path):
            git.drop_branch(made.branch, made.base)
    files.remove_empty([made.path, *made.folders])


def trees(ctx: Context, folder: str) -> tuple[list[ProjectWorktree], list[str]]:
    """The worktrees of the folder's repository, and those that are gone while sessions in them are not; and which
    sessions could not be read."""
    git = Git(folder, ctx.env)
    git.check()
    listed = git.worktrees()
    reading = listing.read(ctx)
    known = reading.known
    found = [_tree(entry, known) for entry in listed]
    mine = {entry.path for entry in listed if entry.main}
    gone: dict[str, list[Known]] = {}
    for session in known:
        path = _home(session)
        if (
            path
            and session.identity
            and not _lists(listed, path)
            and any(same_place(session.identity.root, m) for m in mine)
        ):
            gone.setdefault(path, []).append(session)
    for path, there in gone.items():
        branch = there[0].identity.worktree if there[0].identity else ""
        missing = not os.path.isdir(path)
        found.append(ProjectWorktree(path, branch, "", False, False, missing, False, there))
    return found, reading.problems


def _tree(entry: WorktreeEntry, known: Sequence[Known]) -> ProjectWorktree:
    there = (
        []
        if entry.main
        else [
            project_session
            for project_session in known
            if _home(project_session) and same_place(_home(project_session), entry.path)
        ]
    )
    missing = not os.path.isdir(entry.path)
    return ProjectWorktree(entry.path, entry.branch, entry.head, entry.locked, entry.main, missing, True, there)


def _home(known: Known) -> str:
    """The worktree that a session was made for. By what is recorded, and never by its name."""
    path = known.about.get("worktree_path")
    return path if isinstance(path, str) else ""


def find(found: Sequence[ProjectWorktree], which: str, folder: str) -> ProjectWorktree:
    """The one of exactly that branch, or at that path."""
    path = os.path.join(folder, which)
    fitting = [candidate for candidate in found if candidate.branch == which or same_place(candidate.path, path)]
    if not fitting:
        there = [candidate.branch or candidate.path for candidate in found if not candidate.main]
        known = f"there are: {', '.join(there)}" if there else "there is none"
        raise UsageError(f"there is no worktree of {which!r}", did_you_mean(which, there, known))
    tree = next((candidate for candidate in fitting if not candidate.main), fitting[0])
    if tree.main:
        raise UsageError(f"{tree.path} is the project's own folder, not a worktree beside it")
    return tree


def refusals(env: Mapping[str, str], tree: ProjectWorktree, folder: str) -> list[str]:
    """Why it may not go unless that is forced."""
    reasons = [
        f"somebody is on session '{session.name}'"
        for session in tree.sessions
        if session.live and (session.live.in_use or any(view.in_use for view in session.views))
    ]
    panes = {pid for session in tree.sessions if session.live for pid in session.live.panes}
    others = at_work.in_panes(tree.path, panes)
    reasons += [f"another session's {other} works in it" for other in others]
    return [*reasons, *_unsaved(env, tree, folder)]


def _unsaved(env: Mapping[str, str], tree: ProjectWorktree, folder: str) -> list[str]:
    """Work that would be lost."""
    if not tree.known:
        return []
    git = Git(folder, env)
    try:
        return git_losses.find_without_folder(git, tree.head) if tree.missing else git_losses.find(git, tree.path)
    except GitError as error:
        return [f"nobody knows what is in it: {error.message}"]


def remove(
    ctx: Context, tree: ProjectWorktree, folder: str, say: Callable[[str], None], *, force: bool, dry_run: bool
) -> Removed:
    """End the sessions in it, then remove it; the branch stays. UsageError where work would be lost."""
    if tree.locked:
        raise UsageError(f"the worktree {tree.path} is locked", f"`git worktree unlock {tree.path}` unlocks it")
    _refuse_others(tree)
    doubtful = next((session for session in tree.sessions if session.doubt), None)
    if doubtful:
        raise ViewsyncError(f"cannot tell whether session {doubtful.name!r} is running: {doubtful.doubt}")
    with ctx.progress(f"looking for work in {tree.path}"):
        reasons = refusals(ctx.env, tree, folder)
    if reasons and not force:
        raise UsageError(f"{tree.path} was kept: {'; '.join(reasons)}", _KEPT)
    for session in tree.sessions:
        ending.refuse(ctx, session, force=force)  # before the first of them ends
    for session in tree.sessions:
        say(f"end session {session.name}" if session.live else f"forget session {session.name}, which has ended")
    if tree.known:
        lost = f", and lose: {'; '.join(reasons)}" if reasons else ""
        say(f"remove the worktree {tree.path}{lost}" + (f" (branch {tree.branch} stays)" if tree.branch else ""))
    if dry_run:
        return Removed(tree.path, tree.branch, False, [], [], tuple(reasons))
    with ending.unhurt(), ctx.progress(f"removing {tree.path}"):
        return _remove(ctx, tree, folder, force=force)._replace(lost=tuple(reasons))


def _refuse_others(tree: ProjectWorktree) -> None:
    """git would empty what is not the worktree's, and then fail."""
    if os.path.islink(tree.path):
        place = os.path.realpath(tree.path)
        raise UsageError(
            f"the worktree {tree.path} is a link to {place}, which would be emptied",
            f"after `git worktree repair {place}`, git knows it by that path",
        )
    if tree.known and not tree.missing and (mounted := git_losses.mounts(tree.path)):
        where = os.path.join(tree.path, mounted[0])
        raise UsageError(f"something is mounted at {where}, and would be emptied", "unmount it first")


def _remove(ctx: Context, tree: ProjectWorktree, folder: str, *, force: bool) -> Removed:
    ended = [ending.end(ctx, session, "worktree", force=force) for session in tree.sessions]
    problems = [f"{session.name}: {problem}" for session in ended for problem in session.problems]
    left = [session.name for session in ended if not session.ended]
    if left:
        return Removed(tree.path, tree.branch, False, ended, [*problems, f"{tree.path} was kept: {', '.join(left)}"])
    # Looked at once more: what ended just now, and the cleanup steps, may have written something.
    if not force and (late := _unsaved(ctx.env, tree, folder)):
        return Removed(tree.path, tree.branch, False, ended, [*problems, f"{tree.path} was kept: {'; '.join(late)}"])
    if tree.known:
        Git(folder, ctx.env).remove(tree.path, force=force)
    project = next((session.identity.project for session in tree.sessions if session.identity), "")
    _record(ctx, "worktree-removed", "person", project, f"{tree.branch} at {tree.path}")
    return Removed(tree.path, tree.branch, tree.known, ended, problems)


def _record(ctx: Context, kind: str, trigger: str, project: str, reason: str) -> None:
    recording.record(ctx, [Event(ctx.clock(), kind, trigger, "", "", "", reason=reason, project=project)])
