"""A command line as bash reads it, and names as bash would have to read them. Nothing in either is ever run.

zsh and fish hand over words and quote by themselves. bash hands over its line, cut at characters such as `:` and `=`
that begin no new word, and inserts what it is given as it stands.
"""

from __future__ import annotations

from viewsync.typed import NamedTuple

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-")
_REDIRECTS = frozenset("<>")
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "e": "\033", "E": "\033", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_BARE, _SINGLE, _DOUBLE, _ESCAPED = "", "'", '"', "$'"


class BashLine(NamedTuple):
    """A line up to the cursor."""

    words: list[str]  # those that are complete, without their quotes
    raw: str  # the one that the cursor is in, as it was typed
    text: str  # the same without its quotes
    quote: str  # the quote that is open in it: "", "'", '"' or "$'"
    redirects: bool  # it names a file for a redirection

    def with_rest(self, rest: str) -> str:
        """What was typed, and behind it the rest of a name, in the quote that is open.

        readline closes that quote behind a name, unless the last character is one already, whatever it means.
        """
        text = self.raw + quoted(rest, self.quote, begins=not self.raw)
        return text + self.quote[-1] if self.quote and text.endswith(self.quote[-1]) else text


class _Reader:
    """Goes over the line once; after a word's last character `quote` says which quote is open."""

    def __init__(self, line: str) -> None:
        self.line, self.at = line, 0
        self.words: list[str] = []
        self.text, self.start, self.quote = "", -1, _BARE  # start: -1 between two words
        self.redirects = False

    def read(self) -> BashLine:
        steps = {_BARE: self._bare, _SINGLE: self._single, _DOUBLE: self._double, _ESCAPED: self._escaped}
        while self.at < len(self.line):
            steps[self.quote](self.line[self.at])
        raw = self.line[self.start :] if self.start >= 0 else ""
        return BashLine(self.words, raw, _joined(self.text), self.quote, self.redirects)

    def _take(self, text: str, length: int = 1) -> None:
        self.start = self.at if self.start < 0 else self.start
        self.text += text
        self.at += length

    def _open(self, quote: str) -> None:
        self._take("", len(quote))
        self.quote = quote

    def _close(self) -> None:
        self.quote = _BARE
        self.at += 1

    def _end(self) -> None:
        if self.start >= 0:
            if not self.redirects:
                self.words.append(_joined(self.text))
            self.text, self.start, self.redirects = "", -1, False

    def _bare(self, char: str) -> None:
        following = self.line[self.at + 1 : self.at + 2]
        if char in " \t\n":
            self._end()
            self.at += 1
        elif char in _REDIRECTS:
            self._end()
            self.redirects = True
            self.at += 1
        elif char == "\\":
            self._take(following, 2)
        elif char == "$" and following == "'":
            self._open(_ESCAPED)
        elif char in (_SINGLE, _DOUBLE):
            self._open(char)
        else:
            self._take(char)

    def _single(self, char: str) -> None:
        if char == "'":
            self._close()
        else:
            self._take(char)

    def _double(self, char: str) -> None:
        following = self.line[self.at + 1 : self.at + 2]
        if char == '"':
            self._close()
        elif char == "\\" and following and following in '$`"\\\n':
            self._take(following, 2)
        else:
            self._take(char)

    def _escaped(self, char: str) -> None:
        if char == "'":
            self._close()
        elif char != "\\":
            self._take(char)
        else:
            following = self.line[self.at + 1 : self.at + 2]
            octal = self.line[self.at + 1 : self.at + 4]
            if len(octal) == 3 and set(octal) <= set("01234567"):
                self._take(bytes([int(octal, 8) & 0xFF]).decode("utf-8", "surrogateescape"), 4)
            else:
                self._take(_ANSI.get(following, following), 2)


def _joined(text: str) -> str:
    """With the characters that were written byte by byte."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def read(line: str) -> BashLine:
    return _Reader(line).read()


def quoted(text: str, quote: str = "", *, begins: bool = True) -> str:
    """So that bash reads exactly `text` where that quote is open, and leaves it open. `begins`: a word begins here.

    Character by character, so that what two names begin with is the same text for both.
    """
    parts = [_quoted(char, quote) for char in text]
    if quote == _BARE and begins and text[:1] in ("~", "#"):
        parts[0] = "\\" + text[0]
    return "".join(parts)


def _quoted(char: str, quote: str) -> str:
    if not char.isprintable():
        octal = "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))
        return octal if quote == _ESCAPED else f"{quote}$'{octal}'{quote}"
    if quote == _SINGLE:
        return "'\\''" if char == "'" else char
    if quote == _DOUBLE:
        # A `!` would call up the history, and a backslash before it would stay.
        return '"\\!"' if char == "!" else f"\\{char}" if char in '"$`\\' else char
    if quote == _ESCAPED:
        return f"\\{char}" if char in "'\\" else char
    return char if char in _PLAIN or not char.isascii() else f"\\{char}"
