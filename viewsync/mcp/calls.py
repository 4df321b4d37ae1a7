"""One call of a tool, in a process that may wait: its arguments are checked, it is allowed, done and recorded."""

from __future__ import annotations

import hashlib
import shlex
import time
from typing import TYPE_CHECKING, Any

from viewsync import output
from viewsync.errors import Bug, UsageError, ViewsyncError
from viewsync.events import CALL, Event
from viewsync.history import recording
from viewsync.mcp import reach, resources
from viewsync.mcp.rules import arguments, policy, words
from viewsync.mcp.tools import TOOLS
from viewsync.text.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from viewsync.context import Context
    from viewsync.mcp.caller import Caller
    from viewsync.mcp.policy_file import PolicyFile
    from viewsync.mcp.tools import Tool
    from viewsync.output import Result

    RunVerb = Callable[[str, Sequence[str], Context], Result]

LONGEST = 100_000  # characters of what programs printed, in one answer


class Calls:
    """What a worker answers."""

    def __init__(self, ctx: Context, run_verb: RunVerb, policy_file: PolicyFile, caller: Caller) -> None:
        self._ctx = ctx
        self._run_verb = run_verb
        self._policy_file = policy_file
        self._caller = caller
        self._inputs = {name: tool.input_schema() for name, tool in TOOLS.items()}

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """`text`: the JSON of the answer; `notes`: what else there is to say; `failed`: whether it was not done."""
        if request["what"] == "call":
            return self._called(request["tool"], request["arguments"])
        if request["what"] == "read":  # which is no line of the history: who reads it hears of each of those
            return self._guarded("mcp", lambda: self._call(request["tool"], request["arguments"], _Done()))
        return self._guarded("mcp", lambda: resources.answer(self._ctx, self._policy_file.policy(), request))

    def _called(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        begin = time.monotonic()
        done = _Done()
        tool = TOOLS.get(name)
        outcome = "cancelled"
        try:
            answer = self._guarded(tool.does if tool else "mcp", lambda: self._call(name, given, done))
            outcome = answer["outcome"]
        finally:
            self._record(name, done, outcome, time.monotonic() - begin)
        return answer

    def _guarded(self, verb: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        output.take_notes()
        try:
            return work()
        except ViewsyncError as error:
            found = error
        except Exception as error:
            self._ctx.log.exception("a bug in %s", verb)
            found = Bug(f"a bug: {type(error).__name__}; the details are in viewsync.log")
        text = output.as_text(output.enveloped(verb, {"error": output.error_fields(found)}), indent=None)
        return {"text": text, "notes": output.take_notes(), "failed": True, "outcome": found.kind}

    def _call(self, name: str, given: Mapping[str, Any], done: _Done) -> dict[str, Any]:
        tool = TOOLS.get(name)
        if tool is None:
            raise UsageError(f"there is no tool {name!r}", did_you_mean(name, TOOLS, f"there are: {', '.join(TOOLS)}"))
        allowed = self._policy_file.policy()
        allowed.check_verb(name)
        checked = arguments.checked(name, given, self._inputs[name])
        joined = [shlex.join(checked["command"])] if name == "create" and checked.get("command") else []
        done.text = policy.commands_of(name, checked, joined)
        done.session = str(checked.get("session") or checked.get("register") or checked.get("target", ""))
        if done.text:
            allowed.check_commands(done.text)
        if name == "send" and checked.get("enter") is False:
            allowed.check_pieces("text without Enter")
        meant, done.socket = reach.within(self._ctx, allowed, tool.name, checked)
        if name == "list" and (telling := _TELL.get(checked.get("what", ""))):
            return telling(self._ctx, allowed, checked.get("session", ""), int(checked.get("limit", 100)))
        result = self._run(tool, meant, allowed)
        data = reach.seen(allowed, name, result.data)
        data, cut = _cut(data, tool.of_panes)
        notes = [*output.take_notes(), *(() if tool.silent else result.warnings), *cut]
        return {
            "text": output.as_text(output.enveloped(tool.does, data), indent=None),
            "notes": [output.printable(note) for note in notes],
            "failed": (tool.fails and result.code != 0) or _not_run(name, data),
            "outcome": str(data.get("outcome") or f"exit code {result.code}"),
        }

    def _run(self, tool: Tool, meant: Mapping[str, Any], allowed: policy.Policy) -> Result:
        if tool.name == "kill" and not meant.get("dry_run"):
            reach.check_own(self._ctx, self._caller, meant)
        if tool.name == "cleanup" and meant.get("dry_run") is False:
            plan = self._run_verb(tool.does, [*words.OF["cleanup"]({**meant, "dry_run": True}), "--json"], self._ctx)
            reach.check_cleanup(self._ctx, self._caller, allowed, plan.data, views=meant.get("views", False))
        if tool.name == "reconcile" and allowed.narrows and (meant.get("repair") or meant.get("register")):
            raise allowed.forbids("a repair, since it says which sessions may be touched")
        own = words.OF[tool.name](meant)
        front, dashes, behind = _split(own)
        return self._run_verb(tool.does, [*front, "--json", *dashes, *behind], self._ctx)

    def _record(self, name: str, done: _Done, outcome: str, seconds: float) -> None:
        raw = done.text.encode("utf-8", "surrogatepass")
        detail = f"{len(raw)} bytes, sha256 {hashlib.sha256(raw).hexdigest()}" if raw else ""
        event = Event(
            at=self._ctx.clock(),
            event=CALL,
            trigger="mcp",
            socket=done.socket,
            server="",
            session=done.session,
            reason=f"{name[:40]}: {outcome}",
            seconds=round(seconds, 4),
            detail=detail,
        )
        recording.record(self._ctx, [event])


_TELL = {"events": resources.events, "events-everywhere": resources.events_everywhere}


def _not_run(name: str, data: Mapping[str, Any]) -> bool:
    """A command whose code is not known, and that does not go on either."""
    return name == "exec" and data["code"] is None and not data["timed_out"]


class _Done:
    """What is known of a call, for the history."""

    text = ""
    session = ""
    socket = ""


def _split(own: list[str]) -> tuple[list[str], list[str], list[str]]:
    """What stands before `--`, that, and what stands behind. A value never is `--`: it stands behind its `=`."""
    if "--keys" in own:  # takes all that follows
        at = own.index("--keys")
        return own[:at], [], own[at:]
    at = own.index("--") if "--" in own else len(own)
    return own[:at], own[at : at + 1], own[at + 1 :]


def _cut(data: dict[str, Any], fields: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """No more than a client can take, of the end, which tells most."""
    told = []
    for field in fields:
        value = data.get(field)
        size = sum(map(len, value)) if isinstance(value, list) and all(isinstance(v, str) for v in value) else 0
        size = size or (len(value) if isinstance(value, str) else 0)
        if size <= LONGEST:
            continue
        told.append(f"{field} was cut: it is the last {LONGEST} of {size} characters")
        if isinstance(value, str):
            data = {**data, field: value[-LONGEST:]}
        else:
            kept: list[str] = []
            left = LONGEST
            for line in reversed(value or []):
                if left <= 0:
                    break
                kept.append(line[-left:])
                left -= len(line)
            data = {**data, field: kept[::-1]}
    return data, told
