"""Which host and which of its sessions is meant, and the context that reaches it."""

from __future__ import annotations

import copy

from viewsync.errors import TmuxMissing, UsageError
from viewsync.hosts.rules import names
from viewsync.hosts.rules.names import Named
from viewsync.registry.targets import TargetArgs
from viewsync.system import ssh
from viewsync.tmux import far_server, pane_list, sockets
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING

_SOON = 3.0  # seconds for a host that may be none
_ITS_OWN = "viewsync"  # what hooks call there, where it is installed; our own launcher is not there

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.tmux.far_server import FarTmux


def target(ctx: Context, host: str, asked: TargetArgs, *, timed: bool = False) -> tuple[Context, TargetArgs]:
    """The pane that --host, or HOST:SESSION, means. A session that is registered or runs here under just that name
    stays what it means. `timed`: the context has the host's time.
    """
    session = asked.session
    if not host:
        if session in ctx.registry.read()["sessions"]:
            return ctx, asked
        host, session = named(ctx, session, asked.label, asked.socket)
        if not host:
            return ctx, asked._replace(session=session)
    if session and asked.target:
        raise UsageError("-s and -t each name a session of that host", "give one of them")
    if not (session or asked.target):
        raise UsageError(f"which session of {host}?", f"name it as {host}:SESSION, or with -t")
    exact = f"={session}:" if session[:1] in ("$", "@", "%", "=") else f"{session}:"  # a name, and no id
    return context(ctx, host, timed=timed), TargetArgs(
        target=asked.target or exact, far=socket(host, asked.label, asked.socket)
    )


def named(ctx: Context, text: str, label: str, path: str) -> Named:
    """The host and the session in it. tmux 3.7a and newer keep the colon in a session's name, and one that runs here,
    on the server that -L or -S name, under just that name is meant. TmuxError where that server does not say.

    Who gives a window or a pane of a session here for a session hears so, and is not kept waiting for a host.
    """
    found = names.parse(text)
    if not found.host:
        return found
    try:
        panes = pane_list.read(ctx.tmux, sockets.socket_of(ctx.env, label, path)).panes
    except (ServerGone, TmuxMissing, sockets.Foreign):  # that path may mean something on the other host alone
        panes = ()
    if any(pane.session_name == text for pane in panes):
        return Named("", text)
    inside = [pane for pane in panes if pane.session_name == found.host]
    windows = {name for pane in inside for name in (pane.window_name, str(pane.window_index))}
    if (inside or found.host in ctx.registry.read()["sessions"]) and names.is_place(found.session, windows):
        raise UsageError(
            f"{text!r} is a window or a pane of session {found.host!r} here, and no session",
            f"-t {text} means it; --host {found.host} with -s {found.session} means a session of another host",
        )
    if "." in found.session and names.is_place(found.session, ()):
        _connect_soon(ctx, found.host, text)
    return found


def _connect_soon(ctx: Context, host: str, text: str) -> None:
    """No session is called so: it is likely no host either."""
    try:
        ctx.ssh.connect(host, at_most=_SOON)
    except ssh.Unreachable as error:
        hint = f"{error.hint}; a window or a pane of this host is written -t {text}"
        raise type(error)(error.message, hint) from None


def context(ctx: Context, host: str, *, timed: bool = False) -> Context:
    """The same as ours, where tmux is that host's, and, `timed`, the time that of its clock from its first answer on.
    UsageError for what can be no host.
    """
    other, tmux, ours = copy.copy(ctx), far_tmux(ctx, host), ctx.clock
    other.tmux, other.caller = tmux, _ITS_OWN
    if timed:
        tmux.asks_clock = True
        other.clock = lambda: ours() + (tmux.ahead or 0.0)
    return other


def tmux_of(far: Context) -> FarTmux:
    """That of a context which reaches another host."""
    tmux = far.tmux
    assert isinstance(tmux, far_server.FarTmux)
    return tmux


def far_tmux(ctx: Context, host: str) -> FarTmux:
    return far_server.FarTmux(ctx.tmux, ctx.ssh, ssh.checked(host))


def socket(host: str, label: str, path: str) -> str:
    """A tmux server of that host: the one that -L or -S names, without either its default one."""
    if label and path:
        raise UsageError("-L and -S name two servers", "give one of them")
    if "/" in label or label in (".", ".."):
        raise UsageError(f"-L takes a name, not a path: {label!r}", "-S takes a path")
    if path and not path.startswith("/"):
        raise UsageError(f"-S takes a whole path on {host}: {path!r}", "it begins with /")
    return far_server.socket(host, label, path)
