"""Which texts fit what was typed, the best first: every word of it is in the text, its letters in their order.

Small letters mean capitals, too.
"""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WHOLE = 1000  # for a word that is in the text as it stands
_BEGINS = 200  # for one at the beginning of a word
_FARTHEST = 150  # what its place counts at most


def fitting(typed: str, texts: Sequence[str]) -> list[int]:
    """Places in `texts`. Of those that fit alike, the order stays."""
    words = typed.split()
    found = []
    for place, text in enumerate(texts):
        scores = [_score(word, text) for word in words]
        if all(scores):
            found.append((-sum(scores), place))
    return [place for _, place in sorted(found)]


def _score(word: str, text: str) -> int:
    """0 where it does not fit."""
    if word == word.lower():
        text = text.lower()
    at = text.find(word)
    if at >= 0:
        found = at
        while found >= 0 and found and text[found - 1].isalnum():
            found = text.find(word, found + 1)
        return _WHOLE + _BEGINS - min(found, _FARTHEST) if found >= 0 else _WHOLE - min(at, _FARTHEST)
    end = -1
    for char in word:
        end = text.find(char, end + 1)
        if end < 0:
            return 0
    begin = end
    for char in reversed(word[:-1]):
        begin = text.rfind(char, 0, begin)
    return max(1, _WHOLE // 2 - (end - begin) - min(begin, _FARTHEST))
