"""Give a session another name, and tell its views whose they are now."""

from __future__ import annotations

from viewsync.errors import TmuxError
from viewsync.tmux import messages
from viewsync.tmux.rules import language
from viewsync.tmux.rules.language import both, equal, if_session, quoted, same_server
from viewsync.tmux.rules.model import OWN_MARK
from viewsync.tmux.sessions import Duplicate
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.rules.model import Server
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
