"""Steps: found by their names, and what each runs."""

from __future__ import annotations

from viewsync.light import quote
from viewsync.project_files.rules.checking import close
from viewsync.project_files.rules.nodes import LIST, MAPPING, TEXT, Node
from viewsync.project_files.rules.plan import ABORT, Step
from viewsync.text import durations
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from viewsync.project_files.rules.filling import Filler

_TIMEOUT = 300.0  # seconds
_SHOWN = 40  # characters of a command that stand for the name of a step without one


class Steps:
    def __init__(self, filler: Filler, cwd: str) -> None:
        self.filler = filler
        self.cwd = cwd
        files = (filler.sources.project, filler.sources.command)
        self.known = dict(pair for file in files if file for pair in _named(file.get("steps")))

    def steps(self, nodes: Iterable[Node], on_failure: str = ABORT) -> tuple[Step, ...]:
        """`on_failure`: of those that do not say."""
        return tuple(found for node in nodes if (found := self._step(node, on_failure)))

    def _step(self, node: Node, on_failure: str) -> Step | None:
        if node.kind == MAPPING:
            return self._made(node, "", on_failure)
        name = self.filler.text(node)
        if not name:
            return None
        if name in self.known:
            return self._made(self.known[name], name, on_failure)
        if path := self.filler.world.step(name):
            return Step(name, quote(path), self.cwd, (), _TIMEOUT, on_failure, f"{path}:1")
        hint = close(name, list(self.known)) if self.known else "define it below steps:, as in `NAME: COMMAND`"
        hint = "a command is written `run: COMMAND`" if " " in name else hint
        self.filler.wrong(node, f"there is no step {name!r}", hint)
        return None

    def _made(self, node: Node, name: str, on_failure: str) -> Step | None:
        fields = node if node.kind == MAPPING else None
        found = self.filler.either(fields, "run", "command") if fields else node
        source = f"{node.file}:{node.line}"
        if found is None:
            return self._by_name(node, name, on_failure)
        command = self.filler.shell(found)
        name = name or self.filler.text(node.get("name")) or " ".join(command.split())[:_SHOWN]
        if not command.strip():
            self.filler.wrong(found, "a step without a command")
        return Step(
            name,
            command.rstrip("\n"),
            self.filler.folder(fields, self.cwd),
            tuple(self.filler.texts(node.get("environment")).items()),
            self._timeout(node.get("timeout")),
            getattr(node.get("on_failure"), "text", on_failure),
            source,
        )

    def _by_name(self, node: Node, defined: str, on_failure: str) -> Step | None:
        """`{name: build, timeout: 1m}`: a named step, and what is other here. `defined`: where that would be none."""
        named = node.get("name")
        if named is None or defined:
            self.filler.wrong(node, "a step without a command", "say `run: COMMAND`")
            return None
        found = self._step(named, on_failure)
        if found is None:
            return None
        own = self.filler.texts(node.get("environment"))
        return found._replace(
            cwd=self.filler.folder(node, found.cwd),
            environment=tuple({**dict(found.environment), **own}.items()),
            timeout=self._timeout(node.get("timeout"), found.timeout),
            on_failure=getattr(node.get("on_failure"), "text", found.on_failure),
        )

    def _timeout(self, node: Node | None, default: float = _TIMEOUT) -> float:
        if node is None:
            return default
        text = self.filler.text(node)
        found = durations.seconds(text)
        if not found and text:
            self.filler.wrong(node, f"timeout is not a duration: {text!r}", "30s, 5m, or a number of seconds")
        return found or default


def bounds(step: Step) -> str:
    """What a step may do, in words."""
    return f"{durations.shown(step.timeout)} at most, {step.on_failure} on failure"


def _named(node: Node | None) -> Sequence[tuple[str, Node]]:
    """What `steps:` defines: a mapping all, a list those of its mappings that have a name and a command."""
    if node is None:
        return ()
    if node.kind == MAPPING:
        return list(node.fields.items())
    if node.kind != LIST:
        return ()
    own = [step for step in node.items if step.kind != TEXT and (step.get("run") or step.get("command"))]
    return [(name.text, step) for step in own if (name := step.get("name"))]
