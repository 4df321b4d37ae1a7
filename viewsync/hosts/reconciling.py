"""What is amiss with the views and buffers on another host's tmux server, as far as its tmux tells. Nothing ends by it.

There is no registry of its sessions to compare it with.
"""

from __future__ import annotations

from viewsync.errors import TmuxError
from viewsync.hosts import asking, reaching, views
from viewsync.sessions import leftovers
from viewsync.sessions.rules.drift import Finding
from viewsync.tmux import inventory
from viewsync.tmux import views as tmux_views
from viewsync.tmux.rules import hooks
from viewsync.tmux.rules.model import KEEP
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.context import Context
    from viewsync.sessions.rules.drift import Key
    from viewsync.tmux.rules.model import Inventory

Findings = dict[str, list[Finding]]  # by host

_HOOKS = "hooks"


def findings(ctx: Context, host: str, label: str, path: str) -> Findings:
    """Of one host or of all. One of several that does not answer is a finding; TmuxError where one alone does not."""

    def read(ctx: Context, host: str) -> list[Finding]:
        far = reaching.context(ctx, host, timed=True)
        try:
            found = inventory.inventory(far.tmux, reaching.socket(host, label, path))
        except ServerGone:
            return []
        socket = found.server.socket
        if not found.complete:
            return [Finding("no-answer", socket, found.doubt or "its answer was not understood", socket=socket)]
        return [*_hooks(far, found), *leftovers.buffers_of(far, socket), *_unused(far, host, found)]

    if host != asking.ALL:
        return asking.each(ctx, host, read)[0]
    return {
        name: [Finding("no-answer", name, answer.said)] if isinstance(answer, asking.Silence) else answer
        for name, answer in asking.every(ctx, read).items()
    }


def _hooks(far: Context, found: Inventory) -> list[Finding]:
    """A configuration that was read again may have taken them away."""
    wanted = far.config["hooks"] and any(session.marked for session in found.sessions)
    if not wanted or len(found.hooks) >= len(hooks.EVENTS):
        return []
    text = "it has views, and lacks the hooks that end them"
    return [Finding(_HOOKS, found.server.socket, text, "set them", socket=found.server.socket)]


def _unused(far: Context, host: str, found: Inventory) -> list[Finding]:
    """Those that a clean-up would see to. For a person to do, or for nobody: its server ends them with the next tab."""
    does = f"`viewsync cleanup --views --host {host}` sees to it"
    return [
        Finding("unused-view", verdict.session, f"{verdict.reason}; {does}", note=True, socket=found.server.socket)
        for verdict in views.verdicts_of(far, found)
        if verdict.action != KEEP
    ]


def repair(ctx: Context, found: Mapping[str, Sequence[Finding]]) -> dict[Key, str]:
    """What was not repaired of what can be, and why."""
    failed: dict[Key, str] = {}
    for host, mine in found.items():
        far = reaching.context(ctx, host, timed=True)
        wanted = [finding for finding in mine if finding.repair]
        for finding in wanted:
            if finding.kind == _HOOKS:
                failed |= _set_hooks(far, finding)
        failed |= leftovers.remove(far, [finding for finding in wanted if finding.kind != _HOOKS])
    return failed


def _set_hooks(far: Context, finding: Finding) -> dict[Key, str]:
    try:
        found = inventory.inventory(far.tmux, finding.socket)
        if _hooks(far, found):  # a viewsync there may have set its own since
            tmux_views.set_hooks(far.tmux, finding.socket, far.caller, found.server.version)
    except TmuxError as error:
        return {finding.key: error.message}
    return {}
