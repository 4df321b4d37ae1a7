"""The texts for a session's shell: every shell of the machine takes them for what they are."""

from __future__ import annotations

import shlex
import subprocess

import pytest

from tests.support import programs
from viewsync.panes.rules import exec_script

FOLDER = '/tmp/it\'s a "$(folder)"'


def scripts(shell: str) -> exec_script.Scripts:
    return exec_script.scripts(FOLDER, shell, "true", 1, "/bin", exec_script.mark(b"12345678"))


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "ksh93", "mksh", "zsh", "fish", "tcsh"])
def test_the_scripts_are_in_the_language_of_their_shells(shell: str) -> None:
    programs.skip_without(shell)
    made = scripts(shell)
    for reader, text in ((shell, made.run), ("sh", made.relay), ("sh", made.end)):
        done = subprocess.run([reader, "-n"], input=text.encode(), capture_output=True, check=False)
        assert (done.returncode, b"error" in done.stderr) == (0, False)  # ksh93 has an opinion on how to compare


def test_zsh_takes_command_for_programs_only() -> None:
    assert "if \\builtin . '" in scripts("zsh").run
    assert "if \\command . '" in scripts("dash").run


def test_the_line_is_short_and_names_the_script_whatever_the_folder_is_called() -> None:
    line = exec_script.line(FOLDER, "bash", edits=True)
    assert line == f"\x15i\x7f \\. {shlex.quote(f'{FOLDER}/run')} \x0b"
    assert exec_script.line("/x", "dash", edits=False) == "\x15 \\. /x/run"


def test_the_mark_is_nothing_that_a_terminal_shows() -> None:
    marks = {exec_script.mark(bytes([number])) for number in range(256)}
    assert len(marks) == 256
    assert set(b"".join(marks)) == set(b"\1\2\3\6")


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ([], None),
        (["out", "code.7"], 7),
        (["code.256"], 0),
        (["code.-1"], 255),
        (["code.9", "code.265"], 137),  # ksh93
    ],
)
def test_the_code_is_in_the_name_of_a_file(names: list[str], code: int | None) -> None:
    assert exec_script.exit_code(names) == code


@pytest.mark.parametrize(
    ("words", "interactive"),
    [
        (["bash"], True),
        (["-bash"], True),
        (["/bin/bash", "-l", "--norc"], True),
        (["bash", "--rcfile", "file", "-O", "extglob"], True),
        (["bash", "-o", "vi", "+O", "extglob"], True),
        (["bash", "-i", "-c", "x"], True),
        (["busybox", "ash"], True),
        (["zsh", "-f"], True),
        (["sh", "-s", "word"], True),
        (["sh", "-"], True),
        ([], True),  # not known
        (["sh", "-c", "read x"], False),
        (["bash", "-lc", "read x"], False),
        (["bash", "script"], False),
        (["bash", "--norc", "--", "script"], False),
        (["busybox", "sh", "script"], False),
    ],
)
def test_a_shell_with_a_script_reads_no_commands(words: list[str], interactive: bool) -> None:
    assert exec_script.is_interactive(words) is interactive
