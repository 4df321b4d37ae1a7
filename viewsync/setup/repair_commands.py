"""The commands that mend what doctor finds, as a shell takes them."""

from __future__ import annotations

import os

from viewsync import output, paths
from viewsync.setup.rules.checks import INSTALL, REGISTRY, SWEEP
from viewsync.system import process
from viewsync.text import shell_words
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context


def command_of(ctx: Context, fix: str) -> str:
    """The command that does what --fix does."""
    words = {INSTALL: ("install",), SWEEP: ("sweep",)}
    if fix == REGISTRY:
        return f"{viewsync(ctx, 'registry', 'init')} && {viewsync(ctx, 'sweep')}"
    return viewsync(ctx, *words[fix])


def viewsync(ctx: Context, *words: str) -> str:
    """By the name that the shell knows it by, else by its path."""
    here = paths.launch_argv(ctx.env)
    for name in (output.program(), paths.APP):
        known = process.which(name, ctx.env)
        if known and (here[1:] or os.path.realpath(known) == os.path.realpath(here[0])):
            return shell_words.joined(name, *words)
    return shell_words.joined(*here, *words)


def tmux(ctx: Context, socket: str, *words: str) -> str:
    return shell_words.joined(ctx.tmux.program, "-S", socket, *words)
