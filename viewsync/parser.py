"""argparse's parser as viewsync has it: for help, for errors, and for what arguments.py leaves to it."""

from __future__ import annotations

import argparse
import functools
import os

from viewsync.arguments import VERBATIM
from viewsync.commands import _help
from viewsync.output import named_help
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

    Codes = tuple[Mapping[int, str], Mapping[int, str]]  # of the verb, and of all verbs


class Formatter(argparse.HelpFormatter):
    """With a width of its own: to ask the terminal for one, argparse imports shutil, lzma and bz2 (5 ms)."""

    def __init__(self, prog: str) -> None:
        columns = os.environ.get("COLUMNS", "")
        super().__init__(prog, width=int(columns) if columns.isdecimal() and int(columns) > 40 else 100)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Paragraph by paragraph: argparse makes one of all."""
        return "\n\n".join(super(Formatter, self)._fill_text(part, width, indent) for part in text.split("\n\n"))


class Parser(argparse.ArgumentParser):
    """Help ends with the exit codes, and errors become ours, with our exit code; the rest is argparse's."""

    def __init__(self, codes: Codes, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False, formatter_class=Formatter)
        self.register("type", None, lambda text: text.removeprefix(VERBATIM))
        self.codes = codes
        self.words: list[str] = []
        self._parting = False  # options from arguments

    def add_subparsers(self, **settings: Any) -> Any:
        return super().add_subparsers(**{"parser_class": functools.partial(type(self), self.codes), **settings})

    def format_help(self) -> str:
        return named_help("\n".join([super().format_help(), *_help.exit_codes(*self.codes), ""]))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Of several arguments, some may stand behind options. argparse takes those that may be missing for missing. Of
        what stands behind `--` it would take words for options then.
        """
        if self._parting or "--" in (args or ()) or len(self._get_positional_actions()) < 2:
            self.words = list(args or ()) if not self._parting else self.words
            return super().parse_known_args(args, namespace)
        self.words, self._parting = list(args or ()), True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._parting = False

    def error(self, message: str) -> NoReturn:
        raise _help.wrong(self, self.words, message)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            raise _help.no_choice(self, action, value)
