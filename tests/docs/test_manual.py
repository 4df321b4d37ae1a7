"""The manual page: all that the verbs declare, and nothing in it that roff would obey."""

from __future__ import annotations

import argparse
import re
import subprocess

import pytest

from docgen import manual, roff, verbs
from tests.support import programs
from viewsync import cli

_HOSTILE = [
    ".so /etc/passwd",
    "'br",
    "a\\fBb\\fR \\n(.x \\*(xx c\\",
    "\"quoted\" -- `one -x` 'two' ^~ | <a> % $HOME #{x}",
    "mé漢字\n.ig\nline",
    "\\&.PP",
    "x\u0007y",
]


def rendered(page: str, *argv: str) -> str:
    """By that program, which has nothing to complain of; with lines too long to be broken."""
    programs.skip_without(argv[0])
    env = {"LANG": "C.UTF-8", "MANWIDTH": "5000", "MAN_KEEP_FORMATTING": "", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(argv, input=page.encode(), capture_output=True, env=env, check=False)
    assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode()
    return re.sub(".\b", "", done.stdout.decode())


READERS = [("man", "--warnings", "-P", "cat", "-l", "-"), ("mandoc", "-Tutf8", "-Owidth=1000")]


@pytest.mark.parametrize("argv", READERS, ids=lambda argv: str(argv[0]))
def test_it_has_every_verb_with_its_options_and_codes(argv: tuple[str, ...]) -> None:
    text = " ".join(rendered(manual.page(), *argv).split())
    for verb, command in cli.COMMANDS.items():
        assert (f" {verb} - {command.summary} " in text) != command.hidden, verb
        if command.hidden:
            continue
        for action in verbs.declared(verbs.parser_of(verb)):
            if action.help not in (argparse.SUPPRESS, None):
                assert all(name in text for name in verbs.names(action)), (verb, action)
                assert " ".join(str(action.help).replace("`", "").replace("%%", "%").split())[:40] in text, action
        for meaning in verbs.module_of(verb).EXIT_CODES.values():
            assert meaning.replace("`", "") in text


def test_mandoc_finds_nothing_wrong() -> None:
    rendered(manual.page(), "mandoc", "-Tlint", "-Wwarning")


@pytest.mark.parametrize("argv", READERS, ids=lambda argv: str(argv[0]))
def test_text_is_shown_as_it_is_and_never_obeyed(argv: tuple[str, ...]) -> None:
    tagged = [roff.tagged(roff.bold(text), text) for text in _HOSTILE]
    heads = [f'.SS "{roff.text(text)}"\nx' for text in _HOSTILE]
    blocks = [f".PP\n{roff.block(text)}" for text in _HOSTILE]
    page = "\n".join(['.TH X 1 "2026-01-01" "x" "x"', ".SH X", *tagged, ".SH Y", *heads, ".SH Z", *blocks, ""])
    shown = " ".join(rendered(page, *argv).split())
    for text in _HOSTILE:
        wanted = " ".join(text.replace("\a", " ").split())
        assert shown.count(wanted) + shown.count(wanted.replace("`", "")) >= 4, text


def test_it_is_the_same_for_the_same_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert '.TH VIEWSYNC 1 "1970-01-02"' in manual.page()
