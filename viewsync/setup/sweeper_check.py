"""Whether anybody sweeps by the clock: a process that stays, or a timer that ran lately."""

from __future__ import annotations

import os

from viewsync.output import age
from viewsync.setup import manifest
from viewsync.setup.repair_commands import viewsync
from viewsync.setup.rules.checks import CONVENIENCE, INSTALL, OK, WARN, Check
from viewsync.sweeper import control, timed
from viewsync.system import files, services
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.store.install_record import Record


def the_sweeper(ctx: Context) -> Check:
    found = {"running": False}
    if os.path.exists(os.path.join(ctx.folder, control.LOCK)):
        found = control.status(ctx.folder)
    if found["running"]:
        problem = str(found.get("problem") or "")
        return Check("sweeper", WARN if problem else OK, problem or f"process {found.get('pid')}")
    record = manifest.recorded(ctx.env)
    if record.sweeper == services.TIMER:
        return _timer(ctx, record)
    if record.sweeper != "none":
        found_so = f"the {record.sweeper} service of the sweeper does not run"
        return Check("sweeper", WARN, found_so, "`viewsync install` starts it", fix=INSTALL)
    hint = "run `viewsync sweeper start`, or `viewsync install --sweeper timer` to have it run from now on"
    return Check(
        "sweeper",
        WARN,
        "not running; the tmux hooks and the timer in WezTerm clean up",
        hint,
        command=viewsync(ctx, "sweeper", "start"),
        decision="whether a process is to stay",
        at_stake=CONVENIENCE,
    )


def _timer(ctx: Context, record: Record) -> Check:
    """No process has to be there. Where its manager cannot be asked, that it ran lately is all there is to know."""
    last, now = timed.last(ctx.folder), ctx.clock()
    ran = f"ran {age(now, last.at)} ago" if last.at else "has not run yet"
    want = manifest.wanted(ctx, manifest.InstallOptions(), record)
    for file in want.files:
        if file.path in want.units and files.read(file.path) != file.data:
            found = f"{file.path} is missing, or comes from another version, launcher or setting; the timer {ran}"
            return Check("sweeper", WARN, found, "`viewsync install` writes it again", fix=INSTALL)
    state = services.state(want.units[0], ctx.env)
    fresh = timed.lately(ctx, last.at)
    if not (state.enabled and state.active) and not (state.problem and fresh):
        why = state.problem or ("not enabled" if not state.enabled else "not active")
        hint = "`viewsync install` starts it, where you are logged in"
        return Check("sweeper", WARN, f"the timer {ran}: {why}", hint, fix=INSTALL)
    if last.problems:
        return Check("sweeper", WARN, f"the timer {ran}, and said: {last.problems[0]}")
    if last.at and not fresh:
        hint = "look at its log: `journalctl --user -u viewsync-sweep.service`"
        return Check("sweeper", WARN, f"the timer {ran}, although it is enabled", hint)
    return Check(
        "sweeper", OK, f"the timer {ran}; {'whether it is enabled is not known' if state.problem else 'enabled'}"
    )
