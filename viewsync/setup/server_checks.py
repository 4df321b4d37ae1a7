"""The links of the chain in each running tmux server."""

from __future__ import annotations

import signal
import time

from viewsync.setup.repair_commands import tmux, viewsync
from viewsync.setup.rules.checks import FAIL, INSTALL, OK, SWEEP, WARN, WORK, Check
from viewsync.store import pending_steps
from viewsync.system import procfs
from viewsync.tmux import end_hooks, options, resurrect, window_size
from viewsync.tmux.rules import hooks, versions
from viewsync.tmux.rules.model import KEEP
from viewsync.tmux.rules.versions import OLDEST, number
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views import adopting, listing
from viewsync.views.rules import tracking

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewsync.context import Context
    from viewsync.registry_shape import SessionRow, ViewRow
    from viewsync.tmux.rules.model import Inventory


# The end of a terminal or of a child, C-c and its like, a new size, and whoever asks for an end.
_HEARD = ("HUP", "INT", "QUIT", "TERM", "CHLD", "WINCH", "TSTP")
_LOOKS = 3  # more, before one counts as blocked: all are for a moment, while the server makes a process


class ServerReading(NamedTuple):
    ctx: Context
    found: Inventory
    views: dict[str, ViewRow]

    @property
    def socket(self) -> str:
        return self.found.server.socket


def version(reading: ServerReading) -> Check:
    running = reading.found.server.version
    client = reading.ctx.tmux.version()
    if number(running) < OLDEST:
        return Check(
            "server",
            FAIL,
            f"runs tmux {running}",
            "restart the server when its sessions may end; before 3.2a, tmux does not report a lost terminal",
        )
    if number(running) != number(client):
        hint = "restart the server when its sessions may end"
        return Check("server", WARN, f"runs tmux {running}, but {client} is installed", hint)
    return Check("server", OK, f"tmux {running}, {len(reading.found.sessions)} sessions")


def heard(reading: ServerReading) -> Check:
    """What is blocked where a server is started stays so, in it and in its panes. What is ignored there does not."""
    pid = reading.found.server.pid
    blocked = procfs.blocked_signals(pid)
    for _ in range(_LOOKS if blocked else 0):
        time.sleep(0.02)
        blocked = (blocked or set()) & (procfs.blocked_signals(pid) or set())
    if blocked is None:
        return Check("signals", OK, "not known: the system does not show its processes")
    deaf = [name for name in _HEARD if signal.Signals[f"SIG{name}"] in blocked]
    if not deaf:
        return Check("signals", OK, "none is blocked")
    found = f"started with {', '.join(deaf)} blocked, which neither the server nor the programs in its panes hear"
    return Check("signals", WARN, found, "restart the server from a shell when its sessions may end")


def loaded(reading: ServerReading) -> Check:
    texts = reading.found.hooks
    if hooks.stand(texts, reading.ctx.caller):
        return Check("hooks", OK, "loaded")
    found = "not loaded" if len(texts) < len(hooks.EVENTS) else "they call another launcher, or use other folders"
    return Check("hooks", FAIL, found, "`viewsync install` loads them", fix=INSTALL)


def told(reading: ServerReading) -> Check:
    """Whether tmux tells of the end of project sessions that have steps: where these are noted goes with the end."""
    name = "session ends"
    server = reading.found.server.identity
    waiting = [entry for entry in pending_steps.entries(reading.ctx.folder) if entry.record.get("server") == server]
    text = end_hooks.installed(reading.ctx.tmux, reading.socket)
    if waiting and not hooks.call([text], reading.ctx.caller):
        kinds = pending_steps.kinds([entry.record for entry in waiting])
        found = f"{len(waiting)} sessions have {kinds} steps, but the hook is not loaded"
        hint = "the next sweep loads it, and runs the steps of sessions that have ended"
        return Check(name, WARN, found, hint, fix=SWEEP)
    if text and not waiting:
        return Check(name, OK, f"{hooks.slot(hooks.ENDED)} is loaded, although no session has cleanup steps")
    return Check(name, OK, f"reported, for {len(waiting)}" if waiting else "no session has cleanup steps")


def shadowed(reading: ServerReading) -> Check:
    """tmux looks a hook up in the session first: one that stands there is called instead of ours."""
    names = {session.id: session.name for session in reading.found.sessions}
    found = options.shadows(reading.ctx.tmux, reading.socket, list(names))
    if not found:
        return Check("own hooks", OK, "no session has hooks that replace those of viewsync")
    said = ", ".join(repr(names[key]) for key in found)
    hint = "set them for all sessions (`set-hook -ga`), or rely on the sweeper"
    text = f"these sessions have hooks that replace those of viewsync: {said}"
    by = " && ".join(
        tmux(reading.ctx, reading.socket, "set-hook", "-u", "-t", key, event) for key in found for event in hooks.EVENTS
    )
    return Check("own hooks", WARN, text, hint, command=by, decision="they are hooks of yours")


def hearing(reading: ServerReading) -> Check:
    """What is made quietly in most versions (tmux/views.py) cannot be in all."""
    name = "hooks on views"
    events = hooks.loud(reading.found.server.version)
    said = options.set_for_all(reading.ctx.tmux, reading.socket, events)
    found = [line.partition(" ")[0] for line in said if hooks.GUARDED not in line]
    if not found:
        return Check(name, OK, "no hook of yours runs where a view is made")
    hint = f"let each leave views alone: {hooks.GUARD}"
    text = f"these run where a view is made, on the windows that it shares: {', '.join(found)}"
    return Check(name, WARN, text, hint, decision="they are hooks of yours")


def aliases(reading: ServerReading) -> Check:
    """What viewsync says to tmux goes through them, too; but for what its hooks run (tmux/view_hooks.py)."""
    found = options.replaced_commands(reading.ctx.tmux, reading.socket)
    if not found:
        return Check("aliases", OK, "none has the name of a command of tmux's")
    said = f"these commands are replaced by a command-alias: {', '.join(sorted(set(found.values())))}"
    by = " && ".join(tmux(reading.ctx, reading.socket, "set-option", "-su", alias) for alias in found)
    hint = "give the alias another name: viewsync, too, gets what it stands for"
    return Check("aliases", WARN, said, hint, command=by, decision="they are aliases of yours")


_AN_OPTION = "it is an option of yours, and comes back where your tmux configuration sets it"


def unattached(reading: ServerReading) -> Check:
    value = options.of_all(reading.ctx.tmux, reading.socket, "destroy-unattached")
    if value == "off":
        return Check("destroy-unattached", OK, "off")
    hint = "run `tmux set -g destroy-unattached off`: viewsync does not need it, and keeps what it would destroy"
    crashes = versions.crashes_unattached(reading.found.server.version)
    if crashes:
        hint = "run `tmux set -g destroy-unattached off`: it can crash this server, and viewsync does not need it"
    return Check(
        "destroy-unattached",
        FAIL if crashes else WARN,
        value,
        hint,
        command=tmux(reading.ctx, reading.socket, "set-option", "-g", "destroy-unattached", "off"),
        decision=_AN_OPTION,
        at_stake=WORK,
    )


def exits(reading: ServerReading) -> Check:
    name = "exit-unattached"
    if not options.exits_unattached(reading.ctx.tmux, reading.socket):
        return Check(name, OK, "off")
    return Check(
        name,
        WARN,
        "on: when the last tab is closed, the server ends, and all that runs in it",
        "run `tmux set -s exit-unattached off`",
        command=tmux(reading.ctx, reading.socket, "set-option", "-s", "exit-unattached", "off"),
        decision=_AN_OPTION,
        at_stake=WORK,
    )


def sized(reading: ServerReading) -> Check:
    name = "window-size"
    if not window_size.is_manual(reading.ctx.tmux, reading.socket):
        return Check(name, OK, "not manual")
    if not versions.dies_of_a_new_window(reading.found.server.version):
        return Check(name, OK, "manual, which this server survives")
    return Check(
        name,
        FAIL,
        "manual, so that each new window or session ends this server; those that viewsync makes do not",
        "run `tmux set -gw window-size latest`, and give single windows a size with `resize-window`",
        command=tmux(reading.ctx, reading.socket, "set-option", "-gw", "window-size", "latest"),
        decision=_AN_OPTION,
        at_stake=WORK,
    )


def hanging_up(reading: ServerReading) -> Check:
    """The parent of a tab's client is the terminal's own process, with all its other tabs."""
    found = options.hanging_up(reading.ctx.tmux, reading.socket)
    if not found:
        return Check("detach keys", OK, "none hangs up more than its client")
    said = ", ".join(f"{key} ({table})" for table, key in found)
    text = f"these keys send HUP to what the client was started by, in a WezTerm tab WezTerm itself: {said}"
    by = " && ".join(tmux(reading.ctx, reading.socket, "unbind-key", "-T", table, key) for table, key in found)
    hint = "leave out -P of detach-client, -x of attach-session, -X of new-session: a tab of viewsync's closes anyway"
    return Check("detach keys", WARN, text, hint, command=by, decision="they are keys of yours", at_stake=WORK)


def strays(reading: ServerReading) -> Check:
    found = adopting.strays(reading.found, tracking.proven(reading.found, reading.views))
    if not found:
        return Check("stray views", OK, "none")
    said = ", ".join(session.name for session in found[:3]) + (" ..." if len(found) > 3 else "")
    groups = {stray.group for stray in found}
    parents = {session.group: session.name for session in reversed(reading.found.sessions) if session not in found}
    by = " && ".join(
        viewsync(reading.ctx, "adopt", "--yes", "-S", reading.socket, "--", parents[group])
        for group in sorted(groups & parents.keys())
    )
    return Check(
        "stray views",
        WARN,
        f"{len(found)} that viewsync did not make: {said}",
        "`viewsync adopt SESSION` takes them over",
        command=by,
        decision="once they are taken over, they end when nobody uses them" if by else "",
    )


def saved(reading: ServerReading) -> Check:
    """Views that tmux-resurrect saves come back as sessions."""
    name = "resurrect"
    found = resurrect.read(reading.ctx.tmux, reading.socket)
    if not found.loaded:
        return Check(name, OK, "tmux-resurrect is not loaded")
    if hooks.SAVED in found.hook:
        return Check(name, OK, "tmux-resurrect leaves views out of what it saves")
    said = "tmux-resurrect saves views, and makes them again as sessions"
    if found.free:
        return Check(name, WARN, said, "`viewsync install` sets its hook", fix=INSTALL)
    hint = f"let your {hooks.RESURRECT} run `viewsync hook {hooks.SAVED} FILE`, with the file that it is given"
    by = tmux(reading.ctx, reading.socket, "set-option", "-g", hooks.RESURRECT, hooks.saved_command(reading.ctx.caller))
    return Check(name, WARN, said, hint, command=by, decision="it is a hook of yours", at_stake=WORK)


def quarantined(reading: ServerReading) -> Check:
    """Those that no row of this registry tells of: another one's, or one that was replaced."""
    data = reading.ctx.registry.read()
    here = reading.found.server.identity
    told = {row.get("session_id") for row in data["sessions"].values() if row.get("server") == here and _kept(row)}
    told |= {row.get("session_id") for row in data["views"].values() if row.get("server") == here and _kept(row)}
    found = [session.name for session in reading.found.sessions if session.quarantined and session.id not in told]
    if not found:
        return Check("quarantine", OK, "none that the registry does not know")
    hint = "`viewsync release -s NAME` ends it, `viewsync reconcile --repair` records that of a registered session"
    by = " && ".join(viewsync(reading.ctx, "release", f"--session={name}") for name in found)
    said = f"only tmux knows of that of {', '.join(map(repr, found))}"
    return Check("quarantine", WARN, said, hint, command=by, decision="somebody keeps them", at_stake=WORK)


def _kept(row: SessionRow | ViewRow) -> bool:
    return row.get("quarantined") is True


def orphans(reading: ServerReading) -> Check:
    parents = listing.read(reading.ctx, [reading.socket]).parents
    waiting = [view for parent in parents for view in parent.views if view.verdict.action != KEEP]
    if not waiting:
        return Check("orphans", OK, "none")
    return Check(
        "orphans", WARN, f"{len(waiting)} views that nobody uses", "`viewsync sweep` ends or promotes them", fix=SWEEP
    )


IN_EACH: tuple[tuple[str, Callable[[ServerReading], Check]], ...] = (
    ("server", version),
    ("signals", heard),
    ("hooks", loaded),
    ("session ends", told),
    ("own hooks", shadowed),
    ("hooks on views", hearing),
    ("aliases", aliases),
    ("destroy-unattached", unattached),
    ("exit-unattached", exits),
    ("window-size", sized),
    ("detach keys", hanging_up),
    ("stray views", strays),
    ("resurrect", saved),
    ("quarantine", quarantined),
    ("orphans", orphans),
)
