"""What in another tool's file is no text, list or mapping where that tool reads one: it is left out, and told."""

from __future__ import annotations

from viewsync.project_files.rules.nodes import LIST, MAPPING, NULL, TEXT, Node, Problem, problem
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SAID = {LIST: "list", MAPPING: "mapping"}


def fitting(
    node: Node,
    left: list[Problem],
    *,
    texts: Iterable[str] = (),
    lists: Iterable[str] = (),
    mappings: Iterable[str] = (),
) -> Node:
    """The mapping without those of these keys whose values are something else."""
    wanted = {**dict.fromkeys(texts, TEXT), **dict.fromkeys(lists, LIST), **dict.fromkeys(mappings, MAPPING)}
    wrong = {key for key, field in node.fields.items() if key in wanted and not _is(field, wanted[key])}
    for key in wrong:
        kind = wanted[key]
        what = f"is a {_SAID[node.fields[key].kind]}" if kind == TEXT else f"is no {_SAID[kind]}"
        left.append(problem(node.fields[key], f"{key} {what}, and is left out"))
    if not wrong:
        return node
    return node._replace(fields={key: field for key, field in node.fields.items() if key not in wrong})


def _is(node: Node, kind: str) -> bool:
    """A number is as good as text; null is as if the key were not there."""
    return node.kind in (NULL, kind) or (kind == TEXT and node.kind not in _SAID)


def mappings(node: Node | None, what: str, left: list[Problem]) -> Sequence[Node]:
    """Those of a list."""
    items = node.items if node else ()
    left += [problem(item, f"{_shown(item)} is no {what}, and is left out") for item in items if item.kind != MAPPING]
    return [item for item in items if item.kind == MAPPING]


def _shown(node: Node) -> str:
    return f"a {_SAID[node.kind]}" if node.kind in _SAID else repr(node.text)
