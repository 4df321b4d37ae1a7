"""What reads the words of usual calls gives what argparse gives, from the same declarations."""

from __future__ import annotations

import argparse
import contextlib
import importlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewsync import cli
from viewsync.arguments import VERBATIM, Declarations, NotPlain
from viewsync.errors import ViewsyncError

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS = [
    "",
    "x",
    "web",
    "-",
    "--",
    "-1",
    "-x y",
    "a b",
    "--nope",
    "--nope=1",
    "-h",
    "5",
    "1.5",
    "30m",
    "@3",
    "K=v",
    "é",
]


def declared(verb: str) -> Declarations | None:
    """None: argparse reads all of its words."""
    declarations = Declarations()
    try:
        importlib.import_module(f"viewsync.commands.{cli.COMMANDS[verb].module}").arguments(declarations)
    except NotPlain:
        return None
    return declarations


VERBS = [verb for verb in cli.COMMANDS if declared(verb)]


def by_argparse(parser: argparse.ArgumentParser, words: Sequence[str]) -> dict[str, Any] | None:
    """None where it is an error, or help."""
    with contextlib.suppress(ViewsyncError, SystemExit):
        return vars(parser.parse_args(words))
    return None


def typed(read: dict[str, Any]) -> dict[str, tuple[type, Any]]:
    """True is not 1."""
    return {name: (type(value), value) for name, value in read.items()}


def lists_of_words(parser: argparse.ArgumentParser) -> st.SearchStrategy[list[str]]:
    actions = parser._actions
    flags = [flag for action in actions for flag in action.option_strings]
    choices = [str(choice) for action in actions for choice in action.choices or ()]
    value = st.sampled_from([*_WORDS, *choices]) | st.text(st.characters(exclude_characters=VERBATIM), max_size=4)
    flag = st.sampled_from(flags)
    with_value = st.tuples(flag, value)
    joined = with_value.map(lambda pair: (f"{pair[0]}={pair[1]}",))
    verbatim = with_value.map(lambda pair: (f"{pair[0]}={VERBATIM}{pair[1]}",))
    part = st.one_of(st.tuples(flag), with_value, joined, verbatim, st.tuples(value))
    return st.lists(part, max_size=5).map(lambda parts: [word for part in parts for word in part])


@pytest.mark.parametrize("verb", VERBS)
def test_both_read_the_same(verb: str) -> None:
    declarations, parser = declared(verb), cli.parser_of(verb)
    assert declarations is not None

    @settings(max_examples=40, deadline=None, database=None)
    @given(words=lists_of_words(parser))
    def read(words: list[str]) -> None:
        found = declarations.read(words)
        if found is not None:
            given_by_argparse = by_argparse(parser, words)
            assert given_by_argparse is not None, words
            assert typed(vars(found)) == typed(given_by_argparse), words

    read()


def test_only_verbs_with_verbs_of_their_own_are_for_argparse_alone() -> None:
    assert set(cli.COMMANDS) - set(VERBS) == {"registry", "worktree"}


USUAL = {
    "open": (["proj"], ["--json", "proj", "-L", "work"], ["proj", "--window", "@3", "--create", "--lease=5"]),
    "hook": ([], ["session-closed"], ["resurrect-saved", "/a b"]),
    "send": (["-s", "web", f"-c={VERBATIM}--help"], ["-t", "a:0.0", "-S", "/s", "-m", f"--command={VERBATIM}ls"]),
    "health": ([], ["-s", "web"], ["--session=web", "--json"]),
    "wait": (
        ["-s", "web", f"-p={VERBATIM}x", f"--pattern={VERBATIM}y", "--all"],
        ["--idle", "2s"],
        ["--exit", "-T", "5"],
    ),
    "capture": (["-s", "web"], ["--lines", "5", "--ansi"], ["-S", "/s", "--all-history"]),
    "list": ([], ["--json", "--filter", "type=shell", "--sort", "age"]),
    "run": (["dev"], [], ["dev", "key=value", "other=1"]),
    "exec": (["-s", "web", "-T", "5"], ["make test"]),
    "views": (["--json"],),
    "kill": (["web"], ["-s", "web"]),
}


@pytest.mark.parametrize("verb", USUAL)
def test_usual_words_are_read_without_argparse(verb: str) -> None:
    declarations = declared(verb)
    assert declarations is not None
    for words in USUAL[verb]:
        found = declarations.read(words)
        assert found is not None, words
        assert typed(vars(found)) == typed(by_argparse(cli.parser_of(verb), words) or {}), words


class _Declared:
    """The same declarations, read in both ways. `argparse.ArgumentParser` has the same methods, as far as they go."""

    def __init__(self) -> None:
        self.ours, self.theirs = Declarations(), argparse.ArgumentParser(exit_on_error=False)

    def add(self, *flags: str, **words: Any) -> None:
        self.ours.add_argument(*flags, **words)
        self.theirs.add_argument(*flags, **words)


# No verb has these yet.
ODD: dict[str, tuple[tuple[tuple[str, ...], dict[str, Any]], ...]] = {
    "two places": ((("first",), {}), (("second",), {"nargs": "?"}), (("--flag",), {"action": "store_true"})),
    "a list behind a word": ((("first",), {}), (("rest",), {"nargs": "*", "default": ["d"]})),
    "at least one": ((("rest",), {"nargs": "+"}), (("-a", "--all"), {"action": "store_false"})),
    "a default of a type": ((("--number",), {"type": int, "default": "7"}), (("place",), {"nargs": "?", "type": int})),
    "one name for two": ((("-x",), {"dest": "n", "default": "a"}), (("-y",), {"dest": "n", "default": "b"})),
    "a flag with a default": ((("--on",), {"action": "store_true", "default": None}),),
    "a word before one that may lack": ((("maybe",), {"nargs": "?"}), (("word",), {})),
    "values that are many": ((("--keys",), {"nargs": "+"}), (("--maybe",), {"nargs": "?", "const": "c"})),
    "added to a list": ((("--add",), {"action": "append", "default": ["d"], "choices": ("x", "d")}),),
}


@pytest.mark.parametrize("what", ODD)
def test_declarations_that_no_verb_has_yet(what: str) -> None:
    declared = _Declared()
    for names, described in ODD[what]:
        declared.add(*names, **described)
    flags = [flag for names, _ in ODD[what] for flag in names if flag.startswith("-")] or ["--none"]
    word = st.sampled_from([*flags, *(f"{flag}=x" for flag in flags), "x", "d", "3", "", "--", "-1"])

    @settings(max_examples=80, deadline=None, database=None)
    @given(words=st.lists(word, max_size=5))
    def read(words: list[str]) -> None:
        found = declared.ours.read(words)
        if found is not None:
            assert typed(vars(found)) == typed(vars(declared.theirs.parse_args(words))), words

    read()
