"""What stands in for the standard library's modules on hot paths does what they do."""

from __future__ import annotations

import contextlib
import functools
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.server import ROOT
from viewsync import light

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3) | st.integers() | st.none(), inner, max_size=3)
        | st.tuples(inner, inner)
    ),
    max_leaves=8,
)
_ODD: list[Any] = [{1, 2}, b"x", {"a": object}, [1j], {(1, 2): 3}, float("nan"), [float("inf")], "\ud800", {}]


def told(ask: Callable[[], object]) -> object:
    """NaN is not equal to itself, and True is 1, so what is compared is how it reads."""
    try:
        return repr(ask())
    except Exception as error:
        return type(error), str(error)


def same_text(value: Any, **how: Any) -> None:
    assert told(lambda: light.json.dumps(value, **how)) == told(lambda: json.dumps(value, **how))


_HOW: list[dict[str, Any]] = [
    {},
    {"ensure_ascii": False},
    {"indent": 2},
    {"indent": 2, "ensure_ascii": False, "allow_nan": False},
    {"indent": None, "ensure_ascii": False, "allow_nan": False},
]


@settings(max_examples=100, deadline=None, database=None)
@given(value=_VALUES, how=st.sampled_from(_HOW))
def test_json_is_written_as_ever(value: Any, how: dict[str, Any]) -> None:
    same_text(value, **how)


@pytest.mark.parametrize("value", _ODD, ids=range(len(_ODD)))
def test_what_json_cannot_say_is_the_same_error(value: Any) -> None:
    itself: list[Any] = []
    itself.append(itself)
    for how in _HOW:
        same_text(value, **how)
        same_text(itself, **how)


_PIECES = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    '"a"',
    "1",
    "-1.5e3",
    "nul",
    "null",
    "true",
    "NaN",
    " ",
    "\n",
    "\x00",
    "\\u12",
]


@settings(max_examples=200, deadline=None, database=None)
@given(text=_VALUES.map(json.dumps) | st.lists(st.sampled_from(_PIECES), max_size=8).map("".join) | st.text(max_size=5))
def test_json_is_read_as_ever_with_its_errors(text: str) -> None:
    assert told(lambda: light.json.loads(text)) == told(lambda: json.loads(text))
    hooks: dict[str, Any] = {"parse_constant": lambda _: None, "parse_float": lambda word: f"f{word}", "parse_int": int}
    assert told(lambda: light.json.loads(text, **hooks)) == told(lambda: json.loads(text, **hooks))


@pytest.mark.parametrize("text", ["\ufeff{}", b'{"a": 1}', bytearray(b"[1]"), None, 5, "1" * 5000, "[" * 100_000])
def test_odd_things_are_read_as_ever(text: Any) -> None:
    assert told(lambda: light.json.loads(text)) == told(lambda: json.loads(text))


def test_an_error_in_json_is_the_one_that_is_expected() -> None:
    with pytest.raises(json.JSONDecodeError):
        light.json.loads("{")
    assert light.json.JSONDecodeError is json.JSONDecodeError


class Left(Exception):
    pass


MANAGED: dict[str, Callable[[Any], Iterator[None]]] = {}


def managed(function: Callable[[Any], Iterator[None]]) -> Callable[[Any], Iterator[None]]:
    MANAGED[function.__name__] = function
    return function


@managed
def plain(log: Any) -> Iterator[None]:
    log("in")
    yield
    log("out")


@managed
def always(log: Any) -> Iterator[None]:
    try:
        yield
    finally:
        log("out")


@managed
def swallows(log: Any) -> Iterator[None]:
    try:
        yield
    except Left:
        log("swallowed")


@managed
def turns(_: Any) -> Iterator[None]:
    try:
        yield
    except Left as error:
        raise ValueError("turned") from error


@managed
def twice(log: Any) -> Iterator[None]:
    try:
        yield
    except Left:
        log("again")
    yield


@managed
def never(log: Any) -> Iterator[None]:
    if log is None:
        yield


@pytest.mark.parametrize("function", MANAGED.values(), ids=MANAGED)
@pytest.mark.parametrize("problem", [None, Left("x"), StopIteration("s"), RuntimeError("r"), KeyboardInterrupt()])
def test_a_manager_ends_as_contextlibs_does(function: Any, problem: BaseException | None) -> None:
    def ran(kind: Any) -> object:
        log: list[str] = []
        try:
            with kind.contextmanager(function)(log.append):
                log.append("within")
                if problem:
                    raise problem
        except BaseException as error:
            return log, type(error), str(error).replace(" after throw()", ""), type(error.__cause__)
        return log

    assert ran(light.contextlib) == ran(contextlib)


def test_suppress_and_closing_are_contextlibs() -> None:
    with light.contextlib.suppress(ValueError, OSError):
        raise FileNotFoundError
    with pytest.raises(KeyError), light.contextlib.suppress(ValueError):
        raise KeyError
    closed: list[int] = []

    class Thing:
        def close(self) -> None:
            closed.append(1)

    with pytest.raises(KeyError), light.contextlib.closing(Thing()):
        raise KeyError
    assert closed == [1]


def test_a_pattern_is_compiled_when_it_is_used() -> None:
    pattern = light.re.compile("a(.)", light.re.DOTALL | light.re.IGNORECASE)
    match = pattern.fullmatch("A\n")
    assert match
    assert match[1] == "\n"
    assert (pattern.sub("x", "ab ac"), pattern.pattern, pattern.flags) == ("x x", "a(.)", re.compile("a(.)", 18).flags)
    assert light.re.escape("a.b") == re.escape("a.b")
    for flag in ("IGNORECASE", "MULTILINE", "DOTALL", "VERBOSE", "ASCII"):
        assert getattr(light.re, flag) == getattr(re, flag)


def test_a_cached_property_is_asked_once() -> None:
    for kind in (light.cached_property, functools.cached_property):

        class Thing:
            asked = 0

            @kind
            def value(self) -> int:
                """Of it."""
                self.asked += 1
                return self.asked

        thing = Thing()
        assert (thing.value, thing.value, Thing.value.__doc__) == (1, 1, "Of it.")
        del thing.value
        assert thing.value == 2


@pytest.mark.parametrize("outer", [False, True])
@pytest.mark.parametrize("inner", ["plain", "swallows", "turns"])
@pytest.mark.parametrize("problem", [None, Left("x"), KeyError("k")], ids=str)
def test_a_stack_ends_as_contextlibs_does(outer: bool, inner: str, problem: Exception | None) -> None:
    def ran(kind: Any) -> object:
        log: list[str] = []
        try:
            with kind.ExitStack() as stack:
                if outer:
                    stack.enter_context(kind.suppress(ValueError))
                stack.enter_context(kind.contextmanager(MANAGED[inner])(log.append))
                with kind.nullcontext():
                    log.append("within")
                if problem:
                    raise problem
        except Exception as error:
            return log, type(error), str(error)
        return log

    assert ran(light.contextlib) == ran(contextlib)


_HISTORY = """
import sys
sys.path.append(sys.argv[1])
from viewsync.store.lean_sqlite import sqlite3
database = sqlite3.connect(":memory:")
database.execute("CREATE TABLE texts (text)")
for number in range(300):
    database.execute("INSERT INTO texts VALUES (?)", (str(number),))
    assert database.execute(f"SELECT max({number}, 0)").fetchone() == (number,)
try:
    database.execute("nonsense")
except sqlite3.OperationalError as error:
    problem = error
assert database.execute("SELECT count(*) FROM texts").fetchone() == (300,)
assert not {"functools", "datetime", "sqlite3"} & set(sys.modules), "loaded"
import functools
import sqlite3 as real
assert functools.reduce and isinstance(problem, real.OperationalError)
"""


def test_the_history_needs_neither_dates_nor_functools() -> None:
    subprocess.run([sys.executable, "-I", "-S", "-c", _HISTORY, ROOT], check=True)


_WARNED = "import sys; sys.path.append(sys.argv[1]); from viewsync import light; light.ignore_warnings(); "


@pytest.mark.parametrize("first", ["", "import warnings; "])
def test_warnings_are_not_told(first: str) -> None:
    code = f"{first}{_WARNED}import warnings; warnings.warn('told', UserWarning)"
    for options in ([], ["-W", "error"]):
        argv = [sys.executable, "-I", "-S", *options, "-c", code, ROOT]
        done = subprocess.run(argv, capture_output=True, check=False, text=True)
        assert (done.returncode, done.stderr) == (0, "")
