"""The sweeper as a service or by a timer: the files of hooks/ for systemd and launchd, with this user's launcher."""

from __future__ import annotations

import math

from viewsync.errors import UsageError
from viewsync.light import re
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SYSTEMD = "viewsync-sweeper.service"
LAUNCHD_LABEL = "org.viewsync.sweeper"
LAUNCHD = f"{LAUNCHD_LABEL}.plist"
# With a timer, under names of their own: neither is ever taken for the resident one.
TIMER = "viewsync-sweep.timer"
TIMED = "viewsync-sweep.service"  # what it starts
LAUNCHD_TIMER = "org.viewsync.sweep.plist"
ONCE = "once"  # the word behind `sweeper`
_RUN = "run"

# What the shell that installs has set and a service manager has not: the same folders, the same tmux.
_FOLDERS = ("VIEWSYNC_STATE_DIR", "CLAUDE_TMUX_SOCKET_DIR", "VIEWSYNC_CONFIG", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
KEPT = ("PATH", "TMUX_TMPDIR", *_FOLDERS)

_SHARE = 10  # the part of the time between two runs by which one may be late


def systemd(template: str, launcher: str, env: Mapping[str, str], what: str = _RUN) -> str:
    """systemd takes few characters in the name of a program, and any in an argument: so sh is the program."""
    command = f"""ExecStart=/bin/sh -c 'exec "$$0" sweeper {what}' {_systemd(launcher.replace("$", "$$"))}"""
    settings = [f"Environment={_systemd(f'{name}={env[name]}')}" for name in KEPT if env.get(name)]
    return re.sub(r"^ExecStart=.*$", lambda _: "\n".join([command, *settings]), template, flags=re.MULTILINE)


def timer(template: str, every: float) -> str:
    """`every`: seconds from the end of a run to the next."""
    late = f"{every / _SHARE:.3f}"
    values = {"OnUnitInactiveSec": f"{every:.3f}", "AccuracySec": late, "RandomizedDelaySec": late}
    return re.sub(
        rf"^({'|'.join(values)})=.*$", lambda match: f"{match[1]}={values[match[1]]}", template, flags=re.MULTILINE
    )


def launchd(template: str, launcher: str, env: Mapping[str, str], every: float = 0.0) -> str:
    """`every`: seconds between two runs; 0 for the resident one."""
    what = ONCE if every else _RUN
    words = "".join(f"\n\t\t<string>{_xml(word)}</string>" for word in (launcher, "sweeper", what))
    settings = "".join(
        f"\n\t\t<key>{name}</key>\n\t\t<string>{_xml(env[name])}</string>" for name in KEPT if env.get(name)
    )
    text = _inside(template, "ProgramArguments", "array", words)
    text = _inside(text, "EnvironmentVariables", "dict", settings)
    return re.sub(
        r"(<key>StartInterval</key>\s*<integer>)\d+", lambda match: f"{match[1]}{max(1, math.ceil(every))}", text
    )


def _inside(text: str, key: str, kind: str, body: str) -> str:
    pattern = rf"(<key>{key}</key>\s*<{kind}>).*?(\n\s*</{kind}>)"
    return re.sub(pattern, lambda match: match[1] + body + match[2], text, flags=re.DOTALL)


def _systemd(word: str) -> str:
    """Quoted as systemd reads a word: % begins a specifier even within quotes, and the end of a line ends all."""
    text = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return '"' + re.sub("[\x01-\x1f\x7f\udc80-\udcff]", _escaped, text) + '"'


def _escaped(match: re.Match[str]) -> str:
    """A byte that is no text, or none that a line of a unit can hold."""
    return f"\\x{ord(match[0]) & 0xFF:02x}"


def _xml(text: str) -> str:
    if re.search("[\x01-\x08\x0b\x0c\x0e-\x1f\udc80-\udcff\ufffe\uffff]", text):
        raise UsageError(f"launchd cannot be told {text!r}, as XML has no such characters", "use a path without them")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
