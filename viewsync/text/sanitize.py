"""Text of a program, made harmless for whoever's terminal it is shown on."""

from __future__ import annotations

from viewsync.light import re
from viewsync.text.printing import printable

# Control sequences; strings of the terminal (titles, links, clipboards), which end in BEL or ST; two-character ones.
_SEQUENCE = re.compile(
    r"(?P<colour>\x1b\[[0-9;:]*m)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[P\]X^_]|[\x90\x9d\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x9c|\x1b\\)?"
    r"|\x1b[ -/]*[0-~]?"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
    # What turns the direction of other text, ends a line for some alone, or is text that nobody sees: a part of what
    # text/printing.py escapes. Joiners and private characters stay, since emoji and prompts are made of them.
    r"|(?P<odd>[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f])"
)
# The beginning of a sequence whose rest is still to come.
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[P\]X^_][^\x07\x1b\x9c\n]*\x1b?|[ -/]*)?\Z")


def harmless(text: str, *, colours: bool) -> str:
    """Printable text, line ends and tabs; with `colours` also what only changes how text looks (SGR)."""
    if text.replace("\n", "").replace("\t", "").isprintable():  # then there is nothing of all that
        return text
    return _SEQUENCE.sub(lambda match: printable(match["odd"] or "") or (match["colour"] or "") * colours, text)


def whole(text: str) -> tuple[str, str]:
    """What of a stream can be shown by now, and the beginning of a sequence that has to wait for its end."""
    match = _UNFINISHED.search(text)
    return (text[: match.start()], text[match.start() :]) if match else (text, "")
