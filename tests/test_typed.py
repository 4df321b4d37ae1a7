"""The named tuples behave as `typing`'s do, and cost no import of it."""

from __future__ import annotations

import copy
import os
import pickle
import re
import subprocess
import sys
import typing

import pytest

from tests.support.server import ROOT
from tests.test_architecture import modules, source
from viewsync import typed

if typing.TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Ours(typed.NamedTuple):
    """A place."""

    name: str
    x: int = 0
    more: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return f"{self.name}@{self.x}"

    def moved(self) -> Ours:
        return self._replace(x=self.x + 1)


class Theirs(typing.NamedTuple):
    """A place."""

    name: str
    x: int = 0
    more: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return f"{self.name}@{self.x}"

    def moved(self) -> Theirs:
        return self._replace(x=self.x + 1)


# From Python 3.13 on.
_replaced = getattr(copy, "replace", lambda place, **values: place._replace(**values))


class OursBelow(Ours):
    """A subclass may have what it likes."""

    more_than_fields = 1


# Each is asked of a class of either kind; what it gives, or the kind of its error, is the same.
ASKED: dict[str, Callable[[Any], object]] = {
    "made": lambda kind: kind("a", 1),
    "made by name": lambda kind: kind(x=2, name="a"),
    "without a field": lambda kind: kind(),
    "with a field too many": lambda kind: kind("a", 1, (), 4),
    "with an unknown field": lambda kind: kind("a", y=1),
    "twice": lambda kind: (kind("a"), kind("b", more=("c",))),
    "shown": lambda kind: repr(kind("a", more=("b",))).partition("(")[2],
    "as a mapping": lambda kind: kind("a")._asdict(),
    "replaced": lambda kind: kind("a")._replace(name="b", more=("c",)),
    "replaced by nothing": lambda kind: kind("a")._replace(y=1),
    "copied with another value": lambda kind: _replaced(kind("a"), name="b"),
    "from values": lambda kind: kind._make(["a", 1, ()]),
    "from too few values": lambda kind: kind._make(["a"]),
    "fields": lambda kind: (kind._fields, kind._field_defaults, kind.__match_args__),
    "equal": lambda kind: (kind("a") == ("a", 0, ()), kind("a") != kind("b"), hash(kind("a"))),
    "ordered": lambda kind: sorted([kind("b"), kind("a", 2), kind("a")]),
    "unpacked": lambda kind: [*kind("a"), kind("a")[1:], len(kind("a"))],
    "methods": lambda kind: (kind("a").shown, kind("a").moved()),
    "copied": lambda kind: (copy.copy(kind("a")), copy.deepcopy(kind("a", more=("b",)))),
    "pickled": lambda kind: pickle.loads(pickle.dumps(kind("a", 3))),  # noqa: S301  our own
    "set": lambda kind: setattr(kind("a"), "name", "b"),
    "given more": lambda kind: setattr(kind("a"), "other", "b"),
    "its kind": lambda kind: (type(kind), kind.__mro__[-2:], kind.__doc__, list(kind.__annotations__), kind.x.__doc__),
}


@pytest.mark.parametrize("what", ASKED)
@pytest.mark.parametrize("first", [100, 0])
def test_a_named_tuple_is_as_typing_makes_it(what: str, first: int) -> None:
    """As one of the first of its class, and as one of many."""
    if "__new__" in vars(Ours):
        delattr(Ours, "__new__")
    vars(Ours)["_first"][:] = [None] * first

    def told(kind: type[Ours] | type[Theirs]) -> object:
        try:
            return ASKED[what](kind)
        except Exception as error:
            return type(error), str(error).replace(kind.__name__, "Kind")

    assert told(Ours) == told(Theirs)
    assert told(Ours) == told(Theirs), "and also once one was made"


def test_the_first_ones_compile_nothing() -> None:
    class Point(typed.NamedTuple):
        x: int
        y: int = 0

    assert [Point(1, 2), Point(1), Point(y=3, x=2)] == [(1, 2), (1, 0), (2, 3)]
    assert "__new__" not in vars(Point)
    for number in range(200):
        assert Point(number) == (number, 0)
    assert "__new__" in vars(Point)


def test_a_subclass_has_the_fields_and_is_made_as_itself() -> None:
    below = OursBelow("a")
    assert (type(below.moved()), below.moved(), below.more_than_fields) == (OursBelow, ("a", 1, ()), 1)


def test_fields_with_defaults_come_last() -> None:
    declared = "class Wrong(NamedTuple):\n    a: int = 0\n    b: int\n"
    for module in (typed, typing):
        with pytest.raises(TypeError):
            exec(f"from __future__ import annotations\n{declared}", {"NamedTuple": module.NamedTuple})  # noqa: S102


def test_only_what_is_not_hot_imports_typing() -> None:
    """The MCP server, whose SDK imports it anyway, and the declarations of the JSON, which it reads."""
    found = [path for path in modules() if re.search(r"^(from|import) typing", source(path), re.MULTILINE)]
    folders = ("mcp", "json_output")
    assert [path for path in found if path.split(os.sep)[0] not in folders] == [
        "registry_shape.py",
    ]


def test_typing_is_not_imported_for_them() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import viewsync.typed; print('typing' in sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code, ROOT], capture_output=True, check=True, text=True)
    assert done.stdout == "False\n"
