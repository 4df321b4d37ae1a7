"""What is kept in a pane for whoever waits there later: where the answer to what was sent begins, as checksums."""

from __future__ import annotations

import contextlib

from viewsync.errors import ViewsyncError
from viewsync.panes.rules import echo, known
from viewsync.tmux import input as tmux_input
from viewsync.tmux.rules import anchor as anchors
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.registry.targets import PaneAddress
    from viewsync.tmux.input import Answer, Kept
    from viewsync.tmux.rules.anchor import Anchor
    from viewsync.tmux.rules.screen import Screen
    from viewsync.tmux.server import Tmux


class Plan(NamedTuple):
    """What will be known if the screen is still the same when the text goes in."""

    above: Anchor  # the cursor's place, with what stands there
    anchor: Anchor  # the same, with how the text will show
    kept: Kept
    typed: str  # a line that will stand behind the cursor as it is, "" for none


def plan(first: Screen, kept: str, typed: str = "") -> Plan:
    """`kept`: the format that the pane gets otherwise."""
    above = known.anchor(first)
    anchor = known.shown(first, above, typed) if typed else above
    text = anchors.written(above, echo.written(echo.sent(kept)), anchor)
    return Plan(above, anchor, tmux_input.Kept(anchors.place(above), text), typed)


def remember(
    tmux: Tmux, place: PaneAddress, kept: str, answer: Answer, pressed: Answer | None, planned: Plan | None
) -> Anchor | None:
    """`pressed`: the answer to an Enter of its own, when the text was shown."""
    begin = anchors.begin(answer.anchor)
    if answer.screen is None or begin is None:
        return begin
    above = anchor = known.anchor(answer.screen)
    if planned and planned.above == above:
        anchor = planned.anchor
    elif planned and planned.typed and above.column + len(planned.typed) < above.width:
        anchor = known.shown(answer.screen, above, planned.typed)
    was_planned = planned is not None and planned.kept.place == answer.anchor
    if pressed and pressed.screen and pressed.screen.width == answer.screen.width:
        anchor = known.echoed(pressed.screen, anchor)
    there = planned.kept.text if planned and was_planned else answer.anchor + kept.removeprefix(anchors.FORMAT)
    text = anchors.written(begin, echo.written(echo.sent(there)), anchor)
    if text != there:
        with contextlib.suppress(ViewsyncError):  # the text is there, whatever becomes of this
            tmux_input.remember(tmux, place.server, place.pane_id, there, text)
    return anchor
