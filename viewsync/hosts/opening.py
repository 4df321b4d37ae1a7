"""Open a view of another host's session: read through ssh, decided by its server, and this process becomes `ssh -t`.

No row is written here: the view carries our mark, and its own server ends it once its client is gone, whatever became
of the connection and of us. What a WezTerm had open is in the history, for `restore`.
"""

from __future__ import annotations

import os

from viewsync.errors import TmuxError, UsageError
from viewsync.events import OPEN, Event
from viewsync.hosts import reaching
from viewsync.system import end_of_file, signals, terminal
from viewsync.tmux import views as tmux_views
from viewsync.tmux.rules import hooks
from viewsync.tmux.rules.versions import ends_views
from viewsync.typed import TYPE_CHECKING, Any
from viewsync.views import far_tabs, opening

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.tmux.far_server import FarTmux
    from viewsync.views.opening import OpenPlan, OpenRequest


def become_client(ctx: Context, host: str, request: OpenRequest) -> None:
    """`request.socket`: as reaching.socket has it. Returns only by raising."""
    if not terminal.name():
        raise UsageError(
            "open needs a terminal to become a tmux client", f"see `viewsync list --host {host}` for a list"
        )
    far, plan = _planned(ctx, host, request)
    tmux = reaching.tmux_of(far)
    version = plan.found.server.version
    now, seconds = far.clock(), max(1, int(ctx.config["grace"]))
    lease = f"{int(now) + seconds}.{seconds}"
    words = _words(tmux, plan, tmux_views.to_attach(plan.free, plan.view, version, now, lease))
    place = f"{plan.view.parent} on {host}"
    # What somebody opened in this terminal before, on this host, is not here any more.
    told = terminal.announce(
        {"viewsync_parent": "", "viewsync_socket": "", "viewsync_far": place}, request.title or place
    )
    argv = tmux.to_become(request.socket, words)
    _note(ctx, plan, request)
    terminal.let_read(told)
    signals.before_exec()
    end_of_file.disable()
    try:
        os.execvpe(argv[0], argv, tmux.env)
    except OSError as error:
        raise TmuxError(f"cannot run {argv[0]}: {error.strerror}", "install OpenSSH's client") from None


def _note(ctx: Context, plan: OpenPlan, request: OpenRequest) -> None:
    """For `restore`, where a WezTerm has the tab. Nothing else needs to know."""
    opener = opening.opener(ctx.env)
    if not opener.gui:
        return
    view, server = plan.view, plan.found.server
    event = Event(
        at=ctx.clock(),
        event=OPEN,
        trigger="open",
        socket=request.socket,
        server=server.identity,
        session=view.name,
        parent=view.parent,
        window=view.window or view.origin.window,
        gui=opener.gui,
        tty=opener.tty,
        reason="a tab on another host",
        detail=request.tab_title,
        what="view",
        gui_start=opener.gui_start,
    )
    far_tabs.opened(ctx, event, opener)


def reserve(ctx: Context, host: str, request: OpenRequest) -> dict[str, Any]:
    """Have a new view without being its client. Its server ends it once nobody has come within `request.lease`
    seconds: no sweep of ours comes by there.
    """
    seconds = int(request.lease)
    if seconds < 1:
        raise UsageError(f"--lease takes at least one second on {host}", "nobody can attach to it in less")
    far, plan = _planned(ctx, host, request._replace(new=True))
    tmux, version, now = reaching.tmux_of(far), plan.found.server.version, far.clock()
    lease = f"{int(now) + seconds}.{seconds}"
    name = tmux_views.reserve(tmux, request.socket, [], plan.view, "", version, lease, now)
    return {
        "view": name,
        "parent": plan.view.parent,
        "socket": request.socket,
        "action": "created",
        "lease_seconds": float(seconds),
        "attach": tmux.to_become(request.socket, tmux_views.to_take(name)),
    }


def _planned(ctx: Context, host: str, request: OpenRequest) -> tuple[Context, OpenPlan]:
    """The context that reaches that host, whose hooks stand by now, and what is to be done there."""
    if request.cwd and not os.path.isabs(request.cwd):
        raise UsageError(f"--cwd takes a whole path on {host}: {request.cwd!r}", "it begins with /")
    far = reaching.context(ctx, host, timed=True)
    plan = opening.planned(far, request)
    version = plan.found.server.version
    if ctx.config["hooks"] and len(plan.found.hooks) < len(hooks.EVENTS):  # those of that host's own viewsync stay
        tmux_views.set_hooks(far.tmux, request.socket, far.caller, version)
    return far, plan._replace(view=plan.view._replace(ends_alone=ends_views(version)))


def _words(tmux: FarTmux, plan: OpenPlan, words: list[str]) -> list[str]:
    """Everybody sees the words of a process, there and here: what a session's variables and options say comes in a file
    that only the user can read, and that its client removes.
    """
    if not opening.is_private(plan.view.origin, words):
        return words
    path = f"/tmp/viewsync-open-{os.urandom(12).hex()}"  # noqa: S108  made there, and only where nothing has that name
    text, command = tmux_views.from_file(path, words[-1])
    tmux.write(path, text)
    return [*words[:-1], command]
