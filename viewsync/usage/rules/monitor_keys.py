"""What keys do in `monitor`: which session is chosen, which are shown, what is asked before anything is ended."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

UP, DOWN, PAGE_UP, PAGE_DOWN, HOME, LAST = "up", "down", "page-up", "page-down", "home", "end"
ENTER, ESCAPE, BACKSPACE = "enter", "escape", "backspace"
ATTACH, KILL, QUARANTINE, QUIT, REFRESH = "attach", "kill", "quarantine", "quit", "refresh"
_MOVES = {UP: -1, "k": -1, DOWN: 1, "j": 1, PAGE_UP: -10, PAGE_DOWN: 10, HOME: -(10**6), LAST: 10**6}


class Question(NamedTuple):
    """A question that `y` answers. `again`: it is the second one, of a session that somebody is on."""

    action: str
    name: str
    again: bool = False

    @property
    def text(self) -> str:
        if self.again:
            return f"somebody is on '{self.name}': {self.action} it anyway? y/n"
        return f"{self.action} '{self.name}'? y/n"


class MonitorState(NamedTuple):
    chosen: str = ""
    filter: str = ""
    typing: bool = False  # what is typed goes into the filter
    asked: Question | None = None


class MonitorAction(NamedTuple):
    """What is to be done. `agreed`: also to a session that somebody is on."""

    action: str = ""
    name: str = ""
    agreed: bool = False


class ShownSession(NamedTuple):
    """A session, as far as keys are concerned."""

    name: str
    attached: bool


NOTHING = MonitorAction()


def press(state: MonitorState, key: str, shown: Sequence[ShownSession]) -> tuple[MonitorState, MonitorAction]:
    """`shown`: the sessions that the filter lets through, in their order."""
    state = settled(state, shown)
    if state.asked:
        return _answer(state, state.asked, key, shown)
    if state.typing:
        return _type(state, key), NOTHING
    if key in _MOVES:
        names = [session.name for session in shown]
        at = names.index(state.chosen) + _MOVES[key] if names else 0
        return (state._replace(chosen=names[max(0, min(at, len(names) - 1))]) if names else state), NOTHING
    if key == "/":
        return state._replace(typing=True), NOTHING
    if key == ESCAPE:
        return state._replace(filter=""), NOTHING
    if key in ("q", "r"):
        return state, MonitorAction(QUIT if key == "q" else REFRESH)
    return _act(state, key)


def _act(state: MonitorState, key: str) -> tuple[MonitorState, MonitorAction]:
    if not state.chosen:
        return state, NOTHING
    if key in (ENTER, "a"):
        return state, MonitorAction(ATTACH, state.chosen)
    if key == "K":
        return state._replace(asked=Question(KILL, state.chosen)), NOTHING
    if key == "Q":
        return state._replace(asked=Question(QUARANTINE, state.chosen)), NOTHING
    return state, NOTHING


def _answer(
    state: MonitorState, asked: Question, key: str, shown: Sequence[ShownSession]
) -> tuple[MonitorState, MonitorAction]:
    """Anything but a `y` is a no."""
    free = state._replace(asked=None)
    if key not in ("y", "Y"):
        return free, NOTHING
    attached = any(session.attached for session in shown if session.name == asked.name)
    if asked.action == KILL and attached and not asked.again:
        return state._replace(asked=asked._replace(again=True)), NOTHING
    return free, MonitorAction(asked.action, asked.name, asked.again)


def _type(state: MonitorState, key: str) -> MonitorState:
    if key == ENTER:
        return state._replace(typing=False)
    if key == ESCAPE:
        return state._replace(typing=False, filter="")
    if key == BACKSPACE:
        return state._replace(filter=state.filter[:-1])
    return state._replace(filter=state.filter + key) if len(key) == 1 and key.isprintable() else state


def settled(state: MonitorState, shown: Sequence[ShownSession]) -> MonitorState:
    """Something is chosen whenever there is something; the first one in place of what is gone."""
    names = [session.name for session in shown]
    return state if state.chosen in names else state._replace(chosen=names[0] if names else "")


def window(count: int, chosen: int, room: int) -> tuple[int, int]:
    """Which of `count` rows fit into `room` lines, so that the chosen one is among them: from, and up to."""
    first = max(0, min(chosen - room // 2, count - room))
    return first, min(count, first + max(0, room))
