"""Our one line in the user's tmux configuration: put in, found again, taken out byte for byte.

Everything here is bytes: a configuration may be in any encoding, with either kind of line ending, and what is not
ours must come out as it went in.
"""

from __future__ import annotations

from viewsync.light import re
from viewsync.tmux.rules import hooks
from viewsync.typed import NamedTuple

MARK = b"# added by viewsync install"

# Configurations that hand themselves to a shell, mostly without the first two characters of each line, so that a script
# stands in their comments. What stands between the quotes is a command of `run` or `bind`, in a line that is in force.
_CUTS = rb"(cut|sed|awk|tail|head|grep|perl|cat|tr)\b[^\n|]*"
_ITSELF = rb"(tmux\.conf|TMUX_CONF\b|current_file|config_files)"
_SHELL = rb"(/\S*/)?(ba|da|z|k)?sh\b"
_READS_ITSELF = re.compile(
    rb"^[ \t]*[^#\s][^\n]*(%(cuts)s%(itself)s[^\n]*\|\s*(exec\s+)?%(shell)s|\b%(shell)s[^\n|;&]*<\s*\S*%(itself)s)"
    % {b"cuts": _CUTS, b"itself": _ITSELF, b"shell": _SHELL},
    re.MULTILINE,
)
_PLUGINS = re.compile(rb"^\s*set(-option)?\s[^\n]*@plugin\b", re.MULTILINE)

# Before our line in such a file: for tmux a variable that each program sets for itself, and without the first two
# characters a comment of sh.
_FOR_SH = b"_=# "


class Placed(NamedTuple):
    text: bytes
    glue: bytes  # what we had to put between the user's last line and ours; goes when ours is still the last


def line(path: str) -> bytes:
    """The line that makes tmux read the file at `path`, if it is there."""
    return hooks.source_line(path).encode("utf-8", "surrogateescape") + b" " + MARK


def reads_itself(text: bytes) -> bool:
    """Whether a shell reads that configuration, too: a line of ours below its end is one of the script's."""
    return _READS_ITSELF.search(text) is not None


def names_plugins(text: bytes) -> bool:
    """For a plugin manager, which reads one file of several alone."""
    return _PLUGINS.search(text) is not None


def lines_at(text: bytes) -> list[int]:
    """The numbers, from 1, of the lines that carry our mark and are in force."""
    return [number for number, line in enumerate(_lines(text), 1) if _is_ours(line)]


def commented_at(text: bytes) -> int:
    """The number of the line that somebody put a `#` before, 0 when there is none: they want it so."""
    marked = [number for number, line in enumerate(_lines(text), 1) if MARK in line and not _is_ours(line)]
    return marked[0] if marked else 0


def put(text: bytes, wanted: bytes) -> Placed:
    """With our line, once. One that is there already stays at its place, but above all else in a script."""
    found = _lines(text)
    if reads_itself(text):
        end = _ending(found[0]) or b"\n"
        return Placed(_FOR_SH + wanted + end + b"".join(line for line in found if not _is_ours(line)), b"")
    at = lines_at(text)
    if at:
        found[at[0] - 1] = wanted + _ending(found[at[0] - 1])
        return Placed(b"".join(line for number, line in enumerate(found, 1) if number not in at[1:]), b"")
    end = b"\r\n" if b"\r\n" in text else b"\n"
    glue = b"" if not text or text.endswith(b"\n") else end
    if re.search(rb"\\(\r?\n)?\Z", text):  # the user's last line goes on in the next one, which must not be ours
        glue += end
    return Placed(text + glue + wanted + end, glue)


def take(text: bytes, glue: bytes) -> bytes:
    """Without our line. `glue`: what `put` said, which stays if the user wrote on behind our line."""
    found = _lines(text)
    kept = [other for other in found if not _is_ours(other)]
    was_last = bool(found) and _is_ours(found[-1])
    return b"".join(kept).removesuffix(glue) if was_last else b"".join(kept)


def _is_ours(each: bytes) -> bool:
    return MARK in each and not each.lstrip().startswith(b"#")


def _lines(text: bytes) -> list[bytes]:
    """With their endings. bytes.splitlines would also split at a lone carriage return, as tmux does not."""
    return re.findall(rb"[^\n]*\n|[^\n]+\Z", text)


def _ending(each: bytes) -> bytes:
    match = re.search(rb"\r?\n\Z", each)
    return match[0] if match else b""
