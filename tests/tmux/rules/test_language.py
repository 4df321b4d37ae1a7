"""Quoting, held against the real tmux: what goes in comes out, and nothing in it is understood."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from viewsync.tmux import view_origin
from viewsync.tmux.rules import language
from viewsync.tmux.server import Tmux

if TYPE_CHECKING:
    from tests.support.server import Server


def value(server: Server) -> str:
    """Of the option @x. What -v prints has control characters as escapes with 3.4 and 3.5a, and cannot be undone."""
    line = server.run("show-options", "-t", "$0:", "@x").out.removesuffix("\n")
    return "".join(language.words(line)[1:])


# The same examples every time: a failure in CI is one that can be looked at.
steady = settings(max_examples=60, derandomize=True, deadline=None, database=None)

SPECIAL = "#{}(),:;'\"\\$ \t~%@=-!*?[]|&<>`^aZ09_日é🎉\x1b\x7f\x85\u2028"
# Any text that can be an argument; most of it from characters that mean something somewhere.
texts = st.text(st.one_of(st.sampled_from(SPECIAL), st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
values = st.text(
    st.one_of(st.sampled_from(SPECIAL + "\n\r"), st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
)


def source(server: Server, script: str) -> str:
    """Commands as the product gives them to tmux: on stdin."""
    done = subprocess.run(
        ["tmux", "-u", "-S", server.socket, "source-file", "-"],
        input=script.encode("utf-8", "surrogateescape"),
        env=server.home.env,
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode("utf-8", "surrogateescape")


def as_word(text: str) -> str:
    """A word of a command line that is not a format: only a `;` at its end means something."""
    return text[:-1] + "\\;" if text.endswith(";") else text


def shown(server: Server) -> str:
    """The name of session $0, as every inventory has it."""
    words = ("list-sessions", "-F", "#{session_name}", "-f", "#{==:#{session_id},$0}")
    return Tmux("tmux", 20.0, server.home.env).ask(server.socket, *words).rstrip("\n")


@steady
@given(text=values)
@example(text="line\n   indented\n# a comment\n#{pid}\nend\n#")
@example(text="a\\\nb")
@example(text="\n")
@example(text="'\n'")
def test_a_quoted_word_is_that_word(shared: Server, text: str) -> None:
    source(shared, f"set-option -t '$0:' @x {language.quoted(text)} ; set-option -g @after 1\nset-option -g @next 1\n")
    assert value(shared) == text
    assert shared.tmux("show-options", "-gv", "@after") == shared.tmux("show-options", "-gv", "@next") == "1"


@steady
@given(text=values)
@example(text="line\n   indented\n# a comment\n#{pid}\nend\n#")
@example(text="%H:%M")
@example(text="%if")
@example(text='%"')
@example(text='"\\')
@example(text='\x01"\t')
def test_a_value_that_is_assigned_in_a_branch_is_that_value(shared: Server, text: str) -> None:
    """As `open` has it: in braces, in one argument of one command."""
    option = language.assigned("set-option -t '$0:'", "@x", text)
    command = language.if_session("$0", "1", language.if_session("$0", "1", option, ""), "")
    shared.tmux("if-shell", "-F", "1", command)
    assert value(shared) == text


@pytest.mark.parametrize("text", ["%H:%M", '%a"b', "%if", "a b", "#{pid}", "100%"])
def test_a_variable_and_a_name_that_are_given_in_a_branch_are_that(shared: Server, text: str) -> None:
    commands = [
        language.assigned("set-environment -t '$0:'", "X", text),
        f"rename-window -t '$0:' -- {language.quoted(language.unexpanded(text))}",
    ]
    shared.tmux("if-shell", "-F", "1", language.if_session("$0", "1", " ; ".join(commands), ""))
    assert shared.tmux("show-environment", "-t", "$0:", "X") == f"X={text}"
    shared.tmux("set-environment", "-u", "-t", "$0:", "X")
    assert shared.show("$0:", "#{window_name}") == text


@steady
@given(text=values)
def test_the_words_of_show_options_are_the_values(shared: Server, text: str) -> None:
    shared.tmux("set-option", "-t", "$0:", "--", "@x", as_word(text))
    line = shared.tmux("show-options", "-t", "$0:", "@x")
    assert language.words(line) in (["@x", text], ["@x"] if not text else [])


@steady
@given(text=values)
@example(text='a"; export X;\nunset Y;\n')
@example(text="a=environment")
def test_what_a_view_takes_over_is_what_its_parent_has(shared: Server, text: str) -> None:
    shared.tmux("set-option", "-t", "$0:", "--", "@x", as_word(text))
    shared.tmux("set-environment", "-t", "$0:", "--", "FOO", as_word(text))
    shared.tmux("set-environment", "-r", "-t", "$0:", "BAR")
    origin = view_origin.read(Tmux("tmux", 5.0, shared.home.env), shared.socket, "$0")
    assert dict(origin.options)["@x"] == text
    assert dict(origin.environment) == {"FOO": text, "BAR": None}


@steady
@given(text=texts.filter(bool))
@example(text="back\\slash")
@example(text="$dollar")
@example(text="caf\\303\\251")
@example(text="#(touch INJECTED)")
@example(text="#[fg=red]##[x]###a#")
def test_a_shown_name_can_be_given_again(shared: Server, text: str) -> None:
    """Promotion and the detour give a session a name that tmux showed."""
    if shared.run("rename-session", "-t", "$0:", "--", as_word(language.unexpanded(text))).code:
        return  # no name for tmux
    before = shown(shared)
    source(shared, "rename-session -t '$0:' between\n")
    source(shared, f"rename-session -t '$0:' -- {language.quoted(language.name(before))}\n")
    assert shown(shared) == before


@steady
@given(text=texts.filter(bool))
@example(text="#[fg=red]##[x]###a#")
def test_a_condition_on_a_name_holds_for_that_name_alone(shared: Server, text: str) -> None:
    if shared.run("rename-session", "-t", "$0:", "--", as_word(language.unexpanded(text))).code:
        return
    name = shown(shared)
    for wanted, answer in ((name, "yes"), (name + "x", "no"), (name[:-1], "no")):
        condition = language.quoted(language.equal("session_name", wanted))
        said = source(
            shared, f"if-shell -F -t '$0:' {condition} {{ display-message -p yes }} {{ display-message -p no }}\n"
        )
        assert said == answer + "\n", wanted


@steady
@given(text=values)
@example(text="#[fg=red] ##[x] ###a #")
def test_a_literal_expands_to_itself(shared: Server, text: str) -> None:
    source(shared, f"set-option -g @literal {language.quoted(text)}\n")
    condition = language.both("1", language.equal("@literal", text))
    assert source(shared, f"if-shell -F {language.quoted(condition)} {{ display-message -p yes }}\n") == "yes\n"


@pytest.mark.parametrize("line", ["'open", 'a "open', "back\\"])
def test_words_refuses_what_is_no_line_of_tmux(line: str) -> None:
    with pytest.raises(ValueError, match="not a line"):
        language.words(line)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("status off", ["status", "off"]),
        ('a \'b c\' "d\\"e" f\\ g', ["a", "b c", 'd"e', "f g"]),
        ("x ''", ["x", ""]),
        ("a'b'\"c\"d", ["abcd"]),
    ],
)
def test_words(line: str, words: list[str]) -> None:
    assert language.words(line) == words


@pytest.mark.parametrize(
    ("conditions", "nested"), [(["1"], "1"), (["1", "2"], "#{&&:1,2}"), (["1", "2", "3"], "#{&&:1,#{&&:2,3}}")]
)
def test_both_nests_for_old_versions(conditions: list[str], nested: str) -> None:
    assert language.both(*conditions) == nested
