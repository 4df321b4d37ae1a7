"""What the numbers of views are to be, counted as plainly as can be: each life is asked for each number."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from viewsync.events import GONE
from viewsync.usage.rules.view_report import TMUX, ViewNumbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.usage.rules.view_report import ViewLife


def numbers(lives: Sequence[ViewLife], since: float, until: float) -> ViewNumbers:
    """Of what was in that stretch of time, its end not included."""

    def inside(at: float) -> bool:
        return since <= at < until

    ended = [life for life in lives if life.end and inside(life.last)]
    ends = Counter(life.end for life in ended if life.end)
    # What somebody else ended, or its server took along, no client's end led to.
    cleaned = [life for life in ended if life.end and life.end.event != GONE and life.visited]
    unseen = [life for life in cleaned if not life.left]
    at_once = sum(life.end.layer == TMUX for life in unseen if life.end)
    return ViewNumbers(
        opened=sum(life.opened and inside(life.began) for life in lives),
        reused=sum(inside(at) for life in lives for at in life.reused),
        ends=dict(ends.most_common()),
        lifetimes=[life.last - life.began for life in ended if life.began],
        lifetime_unknown=sum(not life.began for life in ended),
        most=most_at_once(lives, since, until),
        at_once=at_once,
        delays=[life.last - life.left for life in cleaned if life.left],
        delay_unknown=len(unseen) - at_once,
        end_unknown=sum(not (life.end or life.there) and inside(life.last) for life in lives),
    )


def most_at_once(lives: Sequence[ViewLife], since: float, until: float) -> int:
    """One that begins as another one ends is not there beside it."""
    steps = []
    for life in lives:
        if life.start < until and (life.there or life.last >= since):
            steps += [(max(life.start, since), 1), (life.last, -1)]
    count = most = 0
    for _, step in sorted(steps):
        count += step
        most = max(most, count)
    return most
