"""What is read without an expression reads what the expression says: `re` costs a third of a verb's start."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from viewsync.commands import capture
from viewsync.errors import UsageError
from viewsync.text import sanitize, timestamps
from viewsync.text.printing import printable
from viewsync.tmux import inventory, messages
from viewsync.tmux.rules import anchor, ids, keys, language, versions

_FORMS = '0123456789.,:-+TZ$@%# !\n\t\x1b\u0663\u200e\u2028a_zKP\x7f"\\['
_TEXTS = st.text(st.sampled_from(_FORMS), max_size=12) | st.text(max_size=6)
_USUAL = st.from_regex(r"(next-|openbsd-)?\d{1,2}\.\d{1,2}[a-z]?-?", fullmatch=True)


@settings(max_examples=300, deadline=None, database=None)
@given(text=_TEXTS | _USUAL)
def test_ids_and_versions(text: str) -> None:
    for kind in "$@%":
        assert ids.is_id(kind, text) == bool(re.fullmatch(rf"\{kind}\d+", text))
    match = re.search(r"(\d+)\.(\d+)([a-z]?)", text)
    assert versions.number(text) == ((int(match[1]), int(match[2]), match[3]) if match else (0, 0, ""))


@settings(max_examples=300, deadline=None, database=None)
@given(text=_TEXTS | st.from_regex(r"\d{9,11}(\.\d{0,3})?", fullmatch=True))
def test_leases_and_lines(text: str) -> None:
    match = re.fullmatch(r"(\d{10})(?:\.(\d+))?", text)
    assert inventory._lease(text) == ((float(match[1]), float(match[2] or 0)) if match else (0.0, 0.0))
    try:
        line = capture._line(text, "-E")
    except UsageError:
        assert not re.fullmatch(r"[+-]?\d{1,9}|-", text, re.ASCII)
    else:
        assert line == (None if text == "-" else int(text))


_PARTS = st.sampled_from(["2026-11-23", "T", "10:00:00", "Z", "2026-02-30", "+01:00", ".5", " ", "\u0662", "24:61:00"])


@settings(max_examples=300, deadline=None, database=None)
@given(text=st.lists(_PARTS, max_size=5).map("".join))
def test_times(text: str) -> None:
    """The usual ones, too, by the expression that reads the others: a fraction of none changes nothing."""
    assert timestamps.epoch(text) == timestamps.epoch(text.replace("Z", ".0Z") if "." not in text else text)


@settings(max_examples=300, deadline=None, database=None)
@given(text=_TEXTS)
def test_texts_for_terminals_and_for_tmux(text: str) -> None:
    def replaced(match: re.Match[str]) -> str:
        return printable(match["odd"] or "") or (match["colour"] or "")

    assert sanitize.harmless(text, colours=True) == sanitize._SEQUENCE.sub(replaced, text)
    assert language._doubled(text) == re.sub(r"#+(?![#\[])", r"\g<0>\g<0>", text)
    assert keys.is_control_word(text) == bool(keys._CONTROL_WORD.fullmatch(text))


@settings(max_examples=300, deadline=None, database=None)
@given(
    lines=st.lists(
        st.sampled_from(["", "no current target", "can't find pane: %1", "duplicate session: a", "x", " ", "lost"]),
        max_size=4,
    ),
    end=st.sampled_from(["", "\n", "\r", "x"]),
)
def test_what_tmux_says(lines: list[str], end: str) -> None:
    said = "\n".join(lines) + end
    assert messages.duplicate(said) == bool(re.search("^duplicate session: ", said, re.MULTILINE))
    wanted = "^can't find pane: |^no current target$"
    assert messages.no_pane(said) == bool(re.search(wanted, said, re.MULTILINE))


@settings(max_examples=300, deadline=None, database=None)
@given(text=st.from_regex(r"\d{0,2},\d,\d{1,2},[012],\d{1,3}[ !,]?", fullmatch=True) | _TEXTS)
def test_places_of_a_cursor(text: str) -> None:
    match = re.match(f"{anchor._PLACE}(?:[ !]|$)", text)
    assert anchor.begin(text) == (anchor._anchor(match.groups()) if match else None)


def test_names_of_keys_with_marks_in_them_mean_themselves() -> None:
    assert all(keys.is_key(name) for name in (*keys.KEYPAD, *keys.TYPING, "M-KP."))
    assert not any(keys.is_key(name) for name in ("KPx", "KP", "KP++", "KP..", "M-KPa"))
