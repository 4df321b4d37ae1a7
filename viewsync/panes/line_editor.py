"""Whether a text and its Enter may go in together: where a shell's line editor waits, which takes every Enter for one.

A program that reads text and Enter at once may take both for a paste (submitting.py). So this is said of nothing but
shells that are known, by the name and by the file of who reads the terminal; when unsure, it is not said.
"""

from __future__ import annotations

from viewsync.system import foreground, line_discipline, processes, procfs

# Seen with these: bash 5.2, zsh 5.9, fish 3.6, mksh R59, ksh93u+m, tcsh 6.24.
_SHELLS = frozenset(["bash", "zsh", "fish", "mksh", "ksh93", "tcsh"])


def waits(program: int, terminal: str) -> bool:
    """`program`: the pane's pid."""
    pid, command = (list(foreground.names(program).items()) or [(0, "")])[-1]
    name = command.lstrip("-")
    if name not in (*_SHELLS, "sh", "ksh") or procfs.program(pid).removesuffix(" (deleted)") not in _SHELLS:
        return False
    if not all(map(_is_harmless, processes.command_line(pid)[1:])):
        return False
    stat, modes = procfs.stat(pid), line_discipline.modes(terminal)
    keys = modes is not None and not modes.lines and not modes.echo
    still = stat is not None and stat.sleeps and not procfs.waits_for_others(pid)
    return keys and still and line_discipline.unread(terminal) == 0


def _is_harmless(option: str) -> bool:
    """Whether it cannot be that the shell runs a script, which may read in any way."""
    if option.startswith("--"):
        return option != "--"
    return option[:1] in ("-", "+") and "c" not in option
