"""Picking without fzf: a list that narrows as one types, with a look at what is chosen below it."""

from __future__ import annotations

import errno

from viewsync.light import contextlib
from viewsync.picking.rules import keys as rule
from viewsync.picking.rules import matching
from viewsync.picking.rules.choice import HEAD, WIDEST
from viewsync.picking.rules.keys import PickState
from viewsync.system import keyboard
from viewsync.system.full_screen import FullScreen
from viewsync.system.rules import picture
from viewsync.system.rules.picture import Picture, TextCell, TextTable
from viewsync.text import cells
from viewsync.text.printing import printable
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from viewsync.context import Context
    from viewsync.picking.rules.choice import Choice
    from viewsync.system.keyboard import Keyboard

_STILL = 0.08  # seconds without a key, before what is chosen is looked at
_HUNG_UP = 129
_LEFT = 130
_AROUND = 3  # lines for what is typed, the head and the foot
_KIND = 9  # columns
_KEYS = "type to narrow  up/down choose  enter open  esc leave"


class Picked(NamedTuple):
    choice: Choice | None
    code: int = 0  # to end with, where there is no choice


def choose(ctx: Context, choices: Sequence[Choice], look: Callable[[Choice, int], list[str]], problem: str) -> Picked:
    """`look`: some lines of what a choice looks like. `problem`: a printable line, "" for none. Whatever happens, the
    terminal is as it was.
    """
    try:
        with keyboard.Keyboard() as keys, FullScreen(ctx.env) as screen:
            picked = _Picker(choices, look, keys, screen, problem).run()
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        picked = Picked(None, _HUNG_UP)  # the terminal is gone
    return Picked(None, 128 + keys.signal) if keys.signal else picked


class _Picker:
    def __init__(
        self,
        choices: Sequence[Choice],
        look: Callable[[Choice, int], list[str]],
        keys: Keyboard,
        screen: FullScreen,
        problem: str,
    ) -> None:
        self.choices = choices
        self.texts = [choice.text for choice in choices]
        self.look = look
        self.keys = keys
        self.screen = screen
        self.foot = TextCell(problem, picture.DOUBT) if problem else TextCell(_KEYS, picture.DIM)
        self.state = PickState()
        self.fitting = list(range(len(choices)))
        self.seen: dict[int, list[str]] = {}  # what choices look like, by their places

    def run(self) -> Picked:
        while True:
            self.screen.draw(self.picture())
            happened = self.keys.wait(_STILL if self.unseen() else 3600)
            if keyboard.ENDED in happened:
                return Picked(None, _HUNG_UP)
            if keyboard.RESIZED in happened or keyboard.CONTINUED in happened:
                self.screen.draw(self.picture(), anew=True)
            for key in happened:
                done = self.press(key)
                if done:
                    return done
            if not happened and self.unseen():
                self.see()

    def press(self, key: str) -> Picked | None:
        typed = self.state.typed
        self.state, wish = rule.press(self.state, key, len(self.fitting))
        if wish == rule.LEAVE:
            return Picked(None, _LEFT)
        if wish == rule.PICK:
            return Picked(self.choices[self.fitting[self.state.at]])
        if self.state.typed != typed:
            self.fitting = matching.fitting(self.state.typed, self.texts)
        return None

    def unseen(self) -> bool:
        return bool(self.fitting) and self.fitting[self.state.at] not in self.seen

    def see(self) -> None:
        """A server may take long to answer: a key breaks it off, and `wait` tells of that key."""
        at = self.fitting[self.state.at]
        with contextlib.suppress(keyboard.Left), self.keys.leaving(bool):
            self.seen[at] = self.look(self.choices[at], max(1, self.below() - 1))

    def below(self) -> int:
        """Lines for the look."""
        return max(0, (self.screen.size[1] - _AROUND) // 2)

    def picture(self) -> Picture:
        room = max(1, self.screen.size[1] - self.below() - _AROUND)
        first = max(0, min(self.state.at - room // 2, len(self.fitting) - room))
        shown = [self.choices[place] for place in self.fitting[first : first + room]]
        rows = [
            (TextCell(choice.kind, picture.DIM), TextCell(printable(choice.name)), TextCell(printable(choice.detail)))
            for choice in shown
        ]
        widest = max((cells.width(row[1].text) for row in rows), default=0)
        table = TextTable(HEAD, (_KIND, max(4, min(WIDEST, widest))), rows, self.state.at - first if rows else -1)
        title = f"open> {printable(self.state.typed)}_  {len(self.fitting)}/{len(self.choices)}"
        return Picture(title, table, self.seen_below(), self.foot)

    def seen_below(self) -> list[TextCell]:
        """As many lines as there is room for, so that they stand still."""
        at = self.fitting[self.state.at] if self.fitting else -1
        name = printable(self.choices[at].name) if self.fitting else "nothing fits"
        seen = self.seen.get(at, [])[-(self.below() - 1) :] if self.below() > 1 else []
        lines = [f"── {name} {'─' * self.screen.size[0]}", *seen]
        lines += [""] * (self.below() - len(lines))
        return [TextCell(line, picture.DIM) for line in lines[: self.below()]]
