"""The sweeper as a service: the files of hooks/ for systemd and launchd, with this user's launcher in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SYSTEMD = "viewsync-sweeper.service"
LAUNCHD_LABEL = "org.viewsync.sweeper"
LAUNCHD = f"{LAUNCHD_LABEL}.plist"

# What the shell that installs has set and a service manager has not: the same folders, the same tmux.
_FOLDERS = ("VIEWSYNC_STATE_DIR", "CLAUDE_TMUX_SOCKET_DIR", "VIEWSYNC_CONFIG", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
KEPT = ("PATH", "TMUX_TMPDIR", *_FOLDERS)


def systemd(template: str, launcher: str, env: Mapping[str, str]) -> str:
    """systemd takes few characters in the name of a program, and any in an argument: so sh is the program."""
    command = f"""ExecStart=/bin/sh -c 'exec "$$0" sweeper run' {_systemd(launcher.replace("$", "$$"))}"""
    settings = [f"Environment={_systemd(f'{name}={env[name]}')}" for name in KEPT if env.get(name)]
    return re.sub(r"^ExecStart=.*$", lambda _: "\n".join([command, *settings]), template, flags=re.MULTILINE)


def launchd(template: str, launcher: str, env: Mapping[str, str]) -> str:
    words = "".join(f"\n\t\t<string>{_xml(word)}</string>" for word in (launcher, "sweeper", "run"))
    settings = "".join(
        f"\n\t\t<key>{name}</key>\n\t\t<string>{_xml(env[name])}</string>" for name in KEPT if env.get(name)
    )
    text = _inside(template, "ProgramArguments", "array", words)
    return _inside(text, "EnvironmentVariables", "dict", settings)


def _inside(text: str, key: str, kind: str, body: str) -> str:
    pattern = rf"(<key>{key}</key>\s*<{kind}>).*?(\n\s*</{kind}>)"
    return re.sub(pattern, lambda match: match[1] + body + match[2], text, flags=re.DOTALL)


def _systemd(word: str) -> str:
    """Quoted as systemd reads a word: % begins a specifier even within quotes."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
