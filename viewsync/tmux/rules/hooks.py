"""The text of our tmux hooks: where they stand, and what they run."""

from __future__ import annotations

from viewsync.light import quote
from viewsync.tmux.rules.language import either, quoted, source_file, unexpanded
from viewsync.tmux.rules.model import NOW
from viewsync.tmux.rules.versions import runs_options, tells_at_once
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

INDEX = 4242  # our own slot in tmux's hook arrays, so that nobody's own hook is touched
EVENTS = ("client-detached", "client-session-changed")

# Of the server, where it started us: the epoch second up to which it waits for us, and whether more happened meanwhile.
PATIENCE = 20  # seconds: one that was killed holds up the next no longer
MORE = "more"
RUNNING = "@viewsync_running"
AGAIN = "@viewsync_again"

# Set only in servers with a project session that has cleanup steps.
ENDED = "session-closed"
MARK = "@viewsync_cleanup"  # of such a session
MARKED = "@viewsync_cleanups"  # of the server: an x for each of them that was there when they were counted
# As `RUNNING` and `AGAIN`, of the one that sees to the ends of those.
TELLING = "@viewsync_telling"
TOLD_MORE = "@viewsync_told_more"

# Of servers with a session that is watched for its first client and its last one (tmux/presence_hooks.py).
PRESENCE = "presence"
PRESENCE_INDEX = INDEX + 1  # the lowest one: each state folder has its own

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


def slot(event: str, index: int = INDEX) -> str:
    return f"{event}[{index}]"


def caller(launcher: str, state: str = "", config: str = "") -> str:
    """The words of sh that start viewsync, with the state folder and the configuration file of who sets the hooks.

    A hook's environment is the server's, which somebody may have started with another XDG_STATE_HOME than `open` has.
    What the hook carries comes before all of that, so it finds the registry that the view was written into.
    """
    carried = {"VIEWSYNC_STATE_DIR": state, "VIEWSYNC_CONFIG": config}
    return " ".join([*(f"{name}={quote(value)}" for name, value in carried.items() if value), quote(launcher)])


def command(caller: str) -> str:
    """The words of sh that the hooks of `EVENTS` run. It passes nothing: in these hooks no format can be trusted.

    Its output goes nowhere and it ends well, whatever becomes of us: tmux would show the rest over somebody's pane.
    """
    return unexpanded(f"{caller} hook >/dev/null 2>&1 || : {EDITION}")  # tmux expands "#"; doubled, it stays itself


def beside(shell: str) -> str:
    """What has a shell run those words, while the server goes on. tmux takes the word for run-shell, and no
    command-alias is called so.
    """
    return f"run-shel -b {quoted(shell)}"


def at_once(text: str) -> str:
    """What has the server run the commands that a format says. It waits: at the top of a hook alone (trap K)."""
    return f"run-shel -C {quoted(text)}"


def start(running: str, again: str, run: str) -> str:
    """What starts us by the command `run`, one at a time. Of what happens meanwhile that one is told when it asks."""
    # One that waits longer than any does was noted when the clock was ahead.
    until = f"#{{e|+|:{NOW},{PATIENCE}}}"
    free = either(f"#{{<:#{{{running}}},{NOW}}}", f"#{{e|>|:#{{{running}}},{until}}}")
    run = f"set-option -sF {running} '{until}' ; {run}"
    return f"if-shell -F {quoted(free)} {{ {run} }} {{ set-option -s {again} 1 }}"


def ask(running: str, again: str) -> list[str]:
    """The words that print `MORE` where something happened since the start; else the server may start the next one."""
    more = f"set-option -su {again} ; display-message -p {MORE}"
    return ["if-shell", "-F", f"#{{{again}}}", more, f"set-option -su {running}"]


def ended_command(caller: str) -> str:
    """The words of sh that the hook of `ENDED` runs."""
    return unexpanded(f"{caller} hook {ENDED} >/dev/null 2>&1")


def presence_command(caller: str) -> str:
    """What is run when somebody comes to a watched session, or leaves it (tmux/presence_hooks.py)."""
    return unexpanded(f"{caller} hook {PRESENCE} >/dev/null 2>&1 || :")


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
    return TELLING in text and call([text], caller)


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
