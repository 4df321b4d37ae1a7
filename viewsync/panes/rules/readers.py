"""How the programs that read a terminal take what is pasted and typed into them: by their names.

What is said here of a program was seen in it: gdb 13, sqlite3 3.40, Python 3.11 and 3.13, ksh93, mksh,
tcsh 6.24, busybox 1.35, irb 1.6, ftp, gnuplot 5.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
