"""All checks in their order, and the repair of what is safely repaired."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from viewsync import config, paths
from viewsync.errors import ViewsyncError
from viewsync.registry.safe_reading import read_registry
from viewsync.setup import activation, installing, manifest, server_checks, user_checks
from viewsync.setup.user_checks import FAIL, OK, Check
from viewsync.store import aside
from viewsync.tmux import inventory

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewsync.context import Context

Subject = TypeVar("Subject")


def examine(ctx: Context) -> list[Check]:
    """Nothing is changed: not even the state folder is made, as it is wherever it is used."""
    ctx.folder = paths.state_dir(ctx.env)
    aside.only_look = True
    found = [_settings(ctx)]
    found += [_guarded(name, "", check, ctx) for name, check in user_checks.ONCE]
    for socket in activation.sockets(ctx):
        found += _server(ctx, socket)
    return found


def fix(ctx: Context, found: list[Check], say: Callable[[str], None]) -> list[str]:
    """Do what `install` does, where a check says that it helps; returns what was changed."""
    aside.only_look = False
    if any(check.fixable and check.status != OK for check in found):
        return installing.install(ctx, manifest.InstallOptions(), say).changes
    return []


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
