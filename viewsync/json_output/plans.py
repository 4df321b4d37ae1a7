"""The fields of `print`: what `run` would do."""

from typing import Annotated, TypedDict


class OfferedCommand(TypedDict):
    name: Annotated[str, "the command's name"]
    file: Annotated[str, "its file"]
    description: Annotated[str, "what it is for, in the file's words"]
    arguments: Annotated[dict[str, str | None], "its arguments with their defaults; null where one must be given"]
    own: Annotated[bool, "whether it is one of your own, which are found from any folder"]
    shadowed: Annotated[bool, "whether the project has a command of that name, which comes first"]


class PrintCommands(TypedDict):
    commands: Annotated[list[OfferedCommand], "the commands of the project, and your own"]
    errors: Annotated[list[str], "what is wrong with the files of others"]


class IdentityRow(TypedDict):
    root: Annotated[str, "the project's folder"]
    project: Annotated[str, "the project's name"]
    worktree: Annotated[str, "the worktree's name; main without one"]
    task: Annotated[str, "the task"]
    base: Annotated[str, "the session's name before any suffix"]


class PaceRow(TypedDict):
    enter: Annotated[bool, "whether Enter follows"]
    before: Annotated[float, "how many seconds to wait before it is typed"]
    after: Annotated[float, "how many seconds to wait behind it"]


class PlannedPaneRow(TypedDict):
    commands: Annotated[list[str], "what is typed into its shell"]
    cwd: Annotated[str, "its folder"]
    environment: Annotated[dict[str, str], "its variables, beyond the session's"]
    focus: Annotated[bool, "whether it is the window's current one"]
    shell: Annotated[str, "what runs in place of the session's shell; empty for that"]
    title: Annotated[str, "its title; empty for what its program says"]
    paces: Annotated[list[PaceRow], "how each of the commands is typed, where any is not as usual"]


class PlannedWindowRow(TypedDict):
    name: Annotated[str, "its name; empty for what tmux calls it"]
    cwd: Annotated[str, "its folder"]
    layout: Annotated[str, "how its panes are laid out; empty for tmux's own"]
    focus: Annotated[bool, "whether it is the session's current one"]
    options: Annotated[dict[str, str], "its tmux options"]
    panes: Annotated[list[PlannedPaneRow], "its panes"]
    position: Annotated[int, "its index in the session; -1 for the next one"]
    stacked: Annotated[bool, "whether each pane is half of the one before"]
    options_after: Annotated[dict[str, str], "the tmux options that it gets once all commands were typed"]
    manual: Annotated[bool, "whether it is made only where it is asked for by -w"]
    skipped: Annotated[bool, "whether it is not asked for here"]


class StepRow(TypedDict):
    name: Annotated[str, "its name"]
    command: Annotated[str, "the line of shell"]
    cwd: Annotated[str, "its folder"]
    environment: Annotated[dict[str, str], "its variables"]
    timeout: Annotated[float, "how many seconds it may take"]
    on_failure: Annotated[str, "what follows when it fails: abort or continue"]
    source: Annotated[str, "where it stands, as FILE:LINE"]


class PlannedWorktreeRow(TypedDict):
    branch: Annotated[str, "its branch"]
    base_branch: Annotated[str, "what a new branch begins at; empty for the current one"]
    path: Annotated[str, "its folder"]


class PrintPlan(TypedDict):
    """Values that are secret are hidden."""

    name: Annotated[str, "the session's name"]
    command: Annotated[str, "the command's name"]
    file: Annotated[str, "its file"]
    identity: Annotated[IdentityRow, "what the session is made for"]
    cwd: Annotated[str, "its folder"]
    environment: Annotated[dict[str, str], "the variables of every pane"]
    secrets: Annotated[list[str], "the variables whose values are never shown"]
    windows: Annotated[list[PlannedWindowRow], "its windows"]
    shell: Annotated[str, "the shell of its panes; empty for tmux's own"]
    tmux_config: Annotated[str, "a file of tmux commands for the session; empty for none"]
    options: Annotated[dict[str, str], "its tmux options"]
    global_options: Annotated[dict[str, str], "tmux options of all sessions on its server"]
    auto_attach: Annotated[bool, "whether run attaches to it"]
    auto_cleanup: Annotated[bool, "whether it ends by itself after its timeout"]
    timeout: Annotated[float, "seconds without use after which it may be ended; 0 for never"]
    start: Annotated[list[StepRow], "the steps of each run"]
    pre_create: Annotated[list[StepRow], "the steps before it is made"]
    post_create: Annotated[list[StepRow], "the steps after it is made"]
    restart: Annotated[list[StepRow], "the steps of a run that finds it"]
    attach: Annotated[list[StepRow], "the steps when the first client comes to it"]
    detach: Annotated[list[StepRow], "the steps when the last client leaves it"]
    cleanup: Annotated[list[StepRow], "the steps at its end"]
    worktree: Annotated[PlannedWorktreeRow | None, "the worktree that is made for it"]
    arguments: Annotated[dict[str, str], "the command's arguments"]
    branch: Annotated[str, "the branch that is checked out where it works"]
    tree: Annotated[str, "the project's folder in the worktree where it works"]
    own: Annotated[bool, "whether the command is one of your own"]
    socket: Annotated[str, "the socket of the tmux server that its files name; empty where they name none"]
