"""Command files that are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewsync.project_files import jinja, yaml_files
from viewsync.project_files.rules import writing


@given(st.lists(st.sampled_from(["{{", "}}", "{%", "%}", "{% raw %}", "{% endraw %}", "{{a}}", "x", "\n", "'"])))
def test_a_template_gives_literal_text_back(parts: list[str]) -> None:
    text = "".join(parts)
    assert jinja.render(writing.literal(text), {"a": "no"}) == text


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), max_size=4))
def test_yaml_gives_every_text_back(values: dict[str, str]) -> None:
    printable = {key: value for key, value in values.items() if "\0" not in key + value}
    found = yaml_files.parse(yaml_files.dump(printable), "F")
    assert {key: field.text for key, field in found.fields.items()} == printable


@pytest.mark.parametrize(
    ("panes", "said"),
    [
        (["vim"], {"command": "vim"}),
        ([None], {}),
        ([{"command": "vim", "focus": True}], {"command": "vim"}),
        ([{"command": "vim", "shell": "zsh"}], {"command": "vim", "shell": "zsh"}),
        (["a", None], {"panes": ["a", None]}),
    ],
)
def test_one_pane_is_said_by_the_window(panes: list[writing.Data | str | None], said: dict[str, object]) -> None:
    assert writing.window("w", panes) == {"name": "w", **said}


def test_what_the_window_says_too_stays_with_the_pane() -> None:
    found = writing.window("w", [{"command": "x", "cwd": "a"}], cwd="b")
    assert found == {"name": "w", "cwd": "b", "panes": [{"command": "x", "cwd": "a"}]}
