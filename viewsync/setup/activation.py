"""The living part of an installation: hooks in running servers, the sweeper, what still runs an earlier version.

All of it can be made good later, so what fails here is a warning.
"""

from __future__ import annotations

import os

from viewsync import paths
from viewsync.errors import UsageError, ViewsyncError
from viewsync.store.registry_file import RegistryFile
from viewsync.sweeper import control
from viewsync.system import services, venvs
from viewsync.tmux import end_hooks, inventory, resurrect
from viewsync.tmux import views as tmux_views
from viewsync.tmux.rules import hooks
from viewsync.tmux.sockets import socket_inside
from viewsync.typed import TYPE_CHECKING
from viewsync.views import servers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

    from viewsync.context import Context
    from viewsync.registry_shape import ViewRow
    from viewsync.setup.manifest import InstallManifest
    from viewsync.store.install_record import Record


class Doing:
    """Says each change, makes it unless this is a rehearsal, and remembers what went wrong."""

    def __init__(self, ctx: Context, say: Callable[[str], None], *, dry_run: bool) -> None:
        self.ctx = ctx
        self.say = say
        self.dry_run = dry_run
        self.problems: list[str] = []

    def do(self, text: str, work: Callable[..., object], *args: object) -> None:
        self.say(text)
        if not self.dry_run:
            self.guard(work, *args)

    def guard(self, work: Callable[..., object], *args: object) -> None:
        try:
            work(*args)
        except ViewsyncError as error:
            self.problems.append(error.message)

    def service(self, text: str, commands: list[list[str]]) -> None:
        self.say(text)
        problem = "" if self.dry_run else services.run_all(commands, self.ctx.env)
        self.problems += [problem] if problem else []


def load_here(ctx: Context, caller: str, *, resurrected: bool) -> None:
    """For the tmux plugin manager: the hooks, into the server that we are called from, and nothing else."""
    socket = socket_inside(ctx.env)
    if not socket:
        raise UsageError("--here only works inside tmux", "run `viewsync install` to set up everything")
    version = inventory.inventory(ctx.tmux, socket).server.version
    tmux_views.set_hooks(ctx.tmux, socket, caller, version)
    if resurrected and resurrect.read(ctx.tmux, socket).free:
        resurrect.set_hook(ctx.tmux, socket, caller)


def sockets(ctx: Context) -> list[str]:
    """The servers that this environment's tmux talks to, and those that have views of ours."""
    folders = paths.tmux_folders(ctx.env)[1:]
    known = {row.get("socket") for row in _views(ctx.env).values()}
    return [socket for socket in everywhere(ctx.env) if socket in known or os.path.dirname(socket) not in folders]


def everywhere(env: Mapping[str, str]) -> list[str]:
    return servers.live(env, _views(env))


def _views(env: Mapping[str, str]) -> dict[str, ViewRow]:
    """Without touching the state folder: an installation may be about to make it."""
    try:
        return RegistryFile(paths.state_dir(env)).read()["views"]
    except ViewsyncError:
        return {}


def retire(doing: Doing, want: InstallManifest, old: Record) -> None:
    """Before its file goes: systemd disables no unit that is not there."""
    if old.sweeper not in ("none", want.sweeper):
        stop_service(doing, old)


def install(doing: Doing, want: InstallManifest, changed: AbstractSet[str]) -> None:
    """`changed`: the files that were written just now."""
    for socket in sockets(doing.ctx):
        doing.guard(_load, doing, socket, want)
    _start_service(doing, want, changed)
    _let_go(doing, want)


def _load(doing: Doing, socket: str, want: InstallManifest) -> None:
    caller = want.caller
    found = inventory.inventory(doing.ctx.tmux, socket)
    if not hooks.stand(found.hooks, caller):
        text = f"load the hooks into the tmux server on {socket}"
        doing.do(text, tmux_views.set_hooks, doing.ctx.tmux, socket, caller, found.server.version)
    saved = resurrect.read(doing.ctx.tmux, socket)
    if (want.resurrect or saved.loaded) and saved.free and saved.hook != hooks.saved_command(caller):
        text = f"have tmux-resurrect leave views out of what it saves, in the tmux server on {socket}"
        doing.do(text, resurrect.set_hook, doing.ctx.tmux, socket, caller)


def _start_service(doing: Doing, want: InstallManifest, changed: AbstractSet[str]) -> None:
    """A new version has to be started anew, as a service or without one."""
    upgraded = want.launcher in changed
    if want.units:
        anew = upgraded or not changed.isdisjoint(want.units)
        if anew or not services.runs(want.units[0], doing.ctx.env):
            _stop_sweeper(doing)  # one that somebody started by hand would keep the service out
            doing.service(f"start the {_called(want.sweeper)}", services.starting(want.units[0]))
    elif upgraded and _sweeper_runs(doing.ctx):
        doing.do("restart the sweeper", _restart, doing.ctx)


def _let_go(doing: Doing, want: InstallManifest) -> None:
    for venv in venvs.unused(want.venvs) if want.venvs else []:
        doing.do(f"remove {venv} (an earlier version)", venvs.remove, venv)


def stop(doing: Doing, record: Record) -> None:
    if record.sweeper != "none":
        stop_service(doing, record)
    _stop_sweeper(doing)


def unload(doing: Doing, record: Record) -> None:
    """When the launcher is gone: a hook that runs just now would set the hooks again."""
    for socket in everywhere(doing.ctx.env):
        doing.guard(_unload, doing, socket, record.launcher)


def _unload(doing: Doing, socket: str, launcher: str) -> None:
    """Hooks that call another launcher are another installation's; those with other folders are ours."""
    tmux, caller = doing.ctx.tmux, hooks.caller(launcher)
    if hooks.call([*inventory.inventory(tmux, socket).hooks, end_hooks.installed(tmux, socket)], caller):
        text = f"remove the hooks from the tmux server on {socket}"
        doing.do(text, tmux_views.remove_hooks, tmux, socket)
    saved = resurrect.read(tmux, socket).hook
    if hooks.is_saved_command(saved) and hooks.call([saved], caller):
        doing.do(f"remove the hook of tmux-resurrect from {socket}", resurrect.remove_hook, tmux, socket)


def stop_service(doing: Doing, record: Record) -> None:
    if units := services.units(list(record.files)):
        doing.service(f"stop the {_called(record.sweeper)}", services.stopping(units))


def _called(sweeper: str) -> str:
    return "timer of the sweeper" if sweeper == services.TIMER else f"{sweeper} service of the sweeper"


def _stop_sweeper(doing: Doing) -> None:
    if _sweeper_runs(doing.ctx):
        doing.do("stop the sweeper", control.stop, doing.ctx)


def _restart(ctx: Context) -> None:
    control.stop(ctx)
    control.start(ctx)


def _sweeper_runs(ctx: Context) -> bool:
    if not os.path.exists(os.path.join(paths.state_dir(ctx.env), control.LOCK)):
        return False
    return bool(control.status(ctx.folder)["running"])
