"""Which host and which of its sessions is meant, and the context that reaches it."""

from __future__ import annotations

from viewsync.errors import UsageError
from viewsync.hosts.rules import names
from viewsync.registry.targets import TargetArgs
from viewsync.system import ssh
from viewsync.tmux import far_server
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context


def target(ctx: Context, host: str, asked: TargetArgs) -> tuple[Context, TargetArgs]:
    """The pane that --host, or HOST:SESSION, means. A session that is registered here under just that name stays
    what it means.
    """
    session = asked.session
    if not host:
        if session in ctx.registry.read()["sessions"]:
            return ctx, asked
        host, session = names.parse(session)
        if not host:
            return ctx, asked._replace(session=session)
    if session and asked.target:
        raise UsageError("-s and -t each name a session of that host", "give one of them")
    if not (session or asked.target):
        raise UsageError(f"which session of {host}?", f"name it as {host}:SESSION, or with -t")
    far = context(ctx, host)
    return far, TargetArgs(target=asked.target or f"{session}:", far=socket(host, asked.label, asked.socket))


def context(ctx: Context, host: str) -> Context:
    """The same as ours, where tmux is that host's. UsageError for what can be no host."""
    return ctx.on_host(ssh.checked(host))


def socket(host: str, label: str, path: str) -> str:
    """A tmux server of that host: the one that -L or -S names, without either its default one."""
    if label and path:
        raise UsageError("-L and -S name two servers", "give one of them")
    if "/" in label or label in (".", ".."):
        raise UsageError(f"-L takes a name, not a path: {label!r}", "-S takes a path")
    if path and not path.startswith("/"):
        raise UsageError(f"-S takes a whole path on {host}: {path!r}", "it begins with /")
    return far_server.socket(host, label, path)
