"""Keys of our own terminal as they are pressed, and signals, both to be waited for at once.

Whatever happens, the terminal is as it was when the block is left.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import tty

from viewsync.light import contextlib, re
from viewsync.system import signals
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType, TracebackType

RESIZED, CONTINUED, ENDED = "resized", "continued", "ended"
_SIGNALS = {
    signal.SIGWINCH: RESIZED,
    signal.SIGCONT: CONTINUED,
    signal.SIGTERM: ENDED,
    signal.SIGHUP: ENDED,
    signal.SIGINT: ENDED,
    signal.SIGQUIT: ENDED,
}
_NAMES = {
    "\x1b[A": "up",
    "\x1bOA": "up",
    "\x1b[B": "down",
    "\x1bOB": "down",
    "\x1b[5~": "page-up",
    "\x1b[6~": "page-down",
    "\x1b[H": "home",
    "\x1b[F": "end",
    "\r": "enter",
    "\n": "enter",
    "\x1b": "escape",
    "\x7f": "backspace",
    "\b": "backspace",
}
_KEY = re.compile(r"\x1b\[[0-9;]*[A-Za-z~]|\x1bO.|.", re.DOTALL)
# What another read may bring the rest of: the beginning of a key's sequence, or of a character.
_BEGUN = re.compile(rb"(?:\x1b(?:\[[0-9;]*|O)?|[\xc0-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf7][\x80-\xbf]{0,2})\Z")
_REST = 50  # milliseconds in which it comes, over a slow line, too
_CC = 6  # where termios keeps the control characters
_LOOK = 0.1  # seconds between two looks at what is pressed while something is done


class Left(BaseException):
    """Somebody leaves, in the middle of what is done. Nothing that mends errors takes it for one."""

    of_signal = 0  # where Python ignores what is raised, nothing is lost: the next `wait` tells of it, too

    def __init__(self, *, gone: bool) -> None:
        super().__init__()
        self.gone = gone  # the terminal


class Keyboard:
    """`signal`: the number of the one that ended us, 0 before that."""

    def __init__(self) -> None:
        self.signal = 0
        self._leaves: Callable[[list[str]], bool] | None = None
        self._happened: list[str] = []
        self._wake, self._woken = -1, -1
        self._before: dict[int, Any] = {}
        self._settings: list[Any] = []

    def __enter__(self) -> Keyboard:
        self._settings = termios.tcgetattr(0)
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        wanted = [number for number, what in _SIGNALS.items() if what != ENDED or not signals.ignores(number)]
        self._before = {number: signal.signal(number, self._note) for number in wanted}
        self._listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        with contextlib.suppress(termios.error):  # the terminal may be gone
            termios.tcsetattr(0, termios.TCSADRAIN, self._settings)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._woken)
        os.close(self._wake)

    def _listen(self) -> None:
        """Key by key and without echo. C-z does nothing: a suspended picture would stand over the shell's prompt."""
        with contextlib.suppress(termios.error):
            tty.setcbreak(0, termios.TCSADRAIN)
            settings = termios.tcgetattr(0)
            settings[_CC][termios.VSUSP] = os.fpathconf(0, "PC_VDISABLE").to_bytes(1, sys.byteorder)
            termios.tcsetattr(0, termios.TCSADRAIN, settings)

    def _note(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._happened.append(_SIGNALS[signal.Signals(number)])
        if self._happened[-1] == ENDED:
            self.signal = number
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake, b"x")
        if self._happened[-1] == ENDED:
            self._break_off([])

    @contextlib.contextmanager
    def leaving(self, leaves: Callable[[list[str]], bool]) -> Iterator[None]:
        """What is done within is broken off by Left, as soon as a signal ends us or keys are pressed that do, as
        `leaves` says of them. All of that is also told by the next `wait`. Only for what may be broken off anywhere.
        """
        own = signals.alarm_is_free()
        before = signal.signal(signal.SIGALRM, self._look) if own else None
        self._leaves = leaves
        try:
            if own:
                signal.setitimer(signal.ITIMER_REAL, _LOOK, _LOOK)
            if self.signal:
                self._break_off([])
            yield
        finally:
            self._leaves = None
            if own:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, before)

    def _look(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if _ready([0], 0):
            found = _keys()
            self._happened += found
            self._break_off(found)

    def _break_off(self, pressed: list[str]) -> None:
        leaves = self._leaves
        if leaves and (self.signal or ENDED in pressed or leaves(pressed)):
            self._leaves = None  # once is enough
            raise Left(gone=ENDED in pressed)

    def wait(self, seconds: float) -> list[str]:
        """What was pressed and what happened, by name; nothing after that long."""
        ready = _ready([0, self._woken], 0 if self._happened else max(0, round(seconds * 1000)))
        found = _keys() if 0 in ready else []
        if self._woken in ready:
            os.read(self._woken, 4096)
        happened, self._happened = self._happened, []
        if CONTINUED in happened:
            self._listen()
        return [*happened, *found]


def _ready(handles: list[int], milliseconds: int) -> list[int]:
    poll = select.poll()  # select(2) knows no file beyond the 1023rd
    for handle in handles:
        poll.register(handle, select.POLLIN)
    return [handle for handle, _ in poll.poll(milliseconds)]


def _read() -> bytes:
    try:
        return os.read(0, 4096)
    except OSError:  # the terminal is gone
        return b""


def _keys() -> list[str]:
    raw = _read()
    while raw and _BEGUN.search(raw) and _ready([0], _REST) and (more := _read()):
        raw += more
    if not raw:
        return [ENDED]
    return [_NAMES.get(key, key) for key in _KEY.findall(raw.decode("utf-8", "ignore"))]
