"""Project sessions for Python programs, under the names that the reference has for them.

    from viewsync import SessionLifecycleManager, TmuxManager

    made = SessionLifecycleManager().create_session_with_environment("app", "main", "dev", Path("/src/app"), {"A": "1"})
    TmuxManager().kill_session(made.name)

Names match whole. What cannot be done, and what cannot be known, raises an error of `viewsync.errors`: an answer is
never made up, and an empty list means that there is nothing.
"""

from __future__ import annotations

import os

from viewsync.context import Context
from viewsync.errors import MissingSession, UsageError
from viewsync.project_files import loading
from viewsync.projects import attaching, managing, running
from viewsync.sessions import creating
from viewsync.tmux import sockets
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import libtmux

    from viewsync.projects.managing import Managed
    from viewsync.projects.running import RunResult
    from viewsync.tmux.rules.model import Server

    Path = str | os.PathLike[str]


class Source:
    """Where a SessionInfo was read: what its object of libtmux is made from."""

    def __init__(self, ctx: Context, server: Server) -> None:
        self.ctx = ctx
        self.server = server

    def __repr__(self) -> str:
        return f"Source({self.server.socket!r})"


class SessionInfo(NamedTuple):
    """One session, as it was when it was read."""

    name: str
    id: str  # "$7"
    socket: str
    created: int  # epoch seconds
    windows: int
    attached: int  # clients on it, and on the views of it
    views: tuple[str, ...]
    working_dir: str
    project: str  # "" of a session that is no project's, as the next two
    worktree: str
    task: str
    action: str  # "created", "completed" or "reused" by the call that returned it; "" when it was only read
    warnings: tuple[str, ...]  # of that call
    source: Source

    @property
    def libtmux(self) -> libtmux.Session:
        """The session as an object of libtmux, which is imported now. MissingSession when it is gone, TmuxError when
        its server is.
        """
        return managing.as_object(self.source.ctx.tmux, self.source.server, self.id)


class _Manager:
    def __init__(self, socket: str = "", *, label: str = "", env: Mapping[str, str] | None = None) -> None:
        """`socket` or `label`: the tmux server, as -S and -L; else the command line's. `env`: instead of os.environ."""
        self._ctx = Context(env)
        self.socket = sockets.socket_of(self._ctx.env, label, socket)
        self._named = bool(label or socket)

    def _info(self, found: Managed, ran: RunResult | None = None) -> SessionInfo:
        live, identity = found.live, found.live.identity
        told = (
            [
                f"{difference.what} differs from what was asked for"
                for difference in ran.differences
                if not difference.quiet
            ]
            if ran
            else []
        )
        return SessionInfo(
            name=live.name,
            id=live.id,
            socket=found.server.socket,
            created=live.created,
            windows=len(live.windows),
            attached=found.clients,
            views=found.views,
            working_dir=found.folder,
            project=identity.project if identity else "",
            worktree=identity.worktree if identity else "",
            task=identity.task if identity else "",
            action=ran.action if ran else "",
            warnings=(*ran.warnings, *told) if ran else (),
            source=Source(self._ctx, found.server),
        )


class TmuxManager(_Manager):
    """The sessions of one tmux server."""

    def create_session(
        self,
        session_name: str,
        working_dir: Path,
        auto_attach: bool = False,
        *,
        environment: Mapping[str, str] | None = None,
    ) -> SessionInfo:
        """A session with a shell in it, and registered. SessionExists when the name is taken; UsageError for a name
        that tmux would change, or a folder that is not there. `auto_attach` returns only where it switches a client.
        """
        folder, variables = _folder(working_dir), _variables(environment)
        if auto_attach:
            attaching.check(self._ctx.env, self.socket, session_name)
        made = creating.create(
            self._ctx, creating.CreateRequest(name=session_name, socket=self.socket, cwd=folder, environment=variables)
        )
        found = self.get_session_info(session_name)
        if found.id != made.made.session_id:
            raise MissingSession(f"session {session_name!r} was made, and ended at once")
        if auto_attach:
            self.attach_session(session_name)
            found = self.get_session_info(session_name)
        return found._replace(action=running.CREATED, warnings=tuple(made.warnings))

    def list_sessions(self) -> list[SessionInfo]:
        """All but views, which count with the session that they show. None where no server runs; else TmuxError."""
        return [self._info(session) for session in managing.read(self._ctx.tmux, self.socket)]

    def session_exists(self, session_name: str) -> bool:
        """Of exactly that name; TmuxError where nobody knows."""
        return any(
            session.live.name == session_name for session in managing.read(self._ctx.tmux, self.socket, views=True)
        )

    def get_session_info(self, session_name: str) -> SessionInfo:
        """MissingSession when there is none of exactly that name."""
        return self._info(managing.named(self._ctx, self.socket, session_name))

    def attach_session(self, session_name: str) -> None:
        """In a pane of that server its client switches; elsewhere this process becomes the client of a view of it, as
        by exec: it does not return. MissingSession, UsageError without a terminal, TmuxError.
        """
        found = managing.named(self._ctx, self.socket, session_name)
        attaching.go(self._ctx, found.server, found.live.id, found.live.name)

    def kill_session(self, session_name: str) -> None:
        """End exactly that one, a project's with its views and after its cleanup steps; it is gone, or this raises.

        The views of one that is no project's live on, and so do the programs in it.
        """
        managing.kill(self._ctx, self.socket, session_name)


class SessionLifecycleManager(_Manager):
    """Sessions by what they are for. Asked for again, the one that is there is returned."""

    def create_session_with_environment(
        self,
        project: str,
        worktree: str,
        task: str,
        working_dir: Path,
        environment: Mapping[str, str] | None = None,
    ) -> SessionInfo:
        """`environment` is that of every pane, also of later ones."""
        _variables(environment)
        parts = (project, worktree, task)
        return self._ran(managing.make(self._ctx, self.socket, parts, _folder(working_dir), environment or {}))

    def run(
        self, command: str, arguments: Mapping[str, Any] | None = None, *, environment: Mapping[str, str] | None = None
    ) -> SessionInfo:
        """The session of a command file: its name in the current folder's project, or its path. Nobody attaches.
        It runs on the server that its file names, unless this manager was told one.
        """
        given = [_pair(name, str(value)) for name, value in (arguments or {}).items()]
        draft = loading.load(self._ctx, loading.Request(command, given, _variables(environment)))
        plan = loading.plan(draft)
        socket = plan.socket if plan.socket and not self._named else self.socket
        return self._ran(running.run(self._ctx, plan, socket, lambda name: loading.plan(draft, name)))

    def _ran(self, ran: RunResult) -> SessionInfo:
        for session in managing.read(self._ctx.tmux, ran.socket):
            if session.live.id == ran.session and session.server == ran.server:
                return self._info(session, ran)
        raise MissingSession(f"session {ran.name!r} ended at once: its programs did")


def _folder(working_dir: Path) -> str:
    if not os.path.isdir(working_dir):
        raise UsageError(f"{os.fspath(working_dir)!r} is not a folder", "create it, or name another working_dir")
    return os.path.realpath(working_dir)


def _variables(environment: Mapping[str, str] | None) -> list[str]:
    return [_pair(name, value) for name, value in (environment or {}).items()]


def _pair(name: str, value: str) -> str:
    if "=" in name or "\0" in value:
        raise UsageError(f"not a name and a value: {name!r}", "a name has no '=', a value no NUL byte")
    return f"{name}={value}"
