"""The completion functions of the shells, from `completions/`, with the program that they ask."""

from __future__ import annotations

from shlex import quote

from viewsync import paths
from viewsync.light import re
from viewsync.system import files

MARK = "# @viewsync-completion@"
# Where each shell looks, below a data folder such as ~/.local/share or /usr/share.
PLACES = {
    "bash": ("bash-completion", "completions", "viewsync"),
    "zsh": ("zsh", "site-functions", "_viewsync"),
    "fish": ("fish", "vendor_completions.d", "viewsync.fish"),
}
_PROGRAM = re.compile(r"^( *(?:_viewsync_program=|local program=|set -l program ))viewsync$", re.MULTILINE)


def text(shell: str, program: str) -> str:
    """`program`: the path or the name by which viewsync is asked."""
    found = (files.read(paths.shared_file("completions", f"viewsync.{shell}")) or b"").decode()
    word = _fish(program) if shell == "fish" else quote(program)
    text, count = _PROGRAM.subn(lambda line: line[1] + word, found)
    assert count == 1, shell
    return text


def _fish(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
