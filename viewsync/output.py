"""What a verb returns, and how it is shown: lines for people, one JSON value for programs."""

from __future__ import annotations

import io
import os
import sys

from viewsync.light import contextlib, json
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TextIO

    from viewsync.errors import ViewsyncError


class Result(NamedTuple):
    data: Any = None  # what --json prints, behind the envelope's head: a mapping
    lines: Sequence[str] = ()  # what a person sees
    code: int = 0
    warnings: Sequence[str] = ()  # on stderr, one line each
    always_json: bool = False  # `data` is what people see, too
    printed: bool = False  # the verb has printed it itself, as it came


SCHEMA = 1  # of all that --json prints: a field that exists keeps its meaning within it
notes: list[str] = []  # what happened on the way, and is told beside whatever the verb says
_SIMPLE = ("", "dumb")  # terminals that show what is meant for others
UNWRITTEN = 74  # EX_IOERR: the verb did what it does, and could not say so


class _Stdout(io.FileIO):
    """Remembers what it could not write, since print raises the OSError that everything else raises, too."""

    problem: OSError | None = None

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            self.problem = error
            raise


NAME = "viewsync"
_LINKED = "prj"  # the name that its project sessions are known by, for a link to it
_progress = False  # a line of it stands on the terminal, and the cursor behind it
_stdout: _Stdout | None = None  # None where somebody else has put something in its place


def open_standard_files() -> None:
    """Where one was closed (`viewsync list >&-`), the next file that is opened would stand in its place, and Python
    would say on stdout what is meant for stderr. Nobody reads what goes there.
    """
    global _stdout
    for handle, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        with contextlib.suppress(OSError):  # no /dev/null: it stays as it was
            try:
                os.fstat(handle)
            except OSError:
                os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest free number: it is this one
            setattr(sys, name, os.fdopen(handle, "w" if handle else "r", encoding="utf-8", closefd=False))
    if type(sys.stdout) is io.TextIOWrapper and sys.stdout.fileno() == 1:
        old, _stdout = sys.stdout, _Stdout(1, "w", closefd=False)
        errors = old.errors if old.encoding == "utf-8" else "backslashreplace"
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(_stdout), old.encoding, errors, None, old.line_buffering)


def lacks_memory(error: Exception) -> bool:
    """Whether the error is that there is none, also to load a library of Python's, or for Python to call a function."""
    said = {ImportError: "failed to map", SystemError: "without exception set"}.get(type(error))
    return isinstance(error, MemoryError) or (said is not None and said in str(error))


def without_memory(error: Exception) -> int:
    """The exit code, once that is said; raises any other error again."""
    if not lacks_memory(error):
        raise error
    complain("there is not enough memory (free some, or raise `ulimit -v`)")
    return 70  # no answer: as an uncaught error it would end with 1, which says something else with most verbs


def say(text: str, end: str = "\n") -> None:
    """To people, on stderr. Where that cannot be written, nobody is there to hear it, and nothing stops for that."""
    if _progress:
        clear_progress()
    try:
        print(text, end=end, file=sys.stderr, flush=True)
    except OSError:
        give_up(sys.stderr)


def program() -> str:
    """What we were called as: our own name, or the link `prj`."""
    path = sys.argv[0] if getattr(sys, "argv", None) else ""
    for _ in range(40):  # as deep as links go
        name = os.path.basename(path)
        if name in (NAME, _LINKED):
            return name
        try:
            path = os.path.join(os.path.dirname(path), os.readlink(path))
        except OSError:
            break
    return NAME


def named(text: str) -> str:
    """A message of ours, in which we are called as our user calls us."""
    if (name := program()) == NAME:
        return text
    from viewsync.text import program_name

    return program_name.in_message(text, name)


def named_help(text: str) -> str:
    """The same of text that is ours alone."""
    if (name := program()) == NAME:
        return text
    from viewsync.text import program_name

    return program_name.in_help(text, name)


def complain(what: str) -> None:
    """To people, in a line that begins with who says it."""
    say(f"{program()}: {printable(named(what))}")


def may_show_progress() -> bool:
    """Whether stderr is a terminal whose lines can be taken back."""
    return sys.stderr.isatty() and os.environ.get("TERM", "") not in _SIMPLE


def show_progress(line: str) -> None:
    """In place of the last one. `line` fits into one of the terminal on stderr."""
    global _progress
    _progress = False
    say(f"\r\033[K{line}", end="")
    _progress = True


def clear_progress() -> None:
    """Whatever is said has the line for itself."""
    global _progress
    if _progress:
        _progress = False
        say("\r\033[K", end="")


def give_up(stream: TextIO) -> None:
    """What it still has to write goes nowhere. Else Python tries again at its end, complains, and ends with 120."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def cannot_be_written() -> bool:
    return bool(_stdout and _stdout.problem)


def finish(code: int) -> int:
    """The exit code, once everything is written. Who hung up (`viewsync list | head`) wanted no more of it."""
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    if not _stdout or not _stdout.problem:
        return code
    give_up(sys.stdout)
    if isinstance(_stdout.problem, BrokenPipeError):
        return code
    complain(f"cannot write the output: {_stdout.problem.strerror}")
    return code or UNWRITTEN


def take_notes() -> list[str]:
    """Once each."""
    taken, notes[:] = list(notes), []
    return taken


def show(result: Result, as_json: bool, verb: str) -> None:
    for warning in (*take_notes(), *result.warnings):
        complain(warning)
    if result.printed:
        return
    if as_json or result.always_json:
        print(as_text(enveloped(verb, result.data)))
    else:
        for line in result.lines:
            print(as_shown(line))


def show_error(error: ViewsyncError, as_json: bool) -> None:
    hint = f" ({error.hint})" if error.hint else ""
    for note in take_notes():
        complain(note)
    speaker = program() if error.speaker == NAME else error.speaker
    for line in (error.message + hint, *error.more):
        say(f"{speaker}: {printable(named(line))}")
    if as_json:
        with contextlib.suppress(OSError):  # `finish` tells of it
            print(as_text(enveloped(error.verb, {"error": error_fields(error)})))


def error_fields(error: ViewsyncError) -> dict[str, Any]:
    return {
        "code": error.code,
        "kind": error.kind,
        "message": named(error.message),
        "hint": named(error.hint),
        **({"more": list(map(named, error.more))} if error.more else {}),
    }


def enveloped(verb: str | None, data: Mapping[str, Any]) -> dict[str, Any]:
    """A verb's fields, which json_output/ declares, behind what all of them begin with."""
    return {"schema": SCHEMA, "verb": verb, **data}


def show_line(verb: str, data: Mapping[str, Any]) -> None:
    """One object of a stream."""
    print(as_text(enveloped(verb, data), indent=None))


def as_text(data: Any, indent: int | None = 2) -> str:
    """JSON that strict readers take, and that a terminal shows as it stands.

    Bytes of a name that are no UTF-8 become U+FFFD, not lone surrogates; Infinity and NaN, which are no JSON, null.
    """
    try:
        text = json.dumps(data, indent=indent, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(data), indent=indent, ensure_ascii=False, allow_nan=False)
    text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if text.isascii() and "\x7f" not in text:
        return text
    from viewsync.text import printing  # only for what may not be shown as it stands

    return printing.in_json(text)


def _finite(data: Any) -> Any:
    if isinstance(data, float):
        return data if abs(data) < float("inf") else None
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    return [_finite(value) for value in data] if isinstance(data, (list, tuple)) else data


def printable(text: str) -> str:
    """Text that cannot command the terminal: control characters are shown as escapes."""
    if text.isprintable():
        return text
    from viewsync.text import printing

    return printing.printable(text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their widest cell, the last one open; where a terminal is too narrow, what it has room for."""
    from viewsync.text import tables  # with unicodedata: only for who shows a table

    shown = [[printable(cell) for cell in row] for row in (head, *rows)]
    return list(tables.lines(shown[0], shown[1:], columns() if sys.stdout.isatty() else 0))


def as_shown(line: str) -> str:
    """For stdout: printable, and in colours where somebody wants them."""
    styled: str = getattr(line, "styled", "")
    return styled if styled and coloured() else printable(line)


def coloured() -> bool:
    """On stdout: what the user says (no-color.org, force-color.org), else whether it is a terminal that has colours."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM", "") not in _SIMPLE


def columns() -> int:
    """As COLUMNS says, else as the terminal has them; 0 where there is none."""
    named = os.environ.get("COLUMNS", "")
    if named.isdecimal() and int(named):
        return int(named)
    try:
        return os.get_terminal_size(1).columns
    except OSError:
        return 0


def age(now: float, then: float) -> str:
    """How long ago, in its largest unit: 42s, 7m, 3h, 2d."""
    seconds = max(0, int(now - then))
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def size(count: float) -> str:
    """Bytes in their largest unit: 512 B, 4.2 MB, 1.3 GB."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.0f} {unit}" if count >= 100 or unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    raise AssertionError("the last unit takes everything")
