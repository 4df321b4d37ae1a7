"""Make sessions of their own. Nothing else says what can start a tmux server: `new-session`, and `start-server`.

So a reading of a server that is gone says so, and starts none. What tmux expands in a name or a folder, where `#(...)`
runs a program, is made to mean itself.
"""

from __future__ import annotations

import os

from viewsync.errors import TmuxError
from viewsync.text import variables
from viewsync.tmux import history_limit, messages, sockets, window_size
from viewsync.tmux.rules import language, marks
from viewsync.tmux.rules.language import quoted
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.system.process import Completed
    from viewsync.tmux.server import Tmux

# One word alone would be a line for the user's shell; several are run as they are. So a shell that everybody has
# becomes the program, whatever default-shell and default-command say.
STARTER = ("/bin/sh", "-c", 'exec "$0" "$@"')
_WITH_PATH = ("/bin/sh", "-c", 'PATH=$0; export PATH; exec "$@"')  # tmux gives it that of whoever asks, despite -e
# Nobody is on the new session yet, and where nobody is on any other one, the server ends when we go. Behind `%if` it is
# asked before anything is made.
_GOES_AT_ONCE = "#{&&:#{exit-unattached},#{==:#{s/0//:#{S:#{session_attached}}},}}"
_REFUSED = "=exit-unattached"
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
    cwd: str = ""  # "" for ours; on another host for where its login shell begins
    window: str = ""  # its name, "" for that of what runs in it
    argv: Sequence[str] = ()  # what runs in it, () for the user's shell
    environment: Sequence[tuple[str, str]] = ()
    size: tuple[int, int] | None = None
    history_limit: int | None = None  # lines that its panes keep, None for what tmux is set to


class StartedSession(NamedTuple):
    """`server` is its identity, "pid.start"."""

    session_id: str
    pane_id: str
    target: str
    pid: int
    server: str


class Duplicate(TmuxError):
    """The server has a session of that name."""

    kind = "duplicate"


def make(tmux: Tmux, socket: str, new: NewSession) -> StartedSession:
    """A detached session; starts the server when there is none. Duplicate when the name is taken."""
    path = dict(new.environment).get("PATH", "")
    starter = [*_WITH_PATH, path] if path else STARTER
    argv = [*starter, *new.argv] if new.argv else []
    done = begin(tmux, socket, new._replace(argv=argv), _MADE, ())
    if done.code:
        raise TmuxError(done.err.strip() or f"exit code {done.code}")
    try:
        session, pane, place, pid, server, name = done.out.removesuffix("\n").split("\t")
        return StartedSession(session, pane, f"{name}:{place}", int(pid), server)
    except ValueError:
        # Where it cannot make its socket, it ends with 0; 3.3 and newer say why.
        raise TmuxError(done.err.strip() or _no_place(socket) or f"tmux answered {done.out!r}") from None


def _no_place(socket: str) -> str:
    """Why there cannot be a socket, "" where that is not known."""
    try:
        os.stat(os.path.dirname(socket))
    except OSError as error:
        return f"error creating {socket} ({error.strerror})"
    return ""


def begin(tmux: Tmux, socket: str, new: NewSession, answer: str, then: Sequence[str]) -> Completed:
    """The same through tmux's stdin, so that no value stands in a process list. It says the format `answer`.

    It has the variables of whoever asks, and those of `new` come before them: a server has only what all may have.
    `then`: commands of the same list, so that they hold whatever comes between.
    """
    # A user's own `on` would end it before anybody could attach, and crashes tmux before 3.8 (trap A).
    kept = f"set-option -t {quoted(f'={new.name}:')} destroy-unattached off"
    sized = [window_size.given(new.name, new.size)] if new.size else []
    own = {name for name, _ in new.environment}
    handed = {} if tmux.far else variables.handed_on(tmux.env)
    callers = {name: value for name, value in handed.items() if name not in own}
    # For `freeze`: these are nothing that was said of this session.
    told = f"set-option -t {quoted(f'={new.name}:')} {marks.CALLERS} {quoted(' '.join(callers))}"
    new = new._replace(cwd=_folder(tmux, new.cwd))
    script = " ; ".join([*_making(new, callers, answer, kept), told, *sized, *then])
    if "\0" in script:  # tmux would take what is before it for the whole word
        raise TmuxError("a program, its variables and its folder cannot hold a NUL byte")
    sockets.make_folder(tmux.env, socket)
    making = window_size.lines(f"{script}\n")
    text = f"%if {quoted(_GOES_AT_ONCE)}\ndisplay-message -p {_REFUSED}\n%else\n{making}%endif\n"
    done = tmux.run(socket, "start-server", ";", "source-file", "-", stdin=text, starts=True)
    if done.out.strip() == _REFUSED:
        raise TmuxError(
            f"the tmux server on {socket} ends as soon as nobody is attached to it, and its sessions with it",
            "say `set -s exit-unattached off` in your tmux configuration, or `tmux set -s exit-unattached off`",
        )
    if messages.duplicate(done.err):
        raise Duplicate(done.err.strip())
    return done


def _folder(tmux: Tmux, cwd: str) -> str:
    if tmux.far:
        return cwd
    return os.path.abspath(cwd) if cwd else _our_folder()


def _our_folder() -> str:
    """ "" where that has been removed. A link on the way to it stays one, as in the shell that we come from."""
    try:
        here, named = os.getcwd(), os.environ.get("PWD", "")
        return named if os.path.isabs(named) and os.path.samefile(named, here) else here
    except OSError:
        return ""


def _making(new: NewSession, callers: Mapping[str, str], answer: str, kept: str) -> list[str]:
    """Where its panes are to keep another number of lines than others, in more than one step."""
    told = ["-P", "-F", answer]
    sized = ["-x", str(new.size[0]), "-y", str(new.size[1])] if new.size else []
    given = [word for name, value in callers.items() for word in ("-e", f"{name}={value}")]
    session = ["new-session", "-d", "-s", language.unexpanded(new.name), *sized, *given, *_window(new)]
    if new.history_limit is None:
        return [_said([*session, *told, *new.argv]), kept]
    window = _said([*_window(new), *told, *new.argv])
    return [_said([*session, *STARTER, "cat"]), kept, *history_limit.making(new.name, new.history_limit, window)]


def _said(words: Sequence[str]) -> str:
    return " ".join(map(quoted, words))


def _window(new: NewSession) -> list[str]:
    words = ["-n", language.unexpanded(new.window)] if new.window else []
    if new.cwd:  # not the server's own, which is where we start it
        words += ["-c", language.unexpanded(new.cwd)]
    for name, value in new.environment:
        words += ["-e", f"{name}={value}"]
    return words
