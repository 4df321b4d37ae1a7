"""The texts for a session's shell: every shell of the machine takes them for what they are."""

from __future__ import annotations

import shlex
import subprocess

import pytest

from tests.support import programs
from viewsync.panes.rules import exec_script

FOLDER = '/tmp/it\'s a "$(folder)"'


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "ksh93", "mksh", "zsh"])
def test_the_script_is_in_the_language_of_the_shell(shell: str) -> None:
    programs.skip_without(shell)
    text = exec_script.text(FOLDER, shell, 1)
    done = subprocess.run([shell, "-n"], input=text.encode(), capture_output=True, check=False)
    assert (done.returncode, b"error" in done.stderr) == (0, False)  # ksh93 has an opinion on how to count


def test_zsh_takes_command_for_programs_only() -> None:
    assert "if . '" in exec_script.text(FOLDER, "zsh", 1)
    assert "if command . '" in exec_script.text(FOLDER, "dash", 1)


def test_the_line_is_short_and_names_the_script_whatever_the_folder_is_called() -> None:
    line = exec_script.line(FOLDER, "bash")
    assert line == f"\x15 . {shlex.quote(f'{FOLDER}/run')} \x0b"
    assert exec_script.line("/x", "dash") == "\x15 . /x/run"


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
