"""What somebody has typed at a prompt and not sent, as far as the screen proves it."""

from __future__ import annotations

from viewsync.text.cell_width import after_cells
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.tmux.rules.anchor import Anchor
    from viewsync.tmux.rules.screen import Screen

# Those whose prompt ends as shells' do, when nothing that was sent tells how it looks.
_READERS = "bash zsh fish sh dash ksh rksh mksh tcsh csh busybox ash python ipython gdb irb node sqlite psql"
_PROMPT_ENDS = ("$", "#", "%", "\u276f", "\u00bb", "\u279c", "\u03bb", ">", "(gdb)")
_ENDS = "$#%>:)]}?\u276f\u00bb\u279c\u03bb\u2717"  # what prompts end with that have no blank behind


def standing(screen: Screen, last: Anchor | None, reader: str) -> str:
    """The text between the prompt and the cursor; "" where there is none, and where nobody knows.

    `last`: where the last text began that was sent with an Enter. What stood before it was a prompt, and where the
    cursor's line begins with the same, what follows is not. A prompt that has grown ends with a blank, as it did.
    """
    if screen.alternate or not 0 <= screen.cursor - screen.first < len(screen.rows):
        return ""
    line = _before(screen.rows[screen.cursor - screen.first], screen.column)
    prompt = _prompt(screen, last) if last else _usual(line, reader)
    rest = line[len(prompt) :]
    if not prompt.strip() or not prompt.endswith(" ") or not line.startswith(prompt) or not rest.strip():
        return ""
    return "" if rest.endswith(" ") or (not last and rest[-1] in _ENDS) else rest.strip()


def _prompt(screen: Screen, last: Anchor) -> str:
    index = last.line - screen.first
    known = last.width == screen.width and not last.alternate and last.line < screen.cursor
    return _before(screen.rows[index], last.column) if known and 0 <= index < len(screen.rows) else ""


def _usual(line: str, reader: str) -> str:
    """Up to the blanks behind the first word that ends as a prompt does."""
    if reader not in _READERS.split():
        return ""
    end = line.find(" ")
    while end >= 0:
        if _is_prompt(line[:end]):
            return line[: len(line) - len(line[end:].lstrip(" "))]
        end = line.find(" ", end + 1)
    return ""


def _is_prompt(text: str) -> bool:
    number = text.removesuffix("]:").rpartition("In [")
    return text.endswith(_PROMPT_ENDS) or (text.endswith("]:") and bool(number[1]) and number[2].isdecimal())


def _before(row: str, column: int) -> str:
    return row[: len(row) - len(after_cells(row, column))]
