"""YAML files: what stands in which line, and what is refused."""

from __future__ import annotations

import os

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from viewsync.project_files import yaml_files
from viewsync.project_files.rules.nodes import Node, Unfit


def parse(text: str) -> Node:
    return yaml_files.parse(text, "F")


def refused(text: str) -> str:
    with pytest.raises(Unfit) as caught:
        parse(text)
    (problem,) = caught.value.problems
    return problem.message


def test_every_value_knows_its_line() -> None:
    root = parse("a: 1\nb:\n  - x\n  - {c: y}\nd: |\n  one\n  two\n")
    assert [root.fields[name].line for name in "abd"] == [1, 2, 5]
    assert [item.line for item in root.fields["b"].items] == [3, 4]
    assert root.fields["d"].text_line == 6


def test_scalars_stay_as_they_are_written() -> None:
    root = parse('a: 1.10\nb: yes\nc: 0x1F\nd: 2024-01-02\ne: "5"\nf: ~\nno: x\n1: y')
    assert [field.text for field in root.fields.values()] == ["1.10", "yes", "0x1F", "2024-01-02", "5", "~", "x", "y"]
    assert [field.kind for field in root.fields.values()][:6] == [
        *("number", "boolean", "number", "string", "string", "null")
    ]
    assert list(root.fields)[-2:] == ["no", "1"]


def test_anchors_and_merges_are_understood() -> None:
    root = parse("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\nz: *x")
    assert {name: field.text for name, field in root.fields["y"].fields.items()} == {"a": "1", "b": "3"}
    assert root.fields["z"].fields["a"].text == "1"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: c: d", "F:2: is not YAML: "),
        ("a: 'x", "F:1: is not YAML: "),
        ("a:\n\t- x", "F:2: is not YAML: "),
        ("a: 1\nb: \x01", "F:2: is not YAML: "),
        ("a: 1\nb: 2\na: 3", "F:3: the key 'a' stands here for the second time"),
        ("a: {b: 1, b: 2}", "F:1: the key 'b' stands here for the second time"),
        ("a: *b", "F:1: there is no anchor &b"),
        ("a: &b [*b]", "F:1: there is no anchor &b"),
        ("a: !!python/object/apply:os.system [id]", "F:1: the tag !!python/object/apply:os.system is not understood"),
        ("a: !x y", "F:1: the tag !x is not understood"),
        ("a: {{x}}", "F:1: a key must be text"),
        ("a: 1\n---\nb: 2", "F:2: a second document begins"),
        ('a: "\\0"', "F:1: text cannot hold the character"),
        ('a: "\\ud800"', "F:1: "),
        ("<<: [1]", "F:1: `<<` takes a mapping"),
        ("[" * 50 + "]" * 50, "F:1: values lie in one another deeper than"),
        ("[" * 100_000, "F:1: values lie in one another deeper than"),
        ("- " * 100_000, "F:1: values lie in one another deeper than"),
        ("a: {\n" * 5_000, "F:40: values lie in one another deeper than"),
        ("- x\n" * 30_000, "F:20001: there are more than 20000 values"),
    ],
)
def test_what_is_no_file_of_ours_is_refused_with_its_line(text: str, problem: str) -> None:
    assert refused(text).startswith(problem)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: 1\nb: c: d", "text with a colon in it goes in quotes"),
        ("a: {b: c: d}", "text with a colon in it goes in quotes"),
        ("a:\n\t- x", "YAML indents with spaces"),
        ("a: b\n\tc: d", "YAML indents with spaces"),
        ("a: @x", "text that begins with a sign"),
        ("a: 'x", ""),
    ],
)
@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_what_helps_does_not_hang_on_the_words_of_the_parser(
    monkeypatch: pytest.MonkeyPatch, loader: str, text: str, hint: str
) -> None:
    """There are two parsers, each with words of its own, and others in each version."""
    monkeypatch.setattr(yaml, "CSafeLoader", getattr(yaml, loader))
    with pytest.raises(Unfit) as caught:
        parse(text)
    assert hint in caught.value.problems[0].hint
    assert bool(hint) == bool(caught.value.problems[0].hint)


def test_aliases_count_as_what_they_stand_for() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert refused("\n".join(lines)).startswith("F:4: there are more than 20000 values")


def test_what_cannot_be_read_is_said(tmp_path: object) -> None:
    def problem(path: str) -> str:
        with pytest.raises(Unfit) as caught:
            yaml_files.load(path)
        return caught.value.problems[0].message.replace(path, "F")

    path = os.path.join(str(tmp_path), "x.yaml")
    assert problem(path) == "F: cannot be read: No such file or directory"
    os.mkfifo(path)
    assert problem(path) == "F: is no file"
    os.unlink(path)
    with open(path, "wb") as file:
        file.write(b"a: 1\nb: \xff\n")
    assert problem(path) == "F:2: is not UTF-8"
    with open(path, "wb") as file:
        file.write(b"#" * 1_000_001)
    assert problem(path) == "F: is larger than 1000000 bytes"
    with open(path, "wb"):
        pass
    assert yaml_files.load(path).kind == "null"


@given(st.text("ab:{}[]&*<!|>-#\"'%@\n \t?,", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text)
    except Unfit as error:
        line = error.problems[0].line
        if not 0 <= line <= text.count("\n") + 2:
            raise
