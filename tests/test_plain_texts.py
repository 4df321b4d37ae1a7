"""What is read without an expression reads what the expression says: `re` costs a third of a verb's start."""

from __future__ import annotations

import contextlib
import re
import shlex

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import forms
from viewsync.commands import capture
from viewsync.errors import UsageError
from viewsync.light import quote
from viewsync.panes.rules import echo, half_typed, python_blocks
from viewsync.project_files import jinja
from viewsync.project_files.rules import checking, schema
from viewsync.project_files.rules import names as project_names
from viewsync.text import durations, patterns, sanitize, timestamps, variables
from viewsync.text.printing import printable
from viewsync.tmux import inventory, messages, session_detail, view_origin
from viewsync.tmux.rules import anchor, ids, keys, language, layout_tree, marks, versions
from viewsync.views.rules import names

many = settings(max_examples=1000 if forms.long else 50, deadline=None, database=None)

_PLACE = r"(\d+),(\d+),(\d+),([01]),(\d+)"  # of a cursor
_FORMS = '0123456789.,:-+TZ$@%# !\n\t\x1b\u0663\u200e\u2028a_zKP\x7f"\\['
_TEXTS = st.text(st.sampled_from(_FORMS), max_size=12) | st.text(max_size=6)
_USUAL = st.from_regex(r"(next-|openbsd-)?\d{1,2}\.\d{1,2}[a-z]?-?", fullmatch=True)


@many
@given(text=_TEXTS | _USUAL)
def test_ids_and_versions(text: str) -> None:
    for kind in "$@%":
        assert ids.is_id(kind, text) == bool(re.fullmatch(rf"\{kind}\d+", text))
    match = re.search(r"(\d+)\.(\d+)([a-z]?)", text)
    assert versions.number(text) == ((int(match[1]), int(match[2]), match[3]) if match else (0, 0, ""))


@many
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


@many
@given(text=st.lists(_PARTS, max_size=5).map("".join))
def test_times(text: str) -> None:
    """The usual ones, too, by the expression that reads the others: a fraction of none changes nothing."""
    assert timestamps.epoch(text) == timestamps.epoch(text.replace("Z", ".0Z") if "." not in text else text)


@many
@given(text=_TEXTS)
def test_texts_for_terminals_and_for_tmux(text: str) -> None:
    def replaced(match: re.Match[str]) -> str:
        return printable(match["odd"] or "") or (match["colour"] or "")

    assert sanitize.harmless(text, colours=True) == sanitize._SEQUENCE.sub(replaced, text)
    assert language._doubled(text) == re.sub(r"#+(?![#\[])", r"\g<0>\g<0>", text)
    assert keys.is_control_word(text) == bool(keys._CONTROL_WORD.fullmatch(text))


@many
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


@many
@given(text=st.from_regex(r"\d{0,2},\d,\d{1,2},[012],\d{1,3}[ !,]?", fullmatch=True) | _TEXTS)
def test_places_of_a_cursor(text: str) -> None:
    match = re.match(f"{_PLACE}(?:[ !]|$)", text)
    assert anchor.begin(text) == (anchor._anchor(match.groups()) if match else None)


_ANCHORS = ["1,2,3,0,80", "1,2,3,2,80", " ", "!", "|", "ff", "0", "12.4711", "g", "a\n", "\n", "\u0662", ""]


@many
@given(
    text=st.lists(st.sampled_from(_ANCHORS), max_size=12).map("".join)
    | st.from_regex(rf"{_PLACE}( [0-9. ]*)?!{_PLACE}\|[0-9a-g ]{{0,6}}\|[0-9a-f ]{{0,4}}", fullmatch=True)
)
def test_where_an_answer_begins(text: str) -> None:
    match = re.fullmatch(rf"{_PLACE}(?: [^!]*)?!{_PLACE}\|([0-9a-f]+) ([0-9a-f]+)([0-9a-f ]*)\|([0-9a-f ]*)", text)
    wanted = anchor.begin(text)
    if match:
        head, right, above, shown = match.groups()[10:]
        wanted = anchor._anchor(match.groups()[5:10])._replace(
            head=int(head, 16), right=int(right, 16), above=anchor._read(above), echo=anchor._read(shown)
        )
    assert anchor.parse(text) == wanted


@many
@given(text=_TEXTS | st.from_regex(r"\d{0,3}\.?\d{0,3}(ms|[smhd]{0,2})", fullmatch=True), unit=st.booleans())
def test_durations(text: str, unit: bool) -> None:
    match = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)(ms|[smhd]?)", text, re.ASCII)
    known = match and (match[2] or not unit)
    assert (durations.seconds(text, unit=unit) is not None) == bool(known)
    assert not match or not known or durations.seconds(text, unit=unit) == float(match[1]) * durations._UNITS[match[2]]


_PROMPTS = ["$", "#", ">", "(gdb)", "In [", "12", "]:", " ", "a", "\u276f", "\t", "...", ".", "\x1c", "\u0663", ")"]
_LINES = st.lists(st.sampled_from(_PROMPTS), max_size=9).map("".join)


@many
@given(line=_LINES)
def test_prompts(line: str) -> None:
    usual = re.match("(.*?(?:[$#%\u276f\u00bb\u279c\u03bb]|>+|\\(gdb\\)|In \\[\\d+\\]:)) +", line)
    assert half_typed._usual(line, "bash") == (usual[0] if usual else "")
    ends = re.finditer("(?:[$#%>:)\\]}\u276f\u00bb\u279c\u03bb]|\\.{3})\\s?", line)
    assert list(echo._prompt_ends(line)) == [end.end() for end in ends]


@many
@given(text=st.lists(st.sampled_from(["1", "23", ".", " ", "x", "\u0663", "\n"]), max_size=8).map("".join))
def test_lines_that_were_sent(text: str) -> None:
    is_one = re.fullmatch(r"\d+\.\d+( \d+\.\d+)*", text, re.ASCII)
    wanted = [tuple(map(int, part.split("."))) for part in text.split(" ")] if is_one else []
    assert list(echo.read(text)) == wanted


@many
@given(
    text=st.text(st.sampled_from("ab .$\\*(]-_/\u0663"), max_size=5),
    line=st.text(st.sampled_from("ab .$\\*(]-_/\u0663\n"), max_size=9),
)
def test_patterns_of_plain_text(text: str, line: str) -> None:
    assert patterns.pattern(text, fixed=True).found(line) == bool(re.search(re.escape(text), line))
    with contextlib.suppress(ValueError):
        assert patterns.pattern(text).found(line) == bool(re.search(patterns._translated(text), line))


_CODES = st.lists(
    st.sampled_from(["@", "for", "async", "if", " ", "_", "x", "\u2003", "\u0663", "(", "\t"]), max_size=5
)


@many
@given(source=_CODES.map("".join))
def test_statements_that_may_go_on(source: str) -> None:
    expression = r"\s*(?:@|(?:async|class|def|for|if|match|try|while|with)\b)"
    assert python_blocks._is_compound(source) == bool(re.match(expression, source))


_NAMES = st.lists(st.sampled_from(["a", "-view-", "-", "123456789", "7", "\n", "\u0663", ":", " "]), max_size=6)


@many
@given(name=_NAMES.map("".join))
def test_names(name: str) -> None:
    looks = re.match(r"(.+)-view-\d{9,11}-\d{1,10}\Z", name, re.DOTALL)
    assert names.looks_like_view(name) == (looks[1] if looks else "")
    reduced = re.sub(r"[^A-Za-z0-9_-]", "_", name)[:64] or "_"
    part = "_" + reduced[1:] if reduced.startswith("-") else reduced
    assert names.view_name(name, 1, 2) == f"{part}-view-1-000000002"
    assert quote(name) == shlex.quote(name)


@many
@given(line=st.text(st.sampled_from("ab \"'\u00e9\u2003"), max_size=10))
def test_words_of_tmux(line: str) -> None:
    position = 0
    while part := language._escaped_part(line, position):
        assert language._plain_part(line, position) == part
        position = part[1]
    assert language._plain_part(line, position) is None


_ORIGINS = ["latest", "\n", "3.3a\t$1\t@2\t/a", "\t", "=refreshed\n", "=options\n", "=environment\n", "=hooks\n", "a"]
_WHOLE = "latest\n3.3a\t$1\t@2\t/a\n=refreshed\n{}=options\n{}=environment\n{}=hooks\n{}"


@many
@given(
    text=st.lists(st.sampled_from(_ORIGINS), max_size=14).map("".join)
    | st.lists(st.sampled_from(["", "a\n", "=hooks\n", "\n", "b"]), min_size=4, max_size=4).map(
        lambda parts: _WHOLE.format(*parts)
    )
)
def test_what_a_view_takes_over(text: str) -> None:
    plain = view_origin._plain_parts(text)
    match = view_origin._ORIGIN.fullmatch(text)
    assert plain is None or (match is not None and plain == match.groups())
    assert view_origin._plain_parts(_WHOLE.format("", "a b\n", "", "c"))


_VARIABLES = ["unset ", "A", ";", "\n", '="', '"; export ', "=", " ", '"', "b c", "unset A;\n", 'A="b=c"; export A;\n']
_SLOTS = ["pane-exited", "[0]", "[12", "]", " ", "if-shell 'a'", "\n", "\u0663", "X"]


@many
@given(
    text=st.lists(st.sampled_from(_VARIABLES), max_size=9).map("".join),
    slots=st.lists(st.sampled_from(_SLOTS), max_size=9).map("".join),
)
def test_variables_and_hooks(text: str, slots: str) -> None:
    plain = view_origin._plain_variables(text)
    found = [
        (match["gone"], None) if match["gone"] else (match["name"], match["value"])
        for match in view_origin._VARIABLE.finditer(text)
    ]
    assert plain is None or plain == found
    hooks = re.finditer(r"^(([a-z-]+)\[\d+\]) (.+)$", slots, re.MULTILINE)
    assert view_origin._hooks(slots) == tuple((hook[1], hook[3]) for hook in hooks)


def test_names_of_keys_with_marks_in_them_mean_themselves() -> None:
    assert all(keys.is_key(name) for name in (*keys.KEYPAD, *keys.TYPING, "M-KP."))
    assert not any(keys.is_key(name) for name in ("KPx", "KP", "KP++", "KP..", "M-KPa"))


_WORDS = "TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|KEY$|(^|_)(KEY|PASS|PWD|AUTH|PAT|PIN|DSN|COOKIE)S?(_|$)"
_SECRETS = ["TOKEN", "KEY", "_", "PASS", "S", "PAT", "H", "pwd", "PASSW", "://", "a:b@", "A", "\n", "\u017f", "AUTH"]
_TEMPLATES = ["{{a}}", "{{ b }}", "{{", "}}", "{", "}", "{%", "a", " ", "{{ c }}", "{{a|quote}}", "{{not}}", "\r", "-"]


@many
@given(
    name=st.lists(st.sampled_from(_SECRETS), max_size=4).map("".join),
    value=st.lists(st.sampled_from(_SECRETS), max_size=4).map("".join),
    template=st.lists(st.sampled_from(_TEMPLATES), max_size=5).map("".join),
    text=_TEXTS,
)
def test_what_a_projects_file_says(name: str, value: str, template: str, text: str) -> None:
    secret = re.search(_WORDS, name.upper()) or variables._URL.search(value)
    assert variables.looks_secret(name, value) == bool(secret)
    assert variables.is_name(name) == bool(re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name))
    for pattern in (schema.VARIABLE, schema.OPTION, schema._STEP, "^.+$"):
        for key in (name, text, f"{text[:1]}a-b", "_a", "a-"):
            assert checking._fits(pattern, key) == bool(re.search(pattern, key))
    values = {"a": "x y", "b": "{{a}}"}
    bare = jinja._bare(template, values)
    assert bare is None or bare == jinja._simple(template, values)
    plain = re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9_]", "-", text.lower())).strip("-")
    assert project_names._plain(text) == plain


_CELL = r"(\d{1,5})x(\d{1,5}),(\d{1,5}),(\d{1,5})(?:,(\d{1,9})(?![\dx]))?"
_PRINTED = ["A", '="', '"; export ', ";\n", "=", '"', "\n", "\\", "b c", 'A="b"; export A;\n', "%0A", "%2", "\u00e9"]


@many
@given(
    layout=st.lists(st.sampled_from("0123456789xxx,,,,{["), max_size=30).map("".join)
    | st.from_regex(re.compile(_CELL + "[0-9x,{]{0,3}", re.ASCII), fullmatch=True),
    printed=st.lists(st.sampled_from(_PRINTED), max_size=6).map("".join),
)
def test_what_a_session_is_like(layout: str, printed: str) -> None:
    match = re.match(_CELL, layout, re.ASCII)
    wanted = match and (int(match[1]), int(match[2]), f"%{match[5]}" if match[5] else "", match.end())
    assert layout_tree._head(layout, 0) == wanted
    variable = session_detail._VALUE.fullmatch(printed)
    assert session_detail._value(printed) == (variable[1] if variable else None)
    decoded = re.sub(rb"%([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), printed.encode())
    assert marks.decoded(printed) == decoded.decode("utf-8", "surrogateescape")
