"""What stands around the fields of every verb, and what stands in place of them where it failed."""

from typing import Annotated, TypedDict

from viewsync.output import SCHEMA


class Head(TypedDict):
    schema: Annotated[int, f"{SCHEMA}: the version of all of this; a field that exists keeps its meaning within it"]
    verb: Annotated[str | None, "the verb that was called; null where there is no such verb"]


class _ErrorFields(TypedDict):
    code: Annotated[int, "the exit code"]
    kind: Annotated[str, "what kind of error it is: usage, missing-session, tmux-timeout, ..."]
    message: Annotated[str, "what was wrong, with what"]
    hint: Annotated[str, "what would help; may be empty"]


class ErrorFields(_ErrorFields, total=False):
    more: Annotated[list[str], "what else is wrong in the same way"]


class ErrorOutput(TypedDict):
    """In place of the verb's own fields, where it could not do what was asked."""

    error: Annotated[ErrorFields, "what went wrong"]
