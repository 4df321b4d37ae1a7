"""What is no text, list or mapping where another tool's file has one is left out of what import writes, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.projects import Project

MISFITS = {
    "tmuxp": """session_name: [x]
start_directory: {a: b}
before_script: [./x]
environment: [A=1]
suppress_history: [no]
shell_command_before: {cmd: ls}
windows:
- vim
- window_name: {a: b}
  start_directory: [a]
  layout: [tiled]
  focus: {}
  options: mouse
  window_shell: [bash]
  panes: vim
- window_name: b
  panes:
  - {shell_command: vim, shell: [x], focus: [x], start_directory: {}, environment: x}
  - shell_command: [{cmd: top, enter: [no]}]
""",
    "tmuxinator": """name: {a: b}
root: [a]
startup_window: [a]
enable_pane_titles: [yes]
socket_name: {a: b}
tmux_options: [-L x]
windows:
- a: {layout: [tiled], root: {a: b}, synchronize: [x], panes: {a: b}}
- b: {panes: [{one: vim, two: ls}]}
""",
    "smug": """session: [x]
root: {a: b}
env: {A: [1], B: 2}
tmux_options: -L x
windows:
- vim
- {name: [a], root: {a: b}, layout: [x], selected: [x], panes: vim}
- {name: b, panes: [vim, {root: [a], commands: [ls]}]}
""",
    "workmux": """main_branch: [main]
panes:
- vim
- {command: [vim], focus: {}, split: [x]}
""",
}
TOLD = {
    "tmuxp": [
        *("1: session_name is a list", "2: start_directory is a mapping", "3: before_script is a list"),
        *("4: environment is no mapping", "5: suppress_history is a list", "6: cmd has no equivalent in viewsync"),
        *(
            "8: 'vim' is no window",
            "9: window_name is a mapping",
            "10: start_directory is a list",
            "11: layout is a list",
        ),
        *("12: focus is a mapping", "13: options is no mapping", "14: window_shell is a list", "15: panes is no list"),
        *("18: environment is no mapping", "18: focus is a list", "18: shell is a list"),
        *("18: start_directory is a mapping", "19: enter is a list"),
    ],
    "tmuxinator": [
        *(
            "1: name is a mapping",
            "2: root is a list",
            "3: startup_window is a list",
            "4: enable_pane_titles is a list",
        ),
        *("5: socket_name is a mapping", "6: tmux_options is a list"),
        *("8: layout is a list", "8: panes is a mapping", "8: root is a mapping", "8: synchronize is a list"),
        "9: two is left out: the pane has a title",
    ],
    "smug": [
        *("1: session is a list", "2: root is a mapping", "3: A is a list", "4: tmux_options is no mapping"),
        *("6: 'vim' is no window", "7: layout is a list", "7: name is a list", "7: panes is no list"),
        *("7: root is a mapping", "7: selected is a list", "8: 'vim' is no pane", "8: root is a list"),
    ],
    "workmux": [
        *("1: main_branch is a list", "3: 'vim' is no pane", "4: command is a list", "4: focus is a mapping"),
        "4: split is a list",
    ],
}


@pytest.mark.parametrize("tool", MISFITS)
def test_what_is_no_text_list_or_mapping_where_one_is_read_is_told_once_by_its_key(project: Project, tool: str) -> None:
    path = project.write("theirs.yaml", MISFITS[tool])
    done = project.viewsync("import", path, "-o", ".viewsync/commands/new.yaml")
    left = [line.removeprefix(f"viewsync: {path}:") for line in done.err.splitlines()]
    assert sorted(line.removesuffix(", and is left out") for line in left) == sorted(TOLD[tool])
    words = ["branch=x"] if tool == "workmux" else []
    shown = project.viewsync("print", "new", *words)
    assert (shown.code, "[]" in shown.out, "{}" in shown.out) == (0, False, False), shown
