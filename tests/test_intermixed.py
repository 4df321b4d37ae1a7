"""Whatever stands behind an option is an argument still, with every verb."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import pytest

from viewsync import cli

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OF_A_PROGRAM = {"create", "exec"}  # what stands behind its first word is that program's own, options included


def subverbs(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return {name: found for action in actions for name, found in action.choices.items()}


def with_several() -> Iterator[tuple[str, str]]:
    """Each verb, or verb and subverb, that takes more than one argument."""
    for verb in cli.COMMANDS:
        parser = cli.parser_of(verb)
        for subverb, found in (subverbs(parser) or {"": parser}).items():
            if verb not in OF_A_PROGRAM and len(arguments(found)) > 1:
                yield verb, subverb


def arguments(parser: argparse.ArgumentParser) -> list[str]:
    found: list[str] = []
    for action in parser._actions:
        if not action.option_strings:
            word = next(iter(action.choices or ()), action.dest)
            found += [f"{word}=1", f"{word}=2"] if action.nargs in ("*", "+") else [word]
    return found


def flags(parser: argparse.ArgumentParser) -> list[str]:
    return [action.option_strings[0] for action in parser._actions if isinstance(action, argparse._StoreTrueAction)]


def parsed(verb: str, words: Sequence[str]) -> dict[str, object]:
    return vars(cli.parser_of(verb).parse_args(words))


@pytest.mark.parametrize(("verb", "subverb"), list(with_several()), ids=" ".join)
def test_arguments_behind_options_are_arguments(verb: str, subverb: str) -> None:
    parser: argparse.ArgumentParser = cli.parser_of(verb)
    parser = subverbs(parser)[subverb] if subverb else parser
    words, first = arguments(parser), [subverb] if subverb else []
    for flag in flags(parser):
        expected = parsed(verb, [*first, flag, *words])
        for at in range(1, len(words) + 1):
            assert parsed(verb, [*first, *words[:at], flag, *words[at:]]) == expected
