"""What is known to crash a tmux server of a version, and all of its sessions with it (docs/tmux-traps.md).

viewsync itself never does any of it; a person, a configuration or another tool may.
"""

from __future__ import annotations

from typing import NamedTuple

Version = tuple[int, int, str]  # (3, 3, "a")


class Bug(NamedTuple):
    first: Version
    last: Version
    text: str


LAST_BEFORE_3_8 = (3, 7, "c")

OF_ALL = (
    Bug((0, 0, ""), LAST_BEFORE_3_8, "destroy-unattached on, while clients come and go"),
    Bug((0, 0, ""), LAST_BEFORE_3_8, "`move-window -r` in a session with views, where window numbers have gaps"),
)
_ENDS = Bug((3, 7, ""), (3, 7, "b"), "the end of a session whose detach-on-destroy is previous or next")
OF_SOME = (
    Bug((3, 2, ""), (3, 2, "a"), "a format with a time in it, such as #{session_created}, of a session that is gone"),
    Bug((3, 6, ""), (3, 6, "b"), "an open prompt of `C-b &` or `C-b :` while windows change (tmux #5065)"),
    _ENDS,
)


def known(version: Version, bugs: tuple[Bug, ...]) -> list[str]:
    return [each.text for each in bugs if each.first <= version <= each.last]


def crashes_unattached(version: Version) -> bool:
    """Whether destroy-unattached is what may end the whole server."""
    return bool(known(version, OF_ALL[:1]))


def dies_with_a_session(version: Version) -> bool:
    """Whether detach-on-destroy has to be looked at before a session is ended."""
    return bool(known(version, (_ENDS,)))
