"""Which variables the user's tmux configuration asks for: a server of ours that had them not would load it otherwise
than one that the user starts.
"""

from __future__ import annotations

import glob
import os

from viewsync.light import re
from viewsync.system import files
from viewsync.text import variables
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PLACES = (
    *("/etc/tmux.conf", "/usr/local/etc/tmux.conf", "/opt/homebrew/etc/tmux.conf", "~/.tmux.conf"),
    *("$XDG_CONFIG_HOME/tmux/tmux.conf", "~/.config/tmux/tmux.conf"),
)
_SHELLS = r"\$\{?([A-Za-z_]\w*)"
_FORMATS = r"#\{([^}]*)"
_SOURCED = r"""\bsource(?:-file)?\s+(?:-\w+\s+)*["']?([^\s"';}]+)"""
_MOST_FILES = 100
_MOST_BYTES = 1024 * 1024


def of(env: Mapping[str, str]) -> dict[str, str]:
    """Of the caller's that his session has, those that some file of the configuration names."""
    named: set[str] = set()
    for text in _texts(env):
        named.update(re.findall(_SHELLS, text))
        for said in re.findall(_FORMATS, text):
            named.update(re.findall(r"\w+", said))
    return {name: value for name, value in variables.handed_on(env).items() if name in named}


def _texts(env: Mapping[str, str]) -> Iterator[str]:
    wanted, seen = list(_PLACES), set[str]()
    while wanted and len(seen) < _MOST_FILES:
        path = _expanded(wanted.pop(0), env)
        found = glob.glob(path) if glob.has_magic(path) else [path]
        for file in found[:_MOST_FILES]:
            if file in seen or not os.path.isabs(file):
                continue
            seen.add(file)
            try:
                with open(file, encoding="utf-8", errors="surrogateescape", opener=files.regular) as opened:
                    text = opened.read(_MOST_BYTES)
            except OSError:  # tmux passes over it, or says so
                continue
            yield text
            wanted += re.findall(_SOURCED, text)


def _expanded(path: str, env: Mapping[str, str]) -> str:
    home = env.get("HOME", "")
    path = home + path[1:] if home and path.startswith("~/") else path
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda found: env.get(found[1] or found[2], ""), path)
