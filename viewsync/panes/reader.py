"""Who reads the terminal of a pane."""

from __future__ import annotations

from viewsync.panes.rules import python_blocks
from viewsync.system import foreground, processes, procfs
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.registry.targets import LocatedPane


def reader(located: LocatedPane) -> tuple[str, tuple[int, int]]:
    """Its name, by which rules/readers.py knows it; and of a Python its version."""
    from viewsync.panes.rules import readers

    names = foreground.names(located.pane.pid)
    if not names:
        return "", (0, 0)
    pid, command = list(names.items())[-1]
    program = procfs.program(pid)
    found = readers.name(command, program)
    if found == "python" and not python_blocks.is_python_prompt(command, processes.command_line(pid)):
        return "", (0, 0)
    major, _, minor = program.removeprefix("python").partition(".")
    versioned = program.startswith("python") and major.isdecimal() and minor.isdecimal()
    return found, (int(major), int(minor)) if versioned else (0, 0)


def is_keyed(located: LocatedPane) -> bool:
    from viewsync.panes.rules import readers

    return readers.is_keyed(foreground.names(located.pane.pid).values())


def at_python_prompt(located: LocatedPane) -> bool:
    busy_with = foreground.foreground(located.pane.pid)
    words = processes.command_line(busy_with.pid) if busy_with else []
    if busy_with is None or not words:  # nobody knows, so it is what it was made for
        return bool(located.row and located.row.type == "python-repl")
    return python_blocks.is_python_prompt(busy_with.command, words)
