"""What is kept in a pane for whoever waits there later: where the answer to what was sent begins, as checksums."""

from __future__ import annotations

from viewsync.errors import ViewsyncError
from viewsync.light import contextlib
from viewsync.panes.rules import echo, known
from viewsync.tmux import input as tmux_input
from viewsync.tmux.input import Kept
from viewsync.tmux.rules import anchor as anchors
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.registry.targets import PaneAddress
    from viewsync.tmux.input import Answer
    from viewsync.tmux.rules.anchor import Anchor
    from viewsync.tmux.rules.screen import Screen
    from viewsync.tmux.server import Tmux


class Plan(NamedTuple):
    """What will be known if the screen is still the same when the text goes in."""

    above: Anchor  # the cursor's place, with what stands there
    kept: Kept  # the same as text
    shown: Anchor | None  # once the text stands there as it is, in the same row; None where it will not
    kept_then: Kept | None
    unseen: str = ""  # the same where its Enter goes in with it, so that nobody sees the text stand there


def plan(first: Screen, otherwise: str, typed: str) -> Plan:
    """`otherwise`: the format that the pane gets if it is not."""
    above = known.anchor(first)
    shown = known.shown(first, above, typed) if typed else None
    sent = echo.written(echo.sent(otherwise))
    kept = Kept(anchors.place(above), anchors.written(above, sent, above))
    if not shown:
        return Plan(above, kept, None, None)
    kept_then = Kept(anchors.place(shown), anchors.written(above, sent, shown._replace(was=-1)))
    return Plan(above, kept, shown, kept_then, anchors.written(above, sent, shown))


def begun(planned: Plan, *, together: bool) -> Kept:
    """What is kept when the text goes in. `together`: its Enter goes in with it, and nobody looks in between."""
    return planned.kept._replace(text=planned.unseen) if together and planned.unseen else planned.kept


class Put(NamedTuple):
    """How the text was put in."""

    typed: str
    together: bool  # with its Enter
    answer: Answer
    pressed: Answer | None  # the answer to an Enter of its own, when the text was shown


def remember(tmux: Tmux, place: PaneAddress, kept: str, put: Put, planned: Plan | None) -> Anchor | None:
    answer, pressed = put.answer, put.pressed
    begin = anchors.begin(answer.anchor)
    if answer.screen is None or begin is None:
        return begin
    anchor = known.anchor(answer.screen)
    there = answer.anchor + kept.removeprefix(anchors.FORMAT)
    if planned and planned.kept.place == answer.anchor:
        there = begun(planned, together=put.together).text
    if put.together:
        anchor = known.shown(answer.screen, anchor, put.typed) or anchor
    if pressed and pressed.screen and pressed.screen.width == answer.screen.width:
        if planned and planned.kept_then and planned.kept_then.place == anchors.place(known.anchor(pressed.screen)):
            there = planned.kept_then.text
        anchor = known.echoed(pressed.screen, anchor)
    text = anchors.written(begin, echo.written(echo.sent(there)), anchor)
    if text != there:
        with contextlib.suppress(ViewsyncError):  # the text is there, whatever becomes of this
            tmux_input.remember(tmux, place.server, place.pane_id, there, text)
    return anchor
