"""What viewsync says to make a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from viewsync.errors import TmuxError
from viewsync.tmux.rules import language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.server import Tmux

# One word alone would be a line for the user's shell; several are run as they are. So a shell that everybody has
# becomes the program, whatever default-shell and default-command say.
STARTER = ("/bin/sh", "-c", 'exec "$0" "$@"')
_WITH_PATH = ("/bin/sh", "-c", 'PATH=$0; export PATH; exec "$@"')  # tmux gives it that of whoever asks, despite -e
_DUPLICATE = "duplicate session"
_MADE = "\t".join(
    (
        "#{session_id}",
        "#{pane_id}",
        "#{window_index}.#{pane_index}",
        "#{pane_pid}",
        "#{pid}.#{start_time}",
        "#{session_name}",
    )
)


class NewSession(NamedTuple):
    name: str
    window: str
    argv: Sequence[str]  # what runs in it
    cwd: str  # "" for ours
    environment: Sequence[tuple[str, str]]
    size: tuple[int, int] | None


class Made(NamedTuple):
    """`server` is its identity, "pid.start"."""

    session_id: str
    pane_id: str
    target: str
    pid: int
    server: str


class Duplicate(TmuxError):
    """The server has a session of that name."""

    kind = "duplicate"


def make(tmux: Tmux, socket: str, new: NewSession) -> Made:
    """A detached session; starts the server when there is none."""
    words = ["new-session", "-d", "-P", "-F", _MADE, "-s", language.argument(new.name)]
    words += ["-n", language.argument(new.window)]
    words += ["-c", language.argument(new.cwd)] if new.cwd else []
    for name, value in new.environment:
        words += ["-e", _word(f"{name}={value}")]
    if new.size:
        words += ["-x", str(new.size[0]), "-y", str(new.size[1])]
    path = dict(new.environment).get("PATH", "")
    words += [*_WITH_PATH, _word(path)] if path else STARTER
    words += [_word(each) for each in new.argv]
    done = tmux.run(socket, *words)
    if _DUPLICATE in done.err:
        raise Duplicate(done.err.strip())
    if done.code:
        raise TmuxError(done.err.strip() or f"exit code {done.code}")
    try:
        session, pane, place, pid, server, name = done.out.removesuffix("\n").split("\t")
        return Made(session, pane, f"{name}:{place}", int(pid), server)
    except ValueError:
        # Where it cannot make its socket, it says so and ends with 0.
        raise TmuxError(done.err.strip() or f"tmux answered {done.out!r}") from None


def _word(text: str) -> str:
    """A word of tmux's command line that is no format: a `;` at its end would separate commands."""
    return text[:-1] + "\\;" if text.endswith(";") else text
