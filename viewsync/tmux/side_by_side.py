"""Several servers are asked side by side, so that any number of them that hang cost the time of one."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from threading import Thread
    from typing import TypeVar

    from viewsync.tmux.server import Tmux

    Answer = TypeVar("Answer")

_AT_ONCE = 16


def ask(tmux: Tmux, sockets: Iterable[str], question: Callable[[Tmux, str], Answer]) -> dict[str, Answer]:
    """What each answered, in the order of the sockets. The question tells of a failure in its answer."""
    wanted = list(dict.fromkeys(sockets))
    if len(wanted) < 2:
        return {socket: question(tmux, socket) for socket in wanted}
    import copy

    return _together(copy.copy(tmux), wanted, question)


def _together(tmux: Tmux, wanted: list[str], question: Callable[[Tmux, str], Answer]) -> dict[str, Answer]:
    import threading  # not for a single server

    left = wanted[::-1]
    answers: dict[str, Answer] = {}
    failed: list[BaseException] = []

    def work() -> None:
        while not failed:
            try:
                socket = left.pop()
            except IndexError:
                return
            try:
                answers[socket] = question(tmux, socket)
            except BaseException as error:  # it is raised where we were called
                failed.append(error)

    # Whoever interrupts us a second time, while we wait for these to end what they started, waits for none of them.
    threads = [threading.Thread(target=work, daemon=True) for _ in wanted[:_AT_ONCE]]
    try:
        for thread in threads:
            thread.start()
    finally:
        _join(tmux, [thread for thread in threads if thread.ident], left)
    if failed:
        raise failed[0]
    return {socket: answers[socket] for socket in wanted}


def _join(tmux: Tmux, threads: list[Thread], left: list[str]) -> None:
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        left.clear()
        tmux.given_up = True
        for thread in threads:
            thread.join()
        raise
