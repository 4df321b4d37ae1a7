"""Every error that viewsync raises on purpose, each with its exit code.

ViewsyncError        1   the request cannot be done as it stands
├── UsageError       1   an argument is wrong
│   ├── Ambiguous    1   no session was named, and there are several
│   └── BadFile      1   a project's file is wrong
├── SessionExists    2   a session has that name
├── MissingSession   3   no session has exactly that name
│   └── NotRegistered 3  and none is registered under it
├── TmuxError        4   tmux refused, is missing, or its server is gone
│   ├── TmuxMissing  4   there is no tmux that can be run
│   ├── Unreachable  4   another host cannot be reached (system/ssh.py)
│   └── TmuxTimeout  4   tmux did not answer within its bound, or the connection to its host broke
├── StateError       5   the state folder, the registry or the history cannot be used
├── LockTimeout     75   somebody else holds the registry's lock
└── Bug             70   anything else: the traceback is in the log
No memory           70   it says so, and knows nothing
KeyboardInterrupt  130
Unwritten output    74   unless the verb has failed (`finish` in output.py)

The session verbs promise codes of their own for some of these: `CODES` in the verb's module.
"""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ViewsyncError(Exception):
    """What was wrong, with what (`message`), and what would do (`hint`)."""

    code = 1
    kind = "refused"
    speaker = "viewsync"  # who says it, at the beginning of the line
    more: Sequence[str] = ()  # lines of their own behind it
    verb: str | None = None  # that was called; None where there is no such verb

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ViewsyncError):
    kind = "usage"


class Ambiguous(UsageError):
    kind = "ambiguous"


class BadFile(UsageError):
    """`FILE:LINE: what`. What else is wrong in the same way stands in `more`, a line each."""

    kind = "bad-file"

    def __init__(self, message: str, hint: str = "", more: Sequence[str] = ()) -> None:
        super().__init__(message, hint)
        self.more = more


class SessionExists(ViewsyncError):
    code = 2
    kind = "session-exists"


class MissingSession(ViewsyncError):
    code = 3
    kind = "missing-session"


class NotRegistered(MissingSession):
    """The registry knows none of that name, or none at all."""


class TmuxError(ViewsyncError):
    code = 4
    kind = "tmux"


class TmuxMissing(TmuxError):
    """There is none where it should be, or it may not be run."""


class TmuxTimeout(TmuxError):
    kind = "tmux-timeout"


class StateError(ViewsyncError):
    code = 5
    kind = "state"


class Bug(ViewsyncError):
    code = 70
    kind = "bug"


class LockTimeout(ViewsyncError):
    code = 75
    kind = "lock-timeout"
