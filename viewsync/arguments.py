"""Reads the words of a verb as argparse does, from the same declarations, where nothing about them is unusual.

argparse and what it imports cost as much as Python's own start. A verb declares its arguments once, to whatever has
argparse's `add_argument`: here to `Declarations`, whose `read` gives what argparse would, or None. What may be an
error, a call for help or a matter of argparse's finer rules is None, and then argparse itself reads the words and says
what is to be said. tests/test_arguments.py compares the two, for every verb.
"""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

VERBATIM = "\0"  # stands before a value that is to be left alone: no argument can hold it

_SETTINGS = {"dest", "default", "metavar", "help", "action", "type", "choices", "nargs", "const"}
# What an action has for `default` and `const` where nothing is said.
_ACTIONS = {
    "store": (None, None),
    "append": (None, None),
    "store_true": (False, True),
    "store_false": (True, False),
    "store_const": (None, None),
}


class NotPlain(Exception):
    """It is declared in a way that only argparse knows, or the words are for it."""


_declared: dict[Callable[[Any], None], Declarations | None] = {}  # a process that runs a verb again needs them again


def read(declare: Callable[[Any], None], words: Sequence[str]) -> Arguments | None:
    """`declare`: a verb's `arguments`. None: argparse has to."""
    if declare not in _declared:
        declarations = Declarations()
        try:
            declare(declarations)
        except NotPlain:
            _declared[declare] = None
        else:
            _declared[declare] = declarations
    found = _declared[declare]
    return found.read(words) if found else None


class Arguments:
    """What was read, as argparse's Namespace."""


class Argument:
    """One declaration. `completes` and the like may be set on it, as on argparse's."""

    def __init__(self, flags: tuple[str, ...], settings: dict[str, Any], group: Group | None) -> None:
        get = settings.get
        self.action: str = get("action", "store")
        self.nargs: str | None = get("nargs")
        if self.action not in _ACTIONS or not _SETTINGS.issuperset(settings) or (self.nargs or "?") not in "?*+":
            raise NotPlain
        self.flags = flags
        self.group = group
        self.dest: str = get("dest") or _dest(flags)
        default, const = _ACTIONS[self.action]
        self.default: Any = get("default", default)
        self.const: Any = get("const", const)
        self.type = get("type") or _plain
        self.choices = get("choices")
        self.takes_value = self.action in ("store", "append")

    def value(self, word: str) -> Any:
        value = self.type(word)
        if self.choices is not None and value not in self.choices:
            raise NotPlain
        return value


class Group:
    """Arguments of which one excludes the others; with `exclusive` false, that only stand together in the help."""

    def __init__(self, declarations: Declarations, *, exclusive: bool) -> None:
        self.declarations, self.exclusive = declarations, exclusive

    def add_argument(self, *flags: str, **settings: Any) -> Argument:
        return self.declarations.add(flags, settings, self if self.exclusive else None)

    def add_mutually_exclusive_group(self) -> Group:
        return Group(self.declarations, exclusive=True)


class Declarations:
    """Stands in for argparse's parser, when a verb declares its arguments."""

    def __init__(self) -> None:
        self.options: dict[str, Argument] = {}
        self.places: list[Argument] = []
        self.all: list[Argument] = []

    def add_argument(self, *flags: str, **settings: Any) -> Argument:
        return self.add(flags, settings, None)

    def add_mutually_exclusive_group(self) -> Group:
        return Group(self, exclusive=True)

    def add_argument_group(self, *_: str) -> Group:
        return Group(self, exclusive=False)

    def __getattr__(self, name: str) -> Any:
        raise NotPlain

    def add(self, flags: tuple[str, ...], settings: dict[str, Any], group: Group | None) -> Argument:
        argument = Argument(flags, settings, group)
        self.all.append(argument)
        if flags[0].startswith("-"):
            self.options.update(dict.fromkeys(flags, argument))
        else:
            self.places.append(argument)
        return argument

    def read(self, words: Sequence[str]) -> Arguments | None:
        """None: argparse has to."""
        try:
            return self._read(words)
        except Exception:  # whatever a type raises, it raises for argparse, too
            return None

    def _read(self, words: Sequence[str]) -> Arguments:
        read = Arguments()
        found = read.__dict__
        for argument in self.all:
            default = argument.default
            found.setdefault(argument.dest, [*default] if isinstance(default, list) else default)
        seen: dict[Argument, None] = {}
        self._placed(self._options(words, found, seen), found, seen)
        for argument in self.all:
            default = argument.default
            if isinstance(default, str) and argument not in seen and default is found[argument.dest]:
                found[argument.dest] = argument.type(default)
        groups = [argument.group for argument in seen if argument.group]
        if len(groups) != len(set(groups)):
            raise NotPlain
        return read

    def _options(self, words: Sequence[str], found: dict[str, Any], seen: dict[Argument, None]) -> list[str]:
        """Stores what the options say, and returns the other words."""
        placed: list[str] = []
        left = iter(words)
        for word in left:
            if word[:1] != "-":
                if seen and any(place.nargs for place in self.places):
                    raise NotPlain  # which of them gets a word behind an option, argparse knows
                placed.append(word)
                continue
            argument, value = self._option(word, left)
            seen[argument] = None
            dest = argument.dest
            if not argument.takes_value:
                found[dest] = argument.const
            elif argument.action == "append":
                found[dest] = [*(found[dest] or ()), argument.value(value)]
            else:
                found[dest] = argument.value(value)
        return placed

    def _option(self, word: str, left: Iterator[str]) -> tuple[Argument, str]:
        """Which one it is, with its value, which may be the next word."""
        argument, value = self.options.get(word), ""
        if argument is None:
            name, equals, value = word.partition("=")
            argument = self.options.get(name)
            if argument is None or not equals or not argument.takes_value:
                raise NotPlain
        elif argument.takes_value:
            value = next(left)
            if value[:1] == "-":
                raise NotPlain
        if argument.nargs or value == "--":  # which argparse takes out, or not, as its version has it
            raise NotPlain
        return argument, value

    def _placed(self, words: list[str], found: dict[str, Any], seen: dict[Argument, None]) -> None:
        """Stores the words that belong to no option, each in its place."""
        given = iter(words)
        optional = False
        for place in self.places:
            if place.action != "store" or (optional and place.nargs in (None, "+")):
                raise NotPlain
            optional = place.nargs is not None
            if place.nargs in ("*", "+"):
                values: Any = [place.value(word) for word in given]
                if not values and (place.nargs == "+" or place.default is not None):
                    raise NotPlain
            elif (word := next(given, None)) is not None:
                values = place.value(word)
            elif optional:
                continue
            else:
                raise NotPlain
            found[place.dest] = values
            seen[place] = None
        if next(given, None) is not None:
            raise NotPlain


def _dest(flags: tuple[str, ...]) -> str:
    if not flags[0].startswith("-"):
        return flags[0]
    long = next((flag for flag in flags if flag.startswith("--")), flags[0])
    return long.lstrip("-").replace("-", "_")


def _plain(word: str) -> str:
    return word.removeprefix(VERBATIM)
