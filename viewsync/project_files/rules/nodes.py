"""What a YAML file says, each value with the file and the line that it stands in, and what is wrong with it."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What a node is, in the words of JSON schema.
TEXT, NUMBER, BOOLEAN, NULL, MAPPING, LIST = "string", "number", "boolean", "null", "object", "array"


class Node(NamedTuple):
    kind: str
    file: str
    line: int  # of its key where it has one; 0: it stands in no line of the file
    text: str = ""  # of a scalar, as it is written: a number stays `1.10`, a truth `yes`
    text_line: int = 0  # of the text's first line, which in a block is not the key's
    items: Sequence[Node] = ()
    fields: Mapping[str, Node] = {}  # nobody changes it
    # Whether it, and its key, stand there without quotes: told of other tools' files, which may mean another text.
    plain: bool = False
    plain_key: bool = False

    @property
    def truth(self) -> bool:
        return self.text.lower() in ("true", "yes", "on", "1")

    def get(self, *path: str) -> Node | None:
        """What stands below that key, or below several of them; None where there is nothing, or null."""
        found: Node | None = self
        for key in path:
            found = found.fields.get(key) if found else None
        return None if found is None or found.kind == NULL else found


class Problem(NamedTuple):
    file: str
    line: int
    what: str
    hint: str = ""

    @property
    def message(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


class Unfit(Exception):
    """A file cannot be used as it stands; all that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].message)
        self.problems = problems


def problem(node: Node, what: str, hint: str = "") -> Problem:
    return Problem(node.file, node.line, what, hint)
