"""Several hosts are asked for who waits at a key: what does not answer in a moment is left out, and said."""

from __future__ import annotations

import copy
import time

from viewsync.errors import TmuxError
from viewsync.hosts import listing
from viewsync.tmux import side_by_side
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from viewsync.context import Context
    from viewsync.hosts.listing import FarSession

    Answer = TypeVar("Answer")

_LEAST = 0.2  # seconds, once there is a connection


def hurried(ctx: Context, seconds: float) -> Context:
    """The same, where nobody waits longer than that for an answer."""
    other, tmux = copy.copy(ctx), copy.copy(ctx.tmux)
    other.tmux, tmux.timeout = tmux, seconds
    return other


def sessions(ctx: Context, hosts: Sequence[str], seconds: float) -> tuple[dict[str, list[FarSession]], list[str]]:
    """By host. Of one that has not told nothing is known, and nothing is written down: it may only be slow."""
    answers = ask(ctx, hosts, seconds, listing.sessions)
    found = {host: answer for host, answer in answers.items() if not isinstance(answer, TmuxError)}
    return found, [answer.message for answer in answers.values() if isinstance(answer, TmuxError)]


def ask(
    ctx: Context, hosts: Sequence[str], seconds: float, question: Callable[[Context, str], Answer]
) -> dict[str, Answer | TmuxError]:
    """What each answered within that time, side by side."""
    for host in hosts:
        ctx.ssh.prepare(host)

    def in_time(_: object, host: str) -> Answer | TmuxError:
        try:
            begin = time.monotonic()
            ctx.ssh.connect(host, at_most=seconds)
            left = seconds - (time.monotonic() - begin)
            return question(hurried(ctx, max(_LEAST, left)), host)
        except TmuxError as error:
            return error

    return side_by_side.ask(ctx.tmux, hosts, in_time)
