"""What a shell tool is: its options, and how it says things. Each is one declaration in a file of its own."""

from __future__ import annotations

import os

from viewsync.errors import TmuxMissing, UsageError, ViewsyncError
from viewsync.light import re
from viewsync.registry import last_active, targets
from viewsync.shell_tools.names import OF_VERB
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from viewsync.context import Context
    from viewsync.output import Result

    Given = dict[str, str]  # the verb's option, and its value; "" for one that takes none
    RunVerb = Callable[[str, Sequence[str], Context], Result]


FILE = "FILE"
_VERBATIM = "\0"  # before a value that argparse is to leave alone, as cli.py has it: `--query=--` would be none


class Misuse(UsageError):
    """The tool's own words for a wrong argument; its usage follows."""


class HelpWanted(Exception):
    """The usage, and nothing else."""


class Call(NamedTuple):
    """One call of a tool, as far as it was read."""

    given: Given
    ctx: Context
    compat: bool  # VIEWSYNC_COMPAT: as the shell tool did, where what we do is safer
    run_verb: RunVerb


def explain(error: ViewsyncError, call: Call | None) -> list[str]:  # noqa: ARG001  another tool asks
    """The message, and what would do in the lines below it, in the words of the tools."""
    if isinstance(error, TmuxMissing):
        return ["tmux not found in PATH", error.message]
    hint = re.sub(r"^did you mean .*\? (?=Use ')", "", error.hint)  # the tools never guess
    hint = re.sub(r"\. (?=Use ')", "\n", hint)
    hint = re.sub(r"viewsync ([\w-]+)", lambda found: OF_VERB.get(found[1], found[0]), hint)
    return [error.message, *hint.splitlines()]


def worded(text: str) -> str:
    """A message of viewsync's: what it says to do with a verb, the person of the tools does with the tool."""
    return re.sub(r"(?<=[`'])viewsync ([\w-]+)", lambda found: OF_VERB.get(found[1], found[0]), text)


class Tool(NamedTuple):
    usage: str  # what follows the name
    options: Mapping[str, str]  # as it is spelled, and the verb's option: one that takes a value ends with "="
    run: Callable[[Call], Result]
    misuse: str = "Error: "  # what a complaint about the arguments begins with
    error: str = "Error: "  # and any other one
    needs: Mapping[str, str] = {}  # what a missing value is called, by the verb's option
    one_of: Sequence[str] = ()  # of these options the last one counts
    file: bool = False  # it takes one word that is no option, given as FILE
    # The tool's own exit codes for errors, the first kind that fits; for any other it is the verb's.
    codes: Sequence[tuple[type[ViewsyncError], int]] = ()
    explain: Callable[[ViewsyncError, Call | None], list[str]] = explain


def read(tool: Tool, words: Sequence[str]) -> Given:
    """Options one by one, as a loop over a script's arguments does: no bundles, no `--option=value`, no `--`."""
    given: Given = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in ("-h", "--help"):
            raise HelpWanted
        option = tool.options.get(word)
        if option is None and tool.file and FILE not in given and not word.startswith("-"):
            given[FILE] = word
            continue
        if option is None:
            raise Misuse(f"Unknown option: {word}")
        if option.endswith("=") and not rest:
            raise Misuse(tool.needs.get(option, f"{word} requires a value"))
        if option in tool.one_of:
            given = {earlier: value for earlier, value in given.items() if earlier not in tool.one_of}
        given[option] = rest.pop(0) if option.endswith("=") else ""
    return given


def is_whole(text: str) -> bool:
    """A whole number, as the tools' patterns have it."""
    return text.isascii() and text.isdigit()


def is_number(text: str) -> bool:
    """One that may have a point, behind its first digit."""
    whole, _, part = text.partition(".")
    return is_whole(whole) and (not part or is_whole(part))


def verb_words(given: Given) -> list[str]:
    """The same for the verb, values joined so that none reads as an option."""
    words = []
    for option, value in given.items():
        if option.startswith("--"):
            words.append(f"{option}{_VERBATIM}{value}" if option.endswith("=") else option)
        elif value and option != FILE:  # -L has no long form, and without a value it is none
            words.append(option.removesuffix("=") + value)
    return [*words, "--", given[FILE]] if FILE in given else words


def needs_pane(given: Given) -> None:
    """A server without a pane means nothing; a pane without a server is on tmux's default one."""
    if (given.get("--socket=") or given.get("-L=")) and not (given.get("--target=") or given.get("--session=")):
        raise Misuse("target is required")


def captured(call: Call, given: Given, *more: str) -> Result:
    """By `capture`, to which a socket that looks like a number is the first line."""
    socket = given.get("--socket=")
    known = {**given, "--socket=": os.path.abspath(socket)} if socket else given
    return call.run_verb("capture", [*verb_words(known), *more], call.ctx)


def note_use(call: Call) -> None:
    """In the registry, as the tools do: of a session that is named there, or the only one. An explicit pane is none."""
    asked = targets.TargetArgs(
        socket=call.given.get("--socket=", ""),
        target=call.given.get("--target=", ""),
        session=call.given.get("--session=", ""),
    )
    last_active.touch(call.ctx, targets.resolve(call.ctx, asked).row)
