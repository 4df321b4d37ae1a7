"""The fields of the verbs that set viewsync up."""

from typing import Annotated, Literal, TypedDict


class InstallOutput(TypedDict):
    changes: Annotated[list[str], "what was changed"]
    notes: Annotated[list[str], "what is left for you to do"]
    dry_run: Annotated[bool, "whether nothing was changed"]


class CheckRow(TypedDict):
    name: Annotated[str, "what was checked"]
    status: Annotated[Literal["ok", "warn", "fail"], "the answer"]
    found: Annotated[str, "what was found"]
    hint: Annotated[str, "what would help; empty where nothing is wrong"]
    fixable: Annotated[bool, "whether --fix mends it"]
    fix: Annotated[
        Literal["", "registry", "install", "sweep"], "the verb that --fix does for it; empty where --fix leaves it"
    ]
    server: Annotated[str, "the socket of the tmux server that it is about; empty where it is about none"]
    command: Annotated[str, "what mends it, as a shell takes it; empty where no command does"]
    decision: Annotated[str, "what there is to decide about that command; empty where there is nothing"]
    at_stake: Annotated[Literal["work", "orphans", "convenience"], "what it puts at stake"]


class MendingRow(TypedDict):
    command: Annotated[str, "what mends it, as a shell takes it"]
    decision: Annotated[str, "what there is to decide about it; empty where --fix does it by itself"]
    mends: Annotated[list[str], "the checks that it mends"]


class LeftRow(TypedDict):
    check: Annotated[str, "what was checked"]
    server: Annotated[str, "the socket of the tmux server that it is about; empty where it is about none"]
    why: Annotated[str, "why --fix left it"]


class DoctorOutput(TypedDict):
    checks: Annotated[list[CheckRow], "all checks"]
    ok: Annotated[bool, "whether none failed"]
    fixed: Annotated[list[str], "what --fix changed"]
    commands: Annotated[list[MendingRow], "at most three that mend what was found, the most important first"]
    left: Annotated[list[LeftRow], "what --fix left; empty without it"]
    errors: Annotated[list[str], "what --fix could not do"]
