"""Which files a line of shell runs."""

from __future__ import annotations

import os

import pytest

from viewsync.projects import scripts


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
    assert [each.text for each in scripts.words(command) if each.runs] == run


@pytest.mark.parametrize("command", ["echo x > out", "echo x >> out", "echo x >out", "echo x 2> out", "echo x &> out"])
def test_what_is_written_is_none(command: str) -> None:
    assert "out" not in [each.text for each in scripts.words(command)]


def test_files(tmp_path: os.PathLike[str]) -> None:
    folder = os.fspath(tmp_path)
    for name, text, mode in (
        ("run.sh", "", 0o644),
        ("prog", "", 0o755),
        ("bang", "#!/bin/sh", 0o644),
        ("data", "x", 0o644),
    ):
        path = os.path.join(folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
    command = f"sh run.sh data; make prog bang data nothing; cat {folder}/prog /bin/sh; data"
    found = [os.path.basename(each) for each in scripts.files(command, folder, [folder])]
    assert found == ["run.sh", "prog", "bang", "data"]  # the last as a command
    assert list(scripts.files(f"{folder}/prog", "/", ["/elsewhere"])) == []
