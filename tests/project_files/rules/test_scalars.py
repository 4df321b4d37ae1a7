"""Words without quotes that look like numbers or truths are what the tools whose files are imported make of them."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from viewsync.project_files.rules import scalars

if TYPE_CHECKING:
    from tests.support.projects import Project

SAID = """
222_333=222333 1,000=1000 017=15 0_1=1 -0_=0 08=08 0o17=0o17 0x1F=31 0b101=5 0x_=0x_ +12=12 -1_0=-10
1__2=1__2 1_=1_ _1=_1 1:30=5400 190:20:30=685230 1:2:3.5=3723.5 1:99=1:99 1_0:00=36000 1.10=1.1
1.=1.0 .5=0.5 1.5e+20=1.5e+20 1.e+20=1.0e+20 1e3=1e3 +.E+7=+.E+7 .inf=Infinity -.INF=-Infinity
.nan=NaN 9.e+999=Infinity .=. yes=true On=true no=false y=y only=only 2001-01-01=2001-01-01
"""
RUBY = dict(pair.split("=") for pair in SAID.split())
READ = """require "psych"
JSON.parse(STDIN.read).each { |word| begin
  puts Psych::ScalarScanner.new(Psych::ClassLoader::Restricted.new([], [])).tokenize(word).to_s
rescue StandardError then puts word end }"""


@pytest.mark.parametrize("text", RUBY)
def test_as_ruby(text: str) -> None:
    assert scalars.ruby(text) == RUBY[text]


@pytest.mark.skipif(not shutil.which("ruby"), reason="no Ruby here")
def test_ruby_itself_says_the_same() -> None:
    found = subprocess.run(
        ["ruby", "-rjson", "-e", READ], input=json.dumps([*RUBY]), capture_output=True, text=True, check=True
    )
    assert found.stdout.splitlines() == [*RUBY.values()]


@pytest.mark.parametrize(
    ("text", "read"),
    [("222_333", "222333"), ("010", "8"), ("1.10", "1.1"), ("1:30", "90"), ("0x_", "0x_"), ("9" * 5000, "9" * 5000)],
)
def test_as_python(text: str, read: str) -> None:
    assert scalars.python(text) == read


def test_what_is_read_so_is_told_and_a_file_of_our_own_has_to_quote_it(project: Project) -> None:
    file = "name: shop\nwindows:\n- 222_333: vim\n- '222_333': vim\n"
    path = project.write("theirs.yml", file)
    done = project.viewsync("import", path, "-o", ".viewsync/commands/new.yaml")
    assert done.err.splitlines() == [
        f"viewsync: {path}:3: the window 222_333 is 222333, as its own tool reads it; quotes keep it as it is"
    ]
    shown = project.viewsync("print", "new", "--json").json()
    assert [window["name"] for window in shown["windows"]] == ["222333", "222_333"]
    project.command("own", "session: {windows: [{name: 222_333}]}\n")
    refused = project.viewsync("print", "own")
    assert (refused.code, 'write it in quotes: "222_333"' in refused.err) == (1, True), refused
