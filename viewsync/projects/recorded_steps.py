"""Steps as they were noted when their session was made, for when nobody is left who knows its files: what they are,
whether they are still trusted, and the values that were not noted.
"""

from __future__ import annotations

import os

from viewsync.errors import ViewsyncError
from viewsync.project_files.rules.plan import Step
from viewsync.projects import trust
from viewsync.projects.reached_files import Home
from viewsync.text import durations
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.context import Context


def step(found: dict[str, Any]) -> Step:
    """As it was recorded, when it was trusted."""
    return Step(
        name=str(found.get("name")),
        command=str(found.get("command")),
        cwd=str(found.get("cwd")),
        environment=tuple(texts(found.get("environment")).items()),
        timeout=durations.recorded(found.get("timeout"), 60.0),
        on_failure=str(found.get("on_failure")),
        source=str(found.get("source")),
    )


def texts(found: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def listed(record: Mapping[str, Any], key: str) -> list[str]:
    found = record.get(key)
    return [str(item) for item in found] if isinstance(found, list) else []


def steps(record: Mapping[str, Any], key: str) -> list[Step]:
    found = record.get(key)
    return [step(noted) for noted in found if isinstance(noted, dict)] if isinstance(found, list) else []


def variables(record: Mapping[str, Any]) -> dict[str, str]:
    """What they find in their environment, but for secrets."""
    return {"PATH": str(record.get("path") or os.defpath), **texts(record.get("variables"))}


def distrust(
    ctx: Context, record: Mapping[str, Any], step: Step, wanted: Sequence[Step], what: str, key: str = "trusted"
) -> str:
    """Why a step may not run any more, "" when it may. `wanted`: all of them, which are trusted as one, with what
    stands below `key`; `what`: which kind of step it is.
    """
    if record.get("own") is True:  # no repository could have changed what the user's own command runs
        path = step.source.rpartition(":")[0]
        problem = trust.others_could_write(path) if path else ""
        return f"the {what} step '{step.name}' may be somebody else's, and did not run: {problem}" if problem else ""
    root, command = str(record.get("root")), str(record.get("command"))
    own = {**texts(record.get("variables")), **dict.fromkeys(listed(record, "left_out"), "")}
    trusted = listed(record, key)
    where = Home(tuple(listed(record, "bases")) or (root,), tuple(own.items()), bent=bool(trusted))
    try:
        now = trust.covering(ctx.env, trust.lines(wanted, ()), where)
        if trust.still(ctx.folder, root, command, trusted, now):
            return ""
    except ViewsyncError as error:
        return f"the {what} step '{step.name}' did not run: {error.message}"
    return f"the {what} step '{step.name}' did not run: it is not what you trusted (`viewsync trust {command}`)"


def secrets(ctx: Context, record: Mapping[str, Any], what: str) -> tuple[dict[str, str], list[str]]:
    """The values that were not kept: from the project's files, if those are still trusted."""
    names = listed(record, "left_out")
    if not names:
        return {}, []
    try:
        given = [f"{name}={value}" for name, value in texts(record.get("arguments")).items()]
        found = trust.secrets(ctx, str(record.get("file")), given, names, str(record.get("called") or ""))
    except ViewsyncError as error:
        return {}, [f"the {what} steps had no {', '.join(names)}: {error.message}"]
    missing = [name for name in names if name not in found]
    return found, [f"the {what} steps had no {', '.join(missing)}"] if missing else []
