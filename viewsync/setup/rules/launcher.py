"""The text of the launcher: the sh script that people, tmux hooks and WezTerm run."""

from __future__ import annotations

from shlex import quote

MARK = "# viewsync's launcher, written by install.sh"

# Measured against `-m viewsync` and a script of its own: all start alike, and this one needs no file.
# -X utf8: what a session is called does not depend on the locale that tmux or a GUI was started with.
# The first word is the name that the script was called by: a link to it, or a copy, may be one of the shell tools.
_CODE = "import sys; del sys.argv[0]; from viewsync.cli import main; sys.exit(main())"


def text(path: str, python: str, home: str, dirs: str) -> str:
    """`path`: where the script stands; `python`: the interpreter of the private environment; `dirs`: VIEWSYNC_DIRS.

    The folders hold for the user who installed. Another one, by `--prefix /usr/local`, has their own. They are what
    holds where the environment names none: paths.py looks there first.
    """
    return f"""#!/bin/sh
{MARK}; `install.sh --uninstall` removes it.
VIEWSYNC_LAUNCHER={quote(path)}
export VIEWSYNC_LAUNCHER
if [ -z "${{VIEWSYNC_DIRS-}}" ] && [ "${{HOME-}}" = {quote(home)} ]; then
    VIEWSYNC_DIRS={quote(dirs)}
    export VIEWSYNC_DIRS
fi
{start(python)}
"""


def start(python: str) -> str:
    """The script's last line, which becomes viewsync."""
    return f'exec {quote(python)} -I -X utf8 -c {quote(_CODE)} "$0" "$@"'
