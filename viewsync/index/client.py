"""The one door to the index: the client library, and a bound around all that it does, looking up a name included."""

from __future__ import annotations

import os
import stat
import threading

from viewsync.errors import ViewsyncError
from viewsync.index.rules import address
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from redis import Redis

    from viewsync.context import Context

    Answer = TypeVar("Answer")

_LONGEST_PASSWORD = 4096
_ROOM = "give it more memory, or let it forget what is old"
_SLOW = "where it is far away, raise index_timeout; what is of this host works without it"
_THERE = "see that it runs and that the setting index names it; what is of this host works without it"
_STRANGE = ("is not a Redis: it answers in another way", "")
_ELSEWHERE = ("is a part of a cluster, and has not our keys", "name the node that has viewsync:{index}")
_AUTHORITY = "rediss://…?ssl_ca_certs=PATH names who vouches for it, and the host has to be the one that it names"
_REFUSED = ("refuses our user name or password, or what we may do", "see the settings index and index_password_file")
_NOT_IN_A_SCRIPT = ("The user executing the script can't", "ACL failure in script")  # to 7.0, and since
_INSTALL = "pip install 'viewsync[redis]'"


class IndexUnavailable(ViewsyncError):
    """The index cannot be used now. What is of this host works without it."""

    kind = "index"


class Index:
    def __init__(self, ctx: Context, waits: float = 0.0) -> None:
        """IndexUnavailable where no call needs to be tried. `waits`: seconds that each question itself waits there."""
        self._ctx = ctx
        self.url = ctx.index
        self.shown = address.masked(ctx.index)
        self.timeout = float(ctx.config["index_timeout"])
        self._bound = self.timeout + waits
        if problem := address.problem(self.url):
            raise IndexUnavailable(f"the setting index {problem}", "see `viewsync help settings`")
        self._password = _password(str(ctx.config["index_password_file"]))
        self._client: Redis | None = None
        library()

    def ask_for(self, work: Callable[[Redis], Any], read: Callable[[Any], Answer]) -> Answer:
        """As `ask`. `read` takes what was asked for out of the answer, and fails on one of another kind."""
        answer = self.ask(work)
        try:
            return read(answer)
        except (AttributeError, LookupError, OverflowError, TypeError, ValueError):
            raise _unavailable(self._ctx, *_STRANGE) from None

    def ask(self, work: Callable[[Redis], Answer]) -> Answer:
        """What the index says, within the bound. IndexUnavailable says why it says nothing: it may have done it."""
        answers: list[Answer] = []
        problems: list[BaseException] = []

        def run() -> None:
            try:
                answers.append(work(self._connected()))
            except BaseException as error:
                problems.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(self._bound)
        if answers:
            return answers[0]
        if not problems:
            self._abandon()
            raise late(self._ctx)
        raise self.told(problems[0]) from None

    def _connected(self) -> Redis:
        if self._client is None:
            self._client = self._made()
        return self._client

    def _made(self) -> Redis:
        redis = library()
        from redis.backoff import NoBackoff
        from redis.connection import ConnectionPool
        from redis.retry import Retry

        more: dict[str, Any] = {"password": self._password} if self._password else {}
        if self.url.startswith("rediss:"):
            more["ssl_check_hostname"] = True  # as the client library does by itself since 6.0
        pool = ConnectionPool.from_url(self.url, **more)
        # No option of the address makes anybody wait longer, or has what is read be another kind of thing.
        bounds = {"socket_timeout": self._bound, "socket_connect_timeout": self.timeout, "retry": Retry(NoBackoff(), 0)}
        pool.connection_kwargs.update(bounds, decode_responses=False, retry_on_timeout=False, retry_on_error=[])
        made: Redis = redis.Redis.from_pool(pool)
        return made

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _abandon(self) -> None:
        """Nobody knows what comes on that connection yet, nor whether it ever ends. Who reads there hears its end."""
        client, self._client = self._client, None
        if client is not None:
            client.connection_pool.disconnect()

    def told(self, error: BaseException) -> ViewsyncError:
        """In our own words: those of the library, or of whatever answers there, may hold anything."""
        if isinstance(error, ViewsyncError):
            return error
        why, hint = _why(error, self.timeout)
        return _unavailable(self._ctx, why, hint)


def late(ctx: Context) -> IndexUnavailable:
    return _unavailable(ctx, f"did not answer within {ctx.config['index_timeout']:g} s", _SLOW)


def _unavailable(ctx: Context, why: str, hint: str = "") -> IndexUnavailable:
    shown = address.masked(ctx.index)
    return IndexUnavailable(f"the index {shown} {why}", hint or "what is of this host works without it")


def library() -> Any:
    try:
        import redis
        import redis.exceptions
    except ImportError:
        raise IndexUnavailable("the setting index needs the Redis client library", _INSTALL) from None
    return redis


def _why(error: BaseException, timeout: float) -> tuple[str, str]:
    import ssl

    from redis import exceptions as of

    kinds: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str, str], ...] = (
        (
            (of.AuthenticationError, of.NoPermissionError),
            *_REFUSED,
        ),
        ((of.TimeoutError, TimeoutError), f"did not answer within {timeout:g} s", _SLOW),
        (of.BusyLoadingError, "is still loading its data", ""),
        (of.OutOfMemoryError, "is full (maxmemory)", _ROOM),
        (of.ReadOnlyError, "is a read-only replica", "name the one that takes writes"),
        ((of.MovedError, of.AskError, of.ClusterDownError), *_ELSEWHERE),
        (of.InvalidResponse, *_STRANGE),
    )
    for kind, why, hint in kinds:
        if isinstance(error, kind):
            return why, hint
    if isinstance(error, of.ResponseError):
        return _refusal(str(error))
    cause = next((one for one in (error, error.__cause__, error.__context__) if isinstance(one, OSError)), None)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "shows a certificate that is not trusted", _AUTHORITY
    if isinstance(error, (ValueError, TypeError)):
        return "cannot be used: its address is wrong, or it is not a Redis", "see `viewsync help settings`"
    reason = (cause.strerror or type(cause).__name__) if cause else ""
    if isinstance(error, (of.ConnectionError, OSError)):
        return f"cannot be reached{f' ({reason})' if reason else ''}", _THERE
    return f"cannot be used ({type(error).__name__})", ""


def _refusal(text: str) -> tuple[str, str]:
    word = text.partition(" ")[0].rstrip(":")
    if "OOM" in text[:200] or "'maxmemory'" in text[:200]:
        return "is full (maxmemory)", _ROOM
    if "READONLY" in text[:200]:
        return "is a read-only replica", "name the one that takes writes"
    if "WRONGTYPE" in text[:200]:
        return "holds something else where our rows are", "delete the keys viewsync:{index}:* there"
    if word in ("NOAUTH", "WRONGPASS", "NOPERM") or any(said in text[:200] for said in _NOT_IN_A_SCRIPT):
        return _REFUSED
    if word in ("MOVED", "ASK", "CLUSTERDOWN"):  # as older client libraries say it
        return _ELSEWHERE
    return f"refused a command{f' ({word})' if word.isascii() and word.isalpha() and word.isupper() else ''}", ""


def _password(path: str) -> str:
    """The first line of that file, which nobody else may read. "" without one."""
    if not path:
        return ""
    try:
        handle = os.open(os.path.expanduser(path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise IndexUnavailable(f"cannot read index_password_file {path}: {error.strerror}") from None
    with open(handle, encoding="utf-8", errors="surrogateescape") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise IndexUnavailable(f"index_password_file {path} is not a file")
        if found.st_uid not in (0, os.geteuid()) or found.st_mode & 0o077:
            raise IndexUnavailable(f"others can read index_password_file {path}", f"chmod 600 {path}")
        return file.read(_LONGEST_PASSWORD).partition("\n")[0]
