"""`viewsync complete SHELL ...`, which the shells' completion functions call: what may stand at the cursor.

It prints records that end with a NUL, since a name may hold anything else: first what kind of answer this is, then each
candidate, for zsh and fish with what it is. Nothing is written or logged, no server is started, and whatever goes wrong
is nobody's to hear about who has pressed Tab: then nothing is offered.
"""

from __future__ import annotations

import os
import sys

from viewsync.completion import names
from viewsync.completion.names import Candidate
from viewsync.completion.rules import bash_words, position
from viewsync.light import contextlib, re, signal
from viewsync.text.printing import printable
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from viewsync.completion.rules.position import Position
    from viewsync.context import Context

_BOUND = 3.0  # seconds; reading names of a server has a shorter one of its own
_MOST = 5000  # candidates: no shell shows more in a way that helps


class Verbs(NamedTuple):
    """`shown`: what each verb that is offered does. `parser`: that of any verb, None where there is no such verb."""

    shown: Mapping[str, str]
    parser: Callable[[str], argparse.ArgumentParser | None]


class Answer(NamedTuple):
    kind: str  # "names", or "files" or "folders", which the shell completes, beside the names
    candidates: list[Candidate]


_NOTHING = Answer("names", [])


def answer(words: Sequence[str], verbs: Verbs, ctx: Context) -> int:
    signal.signal(signal.SIGALRM, lambda *_: os._exit(0))  # a file that does not answer, on another machine's disk
    signal.setitimer(signal.ITIMER_REAL, _BOUND)
    records = _records(words, verbs, ctx)
    sys.stdout.flush()
    with contextlib.suppress(OSError), open(1, "wb", closefd=False) as out:  # nobody is there to be told
        out.write(b"".join(record.encode("utf-8", "surrogateescape") + b"\0" for record in records))
    return 0


def _records(words: Sequence[str], verbs: Verbs, ctx: Context) -> list[str]:
    shell, *rest = words or [""]
    try:
        if shell == "bash":
            return _for_bash(rest[0], rest[1], verbs, ctx)
        if shell in ("zsh", "fish"):
            found = complete(rest[:-1], rest[-1], verbs, ctx)
            # fish takes what stands behind the first tab for a description, so a name with one cannot be offered to it.
            usable = [one for one in found.candidates if shell == "zsh" or "\t" not in one.text]
            return [found.kind, *(f"{text}\t{printable(about)}" for text, about in usable)]
    except Exception:  # noqa: S110  of another version of the script, or a bug: no name is worth an error in a prompt
        pass
    return []


def _for_bash(line: str, replaced: str, verbs: Verbs, ctx: Context) -> list[str]:
    """`replaced`: the end of the line, which readline replaces by the candidate as it stands."""
    read = bash_words.read(line)
    if read.redirects:
        return ["files"]
    first = next((at for at, word in enumerate(read.words) if not re.match(r"[A-Za-z_]\w*=", word)), len(read.words))
    found = complete(read.words[first:], read.text, verbs, ctx)
    kept = read.raw.removesuffix(replaced)
    texts = [read.with_rest(text[len(read.text) :]) for text, _ in found.candidates if text.startswith(read.text)]
    inserted = (text.removeprefix(kept) for text in texts if text.startswith(kept))
    # readline takes a quote at the beginning for the one that is open already.
    return [found.kind, *(text for text in inserted if not read.quote or not text.startswith(read.quote))]


def complete(words: Sequence[str], current: str, verbs: Verbs, ctx: Context) -> Answer:
    """`words`: the program, and what stands before the cursor's word; `current`: that word, up to the cursor."""
    program, *rest = words or ["viewsync"]
    if os.path.basename(program).endswith(".sh"):
        return _of_tool(os.path.basename(program), rest, current, verbs, ctx)
    while len(rest) > 1 and rest[0] == "--tmux":
        rest = rest[2:]
    if rest == ["--tmux"]:
        return Answer("files", [])
    if not rest or rest == ["help"]:
        return Answer("names", [Candidate(*row) for row in verbs.shown.items()] + _globals(rest, current))
    parser = verbs.parser(rest[0])
    place = position.find(parser, rest[1:], current) if parser else None
    return _at(place, current, ctx) if place else _NOTHING


def _globals(words: Sequence[str], current: str) -> list[Candidate]:
    if words:
        return []
    options = {"--help": "list the verbs", "--version": "print the version", "--tmux": "use this tmux program"}
    shown = list(map(Candidate, options, options.values())) if current.startswith("-") else []
    return [*shown, Candidate("help", "tell about a verb")]


def _at(place: Position, current: str, ctx: Context) -> Answer:
    found = list(_options(place, current)) if place.options else []
    if not place.action:
        return Answer("names", found)
    values = _values(place.action, names.Asked(ctx, place.given, current[len(place.stem) :]))
    usable = [value for value in values.candidates if place.literal or not value.text.startswith("-")]
    return Answer(values.kind, [value._replace(text=place.stem + value.text) for value in usable[:_MOST]])


def _options(place: Position, current: str) -> Iterator[Candidate]:
    for name, action in position.offered(place, current):
        yield Candidate(name, position.help_of(place.parser, action))


def _values(action: argparse.Action, asked: names.Asked) -> Answer:
    if isinstance(action.choices, dict):
        told = {choice.dest: choice.help or "" for choice in getattr(action, "_choices_actions", ())}
        return Answer("names", [Candidate(name, told.get(name, "")) for name in action.choices])
    if action.choices is not None:
        return Answer("names", [Candidate(str(choice)) for choice in action.choices if choice])
    kinds = position.kinds(action)
    files = next((kind for kind in kinds if kind in ("files", "folders")), "")
    found: dict[str, Candidate] = {}
    for kind in kinds:
        if kind != files:
            for candidate in names.of(kind, asked):
                if _can_be_typed(candidate.text):
                    found.setdefault(candidate.text, candidate)
    return Answer(files or "names", list(found.values()))


def _can_be_typed(text: str) -> bool:
    """Bytes that are no UTF-8, zsh and readline write down in a way that they read as something else."""
    return bool(text) and "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _of_tool(name: str, words: Sequence[str], current: str, verbs: Verbs, ctx: Context) -> Answer:
    """One of the shell tools: its options are those of a verb under other names."""
    import importlib

    from viewsync.shell_tools.names import OF_VERB, TOOLS

    tool = importlib.import_module(f"viewsync.shell_tools.{TOOLS[name]}").TOOL
    parser = verbs.parser(next(verb for verb, tool_name in OF_VERB.items() if tool_name == name))
    assert parser
    known = {spelled: action for action in parser._actions for spelled in action.option_strings}
    given: dict[str, str] = {}
    left = iter(words)
    for word in left:
        option = tool.options.get(word, "")
        action = known.get(option.removesuffix("="))
        if not option.endswith("="):
            continue
        value = next(left, None)
        if value is None:
            return _values(action, names.Asked(ctx, given, current)) if action else _NOTHING
        if action:
            given[action.dest] = value
    options = [Candidate(option) for option in tool.options if option.startswith("--")]
    return Answer("files" if tool.file and not current.startswith("-") else "names", options)
