"""How the programs that read a terminal take what is pasted and typed into them: by their names.

What is said here of a program was seen in it: gdb 13, sqlite3 3.40, Python 3.11 and 3.13, ksh93, mksh,
tcsh 6.24, busybox 1.35, irb 1.6, ftp, gnuplot 5.4.
"""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Their text is keys, and a paste goes into the file, or nowhere.
_KEYED = (
    "vi vim vim.basic vim.tiny vim.nox view vimdiff rvim nvim nvi vile elvis ex hx helix kak emacs vifm ranger lf nnn "
    "mc mcedit less more most man tig lazygit gitui k9s htop top btop"
)
# Behind these may be any of those, on another machine or another terminal.
_OPAQUE = (
    "ssh mosh-client mosh telnet et tmux screen dtach abduco docker podman kubectl nerdctl lxc machinectl nsenter sudo "
    "doas su script git crontab sudoedit"
)


def is_keyed(names: Iterable[str]) -> bool:
    """Whether what is typed is a command for each key, so that a paste means something else than typing."""
    return not frozenset(_KEYED.split()).isdisjoint(names)


def may_hide(names: Iterable[str]) -> bool:
    return not frozenset(_OPAQUE.split()).isdisjoint(name.partition(":")[0] for name in names)


PLAIN = "plain"  # a TAB is one, or nobody knows
QUOTED = "quoted"  # it is one behind C-v
LOST = "lost"  # it completes something, or is dropped, and cannot be quoted
QUOTE = "\x16"
_QUOTING = "gdb ksh rksh mksh lksh tcsh csh ftp gnuplot bc sqlite python"
_LOSING = "busybox ash irb"
_ONE_LINE = "gdb sqlite"
_MARKED = (
    3,
    13,
)  # since this version Python's prompt asks for marks, and C-v quotes nothing; 3.13 loses a TAB all the same


def name(command: str, program: str) -> str:
    """`command`: what a process calls itself, `program`: the name of its file, which tells more of sh."""
    known = command.lstrip("-")
    return (program if known == "sh" and program else known).rstrip(".0123456789")


def tab(reader: str, *, asked: bool | None, version: tuple[int, int], inside: bool) -> str:
    """What becomes of a TAB. `asked`: whether the program asks for marks around a paste, None where nobody tells;
    `version`: of a Python; `inside`: whether a TAB stands behind something in its line.
    """
    if reader == "fish" or (reader == "python" and version == _MARKED and asked is not False):  # out of a paste, too
        return LOST if inside else PLAIN
    if asked:
        return PLAIN
    if asked is None and reader == "python" and version >= _MARKED:
        return PLAIN
    if reader in _QUOTING.split() or (asked is False and reader in ("bash", "zsh")):
        return QUOTED
    return LOST if reader in _LOSING.split() else PLAIN


def lines(reader: str, text: str) -> list[str]:
    """The text in the pieces that the program takes for one command each, with Enter behind each.

    gdb repeats its last command at an empty line. sqlite3 makes one statement of several lines, but not of its own
    commands, which begin with a dot.
    """
    found = text.split("\n")
    if reader not in _ONE_LINE.split() or (reader == "sqlite" and not any(line.startswith(".") for line in found)):
        return [text]
    return [line for line in found if line.strip()] or [text] if reader == "gdb" else found
