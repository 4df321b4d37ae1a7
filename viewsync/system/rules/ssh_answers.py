"""What became of a call of ssh: by its exit code first. Its words only explain, and say what would help."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED = 255  # ssh's own code; any other one is that of what ran there

_CHANGED = "REMOTE HOST IDENTIFICATION HAS CHANGED"
_KEY = ("Host key verification failed", "host key is known for")
_REFUSED = ("Permission denied", "Too many authentication failures", "No supported authentication methods")
_UNKNOWN = "Could not resolve hostname"
_CONNECT = "connect to host "


class Problem(NamedTuple):
    message: str  # without the host's name in front
    hint: str
    early: bool  # nothing can have run there
    said: str = ""  # by ssh, of a call that is not one of these


def problem(said: str, by_hand: str) -> Problem:
    """Why ssh failed. `by_hand`: the command that a person is to run once."""
    if _CHANGED in said:
        message = "has another host key than the one that you know it by, so nothing was sent"
        return Problem(message, f"if its key was changed on purpose, `{by_hand}` says how to accept the new one", True)
    if any(words in said for words in _KEY):
        return Problem("has a host key that you have not accepted yet", f"run `{by_hand}` once by hand", True)
    if any(words in said for words in _REFUSED):
        message = "wants a password, a passphrase or another key, and viewsync has nobody to ask"
        return Problem(message, f"run `{by_hand}` once by hand; with a key in ssh-agent it works from here, too", True)
    last = _last(said.split("\n"))
    if _UNKNOWN in said:
        return Problem("is not known by that name", f"see that `{by_hand}` works; ~/.ssh/config can name hosts", True)
    if _CONNECT in said:
        why = last.rpartition(": ")[2]
        return Problem(f"cannot be reached: {why}", f"see that `{by_hand}` works", True)
    message = f"cannot be reached: {last or 'ssh gave no reason'}"
    return Problem(message, f"see that `{by_hand}` works", early=False, said=last)


def _last(lines: Sequence[str]) -> str:
    """The last line that says something. It may be the host's own words: no more of them than a line has room for."""
    said = [text for line in lines if (text := line.strip())]
    return said[-1][:200] if said else ""
