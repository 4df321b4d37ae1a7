"""The folders that zoxide knows, where it is there."""

from __future__ import annotations

import os

from viewsync.errors import ViewsyncError
from viewsync.system import files, process
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOUND = 3.0  # seconds; it looks whether each folder is still there
MOST = 200  # folders: further down are those where one hardly ever goes


def folders(env: Mapping[str, str]) -> tuple[list[str], str]:
    """The one that is used most comes first; and why there are none, "" where zoxide is not there, too."""
    program = process.which("zoxide", env)
    home = env.get("HOME", "")
    # It makes its folder there; as root it would be one that the home's user cannot change.
    if not program or (os.path.isdir(home) and files.somebody_elses(home)):
        return [], ""
    try:
        done = process.run([program, "query", "-l"], timeout=_BOUND, env=env)
    except ViewsyncError as error:
        return [], error.message
    if done.code and done.err.strip():
        return [], f"zoxide: {done.err.strip().splitlines()[0]}"
    # A line break in a name cannot be told from the end of it: then neither part is a folder.
    found = [line for line in done.out.split("\n") if os.path.isabs(line) and os.path.isdir(line)]
    return list(dict.fromkeys(found))[:MOST], ""
