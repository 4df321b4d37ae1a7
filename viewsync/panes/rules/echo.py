"""What a terminal shows of the text that was typed into it: that is no answer, and does not count as one.

A shell shows each line behind its prompt; a program that is busy leaves it to the terminal, which shows it at once,
and a shell that comes back shows it a second time. So a line of output that is a line that was sent, alone or behind
a prompt, is left out, once for each line sent, in their order.

A later `wait` has to know what was sent, too, and nothing of the text may be kept for that: of each line its length
and a short checksum are enough.
"""

from __future__ import annotations

from viewsync.tmux.rules.anchor import FORMAT
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# What stands before what one types, in the shells and REPLs that we know, ends with one of these.
_PROMPT_ENDS = "$#%>:)]}\u276f\u00bb\u279c\u03bb"  # some as themes have them; or three points
_JOINING = frozenset(["Mn", "Me", "Mc", "Cf", "Cc", "Co", "Cn", "Cs"])
_LONGEST_PROMPT = 200
_LATE = 3  # lines that may come between the place of sending and its echo
_SUMMED = 200  # characters that the checksum looks at
_MOST = 200  # lines that are remembered for a later `wait`


class SentLine(NamedTuple):
    """One line that was sent: how many of its characters count, and their checksum."""

    length: int
    sum: int


class TypedLine(SentLine):
    """One that was sent just now: what shows of it is known, and not only its sum."""

    shown = ""


class Doubtful(str):
    """A line that may be the echo, or an answer that ends alike."""

    __slots__ = ()


class Echo(NamedTuple):
    sent: tuple[SentLine, ...] = ()
    at: int = 0  # which of them is expected next
    passed: int = 0  # lines that came before the first one
    again: bool = False  # they may all come a second time, each behind a prompt
    second: bool = False  # this is that time
    seen: bool = False  # it was seen where it stood; once more it may come behind a prompt that we know


def marks(text: str) -> tuple[SentLine, ...]:
    """Of a text's lines."""
    return tuple(_mark(line) for line in text.split("\n"))


def _mark(line: str) -> SentLine:
    shown = _counted(line)
    mark = TypedLine(len(shown), _sum(0, shown[:_SUMMED]))
    mark.shown = shown
    return mark


def _counted(text: str) -> str:
    """What of a text a terminal shows for certain. Not blanks, which may be tabs or a line's end, nor what joins the
    character before, nor what may be joined so, as emoji are.
    """
    shown = "".join(text.split())
    return shown if shown.isascii() else "".join(filter(_counts, shown))


def _counts(char: str) -> bool:
    return char < "\u0300" or (char < "\U0001f000" and _category(char) not in _JOINING)


def _category(char: str) -> str:
    import unicodedata  # most lines need none of it

    return unicodedata.category(char)


def _sum(start: int, text: str) -> int:
    for char in text:
        start = (start * 31 + ord(char)) & 0xFFFF
    return start


def written(sent: Sequence[SentLine]) -> str:
    """As text, `12.4711 3.99`."""
    return " ".join(f"{mark.length}.{mark.sum}" for mark in sent[:_MOST])


def read(text: str) -> tuple[SentLine, ...]:
    """What `written` wrote; none for anything else."""
    parts = [part.split(".") for part in text.split(" ")]
    if not text.isascii() or not all(len(part) == 2 and part[0].isdigit() and part[1].isdigit() for part in parts):
        return ()
    return tuple(SentLine(int(length), int(sum_)) for length, sum_ in parts)


def kept(sent: Sequence[SentLine]) -> str:
    """The format for the pane's option: the anchor, and by what the echo of the lines sent can be told."""
    return f"{FORMAT} {written(sent)}" if sent else FORMAT


def sent(text: str) -> tuple[SentLine, ...]:
    """The lines that `kept` knew of."""
    return read(text.partition("!")[0].partition(" ")[2])


def expect(sent: Sequence[SentLine], *, typed_ahead: bool) -> Echo:
    """`typed_ahead`: the cursor stood at the beginning of a line, so that nobody was at a prompt."""
    return Echo(tuple(sent), again=typed_ahead and bool(sent))


def removed(lines: Sequence[str], echo: Echo) -> tuple[list[str], Echo]:
    """The lines without the echo, and what is to come of it."""
    kept: list[str] = []
    index = 0
    while index < len(lines):
        echo = _next(echo)
        found = _shown(lines, index, echo)
        if found is None:
            alike = (
                echo.second
                and not echo.seen
                and echo.at < len(echo.sent)
                and _ends_alike(lines[index], echo.sent[echo.at])
            )
            kept.append(Doubtful(lines[index]) if alike else lines[index])
            index += 1
            echo = echo._replace(passed=echo.passed + 1, at=echo.at + alike)
            continue
        rest, index = found
        kept += [rest] if rest.strip() else []
        echo = echo._replace(at=echo.at + 1)
    return kept, echo


def shown(echo: Echo) -> Echo:
    """All of it was seen. A program may draw it again, behind another prompt."""
    return echo._replace(again=False, second=True, seen=True)


def behind_prompts(echo: Echo) -> Echo:
    """The place of sending is not known any more: the first line may stand behind a prompt, too."""
    return echo._replace(passed=max(1, echo.passed))


def is_prompt(text: str) -> bool:
    """Whether a text ends as prompts do."""
    return any(end == len(text) for end in _prompt_ends(text))


def _prompt_ends(text: str) -> Iterator[int]:
    """Behind each end of what may be a prompt, with the blank that follows it."""
    place = 0
    while place < len(text):
        long = 1 if text[place] in _PROMPT_ENDS else 3 if text.startswith("...", place) else 0
        place += long or 1
        if long:
            place += text[place : place + 1].isspace()
            yield place


def begins(line: str, echo: Echo) -> bool:
    """Whether a line begins with what was sent first."""
    return bool(echo.sent) and echo.sent[0].length > 0 and _read([line], 0, 0, echo.sent[0]) is not None


def is_inside(line: str, echo: Echo, before: int) -> bool:
    """Whether what was sent first begins within the first characters of a line, but not with its first one."""
    if not echo.sent or not echo.sent[0].length:
        return False
    return any(_read([line], 0, begin, echo.sent[0]) for begin in range(1, min(before, len(line))))


def is_begun(line: str, echo: Echo) -> bool:
    """Whether a line is the beginning of the one that is expected: a shell that is slow draws it in pieces."""
    expected = _next(echo)
    mark = expected.sent[expected.at] if expected.at < len(expected.sent) else None
    if not isinstance(mark, TypedLine):
        return False
    for begin in _places([line], 0, expected):
        shown = _counted(line[begin:])
        if 0 < len(shown) < mark.length and mark.shown.startswith(shown):
            return True
    return False


def is_first(line: str, echo: Echo) -> bool:
    """Whether a line is what was sent first, and nothing else."""
    found = _read([line], 0, 0, echo.sent[0]) if echo.sent and echo.sent[0].length else None
    return found is not None and not found[0].strip()


def _next(echo: Echo) -> Echo:
    """After the last line the first one may come again."""
    if echo.at == len(echo.sent) and echo.again:
        return echo._replace(at=0, again=False, second=True)
    return echo


def _shown(lines: Sequence[str], index: int, echo: Echo) -> tuple[str, int] | None:
    """Whether the line that is expected stands there: what is left behind it, and the index of the next line."""
    if echo.at == len(echo.sent) or (not echo.at and not echo.second and echo.passed >= _LATE):
        return None
    mark = echo.sent[echo.at]
    for begin in _places(lines, index, echo):
        found = _read(lines, index, begin, mark)
        if found and (not begin or not found[0].strip()):
            return found
    return None


def _ends_alike(line: str, mark: SentLine) -> bool:
    """Whether a line ends with what was sent, behind whatever: a prompt may end in any way."""
    shown = _counted(line)
    behind = 0 < mark.length <= len(shown) and mark.length < len("".join(line.split()))
    return behind and _mark(shown[len(shown) - mark.length :]) == mark


def _places(lines: Sequence[str], index: int, echo: Echo) -> Iterator[int]:
    """Where in a line an echo may begin: at its beginning, and behind what may be a prompt.

    An empty line behind a prompt is one that was sent only when something follows: else it is the prompt that waits.
    """
    if not echo.second:
        yield 0
    # At the place of sending the prompt has been cut off already, unless it had not come yet.
    here = not echo.at and not echo.passed and not echo.again
    if (here and not echo.second) or (not echo.sent[echo.at].length and index == len(lines) - 1):
        return
    yield from _prompt_ends(lines[index][:_LONGEST_PROMPT])


def _read(lines: Sequence[str], index: int, begin: int, mark: SentLine) -> tuple[str, int] | None:
    """Read a sent line from there on. It may go on in the next lines, where the program itself broke it."""
    taken, summed = 0, 0
    for number in range(index, len(lines)):
        line = lines[number]
        place = begin if number == index else 0
        while place < len(line) and taken < mark.length:
            if not line[place].isspace() and _counts(line[place]):
                summed = _sum(summed, line[place]) if taken < _SUMMED else summed
                taken += 1
            place += 1
        if taken == mark.length:
            while mark.length and place < len(line) and not (line[place].isspace() or _counts(line[place])):
                place += 1
            rest = line[place:]
            return (rest, number + 1) if summed == mark.sum and (mark.length or not rest.strip()) else None
        if not line.strip():
            return None
    return None
