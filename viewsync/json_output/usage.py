"""The fields of the verbs that count and watch."""

from typing import Annotated, Literal, TypedDict

from viewsync.json_output.sessions import Status


class Numbers(TypedDict):
    """Times are in seconds, memory is in bytes."""

    made: Annotated[int, "how many sessions were made"]
    ended: Annotated[int, "how many ended"]
    ended_by: Annotated[dict[str, int], "how many ended by whom"]
    lifetime_seconds: Annotated[float, "how long those that ended were there, together"]
    median_lifetime_seconds: Annotated[float | None, "the median of that"]
    alive_seconds: Annotated[float, "how long sessions were there, together"]
    attached_seconds: Annotated[float, "how long somebody was on one, together"]
    cpu_seconds: Annotated[float, "the processor time that they used"]
    peak_memory_bytes: Annotated[int, "the most memory that one of them used"]
    steps: Annotated[int, "how many steps of projects ran"]
    steps_failed: Annotated[int, "how many of those failed"]
    errors: Annotated[int, "how many errors there were"]


class NumbersNow(Numbers):
    alive_now: Annotated[int, "how many sessions are alive"]
    attached_now: Annotated[int, "how many of them somebody is on"]


class ProjectNumbersNow(NumbersNow):
    project: Annotated[str, "the project's name; (none) for sessions without one"]


class StatsSessionsOutput(TypedDict):
    sessions: Annotated[NumbersNow, "all sessions since the history began"]
    projects: Annotated[list[ProjectNumbersNow], "the same by project"]
    errors: Annotated[list[str], "what could not be read"]


class PeriodNumbers(TypedDict):
    """As those of `stats`, for one stretch of time; `sessions` is how many were there in it."""

    sessions: Annotated[int, "how many sessions were there in that time"]


class Total(Numbers, PeriodNumbers):
    """All of it."""


class DayNumbers(Total):
    day: Annotated[str, "the day, as 2026-11-23"]


class ProjectNumbers(Total):
    project: Annotated[str, "the project's name; (none) for sessions without one"]


class SessionNumbers(Total):
    session: Annotated[str, "the session's name"]


class SessionUsageOutput(TypedDict):
    timeframe: Annotated[str, "the time that was asked for, as 7d"]
    since: Annotated[str, "its beginning, as 2026-11-23T10:00:00Z"]
    until: Annotated[str, "its end"]
    total: Annotated[Total, "all of it"]
    days: Annotated[list[DayNumbers], "the same by day"]
    projects: Annotated[list[ProjectNumbers], "the same by project"]
    sessions: Annotated[list[SessionNumbers], "the same by session"]
    errors: Annotated[list[str], "what could not be read"]


class ViewEndRow(TypedDict):
    layer: Annotated[
        str,
        "what ended it: `tmux` by itself, a clean-up by its trigger (`hook`, `sweeper`, `wezterm-tab`, `person`, ...),"
        " `somebody else`, or `the server's end`",
    ]
    event: Annotated[Literal["end", "promote", "gone"], "how; `promote`: it took its parent's name"]
    reason: Annotated[str, "why, in the words that people are shown"]
    count: Annotated[int, "how many views"]


class ViewNumbers(TypedDict):
    """Times are in seconds. What nobody saw is counted as unknown."""

    opened: Annotated[int, "how many views were made"]
    reused: Annotated[int, "how often a view that was there was attached to"]
    ended: Annotated[int, "how many ended"]
    ends: Annotated[list[ViewEndRow], "by what, and why, the most frequent first"]
    median_lifetime_seconds: Annotated[float | None, "the median of how long those that ended were there"]
    longest_lifetime_seconds: Annotated[float | None, "the longest of that"]
    lifetime_unknown: Annotated[int, "how many ended whose beginning is not known"]
    most_at_once: Annotated[int, "the most that were there at the same moment"]
    ended_at_once: Annotated[int, "how many tmux ended itself as a client was gone: in the same second, or the next"]
    delayed: Annotated[int, "how many were seen without their client before they ended"]
    median_delay_seconds: Annotated[
        float | None, "of those, the median from when it was seen that the client was gone to the view's end"
    ]
    longest_delay_seconds: Annotated[float | None, "the longest of that"]
    delay_unknown: Annotated[int, "how many a clean-up ended of which nobody saw when the client went"]
    end_unknown: Annotated[int, "how many are gone, and nobody saw when and why"]


class ViewNumbersNow(ViewNumbers):
    there_now: Annotated[int, "how many views are there"]
    attached_now: Annotated[int, "how many of them somebody is on"]


class ParentNumbersNow(ViewNumbersNow):
    parent: Annotated[str, "the session that the views show"]


class StatsViewsOutput(TypedDict):
    views: Annotated[ViewNumbersNow, "all views since the history began"]
    parents: Annotated[list[ParentNumbersNow], "the same by the session that they show"]
    errors: Annotated[list[str], "what could not be read"]


class DayViewNumbers(ViewNumbers):
    day: Annotated[str, "the day, as 2026-11-23"]


class ParentViewNumbers(ViewNumbers):
    parent: Annotated[str, "the session that the views show"]


class ViewUsageOutput(TypedDict):
    timeframe: Annotated[str, "the time that was asked for, as 7d"]
    since: Annotated[str, "its beginning, as 2026-11-23T10:00:00Z"]
    until: Annotated[str, "its end"]
    total: Annotated[ViewNumbers, "all of it"]
    days: Annotated[list[DayViewNumbers], "the same by day"]
    parents: Annotated[list[ParentViewNumbers], "the same by the session that they show"]
    errors: Annotated[list[str], "what could not be read"]


class WatchedSession(TypedDict):
    name: Annotated[str, "the session's name"]
    project: Annotated[str | None, "its project's name"]
    type: Annotated[str, "what it runs"]
    socket: Annotated[str, "the socket of its tmux server"]
    status: Annotated[Status, "its health, as `list` has it"]
    quarantined: Annotated[bool, "whether every cleanup keeps it"]
    attached: Annotated[bool, "whether somebody is on it or on a view of it"]
    views: Annotated[int, "how many views it has"]
    cpu_percent: Annotated[float | None, "what its processes use, in percent of one core"]
    memory_bytes: Annotated[int, "the memory of its processes"]
    created_at: Annotated[str | None, "when it was made, as 2026-11-23T10:00:00Z"]
    last_line: Annotated[str, "the last line in its pane"]


class WatchedParent(TypedDict):
    name: Annotated[str, "the session's name"]
    views: Annotated[int, "how many views it has"]
    attached: Annotated[int, "how many of them somebody is on"]


class WatchedEvent(TypedDict):
    """A part of what the history has; see `viewsync schema events`."""

    at: Annotated[float, "when, in epoch seconds"]
    event: Annotated[str, "what happened"]
    trigger: Annotated[str, "what led to it"]
    session: Annotated[str, "the session or view"]
    project: Annotated[str, "its project's name; empty without one"]
    reason: Annotated[str, "why"]
    what: Annotated[str, "session or view"]


class WatchedToday(TypedDict):
    since: Annotated[str, "midnight in your time zone, as 2026-11-23T10:00:00Z"]
    sessions_made: Annotated[int, "how many sessions were made since then"]
    sessions_ended: Annotated[int, "how many ended"]
    sessions_ended_by: Annotated[dict[str, int], "how many ended by whom"]
    views: Annotated[ViewNumbers, "the same of views, as `stats views` has them"]


class MonitorSessionsOutput(TypedDict):
    at: Annotated[str, "when it was read, as 2026-11-23T10:00:00Z"]
    sessions: Annotated[list[WatchedSession], "the registered sessions"]
    views: Annotated[list[WatchedParent], "sessions that have views"]
    events: Annotated[list[WatchedEvent], "what happened last, newest first"]
    today: Annotated[WatchedToday, "what came and went since midnight"]
    problems: Annotated[list[str], "the same as errors, under its earlier name"]
    errors: Annotated[list[str], "what could not be read"]
