"""The user's editor, which has our terminal until they leave it: the one program that nothing bounds but its user."""

from __future__ import annotations

from viewsync.errors import UsageError
from viewsync.light import signal
from viewsync.system import process, signals
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_USUAL = ("editor", "sensible-editor", "nano", "vi")  # where nothing is said and somebody is there to edit
_NOT_THERE = (126, 127)  # what a shell ends with that cannot run a program


def named(env: Mapping[str, str], *, somebody: bool) -> str:
    """The user's, as a shell's words. `somebody`: at a terminal, where any will do. UsageError where there is none."""
    said = next((env[name] for name in ("VISUAL", "EDITOR") if env.get(name, "").strip()), "")
    found = said or next((name for name in _USUAL if somebody and process.which(name, env)), "")
    if not found:
        raise UsageError("which editor is not known", "set $VISUAL or $EDITOR")
    return found


def edit(editor: str, path: str, env: Mapping[str, str]) -> str:
    """Let the user edit the file; why that did not work, "" where it did. C-c at the terminal is the editor's."""
    with signals.left_to_others((signal.SIGINT, signal.SIGQUIT)):
        code = process.on_our_terminal(["sh", "-c", f'{editor} "$1"', "sh", path], env).wait()
    if code in _NOT_THERE:
        return f"the editor `{editor}` cannot be run"
    if code < 0:
        return f"the editor `{editor}` was ended by signal {-code}"
    return f"the editor `{editor}` ended with {code}" if code else ""
