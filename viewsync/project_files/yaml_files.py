"""YAML files as nodes that know their lines. Built from the parser's events, so nothing in a file can run, recurse or
grow: tags make no objects, the depth and the number of values are bounded, an alias counts as what it stands for.
"""

from __future__ import annotations

import os
import stat

from viewsync.project_files.rules.nodes import BOOLEAN, LIST, MAPPING, NULL, NUMBER, TEXT, Node, Problem, Unfit
from viewsync.store import parsed_files
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_EDITION = 2  # of what may be kept: another number where less may, so that what was kept before goes
_LARGEST = 1_000_000  # bytes
_MOST = 20_000  # values, each alias counted as all that it stands for
_DEEPEST = 40
_BREAKS = "\r\x85\u2028\u2029\ufeff"  # that YAML reads as the end of a line, or drops: escaped in quotes
_TAG = "tag:yaml.org,2002:"
_KINDS = {"null": NULL, "bool": BOOLEAN, "int": NUMBER, "float": NUMBER, "merge": "merge"}


class _Open(NamedTuple):
    """A mapping or list that is not yet at its end."""

    kind: str
    line: int
    anchor: str | None
    values: list[tuple[Node, int]]  # with how many values each stands for; of a mapping, keys and values by turns


class _TooDeep(Unfit):
    """Values lie in one another deeper than we follow them."""


def load(path: str, state: str = "", *, keep: bool = True) -> Node:
    """The file's one document; null for an empty file. Raises Unfit, with the line. `state`: the state folder, where
    the same text need not be parsed twice. `keep`: whether it may be written there; what may be a secret never is.
    """
    text = read(path)
    if not (state and keep):
        if state:
            parsed_files.forget(state, path)
        return parse(text, path)
    ours = os.stat(__file__)
    parser = f"{_EDITION}.{ours.st_size}.{ours.st_mtime_ns}"
    try:
        return _kept_node(parsed_files.find(state, path, text, parser), path)
    except (TypeError, ValueError, AttributeError):  # nothing was kept, or nothing that is understood
        node = parse(text, path)
    from viewsync.project_files.rules import secrecy  # only for what is new

    if secrecy.may_hold_secrets(node):
        parsed_files.forget(state, path)
    else:
        parsed_files.keep(state, path, text, parser, _as_kept(node))
    return node


def read(path: str) -> str:
    """The whole text. Raises Unfit."""
    try:
        # Without a wait for whoever may write into a pipe.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unfit([Problem(path, 0, "is no file")])
            raw = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise Unfit([Problem(path, 0, f"cannot be read: {getattr(error, 'strerror', None) or error}")]) from None
    if len(raw) > _LARGEST:
        raise Unfit([Problem(path, 0, f"is larger than {_LARGEST} bytes")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unfit([Problem(path, line, "is not UTF-8", "save it as UTF-8")]) from None


def parse(text: str, path: str, twice: list[Problem] | None = None) -> Node:
    """`twice`: of another tool's file, takes the keys that stand in one mapping for the second time, which then win;
    else they are wrong.
    """
    import yaml  # 18 ms: only where there is a file that was not read before

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the slow one is 20 times slower
    try:
        return _Builder(path, twice).build(yaml.parse(text, loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(filter(None, (error.context, error.problem)))
        line, at = (mark.line + 1, mark.index) if mark else (0, 0)
        _refuse_depth(yaml.parse(text[:at], loader), path)
        raise Unfit([Problem(path, line, f"is not YAML: {what}", _hint(text[at : at + 1]))]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Unfit([Problem(path, line, f"is not YAML: {error.reason}")]) from None


def _as_kept(node: Node) -> list[Any]:
    items = [_as_kept(item) for item in node.items]
    fields = {name: _as_kept(field) for name, field in node.fields.items()}
    return [node.kind, node.line, node.text, node.text_line, items, fields]


def _kept_node(kept: Any, path: str) -> Node:
    kind, line, text, text_line, items, fields = kept
    return Node(
        kind,
        path,
        line,
        text,
        text_line,
        [_kept_node(item, path) for item in items] if kind == LIST else (),
        {name: _kept_node(field, path) for name, field in fields.items()},
    )


def dump(data: Any) -> str:
    """YAML for people: keys in their order, text of several lines as a block."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, _data: Any) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002  its caller names it
            super().increase_indent(flow, False)

    def text(dumper: yaml.SafeDumper, value: str) -> Any:
        odd = any(char in value for char in _BREAKS)
        style = '"' if odd else "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    return yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=120)


def _hint(stumbled_over: str) -> str:
    """By the character at which the parser gave up: its words are another library's, and change."""
    if stumbled_over == ":":
        return "text with a colon in it goes in quotes"
    if stumbled_over and stumbled_over in "\t@%`":
        return "YAML indents with spaces, and text that begins with a sign such as @ % ` goes in quotes"
    return ""


def _refuse_depth(before: Iterator[Any], path: str) -> None:
    """Raises TooDeep where the text before the place at which the parser gave up is deeper than we take it.

    The parser reads far ahead of what it tells us, and has a limit of its own on how deep values lie in one another.
    """
    import yaml

    try:
        _Builder(path).build(before)
    except _TooDeep as error:
        raise error from None
    except (Unfit, yaml.YAMLError):
        return


class _Builder:
    def __init__(self, path: str, twice: list[Problem] | None = None) -> None:
        import yaml

        self.path = path
        self.twice = twice
        self.resolver: Any = yaml.resolver.Resolver()
        self.scalar = yaml.ScalarNode
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.root: Node | None = None
        self.count = 0

    def build(self, events: Iterator[Any]) -> Node:
        for event in events:
            line = event.start_mark.line + 1
            match type(event).__name__:
                case "ScalarEvent":
                    self._add(self._scalar(event, line), 1, event.anchor)
                case "AliasEvent":
                    node, size = self._anchored(event.anchor, line)
                    self._add(node, size, None)
                case "MappingStartEvent" | "SequenceStartEvent" as name:
                    self._begin(MAPPING if name.startswith("M") else LIST, event, line)
                case "MappingEndEvent" | "SequenceEndEvent":
                    self._end()
                case "DocumentStartEvent" if self.root:
                    raise self._wrong(line, "a second document begins", "one file holds one document")
        return self.root or Node(NULL, self.path, 1)

    def _wrong(self, line: int, what: str, hint: str = "") -> Unfit:
        return Unfit([Problem(self.path, line, what, hint)])

    def _scalar(self, event: Any, line: int) -> Node:
        tag = event.tag
        if tag is None:
            tag = self.resolver.resolve(self.scalar, event.value, event.implicit)
        elif tag not in ("!", f"{_TAG}str"):
            raise self._tagged(tag, line)
        kind = _KINDS.get(tag.removeprefix(_TAG), TEXT)  # a date is text as well
        if bad := next((char for char in event.value if char == "\0" or "\ud800" <= char <= "\udfff"), ""):
            raise self._wrong(line, f"text cannot hold the character {bad!r}")
        block = event.end_mark.line + 1 > line and event.style in ("|", ">")
        plain = self.twice is not None and event.implicit[0]
        return Node(kind, self.path, line, event.value, line + 1 if block else line, plain=plain)

    def _tagged(self, tag: str, line: int) -> Unfit:
        return self._wrong(line, f"the tag {tag.replace(_TAG, '!!')} is not understood", "leave it out")

    def _anchored(self, anchor: str, line: int) -> tuple[Node, int]:
        if anchor not in self.anchors:  # also one that is still open: an alias within itself
            raise self._wrong(line, f"there is no anchor &{anchor} before this alias")
        return self.anchors[anchor]

    def _begin(self, kind: str, event: Any, line: int) -> None:
        if event.tag not in (None, "!", f"{_TAG}map", f"{_TAG}seq"):
            raise self._tagged(event.tag, line)
        if len(self.open) == _DEEPEST:
            raise _TooDeep([Problem(self.path, line, f"values lie in one another deeper than {_DEEPEST} times")])
        self.anchors.pop(event.anchor, None)
        self.open.append(_Open(kind, line, event.anchor, []))

    def _add(self, node: Node, size: int, anchor: str | None) -> None:
        self.count += size
        if self.count > _MOST:
            raise self._wrong(node.line, f"there are more than {_MOST} values", "aliases count as what they stand for")
        if anchor:
            self.anchors[anchor] = (node, size)
        if self.open:
            self.open[-1].values.append((node, size))
        else:
            self.root = node

    def _end(self) -> None:
        done = self.open.pop()
        size = 1 + sum(size for _, size in done.values)
        values = [node for node, _ in done.values]
        if done.kind == LIST:
            node = Node(LIST, self.path, done.line, items=values)
        else:
            node = Node(MAPPING, self.path, done.line, fields=self._fields(values[::2], values[1::2]))
        self.count -= size - 1  # they were counted one by one
        self._add(node, size, done.anchor)

    def _fields(self, keys: list[Node], values: list[Node]) -> dict[str, Node]:
        fields: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        for key, value in zip(keys, values, strict=True):
            if key.kind in (MAPPING, LIST):
                raise self._wrong(key.line, "a key must be text", "a value that begins with { goes in quotes")
            if key.kind == "merge":
                self._merge(merged, value, key.line)
            elif key.text in fields and self.twice is None:
                there = fields[key.text].line
                raise self._wrong(key.line, f"the key {key.text!r} stands here for the second time", f"line {there}")
            elif key.text in fields and self.twice is not None:
                what = f"{key.text} stands here for the second time, and counts instead of line {fields[key.text].line}"
                self.twice.append(Problem(self.path, key.line, what))
                fields[key.text] = value._replace(line=key.line, plain_key=key.plain)
            else:
                fields[key.text] = value._replace(line=key.line, plain_key=key.plain)
        return {**merged, **fields}

    def _merge(self, merged: dict[str, Node], value: Node, line: int) -> None:
        for node in value.items if value.kind == LIST else [value]:
            if node.kind != MAPPING:
                raise self._wrong(line, "`<<` takes a mapping, or a list of them")
            for name, field in node.fields.items():
                merged.setdefault(name, field)
