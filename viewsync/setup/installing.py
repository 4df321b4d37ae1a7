"""Install and uninstall: what is wanted is compared with what is there, each difference is said, then made.

Files go first, all or none: one that cannot be written stops everything before anything was changed, and a failure
after that puts back what was. Running servers and services follow.
"""

from __future__ import annotations

import os

from viewsync import paths
from viewsync.errors import StateError, ViewsyncError
from viewsync.setup import activation, manifest
from viewsync.setup import changes as setup_changes
from viewsync.setup.activation import Doing
from viewsync.store import install_record, own_files
from viewsync.system import files, venvs
from viewsync.system.files import FileChange, FileError
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewsync.context import Context
    from viewsync.setup.changes import InstallPlan, InstallStep
    from viewsync.setup.manifest import InstallOptions
    from viewsync.store.install_record import Record

    Say = Callable[[str], None]  # called before each change, with what it is


class InstallReport(NamedTuple):
    changes: list[str]
    notes: list[str]
    warnings: list[str]
    record: Record


def install(ctx: Context, options: InstallOptions, say: Say) -> InstallReport:
    if options.prefix:  # what starts viewsync again, here and in a service
        ctx.env["VIEWSYNC_LAUNCHER"] = manifest.launcher_path(ctx, options.prefix)
    record = manifest.recorded(ctx.env)
    want = manifest.wanted(ctx, options, record)
    plan = setup_changes.to_install(ctx.env, want, record, options)
    _refuse(plan, want.line)
    changes, doing = _doing(ctx, say, dry_run=options.dry_run)
    activation.retire(doing, want, record)
    for path in plan.made:
        doing.say(f"create the folder {path}")
    state = paths.state_dir(ctx.env)
    if os.path.isdir(state) and os.stat(state).st_mode & 0o077:
        doing.say(f"make the folder {state} private")
    _apply(doing, plan, lambda: own_files.secure(state))
    if not options.dry_run:
        _sweep_out(doing, [*install_record.every(record), plan.record])
    activation.install(doing, want, {step.change.path for step in plan.steps})
    return InstallReport(changes, plan.notes, doing.problems, plan.record)


def uninstall(ctx: Context, say: Say, *, dry_run: bool, purge: bool, unrecorded: bool = False) -> InstallReport:
    """Without a record nobody knows what is whose: what is found by its marks goes where somebody wants that."""
    state = paths.state_dir(ctx.env)
    record = manifest.recorded(ctx.env)
    if record == install_record.Record():
        record = manifest.guessed(ctx)
        if not unrecorded and setup_changes.to_uninstall(record).steps:
            raise StateError(
                f"there is no record of an installation, {manifest.record_path(ctx.env)}; nothing was removed",
                "with --unrecorded, what is found by its marks is removed; add --dry-run to see it first",
            )
    plan = setup_changes.to_uninstall(record)
    gone = {step.change.path for step in plan.steps if step.change.after is None}
    stays = record.launcher not in gone and os.path.lexists(record.launcher)  # and needs its environment
    environments = venvs.environments(record.venvs) if record.venvs and not stays else []
    _refuse(plan._replace(steps=[*plan.steps, *setup_changes.record_removal(ctx.env)]))
    _refuse_to_empty([*(_emptied(ctx) if purge else []), *({record.venvs} if environments else ())])
    changes, doing = _doing(ctx, say, dry_run=dry_run)
    activation.stop(doing, record)
    _apply(doing, plan)
    activation.unload(doing, record)
    if purge:
        _purge(doing, plan.notes)
    elif os.path.isdir(state):
        plan.notes.append(f"{state} stays, with the registry and the history; --purge removes it")
    for environment in environments:
        doing.do(f"remove {environment}", venvs.remove, environment)
    records = install_record.every(record)
    _sweep_out(doing, records)
    made = sorted({folder for one in records for folder in one.folders}, reverse=True)  # the innermost first
    own = manifest.record_path(ctx.env)
    _remove_empty(doing, [folder for folder in made if not own.startswith(os.path.join(folder, ""))])
    for step in setup_changes.record_removal(ctx.env):
        doing.do(step.text, files.apply, step.change)
    _remove_empty(doing, list(dict.fromkeys([os.path.dirname(own), *made])))
    return InstallReport(changes, plan.notes, doing.problems, record)


def _sweep_out(doing: Doing, records: list[Record]) -> None:
    """What one that was killed had begun to write."""
    named = [path for record in records for path in (*record.files, *record.links, record.conf) if path]
    for path in dict.fromkeys([manifest.record_path(doing.ctx.env), *named]):
        for begun in files.begun(path):
            doing.do(f"remove {begun}, which was not finished", files.apply, FileChange(begun, b"", None))


def _remove_empty(doing: Doing, folders: list[str]) -> None:
    for folder in folders:
        if files.is_empty(folder):
            doing.do(f"remove the empty folder {folder}", files.remove_empty, [folder])


def _doing(ctx: Context, say: Say, *, dry_run: bool) -> tuple[list[str], Doing]:
    changes: list[str] = []

    def told(text: str) -> None:
        changes.append(text)
        say(text)

    return changes, Doing(ctx, told, dry_run=dry_run)


def _refuse(plan: InstallPlan, line: bytes = b"") -> None:
    """Before anything is changed. `line`: what a person can put into a tmux configuration that we may not write."""
    moved = {step.change.path for step in plan.steps if step.change.moved}
    for step in plan.steps:
        if problem := files.refusal(step.change.path, link=step.change.link or step.change.path in moved):
            raise FileError(problem, _hint(step, line))


def _refuse_to_empty(folders: list[str]) -> None:
    """Before anything is changed, of what is removed when all else is gone."""
    for folder in folders:
        if problem := files.refusal(os.path.join(folder, "anything"), link=True):
            raise FileError(problem, _AS_WHOM if files.somebody_elses(folder) else "make it yours to write in")


_AS_WHOM = "run this as that user, or with a home of your own (`sudo -H`)"


def _hint(step: InstallStep, line: bytes) -> str:
    if files.somebody_elses(files.nearest_folder(step.change.path)):
        return _AS_WHOM
    by_hand = line and line in (step.change.after or b"")
    return f"add this line to it yourself: {line.decode('utf-8', 'replace')}" if by_hand else ""


def _apply(doing: Doing, plan: InstallPlan, last: Callable[[], object] = lambda: None) -> None:
    done: list[FileChange] = []
    try:
        for step in plan.steps:
            doing.say(step.text)
            if not doing.dry_run:
                files.apply(step.change)
                done.append(step.change)
        if not doing.dry_run:
            last()
    except BaseException as error:  # somebody's ^C too
        files.revert(done)
        files.remove_empty(plan.made)
        if isinstance(error, ViewsyncError):
            error.hint = f"{error.hint}; the changes before it were rolled back".removeprefix("; ")
        raise


# How the names begin of what viewsync writes into the state folder. Other things there are not ours to remove.
_STATE = (
    ".sessions.json",
    ".sessions.lock",
    "history.db",
    ".sweeper.lock",
    ".sweeper.timer",
    "sweeper.out",
    "viewsync.log",
    "trust.json",
    ".trust.lock",
    ".index.json",
    ".far-tab.tmp",
    "open.conf-",
    "append-",
)

# Folders of the verbs' own, which nobody needs afterwards. What was saved for somebody (evidence, backups) stays.
_WORK = ("blocks", "exec", "far-tabs", "leases", "parsed", "pending", "steps", "unreachable")


def _emptied(ctx: Context) -> list[str]:
    """The folders out of which `--purge` removes something."""
    if ctx.env.get("CLAUDE_TMUX_SOCKET_DIR"):
        return []
    found = [where for where in (paths.log_dir(ctx.env), paths.state_dir(ctx.env)) if os.path.isdir(where)]
    return found + [folder for where in found for name in _WORK for folder, _, _ in os.walk(os.path.join(where, name))]


def _purge(doing: Doing, notes: list[str]) -> None:
    state = paths.state_dir(doing.ctx.env)
    if doing.ctx.env.get("CLAUDE_TMUX_SOCKET_DIR"):
        notes.append(f"{state} stays: other tools keep their sessions there")
        return
    for where in (paths.log_dir(doing.ctx.env), state):
        for name in sorted(os.listdir(where)) if os.path.isdir(where) else []:
            path = os.path.join(where, name)
            if (name == "README" or name.startswith(_STATE)) and os.path.isfile(path):
                doing.do(f"remove {path}", files.apply, FileChange(path, b"", None))
        for name in _WORK:
            path = os.path.join(where, name)
            if os.path.isdir(path) and not os.path.islink(path):
                doing.do(f"remove {path}", files.remove_tree, path)
        if files.is_empty(where):
            doing.do(f"remove the empty folder {where}", files.remove_empty, [where])
    if not doing.dry_run and os.path.isdir(state):
        notes.append(f"{state} stays: it contains other files")
