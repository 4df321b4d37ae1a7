"""The text of our tmux hooks: where they stand, and what they run."""

from __future__ import annotations

from viewsync.tmux.rules.language import quoted, source_file, unexpanded
from viewsync.tmux.rules.versions import runs_options, tells_at_once
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

INDEX = 4242  # our own slot in tmux's hook arrays, so that nobody's own hook is touched
EVENTS = ("client-detached", "client-session-changed")

# Of the server, where it started us: the epoch second up to which it waits for us, and whether more happened meanwhile.
RUNNING = "@viewsync_running"
AGAIN = "@viewsync_again"

# Set only in servers with a project session that has cleanup steps.
ENDED = "session-closed"
MARK = "@viewsync_cleanup"  # of such a session
MARKED = "@viewsync_cleanups"  # of the server: an x for each of them that was there when they were counted
COUNT = f"#{{S:#{{?{MARK},x,}}}}"
_ENDED = "if-shell -b "

# Of tmux-resurrect: the command that it runs with the file that it has just saved, as it runs it, and our word for it.
RESURRECT = "@resurrect-hook-post-save-layout"
SAVED = "resurrect-saved"
_SILENT, _SAVED = ">/dev/null 2>&1 ", f" hook {SAVED}"

# Which text of ours it is: another number where what stands in `EVENTS` means something else than before, so that
# running servers get the new one.
EDITION = 4


def quiet(version: str) -> tuple[str, ...]:
    """What a view has a hook of its own for, that does nothing. In 3.2a some are its windows', which it shares."""
    return ("session-created", "window-linked", "window-unlinked") if runs_options(version) else ("session-created",)


def loud(version: str) -> tuple[str, ...]:
    """What the user's hooks hear all the same when a view is made.

    3.2a can run nothing without them (`views.quietly`). From 3.8 on, tmux looks for the hook before it says so.
    """
    if not runs_options(version):
        return ("after-new-session", "after-select-window", "window-linked", "window-unlinked")
    return ("session-created", "window-linked", "window-unlinked") if tells_at_once(version) else ()


# What such a hook is to begin with, so that it leaves views alone.
GUARD = "if-shell -F '#{m:*-view-[0-9]*-[0-9]*,#{session_name}}' '' { ... }"
GUARDED = "-view-"


def slot(event: str) -> str:
    return f"{event}[{INDEX}]"


def caller(launcher: str, state: str = "", config: str = "") -> str:
    """The words of sh that start viewsync, with the state folder and the configuration file of who sets the hooks.

    A hook's environment is the server's, which somebody may have started with another XDG_STATE_HOME than `open` has.
    What the hook carries comes before all of that, so it finds the registry that the view was written into.
    """
    from shlex import quote  # not for a hook that is called

    carried = {"VIEWSYNC_STATE_DIR": state, "VIEWSYNC_CONFIG": config}
    return " ".join([*(f"{name}={quote(value)}" for name, value in carried.items() if value), quote(launcher)])


def command(caller: str) -> str:
    """The words of sh that the hooks of `EVENTS` run. It passes nothing: in these hooks no format can be trusted.

    Its output goes nowhere and it ends well, whatever becomes of us: tmux would show the rest over somebody's pane.
    """
    return unexpanded(f"{caller} hook >/dev/null 2>&1 || : {EDITION}")  # tmux expands "#"; doubled, it stays itself


def ended_text(caller: str) -> str:
    """What stands in the slot of `ENDED`: it calls us only when a session with cleanup steps is among those that went.

    When the last session ends, and with it the server, what `if-shell -F` and `run-shell -b` start is lost or ended
    before it runs (seen on 3.3a in half of all cases); for if-shell's own shell the server waits. It does not wait for
    what its queue has after that shell, so the queue goes on (-b): else the end that follows another one at once, and
    is the last, was never told. Nothing of the format but a 1 reaches the shell.
    """
    went = f"#{{?#{{!=:{COUNT},#{{{MARKED}}}}},1,}}"
    command = f'[ -z "{went}" ] || ' + unexpanded(f"{caller} hook {ENDED} >/dev/null 2>&1")
    return f"{_ENDED}{quoted(command)} ''"


def saved_command(caller: str) -> str:
    """What tmux-resurrect is to run, by a shell, with the file behind it. Whatever becomes of us, its save goes on."""
    return f"{_SILENT}{caller}{_SAVED}"


def is_saved_command(text: str) -> bool:
    """Whether it is one of ours, with whichever launcher."""
    return text.startswith(_SILENT) and text.endswith(_SAVED)


def source_line(path: str) -> str:
    """The line of a user's configuration that reads the file at `path`, if it is there."""
    return source_file(path, "-q")


def stand(texts: Sequence[str], caller: str) -> bool:
    """Whether all our hooks are set, as they are said today, and call viewsync so."""
    wanted = _as_printed(command(caller))
    return len(texts) == len(EVENTS) and all(wanted in _unescaped(hook) for hook in texts)


def call(texts: Sequence[str], caller: str) -> bool:
    """Whether any of them calls viewsync so. tmux prints them with escapes of its own."""
    wanted = _as_printed(unexpanded(f"{caller} hook "))
    return any(wanted in _unescaped(hook) for hook in texts)


def tells_ends(text: str, caller: str) -> bool:
    """Whether what stands in the slot of `ENDED` calls viewsync so, in the way that it is said today."""
    return text.startswith(_ENDED) and call([text], caller)


_LETTERS = dict(zip("\a\b\t\n\v\f\r", "abtnvfr", strict=True))


def _as_printed(text: str) -> str:
    """What tmux prints of it, without the backslashes: of a byte that is no text, its letter or its number."""
    if not text.isprintable():
        text = "".join(_printed(character) for character in text)
    return _unescaped(text)


def _printed(character: str) -> str:
    if character in _LETTERS:
        return _LETTERS[character]
    number = ord(character)
    return f"{number & 0xFF:03o}" if number < 0x20 or number == 0x7F or 0xDC80 <= number <= 0xDCFF else character


def _unescaped(text: str) -> str:
    return text.replace("\\", "")
