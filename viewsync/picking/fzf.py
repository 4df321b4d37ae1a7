"""Picking with fzf. No name ever stands in a shell's line: fzf is given a key of letters and digits for each."""

from __future__ import annotations

import shlex

from viewsync.errors import UsageError, ViewsyncError
from viewsync.picking.choice_keys import key
from viewsync.system import process, terminal
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.context import Context
    from viewsync.picking.rules.choice import Choice

_CHOSEN, _NO_MATCH, _INTERRUPTED = 0, 1, 130
_WITHOUT = "`viewsync pick --own` does without fzf"


def there(ctx: Context) -> str:
    """Its path, "" where it is not there."""
    return process.which("fzf", ctx.env)


def choose(ctx: Context, program: str, choices: Sequence[Choice], rows: Sequence[str], problem: str) -> Choice | None:
    """None where somebody left. `rows`: how each choice reads, in one printable line, as `problem` is, "" for none."""
    names = [key(choice) for choice in choices]
    keys = dict(zip(names, choices, strict=True))
    lines = [f"{name}\t{row}" for name, row in zip(names, rows, strict=True)]
    done = process.asking([program, *_options(ctx, problem)], "".join(f"{line}\0" for line in lines), _environment(ctx))
    if done.code in (_NO_MATCH, _INTERRUPTED):
        return None
    if done.code < 0:
        terminal.leave_screen()
        raise ViewsyncError(f"signal {-done.code} ended fzf", _WITHOUT)
    if done.code != _CHOSEN:
        raise ViewsyncError(
            f"fzf ended with exit code {done.code}",
            f"FZF_DEFAULT_OPTS may hold what it does not know, or the terminal be too small; {_WITHOUT}",
        )
    # What FZF_DEFAULT_OPTS has it print besides, as the query, comes before.
    printed = [part.partition("\t")[0] for part in done.out.removesuffix("\0").split("\0")]
    chosen = printed[-1]
    if chosen not in keys or sum(part in keys for part in printed) > 1:  # several: nobody was asked (--filter)
        raise UsageError("fzf printed no choice, or several", f"look at FZF_DEFAULT_OPTS; {_WITHOUT}")
    return keys[chosen]


def _options(ctx: Context, problem: str) -> list[str]:
    """Behind those of FZF_DEFAULT_OPTS: its colours and keys stay, and what would change the answer does not."""
    launcher = shlex.quote(ctx.launcher).replace("{", "{''")  # else fzf would read `{q}` in it
    preview = f"{launcher} pick --preview {{1}}"
    return [
        "--read0",
        "--print0",
        "--delimiter=\t",
        "--with-nth=2..",
        "--no-multi",
        "--no-select-1",
        "--no-exit-0",
        "--no-header-lines",
        "--nth=..",
        "--tiebreak=index",
        "--prompt=open> ",
        f"--preview={preview}",
        *([f"--header={problem}"] if problem else []),
        *(["--color=bw"] if ctx.env.get("NO_COLOR") else []),
    ]


def _environment(ctx: Context) -> dict[str, str]:
    """fzf has $SHELL run the preview, and only of sh we know how words are quoted. A popup, which is no pane, can open
    none of its own, as `--tmux` in FZF_DEFAULT_OPTS wants it.
    """
    popup = "TMUX_PANE" not in ctx.env
    env = {name: value for name, value in ctx.env.items() if not (popup and name == "TMUX")}
    return {**env, "SHELL": "/bin/sh"}
