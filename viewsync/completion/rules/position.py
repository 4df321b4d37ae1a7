"""Which argument the cursor is in: the words before it are read as argparse will read them."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

SUPPRESSED = "==SUPPRESS=="  # argparse's: help that is not shown


class Position(NamedTuple):
    """What may stand at the cursor: options of `parser`, or a value of `action`; neither where nothing may."""

    parser: argparse.ArgumentParser
    action: argparse.Action | None
    stem: str  # what of the cursor's word stands before the value: "--session=", "-s"
    options: bool
    literal: bool  # what begins with a dash is a value here
    given: dict[str, str]  # the values of options before the cursor, by their dest
    seen: frozenset[str]  # the options before the cursor, by their first spelling


class _Reader:
    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self.given: dict[str, str] = {}
        self.seen: set[str] = set()
        self.only_values = False  # behind `--`
        self.pending: argparse.Action | None = None  # the option that the next word is the value of
        self.enter(parser)

    def enter(self, parser: argparse.ArgumentParser) -> None:
        self.parser = parser
        self.options = {name: action for action in parser._actions for name in action.option_strings}
        self.values = [action for action in parser._actions if not action.option_strings]

    def take(self, word: str) -> bool:
        """Whether the words can still be read."""
        if self.pending:
            self.given[self.pending.dest] = word
            self.pending = None
        elif word == "--" and not self.only_values:
            self.only_values = True
        elif len(word) > 1 and word.startswith("-") and not self.only_values:
            self._option(word)
        elif self.values:
            return self._value(word)
        return True

    def _value(self, word: str) -> bool:
        action = self.values[0]
        if isinstance(action.choices, dict):  # a verb within the verb
            if word in action.choices:
                self.enter(action.choices[word])
            return word in action.choices
        self.given[action.dest] = word
        if action.nargs in (None, "?"):
            self.values.pop(0)
        return True

    def _option(self, word: str) -> None:
        name, equals, value = word.partition("=")
        if name in self.options:
            self._saw(self.options[name])
            if equals:
                self.given[self.options[name].dest] = value
            elif takes_value(self.options[name]):
                self.pending = self.options[name]
            return
        while len(word) > 1 and not word.startswith("--") and (action := self.options.get(word[:2])):  # -vsNAME
            self._saw(action)
            if takes_value(action):
                if word[2:]:
                    self.given[action.dest] = word[2:]
                else:
                    self.pending = action
                return
            word = f"-{word[2:]}"

    def _saw(self, action: argparse.Action) -> None:
        self.seen.add(action.option_strings[0])

    def at(self, current: str) -> Position:
        if self.pending:
            return self._position(self.pending)
        if self.only_values or not current.startswith("-"):
            action = self.values[0] if self.values else None
            return self._position(action, options=not action and not self.only_values)
        name, equals, _ = current.partition("=")
        action = self.options.get(name)
        if equals and action and takes_value(action):
            return self._position(action, f"{name}=")
        short = self.options.get(current[:2])
        if len(current) > 2 and not current.startswith("--") and short and takes_value(short):
            return self._position(short, current[:2])
        return self._position(None, options=True)

    def _position(self, action: argparse.Action | None, stem: str = "", *, options: bool = False) -> Position:
        literal = bool(stem) or (self.only_values and not self.pending)
        return Position(self.parser, action, stem, options, literal, self.given, frozenset(self.seen))


def find(parser: argparse.ArgumentParser, words: Sequence[str], current: str) -> Position | None:
    """None where the words before the cursor are none of the verb's."""
    reader = _Reader(parser)
    return reader.at(current) if all(map(reader.take, words)) else None


def all_actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Of its parts, too."""
    for action in parser._actions:
        yield action
        for part in action.choices.values() if isinstance(action.choices, dict) else ():
            yield from all_actions(part)


def takes_value(action: argparse.Action) -> bool:
    return action.nargs != 0


def offered(place: Position, current: str) -> Iterator[tuple[str, argparse.Action]]:
    """The options that may still be given, each by its long name, or by all of its names behind a lone dash."""
    excluded = {
        name
        for group in place.parser._mutually_exclusive_groups
        if any(member.option_strings[:1] and member.option_strings[0] in place.seen for member in group._group_actions)
        for member in group._group_actions
        for name in member.option_strings
    }
    for action in place.parser._actions:
        names = action.option_strings
        again = not names or names[0] not in place.seen or isinstance(action.default, list)
        if names and action.help != SUPPRESSED and again and not excluded & set(names):
            long = [name for name in names if name.startswith("--")]
            for name in names if current == "-" or not long else long:
                yield name, action


def help_of(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    return parser._get_formatter()._expand_help(action) if action.help else ""


# By the name of an argument and what stands for its value in the help.
_KINDS = {
    ("label", "NAME"): "server",
    ("socket", "NAME"): "server",
    ("session", "NAME"): "session",
    ("name", "NAME"): "session",
    ("target", "TARGET"): "target",
    ("parent", "PARENT"): "parent",
    ("view", "VIEW"): "view",
    ("window", "@ID"): "window",
    ("template", "NAME"): "template files",
    ("project", "NAME"): "project",
}


def kinds(action: argparse.Action) -> list[str]:
    """What the values of an argument are: names of ours, files, folders, or nothing that could be offered."""
    declared = getattr(action, "completes", None) or _KINDS.get((action.dest, str(action.metavar)), "")
    metavars = str(action.metavar).split("|")
    files = "files" if {"FILE", "PATH"} & set(metavars) else "folders" if "DIR" in metavars else ""
    return str(declared or files).split()
