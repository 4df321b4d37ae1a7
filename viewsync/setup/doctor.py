"""All checks in their order, and the repair of what is safely repaired."""

from __future__ import annotations

from viewsync import config, ground, paths
from viewsync.errors import ViewsyncError
from viewsync.registry.safe_reading import read_registry
from viewsync.setup import activation, installing, manifest, server_checks, user_checks
from viewsync.setup.repair_commands import command_of
from viewsync.setup.rules.checks import FAIL, FIXES, INSTALL, OK, REGISTRY, SWEEP, Check
from viewsync.store import aside
from viewsync.sweeper import one_pass
from viewsync.tmux import inventory
from viewsync.tmux.rules.model import KEEP
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views.cleanup import guarded

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from viewsync.context import Context

    Subject = TypeVar("Subject")


class Mended(NamedTuple):
    changes: list[str]
    problems: list[str]


def examine(ctx: Context) -> list[Check]:
    """Nothing is changed: not even the state folder is made, as it is wherever it is used."""
    ctx.folder = paths.state_dir(ctx.env)
    aside.only_look = True
    found = [_settings(ctx)]
    ctx.tmux.calls_back = False
    found += [_guarded(name, "", check, ctx) for name, check in user_checks.ONCE]
    for socket in activation.sockets(ctx):
        with ctx.progress(f"checking the server on {socket}"):
            found += _server(ctx, socket)
    return [check._replace(command=command_of(ctx, check.fix)) if check.fix else check for check in found]


def fix(ctx: Context, found: list[Check], say: Callable[[str], None]) -> Mended:
    """Do all that helps and needs no decision: what `install`, `registry init` and `sweep` do."""
    aside.only_look = False
    ctx.tmux.calls_back = True
    wanted = {check.fix for check in found if check.status != OK}
    done = Mended([], [])

    def tell(text: str) -> None:
        done.changes.append(text)
        say(text)

    def make_registry() -> None:
        tell("set the corrupt registry aside, and make a new one")
        ctx.registry.init()

    def install() -> None:
        report = installing.install(ctx, manifest.InstallOptions(), say)
        done.changes.extend(report.changes)
        done.problems.extend(report.warnings)

    def sweep() -> None:
        tell("clean up on all tmux servers")
        swept = one_pass.everything(ctx, "person")
        for verdict in swept.verdicts:
            if verdict.action != KEEP and verdict not in swept.failed:
                tell(f"{verdict.action} {verdict.session}: {verdict.reason}")
        done.problems.extend(swept.errors)

    steps = {REGISTRY: (make_registry, sweep), INSTALL: (install,), SWEEP: (sweep,)}
    for step in dict.fromkeys(step for name in FIXES if name in wanted for step in steps[name]):
        done.problems.extend(guarded(step))
    return done


def _settings(ctx: Context) -> Check:
    """With settings that cannot be read, the rest is checked with the defaults."""
    path = paths.config_file(ctx.env)
    try:
        found = ctx.config
    except ViewsyncError as error:
        ctx.config = config.defaults()
        return Check("settings", FAIL, error.message, error.hint)
    changed = [key for key, setting in config.SETTINGS.items() if found[key] != setting.default]
    return Check("settings", OK, ", ".join(changed) + " set" if changed else f"the defaults; {path} can change them")


def _server(ctx: Context, socket: str) -> list[Check]:
    try:
        reading = server_checks.ServerReading(
            ctx, inventory.inventory(ctx.tmux, socket), read_registry(ctx)[0]["views"]
        )
    except ViewsyncError as error:
        return [Check("server", FAIL, error.message, error.hint, server=socket)]
    return [_guarded(name, socket, check, reading) for name, check in server_checks.IN_EACH]


def _guarded(name: str, socket: str, check: Callable[[Subject], Check], subject: Subject) -> Check:
    """A check that cannot be made is a link that does not hold."""
    try:
        return check(subject)._replace(server=socket)
    except ViewsyncError as error:
        return Check(name, FAIL, error.message, error.hint, server=socket)
    except (OSError, MemoryError) as error:
        if not (problem := ground.told(error)):
            raise
        return Check(name, FAIL, problem.message, problem.hint, server=socket)
