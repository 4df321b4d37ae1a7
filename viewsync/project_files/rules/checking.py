"""Whether a file is as its schema says: every problem, with its line and with what would do.

It reads those words of JSON schema that project_files/rules/schema.py uses.
"""

from __future__ import annotations

from viewsync.light import re
from viewsync.project_files.rules.nodes import BOOLEAN, LIST, MAPPING, NULL, NUMBER, TEXT, Node, Problem, problem
from viewsync.project_files.rules.schema import VARIABLE
from viewsync.text import variables
from viewsync.text.nearest import did_you_mean
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewsync.project_files.rules.schema import Schema

_NAMES = {
    TEXT: "text",
    NUMBER: "a number",
    BOOLEAN: "true or false",
    NULL: "empty",
    MAPPING: "a mapping",
    LIST: "a list",
}


def problems(node: Node, schema: Schema) -> list[Problem]:
    """In the order of their lines."""
    found = list(_Checking(schema).check(node, schema, ""))
    return sorted(found, key=lambda each: each.line)


def close(name: str, names: list[str]) -> str:
    """`did you mean`, or what there is."""
    return did_you_mean(name, names, f"there are: {', '.join(names)}" if names else "there is none")


def _fits(pattern: str, text: str) -> bool:
    """What is of letters and digits, and of `-` where that is no variable's name, fits all patterns that there are."""
    plain = text if pattern == VARIABLE else text.replace("-", "_")
    return (variables.is_name(plain) and plain[0] != "_") or bool(re.search(pattern, text))


class _Checking:
    def __init__(self, root: Schema) -> None:
        self.root = root

    def check(self, node: Node, schema: Schema, path: str) -> Iterator[Problem]:
        """`path`: where it stands, as `session.windows[0]`."""
        chosen = self._chosen(node, schema)
        kinds = self._kinds(schema)
        if chosen is None:
            yield self._unfit(node, kinds, path)
        elif "enum" in chosen and node.text not in chosen["enum"]:
            yield problem(node, f"{path} must be {' or '.join(chosen['enum'])}, not {node.text!r}")
        elif "pattern" in chosen and not _fits(chosen["pattern"], node.text):
            yield problem(node, f"{path}: {node.text!r} is not a name", "letters, digits and _")
        elif node.kind == MAPPING:
            yield from self._mapping(node, chosen, path)
        elif node.kind == LIST:
            for number, item in enumerate(node.items):
                yield from self.check(item, chosen["items"], f"{path}[{number}]")

    def _resolved(self, schema: Schema) -> Schema:
        if "$ref" not in schema:
            return schema
        found: Schema = self.root["$defs"][schema["$ref"].rpartition("/")[2]]
        return found

    def _choices(self, schema: Schema) -> list[Schema]:
        schema = self._resolved(schema)
        return [self._resolved(choice) for choice in schema.get("anyOf", [schema])]

    def _chosen(self, node: Node, schema: Schema) -> Schema | None:
        """The one of several that is for this kind of value."""
        return next((choice for choice in self._choices(schema) if node.kind in self._types(choice)), None)

    def _kinds(self, schema: Schema) -> list[str]:
        return [kind for choice in self._choices(schema) for kind in self._types(choice)]

    @staticmethod
    def _types(schema: Schema) -> list[str]:
        found = schema.get("type", TEXT)
        return [found] if isinstance(found, str) else found

    def _unfit(self, node: Node, kinds: list[str], path: str) -> Problem:
        wanted = " or ".join(_NAMES[kind] for kind in kinds if kind != NULL)
        where = f"{path} must be" if path else "the file must hold"
        shown = _NAMES[node.kind] if node.kind in (MAPPING, LIST, NULL) else f"{node.text!r}"
        quoted = TEXT in kinds and node.kind in (NUMBER, BOOLEAN)
        emptied = TEXT in kinds and node.kind == NULL
        hint = f'write it in quotes: "{node.text}"' if quoted else 'for empty text write ""' if emptied else ""
        return problem(node, f"{where} {wanted}, not {shown}", hint)

    def _mapping(self, node: Node, schema: Schema, path: str) -> Iterator[Problem]:
        known = schema.get("properties", {})
        names = schema.get("propertyNames", {}).get("pattern", "")
        others = schema["additionalProperties"]
        for key, value in node.fields.items():
            below = f"{path}.{key}" if path else key
            if key in known:
                # A key with nothing behind it is as if it were not there, but in a list of variables.
                if value.kind != NULL:
                    yield from self.check(value, known[key], below)
            elif others is False:
                where = f" in {path}" if path else ""
                yield problem(value, f"there is no key {key!r}{where}", self._meant(key, list(known)))
            elif names and not _fits(names, key):
                yield problem(value, f"{below}: {key!r} is not a name", "letters, digits and _")
            else:
                yield from self.check(value, others, below)
        for key in schema.get("required", ()):
            if node.get(key) is None:
                yield problem(node, f"{path}.{key} is missing")

    def _meant(self, key: str, known: list[str]) -> str:
        for name, schema in self.root["properties"].items():
            if key not in known and key in schema.get("properties", {}):
                return f"it stands below {name}:"
        return close(key, known)
