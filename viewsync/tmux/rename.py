"""Give a session another name, and tell its views whose they are now."""

from __future__ import annotations

from viewsync.errors import TmuxError
from viewsync.tmux import messages
from viewsync.tmux.rules import language
from viewsync.tmux.rules.language import both, either, equal, if_session, quoted, same_server
from viewsync.tmux.rules.model import LEASE, MARKED, OWN_MARK
from viewsync.tmux.sessions import Duplicate
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.rules.model import Misnamed, Server
    from viewsync.tmux.server import Tmux


def rename(tmux: Tmux, server: Server, session: str, old: str, new: str, views: Sequence[str]) -> bool:
    """In one step, if that session of that server is still called `old`; False when it is not, or is gone.

    `views`: the ids of its views, whose marks get the new name. Duplicate when another session has it.
    """
    same = same_server(server)
    then = [f"rename-session -t '{session}:' -- {quoted(language.unexpanded(new))}"]
    then += [
        if_session(
            view, both(same, OWN_MARK), language.assigned(f"set-option -t '{view}:'", "@viewsync_parent", new), ""
        )
        for view in views
    ]
    then += ["display-message -p renamed"]
    guarded = if_session(session, both(same, equal("session_name", old)), " ; ".join(then), "")
    done = tmux.run(server.socket, "if-shell", "-F", "1", guarded)
    if messages.duplicate(done.err):
        raise Duplicate(done.err.strip())
    if done.code:
        raise TmuxError(f"tmux on {server.socket}: {done.err.strip() or f'exit code {done.code}'}")
    return "renamed" in done.out.split("\n")


def rename_views(tmux: Tmux, server: Server, views: Sequence[Misnamed], now: float) -> dict[str, str]:
    """Each that is still ours and called so; by its id, the name of each that has its new one. Who has reserved a view
    and is not on it yet was told its name: that one keeps it until then.
    """
    nobodys = either("#{!=:#{session_attached_list},}", f"#{{<:#{{{LEASE}}},{int(now)}}}")
    lines = [
        if_session(
            view.id,
            both(same_server(server), MARKED, equal("session_name", view.name), nobodys),
            f"rename-session -t '{view.id}:' -- {quoted(view.new)} ; display-message -p 'renamed {view.id}'",
            "",
        )
        for view in views
    ]
    done = tmux.run(server.socket, "source-file", "-", stdin="".join(f"{line}\n" for line in lines))
    said = done.out.split("\n")
    return {view.id: view.new for view in views if f"renamed {view.id}" in said}
