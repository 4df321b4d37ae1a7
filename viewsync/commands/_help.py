"""What is said of the verbs, and of one that was mistyped. Not imported where all is as it should be."""

from __future__ import annotations

import importlib

from viewsync.errors import UsageError
from viewsync.output import named, named_help, printable
from viewsync.text.nearest import did_you_mean
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Protocol

    from viewsync.context import Context

    Commands = Mapping[str, "Command"]
    Groups = Mapping[str, Commands]
    Codes = Mapping[int, str]

    class Command(Protocol):
        """As cli.py has them."""

        @property
        def module(self) -> str: ...
        @property
        def summary(self) -> str: ...
        @property
        def common(self) -> bool: ...
        @property
        def hidden(self) -> bool: ...
        @property
        def prj(self) -> bool: ...


PRJ = "prj"  # viewsync by the name that its project sessions are known by
_TITLE = "A tmux view of its own for every WezTerm tab."
# What `prj` calls otherwise: these it does not show beside them.
_BY_ANOTHER_NAME = ("list", "info", "kill", "cleanup")


def alone(groups: Groups, program: str, ctx: Context) -> str:
    """What people use daily, below the state of things."""
    from viewsync.usage import at_a_glance

    def daily(verb: str, command: Command) -> bool:
        if program == PRJ:
            return command.prj or (command.common and verb not in _BY_ANOTHER_NAME)
        return command.common

    more = f"`{program} --help` lists all verbs, and `{program} help VERB` explains one."
    state = (printable(named(line)) for line in at_a_glance.lines(ctx))
    return "\n".join([*_head(program), *state, "", *_listed(groups, program, daily), more, _topics(program)])


def usage(groups: Groups, program: str) -> list[str]:
    """All verbs by their headings."""

    def shown(_: str, command: Command) -> bool:
        return not command.hidden or (program == PRJ and command.prj)

    more = f"See `{program} VERB --help` for one verb. `{program} --version` prints the version."
    hosts = f"HOST:SESSION, or --host HOST, means a session of another host, as in `{program} open web:api`."
    return [*_head(program), *_listed(groups, program, shown), more, hosts, _topics(program)]


def _head(program: str) -> list[str]:
    return [f"usage: {program} [--tmux PATH] VERB ...", "", _TITLE, ""]


def _topics(program: str) -> str:
    return f"`{program} help TOPIC` tells what holds for all of them: {', '.join(TOPICS)}."


def _listed(groups: Groups, program: str, shown: Callable[[str, Command], bool]) -> list[str]:
    """For `prj`, project sessions come first."""
    lines: list[str] = []
    for heading, group in sorted(groups.items(), key=lambda each: program == PRJ and "run" not in each[1]):
        rows = [f"  {verb:<16} {command.summary}" for verb, command in group.items() if shown(verb, command)]
        lines += [f"{heading}:", *rows, ""]
    return lines


def on(topic: str, commands: Commands, shared: Codes, program: str) -> list[str]:
    """One of TOPICS. UsageError for what is none, nor a verb. `shared`: what any verb can end with."""
    if topic in TOPICS:
        return [named_help(line) for line in TOPICS[topic](commands, shared)]
    names = [*TOPICS, *_shown(commands, program)]
    see = f"`{program} help` lists the verbs and topics"
    raise UsageError(
        f"there is no verb and no topic {topic!r}", did_you_mean(topic, names, _by_prj(topic, commands, see))
    )


def _exit_codes(commands: Commands, shared: Codes) -> list[str]:
    lines = ["What a verb ends with says what came of it. 0 is success; any verb can end with:", ""]
    lines += [f"  {code:<5} {meaning}" for code, meaning in shared.items()]
    for verb, command in commands.items():
        if not command.hidden:
            own = importlib.import_module(f"viewsync.commands.{command.module}").EXIT_CODES
            lines += ["", f"{verb}:", *(f"  {code:<5} {meaning}" for code, meaning in own.items())]
    return lines


def _json(commands: Commands, _shared: Codes) -> list[str]:
    from viewsync.json_output import page

    return page.lines({verb for verb, command in commands.items() if command.hidden})


def _events(_: Commands, _shared: Codes) -> list[str]:
    from viewsync.json_output import page

    return page.event_lines()


def _environment(_: Commands, _shared: Codes) -> list[str]:
    from viewsync.config import SETTINGS, VARIABLES, names

    lines = ["Each setting in config.toml has a variable that comes before it:", ""]
    for key, setting in SETTINGS.items():
        default = str(setting.default).lower() if isinstance(setting.default, bool) else setting.default
        shown = f"{default:g}" if isinstance(default, float) else default or "none"
        lines += [f"  {' or '.join(names(key))}", f"      {setting.help} ({shown})"]
    lines += ["", "Beside those:", ""]
    for name, what in VARIABLES.items():
        lines += [f"  {name}", f"      {what}"]
    return lines


TOPICS: dict[str, Callable[[Commands, Codes], list[str]]] = {
    "exit-codes": _exit_codes,
    "json": _json,
    "events": _events,
    "environment": _environment,
}


def exit_codes(own: Mapping[int, str], shared: Mapping[int, str]) -> list[str]:
    """A verb's exit codes, a line each, and in one line what any verb can end with."""
    return [
        "exit codes:",
        *(f"  {code:<5} {meaning}" for code, meaning in own.items()),
        "",
        f"every verb: {'; '.join(f'{code} {meaning}' for code, meaning in shared.items())}",
    ]


def unknown_verb(verb: str, commands: Commands, program: str) -> UsageError:
    see = _by_prj(verb, commands, f"`{program} --help` lists them")
    return UsageError(f"there is no verb {verb!r}", did_you_mean(verb, _shown(commands, program), see))


def _shown(commands: Commands, program: str) -> list[str]:
    return [verb for verb, command in commands.items() if not command.hidden or (program == PRJ and command.prj)]


def _by_prj(name: str, commands: Commands, otherwise: str) -> str:
    """What is near among the names that only `prj` shows, for where no other is."""
    return did_you_mean(name, [verb for verb, command in commands.items() if command.prj], otherwise)


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
