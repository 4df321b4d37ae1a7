"""The fields of the verbs that type into a pane and read it."""

from typing import Annotated, Literal, TypedDict


class SendOutput(TypedDict):
    session: Annotated[str, "the session's name"]
    target: Annotated[str, "the pane that it was sent to"]
    sent: Annotated[bool, "true: it was sent"]
    bytes: Annotated[int, "how many bytes of text"]
    keys: Annotated[list[str], "the keys that were pressed, other than Enter"]
    outcome: Annotated[
        Literal["sent", "not-submitted", "found", "stopped", "exited", "timeout", "unsure"],
        "how the wait ended; `sent` without --wait; `unsure`: all that matched may be the echo, or old",
    ]
    cleared: Annotated[bool, "whether --draft clear removed something that was half typed"]
    submitted: Annotated[bool | None, "whether Enter was seen to submit the text; null without --verify"]
    pattern: Annotated[str | None, "the pattern that matched"]
    line: Annotated[str | None, "the line that it matched in"]
    output: Annotated[list[str] | None, "the lines that came while waiting; null without --wait"]
    full_screen: Annotated[bool | None, "whether a full-screen program had the pane then; null without --wait"]
    missing: Annotated[bool | None, "whether lines were gone before they could be read; null without --wait"]


class WaitOutput(TypedDict):
    outcome: Annotated[
        Literal["found", "stopped", "idle", "exited", "timeout", "unsure"],
        "how the wait ended; `unsure`: all that matched may be the echo, or old",
    ]
    pattern: Annotated[str | None, "the pattern that matched"]
    line: Annotated[str | None, "the line that it matched in"]
    output: Annotated[list[str], "the lines that were looked at"]
    exit_status: Annotated[int | None, "the status that the program ended with, where it is known"]
    full_screen: Annotated[bool, "whether a full-screen program had the pane then: an editor, a pager"]
    missing: Annotated[bool, "whether lines of the output were gone before they could be read"]
    session: Annotated[str, "the session's name"]
    target: Annotated[str, "the pane"]


class ExecOutput(TypedDict):
    session: Annotated[str, "the session's name"]
    command: Annotated[str, "the line of shell that was run"]
    outcome: Annotated[
        Literal["done", "interrupted", "ended", "timeout", "idle", "waits-for-input", "stopped", "not-taken", "lost"],
        "how the waiting ended; `ended`: the shell itself did",
    ]
    code: Annotated[int | None, "its exit code; null where it is not known"]
    output: Annotated[str, "what it printed; what is not UTF-8 is replaced"]
    output_base64: Annotated[str | None, "what it printed, in base64, where that is not UTF-8; null for text"]
    left_out: Annotated[int, "how many lines --max-lines left out"]
    complete: Annotated[bool, "whether that is all that it printed"]
    timed_out: Annotated[bool, "whether the time ran out; the command keeps running then"]
    waits_for_input: Annotated[bool, "whether a program read the terminal when the time or --idle ran out"]
    seconds: Annotated[float, "how long it took"]


class CaptureOutput(TypedDict):
    session: Annotated[str, "the session's name"]
    target: Annotated[str, "the pane"]
    pane_id: Annotated[str, "its tmux id, such as %9"]
    lines: Annotated[list[str], "what it shows, without empty lines at the end"]
    captured_at: Annotated[str, "when, as 2026-11-23T10:00:00Z"]
    width: Annotated[int, "its columns"]
    height: Annotated[int, "its rows"]
    history_size: Annotated[int, "how many lines of its history tmux keeps"]
    cursor: Annotated[list[int], "the cursor's column and row"]
    alternate: Annotated[bool, "whether a full-screen program has it"]
    dead: Annotated[bool, "whether its program ended"]
    left_out: Annotated[int, "how many lines --max-lines left out, for which one line stands in `lines`"]


class FollowLine(TypedDict):
    at: Annotated[str, "when it was read, as 2026-11-23T10:00:00Z"]
    line: Annotated[str, "a line of output"]
    finished: Annotated[
        bool, "false: the program waits behind it, as behind a question; should it go on, it comes again"
    ]


class FollowLost(TypedDict):
    at: Annotated[str, "when, as 2026-11-23T10:00:00Z"]
    event: Annotated[Literal["lost"], "lines before this went out of the pane's history before they could be read"]


class FollowEnd(TypedDict):
    at: Annotated[str, "when, as 2026-11-23T10:00:00Z"]
    event: Annotated[
        Literal["gone", "exited", "timeout"], "how it ended; `exited`: the program did, and tmux keeps the pane"
    ]
    exit_status: Annotated[int | None, "the status that the program ended with, where it is known"]
    drawn_over: Annotated[
        int, "how often a line that had been printed was seen to be drawn over; its last state follows"
    ]
