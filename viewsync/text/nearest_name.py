"""The names that a person who mistyped one may have meant."""

from __future__ import annotations


def nearest(name: str, names: list[str]) -> list[str]:
    """Up to three of the existing names, best first."""
    import difflib  # an error path: nobody who typed a right name pays for it

    folded = {each.casefold(): each for each in reversed(names)}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.5)
    starts = [each for each in folded if each.startswith(name.casefold()) and each not in close]
    return [folded[each] for each in (close + starts)[:3]]
