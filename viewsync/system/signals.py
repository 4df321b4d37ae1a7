"""Signals as somebody left them to us, and as we leave them to others. What is ignored or blocked outlives every exec.

An ignored one is somebody's word: `nohup` means HUP, a script's `&` means INT and QUIT, and both mean the command with
all that it starts. So it stays ignored, for us and for the steps that we run. It does no harm to tmux: client and
server set what they need themselves, and give panes the default of all that they know (proc.c, measured with 3.3a): a
tab's end reaches the client, and shells in a session that `nohup viewsync create` made hear HUP and C-c.

Two things are nobody's word, and are put right before a verb begins:
- A blocked signal. No shell can block one; it leaks from programs with threads. tmux hands it on as it is: a client
  that does not hear HUP keeps its view when its tab is closed, nor does it hear of its terminal's size; a server that
  does not hear TERM cannot be ended; panes get what it has. And our own alarm would not be heard. Of a server that
  somebody else started so, `doctor` tells.
- CHLD ignored. Then no exit code can be had, and Python takes every program for one that succeeded.

What a handler raises is lost where Python ignores whatever is raised: in `__del__`, and in the callback of a weak
reference, which each import has. So a C-c or a time that is over would be told of on stderr and do nothing. Such a
signal comes once more, as soon as that is behind us.
"""

from __future__ import annotations

import _thread
import sys
import time

from viewsync.light import contextlib, signal
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType
    from typing import NoReturn

_SOON = 0.005  # seconds, as long as Python leaves a thread alone that computes
_TIMERS = {signal.SIGALRM: signal.ITIMER_REAL, signal.SIGVTALRM: signal.ITIMER_VIRTUAL}
_ours: set[int] = set()  # those that we ignore ourselves, for our own sake


def settle() -> None:
    """Before a verb begins. A program that uses our API has its own ideas, and is left alone."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    if ignores(signal.SIGCHLD) and _in_main_thread():
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if sys.unraisablehook is sys.__unraisablehook__:  # another one, of who runs us within a program, stays
        sys.unraisablehook = _ignored_by_python


def _ignored_by_python(what: sys.UnraisableHookArgs) -> None:
    error = what.exc_value
    number = signal.SIGINT if isinstance(error, KeyboardInterrupt) else getattr(error, "of_signal", None)
    if error is None or number is None:
        sys.__unraisablehook__(what)
    elif number:
        before, mine, timer = signal.getsignal(number), sys._getframe(), _TIMERS.get(number)

        def again(_: int, frame: FrameType | None) -> None:
            while frame and frame is not mine:
                frame = frame.f_back
            if frame:  # it came while this one still runs, and would be ignored here, too
                return
            if timer is not None:
                signal.setitimer(timer, 0)
            signal.signal(number, before)
            raise error

        signal.signal(number, again)
        if timer is not None:  # which ends with the alarm's scope: behind that the signal would end us
            signal.setitimer(timer, _SOON, _SOON)
            return
        with contextlib.suppress(RuntimeError):  # no thread, at the end of Python or where a limit forbids it
            _thread.start_new_thread(_send, (number, again, _thread.get_ident()))


def _send(number: int, handler: Callable[[int, FrameType | None], None], thread: int) -> None:
    """From a thread of its own, until it was heard."""
    while signal.getsignal(number) is handler:
        signal.pthread_kill(thread, number)
        time.sleep(_SOON)


def _raise(error: BaseException, number: int) -> NoReturn:
    vars(error)["of_signal"] = number
    raise error


def ignores(number: int) -> bool:
    return signal.getsignal(number) == signal.SIG_IGN


def before_exec() -> None:
    """Take back what Python ignores for itself, as `subprocess` does for its children."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)


@contextlib.contextmanager
def ignoring(number: int) -> Iterator[None]:
    """For our own sake; what is started within `deferred` does not inherit it. Only a main thread can."""
    mine = _in_main_thread() and not ignores(number)
    if not mine:
        yield
        return
    before = signal.signal(number, signal.SIG_IGN)
    _ours.add(number)
    try:
        yield
    finally:
        _ours.discard(number)
        signal.signal(number, before)


@contextlib.contextmanager
def exiting(*more: int) -> Iterator[None]:
    """What would end us without a word is an exception, as ^C is. What somebody handles, or ignores, stays so. `more`:
    signals beside the usual ones.

    Only the first one: a tab that is closed may hang up twice, and what follows the first is not to be broken off.
    """
    wanted = (signal.SIGTERM, signal.SIGHUP, *more)
    numbers = [number for number in wanted if signal.getsignal(number) == signal.SIG_DFL]

    def leave(first: int, frame: FrameType | None) -> None:
        del frame
        for number in numbers:
            signal.signal(number, lambda *_: None)
        _raise(SystemExit(128 + first), first)

    with _handled(numbers, leave):
        yield


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """Signals are heard afterwards: in the middle of a start one would leave behind what nobody knows of."""
    heard: list[int] = []
    wanted = [
        number
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if number in _ours or signal.getsignal(number) not in (signal.SIG_IGN, None)
    ]
    try:
        with _handled(wanted, lambda number, _: heard.append(number)):
            yield
    finally:
        for number in heard:
            signal.raise_signal(number)


@contextlib.contextmanager
def left_to_others(numbers: Sequence[int]) -> Iterator[None]:
    """What the terminal sends to all of its programs means the one that we wait for, which hears it as ever."""
    with _handled([number for number in numbers if not ignores(number)], lambda *_: None):
        yield


@contextlib.contextmanager
def _handled(numbers: Sequence[int], handler: Callable[[int, FrameType | None], Any]) -> Iterator[None]:
    """Only a main thread can say so."""
    before = {number: signal.signal(number, handler) for number in numbers} if _in_main_thread() else {}
    try:
        yield
    finally:
        for number, other in before.items():
            signal.signal(number, other)


def alarm_is_free() -> bool:
    """Whether an alarm of ours comes, and is in nobody's way: a caller's own outlives every exec, too."""
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    return _in_main_thread() and signal.SIGALRM not in blocked and not signal.getitimer(signal.ITIMER_REAL)[0]


@contextlib.contextmanager
def alarm(seconds: float, error: type[Exception], *, of_work: bool = False) -> Iterator[None]:
    """Raise `error` in whatever runs within, after that long. A main thread alone has alarms; others are not stopped.

    `of_work`: seconds of our own computing, by another timer, so that a caller's alarm comes when it is due. A timer of
    the caller's that we use goes on afterwards, and comes then where it would have come meanwhile.
    """
    number = signal.SIGVTALRM if of_work else signal.SIGALRM
    timer = _TIMERS[number]
    if not _in_main_thread() or signal.getsignal(number) is None:  # a handler of C's could not be put back
        yield
        return

    def over(*_: object) -> None:
        _raise(error(), number)

    handler, began = signal.signal(number, over), time.monotonic()
    mask = signal.pthread_sigmask(signal.SIG_UNBLOCK, (number,))
    left, interval = signal.getitimer(timer)
    try:
        try:
            signal.setitimer(timer, seconds)
            yield
        finally:
            signal.setitimer(timer, 0)
    finally:  # also when it came in just this moment
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(number, handler)
        if left:
            signal.setitimer(timer, max(0.001, left - (time.monotonic() - began)), interval)


def _in_main_thread() -> bool:
    threading = sys.modules.get("threading")  # who has threads has imported it
    return threading is None or threading.current_thread() is threading.main_thread()
