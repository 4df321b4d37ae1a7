"""The text of the launcher: the sh script that people, tmux hooks and WezTerm run."""

from __future__ import annotations

from shlex import quote

MARK = "# viewsync's launcher, written by install.sh"

# -S: what `site` does costs as much as a third of a verb, and of the folders that it finds we need one, which is named;
# viewsync/site_folders.py runs it where more is needed.
# Measured against `-m viewsync` and a script of its own: all start alike, and this one needs no file.
# -X utf8: what a session is called does not depend on the locale that tmux or a GUI was started with.
# The first word is the name that the script was called by: a link to it, or a copy, may be one of the shell tools.
_CODE = "import sys; sys.path.append(sys.argv[1]); del sys.argv[:2]; from viewsync.cli import main; sys.exit(main())"


def text(path: str, python: str, folder: str, home: str, dirs: str) -> str:
    """`path`: where the script stands; `python`: the interpreter of the private environment; `folder`: where it is to
    find viewsync; `dirs`: VIEWSYNC_DIRS.

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
{start(python, folder)}
"""


def start(python: str, folder: str) -> str:
    """The script's last line, which becomes viewsync."""
    return f'exec {quote(python)} -I -S -X utf8 -c {quote(_CODE)} {quote(folder)} "$0" "$@"'
