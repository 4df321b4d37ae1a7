"""What another host's login shell is told reaches its tmux word for word, whichever shell that is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.programs import skip_without
from viewsync.errors import UsageError
from viewsync.system.rules import far_shell

if TYPE_CHECKING:
    from pathlib import Path

_LOGIN_SHELLS = ["sh", "bash", "dash", "zsh", "fish", "tcsh", "mksh", "ksh93"]
_POSIX_SHELLS = ["bash", "dash", "zsh", "mksh", "ksh93"]
# Shells, tmux and printf each take something of these for more than text.
_HOSTILE = [
    *("", " ", "-x", "--", "~", "*", "?[a]", "!!", "!x", "^a^b", "a b", "a\tb", "a\nb", "\n", "\r", "a\\", "\\n"),
    *("'", "''", '"', "a'b\"c", "$HOME", "${HOME}", "$(touch pwned)", "`touch pwned`", "; touch pwned", "\\0101"),
    *("& touch pwned", "| touch pwned", "> pwned", "< pwned", "# no", "%s%n", "{a,b}", "#{pane_id}", "#(touch pwned)"),
    *("\udcff\udc80", "\x1b[31m", "$n", "'\"$n\"'", "(touch pwned)", "=ls", "@x", "x" * 5000, "'" * 500, "%", "^", "|"),
    *("é", "日本", "\u2028"),
]
_SHOWS = f"""#!{sys.executable}
import os, sys
sys.stdout.buffer.write(repr([os.fsencode(word) for word in sys.argv[1:]]).encode() + b"\\n" + sys.stdin.buffer.read())
"""
MARK = "vs0123"
READS = far_shell.reads_script(MARK)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a tmux that shows its words and what else came."""
    program = tmp_path / "tmux"
    program.write_text(_SHOWS)
    program.chmod(0o755)
    return tmp_path


def run(place: Path, shell: str, command: str, given: bytes, path: str = "") -> tuple[int, str, str]:
    env = {"HOME": str(place), "PATH": path or f"{place}:{os.environ['PATH']}", "LANG": "C.UTF-8"}
    argv = [shutil.which(shell) or shell, "-c", command]
    done = subprocess.run(argv, input=given, capture_output=True, env=env, cwd=place, timeout=60, check=False)
    out, err = (raw.decode("utf-8", "surrogateescape") for raw in (done.stdout, done.stderr))
    return done.returncode, out, err


def sent_with(script: str, data: bytes = b"") -> bytes:
    return far_shell.as_input(MARK, script, "").encode("utf-8", "surrogateescape") + data


def expected(*words: str) -> str:
    return f"{[os.fsencode(word) for word in words]!r}\n"


@pytest.mark.parametrize("shell", _LOGIN_SHELLS)
def test_each_word_arrives_with_all_of_the_input(place: Path, shell: str) -> None:
    if shell != "sh":
        skip_without(shell)
    script = far_shell.tmux_script(MARK, "work", _HOSTILE)
    data = b"first line\n\0\xff\nno end"
    given = sent_with(script, data)
    for command, sent in ((READS, given), (far_shell.command_line(script), data)):
        code, out, err = run(place, shell, command, sent)
        answer = far_shell.answer(MARK, out, err)
        assert (code, answer.began, answer.err) == (0, True, ""), (shell, err)
        assert os.fsencode(answer.out) == expected("-u", "-L", "work", *_HOSTILE).encode() + data
    assert not (place / "pwned").exists()


@pytest.mark.parametrize("shell", _POSIX_SHELLS)
def test_sh_may_be_any_of_them(place: Path, shell: str) -> None:
    skip_without(shell)
    (place / "sh").symlink_to(shutil.which(shell) or shell)
    script = far_shell.tmux_script(MARK, "work", _HOSTILE)
    given = sent_with(script, b"data")
    for command, sent in ((READS, given), (far_shell.command_line(script), b"data")):
        _, out, err = run(place, "dash", command, sent)
        assert far_shell.answer(MARK, out, err).out == expected("-u", "-L", "work", *_HOSTILE) + "data"


def test_busybox_is_one_too(place: Path) -> None:
    skip_without("busybox")
    (place / "sh").symlink_to(shutil.which("busybox") or "")
    script = far_shell.tmux_script(MARK, "work", _HOSTILE)
    given = sent_with(script, b"data")
    _, out, err = run(place, "dash", READS, given)
    assert far_shell.answer(MARK, out, err).out == expected("-u", "-L", "work", *_HOSTILE) + "data"


@pytest.mark.parametrize("before", ["read -r x", "cat >/dev/null", "head -c 10 >/dev/null", "exec $SHELL"])
@pytest.mark.parametrize("shell", _LOGIN_SHELLS)
def test_what_a_start_up_file_leaves_of_the_input_is_not_run(place: Path, shell: str, before: str) -> None:
    """That would be somebody's text."""
    if shell != "sh":
        skip_without(shell)
    script = far_shell.tmux_script(MARK, "work", ["load-buffer", "-"])
    text = b"touch pwned\n" * 2000
    begins = before.replace("$SHELL", shell)
    code, out, err = run(place, "bash", f"{begins}\n{READS}", sent_with(script, text))
    assert (code, out, err) == (far_shell.NOT_READ, "", ""), (shell, begins)
    assert not (place / "pwned").exists()


def test_a_script_that_broke_off_is_not_run(place: Path) -> None:
    """`kill-session` without its target would end the session that was used last."""
    given = sent_with(far_shell.tmux_script(MARK, "work", ["kill-session", "-t", "$1"]))
    assert run(place, "sh", READS, given)[0] == 0
    for end in range(len(given)):
        assert run(place, "sh", READS, given[:end]) == (far_shell.NOT_READ, "", ""), given[:end]


def test_the_script_is_one_line() -> None:
    assert "\n" not in far_shell.tmux_script(MARK, "a\nb", _HOSTILE)


def test_no_word_of_a_command_line_is_too_long_for_csh() -> None:
    command = far_shell.command_line(far_shell.tmux_script(MARK, "work", _HOSTILE))
    assert max(map(len, command.split("'"))) < 1000


def test_tmux_is_found_where_a_shell_does_not_look(place: Path) -> None:
    folder = place / ".local" / "bin"
    folder.mkdir(parents=True)
    (place / "tmux").rename(folder / "tmux")
    bare = place / "bare"
    bare.mkdir()
    for program in ("sh", "printf"):
        (bare / program).symlink_to(shutil.which(program) or program)
    script = far_shell.tmux_script(MARK, "work", ["list-sessions"])
    _, out, err = run(place, "dash", READS, sent_with(script), path=str(bare))
    assert far_shell.answer(MARK, out, err).out == expected("-u", "-L", "work", "list-sessions")


def test_what_a_login_shell_says_before_is_left_out(place: Path) -> None:
    script = far_shell.tmux_script(MARK, "work", ["x"])
    _, out, err = run(place, "sh", f"printf Welcome; echo mail >&2; {READS}", sent_with(script))
    assert far_shell.answer(MARK, out, err) == (True, "", expected("-u", "-L", "work", "x"), "")


def test_the_hosts_clock_can_be_asked_along(place: Path) -> None:
    script = far_shell.tmux_script(MARK, "work", ["x"], clock=True)
    (place / "date").write_text("#!/bin/sh\necho 1234\n")
    (place / "date").chmod(0o755)
    _, out, err = run(place, "sh", READS, sent_with(script))
    assert far_shell.answer(MARK, out, err) == (True, "1234", expected("-u", "-L", "work", "x"), "")


def test_who_never_got_so_far_has_not_begun() -> None:
    said = "This account is not available.\n"
    assert far_shell.answer(MARK, said, "x") == (False, "", said, "x")


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_path_that_is_no_socket_of_ours_is_not_asked(place: Path, kind: str) -> None:
    there = place / "it's"
    if kind == "file":
        there.write_text("")
    else:
        there.mkdir()
    script = far_shell.tmux_script(MARK, str(there), ["x"])
    code, out, err = run(place, "sh", READS, sent_with(script))
    assert code == far_shell.NOT_OURS
    assert far_shell.answer(MARK, out, err) == (True, "", "", "")


def test_a_path_where_nothing_is_is_for_tmux_to_say(place: Path) -> None:
    script = far_shell.tmux_script(MARK, "/no/such", ["x"])
    _, out, err = run(place, "sh", READS, sent_with(script))
    assert far_shell.answer(MARK, out, err).out == expected("-u", "-S", "/no/such", "x")


def test_a_nul_byte_is_refused() -> None:
    with pytest.raises(UsageError):
        far_shell.quoted("a\0b")
