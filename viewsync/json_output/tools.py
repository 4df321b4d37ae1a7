"""What the tools of `viewsync mcp` take. What they answer is what the verb of the same job prints with --json."""

from typing import Annotated, Literal, TypedDict

from viewsync.json_output.events import EventLine, HistoryEvent


class EventsOutput(TypedDict):
    """The history, newest first."""

    events: Annotated[list[HistoryEvent], "the lines"]


class EventsEverywhereOutput(TypedDict):
    """The events of all hosts that share an index, newest first."""

    events: Annotated[list[EventLine], "the lines"]


class Nothing(TypedDict):
    pass


class ListArguments(TypedDict, total=False):
    what: Annotated[
        Literal["sessions", "events", "events-everywhere"],
        "sessions (the default), the lines of the history, newest first, or those of all hosts that share an index",
    ]
    project: Annotated[str, "only sessions of the project with that name"]
    session: Annotated[str, "with events: only those of this session"]
    limit: Annotated[int, "with events: at most so many (100)"]


class Server(TypedDict, total=False):
    server: Annotated[str, "the tmux server with that name, as tmux -L; policy forbids it unless told otherwise"]
    socket: Annotated[str, "the tmux server on that socket, as tmux -S; policy forbids it unless told otherwise"]


class Named(TypedDict):
    session: Annotated[str, "the session's exact name"]


class Pane(Server, total=False):
    session: Annotated[str, "a registered session's exact name; `list` has them"]
    target: Annotated[str, "a pane: session:window.pane or a tmux id. Without `session` it needs `server` or `socket`"]


class InfoArguments(Named, Server):
    pass


class CreateArguments(Named, Server, total=False):
    kind: Annotated[Literal["shell", "python", "gdb"], "what it runs, where no command is named (shell)"]
    template: Annotated[str, "what a template says, instead of `kind`"]
    command: Annotated[list[str], "the words of any other program, instead of `kind`"]
    folder: Annotated[str, "the folder to start in"]
    environment: Annotated[dict[str, str], "variables to set"]
    size: Annotated[str, "columns and rows while nobody is attached, such as 80x24"]
    window: Annotated[str, "the window's name (shell)"]
    wait: Annotated[bool, "return when its prompt is there"]
    prompt: Annotated[str, "the same, for a prompt that is a line that matches this"]
    timeout: Annotated[float, "seconds to wait for the prompt (15)"]


class SendArguments(Pane, total=False):
    text: Annotated[str, "what is typed, as it is; Enter follows"]
    keys: Annotated[list[str], "keys to press instead, as tmux names them: Up Enter C-c F1"]
    enter: Annotated[bool, "false: no Enter behind the text"]
    block: Annotated[bool, "the lines belong together: they are pasted as one block"]
    wait: Annotated[list[str], "wait until a line of the answer matches one of these patterns"]
    stop: Annotated[list[str], "stop waiting when a line matches one of these"]
    fixed: Annotated[bool, "the patterns are plain text, not regular expressions"]
    timeout: Annotated[float, "seconds to wait for the answer (30)"]


class ExecRequired(TypedDict):
    command: Annotated[str, "a line of shell"]


class ExecArguments(ExecRequired, Pane, total=False):
    timeout: Annotated[float, "seconds to wait for its end (300); after them the command keeps running"]


class WaitArguments(Pane, total=False):
    patterns: Annotated[list[str], "wait for a line that matches one of these patterns"]
    stop: Annotated[list[str], "stop waiting when a line matches one of these"]
    idle: Annotated[float, "wait until there was no output for so many seconds"]
    exit: Annotated[bool, "wait until the program ends"]
    fixed: Annotated[bool, "the patterns are plain text, not regular expressions"]
    since: Annotated[
        Literal["sent", "now", "all"], "which output counts: since the last sending (sent), from now on, all"
    ]
    timeout: Annotated[float, "seconds to wait (15)"]


class CaptureArguments(Pane, total=False):
    lines: Annotated[int, "the last so many lines, including the history; without it what the screen shows"]
    join: Annotated[bool, "join lines that were wrapped because the pane is narrow"]
    main: Annotated[bool, "the main screen, if a full-screen program hides it"]


class KillArguments(Named, Server, total=False):
    views: Annotated[bool, "also end views of it that somebody is on"]
    dry_run: Annotated[bool, "only tell what would happen"]


class CleanupArguments(TypedDict, total=False):
    dry_run: Annotated[bool, "only tell what would happen: true unless it is said to be false"]
    views: Annotated[bool, "end views that nobody uses, instead of sessions"]
    older_than: Annotated[str, "also end sessions that were created and last used longer ago: 30m, 2h, 1d"]
    idle_than: Annotated[str, "also end sessions that were last used longer ago"]
    project: Annotated[str, "only sessions of the project with that name"]


class ReconcileArguments(TypedDict, total=False):
    repair: Annotated[bool, "fix what can be fixed; no session is ever ended"]
    register: Annotated[str, "register the session with this name, which somebody else made"]


class OpenViewArguments(Named, Server, total=False):
    new: Annotated[bool, "make a new view even if one is free"]
    lease: Annotated[float, "seconds that the view stays reserved (10)"]
