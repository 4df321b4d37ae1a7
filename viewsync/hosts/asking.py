"""One host or all of those in the setting, asked side by side, each within its own bound."""

from __future__ import annotations

from viewsync.errors import TmuxError, UsageError
from viewsync.hosts import unreached
from viewsync.registry.rows import stamp
from viewsync.system import ssh
from viewsync.tmux import side_by_side
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from viewsync.context import Context

    Answer = TypeVar("Answer")

ALL = "all"  # as --host


def of_setting(ctx: Context) -> list[str]:
    """Those that the setting names. UsageError for what can be none."""
    return list(dict.fromkeys(ssh.checked(host) for host in ctx.config["hosts"].split()))


def each(ctx: Context, host: str, question: Callable[[Context, str], Answer]) -> tuple[dict[str, Answer], list[str]]:
    """What they answered, by host, and why some of several have not: of their sessions nothing is known then.
    TmuxError where none has.
    """
    if host != ALL:
        with unreached.noted(ctx, host):
            return {host: question(ctx, host)}, []
    return together(ctx, _all(ctx), question)


def _all(ctx: Context) -> list[str]:
    hosts = of_setting(ctx)
    if not hosts:
        raise UsageError(
            "--host all asks the hosts of the setting `hosts`, and there are none", "name them in config.toml"
        )
    return hosts


def together(
    ctx: Context, hosts: Sequence[str], question: Callable[[Context, str], Answer]
) -> tuple[dict[str, Answer], list[str]]:
    answers = _side_by_side(ctx, hosts, question)
    problems = [answer for answer in answers.values() if isinstance(answer, TmuxError)]
    if len(problems) == len(answers):
        raise problems[0]
    told = {host: answer for host, answer in answers.items() if not isinstance(answer, TmuxError)}
    missing = {host: answer for host, answer in answers.items() if isinstance(answer, TmuxError)}
    return told, [_said(problem, unreached.since(ctx, host)) for host, problem in missing.items()]


class Silence(NamedTuple):
    """Of a host that has not answered: nothing is known of its sessions."""

    said: str
    since: float | None  # epoch seconds, where it cannot be reached


def every(ctx: Context, question: Callable[[Context, str], Answer]) -> dict[str, Answer | Silence]:
    """What each of the setting's hosts answered, or why it has not, also where none has."""
    return {
        host: Silence(_said(answer, since := unreached.since(ctx, host)), since)
        if isinstance(answer, TmuxError)
        else answer
        for host, answer in _side_by_side(ctx, _all(ctx), question).items()
    }


def _side_by_side(
    ctx: Context, hosts: Sequence[str], question: Callable[[Context, str], Answer]
) -> dict[str, Answer | TmuxError]:
    for host in hosts:
        ctx.ssh.prepare(host)
        unreached.since(ctx, host)  # our folder, too, is found before several ask for it

    def ask(_: object, host: str) -> Answer | TmuxError:
        try:
            with unreached.noted(ctx, host):
                return question(ctx, host)
        except TmuxError as error:
            return error

    return side_by_side.ask(ctx.tmux, hosts, ask)


def _said(problem: TmuxError, since: float | None) -> str:
    long = f", unreachable since {stamp(since)}" if since is not None else ""
    return f"{problem.message}{long} ({problem.hint})" if problem.hint else f"{problem.message}{long}"
