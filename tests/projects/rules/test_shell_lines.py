"""Which files a line of shell runs."""

from __future__ import annotations

import pytest

from viewsync.projects.rules import shell_lines


@pytest.mark.parametrize(
    ("command", "run"),
    [
        ("./a.sh --fast", ["./a.sh"]),
        ("cd x && ./a.sh; ./b.sh | tee log", ["cd", "./a.sh", "./b.sh", "tee"]),
        ("A=1 B='x y' ./a.sh", ["./a.sh"]),
        ("sh -eu a.sh arg", ["sh", "a.sh"]),
        ("python3.11 -I tool.py data.json", ["python3.11", "tool.py"]),
        (". ./env.sh", [".", "./env.sh"]),
        ("exec nohup ./a.sh &", ["exec", "nohup", "./a.sh"]),
        ("if ./a.sh; then ./b.sh; fi", ["if", "./a.sh", "then", "./b.sh", "fi"]),
        ("./a.sh\n./b.sh", ["./a.sh", "./b.sh"]),
        ("./a.sh > out 2>&1 < in", ["./a.sh"]),
        ("> out ./a.sh", ["./a.sh"]),
        ("(./a.sh)", ["./a.sh"]),
        ("'./it''s a.sh'", ["./its a.sh"]),
        ("./a.sh 'unfinished", ["./a.sh"]),
        ("", []),
    ],
)
def test_words(command: str, run: list[str]) -> None:
    assert [word.text for word in shell_lines.words(command) if word.runs] == run


@pytest.mark.parametrize("command", ["echo x > out", "echo x >> out", "echo x >out", "echo x 2> out", "echo x &> out"])
def test_what_is_written_is_none(command: str) -> None:
    assert "out" not in [word.text for word in shell_lines.words(command)]


@pytest.mark.parametrize(
    "command",
    [
        "touch second",
        "exit 3",
        "echo it is $TOKEN; exit 1",
        "test $PR -gt 0 && touch second",
        'printf \'%s|\' "$PWD" "$OWN" > ../said',
        "mkdir -p a/b && cd a && rm -rf b; sleep 1 &",
        "echo x >> log 2>&1",
        "",
    ],
)
def test_a_plain_line_runs_nothing_of_the_project(command: str) -> None:
    assert shell_lines.plain(command)


@pytest.mark.parametrize(
    "command",
    [
        "./a.sh",
        "cd tools && ./x.sh",
        "touch a; sh x",
        "touch a\nsh x",
        "echo $(sh x)",
        "echo `sh x`",
        "echo x | sh",
        "echo ${X:-y}",
        "PATH=. touch a",
        "cat x",  # what it copies may be run by something else
        "cp hook .git/hooks/pre-commit",
        "read x < y",
        "echo x > >(sh)",
        "timeout 9 sh x",
        "nice sh x",
        "touch\rsh x",
        "$X y",
        "ec\\\nho x",
        "if true; then echo; fi",
        "f() { sh x; }; f",
    ],
)
def test_every_other_line_may_run_anything(command: str) -> None:
    assert not shell_lines.plain(command)


@pytest.mark.parametrize(
    ("command", "anything"),
    [
        ("./a.sh --fast", False),
        ("make test", False),
        ("sh a.sh", False),
        ("sh $PROJECT/a.sh", False),
        ("sh $OTHER/a.sh", True),
        ("cat x | sh", True),
        ("bash -o pipefail x", True),
        ("python3 -W ignore y.py", True),
        ("find . -name x -exec sh {} +", True),
        ("for f in hooks/*; do sh $f; done", True),
        ("eval x", True),
    ],
)
def test_what_is_not_named_may_be_anything(command: str, anything: bool) -> None:
    assert shell_lines.reach(command, {"PROJECT": "/p"}).anything == anything


def test_words_within_quotes_and_behind_an_equals_sign_name_files_too() -> None:
    found = shell_lines.reach("bash -c 'sh x; ./y' --rcfile=z > log", {})
    assert {"sh", "x", "./y", "z"} <= set(found.words)
    assert found.written == {"log"}


@pytest.mark.parametrize("name", ["PATH", "BASH_ENV", "LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "ENV", "IFS"])
def test_variables_that_have_something_else_run(name: str) -> None:
    assert shell_lines.loads({name: ""})
    assert not shell_lines.loads({"PORT": "", f"MY_{name}": "", "PATHS": ""})
