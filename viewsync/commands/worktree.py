"""List the worktrees of this repository with their project sessions; remove a worktree with its sessions.

Only sessions that were made for a worktree end with it; sessions with a similar name stay. Its branch is never deleted.

Without --force, a worktree stays if it holds what nothing else does: changes, untracked or ignored files, repositories,
commits of no branch, a merge, rebase or bisect; or if somebody is attached to one of its sessions. A link, or one in
which something is mounted, stays in any case.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.output import Result, table
from viewsync.project_files import locating
from viewsync.projects import worktrees
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: "there is no repository, an argument is wrong, or the worktree is still there",
    4: _args.TMUX,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="action", metavar="list|remove", required=True)
    listing = verbs.add_parser("list", help="list the worktrees and their sessions")
    _args.json(listing)
    removing = verbs.add_parser("remove", help="end the sessions of a worktree, and remove it")
    removing.add_argument("which", metavar="BRANCH|PATH", help="its exact branch, or its folder")
    removing.add_argument(
        "--force", action="store_true", help="even with work that would be lost, or if somebody is attached"
    )
    _args.dry_run(removing)
    _args.json(removing)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    folder = locating.current_folder()
    found, problems = worktrees.trees(ctx, folder)
    return _list(found, problems) if parsed.action == "list" else _remove(parsed, ctx, found, folder)


def _list(found: list[worktrees.ProjectWorktree], problems: list[str]) -> Result:
    rows = [
        [tree.branch or tree.head[:12] or "-", _state(tree), ", ".join(_named(tree)) or "-", tree.path]
        for tree in found
    ]
    data = {"worktrees": [_data(tree) for tree in found], "errors": problems}
    return Result(data, table(["BRANCH", "STATE", "SESSIONS", "PATH"], rows), warnings=problems)


def _state(tree: worktrees.ProjectWorktree) -> str:
    if tree.main:
        return "project"
    if not tree.known:
        return "removed by hand" if tree.missing else "unknown to git"
    state = "folder is gone" if tree.missing else "ok"
    return f"{state}, locked" if tree.locked else state


def _named(tree: worktrees.ProjectWorktree) -> list[str]:
    return [session.name if session.live else f"{session.name} ({session.status})" for session in tree.sessions]


def _data(tree: worktrees.ProjectWorktree) -> dict[str, Any]:
    return {
        "path": tree.path,
        "branch": tree.branch or None,
        "head": tree.head or None,
        "main": tree.main,
        "locked": tree.locked,
        "missing": tree.missing,
        "known_to_git": tree.known,
        "sessions": [
            {"name": session.name, "socket": session.socket, "status": session.status, "attached": _attached(session)}
            for session in tree.sessions
        ],
    }


def _attached(known: Any) -> bool:
    return bool(known.live and (known.live.in_use or any(view.in_use for view in known.views)))


def _remove(parsed: argparse.Namespace, ctx: Context, found: list[worktrees.ProjectWorktree], folder: str) -> Result:
    tree = worktrees.find(found, parsed.which, folder)
    tell = _args.teller(parsed)
    done = worktrees.remove(ctx, tree, folder, tell, force=parsed.force, dry_run=parsed.dry_run)
    data = {
        "path": done.path,
        "branch": done.branch or None,
        "removed": done.removed,
        "sessions": [{"name": session.name, "ended": session.ended} for session in done.ended],
        "problems": done.problems,
        "lost": list(done.lost),
        "dry_run": parsed.dry_run,
    }
    kept = not parsed.dry_run and (
        not all(session.ended for session in done.ended) or (tree.known and not done.removed)
    )
    return Result(data, [], code=1 if kept else 0, warnings=done.problems)
