"""The live part of `monitor`: a round, a picture, keys, until somebody leaves."""

from __future__ import annotations

import errno
import time

from viewsync.errors import ViewsyncError
from viewsync.projects import attaching, ending
from viewsync.projects import listing as projects
from viewsync.registry import targets
from viewsync.sessions import killing, quarantine, remains
from viewsync.system import keyboard
from viewsync.system.full_screen import FullScreen
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.usage.rules import monitor_keys as rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewsync.context import Context
    from viewsync.system.keyboard import Keyboard
    from viewsync.system.rules.picture import Picture
    from viewsync.usage.monitor_frames import Frame, Monitor, SessionFrame
    from viewsync.usage.rules.monitor_keys import MonitorAction, MonitorState

_BELOW = 9  # lines for views and history, where there is room
_AROUND = 3  # lines for the title, the head and the foot
_HUNG_UP = 129
_STILL = 0.1  # seconds


class Scene(NamedTuple):
    """What is to be drawn. `shown`: the sessions that there is room for, of `fitting` that the filter lets through."""

    frame: Frame
    shown: list[SessionFrame]
    fitting: int
    state: MonitorState
    note: str
    below: int  # lines


def watch(ctx: Context, monitor: Monitor, interval: float, draw: Callable[[Scene], Picture]) -> int:
    """The exit code. Attaching does not come back: this process becomes the client, unless tmux switched its own."""
    chosen: SessionFrame | None = None
    try:
        with keyboard.Keyboard() as keys, FullScreen(ctx.env) as screen:
            loop = _Loop(ctx, monitor, keys, screen, draw)
            chosen = loop.run(interval)
    except keyboard.Left as left:
        return 128 + keys.signal if keys.signal else _HUNG_UP if left.gone else 0
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return _HUNG_UP  # the terminal is gone
    server = monitor.server(chosen) if chosen else None
    if chosen and server:
        attaching.go(ctx, server, chosen.id, chosen.called)
        return 0
    return 128 + keys.signal if keys.signal else loop.code


class _Loop:
    def __init__(
        self, ctx: Context, monitor: Monitor, keys: Keyboard, screen: FullScreen, draw: Callable[[Scene], Picture]
    ) -> None:
        self.ctx = ctx
        self.monitor = monitor
        self.keys = keys
        self.screen = screen
        self.draw = draw
        self.state = rule.MonitorState()
        self.note = ""
        self.code = 0
        self.due = 0.0  # when all servers are read again
        self.wanted: set[str] = set()  # the sessions whose last lines were read
        with keys.leaving(lambda pressed: "q" in pressed):
            self.frame = monitor.read(())

    def run(self, interval: float) -> SessionFrame | None:
        """The session to attach to, None for none."""
        while True:
            if time.monotonic() >= self.due:
                self.due = time.monotonic() + interval
                self.read()
            self.show()
            happened = self.keys.wait(self.due - time.monotonic())
            if keyboard.ENDED in happened:  # whatever else happened, too
                self.code = _HUNG_UP
                return None
            if keyboard.RESIZED in happened or keyboard.CONTINUED in happened:
                self.show(anew=True)  # of what is known; a window that is drawn to another size says so fifty times
                self.soon()
            for key in happened:
                if key in (keyboard.RESIZED, keyboard.CONTINUED):
                    continue
                self.note = ""
                self.state, wish = rule.press(self.state, key, self.shown())
                if wish.action == rule.QUIT:
                    return None
                if wish.action == rule.ATTACH and (session := self.there(wish.name)):
                    return session
                self.carry_out(wish)

    def soon(self) -> None:
        """Read when it has been still for a moment."""
        self.due = min(self.due, time.monotonic() + _STILL)

    def leaves(self, keys: list[str]) -> bool:
        """Whether somebody leaves by these keys."""
        state = self.state
        for key in keys:
            state, wish = rule.press(state, key, self.shown())
            if wish.action == rule.QUIT:
                return True
        return False

    def fitting(self) -> list[SessionFrame]:
        text = self.state.filter.lower()
        return [
            session
            for session in self.frame.sessions
            if text in session.name.lower() or text in session.row.project.lower()
        ]

    def shown(self) -> list[rule.ShownSession]:
        return [rule.ShownSession(session.name, session.attached) for session in self.fitting()]

    def visible(self) -> list[SessionFrame]:
        fitting = self.fitting()
        self.state = rule.settled(self.state, self.shown())
        at = next((at for at, session in enumerate(fitting) if session.name == self.state.chosen), 0)
        first, last = rule.window(len(fitting), at, max(1, self.screen.size[1] - self.below() - _AROUND))
        return fitting[first:last]

    def below(self) -> int:
        return min(_BELOW, self.screen.size[1] // 3)

    def read(self) -> None:
        """Servers may take long to answer; who leaves waits for none of them."""
        self.wanted = {session.name for session in self.visible()}
        with self.keys.leaving(self.leaves):
            self.frame = self.monitor.read(self.wanted)

    def show(self, *, anew: bool = False) -> None:
        visible = self.visible()
        if any(session.pane and not session.read and session.name not in self.wanted for session in visible):
            self.soon()  # they have just come into sight
        scene = Scene(self.frame, visible, len(self.fitting()), self.state, self.note, self.below())
        self.screen.draw(self.draw(scene), anew=anew)

    def there(self, name: str) -> SessionFrame | None:
        """The session as it is now, if it is there."""
        self.read()
        found = next((session for session in self.frame.sessions if session.name == name and session.id), None)
        self.note = "" if found else f"'{name}' is not there"
        return found

    def carry_out(self, wish: MonitorAction) -> None:
        """What fails is said at the foot."""
        try:
            if wish.action == rule.QUARANTINE:
                done = quarantine.put(self.ctx, wish.name, "from the monitor")
                self.note = "; ".join([f"'{done.name}' is quarantined", *done.problems])
            elif wish.action == rule.KILL:
                self.kill(wish)
        except ViewsyncError as error:
            self.note = error.message
        if wish.action:
            self.read()

    def kill(self, wish: MonitorAction) -> None:
        self.read()
        session = next((shown for shown in self.frame.sessions if shown.name == wish.name), None)
        if session is None:
            self.note = f"'{wish.name}' is not registered any more"
        elif session.attached and not wish.agreed:  # somebody came since the question
            self.state = self.state._replace(asked=rule.Question(rule.KILL, wish.name, again=True))
        else:
            self.note = _ended(self.ctx, session, agreed=wish.agreed)


def _ended(ctx: Context, session: SessionFrame, *, agreed: bool) -> str:
    """What came of it, in words. A project's session has its cleanup steps run."""
    if session.row.type == projects.TYPE:
        known = projects.find(ctx, session.called, socket=session.row.socket)
        ended = ending.end(ctx, known, "kill", force=agreed)
        return "; ".join([f"'{session.name}' is ended" if ended.ended else f"'{session.name}' stays", *ended.problems])
    asked, views = targets.TargetArgs(session=session.name), killing.ALL if agreed else killing.IDLE
    done = killing.kill(ctx, asked, killing.Wish(views, only_free=not agreed))
    problems = [problem for problem in (done.problem, done.registry_problem) if problem] + remains.told(done.remains)
    return "; ".join([f"'{session.name}' is ended" if done.killed else f"'{session.name}' is not ended", *problems])
