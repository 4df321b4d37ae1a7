"""The manual page, viewsync(1): `python -m docgen.manual` prints it, and a build puts it into the wheel."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from typing import TYPE_CHECKING

from docgen import environment, roff, settings, verbs
from viewsync import __version__, cli
from viewsync.config import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDTH = 70  # of a usage, which is not filled: a terminal has 80, and man indents
MARK = ".\\\" viewsync's manual page"


def page() -> str:
    """The same for the same SOURCE_DATE_EPOCH."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc) if epoch.isdigit() else now
    return "\n".join(
        [
            f"{MARK}, made of what its verbs declare",
            f'.TH VIEWSYNC 1 "{day:%Y-%m-%d}" "viewsync {roff.text(__version__)}" "User Commands"',
            *_head(),
            *(line for heading, group in cli.GROUPS.items() for line in _group(heading, group)),
            ".SH EXIT STATUS",
            "A verb has exit codes of its own. These mean the same for all of them:",
            *(roff.tagged(f"\\fB{code}\\fR", meaning) for code, meaning in {0: "done", **cli.ANY_VERB}.items()),
            *_environment(),
            ".SH FILES",
            *(roff.tagged(roff.italic(path), meaning) for path, meaning in _FILES.items()),
            ".SH SEE ALSO",
            ".BR tmux (1)",
            "",
        ]
    )


_FILES = {
    "~/.local/state/viewsync/.sessions.json": "the registry, in $XDG_STATE_HOME where that is set",
    "~/.local/state/viewsync/history.db": "what happened, and why",
    "~/.config/viewsync/config.toml": "the settings, in $XDG_CONFIG_HOME where that is set",
    ".viewsync/": "a project's commands, in the project's folder",
}


def _head() -> list[str]:
    return [
        ".SH NAME",
        "viewsync \\- a tmux view of its own for every WezTerm tab, and sessions for programs and agents",
        ".SH SYNOPSIS",
        ".B viewsync",
        "[\\fB\\-\\-tmux\\fR \\fIPATH\\fR] \\fIVERB\\fR ...",
        ".br",
        ".B viewsync",
        "\\fB\\-\\-help\\fR | \\fB\\-\\-version\\fR",
        ".SH DESCRIPTION",
        roff.text(
            "Two terminal tabs that attach to one tmux session mirror each other. viewsync opens a view for each"
            " instead: a tmux session that shares the windows of its parent and has its own current window. It reuses,"
            " tracks and cleans up these views, and never ends a window with somebody's work in it unasked."
        ),
        ".PP",
        roff.text(
            "The same registry serves programs and coding agents that drive tmux, and project sessions described in a"
            " file. Each verb tells about itself with `--help`."
        ),
        roff.tagged("\\fB\\-\\-tmux\\fR \\fIPATH\\fR", "before the verb: use this tmux program"),
    ]


def _group(heading: str, group: dict[str, cli.Command]) -> Iterator[str]:
    shown = [verb for verb, command in group.items() if not command.hidden]
    if shown:
        yield f'.SH "{roff.text(heading.upper())}"'
    for verb in shown:
        parser = verbs.parser_of(verb)
        yield f'.SS "{roff.text(verb)} \\- {roff.text(group[verb].summary)}"'
        yield roff.block(verbs.usage(parser, _WIDTH))
        yield from roff.paragraphs(verbs.module_of(verb).__doc__ or "")
        yield from _arguments(parser)
        for _, part, summary in verbs.parts(parser):
            yield f".PP\n{roff.block(verbs.usage(part, _WIDTH))}"
            yield from roff.paragraphs(f"{summary}.")
            yield from _arguments(part)
        yield ".PP\nExit codes:"
        for code, meaning in verbs.module_of(verb).EXIT_CODES.items():
            yield roff.tagged(f"\\fB{code}\\fR", meaning)


def _arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in verbs.declared(parser):
        if action.help != argparse.SUPPRESS:
            yield roff.tagged(_tag(action), " ".join(verbs.meaning(parser, action, str, "`{}`".format)))


def _tag(action: argparse.Action) -> str:
    if not action.option_strings:
        return ", ".join(map(roff.italic, verbs.names(action)))
    value = "" if action.nargs == 0 else f" {roff.italic(verbs.value(action))}"
    return ", ".join(roff.bold(name) + value for name in action.option_strings)


def _environment() -> Iterator[str]:
    yield ".SH ENVIRONMENT"
    for name, meaning in environment.VARIABLES.items():
        yield roff.tagged(roff.bold(name), meaning)
    for key, setting in SETTINGS.items():
        for name in settings.variables(key, setting):
            yield roff.tagged(roff.bold(name), f"the setting `{key}`: {setting.help}")


if __name__ == "__main__":
    sys.stdout.write(page())
