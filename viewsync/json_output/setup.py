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
    fixable: Annotated[bool, "whether --fix repairs it"]
    server: Annotated[str, "the socket of the tmux server that it is about; empty where it is about none"]


class DoctorOutput(TypedDict):
    checks: Annotated[list[CheckRow], "all checks"]
    ok: Annotated[bool, "whether none failed"]
    fixed: Annotated[list[str], "what --fix changed"]
