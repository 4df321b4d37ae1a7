"""What is said of the verbs, and of one that was mistyped. Not imported where all is as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from viewsync.errors import UsageError
from viewsync.text.nearest import did_you_mean

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping, Sequence


def usage(groups: Mapping[str, Mapping[str, tuple[str, str, bool]]]) -> str:
    """The verbs by their headings; of each its module, its summary, and whether it is hidden."""
    lines = ["usage: viewsync [--tmux PATH] VERB ...", "", "A tmux view of its own for every WezTerm tab.", ""]
    for heading, group in groups.items():
        shown = [f"  {verb:<16} {summary}" for verb, (_, summary, hidden) in group.items() if not hidden]
        lines += [f"{heading}:", *shown, ""]
    return "\n".join([*lines, "See `viewsync VERB --help` for one verb. `viewsync --version` prints the version."])


def exit_codes(own: Mapping[int, str], shared: Mapping[int, str]) -> list[str]:
    """A verb's exit codes, a line each, and in one line what any verb can end with."""
    return [
        "exit codes:",
        *(f"  {code:<5} {meaning}" for code, meaning in own.items()),
        "",
        f"every verb: {'; '.join(f'{code} {meaning}' for code, meaning in shared.items())}",
    ]


def unknown_verb(verb: str, verbs: Iterable[str]) -> UsageError:
    return UsageError(f"there is no verb {verb!r}", did_you_mean(verb, verbs, "`viewsync --help` lists them"))


def wrong(parser: argparse.ArgumentParser, words: Sequence[str], message: str) -> UsageError:
    """An option that is mistyped comes first: what argparse misses may be its consequence."""
    see = f"see `{parser.prog} --help`"
    known = set(_options(parser))
    for word in words[: words.index("--")] if "--" in words else words:
        option = word.partition("=")[0]
        if option.startswith("--") and option not in known:
            return UsageError(f"there is no option {option}", did_you_mean(option, known, see))
    return UsageError(message, see)


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Of its parts, too: argparse leaves what a part does not know to the whole."""
    for action in parser._actions:
        yield from action.option_strings
        for part in action.choices.values() if isinstance(action.choices, dict) else ():
            yield from _options(part)


def no_choice(parser: argparse.ArgumentParser, action: argparse.Action, value: Any) -> UsageError:
    known = [choice for choice in action.choices or () if choice]
    shown = f"{', '.join(known[:-1])} or {known[-1]}" if known[1:] else known[0]
    problem = f"{'/'.join(action.option_strings) or parser.prog.partition(' ')[2]} takes {shown}, not {value!r}"
    return UsageError(problem, did_you_mean(value, known, f"see `{parser.prog} --help`"))
