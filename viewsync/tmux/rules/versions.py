"""Which versions of tmux differ, and how: what viewsync has to say otherwise, and what crashes a server.

A version is what tmux says of itself: "3.3a", "next-3.8". docs/explanation/tmux-traps.md tells of the crashes.
"""

from __future__ import annotations

Version = tuple[int, int, str]  # (3, 3, "a")
OLDEST = (3, 2, "a")  # before it, lost terminals fire no hook


def number(version: str) -> Version:
    """ "3.3a" as (3, 3, "a"); "next-3.8" as (3, 8, ""). (0, 0, "") for what is no version."""
    before, *parts = version.split(".")
    for after in parts:
        major, minor = _digits(before[::-1])[::-1], _digits(after)
        if major and minor:
            letter = after[len(minor) : len(minor) + 1]
            return int(major), int(minor), letter if "a" <= letter <= "z" else ""
        before = after
    return 0, 0, ""


def _digits(text: str) -> str:
    """Those that it begins with."""
    return text[: next((place for place, character in enumerate(text) if not character.isdecimal()), len(text))]


def rewrites_pastes(version: str) -> bool:
    """3.7 and newer paste `^[` for an escape, unless they are told -S, which older ones do not know."""
    return number(version) >= (3, 7, "")


def escapes_names(version: str) -> bool:
    """3.7a and newer keep every backslash of a window's name doubled. Older ones do so only when it is renamed."""
    return number(version) >= (3, 7, "a")


def escapes_dollars(version: str) -> bool:
    """3.4 puts a backslash before each `$` with a letter, `_` or `{` behind it, in whatever it prints but a screen."""
    return number(version) == (3, 4, "")


def pads_lines(version: str) -> bool:
    """3.2 and 3.2a give lines with blanks behind them that nobody wrote, where blanks at their ends are asked for."""
    return (3, 2, "") <= number(version) < (3, 3, "")


# As a condition in tmux's formats, for who starts a server and cannot know its version: whether a new window would end
# the server. True only where a format is of no session, as behind the `%if` of a file; else a window's own option would
# be meant.
ENDED_BY_A_WINDOW = "#{&&:#{==:#{window-size},manual},#{m:*3.[3-6]*,#{version}}}"


def runs_options(version: str) -> bool:
    """Since 3.3 `set-hook -R @option` runs what an option says, at once."""
    return number(version) >= (3, 3, "")


def tells_at_once(version: str) -> bool:
    """From 3.8 on, which hooks there are for an event is decided when it happens, not when they run."""
    return number(version) >= (3, 8, "")


def ends_groups_by_name(version: str) -> bool:
    """Whether the end of a group's last window may end the server, by the order of its sessions' names (trap M)."""
    return number(version) >= (3, 4, "")


def ends_views(version: str) -> bool:
    """Whether a hook can have the server end views by itself. 3.1 and older do not run what a format says at all."""
    return number(version) >= (3, 2, "")


def reads_several(version: str) -> bool:
    """Whether it reads each of the user's configurations that is there, and not the first alone."""
    return number(version) >= (3, 2, "")


# Servers whose hooks have to be said otherwise: a condition in tmux's formats, and one of those versions.
WITH_OTHER_HOOKS = (
    ("#{||:#{m:2.*,#{version}},#{m:3.[01]*,#{version}}}", "3.1c"),
    ("#{m:3.2*,#{version}}", "3.2a"),
    ("#{||:#{==:#{version},3.7},#{m:3.7[ab],#{version}}}", "3.7b"),
)


# What crashes a server, and all of its sessions with it: the first and the last version, and what does it. viewsync
# itself never does any of it; a person, a configuration or another tool may.
Bug = tuple[Version, Version, str]
LAST_BEFORE_3_8 = (3, 7, "c")

OF_ALL: tuple[Bug, ...] = (
    ((0, 0, ""), LAST_BEFORE_3_8, "destroy-unattached on, while clients come and go"),
    ((0, 0, ""), LAST_BEFORE_3_8, "`move-window -r` in a session with views, where window numbers have gaps"),
)
_ENDS: Bug = ((3, 7, ""), (3, 7, "b"), "the end of a session whose detach-on-destroy is previous or next")
OF_SOME: tuple[Bug, ...] = (
    ((3, 2, ""), (3, 2, "a"), "a format with a time in it, such as #{session_created}, of a session that is gone"),
    ((3, 6, ""), (3, 6, "b"), "an open prompt of `C-b &` or `C-b :` while windows change (tmux #5065)"),
    _ENDS,
)
# Only with an option that hardly anybody sets: doctor tells of it in the servers that have it.
_UNSIZED: Bug = ((3, 3, ""), (3, 6, "b"), "`window-size manual` for all windows, and a new window")


def known(version: str, bugs: tuple[Bug, ...]) -> list[str]:
    return [text for first, last, text in bugs if first <= number(version) <= last]


def crashes_unattached(version: str) -> bool:
    """Whether destroy-unattached is what may end the whole server."""
    return bool(known(version, OF_ALL[:1]))


def dies_with_a_session(version: str) -> bool:
    """Whether detach-on-destroy has to be looked at before a session is ended."""
    return bool(known(version, (_ENDS,)))


def dies_of_a_new_window(version: str) -> bool:
    """Whether it may, where window-size is manual for all windows."""
    return bool(known(version, (_UNSIZED,)))
