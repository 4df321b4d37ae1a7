"""Templates: T1 to T3 of the checklist, and everything that a template must not do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewsync.project_files import jinja
from viewsync.project_files.rules.nodes import Problem, Unfit

VALUES = {"project": "myapp", "branch": "feature/auth", "n": "3", "evil": "{{ project }}", "path": "it's $HOME"}


def refused(text: str) -> Problem:
    with pytest.raises(Unfit) as caught:
        jinja.render(text, VALUES)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{project}}-{{ branch }}", "myapp-feature/auth"),
        ("{{x | default(project)}}", "myapp"),
        ("{{x|default('lit')}}", "lit"),
        ("{{ x | default(project | upper) }}", "MYAPP"),
        ('{{ branch | replace("/", "-") }}', "feature-auth"),
        ("{{ branch.split('/')[-1] }}", "auth"),
        ("{% if n == '3' %}three{% else %}other{% endif %}", "three"),
        ("{{ n | int + 1 }}", "4"),
        ("{% raw %}{{.Names}}{% endraw %}", "{{.Names}}"),
        ("${#array[@]} {{ n }} ${n%x}", "${#array[@]} 3 ${n%x}"),
        ("${#array[@]} {{ n | upper }}", "${#array[@]} 3"),
        ("$EDITOR .", "$EDITOR ."),
        ("a\n{{ n }}\n", "a\n3\n"),
        ("cd {{ path | quote }}", "cd 'it'\"'\"'s $HOME'"),
        ("cd {{ path | upper | quote }}", "cd 'IT'\"'\"'S $HOME'"),
        ("{{ x | default(path) | quote }} {{ n | quote }}", "'it'\"'\"'s $HOME' 3"),
    ],
)
def test_t2_what_templates_can_do(text: str, filled: str) -> None:
    assert jinja.render(text, VALUES) == filled


def test_what_was_filled_in_is_no_template() -> None:
    assert jinja.render("{{ evil }} {{ evil | upper | lower }}", VALUES) == "{{ project }} {{ project }}"


def test_t3_an_unknown_variable_is_named_with_its_line() -> None:
    assert refused("{{ nope }}").what == "there is no variable 'nope'"
    assert refused("{{ project }}\n\n{{ nope | upper }}").line == 3
    assert refused("{{ x | default(nope) }}").what == "there is no variable 'nope'"


@pytest.mark.parametrize(
    "text",
    [
        "{{ project",
        "{{.Names}}",
        "{% if %}",
        "{% for i in range(10**9) %}{% endfor %}",
        "{% for c in project %}{% endfor %}",
        "{% set x = 'a' %}",
        "{% macro f() %}{{ f() }}{% endmacro %}",
        "{% include '/etc/passwd' %}",
        "{% import '/etc/passwd' as x %}",
        "{% extends 'x' %}",
        "{% with a = 1 %}{% endwith %}",
        "{{ 'x' * 10**9 }}",
        "{{ 2 ** 10**9 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 'a' | center(999999999) }}",
        "{{ 'a'.ljust(999999999) }}",
        "{{ '{:>999999999}'.format(1) }}",
        "{{ ('a' | replace('a', 'b')).__class__ }}",
        "{{ project.__class__.__mro__ }}",
        "{{ project['__class__'] }}",
        "{{ self }}",
        "{{ range(9) }}",
        "{{ lipsum() }}",
        "{{ cycler }}",
        "{{ project[99] }}",
        "{{ 1 / 0 }}",
        "{{" + "(" * 4000 + "1" + ")" * 4000 + "}}",
        "{{ '" + "a" * 20_000 + "' }}",
    ],
)
def test_what_they_cannot_do_is_an_error(text: str) -> None:
    assert refused(text).what


def test_growth_is_seen_before_it_happens() -> None:
    grow = "{{ 'a'" + "".join(f" | replace('{a}', '{b * 100}')" for a, b in ("ab", "bc", "cd")) + " }}"
    assert "come out of replace" in refused(grow).what
    by_method = "{{ 'a'" + "".join(f".replace('{a}', '{b * 100}')" for a, b in ("ab", "bc", "cd")) + " }}"
    assert "come out of replace" in refused(by_method).what
    with pytest.raises(Unfit, match="more than"):
        jinja.render("{{ x }}" * 20, {"x": "y" * 10_000})


_PARTS = [
    *("{{a}}", "{{ b }}", "{{c|default(a)}}", "{{ c | default('x') }}", "{{a | default( b )}}", "{{not}}", "{{ c }}"),
    *("{{a", "}}", "{", "}", "{ {", "{%", "-", " ", "\n", "a", "{{ c|default(nope) }}", "{{- a -}}", "\r\n"),
    *("{{ none | default('x') }}", "{{ a | default(true) }}", "{{a | quote}}", "{{ c | default(a)|quote }}"),
]


@given(
    st.lists(
        st.sampled_from(_PARTS),
        max_size=6,
    )
)
def test_the_short_way_says_what_jinja_says(parts: list[str]) -> None:
    """Simple templates are filled in without Jinja2, which takes 43 ms to import."""
    text, values = "".join(parts), {"a": "A{{b}}", "b": "B"}
    quick = jinja._simple(text, values)
    if quick is not None:
        assert quick == jinja._by_jinja(text, values)
