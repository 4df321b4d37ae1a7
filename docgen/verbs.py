"""A page for each verb, from its parser, its docstring and its EXIT_CODES; the hidden ones on a page of their own."""

from __future__ import annotations

import argparse
import importlib
import re
from typing import TYPE_CHECKING, Any

from docgen import json_shapes, markdown
from viewsync import cli, errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

FOLDER = "reference/verbs"
HIDDEN = "reference/hidden-verbs.md"


def pages(written: Callable[[str], str]) -> dict[str, str]:
    """`written` gives what people have written for the page with a path."""
    paths = {verb: f"{FOLDER}/{verb}.md" for verb, command in cli.COMMANDS.items() if not command.hidden}
    found = {path: verb_page(verb, written(path)) for verb, path in paths.items()}
    return {f"{FOLDER}/index.md": _index(), **found, HIDDEN: _hidden()}


def verb_page(verb: str, own: str = "") -> str:
    """`own` is what people have written about it, which stands below its options."""
    fields = json_shapes.of_verb(verb)
    return markdown.page(f"# {verb}", *described(verb), _without_title(own), "## JSON" if fields else "", *fields)


def described(verb: str, level: int = 2) -> Iterator[str]:
    module, parser = module_of(verb), parser_of(verb)
    yield markdown.paragraphs(module.__doc__ or "")
    yield markdown.block(usage(parser))
    yield arguments(parser)
    for name, part, summary in parts(parser):
        yield f"{'#' * level} {markdown.text(f'{verb} {name}')}"
        yield markdown.text(summary)
        yield markdown.block(usage(part))
        yield arguments(part)
    yield f"{'#' * level} Exit codes" if level == 2 else "Exit codes:"
    yield markdown.table(("code", "meaning"), ((str(c), markdown.text(what)) for c, what in codes(verb).items()))


def module_of(verb: str) -> ModuleType:
    return importlib.import_module(f"viewsync.commands.{cli.COMMANDS[verb].module}")


def parser_of(verb: str) -> argparse.ArgumentParser:
    return cli.parser_of(verb)


def codes(verb: str) -> dict[int, str]:
    """Its own, and what any verb can end with, as `--help` has them."""
    module = module_of(verb)
    own, lock = module.EXIT_CODES, cli.code_of(errors.LockTimeout, module)
    shared = {code: what for code, what in cli.ANY_VERB.items() if code not in own and (code != 75 or code == lock)}
    return {**own, **shared}


def parts(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    """Of a verb that has verbs of its own (`worktree remove`): the name, the parser and what `--help` says of it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, part in action.choices.items():
                yield name, part, helps.get(name, "")


def usage(parser: argparse.ArgumentParser, width: int = 100) -> str:
    parser.color = False  # type: ignore[attr-defined]  # as Python 3.14 has it, also for who builds at a terminal
    formatter = parser._get_formatter()
    formatter._width = width
    formatter.add_usage(parser.usage, parser._actions, parser._mutually_exclusive_groups, prefix="")
    return formatter.format_help().rstrip()


def arguments(parser: argparse.ArgumentParser) -> str:
    rows = [_row(parser, action) for action in declared(parser)]
    return markdown.table(("argument", "meaning"), rows) if rows else ""


def declared(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """All but `-h`, also those that `--help` does not show."""
    beside = (argparse._HelpAction, argparse._SubParsersAction)
    return [action for action in parser._actions if not isinstance(action, beside)]


def names(action: argparse.Action) -> list[str]:
    """As they are typed: the spellings of an option, or the word that stands for a value."""
    if action.option_strings:
        return list(action.option_strings)
    metavar = action.metavar or action.dest
    return [metavar] if isinstance(metavar, str) else list(metavar)


def _row(parser: argparse.ArgumentParser, action: argparse.Action) -> tuple[str, str]:
    shown = ", ".join(markdown.code(name) for name in names(action))
    if action.option_strings and action.nargs != 0:
        shown += f" {markdown.code(value(action))}"
    return shown, " ".join(meaning(parser, action, markdown.text, markdown.code))


def value(action: argparse.Action) -> str:
    """What stands for an option's value."""
    return argparse.HelpFormatter("")._format_args(action, action.dest.upper())


def meaning(
    parser: argparse.ArgumentParser, action: argparse.Action, text: Callable[[str], str], code: Callable[[str], str]
) -> Iterator[str]:
    """Its sentences, quoted by `text` and `code`."""
    if action.help == argparse.SUPPRESS:
        yield "for viewsync itself."
    elif action.help:
        yield text(parser._get_formatter()._expand_help(action)) + "."
    if action.choices is not None:
        yield f"One of {', '.join(code(str(choice)) for choice in action.choices if choice != '')}."
    if _worth_saying(action.default) and f"({action.default})" not in (action.help or ""):
        yield f"Default: {code(str(action.default))}."


def _worth_saying(default: Any) -> bool:
    return isinstance(default, (str, int, float)) and not isinstance(default, bool) and default not in ("", 0)


def _index() -> str:
    groups = [
        part
        for heading, group in cli.GROUPS.items()
        for part in (f"## {markdown.text(heading)}", markdown.table(("verb", "what it does"), _summaries(group)))
        if _summaries(group)
    ]
    return markdown.page(
        "# Verbs",
        "Each verb has `-h`, which says what its page says. `viewsync --tmux PATH VERB` takes another tmux program.",
        *groups,
        "Verbs that are not for daily use have [a page of their own](../hidden-verbs.md).",
    )


def _summaries(group: dict[str, cli.Command]) -> list[tuple[str, str]]:
    return [
        (f"[{markdown.code(verb)}]({verb}.md)", markdown.text(command.summary))
        for verb, command in group.items()
        if not command.hidden
    ]


def _hidden() -> str:
    hidden = [verb for verb, command in cli.COMMANDS.items() if command.hidden]
    sections = [part for verb in hidden for part in (f"## {verb}", *described(verb, level=3))]
    return markdown.page(
        "# Hidden verbs",
        "They are accepted, and not in `viewsync --help`: programs call them, or another verb does their job now.",
        *sections,
    )


def _without_title(own: str) -> str:
    text = re.sub(r"\A# .*\n", "", own).strip()
    return f"## More\n\n{text}" if text and not text.startswith("## ") else text
