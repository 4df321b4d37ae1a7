"""What tests rely on, whatever started them: `nohup`, cron, a CI's daemon, a terminal, another tmux.

In one place, and inherited by everything that a test starts. A test of something else sets it for itself, as
tests/support/odd_start.py does.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time

# A test that forgets to name a folder finds none, instead of the developer's own, and not even root can make it.
NOWHERE = "/proc/tests-name-their-own-home"
_CLEARED = ("TMUX", "VIEWSYNC_", "CLAUDE_", "XDG_", "WEZTERM_", "GIT_", "SSH_", "LC_", "PYTHON")  # by their beginning
_CLEARED_NAMES = {"BASH_ENV", "CDPATH", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "EDITOR", "ENV", "FORCE_COLOR"}
_CLEARED_NAMES |= {"LANGUAGE", "LINES", "LOCK_TIMEOUT", "NO_COLOR", "PAGER", "POSIXLY_CORRECT", "VISUAL"}
_SET = {
    "HOME": NOWHERE,
    "LANG": "C.UTF-8",
    "SHELL": "/bin/sh",
    "TERM": "xterm-256color",
    "TZ": "UTC",
    "VIEWSYNC_STATE_DIR": NOWHERE,
}
_FILES = 1024  # that may be open: what most systems begin with


def settle() -> None:
    """For this process and all that it starts."""
    _environment()
    _signals()
    os.umask(0o022)
    _limit(resource.RLIMIT_CORE, 0)  # tests make programs crash
    _limit(resource.RLIMIT_NOFILE, _FILES)


def _environment() -> None:
    for name in list(os.environ):
        if name.startswith(_CLEARED) or name in _CLEARED_NAMES:
            del os.environ[name]
    os.environ.update(_SET)
    # What pip installed for the tests stands beside their Python, whoever starts them.
    os.environ["PATH"] = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    time.tzset()


def _signals() -> None:
    """A handler, too, is a default one for what is started, and then pytest itself still survives what `nohup` wants
    it to survive.
    """
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's `&` has it ignored
    for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
    for number in (signal.SIGCHLD, signal.SIGALRM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH, signal.SIGCONT):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    for number in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
        signal.signal(number, signal.SIG_DFL)


def _limit(kind: int, wanted: int) -> None:
    """The soft one, as far as the hard one lets us."""
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
